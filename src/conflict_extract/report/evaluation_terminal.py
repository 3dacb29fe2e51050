"""An evaluation for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from conflict_extract.report.evaluation_tables import Table, headline, settings_line, tables
from conflict_extract.report.scored_run import ScoredRun
from conflict_extract.text.printable import clean

_NAME = 24
"""So many signs of a name are always on one line."""


def as_terminal(run: ScoredRun) -> Iterator[Grid | Text]:
    """Parts for rich; no text in them is markup or steers the terminal."""
    yield Text(headline(run), "bold")
    yield Text(clean(f"{run.predictions} against {run.gold}"), "dim")
    yield Text()
    for table in tables(run, in_full=False):
        yield Text(table.title, "bold cyan")
        yield _grid(table)
        if table.note:
            yield Text(clean(table.note), "dim")
        yield Text()
    yield Text(settings_line(run), "dim")


def _grid(table: Table) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for position, (name, *cells) in enumerate(zip(table.columns, *table.rows, strict=True)):
        # Heads may be folded between words, and long names of articles anywhere; numbers may not.
        longest = max(map(len, cells), default=0)
        if position:
            grid.add_column(name, justify="right", min_width=max(longest, *map(len, name.split())))
        else:
            grid.add_column(name, min_width=min(longest, _NAME), overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(clean(cell)) for cell in row))
    return grid
