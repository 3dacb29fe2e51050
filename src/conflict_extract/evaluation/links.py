"""Counting links, and what is right from end to end, through the alignment of their ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from itertools import product

from conflict_extract.evaluation.alignment import Alignment
from conflict_extract.evaluation.chains import same_chain
from conflict_extract.evaluation.columns import END_TO_END, LINK_COLUMNS, LinkColumns
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.fields import Counts
from conflict_extract.evaluation.items import LINKS, Item, Link, ListName
from conflict_extract.evaluation.similarity import agree


def count_links(
    gold: Document, predicted: Document, aligned: Mapping[ListName, Alignment], counts: Counts
) -> dict[str, list[str]]:
    """Count the links of all required claims; those to an optional item count for nothing, on either side.

    Returns:
        By the id of each aligned gold claim, the names of its links that are wrong.
    """
    wrong: dict[str, list[str]] = {}
    for name, target in LINKS.items():
        ends = _Ends(gold, predicted, target, aligned[target])
        columns = LINK_COLUMNS[name]
        for pair in aligned["claims"].pairs:
            accepted, given = pair.gold.links[name], pair.predicted.links[name]
            if not accepted[0] and not given[0]:
                continue
            options = [
                _compare(ends.of_gold(one), ends.of_predicted(other), ends) for one, other in product(accepted, given)
            ]
            best = (
                options[0] if len(options) == 1 else min(options, key=lambda verdict: (sum(verdict[1:5]), -verdict[0]))
            )
            for column, count in zip(columns, best, strict=True):
                counts[column] += count
            if sum(best[1:5]):
                wrong.setdefault(pair.gold.id, []).append(name)
        for item in aligned["claims"].missing:
            _add_alone(columns, columns.gold, len(ends.of_gold(item.links[name][0])), counts)
        for item in aligned["claims"].spurious:
            _add_alone(columns, columns.predicted, len(ends.of_predicted(item.links[name][0])), counts)
    return wrong


def _add_alone(columns: LinkColumns, side: int, links: int, counts: Counts) -> None:
    counts[side] += links
    counts[columns.propagated] += links


class _Ends:
    """Where the links of one kind end, and which ends count."""

    def __init__(self, gold: Document, predicted: Document, target: ListName, aligned: Alignment) -> None:
        self.gold_of = aligned.gold_of
        self.aligned: Set[str] = set(aligned.gold_of.values())
        neutral = [(pair.gold.id, pair.predicted.id) for pair in aligned.neutral]
        self.neutral_gold = {item.id for item in gold.items(target) if item.optional} | {one for one, _ in neutral}
        self.neutral_predicted = {item.id for item in predicted.items(target) if item.optional}
        self.neutral_predicted |= {other for _, other in neutral}

    def of_gold(self, links: Collection[Link]) -> set[Link]:
        return {link for link in links if link[1] not in self.neutral_gold}

    def of_predicted(self, links: Collection[Link]) -> set[Link]:
        return {link for link in links if link[1] not in self.neutral_predicted}


def _compare(ours: set[Link], theirs: set[Link], ends: _Ends) -> tuple[int, int, int, int, int, int, int]:
    """What becomes of the links of one pair of claims, in the order of ``LinkColumns``.

    What is not correct is paired up: a link to another item of gold is wrong; where an end has no partner, so that
    the link could not have been right, it is propagated; what is left over is missing or spurious.
    """
    mapped = {(kind, ends.gold_of[target]) for kind, target in theirs if target in ends.gold_of}
    if len(mapped) == len(theirs) and mapped == ours:
        return (len(ours), 0, 0, 0, 0, len(theirs), len(ours))
    correct = len(mapped & ours)
    elsewhere = len(mapped) - correct
    nowhere = len(theirs) - len(mapped)
    left = ours - mapped
    reachable = sum(target in ends.aligned for _, target in left)
    unreachable = len(left) - reachable
    wrong = min(elsewhere, len(left))
    spurious = elsewhere - wrong
    unreachable -= max(wrong - reachable, 0)
    reachable -= min(wrong, reachable)
    missing = max(reachable - nowhere, 0)
    propagated = max(nowhere, unreachable + reachable - missing)
    return (correct, wrong, missing, spurious, propagated, len(theirs), len(ours))


def count_end_to_end(
    gold: Document,
    predicted: Document,
    aligned: Mapping[ListName, Alignment],
    events_right: Collection[str],
    counts: Counts,
) -> list[str]:
    """Count the claims that are right as a user reads them.

    A claim is right if it is aligned, its polarity is right, it is told by the same sources in the same order (or by
    the article itself), and its events are all those of gold and no others, each right in its key fields.

    Args:
        gold: The labels.
        predicted: The prediction.
        aligned: Their alignment.
        events_right: Gold ids of the aligned events whose key fields are right.
        counts: Where to count.

    Returns:
        The gold ids of the claims that are right.
    """
    our_tellings = {item.id: item for item in gold.attributions}
    their_tellings = {item.id: item for item in predicted.attributions}
    ends = _Ends(gold, predicted, "events", aligned["events"])
    right = []
    for pair in aligned["claims"].pairs:
        one, other = pair.gold, pair.predicted
        if (
            agree(one.fields["polarity"], other.fields["polarity"])
            and any(
                _same_teller(ours, theirs, our_tellings, their_tellings)
                for ours, theirs in product(one.links["attribution"], other.links["attribution"])
            )
            and any(
                _same_events(ours, theirs, ends, events_right)
                for ours, theirs in product(one.links["events"], other.links["events"])
            )
        ):
            right.append(one.id)
    counts[END_TO_END] += len(right)
    return right


def _same_teller(
    ours: Collection[Link], theirs: Collection[Link], our_items: Mapping[str, Item], their_items: Mapping[str, Item]
) -> bool:
    if not ours or not theirs:
        return not ours and not theirs
    return same_chain(our_items[next(iter(ours))[1]], their_items[next(iter(theirs))[1]])


def _same_events(ours: Collection[Link], theirs: Collection[Link], ends: _Ends, events_right: Collection[str]) -> bool:
    wanted = {target for _, target in ends.of_gold(ours)}
    found = {ends.gold_of.get(target) for _, target in ends.of_predicted(theirs)}
    return wanted == found and all(target in events_right for target in wanted)
