"""Label files: reading them with a plain word on each slip, writing them, and finding the articles they are about.

Layout of a folder of gold: ``NAME.json`` (adjudicated), ``annotations/NAME.ANNOTATOR.json`` (one labelling each),
``manifest.json`` (the freeze). The articles lie in ``articles/`` beside it or above it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conflict_extract.documents.decoding import decode
from conflict_extract.documents.records import known_of, parse_object
from conflict_extract.errors import ConfigError, GoldError, InputError
from conflict_extract.evaluation.form import check_form
from conflict_extract.evaluation.labels import Label, LabelFile
from conflict_extract.evaluation.positions import Lines, read_object
from conflict_extract.models import Article
from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS, draft_of

CODEBOOK = "2"
"""Version of the codebook that new label files are made by."""

ADJUDICATED = "adjudicated"
"""The annotator's name in gold."""

MANIFEST = "manifest.json"
ANNOTATIONS = "annotations"
WORKSHEET = ".worksheet.json"
"""How the name of an adjudication's worksheet ends: it is no label file."""


def read_labels(path: Path) -> LabelFile:
    """Read one label file; whether its words stand in the article is for ``checking`` to say.

    Raises:
        GoldError: It cannot be read, or is no label file: the first thing that is wrong, and how many more there are.
    """
    labels, _, problems = open_labels(path)
    if labels is None:
        first, more = problems[0], len(problems) - 1
        problem = first.problem + (f" (and {more} more)" if more else "")
        raise GoldError(problem, path=path, line=first.line)
    return labels


def open_labels(path: Path) -> tuple[LabelFile | None, Lines | None, list[GoldError]]:
    """Read one label file, with all that is wrong with its form.

    Returns:
        The labels (None where the form is wrong), the lines of its values, and the problems.
    """
    try:
        raw, lines = read_object(read_text(path), path)
    except GoldError as error:
        return None, None, [error]
    labels, faults = check_form(raw)
    return labels, lines, [GoldError(fault.message, path=path, line=lines.of(fault.where)) for fault in faults]


def read_text(path: Path) -> str:
    """A file's text, line ends as they are.

    Raises:
        GoldError: It cannot be read, is empty, or is not UTF-8.
    """
    try:
        return decode(path.read_bytes(), path)
    except InputError as error:
        raise GoldError(error.problem, path=path, line=error.line) from None
    except OSError as error:
        raise GoldError(f"cannot be read: {error.strerror}", path=path) from None


def dump_labels(labels: LabelFile) -> str:
    """A label file's text: equal labels give equal bytes.

    The keys are in the order of the codebook, offsets beside the quote; what says nothing (no offsets yet, no
    alternatives, not drafted by a model) is left out.
    """
    head: dict[str, Any] = {
        "article": labels.article,
        "sha256": labels.sha256,
        "codebook": labels.codebook,
        "annotator": labels.annotator,
    }
    if labels.drafted_by_model:
        head["drafted_by_model"] = True
    items = {name: [item_fields(model, item) for item in getattr(labels, name)] for name, model in LISTS.items()}
    return json.dumps(head | items, indent=2, ensure_ascii=False) + "\n"


def item_fields(model: type[Model], item: Label) -> dict[str, Any]:
    """One item as plain JSON values, in the order in which it is written."""
    value = item.model_dump(mode="json")
    fields: dict[str, Any] = {}
    for name in draft_of(model).model_fields:
        fields[name] = value[name]
        if name == "quote":
            fields |= {key: value[key] for key in ("start", "end") if value[key] is not None}
    fields["optional"] = value["optional"]
    if value["alternatives"]:
        fields["alternatives"] = value["alternatives"]
    return fields


def write_labels(labels: LabelFile, path: Path) -> None:
    """Write a label file; what stood there is replaced whole or not at all."""
    replace_text(path, dump_labels(labels))


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a broken-off run leaves the old one.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def label_files(paths: Sequence[Path]) -> list[Path]:
    """The label files among files and folders; of a folder its gold and its ``annotations``, in the order of names.

    Raises:
        ConfigError: A path is not there, or a folder has no label file.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [each for folder in (path, path / ANNOTATIONS) for each in _files_in(folder)]
            if not inside:
                raise ConfigError(f"{path}: there are no label files (NAME.json) in this folder")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigError(f"{path}: there is no such file or folder")
    return list(dict.fromkeys(found))


def _files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.glob("*.json")):
        if not path.name.startswith(".") and path.name != MANIFEST and not path.name.endswith(WORKSHEET):
            yield path


class Articles:
    """The texts that labels are about: ``ID.txt`` in one folder, with what its ``metadata.json`` says of the day.

    The metadata may lie in the folder or above it; only ``title``, ``published``, ``url`` and ``sha256`` are read.

    Args:
        folder: Where the texts are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, Article] = {}

    @classmethod
    def beside(cls, path: Path) -> Articles:
        """The articles of a label file: the nearest folder ``articles`` beside it or up to two folders above.

        Raises:
            GoldError: There is none.
        """
        parents = path.absolute().parents[:3]
        for parent in parents:
            if (parent / "articles").is_dir():
                return cls(parent / "articles")
        raise GoldError("there is no folder 'articles' beside it or above it; name it with --articles", path=path)

    def get(self, id: str) -> Article:
        """The article of this id.

        Raises:
            GoldError: There is none, it cannot be read, or it is not the text that the metadata describes.
        """
        if id not in self._read:
            self._read[id] = self._open(id)
        return self._read[id]

    def _open(self, id: str) -> Article:
        path = self.folder / f"{id}.txt"
        if "/" in id or "\\" in id or not path.is_file():
            raise GoldError(f"there is no article {id!r} in {self.folder}")
        known = self._known(path.name)
        text = read_text(path)
        try:
            article = Article(id=id, text=text, title=known.title, published=known.published, url=known.url)
        except ValueError as error:
            raise GoldError(f"this is no article: {error}", path=path) from None
        if known.sha256 is not None and known.sha256 != article.sha256:
            raise GoldError("the text is not the one that metadata.json describes (SHA-256)", path=path)
        return article

    def _known(self, name: str) -> Any:
        for folder in (self.folder, self.folder.parent):
            path = folder / "metadata.json"
            if path.is_file():
                try:
                    entry = parse_object(read_text(path)).get(name, {})
                    return known_of(entry if isinstance(entry, dict) else {})
                except ValueError as error:
                    raise GoldError(f"{name}: {error}", path=path) from None
        return known_of({})
