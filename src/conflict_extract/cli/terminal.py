"""Printing words of articles, models and servers, none of which may steer the terminal."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WHITE = re.compile(r"[ \t\r\n\f\v]+")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters: escape sequences begin with them
    "\u061c\u202a-\u202e\u2066-\u2069"  # overrides of the writing direction: what is seen is not what stands there
    "\u2028\u2029\ufeff\ud800-\udfff]"  # separators, byte order mark, halves of surrogate pairs
)


def clean(text: str) -> str:
    """Text as one line that is safe to print: white space joined, control characters shown by their number."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", _WHITE.sub(" ", text).strip(" "))


def console(*, data: bool = False) -> Console:
    """A console that takes no markup from what it prints.

    Args:
        data: Print to standard output, which is for what was asked for; else to standard error.
    """
    from rich.console import Console

    return Console(stderr=not data, markup=False, highlight=False, emoji=False)


def complain(message: str) -> None:
    """Print one error to standard error."""
    print(f"Error: {clean(message)}", file=sys.stderr, flush=True)
