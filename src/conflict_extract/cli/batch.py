"""The commands ``batch …``: many articles, in runs that survive anything."""

from __future__ import annotations

import typer

from conflict_extract.cli.batch_provider import collect, poll, prepare, submit
from conflict_extract.cli.batch_results import export, failures, status
from conflict_extract.cli.batch_run import retry, run

batch = typer.Typer(
    name="batch",
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Extract from many articles, in a run directory that keeps each result, each paid answer and what is spent.",
)
batch.command()(run)
batch.command()(status)
batch.command()(failures)
batch.command()(retry)
batch.command()(export)
batch.command()(prepare)
batch.command()(collect)
batch.command()(submit)
batch.command()(poll)
