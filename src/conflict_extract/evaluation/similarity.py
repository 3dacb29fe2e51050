"""How much alike two items are, from 0 to 1: place, words, type and value, by stated weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from conflict_extract.evaluation.extra import cdist, np, ratio
from conflict_extract.evaluation.items import TYPE_FIELD, Accepted, Item, ListName, When
from conflict_extract.evaluation.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTUM = 10_000
"""Likeness is kept in whole parts of this, so that equal ones are equal whatever the order of the additions."""


def similarities(
    name: ListName, gold: Sequence[Item], predicted: Sequence[Item], settings: Settings
) -> dict[tuple[int, int], float]:
    """The likeness of every two items of two lists that may be aligned.

    Place and words are compared for all of them at once; type and value only where the threshold can still be
    reached, which leaves out no pair.

    Returns:
        By the two positions; pairs under the threshold are left out.
    """
    if not gold or not predicted:
        return {}
    weights = settings.weights
    places = _dice(gold, predicted)
    known = weights.span * places + weights.text / 100 * _words(gold, predicted)
    reachable = known + (weights.type + weights.value) >= settings.threshold - 1e-9
    rows, columns = reachable.nonzero()
    found: dict[tuple[int, int], float] = {}
    for row, column, base in zip(rows.tolist(), columns.tolist(), known[reachable].tolist(), strict=True):
        one, other = gold[row], predicted[column]
        whole = base + weights.type * _type(name, one, other) + weights.value * _value(name, one, other)
        whole = min(round(whole * QUANTUM), QUANTUM) / QUANTUM
        if whole >= settings.threshold:
            found[row, column] = whole
    return found


def agree(one: Accepted, other: Accepted) -> bool:
    """Whether a value of the one side is right on the other."""
    return one[0] == other[0] or (len(one) + len(other) > 2 and not set(one).isdisjoint(other))


def _dice(gold: Sequence[Item], predicted: Sequence[Item]) -> NDArray[np.float64]:
    """Dice coefficients of the places in code points; of several accepted places the one that fits best."""
    if any(len(item.spans) > 1 for item in (*gold, *predicted)):
        return np.array(
            [[max(dice(a, b) for a in one.spans for b in other.spans) for other in predicted] for one in gold]
        )
    ours = np.array([item.spans[0] for item in gold], dtype=np.float64)
    theirs = np.array([item.spans[0] for item in predicted], dtype=np.float64)
    starts, ends = ours[:, :1], ours[:, 1:]
    common = np.minimum(ends, theirs[:, 1]) - np.maximum(starts, theirs[:, 0])
    shares: NDArray[np.float64] = 2 * np.maximum(common, 0) / ((ends - starts) + (theirs[:, 1] - theirs[:, 0]))
    return shares


def _words(gold: Sequence[Item], predicted: Sequence[Item]) -> NDArray[np.float64]:
    """Likeness of the words, 0 to 100; of several accepted ones those that fit best."""
    if any(len(item.words) > 1 for item in (*gold, *predicted)):
        return np.array(
            [[max(ratio(a, b) for a in one.words for b in other.words) for other in predicted] for one in gold]
        )
    likeness: NDArray[np.float64] = cdist(
        [item.words[0] for item in gold], [item.words[0] for item in predicted], scorer=ratio, dtype=np.float64
    )
    return likeness


def dice(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Dice coefficient of two half-open intervals: twice what they share, over what they are long together."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(2 * common, 0) / (one[1] - one[0] + other[1] - other[0])


def _type(name: ListName, one: Item, other: Item) -> float:
    same = agree(one.fields[TYPE_FIELD[name]], other.fields[TYPE_FIELD[name]])
    if name == "claims":
        return (same + agree(one.fields["polarity"], other.fields["polarity"])) / 2
    if name == "events" and not same:
        return agree(one.fields["type"], other.fields["type"]) / 2
    return float(same)


def _value(name: ListName, one: Item, other: Item) -> float:
    if name == "claims":
        return _figures(one, other)
    if name == "attributions":
        chains = ((ours, theirs) for ours in one.parts["chain"] for theirs in other.parts["chain"])
        return float(any(ours and theirs and agree(ours[-1]["name"], theirs[-1]["name"]) for ours, theirs in chains))
    return _time(one.fields["time"], other.fields["time"])


def _figures(one: Item, other: Item) -> float:
    """Share of the figures of both that have an equal on the other side; 1 where neither has any."""
    best = 0.0
    for ours in one.parts["figures"]:
        for theirs in other.parts["figures"]:
            if not ours and not theirs:
                return 1.0
            if ours and theirs:
                found = sum(any(agree(a["value"], b["value"]) for b in theirs) for a in ours)
                met = sum(any(agree(a["value"], b["value"]) for a in ours) for b in theirs)
                best = max(best, (found + met) / (len(ours) + len(theirs)))
    return best


def _time(one: Accepted, other: Accepted) -> float:
    """1 for equal times, half where one stretch holds the other."""
    if agree(one, other):
        return 1.0
    return 0.5 if any(nested(a, b) for a in one for b in other) else 0.0


def nested(one: When | None, other: When | None) -> bool:
    """Whether both times are resolved and one stretch of days holds the other."""
    if one is None or other is None or not (one.earliest and one.latest and other.earliest and other.latest):
        return False
    return (one.earliest <= other.earliest and other.latest <= one.latest) or (
        other.earliest <= one.earliest and one.latest <= other.latest
    )
