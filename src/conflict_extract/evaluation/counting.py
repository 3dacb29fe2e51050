"""Everything that is counted in one document, as one row of counts, and what became of each of its items."""

from __future__ import annotations

from typing import NamedTuple

from conflict_extract.evaluation.alignment import Alignment, Pair, align
from conflict_extract.evaluation.chains import count_chains, same_chain, same_origin
from conflict_extract.evaluation.columns import BY_TYPE, ERRORS, ITEMS, WIDTH, ListColumns
from conflict_extract.evaluation.diagnosis import Matched, Unmatched, class_of_pair, diagnose_unmatched
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.fields import Counts, count_alone, count_pair
from conflict_extract.evaluation.items import LISTS, TYPE_FIELD, ListName
from conflict_extract.evaluation.links import count_end_to_end, count_links
from conflict_extract.evaluation.settings import KEY_FIELDS, Settings


class Counted(NamedTuple):
    """One document, counted.

    Attributes:
        counts: By column (``columns``).
        matched: The aligned pairs, optional ones included.
        unmatched: The items without a partner.
    """

    counts: Counts
    matched: tuple[Matched, ...]
    unmatched: tuple[Unmatched, ...]


class _PairVerdict(NamedTuple):
    pair: Pair
    wrong: list[str]
    is_exact: bool
    is_key_right: bool


def count_document(gold: Document, predicted: Document | None, settings: Settings) -> Counted:
    """Align one document's items and count.

    Args:
        gold: The labels.
        predicted: The prediction; None where there is none, so that everything is missed.
        settings: How to align.
    """
    other = predicted if predicted is not None else Document(gold.article_id, gold.sha256)
    counts: Counts = [0.0] * WIDTH
    aligned = align(gold, other, settings)
    verdicts = {name: [_verdict(name, pair, counts) for pair in aligned[name].pairs] for name in LISTS}
    unmatched: list[Unmatched] = []
    for name in LISTS:
        _count_alone(name, aligned[name], counts)
        unmatched += diagnose_unmatched(name, aligned[name], counts)
    count_chains(aligned["attributions"], counts)
    wrong_links = count_links(gold, other, aligned, counts)
    events_right = {verdict.pair.gold.id for verdict in verdicts["events"] if verdict.is_key_right}
    whole = set(count_end_to_end(gold, other, aligned, events_right, counts))
    matched: list[Matched] = []
    for name in LISTS:
        for pair, wrong, is_exact, _ in verdicts[name]:
            error = class_of_pair(name, wrong, is_exact=is_exact)
            counts[ERRORS[name][error]] += 1
            is_claim = name == "claims"
            links = wrong_links.get(pair.gold.id, ()) if is_claim else ()
            matched.append(_matched(name, pair, error, (*wrong, *links), end_to_end=is_claim and pair.gold.id in whole))
        matched += [_matched(name, pair, "neutral", ()) for pair in aligned[name].neutral]
    return Counted(counts, tuple(matched), tuple(unmatched))


def _matched(name: ListName, pair: Pair, error: str, wrong: tuple[str, ...], *, end_to_end: bool = False) -> Matched:
    one, other = pair.gold, pair.predicted
    return Matched(name, one.id, other.id, one.span, other.span, pair.similarity, error, wrong, end_to_end)  # type: ignore[arg-type]


def _verdict(name: ListName, pair: Pair, counts: Counts) -> _PairVerdict:
    one, other = pair.gold, pair.predicted
    wrong = count_pair(name, one, other, counts)
    if name == "attributions" and "chain" not in wrong and not same_chain(one, other):
        wrong.append("chain")  # the same sources in another order
    is_exact = one.spans[0] == other.spans[0] or not set(one.spans).isdisjoint(other.spans)
    is_key_right = not any(field in wrong for field in KEY_FIELDS[name]) and (
        name != "attributions" or same_origin(one, other)
    )
    _add_pair(ITEMS[name], counts, pair.similarity, is_key_right, is_exact and not wrong)
    ours, theirs = one.fields[TYPE_FIELD[name]], other.fields[TYPE_FIELD[name]]
    if TYPE_FIELD[name] in wrong:
        counts[BY_TYPE[name][ours[0]].gold] += 1
        counts[BY_TYPE[name][theirs[0]].predicted] += 1
    else:
        shared = ours[0] if ours[0] in theirs else next(value for value in theirs if value in ours)
        _add_pair(BY_TYPE[name][shared], counts, pair.similarity, is_key_right, is_exact and not wrong)
    return _PairVerdict(pair, wrong, is_exact, is_key_right)


def _add_pair(columns: ListColumns, counts: Counts, similarity: float, lenient: bool, strict: bool) -> None:
    counts[columns.aligned] += 1
    counts[columns.soft] += similarity
    counts[columns.lenient] += lenient
    counts[columns.strict] += strict
    counts[columns.predicted] += 1
    counts[columns.gold] += 1


def _count_alone(name: ListName, alignment: Alignment, counts: Counts) -> None:
    """Count the items without a partner."""
    for items, is_gold in ((alignment.missing, True), (alignment.spurious, False)):
        side = ListColumns._fields.index("gold" if is_gold else "predicted")
        counts[ITEMS[name][side]] += len(items)
        for item in items:
            counts[BY_TYPE[name][item.fields[TYPE_FIELD[name]][0]][side]] += 1
            count_alone(name, item, counts, is_gold=is_gold)
