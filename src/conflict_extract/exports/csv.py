"""CSV: a folder of flat tables (RFC 4180, UTF-8) that join by the article's id and the item's.

``articles.csv``, ``attributions.csv``, ``claims.csv`` and ``events.csv`` have a row for each item; ``figures.csv`` has
a row for each number, with who says it. Several values in a cell are a JSON array. Offsets are half-open code-point
intervals into the article's text. What could be run as a formula is made harmless (``exports.cells`` has the rule, and
``read_table`` undoes it).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from conflict_extract.exports.cells import Cell, from_cell, to_cell
from conflict_extract.exports.flat import TABLES
from conflict_extract.models import Extraction


def write_csv(extractions: Iterable[Extraction], files: dict[str, Path]) -> dict[str, int]:
    """Write the tables.

    Args:
        extractions: What to write; one at a time is held in memory.
        files: Where each table of ``flat.TABLES`` goes.

    Returns:
        Rows of each table.
    """
    with ExitStack() as open_files:
        tables = {name: Table(open_files.enter_context(_open(path)), TABLES[name][0]) for name, path in files.items()}
        for extraction in extractions:
            for name, table in tables.items():
                table.add(TABLES[name][1](extraction))
        return {name: table.rows for name, table in tables.items()}


def write_table(rows: Iterable[dict[str, Cell]], columns: tuple[str, ...], path: Path) -> int:
    """Write one table.

    Returns:
        Its rows, without the header.
    """
    with _open(path) as file:
        table = Table(file, columns)
        table.add(rows)
        return table.rows


def read_table(path: Path) -> Iterator[dict[str, str | None]]:
    """Read a table that was written here, its texts as they were; other values stay as they are written.

    Yields:
        For each row, its cells by column; None where there is no value.
    """
    csv.field_size_limit(2**31 - 1)  # a quote may be longer than Python's 131,072 characters
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            yield {column: from_cell(cell) for column, cell in row.items()}


class Table:
    """A CSV file that grows row by row.

    Args:
        file: The file, open for text with ``newline=""``.
        columns: Its columns; the header is written at once.
    """

    def __init__(self, file: TextIO, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._writer.writerow(columns)
        self.rows = 0

    def add(self, rows: Iterable[dict[str, Cell]]) -> None:
        """Write rows; each has a value for every column."""
        for row in rows:
            self._writer.writerow([to_cell(row[column]) for column in self._columns])
            self.rows += 1


def _open(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")
