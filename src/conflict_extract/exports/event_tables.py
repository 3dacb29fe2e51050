"""What the event tables of other projects have in common: which events are rows, and the columns added to theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from conflict_extract.exports.cells import Cell, listed
from conflict_extract.exports.fatalities import BestPolicy, Fatalities, fatalities
from conflict_extract.models import Attribution, Event, Extraction

Row = dict[str, Cell]
ADDED = (
    *("article", "event", "our_type", "our_sub_type", "granularity", "reality", "time", "earliest", "latest"),
    *("summary", "actors", "actor_roles", "actor_types", "places", "places_within", "claims", "original_sources"),
    *("fatalities_policy", "fatalities_standing", "fatalities_claims", "fatalities_words", "fatalities_sources"),
    *("fatalities_denied_by", "fatalities_parts", "vague_policy", "start", "end"),
)
"""Columns of our own, after those of the codebook: the words and the claims that a row rests on."""


class EventRows:
    """The rows of an event table.

    Planned events are none: nothing has happened. They are counted.

    Args:
        extractions: What to read, once.
        row: Makes the columns of the codebook.
        policy: When a number stands as best.

    Attributes:
        planned: Events left out as planned, so far.
    """

    def __init__(
        self,
        extractions: Iterable[Extraction],
        row: Callable[[Extraction, Event, Fatalities], Row],
        policy: BestPolicy,
    ) -> None:
        self._extractions = extractions
        self._row = row
        self._policy = policy
        self.planned = 0

    def __iter__(self) -> Iterator[Row]:
        for extraction in self._extractions:
            for event in extraction.events:
                if event.reality == "planned":
                    self.planned += 1
                    continue
                killed = fatalities(extraction, event, self._policy)
                yield {**self._row(extraction, event, killed), **_added(extraction, event, killed, self._policy)}


def _added(extraction: Extraction, event: Event, killed: Fatalities, policy: BestPolicy) -> Row:
    return {
        "article": extraction.article_id,
        "event": event.id,
        "our_type": event.type,
        "our_sub_type": event.sub_type,
        "granularity": event.granularity,
        "reality": event.reality,
        "time": event.time,
        "earliest": event.earliest,
        "latest": event.latest,
        "summary": event.summary,
        "actors": listed(actor.name for actor in event.actors),
        "actor_roles": listed(actor.role for actor in event.actors),
        "actor_types": listed(actor.type for actor in event.actors),
        "places": listed(place.name for place in event.places),
        "places_within": listed(place.within for place in event.places),
        "claims": listed(claim.id for claim in extraction.claims_of(event)),
        "original_sources": listed(origins(extraction, event)),
        "fatalities_policy": policy.name,
        "fatalities_standing": listed(killed.standing),
        "fatalities_claims": listed(toll.claim.id for toll in killed.tolls),
        "fatalities_words": listed(toll.words for toll in killed.tolls),
        "fatalities_sources": listed(toll.told_by.origin.name if toll.told_by else None for toll in killed.tolls),
        "fatalities_denied_by": listed(killed.denied_by),
        "fatalities_parts": listed(toll.words for toll in killed.parts),
        "vague_policy": extraction.provenance.vague_policy,
        "start": event.start,
        "end": event.end,
    }


def tellings(extraction: Extraction, event: Event) -> Iterator[Attribution]:
    """The tellings of an event, in the order of the claims."""
    for claim in extraction.claims_of(event):
        told = extraction.attribution_of(claim)
        if told is not None:
            yield told


def origins(extraction: Extraction, event: Event) -> tuple[str, ...]:
    """Where the chains of the tellings of an event end, each name once, as printed."""
    return tuple(dict.fromkeys(told.origin.name for told in tellings(extraction, event)))


def joined(names: Iterable[str | None]) -> str | None:
    """Names in one cell as both codebooks join them; None where there is none."""
    return "; ".join(name for name in names if name) or None


def year_of(event: Event) -> int | None:
    """The year of an event, where all of its days lie in one."""
    if event.earliest is None or event.latest is None or event.earliest.year != event.latest.year:
        return None
    return event.earliest.year


def middle(earliest: date, latest: date) -> date:
    """The middle day of a stretch."""
    return earliest + (latest - earliest) / 2
