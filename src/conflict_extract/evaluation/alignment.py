"""Which items of two documents are the same: one to one, the best whole (never greedy), whatever their order.

Attributions and events come first, then claims. Pairs under the threshold are no candidates. Required items are
aligned before optional ones, which count for nothing (MUC-4 evaluation: optional fills are neutral).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.extra import linear_sum_assignment, np
from conflict_extract.evaluation.items import Item, ListName
from conflict_extract.evaluation.settings import Settings
from conflict_extract.evaluation.similarity import QUANTUM, similarities

LINK_BONUS = 0.05
"""Preference for claims that hang on the same telling and the same event, when several could be aligned. It chooses
between pairs that reach the threshold without it, and counts in no score."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that are taken for the same."""

    gold: Item
    predicted: Item
    similarity: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """One list of two documents, aligned.

    Attributes:
        pairs: The aligned pairs, both required.
        neutral: Aligned pairs of which one is optional: they count for nothing.
        missing: Required gold items without a partner.
        spurious: Predicted items without a partner (optional ones, in labels, left out).
        near: By ids of gold and prediction, the likeness of all that could have been aligned.
        gold_of: Gold id by predicted id, neutral pairs included.
    """

    pairs: tuple[Pair, ...]
    neutral: tuple[Pair, ...]
    missing: tuple[Item, ...]
    spurious: tuple[Item, ...]
    near: Mapping[tuple[str, str], float]
    gold_of: Mapping[str, str]


def align(gold: Document, predicted: Document, settings: Settings) -> dict[ListName, Alignment]:
    """Align two documents of the same article, list by list. Exchanging the two exchanges the sides of each pair."""
    found: dict[ListName, Alignment] = {}
    for name in ("attributions", "events"):
        found[name] = _align_list(name, gold.items(name), predicted.items(name), settings)
    tellings, events = found["attributions"].gold_of, found["events"].gold_of
    found["claims"] = _align_list(
        "claims", gold.claims, predicted.claims, settings, lambda one, other: _links(one, other, tellings, events)
    )
    return found


def _links(gold: Item, predicted: Item, tellings: Mapping[str, str], events: Mapping[str, str]) -> float:
    """Half for the same telling (or the article's own voice), half for a common event, or none on either side."""
    teller = {("", tellings.get(target, "?")) for _, target in predicted.links["attribution"][0]}
    about = {("", events.get(target, "?")) for _, target in predicted.links["events"][0]}
    same_teller = any(teller == accepted for accepted in gold.links["attribution"])
    same_event = any(about & accepted or about == accepted for accepted in gold.links["events"])
    return (same_teller + bool(same_event)) / 2


def _align_list(
    name: ListName,
    gold: Sequence[Item],
    predicted: Sequence[Item],
    settings: Settings,
    links: Callable[[Item, Item], float] | None = None,
) -> Alignment:
    alike = similarities(name, gold, predicted, settings)
    size = max(len(gold), len(predicted))
    weights = {}
    for (row, column), likeness in alike.items():
        bonus = LINK_BONUS * links(gold[row], predicted[column]) if links else 0.0
        weights[row, column] = round((likeness + bonus) * QUANTUM) - _disorder(row, column, size)
    optional = {cell for cell in weights if gold[cell[0]].optional or predicted[cell[1]].optional}
    is_gold_first = _order(gold) <= _order(predicted)
    required = _assign_from({cell: weight for cell, weight in weights.items() if cell not in optional}, is_gold_first)
    rows, columns = {row for row, _ in required}, {column for _, column in required}
    left = {
        (row, column): weights[row, column] for row, column in optional if row not in rows and column not in columns
    }
    neutral = _assign_from(left, is_gold_first)
    rows |= {row for row, _ in neutral}
    columns |= {column for _, column in neutral}
    return Alignment(
        pairs=tuple(Pair(gold[row], predicted[column], alike[row, column]) for row, column in required),
        neutral=tuple(Pair(gold[row], predicted[column], alike[row, column]) for row, column in neutral),
        missing=tuple(item for row, item in enumerate(gold) if row not in rows and not item.optional),
        spurious=tuple(item for column, item in enumerate(predicted) if column not in columns and not item.optional),
        near={(gold[row].id, predicted[column].id): likeness for (row, column), likeness in alike.items()},
        gold_of={predicted[column].id: gold[row].id for row, column in (*required, *neutral)},
    )


def _disorder(row: int, column: int, size: int) -> float:
    """Less than one quantum over a whole list: of equal alignments, the one that keeps the order of the text."""
    return 0.5 * (row - column) ** 2 / size**3


def _order(items: Sequence[Item]) -> list[tuple[object, ...]]:
    """Tells two lists apart, whichever is called gold."""
    return [(item.spans, item.words, item.id) for item in items]


def _assign_from(weights: Mapping[tuple[int, int], float], is_gold_first: bool) -> list[tuple[int, int]]:
    """Assign with the same list as rows whichever is called gold: what is still equal falls out alike."""
    if is_gold_first:
        return assign(weights)
    return sorted(
        (row, column) for column, row in assign({(column, row): each for (row, column), each in weights.items()})
    )


def assign(weights: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The one-to-one choice of cells with the greatest sum of weights, all of them positive.

    Returns:
        The chosen cells, in order; cells without a weight are never chosen.
    """
    if len(weights) < 2:
        return list(weights)
    rows = sorted({row for row, _ in weights})
    columns = sorted({column for _, column in weights})
    if len(rows) == len(columns) == len(weights):
        return sorted(weights)  # nobody competes
    row_at = {row: position for position, row in enumerate(rows)}
    column_at = {column: position for position, column in enumerate(columns)}
    matrix = np.zeros((len(rows), len(columns)))
    for (row, column), weight in weights.items():
        matrix[row_at[row], column_at[column]] = weight
    chosen = linear_sum_assignment(matrix, maximize=True)
    cells = ((rows[row], columns[column]) for row, column in zip(*(each.tolist() for each in chosen), strict=True))
    return sorted(cell for cell in cells if cell in weights)
