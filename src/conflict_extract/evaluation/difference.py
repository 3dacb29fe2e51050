"""Two labellings of one article side by side: what both have, where they differ, and what only one has.

Statements and summaries are the labellers' own words: they are shown and never count as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.alignment import align
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.gold import item_fields
from conflict_extract.evaluation.items import LINKS, LISTS, ListName
from conflict_extract.evaluation.labels import Label, LabelFile
from conflict_extract.evaluation.settings import Settings
from conflict_extract.models import Article
from conflict_extract.reply.schema import LISTS as MODELS

_NOT_COMPARED = frozenset({"id", "statement", "summary", "start", "end"})
_ORDERED = frozenset({"chain"})
"""Lists in which the order says something; in the others it does not count."""


@dataclass(frozen=True, slots=True)
class Side:
    """An item as one labeller has it.

    Attributes:
        id: Its id in that labelling.
        fields: All its fields as plain values, with links to that labelling's ids.
    """

    id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that at least one of two labellers found.

    Attributes:
        name: The list that it belongs to.
        a: As the one has it; None where only the other does.
        b: As the other has it.
        differs: The fields in which the two differ; () where they agree, or where only one has it.
    """

    name: ListName
    a: Side | None
    b: Side | None
    differs: tuple[str, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether both have it, alike in all fields."""
        return self.a is not None and self.b is not None and not self.differs

    @property
    def side(self) -> Side:
        """The one that is there; of two, a."""
        side = self.a or self.b
        assert side is not None
        return side


@dataclass(frozen=True, slots=True)
class Difference:
    """Two labellings of one article.

    Attributes:
        article: Its id.
        a: The one labeller's name.
        b: The other's.
        units: All items, by list and in the order of the text.
        f1: By list, F1 of the one against the other (items that are optional on either side count for nothing); None
            where neither has a required item.
    """

    article: str
    a: str
    b: str
    units: tuple[Unit, ...]
    f1: Mapping[ListName, float | None]

    def of(self, name: ListName) -> tuple[Unit, ...]:
        """The units of one list."""
        return tuple(unit for unit in self.units if unit.name == name)


def difference(a: LabelFile, b: LabelFile, article: Article, settings: Settings | None = None) -> Difference:
    """Compare two labellings; items are aligned as the scorer aligns them.

    Args:
        a: The one.
        b: The other.
        article: What both are about.
        settings: The scorer's.

    Raises:
        GoldError: They are of different articles or texts, or an item has no offsets.
        InputError: A link leads nowhere.
    """
    for labels in (a, b):
        if (labels.article, labels.sha256) != (article.id, article.sha256):
            raise GoldError(f"the labels by {labels.annotator} are not of this text of {article.id}")
        unplaced = [item.id for name in LISTS for item in getattr(labels, name) if item.start is None]
        if unplaced:
            problem = f"{', '.join(unplaced)} of {labels.annotator} have no offsets: run conflict-extract gold place"
            raise GoldError(f"{article.id}: {problem}")
    aligned = align(Document.of_labels(a, article), Document.of_labels(b, article), settings or Settings())
    partner = {name: {one: other for other, one in aligned[name].gold_of.items()} for name in LISTS}
    common = {name: aligned[name].gold_of for name in LISTS}
    units: list[Unit] = []
    f1: dict[ListName, float | None] = {}
    for name in LISTS:
        ours = {item.id: item for item in getattr(a, name)}
        theirs = {item.id: item for item in getattr(b, name)}
        found = [_unit(name, ours[id], theirs.get(partner[name].get(id, "")), common) for id in ours]
        found += [_unit(name, None, theirs[id], common) for id in theirs if id not in common[name]]
        units += sorted(found, key=lambda unit: _place(unit.side))
        same, single = len(aligned[name].pairs), len(aligned[name].missing) + len(aligned[name].spurious)
        f1[name] = 2 * same / (2 * same + single) if same or single else None
    return Difference(article.id, a.annotator, b.annotator, tuple(units), f1)


def _place(side: Side) -> tuple[int, int, str]:
    return side.fields["start"], side.fields["end"], side.id


def _unit(name: ListName, a: Label | None, b: Label | None, common: Mapping[ListName, Mapping[str, str]]) -> Unit:
    one, other = _side(name, a), _side(name, b)
    if one is None or other is None:
        return Unit(name, one, other)
    ours = one.fields
    theirs = with_links(other.fields, lambda list_name, id: common[list_name].get(id, f"{id} of the other"))
    fields = [field for field in {**ours, **theirs} if field not in _NOT_COMPARED]
    differs = tuple(field for field in fields if _comparable(field, ours) != _comparable(field, theirs))
    if "quote" not in differs and ours["start"] != theirs["start"]:
        differs = ("start", *differs)
    return Unit(name, one, other, differs)


def _side(name: ListName, item: Any) -> Side | None:
    return Side(item.id, item_fields(MODELS[name], item)) if item is not None else None


def _comparable(field: str, fields: Mapping[str, Any]) -> Any:
    value = fields.get(field)
    if isinstance(value, list) and field not in _ORDERED:
        return sorted(value, key=repr)
    return value


def with_links(fields: Mapping[str, Any], to: Any) -> dict[str, Any]:
    """The fields of an item with each link led elsewhere.

    Args:
        fields: An item's fields, its alternatives included.
        to: From the name of a list and an id to the new id.
    """
    changed = dict(fields)
    alternatives = dict(fields.get("alternatives", {}))
    for link, name in LINKS.items():
        lead = partial(_led, link, partial(to, name))
        if link in changed:
            changed[link] = lead(changed[link])
        if link in alternatives:
            alternatives[link] = [lead(each) for each in alternatives[link]]
    return changed | ({"alternatives": alternatives} if alternatives else {})


def _led(link: str, to: Any, value: Any) -> Any:
    if link == "attribution":
        return None if value is None else to(value)
    if link == "events":
        return [to(id) for id in value]
    return [{**each, "claim": to(each["claim"])} for each in value]
