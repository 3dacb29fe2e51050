"""The table at the end of a run: what was found in each article, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conflict_extract.cli.terminal import clean

if TYPE_CHECKING:
    from rich.console import Console

    from conflict_extract.extractor import Failure
    from conflict_extract.models import Extraction

_HEADS = ("article", "claims", "events", "attributions", "rejected", "calls", "tokens")
_ROWS = 50
"""With more articles than this, the table has only their total."""


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    claims: int
    events: int
    attributions: int
    rejected: int
    calls: int
    tokens: int | None
    complete: bool = True


class Summary:
    """Counts the results of a run."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self.failed: list[str] = []

    def add(self, result: Extraction | Failure) -> None:
        """Count one result."""
        from conflict_extract.extractor import Failure

        if isinstance(result, Failure):
            self.failed.append(result.article_id)
            return
        made = result.provenance
        tokens = made.usage.prompt_tokens + made.usage.completion_tokens if made.usage else None
        counts = (len(result.claims), len(result.events), len(result.attributions), len(result.rejected))
        self._rows.append(_Row(result.article_id, *counts, made.calls, tokens, result.complete))

    def print(self, console: Console) -> None:
        """Print the table, if anything was extracted."""
        if not self._rows:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for head in _HEADS:
            table.add_column(head, justify="left" if head == "article" else "right", overflow="fold")
        rows = sorted(self._rows, key=lambda row: row.name) if len(self._rows) <= _ROWS else []
        for row in rows:
            table.add_row(Text(clean(row.name) + ("" if row.complete else " (incomplete)")), *_cells(row))
        if len(self._rows) != 1:
            table.add_section()
            table.add_row(Text(f"{len(self._rows)} articles"), *_cells(self._total()))
        console.print(table)

    def _total(self) -> _Row:
        tokens = [row.tokens for row in self._rows if row.tokens is not None]
        return _Row(
            "",
            sum(row.claims for row in self._rows),
            sum(row.events for row in self._rows),
            sum(row.attributions for row in self._rows),
            sum(row.rejected for row in self._rows),
            sum(row.calls for row in self._rows),
            sum(tokens) if len(tokens) == len(self._rows) else None,
        )


def _cells(row: _Row) -> list[str]:
    counts = (row.claims, row.events, row.attributions, row.rejected, row.calls)
    return [*(f"{count:,}" for count in counts), "–" if row.tokens is None else f"{row.tokens:,}"]
