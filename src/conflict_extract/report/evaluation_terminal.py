"""An evaluation for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from conflict_extract.report.evaluation_tables import Table, headline, settings_line, tables
from conflict_extract.report.scored_run import ScoredRun
from conflict_extract.text.printable import clean


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
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    first, *others = table.columns
    grid.add_column(first, overflow="fold")  # long names of articles may be folded, numbers may not
    for name, *cells in zip(others, *(row[1:] for row in table.rows), strict=True):
        is_broken = len(name) > max(map(len, cells), default=0)
        grid.add_column(name.replace(" ", "\n") if is_broken else name, justify="right", no_wrap=True)
    for row in table.rows:
        grid.add_row(*(Text(clean(cell)) for cell in row))
    return grid
