"""Comparing the fields of aligned items: MUC counts, with figures and times on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from conflict_extract.evaluation.alignment import assign
from conflict_extract.evaluation.columns import (
    AT_LEAST,
    FIGURES,
    PART_FIELDS,
    SINGLE_FIELDS,
    TIMES,
    FieldColumns,
)
from conflict_extract.evaluation.items import Accepted, Amount, Item, ListName, Part, When
from conflict_extract.evaluation.similarity import agree, nested

Counts = list[float]
"""One document's counts, by column."""
Verdict = tuple[int, int, int, int]
"""What becomes of a fill: correct, incorrect, missing, spurious, of which at most one is 1 in a single field."""


def count_pair(name: ListName, gold: Item, predicted: Item, counts: Counts) -> list[str]:
    """Count the fields of an aligned pair.

    Returns:
        The names of the fields that are wrong; parts by the name of their list.
    """
    wrong = []
    for field, columns in SINGLE_FIELDS[name].items():
        ours, theirs = gold.fields[field], predicted.fields[field]
        if field == "weapons":
            if not ours[0] and not theirs[0]:
                continue
            verdict = _compare_sets(ours, theirs)
        elif ours[0] == theirs[0]:
            if ours[0] is not None:
                _add_correct(columns, counts)
            continue
        else:
            verdict = _compare(ours, theirs)
        if _add(columns, verdict, counts):
            wrong.append(field)
    for part, fields in PART_FIELDS[name].items():
        if _count_parts(fields, gold.parts[part], predicted.parts[part], counts, is_figure=part == "figures"):
            wrong.append(part)
    if name == "events":
        _count_times(gold.fields["time"], predicted.fields["time"], counts)
    return wrong


def count_alone(name: ListName, item: Item, counts: Counts, *, is_gold: bool) -> None:
    """Count the fills of an item without a partner: missing ones of gold, spurious ones of a prediction."""
    side = FieldColumns._fields.index("gold" if is_gold else "predicted")
    for field, columns in SINGLE_FIELDS[name].items():
        value = item.fields[field][0]
        counts[columns[side]] += len(value) if field == "weapons" else value is not None
    for part, fields in PART_FIELDS[name].items():
        for each in item.parts[part][0]:
            for field, columns in fields.items():
                counts[columns[side]] += each[field][0] is not None
    if name == "claims":
        for figure in item.parts["figures"][0]:
            _count_figure(figure, counts, is_gold=is_gold)
    if name == "events" and _is_resolved(item.fields["time"][0]):
        counts[TIMES["gold" if is_gold else "predicted"]] += 1


def _compare(ours: Accepted, theirs: Accepted) -> Verdict:
    if agree(ours, theirs):
        shared = set(ours) & set(theirs)
        return (int(shared != {None}), 0, 0, 0)
    if theirs[0] is None:
        return (0, 0, 1, 0)
    return (0, 0, 0, 1) if ours[0] is None else (0, 1, 0, 0)


def _compare_sets(ours: Accepted, theirs: Accepted) -> Verdict:
    """Fills of a field that holds a set, against the accepted set that fits best (MUC: what is left over pairs up)."""
    options = []
    for one, other in product(ours, theirs):
        correct = len(one & other)
        incorrect = min(len(one), len(other)) - correct
        options.append((correct, incorrect, max(len(one) - len(other), 0), max(len(other) - len(one), 0)))
    return min(options, key=lambda verdict: (sum(verdict[1:]), -verdict[0]))


def _add_correct(columns: FieldColumns, counts: Counts) -> None:
    counts[columns.correct] += 1
    counts[columns.predicted] += 1
    counts[columns.gold] += 1


def _add(columns: FieldColumns, verdict: Verdict, counts: Counts) -> bool:
    """Add a verdict to the counts; whether anything was wrong."""
    correct, incorrect, missing, spurious = verdict
    counts[columns.correct] += correct
    counts[columns.incorrect] += incorrect
    counts[columns.missing] += missing
    counts[columns.spurious] += spurious
    counts[columns.predicted] += correct + incorrect + spurious
    counts[columns.gold] += correct + incorrect + missing
    return incorrect + missing + spurious > 0


PartPair = tuple[Part | None, Part | None]


def _count_parts(
    fields: Mapping[str, FieldColumns],
    ours: Sequence[tuple[Part, ...]],
    theirs: Sequence[tuple[Part, ...]],
    counts: Counts,
    *,
    is_figure: bool,
) -> bool:
    """Count the parts of a pair, against the accepted list that fits best; whether anything was wrong."""
    if not ours[0] and not theirs[0]:
        return False
    if ours[0] == theirs[0]:
        pairs: list[PartPair] = list(zip(ours[0], theirs[0], strict=True))
    else:
        options = [pair_parts(tuple(fields), one, other) for one, other in product(ours, theirs)]
        pairs = options[0] if len(options) == 1 else min(options, key=lambda each: _faults(tuple(fields), each))
    any_wrong = False
    for one, other in pairs:
        for field, columns in fields.items():
            if one and other and one[field][0] == other[field][0]:
                if one[field][0] is not None:
                    _add_correct(columns, counts)
            else:
                any_wrong |= _add(columns, _verdict(field, one, other), counts)
        if is_figure:
            _count_figures(one, other, counts)
    return any_wrong


def _verdict(field: str, one: Part | None, other: Part | None) -> Verdict:
    return _compare(one[field] if one else (None,), other[field] if other else (None,))


def _faults(fields: Sequence[str], pairs: Sequence[PartPair]) -> int:
    return sum(sum(_verdict(field, one, other)[1:]) for one, other in pairs for field in fields)


def pair_parts(fields: Sequence[str], ours: Sequence[Part], theirs: Sequence[Part]) -> list[PartPair]:
    """Pair parts one to one: first by the field that names them, then by how many others agree, then by order."""
    if len(ours) == len(theirs) == 1:
        return [(ours[0], theirs[0])]
    weights = {}
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            same = sum(agree(one[field], other[field]) for field in fields[1:])
            weights[row, column] = 1 + same + 20 * agree(one[fields[0]], other[fields[0]]) - 1e-4 * abs(row - column)
    chosen = assign(weights)
    rows, columns = {row for row, _ in chosen}, {column for _, column in chosen}
    return [
        *((ours[row], theirs[column]) for row, column in chosen),
        *((one, None) for row, one in enumerate(ours) if row not in rows),
        *((None, other) for column, other in enumerate(theirs) if column not in columns),
    ]


def _count_figures(one: Part | None, other: Part | None, counts: Counts) -> None:
    """Strict: the same number, bounds, unit and measure. Lenient: the same unit and measure, and the bounds meet."""
    if one is None or other is None:
        if figure := one or other:
            _count_figure(figure, counts, is_gold=one is not None)
        return
    counts[FIGURES["gold"]] += 1
    counts[FIGURES["predicted"]] += 1
    equal = agree(one["value"], other["value"])
    if agree(one["measure"], other["measure"]):
        counts[FIGURES["strict"]] += equal
        counts[FIGURES["lenient"]] += equal or any(_meet(a, b) for a, b in product(one["value"], other["value"]))
    theirs = _is_lower_bound(other)
    ours = _is_lower_bound(one) if not equal else theirs
    counts[AT_LEAST.gold] += ours
    counts[AT_LEAST.predicted] += theirs
    counts[AT_LEAST.right] += ours and equal


def _count_figure(figure: Part, counts: Counts, *, is_gold: bool) -> None:
    counts[FIGURES["gold" if is_gold else "predicted"]] += 1
    counts[AT_LEAST.gold if is_gold else AT_LEAST.predicted] += _is_lower_bound(figure)


def _is_lower_bound(figure: Part) -> bool:
    """Whether the words say "at least", "more than" or the like."""
    return figure["value"][0].comparator in ("ge", "gt")


def _meet(one: Amount, other: Amount) -> bool:
    """Whether two amounts of the same unit have a value in common; one without any bound meets nothing."""
    return one.unit == other.unit and _has_bound(one) and _has_bound(other) and _overlap(one, other)


def _has_bound(amount: Amount) -> bool:
    return amount.low is not None or amount.high is not None


def _overlap(one: Amount, other: Amount) -> bool:
    def below(low: int | float | None, high: int | float | None) -> bool:
        return low is None or high is None or low <= high

    return below(one.low, other.high) and below(other.low, one.high)


def _is_resolved(time: When | None) -> bool:
    return time is not None and time.earliest is not None


def _count_times(ours: Accepted, theirs: Accepted, counts: Counts) -> None:
    """Exact: the same first and last day. Containment: one stretch holds the other."""
    is_gold, is_predicted = _is_resolved(ours[0]), _is_resolved(theirs[0])
    if agree(ours, theirs):
        is_gold = is_predicted  # the accepted value is the one that was given
    counts[TIMES["gold"]] += is_gold
    counts[TIMES["predicted"]] += is_predicted
    if is_gold and is_predicted:
        counts[TIMES["exact"]] += agree(ours, theirs)
        counts[TIMES["containment"]] += any(nested(a, b) for a, b in product(ours, theirs))
