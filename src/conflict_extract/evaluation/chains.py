"""Comparing chains of sources: who is heard first, who is said to know, and all between them."""

from __future__ import annotations

from collections.abc import Callable

from conflict_extract.evaluation.alignment import Alignment
from conflict_extract.evaluation.columns import CHAINS
from conflict_extract.evaluation.fields import Counts
from conflict_extract.evaluation.items import Item, Part
from conflict_extract.evaluation.similarity import agree


def same_chain(one: Item, other: Item) -> bool:
    """Whether two tellings name the same sources in the same order."""
    return _any_chain(one, other, _all_named)


def same_origin(one: Item, other: Item) -> bool:
    """Whether two tellings end at the same source."""
    return _any_chain(one, other, lambda ours, theirs: agree(ours[-1]["name"], theirs[-1]["name"]))


def same_speaker(one: Item, other: Item) -> bool:
    """Whether the article hears the same source first."""
    return _any_chain(one, other, lambda ours, theirs: agree(ours[0]["name"], theirs[0]["name"]))


def _any_chain(one: Item, other: Item, right: Callable[[tuple[Part, ...], tuple[Part, ...]], bool]) -> bool:
    return any(right(ours, theirs) for ours in one.parts["chain"] for theirs in other.parts["chain"] if ours and theirs)


def _all_named(ours: tuple[Part, ...], theirs: tuple[Part, ...]) -> bool:
    return len(ours) == len(theirs) and all(agree(a["name"], b["name"]) for a, b in zip(ours, theirs, strict=True))


def count_chains(tellings: Alignment, counts: Counts) -> None:
    """Count the chains of aligned tellings: whole, and their two ends."""
    for pair in tellings.pairs:
        counts[CHAINS["whole"]] += same_chain(pair.gold, pair.predicted)
        counts[CHAINS["origin"]] += same_origin(pair.gold, pair.predicted)
        counts[CHAINS["speaker"]] += same_speaker(pair.gold, pair.predicted)
