"""How far a run is: a bar on a terminal, a line for each article elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from conflict_extract.cli.terminal import clean, complain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from conflict_extract.extractor import Failure
    from conflict_extract.models import Extraction


class Progress:
    """Shows each result as it comes; a failure with its reason.

    Args:
        console: Where to show it.
        total: How many articles there are.
    """

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=self._console, transient=True, redirect_stdout=False)
            self._bar.add_task("articles", total=self._total)
            self._bar.start()
        return self

    def show(self, result: Extraction | Failure) -> None:
        """One article is done."""
        from conflict_extract.extractor import Failure

        self._done += 1
        if isinstance(result, Failure):
            complain(f"{result.article_id}: {result.error}")
        elif self._bar is None:
            left_out = f", {len(result.rejected)} left out" if result.rejected else ""
            counts = f"{len(result.claims)} claims, {len(result.events)} events{left_out}"
            line = f"[{self._done}/{self._total}] {result.article_id}: {counts}"
            print(clean(line), file=self._console.file, flush=True)
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
