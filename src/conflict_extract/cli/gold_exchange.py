"""Files of annotation tools, written and read for ``gold export`` and ``gold import``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from conflict_extract.errors import ConfigError, GoldError
from conflict_extract.evaluation.gold import ADJUDICATED, read_text, replace_text

if TYPE_CHECKING:
    from conflict_extract.evaluation.labels import LabelFile
    from conflict_extract.models import Article

Tool = Literal["labelstudio", "brat"]
_Made = TypeVar("_Made")


def write_for(tool: Tool, labelled: Sequence[tuple[Path, LabelFile, Article]], out: Path) -> None:
    """Write label files in a tool's format.

    Args:
        tool: The tool.
        labelled: Each file's path, labels and article.
        out: The folder to write into.

    Raises:
        ConfigError: Two label files of one article would be written into one file of brat's.
        GoldError: A label file cannot be exported; names it.
    """
    if tool == "labelstudio":
        from conflict_extract.exchange.labelstudio import labelling_interface, to_task

        tasks = [_named(path, to_task, labels, article) for path, labels, article in labelled]
        replace_text(out / "tasks.json", json.dumps(tasks, indent=2, ensure_ascii=False) + "\n")
        replace_text(out / "interface.xml", labelling_interface())
        return
    from conflict_extract.exchange.brat import annotation_conf, to_ann

    ids = [labels.article for _, labels, _ in labelled]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise ConfigError(f"brat has one file for an article; export the labellers of {', '.join(twice)} apart")
    made = [(article, _named(path, to_ann, labels, article)) for path, labels, article in labelled]
    for article, ann in made:
        replace_text(out / f"{article.id}.txt", article.text)
        replace_text(out / f"{article.id}.ann", ann)
    replace_text(out / "annotation.conf", annotation_conf())


def _named(path: Path, make: Callable[[LabelFile, Article], _Made], labels: LabelFile, article: Article) -> _Made:
    try:
        return make(labels, article)
    except GoldError as error:
        raise GoldError(error.problem, path=path) from None


def read_from(tool: Tool, files: Sequence[Path], annotator: str | None) -> Iterator[LabelFile]:
    """Read a tool's files back; for brat, the text lies beside each ``.ann`` file.

    Raises:
        ConfigError: A file is not there.
        GoldError: It is not what the tool writes, or does not fit its text.
    """
    for path in files:
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such file")
        if tool == "labelstudio":
            from conflict_extract.exchange.labelstudio import read_tasks

            try:
                tasks = json.loads(read_text(path))
            except (json.JSONDecodeError, RecursionError) as error:
                raise GoldError(f"not JSON: {error}", path=path) from None
            yield from read_tasks(tasks, annotator, path)
        else:
            from conflict_extract.exchange.brat_reading import read_ann

            text = path.with_suffix(".txt")
            if not text.is_file():
                raise ConfigError(f"{text}: there is no such file; the article's text belongs beside {path.name}")
            yield read_ann(read_text(path), read_text(text), annotator, path)


def label_path(folder: Path, labels: LabelFile) -> Path:
    """Where a label file belongs: ARTICLE.json for gold, ARTICLE.ANNOTATOR.json for one person's.

    Raises:
        ConfigError: The names cannot be file names.
    """
    name = labels.article if labels.annotator == ADJUDICATED else f"{labels.article}.{labels.annotator}"
    if any(sign in name for sign in "/\\\0") or name.startswith("."):
        raise ConfigError(f"{name!r} cannot be a file name: give another --annotator")
    return folder / f"{name}.json"
