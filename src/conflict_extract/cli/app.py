"""The commands, and which exit code each error ends with."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from conflict_extract.cli.batch import batch
from conflict_extract.cli.evaluate import evaluate
from conflict_extract.cli.export import export
from conflict_extract.cli.extract import extract
from conflict_extract.cli.gold import gold
from conflict_extract.cli.report import report
from conflict_extract.cli.schema import schema
from conflict_extract.cli.show import show
from conflict_extract.cli.terminal import complain
from conflict_extract.errors import (
    BudgetError,
    ConfigError,
    ConflictExtractError,
    FatalModelError,
    LedgerError,
    cause_of,
)

FAILED = 1
"""Some article failed, or something that was checked is not as it should be."""

WRONG_USE = 2
"""The command cannot work as it was given: wrong option, no such file, no key, a key that is refused."""


_NO_SUCH_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}
"""What is wrong with a path as it was given; a disk that is full or broken is something else."""


def _named(error: OSError) -> str:
    """The file that the user named: what is written grows beside it under another name."""
    return str(error.filename2 or error.filename).removesuffix(".part")


PIPE_CLOSED = 141
"""What a shell says of any command whose reader has gone: 128 and the number of SIGPIPE."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigError, FatalModelError, LedgerError, BudgetError) as error:
            complain(str(error))
            raise typer.Exit(WRONG_USE) from error
        except ConflictExtractError as error:
            complain(str(error))
            raise typer.Exit(FAILED) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # who read the output has gone, as with `| head`: no failure of ours
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise typer.Exit(PIPE_CLOSED) from error
            complain(f"{_named(error)}: {cause_of(error)}" if error.filename else str(error))
            raise typer.Exit(WRONG_USE if error.errno in _NO_SUCH_PLACE else FAILED) from error


app = typer.Typer(
    cls=_Commands,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn reporting on armed conflict into claims, events and attributions, each tied to the article's words.",
    epilog="Exit codes: 0 all well; 1 some article failed (named, the others are written); 2 wrong use.",
)
app.command()(extract)
app.command()(show)
app.command()(report)
app.command()(export)
app.command()(evaluate)
app.command()(schema)
app.add_typer(batch)
app.add_typer(gold)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and exit.", is_eager=True),
) -> None:
    if version:
        from conflict_extract import __version__

        typer.echo(__version__)
        raise typer.Exit
