"""The files that the commands ``gold …`` are given: opened, or a word on why not."""

from __future__ import annotations

from pathlib import Path

from conflict_extract.documents import read_extractions
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.gold import Articles, label_files, read_labels
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.models import Article, Extraction


def given(folder: Path | None) -> Articles | None:
    """The articles of a folder that was named; None where none was.

    Raises:
        ConfigError: There is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"--articles {folder}: there is no such folder")
    return Articles(folder) if folder is not None else None


def articles_of(path: Path, folder: Path | None) -> Articles:
    """The articles of a label file: of the folder that was named, else of the one beside or above it."""
    return given(folder) or Articles.beside(path)


def article(path: Path) -> Article:
    """One article by its file; metadata.json beside or above it gives its day.

    Raises:
        ConfigError: There is no such file.
    """
    if path.suffix != ".txt" or not path.is_file():
        raise ConfigError(f"{path}: there is no such article (.txt)")
    return Articles(path.parent).get(path.stem)


def extraction(path: Path, id: str) -> Extraction:
    """An article's extraction among the lines of a file.

    Raises:
        ConfigError: There is none of this article.
        InputError: A line before it is no extraction.
    """
    for found in read_extractions(path):
        if isinstance(found, InputError):
            raise found
        if found.article_id == id:
            return found
    raise ConfigError(f"{path}: there is no extraction of {id}")


def predicted(path: Path) -> dict[str, Document]:
    """The extractions of a file in the form that is scored, by article.

    Raises:
        ConfigError: There is no such file, or an article is there twice.
        InputError: A line is no extraction.
    """
    found: dict[str, Document] = {}
    for each in read_extractions(path):
        if isinstance(each, InputError):
            raise each
        if each.article_id in found:
            raise ConfigError(f"{path}: there are two extractions of {each.article_id}")
        found[each.article_id] = Document.of_extraction(each)
    return found


def labellings(name: str) -> dict[str, tuple[Path, LabelFile]]:
    """One labeller's files, by article.

    Args:
        name: A file, a folder, or a pattern with ``*`` in its last part.

    Raises:
        ConfigError: There are none, or an article is there twice.
        GoldError: One of them is no label file.
    """
    path = Path(name)
    files = sorted(path.parent.glob(path.name)) if "*" in path.name else label_files([path])
    if not files:
        raise ConfigError(f"{name}: no file has such a name")
    found: dict[str, tuple[Path, LabelFile]] = {}
    for each in files:
        labels = read_labels(each)
        if labels.article in found:
            first = found[labels.article][0].name
            raise ConfigError(
                f"{name}: {labels.article} is there twice, in {first} and {each.name}; name one labeller's"
            )
        found[labels.article] = each, labels
    return found


def refuse_overwriting(path: Path, *, force: bool) -> None:
    """Keep what stands there already, unless it is to be overwritten.

    Raises:
        ConfigError: Something stands there.
    """
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already; --force overwrites it")
