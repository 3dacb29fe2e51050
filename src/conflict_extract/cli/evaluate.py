"""The command ``evaluate``: extractions against gold, as tables, Markdown, JSON and a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from conflict_extract.cli.evaluation_files import Gold, Predictions
    from conflict_extract.evaluation.floors import FloorSet
    from conflict_extract.evaluation.results import Evaluation
    from conflict_extract.report.scored_run import ScoredRun


def evaluate(
    predictions: Annotated[
        list[Path], typer.Argument(metavar="PREDICTIONS.jsonl", help="Extractions, as extract writes them.")
    ],
    gold: Annotated[
        list[Path], typer.Option(metavar="FOLDER", help="Gold: a folder of NAME.json, or one file; may be repeated.")
    ],
    articles: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where ID.txt lie; by default 'articles' beside or above the gold."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="OTHER.jsonl", help="Another run on the same articles: paired differences.")
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Recorded answers: sizes of prompt and reply, article by article."),
    ] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as Markdown.")] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write one page in which each error opens to its passage."),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="X", help="Exit with 1 if end-to-end F1 is below X."),
    ] = None,
    on: Annotated[
        Literal["point", "lower"],
        typer.Option(help="What --fail-under looks at: F1 itself, or the lower bound of its interval."),
    ] = "point",
    floors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Exit with 1 if a score is below its floor for this gold.")
    ] = None,
) -> None:
    """Score extractions against gold, with intervals, and say what mending each class of errors would gain.

    An article of the gold without a prediction counts as all missed. What only limits the scores is warned of; what
    would make them meaningless (gold for another text, an article twice, offsets that do not fit) stops with 2.

    Exit codes: 0 all well; 1 a score is below what was asked for; 2 wrong use, or input that no score can rest on.
    """
    from conflict_extract.cli.evaluation_files import read_gold
    from conflict_extract.cli.terminal import complain, console, warn
    from conflict_extract.errors import ConfigError
    from conflict_extract.evaluation.floors import gold_digest
    from conflict_extract.report.evaluation_terminal import as_terminal

    found = read_gold(gold, articles)
    if on == "lower" and fail_under is not None and len(found.labels) == 1:
        raise ConfigError("--on lower: there is one article, so there is no interval; give more, or use --on point")
    floor_sets = _read_floors(floors) if floors is not None else {}
    run = _scored(predictions, found, compare, recordings, named=", ".join(map(str, gold)))
    for warning in run.all_warnings:
        warn(warning)
    screen = console(data=True)
    for part in as_terminal(run):
        screen.print(part)
    _write(run, markdown=markdown, json=json, html=html)
    faults = _gate(run.evaluation, fail_under, on)
    if floors is not None:
        faults += _below_floors(floors, floor_sets, run, gold_digest(found.files))
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(1)


def _scored(
    predictions: Sequence[Path], gold: Gold, other: Path | None, recordings: Path | None, *, named: str
) -> ScoredRun:
    from conflict_extract.cli.evaluation_files import read_labellings, read_predictions
    from conflict_extract.cli.recording_sizes import recording_sizes
    from conflict_extract.evaluation.agreement import agreement
    from conflict_extract.evaluation.evaluate import compare
    from conflict_extract.report.scored_run import Case, ScoredRun

    sizes = recording_sizes(recordings) if recordings is not None else {}
    found = read_predictions(predictions, gold)
    evaluation = _evaluation(found, gold)
    warnings = (*gold.warnings, *found.warnings)
    comparison = None
    if other is not None:
        against = read_predictions([other], gold)
        comparison = compare(evaluation, _evaluation(against, gold))
        missing = sorted(gold.labels.keys() - against.extractions.keys())
        if missing:
            warnings += (f"{other}: no prediction, all missed: {', '.join(missing)}",)
        warnings += against.warnings
    labellings = read_labellings(gold)
    human = agreement(labellings).evaluation.scores if labellings else {}
    return ScoredRun(
        evaluation,
        {id: Case(gold.articles[id], gold.labels[id], found.extractions.get(id)) for id in gold.labels},
        predictions=", ".join(map(str, predictions)),
        gold=named,
        warnings=warnings,
        other=str(other or ""),
        comparison=comparison,
        sizes={id: size for id, size in sizes.items() if id in gold.labels},
        labellings={name: score.f1 for name, score in human.items()},
        labelled_twice=len(labellings),
    )


def _evaluation(found: Predictions, gold: Gold) -> Evaluation:
    from conflict_extract.evaluation.evaluate import evaluate

    return evaluate(((each, found.documents.get(id)) for id, each in gold.documents.items()), groups=gold.groups)


def _write(run: ScoredRun, *, markdown: Path | None, json: Path | None, html: Path | None) -> None:
    from conflict_extract.evaluation.gold import replace_text

    if markdown is not None:
        from conflict_extract.report.evaluation_markdown import as_markdown

        replace_text(markdown, as_markdown(run))
    if json is not None:
        replace_text(json, run.to_json())
    if html is not None:
        from conflict_extract.report.evaluation_page import as_page

        replace_text(html, as_page(run))


def _gate(evaluation: Evaluation, fail_under: float | None, on: str) -> list[str]:
    """What falls short of --fail-under, with a warning where the articles are too few for it to say much."""
    from conflict_extract.cli.terminal import warn
    from conflict_extract.evaluation.evaluate import FEW

    if fail_under is None:
        return []
    score = evaluation.scores["end_to_end"]
    if on == "point" and evaluation.documents < FEW:
        warn(
            f"--fail-under looks at F1 itself over {evaluation.documents} of the {FEW} articles that it takes at "
            "least: it may fail or pass by chance; --on lower looks at the lower bound"
        )
    if on == "lower":
        assert score.f1_interval is not None
        value, name = score.f1_interval.low, "the lower bound of end-to-end F1"
    else:
        value, name = score.f1, "end-to-end F1"
    return [f"{name} is {value:.4f}, below {fail_under:g}"] if value < fail_under else []


def _read_floors(path: Path) -> Mapping[str, FloorSet]:
    """The floors of a file.

    Raises:
        ConfigError: It is no file of floors, or one was lowered in a way that could be by accident.
    """
    from conflict_extract.errors import ConfigError, GoldError
    from conflict_extract.evaluation.floors import read_floors

    try:
        return read_floors(path)
    except GoldError as error:
        raise ConfigError(str(error)) from None


def _below_floors(path: Path, sets: Mapping[str, FloorSet], run: ScoredRun, digest: str) -> list[str]:
    """What is below the floors that were measured against this gold."""
    from conflict_extract.evaluation.floors import shortfalls

    for each in sets.values():
        if each.gold == digest:
            return shortfalls(each, run.evaluation, digest)
    return [f"{path}: there are no floors for this gold (digest {digest}); measure them afresh"]
