"""What became of each item, in one class each, and what mending a class would gain (after TIDE, ECCV 2020)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from conflict_extract.evaluation.alignment import Alignment
from conflict_extract.evaluation.columns import ERROR_CLASSES, ERRORS, ITEMS, MERGED, ErrorClass
from conflict_extract.evaluation.fields import Counts
from conflict_extract.evaluation.items import TYPE_FIELD, Item, ListName
from conflict_extract.models import Span

_INSIDE = 0.9
"""Share of a piece that must lie inside the whole for the whole to be split, or the pieces merged."""


class Matched(NamedTuple):
    """A pair of items that were aligned.

    Attributes:
        list: "attributions", "events" or "claims".
        gold: Id of the gold item.
        predicted: Id of the prediction.
        gold_span: Place of the gold item.
        predicted_span: Place of the prediction.
        similarity: How much alike they are.
        error: The pair's class; "neutral" where the gold item is optional.
        wrong: The fields, parts and links that are wrong.
        end_to_end: For a claim: right from end to end.
    """

    list: ListName
    gold: str
    predicted: str
    gold_span: Span
    predicted_span: Span
    similarity: float
    error: ErrorClass | Literal["neutral"]
    wrong: tuple[str, ...]
    end_to_end: bool = False


class Unmatched(NamedTuple):
    """An item without a partner.

    Attributes:
        list: "attributions", "events" or "claims".
        side: "gold" or "predicted".
        id: Its id there.
        span: Its place.
        error: Its class.
        near: The gold item that it doubles or splits, or for a gold item the prediction that swallows it; else None.
    """

    list: ListName
    side: Literal["gold", "predicted"]
    id: str
    span: Span
    error: ErrorClass
    near: str | None


def class_of_pair(name: ListName, wrong: Sequence[str], *, is_exact: bool) -> ErrorClass:
    """The class of an aligned pair, from its wrong fields and whether it stands at the same place."""
    if TYPE_FIELD[name] in wrong:
        return "wrong_type"
    if wrong:
        return "wrong_field"
    return "correct" if is_exact else "boundary"


def diagnose_unmatched(name: ListName, alignment: Alignment, counts: Counts) -> list[Unmatched]:
    """The class of each item without a partner, counted."""
    pairs = (*alignment.pairs, *alignment.neutral)
    taken = {pair.gold.id for pair in pairs}
    found = []
    doubles = _best_near(alignment, taken)
    for item in alignment.spurious:
        error: ErrorClass = "spurious_grounded" if item.verbatim else "spurious_not_verbatim"
        near = doubles.get(item.id)
        if near is not None:
            error = "duplicate"
        elif whole := _whole_of(item, ((pair.gold, pair.predicted) for pair in pairs)):
            error, near = "split_or_merged", whole
        counts[ERRORS[name][error]] += 1
        found.append(Unmatched(name, "predicted", item.id, item.span, error, near))
    for item in alignment.missing:
        swallowed_by = _whole_of(item, ((pair.predicted, pair.gold) for pair in pairs))
        error = "split_or_merged" if swallowed_by else "missing"
        counts[ERRORS[name][error]] += 1
        counts[MERGED[name]] += swallowed_by is not None
        found.append(Unmatched(name, "gold", item.id, item.span, error, swallowed_by))
    return found


def _best_near(alignment: Alignment, taken: set[str]) -> dict[str, str]:
    """By predicted id, the aligned gold item that it is most alike to."""
    unmatched = {item.id for item in alignment.spurious}
    best: dict[str, tuple[float, str]] = {}
    for (gold, predicted), likeness in alignment.near.items():
        if predicted in unmatched and gold in taken:
            best[predicted] = max(best.get(predicted, (0.0, "")), (likeness, gold))
    return {predicted: gold for predicted, (_, gold) in best.items()}


def _whole_of(piece: Item, wholes: Iterable[tuple[Item, Item]]) -> str | None:
    """The item that a piece lies inside of, beside that item's own partner rather than on it."""
    length = piece.span.end - piece.span.start
    for whole, partner in wholes:
        on_partner = _common(piece.span, partner.span)
        shorter = min(length, partner.span.end - partner.span.start)
        if _common(piece.span, whole.span) >= _INSIDE * length and 2 * on_partner < shorter:
            return whole.id
    return None


def _common(one: Span, other: Span) -> int:
    return max(min(one.end, other.end) - max(one.start, other.start), 0)


class ErrorShare(NamedTuple):
    """One class over all documents.

    Attributes:
        error: The class.
        items: How many there are in it.
        f1_if_mended: Strict F1 if this class alone were mended.
        gain: That, less strict F1 as it is.
    """

    error: ErrorClass
    items: int
    f1_if_mended: float
    gain: float


def error_shares(name: ListName, totals: Sequence[float]) -> tuple[ErrorShare, ...]:
    """Each class of a list with what mending it would gain.

    An aligned pair mended is strictly right; a spurious item mended is gone; a missing one mended is there and right.

    Args:
        name: The list.
        totals: The counts, added up over the documents.
    """
    columns = ITEMS[name]
    right, predicted, gold = totals[columns.strict], totals[columns.predicted], totals[columns.gold]
    before = _f1(right, predicted, gold)
    shares = []
    for error in ERROR_CLASSES:
        count = totals[ERRORS[name][error]]
        found, gone = 0.0, 0.0
        if error in ("boundary", "wrong_field", "wrong_type"):
            after = _f1(right + count, predicted, gold)
        elif error != "correct":
            found = count if error == "missing" else totals[MERGED[name]] if error == "split_or_merged" else 0.0
            gone = count - found
            after = _f1(right + found, predicted + found - gone, gold)
        else:
            after = before
        shares.append(ErrorShare(error, int(count), after, after - before))
    return tuple(shares)


def _f1(right: float, predicted: float, gold: float) -> float:
    return 2 * right / (predicted + gold) if predicted + gold else 1.0
