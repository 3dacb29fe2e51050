"""Readings of overlapping passages become one list of items: what two passages both saw is kept once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from conflict_extract.models.attribution import Attribution
from conflict_extract.models.base import Span, overlapping
from conflict_extract.models.claim import Claim, Figure, Relation
from conflict_extract.models.event import Event
from conflict_extract.models.extraction import Rejected
from conflict_extract.models.item import Item
from conflict_extract.reply.linking import closes_circle
from conflict_extract.reply.reading import Reading

ItemT = TypeVar("ItemT", bound=Item)
Key = tuple[int, str]
"""An item before it is numbered: its passage's number and the id it has there."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The items of a whole article, linked, and numbered in the order of the text; and the links that were cut."""

    attributions: tuple[Attribution, ...]
    events: tuple[Event, ...]
    claims: tuple[Claim, ...]
    rejected: tuple[Rejected, ...]


class _Copy(NamedTuple):
    """One passage's copy of an item; ``room`` is how far it stands from the cut ends of its passage."""

    key: Key
    item: Item
    room: int


@dataclass(slots=True)
class _Group:
    """The copies of one item."""

    copies: list[_Copy] = field(default_factory=list)

    @property
    def best(self) -> _Copy:
        """The copy whose model saw most around it; a claim that knows who speaks goes before one that does not."""
        if len(self.copies) == 1:
            return self.copies[0]
        return max(self.copies, key=lambda copy: (getattr(copy.item, "attribution", "") is not None, copy.room))


def merge(passages: Sequence[tuple[Span, Reading | None]]) -> Merged:
    """Put the readings of an article's passages together.

    Items of neighbouring passages are one where they say the same of the same words: attributions by cue class and
    origin, events by sub-type and reality, claims by teller, kind, polarity and figures.
    One copy is kept, with the links of all. Ids are given afresh, by place in the text: a1, a2 …, e1 …, c1 …

    Args:
        passages: Each passage's span in the article and its reading, None where there is none.
    """
    groups: dict[type[Item], list[_Group]] = {Attribution: [], Event: [], Claim: []}
    before: list[_Group] = []
    home: dict[Key, _Group] = {}
    for number in range(len(passages)):
        here: list[_Group] = []
        for copy in _copies(passages, number):
            twins = [
                group
                for group in before
                if group not in here and _is_twin(copy, group.copies[-1]) and _same_voice(copy, group.copies[-1], home)
            ]
            # Of several, the one that covers the very same words.
            group = max(twins, key=lambda group: group.copies[-1].item.span == copy.item.span) if twins else None
            if group is None:
                group = _Group()
                groups[type(copy.item)].append(group)
            group.copies.append(copy)
            home[copy.key] = group
            here.append(group)
        before = here
    ids: dict[Key, str] = {}
    for kind, letter in ((Attribution, "a"), (Event, "e"), (Claim, "c")):
        groups[kind].sort(key=_place)
        for number, group in enumerate(groups[kind], start=1):
            ids.update((copy.key, f"{letter}{number}") for copy in group.copies)
    claims, rejected = _without_circles([_linked(group, ids) for group in groups[Claim]])
    return Merged(
        attributions=tuple(_renamed(group.best, Attribution, ids) for group in groups[Attribution]),
        events=tuple(_renamed(group.best, Event, ids) for group in groups[Event]),
        claims=claims,
        rejected=rejected,
    )


def _place(group: _Group) -> tuple[int, int]:
    item = group.best.item
    return item.start, item.end


def _copies(passages: Sequence[tuple[Span, Reading | None]], number: int) -> Iterator[_Copy]:
    span, reading = passages[number]
    for item in reading.items if reading else ():
        to_start = item.start - span.start if number > 0 else item.end
        to_end = span.end - item.end if number < len(passages) - 1 else span.end - item.start
        yield _Copy((number, item.id), item, min(to_start, to_end))


def _is_twin(copy: _Copy, other: _Copy) -> bool:
    """Whether two copies from neighbouring passages are one item."""
    one, two = copy.item, other.item
    if copy.key[0] == other.key[0] or not overlapping(one.span, two.span):
        return False
    if isinstance(one, Attribution) and isinstance(two, Attribution):
        return one.cue_class == two.cue_class and one.origin.name.casefold() == two.origin.name.casefold()
    if isinstance(one, Event) and isinstance(two, Event):
        return one.sub_type == two.sub_type and one.reality == two.reality
    if isinstance(one, Claim) and isinstance(two, Claim):
        return one.kind == two.kind and one.polarity == two.polarity and _same_figures(one.figures, two.figures)
    return False


def _same_figures(ours: Sequence[Figure], theirs: Sequence[Figure]) -> bool:
    """Whether two claims count the same: number by number the same value of the same measure on shared words.

    The words need not end at the same place: one passage's reader may take "some 40 people", the other "some 40".
    """
    if len(ours) != len(theirs):
        return False
    pairs = zip(sorted(ours, key=_words), sorted(theirs, key=_words), strict=True)
    return all(
        one.text_span.start < two.text_span.end
        and two.text_span.start < one.text_span.end
        and (one.measure, one.low, one.high, one.unit) == (two.measure, two.low, two.high, two.unit)
        for one, two in pairs
    )


def _words(figure: Figure) -> Span:
    return figure.text_span


def _same_voice(copy: _Copy, other: _Copy, home: dict[Key, _Group]) -> bool:
    """Whether two claims hang on one telling, as far as both know theirs: what two parties say are two claims."""
    voices = [(each.key[0], getattr(each.item, "attribution", None)) for each in (copy, other)]
    tellings = [home[number, id] for number, id in voices if id is not None]
    return len(tellings) < 2 or tellings[0] is tellings[1]


def _renamed(copy: _Copy, kind: type[ItemT], ids: dict[Key, str]) -> ItemT:
    assert isinstance(copy.item, kind)
    id = ids[copy.key]
    return copy.item if copy.item.id == id else copy.item.model_copy(update={"id": id})


def _linked(group: _Group, ids: dict[Key, str]) -> Claim:
    """The group's best copy, with the links of all copies by their new ids."""
    best = group.best
    id = ids[best.key]
    events: dict[str, None] = {}
    relations: dict[Relation, None] = {}
    for copy in sorted(group.copies, key=lambda copy: copy is not best):
        assert isinstance(copy.item, Claim)
        for event in copy.item.events:
            events[ids[copy.key[0], event]] = None
        for link in copy.item.relations:
            target = ids[copy.key[0], link.claim]
            if target != id:
                relations[Relation(kind=link.kind, claim=target)] = None
    assert isinstance(best.item, Claim)
    voice = best.item.attribution
    links = {
        "id": id,
        "attribution": ids[best.key[0], voice] if voice is not None else None,
        "events": tuple(events),
        "relations": tuple(relations),
    }
    changes = {name: value for name, value in links.items() if getattr(best.item, name) != value}
    return best.item.model_copy(update=changes) if changes else best.item


def _without_circles(claims: list[Claim]) -> tuple[tuple[Claim, ...], tuple[Rejected, ...]]:
    """Cut the relations that close a circle: each passage by itself has none, two together may."""
    reached: dict[str, set[str]] = {}
    kept: list[Claim] = []
    rejected: list[Rejected] = []
    for claim in claims:
        held = tuple(link for link in claim.relations if not closes_circle(claim.id, link.claim, reached))
        for link in claim.relations:
            if link not in held:
                message = f"two passages of the article say that {claim.id} and {link.claim} point at each other"
                path = f"merged.{claim.id}.relations"
                rejected.append(
                    Rejected(path=path, id=claim.id, reason="self_link", message=message, content=link.model_dump())
                )
        kept.append(claim if held == claim.relations else claim.model_copy(update={"relations": held}))
    return tuple(kept), tuple(rejected)
