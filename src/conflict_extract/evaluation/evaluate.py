"""Scoring predictions against gold, and one run against another.

Counts are added up over documents and ratios are made of the sums (micro), with a percentile interval from a bootstrap
over documents (the document, not the item, is what was drawn: its items stand or fall together).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from conflict_extract.errors import ConfigError, InputError
from conflict_extract.evaluation.columns import (
    BY_TYPE,
    FIELD_SCORES,
    HEADLINES,
    ITEMS,
    LINK_COLUMNS,
    TYPE_SCORES,
    WIDTH,
    ScoreColumns,
)
from conflict_extract.evaluation.counting import count_document
from conflict_extract.evaluation.diagnosis import error_shares
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.extra import np
from conflict_extract.evaluation.items import LISTS, ListName
from conflict_extract.evaluation.results import (
    ArticleResult,
    Comparison,
    Difference,
    Evaluation,
    FieldScore,
    GroupResult,
    LinkScore,
    Score,
)
from conflict_extract.evaluation.settings import Settings
from conflict_extract.evaluation.statistics import (
    Interval,
    percentile_bounds,
    randomisation_p,
    ratios,
    resampled_sums,
)

if TYPE_CHECKING:
    from conflict_extract.evaluation.statistics import Matrix

FEW = 30
"""Under so many documents an interval by bootstrap is too narrow to be relied on."""


def evaluate(
    pairs: Iterable[tuple[Document, Document | None]],
    *,
    groups: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> Evaluation:
    """Score predictions against gold.

    Args:
        pairs: For each article the gold document and the predicted one; None where the extraction failed, which
            counts as all missed. Their order changes nothing.
        groups: By article id, the group that the article is scored with besides.
        settings: How to align and to resample.

    Raises:
        ConfigError: There is no article, or the packages of the extra ``evaluation`` are missing.
        InputError: An article is there twice, or a prediction is for another article or another text.
    """
    settings = settings or Settings()
    ordered = _checked(pairs)
    counts = np.empty((len(ordered), WIDTH))
    found = []
    for row, (gold, predicted) in enumerate(ordered):
        counts[row], matched, unmatched = count_document(gold, predicted, settings)
        found.append((matched, unmatched))
    group_of = groups or {}
    f1 = ratios(counts, tuple(HEADLINES.values()))[:, :, 2].tolist()
    articles = tuple(
        ArticleResult(
            gold.article_id,
            group_of.get(gold.article_id),
            predicted is None,
            dict(zip(HEADLINES, values, strict=True)),
            matched,
            unmatched,
        )
        for (gold, predicted), (matched, unmatched), values in zip(ordered, found, f1, strict=True)
    )
    totals = counts.sum(axis=0)
    field_columns = {name: ScoreColumns(c.correct, c.predicted, c.gold) for name, c in FIELD_SCORES.items()}
    type_columns = {name: c for name, c in TYPE_SCORES.items() if totals[c.predicted] or totals[c.gold]}
    all_scores = _scores(
        counts, {**HEADLINES, **_keyed("field", field_columns), **_keyed("type", type_columns)}, settings
    )
    scores = {name: all_scores[name] for name in HEADLINES}
    return Evaluation(
        settings=settings,
        documents=len(ordered),
        failed=sum(predicted is None for _, predicted in ordered),
        scores=scores,
        fields={name: _field(totals, name, all_scores[f"field {name}"]) for name in FIELD_SCORES},
        types={name: all_scores[f"type {name}"] for name in type_columns},
        links={name: _links(totals, name, scores[f"links.{name}"]) for name in LINK_COLUMNS},
        macro_types={name: _macro_types(name, all_scores) for name in LISTS},
        errors={name: error_shares(name, totals.tolist()) for name in LISTS},
        groups=_groups(counts, articles, settings),
        articles=articles,
        warnings=_warnings(ordered),
        counts=counts,
    )


def compare(one: Evaluation, other: Evaluation, *, swaps: int = 10_000) -> Comparison:
    """Compare two runs on the same gold, document by document; nothing is aligned again.

    Args:
        one: A run.
        other: Another run, scored with the same settings against the same gold.
        swaps: Rounds of the randomisation behind the p-values.

    Raises:
        ConfigError: The two are not scores of the same articles, gold and settings.
    """
    if one.settings != other.settings:
        raise ConfigError("two runs can only be compared when they are scored with the same settings")
    if [each.article_id for each in one.articles] != [each.article_id for each in other.articles]:
        raise ConfigError("two runs can only be compared on the same articles")
    gold = [columns.gold for columns in ITEMS.values()]
    if (one.counts[:, gold] != other.counts[:, gold]).any():
        raise ConfigError("two runs can only be compared against the same gold")
    return paired(one, other, swaps=swaps)


def paired(one: Evaluation, other: Evaluation, *, swaps: int = 10_000) -> Comparison:
    """The same for two that are known to be scores of the same articles, gold and settings.

    A labelling that stands as a prediction has optional items, which count for nothing with what they meet in the gold:
    ``compare`` would take that for another gold.

    Args:
        one: A run.
        other: Another run.
        swaps: Rounds of the randomisation behind the p-values.
    """
    columns, settings = tuple(HEADLINES.values()), one.settings
    seen = [ratios(each.counts.sum(axis=0)[None], columns)[0, :, 2] for each in (one, other)]
    bounds = None
    if one.documents > 1:
        samples = [
            ratios(resampled_sums(each.counts, settings.resamples, settings.seed), columns)[:, :, 2]
            for each in (one, other)
        ]
        bounds = percentile_bounds(samples[0] - samples[1], settings.confidence)
    p_values = randomisation_p(one.counts, other.counts, columns, swaps, settings.seed)
    return Comparison(
        one.documents,
        swaps,
        {
            name: Difference(
                float(seen[0][at]),
                float(seen[1][at]),
                float(seen[0][at] - seen[1][at]),
                _interval(bounds, at),
                float(p_values[at]),
            )
            for at, name in enumerate(HEADLINES)
        },
    )


def _checked(pairs: Iterable[tuple[Document, Document | None]]) -> list[tuple[Document, Document | None]]:
    """The pairs in the order of their ids, so that the order they came in changes nothing."""
    by_id: dict[str, tuple[Document, Document | None]] = {}
    for gold, predicted in pairs:
        if gold.article_id in by_id:
            raise InputError("the article is there twice", article=gold.article_id)
        if predicted is not None and predicted.article_id != gold.article_id:
            raise InputError(f"the prediction is for the article {predicted.article_id}", article=gold.article_id)
        if predicted is not None and predicted.sha256 != gold.sha256:
            raise InputError("gold and prediction are for different texts (SHA-256)", article=gold.article_id)
        by_id[gold.article_id] = (gold, predicted)
    if not by_id:
        raise ConfigError("there is no gold to score against")
    return [by_id[article] for article in sorted(by_id)]


def _keyed(prefix: str, columns: Mapping[str, ScoreColumns]) -> dict[str, ScoreColumns]:
    return {f"{prefix} {name}": each for name, each in columns.items()}


def _scores(counts: Matrix, columns: Mapping[str, ScoreColumns], settings: Settings) -> dict[str, Score]:
    """The scores of some documents, with intervals where there are two or more."""
    score_columns = tuple(columns.values())
    totals = counts.sum(axis=0)
    values = ratios(totals[None], score_columns)[0]
    macro = ratios(counts, tuple(HEADLINES.values()))[:, :, 2].mean(axis=0)
    macro_of = dict(zip(HEADLINES, macro.tolist(), strict=True))
    bounds = None
    if len(counts) > 1:
        samples = ratios(resampled_sums(counts, settings.resamples, settings.seed), score_columns)
        bounds = percentile_bounds(samples, settings.confidence)
    found = {}
    for at, (name, each) in enumerate(columns.items()):
        right, predicted, gold = (float(totals[column]) for column in each)
        precision, recall, f1 = values[at].tolist()
        found[name] = Score(
            right=right,
            predicted=predicted,
            gold=gold,
            precision=precision,
            recall=recall,
            f1=f1,
            precision_interval=_interval(bounds, at, 0),
            recall_interval=_interval(bounds, at, 1),
            f1_interval=_interval(bounds, at, 2),
            macro_f1=macro_of.get(name),
        )
    return found


def _interval(bounds: Matrix | None, *at: int) -> Interval | None:
    return None if bounds is None else Interval(float(bounds[0][at]), float(bounds[1][at]))


def _field(totals: Matrix, name: str, score: Score) -> FieldScore:
    columns = FIELD_SCORES[name]
    correct, incorrect, missing, spurious = (int(totals[column]) for column in columns[:4])
    fills = correct + incorrect + missing + spurious
    return FieldScore(correct, incorrect, missing, spurious, correct / fills if fills else None, score)


def _links(totals: Matrix, name: str, score: Score) -> LinkScore:
    columns = LINK_COLUMNS[name]
    correct, wrong, missing, spurious, propagated = (int(totals[column]) for column in columns[:5])
    return LinkScore(correct, wrong, missing, spurious, propagated, score)


def _macro_types(name: ListName, scores: Mapping[str, Score]) -> float:
    """Mean over the types that occur; 1 where none does."""
    keys = (f"type {name}.{each}.detection" for each in BY_TYPE[name])
    present = [scores[key].f1 for key in keys if key in scores]
    return sum(present) / len(present) if present else 1.0


def _groups(counts: Matrix, articles: Sequence[ArticleResult], settings: Settings) -> dict[str, GroupResult]:
    rows: dict[str, list[int]] = {}
    for row, article in enumerate(articles):
        if article.group is not None:
            rows.setdefault(article.group, []).append(row)
    return {
        group: GroupResult(len(rows[group]), _scores(counts[rows[group]], HEADLINES, settings))
        for group in sorted(rows)
    }


def _warnings(pairs: Sequence[tuple[Document, Document | None]]) -> tuple[str, ...]:
    found = []
    if len(pairs) == 1:
        found.append("there is one document: no interval can be given")
    elif len(pairs) < FEW:
        found.append(f"there are {len(pairs)} documents: intervals over fewer than {FEW} are too narrow")
    if failed := [gold.article_id for gold, predicted in pairs if predicted is None]:
        found.append(f"no prediction, all missed: {', '.join(failed)}")
    return tuple(found)
