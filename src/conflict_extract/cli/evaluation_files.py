"""The files that ``evaluate`` is given: what makes a score meaningless stops it, what only limits it is warned of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conflict_extract.cli.gold_files import given
from conflict_extract.cli.results_file import require_results_file
from conflict_extract.cli.terminal import complain
from conflict_extract.documents import read_extractions
from conflict_extract.errors import ConfigError, ConflictExtractError, GoldError, InputError
from conflict_extract.evaluation.checking import check_files
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.gold import ANNOTATIONS, MANIFEST, Articles, label_files, open_labels, read_labels
from conflict_extract.evaluation.items import LISTS
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.evaluation.manifest import manifest_faults
from conflict_extract.models import Article, Extraction


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold that is scored against, by article id.

    Attributes:
        files: The label files.
        labels: What is in them.
        articles: Their texts.
        documents: The same in the form that is scored.
        groups: The phenomenon that an article was written for, where its metadata names one.
        warnings: What limits scores against it.
    """

    files: tuple[Path, ...]
    labels: Mapping[str, LabelFile]
    articles: Mapping[str, Article]
    documents: Mapping[str, Document]
    groups: Mapping[str, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What was extracted from the articles of the gold, by article id.

    Attributes:
        extractions: The extractions.
        documents: The same in the form that is scored.
        warnings: What limits scores of them.
    """

    extractions: Mapping[str, Extraction]
    documents: Mapping[str, Document]
    warnings: tuple[str, ...] = field(default=())


def read_gold(paths: Sequence[Path], folder: Path | None) -> Gold:
    """Read gold and hold it to its articles, as ``gold check`` does.

    Args:
        paths: Folders of gold, and single label files.
        folder: Where the articles are; by default beside or above each label file.

    Raises:
        ConfigError: There is no gold; or it has problems, all named on standard error with file and line.
    """
    texts = given(folder)
    files = _gold_files(paths)
    problems = [each for each in check_files(files, texts) if each.path is None or each.path.name != MANIFEST]
    problems += _unplaced(files)
    labels: dict[str, LabelFile] = {}
    articles: dict[str, Article] = {}
    first: dict[str, Path] = {}
    groups: dict[str, str] = {}
    known: dict[Path, Articles] = {}
    warnings = [str(each) for each in manifest_faults([path for path in paths if path.is_dir()] or files)]
    if not problems:
        for path in files:
            read = read_labels(path)
            if read.article in first:
                raise ConfigError(f"{path}: the article {read.article} is labelled already, in {first[read.article]}")
            if read.drafted_by_model:
                warnings.append(f"{path}: a model drafted these labels, which flatters the score")
            first[read.article] = path
            labels[read.article] = read
            home = texts or known.setdefault(path.parent, Articles.beside(path))
            articles[read.article] = home.get(read.article)
            if phenomenon := _phenomenon(home.folder, read.article):
                groups[read.article] = phenomenon
    _stop(problems)
    documents = {}
    for id in labels:
        try:
            documents[id] = Document.of_labels(labels[id], articles[id])
        except InputError as error:
            problems.append(GoldError(error.problem, path=first[id]))
    _stop(problems)
    return Gold(tuple(files), labels, articles, documents, groups, tuple(warnings))


def _gold_files(paths: Sequence[Path]) -> list[Path]:
    """The label files of the gold itself, without the annotations below it."""
    found = []
    for path in paths:
        inside = [each for each in label_files([path]) if not path.is_dir() or each.parent == path]
        if not inside:
            raise ConfigError(f"{path}: there is no gold (NAME.json) in this folder, only {ANNOTATIONS}")
        found += inside
    return list(dict.fromkeys(found))


def _unplaced(files: Sequence[Path]) -> list[GoldError]:
    """Items without offsets: labels in the making, which ``gold check`` lets pass."""
    problems = []
    for path in files:
        labels, lines, _ = open_labels(path)
        if labels is not None and lines is not None:
            problems += [
                GoldError(
                    f"{item.id} has no offsets; write them with: gold place", path=path, line=lines.of((name, at))
                )
                for name in LISTS
                for at, item in enumerate(getattr(labels, name))
                if item.start is None
            ]
    return problems


def _phenomenon(folder: Path, article: str) -> str | None:
    """What the metadata in the articles' folder or above it says that an article was written to test."""
    for path in (folder / "metadata.json", folder.parent / "metadata.json"):
        if path.is_file():
            entry: Any = json.loads(path.read_text("utf-8")).get(f"{article}.txt")
            value = entry.get("phenomenon") if isinstance(entry, dict) else None
            if isinstance(value, str) and value:
                return value
    return None


def read_predictions(paths: Sequence[Path], gold: Gold) -> Predictions:
    """Read extractions of the articles of the gold.

    Args:
        paths: Files of extractions (JSON Lines).
        gold: What they are going to be scored against.

    Raises:
        ConfigError: A file is not there; or a line is no extraction, an article is there twice, a text is another
            than that of the gold, all named on standard error with file and line; or no article of the gold is there.
    """
    problems: list[InputError] = []
    warnings: list[str] = []
    found: dict[str, Extraction] = {}
    first: dict[str, str] = {}
    for path, line, each in _lines(paths):
        if isinstance(each, InputError):
            problems.append(each)
        elif each.article_id not in gold.labels:
            warnings.append(f"{path}, line {line}: there is no gold for {each.article_id}; it is left out")
        elif each.article_id in found:
            problem = f"there is a prediction for {each.article_id} already, in {first[each.article_id]}"
            problems.append(InputError(problem, path=path, line=line))
        elif each.provenance.article_sha256 != gold.labels[each.article_id].sha256:
            problem = f"{each.article_id} was extracted from another text than the gold's (SHA-256)"
            problems.append(InputError(problem, path=path, line=line))
        else:
            found[each.article_id] = each
            first[each.article_id] = f"{path}, line {line}"
            if not each.complete:
                warnings.append(f"{path}, line {line}: the reply for {each.article_id} was cut off; items are missing")
    _stop(problems)
    if not found:
        raise ConfigError(f"{', '.join(map(str, paths))}: there is no prediction for any article of the gold")
    documents = {id: Document.of_extraction(each) for id, each in found.items()}
    return Predictions(found, documents, tuple(warnings))


def _lines(paths: Iterable[Path]) -> Iterator[tuple[Path, int, Extraction | InputError]]:
    for path in paths:
        require_results_file(path)
        with path.open("rb") as file:
            numbers = [number for number, data in enumerate(file, start=1) if data.strip()]
        yield from ((path, number, each) for number, each in zip(numbers, read_extractions(path), strict=True))


def read_labellings(gold: Gold) -> list[tuple[Document, Document]]:
    """The articles of the gold that two people labelled apart, as documents, the first in the order of names first.

    Labels drafted by a model are left out, and so are labellings that are not as they must be.
    """
    pairs = []
    for path in gold.files:
        id = read_labels(path).article
        apart = []
        for each in sorted((path.parent / ANNOTATIONS).glob("*.json")):
            if each.name.startswith(f"{id}.") and each.name.count(".") == id.count(".") + 2:
                try:
                    labels = read_labels(each)
                    if labels.article == id and not labels.drafted_by_model:
                        apart.append(Document.of_labels(labels, gold.articles[id]))
                except ConflictExtractError:
                    continue
        if len(apart) == 2:
            pairs.append((apart[0], apart[1]))
    return pairs


def _stop(problems: Sequence[ConflictExtractError]) -> None:
    for each in problems:
        complain(str(each))
    if problems:
        raise ConfigError(
            f"{len(problems)} problem{'' if len(problems) == 1 else 's'}, named above: a score would mean nothing"
        )
