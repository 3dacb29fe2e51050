"""The commands that read a run directory at any time: ``batch status``, ``failures`` and ``export``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from conflict_extract.cli.export import Format

RunDirectory = Annotated[Path, typer.Argument(metavar="DIR", help="The run directory.")]


def status(
    directory: RunDirectory,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Say how a run stands: articles, calls, tokens, cost, time left; also while it runs, from another terminal."""
    from dataclasses import asdict

    from conflict_extract.batch.results import RunResults
    from conflict_extract.cli.batch_views import standing_lines
    from conflict_extract.cli.terminal import clean

    standing = RunResults(directory).standing()
    if as_json:
        typer.echo(json.dumps({**asdict(standing), "seconds_left": standing.seconds_left}, ensure_ascii=False))
        return
    for line in standing_lines(standing):
        typer.echo(clean(line))


def failures(
    directory: RunDirectory,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Lines.")] = False,
) -> None:
    """Print what failed and why, a line each: articles, and places of the input that could not be read."""
    from dataclasses import asdict

    from conflict_extract.batch.results import RunResults
    from conflict_extract.cli.terminal import clean

    count = 0
    for failed in RunResults(directory).failures():
        count += 1
        if as_json:
            typer.echo(json.dumps(asdict(failed), ensure_ascii=False))
        else:
            where = failed.article or failed.source or "?"
            source = f" [{failed.source}]" if failed.source and failed.article and failed.reason != "input" else ""
            error = failed.error.removeprefix(f"{where}: ")  # what cannot be read names its place by itself
            typer.echo(clean(f"{where}: {failed.reason}: {error}{source}"))
    if not count and not as_json:
        typer.echo("nothing failed", err=True)


def export(
    directory: RunDirectory,
    to: Annotated[
        Literal["jsonl", Format, "ledger"],
        typer.Option(
            help="jsonl: as extract writes them. ledger: a Parquet file of all articles with their state, reason, "
            "tokens and cost. The others as of `conflict-extract export`."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE_OR_FOLDER",
            help="Where to write: a file, for csv a folder of tables; for jsonl - is standard output.",
        ),
    ],
    no_text: Annotated[bool, typer.Option("--no-text", help="jsonl: leave the articles' text out.")] = False,
    best: Annotated[
        Literal["undisputed", "lowest"], typer.Option(help="acled, ucdp: as of `conflict-extract export`.")
    ] = "undisputed",
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write what is done in a run, at any time, also while it runs: each article once, with its latest result."""
    from conflict_extract.batch.results import RunResults
    from conflict_extract.cli.output import STDOUT, refuse_stdout
    from conflict_extract.cli.terminal import warn
    from conflict_extract.exports import write
    from conflict_extract.exports.fatalities import POLICIES
    from conflict_extract.exports.ledger import write_ledger
    from conflict_extract.exports.target import growing

    results = RunResults(directory)
    if to == "jsonl" and str(out) == STDOUT:
        for line in results.lines(text=not no_text):
            sys.stdout.buffer.write(line)
        return
    refuse_stdout(out)
    if to == "jsonl" or to == "ledger":
        with growing([out], force=force) as (part,):
            if to == "ledger":
                rows = write_ledger(results.articles(), part)
            else:
                with part.open("wb") as file:
                    rows = sum(1 for line in results.lines(text=not no_text) if file.write(line))
        typer.echo(f"{rows} {'articles' if to == 'ledger' else 'extractions'} written to {out}", err=True)
        return
    written = write(results.extractions(), to, out, force=force, best=POLICIES[best])
    for note in written.notes:
        warn(note)
    counts = ", ".join(f"{count} {name}" for name, count in written.rows.items())
    typer.echo(f"{written.extractions} extractions written to {out}: {counts}", err=True)
