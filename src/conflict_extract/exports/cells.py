"""Cells of a CSV table: what a spreadsheet would run as a formula is made harmless, and can be undone.

The rule: a text cell that is empty, or begins with one of ``= + - @``, their full-width forms, a tab, a carriage return
or a line feed, or with an apostrophe, gets one apostrophe in front. So a cell begins with an apostrophe if and only if
one was put there, and taking it off gives the very text back. Numbers, dates and true/false are no text: a number below
zero keeps its bare minus. No value at all is an empty cell. The list is OWASP's ("CSV Injection"), the apostrophe its
advice for spreadsheets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

Cell = str | int | float | bool | date | None
"""What may stand in a table; a text and a value of another type are told apart when they are written."""

_DANGEROUS = frozenset("=+-@＝＋－＠\t\r\n'")


def to_cell(value: Cell) -> str | int | float:
    """A value as it is written into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if not value or value[0] in _DANGEROUS else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value


def from_cell(cell: str) -> str | None:
    """The text that a cell was made of, or None for an empty cell; other values stay as they are written."""
    if not cell:
        return None
    return cell[1:] if cell[0] == "'" else cell


def listed(values: Iterable[str | None]) -> str | None:
    """Several values in one cell, as a JSON array; None where there is none."""
    found = list(values)
    return json.dumps(found, ensure_ascii=False) if found else None
