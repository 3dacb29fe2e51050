"""The tables of an evaluation, the same for the terminal, for Markdown and for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from conflict_extract.evaluation.results import Evaluation, Score
from conflict_extract.evaluation.statistics import Interval
from conflict_extract.report.scored_run import ScoredRun

Row = tuple[str, ...]
NONE = "–"

MEANINGS = (
    ("end_to_end", "claims with the right polarity, teller and events: what a user relies on"),
    ("detection", "found, that is aligned one to one with an item of gold"),
    ("lenient", "found, and the fields that matter most are right"),
    ("strict", "the very same passage, and every field is right"),
    ("soft", "likeness of the aligned items, added up"),
    ("macro", "mean F1 of the articles; all else counts items over all articles (micro)"),
)
"""What the scores mean, for the legends."""

_OVERVIEW = (
    "end_to_end",
    "attributions.detection",
    "events.detection",
    "claims.detection",
    "claims.strict",
    "figures.strict",
)
"""The scores of the tables by article and by phenomenon."""


class Table(NamedTuple):
    """A table of plain words; all but the first column hold numbers.

    Attributes:
        title: What it shows.
        columns: Their heads.
        rows: Cells; as many as columns.
        note: How to read it.
    """

    title: str
    columns: Row
    rows: tuple[Row, ...]
    note: str = ""


def headline(run: ScoredRun) -> str:
    """The one line that matters most."""
    evaluation = run.evaluation
    score = evaluation.scores["end_to_end"]
    documents = "1 article" if evaluation.documents == 1 else f"{evaluation.documents} articles"
    interval = score.f1_interval
    spread = f", {_percent(evaluation)} interval {_interval(interval)}" if interval else ", no interval"
    return f"End-to-end F1 {_share(score.f1)}{spread}, macro {_share(score.macro_f1)}, over {documents}"


def settings_line(run: ScoredRun) -> str:
    """How the items were aligned and the documents resampled."""
    settings = run.evaluation.settings
    weights = settings.weights
    return (
        f"Items are aligned one to one where their likeness is at least {settings.threshold:g} "
        f"(weights: span {weights.span:g}, text {weights.text:g}, type {weights.type:g}, value {weights.value:g}); "
        f"intervals are percentiles of {settings.resamples} bootstrap samples of articles (seed {settings.seed})."
    )


def tables(run: ScoredRun, *, in_full: bool) -> Iterator[Table]:
    """All tables that there is something to say in.

    Args:
        run: The scored run.
        in_full: Also intervals of precision and recall, and the scores by type: for what is not read in a terminal.
    """
    evaluation = run.evaluation
    yield _scores(run, in_full=in_full)
    if run.comparison is not None:
        yield _differences(run)
    yield _errors(evaluation)
    yield _fields(evaluation, in_full=in_full)
    yield _links(evaluation)
    if in_full:
        yield _types(evaluation)
    if evaluation.groups:
        rows = tuple(
            (name, str(group.documents), *_f1s({key: each.f1 for key, each in group.scores.items()}))
            for name, group in evaluation.groups.items()
        )
        yield Table("F1 by phenomenon", ("phenomenon", "articles", *_heads()), rows)
    articles = tuple(
        (f"{each.article_id}{' (no prediction)' if each.failed else ''}", *_f1s(each.f1))
        for each in evaluation.articles
    )
    yield Table("F1 by article", ("article", *_heads()), articles)
    if run.sizes:
        yield _sizes(run)


def _scores(run: ScoredRun, *, in_full: bool) -> Table:
    evaluation = run.evaluation
    spread = f"{_percent(evaluation)} of "
    heads = ("P", f"{spread}P", "R", f"{spread}R", "F1", f"{spread}F1") if in_full else ("P", "R", "F1", f"{spread}F1")
    labelled = ("labellings",) if run.labellings else ()
    rows = []
    for name, score in evaluation.scores.items():
        values = (
            _share(score.precision),
            *((_interval(score.precision_interval),) if in_full else ()),
            _share(score.recall),
            *((_interval(score.recall_interval),) if in_full else ()),
            _share(score.f1),
            _interval(score.f1_interval),
        )
        human = (_share(run.labellings.get(name)),) if labelled else ()
        counts = _counts(score) if in_full else ()
        rows.append((name, *values, _share(score.macro_f1), *human, *counts))
    note = "; ".join(f"{name}: {meaning}" for name, meaning in MEANINGS) + "."
    if labelled:
        note += (
            f" labellings: F1 of one labelling of these articles against the other, by the same scorer, over "
            f"{run.labelled_twice} articles that have two; who labelled is said beside the gold."
        )
    counted = ("right", "predicted", "gold") if in_full else ()
    return Table("Scores", ("score", *heads, "macro", *labelled, *counted), tuple(rows), note)


def _differences(run: ScoredRun) -> Table:
    comparison = run.comparison
    assert comparison is not None
    rows = tuple(
        (
            name,
            _share(each.one),
            _share(each.other),
            f"{each.difference:+.3f}",
            _interval(each.interval, signed=True),
            f"{each.p_value:.4f}",
        )
        for name, each in comparison.scores.items()
    )
    return Table(
        "Differences in F1",
        ("score", "this", "other", "difference", f"{_percent(run.evaluation)} of it", "p"),
        rows,
        f"other: {run.other}. Paired by article; p by {comparison.swaps} rounds of approximate randomisation.",
    )


def _errors(evaluation: Evaluation) -> Table:
    rows = tuple(
        (f"{name}: {share.error}", str(share.items), _share(share.f1_if_mended), f"{share.gain:+.3f}")
        for name, shares in evaluation.errors.items()
        for share in sorted(shares, key=lambda each: -each.gain)
        if share.items
    )
    note = "Strict F1 of the list if this class of errors alone were mended, the greatest gain first."
    return Table("Error classes", ("list: class", "items", "F1 if mended", "gain"), rows, note)


def _fields(evaluation: Evaluation, *, in_full: bool) -> Table:
    rows = []
    for name, each in evaluation.fields.items():
        if each.score.predicted or each.score.gold:
            spread = (_interval(each.score.f1_interval),) if in_full else ()
            counts = tuple(str(count) for count in (each.correct, each.incorrect, each.missing, each.spurious))
            rows.append((name, *counts, _share(each.accuracy), _share(each.score.f1), *spread))
    spread = (f"{_percent(evaluation)} of F1",) if in_full else ()
    return Table(
        "Fields",
        ("field", "right", "wrong", "missing", "spurious", "share", "F1", *spread),
        tuple(rows),
        "Counts, and the share that is right, over aligned items; F1 over all items.",
    )


def _links(evaluation: Evaluation) -> Table:
    rows = tuple(
        (
            name,
            *(str(count) for count in (each.correct, each.wrong, each.missing, each.spurious, each.propagated)),
            _share(each.score.f1),
        )
        for name, each in evaluation.links.items()
    )
    return Table(
        "Links of claims",
        ("link", "correct", "wrong", "missing", "spurious", "propagated", "F1"),
        rows,
        "propagated: an end of the link was not found, so that the link could not be right.",
    )


def _types(evaluation: Evaluation) -> Table:
    rows = tuple(
        (name.removesuffix(".detection"), *_three(score), *_counts(score))
        for name, score in evaluation.types.items()
        if name.endswith(".detection")
    )
    macro = ", ".join(f"{name} {_share(value)}" for name, value in evaluation.macro_types.items())
    return Table(
        "Detection by type",
        ("type", "P", "R", "F1", "right", "predicted", "gold"),
        rows,
        f"Found and of the right type. Mean F1 over the types that occur: {macro}.",
    )


def _sizes(run: ScoredRun) -> Table:
    rows: list[tuple[int | None, ...]] = []
    for article in run.evaluation.articles:
        size = run.sizes.get(article.article_id)
        if size is not None:
            text = len(run.cases[article.article_id].article.text)
            rows.append((text, size.calls, size.prompt, size.reply, size.prompt_tokens, size.reply_tokens))
    names = [each.article_id for each in run.evaluation.articles if each.article_id in run.sizes]
    rows.append(tuple(_sum(column) for column in zip(*rows, strict=True)))
    names.append("all")
    cells = tuple(
        (name, *(_whole(value) for value in row), _times(row[3], row[0])) for name, row in zip(names, rows, strict=True)
    )
    return Table(
        "Characters of prompt and reply",
        ("article", "text", "calls", "prompt", "reply", "prompt tokens", "reply tokens", "reply/text"),
        cells,
        "Of all calls for the article, reasks included; tokens as the endpoint counted them.",
    )


def _times(value: int | None, of: int | None) -> str:
    return f"{value / of:.1f}" if value is not None and of else NONE


def _sum(values: tuple[int | None, ...]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _heads() -> Row:
    return tuple(name.removesuffix(".detection").replace("_", " ").replace(".", " ") for name in _OVERVIEW)


def _f1s(f1: Mapping[str, float]) -> Row:
    return tuple(_share(f1[name]) for name in _OVERVIEW)


def _three(score: Score) -> Row:
    return _share(score.precision), _share(score.recall), _share(score.f1)


def _counts(score: Score) -> Row:
    right = f"{score.right:.1f}" if score.right % 1 else f"{score.right:.0f}"
    return right, f"{score.predicted:.0f}", f"{score.gold:.0f}"


def _percent(evaluation: Evaluation) -> str:
    return f"{100 * evaluation.settings.confidence:g} %"


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def _interval(interval: Interval | None, *, signed: bool = False) -> str:
    if interval is None:
        return NONE
    return f"{interval.low:+.3f} to {interval.high:+.3f}" if signed else f"{interval.low:.3f}–{interval.high:.3f}"


def _whole(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"
