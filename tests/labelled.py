"""Labels of the article of ``making``, and documents made of them, to be changed at will."""

from __future__ import annotations

from typing import Any

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.models import Article
from tests.making import article, reply, span

Lists = dict[str, list[dict[str, Any]]]


def labels() -> Lists:
    """The five tellings, three events and six claims of the article, each with its place."""
    lists: Lists = reply()
    for items in lists.values():
        for item in items:
            item["start"], item["end"] = span(item["quote"])
    return lists


def item(lists: Lists, id: str) -> dict[str, Any]:
    """One of the items."""
    return next(each for items in lists.values() for each in items if each["id"] == id)


def document(lists: Lists | None = None, of: Article | None = None) -> Document:
    """The document that the scorer reads, with the labels as they are or changed."""
    of = of or article()
    file = {"article": of.id, "sha256": of.sha256, "codebook": "2", "annotator": "one", **(lists or labels())}
    return Document.of_labels(LabelFile.model_validate(file), of)


def changed(id: str, /, **changes: Any) -> Document:
    """The document with one item changed."""
    lists = labels()
    item(lists, id).update(changes)
    return document(lists)
