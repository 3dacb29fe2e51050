"""Printing words of articles, models and servers, none of which may steer the terminal."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from conflict_extract.text.printable import clean as clean

if TYPE_CHECKING:
    from rich.console import Console


def console(*, data: bool = False) -> Console:
    """A console that takes no markup from what it prints.

    Args:
        data: Print to standard output, which is for what was asked for; else to standard error.
    """
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from None  # app says with which code that ends

    return Quiet(stderr=not data, markup=False, highlight=False, emoji=False)


def complain(message: str) -> None:
    """Print one error to standard error."""
    print(f"Error: {clean(message)}", file=sys.stderr, flush=True)


def warn(message: str) -> None:
    """Print to standard error what limits a result without spoiling it."""
    print(f"Warning: {clean(message)}", file=sys.stderr, flush=True)
