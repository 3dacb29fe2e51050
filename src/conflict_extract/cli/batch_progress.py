"""How far a run is: one line that stays in its place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from conflict_extract.cli.batch_views import amount, duration
from conflict_extract.cli.terminal import complain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from conflict_extract.batch.runner import BatchRun
    from conflict_extract.batch.sharding import Shard
    from conflict_extract.extractor import Failure
    from conflict_extract.models import Extraction

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""

_MOST_FAILURES = 20
"""So many are named one by one; all of them stand in the ledger."""


class BatchProgress:
    """Shows how far a run is, in a thread of its own, and each failure as it comes.

    Args:
        console: Where to show it.
        run: The run.
        directory: Its directory.
        count: Says how many articles the input has; called in a thread, since it takes a look at all files.
        shard: The part of them that this run has.
    """

    def __init__(
        self,
        console: Console,
        run: BatchRun,
        directory: Path,
        count: Callable[[], int] | None,
        *,
        shard: Shard | None = None,
    ) -> None:
        self._console = console
        self._run = run
        self._directory = directory
        self._count = count
        self._shard = shard
        self._expected: int | None = None
        self._failures = 0
        self._live: Live | None = None
        self._over = threading.Event()
        self._logging: threading.Thread | None = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, name="count", daemon=True).start()
        if self._console.is_terminal:
            from rich.live import Live

            self._live = Live(
                console=self._console, get_renderable=self._text, refresh_per_second=4, transient=True,
                redirect_stdout=False, redirect_stderr=True,
            )  # fmt: skip
            self._live.start()
        else:
            self._logging = threading.Thread(target=self._log, name="progress", daemon=True)
            self._logging.start()
        return self

    def show(self, result: Extraction | Failure) -> None:
        """One article is done, or has failed."""
        from conflict_extract.extractor import Failure

        if not isinstance(result, Failure):
            return
        self._failures += 1
        if self._failures <= _MOST_FAILURES:
            complain(f"{result.article_id}: {str(result.error).removeprefix(f'{result.article_id}: ')}")
        elif self._failures == _MOST_FAILURES + 1:
            complain(f"more fail, and are not named here: conflict-extract batch failures {self._directory}")

    def line(self) -> str:
        """How far it is, in one line."""
        now = self._run.progress
        counts = now.counts
        parts = [f"{counts.done:,} done", f"{counts.failed + counts.unread:,} failed"]
        if self._expected is not None:
            parts[0] = f"{counts.done:,} of {self._expected:,} done"
        parts += [f"{now.rate:.3g}/s", amount(now.spent, self._run.currency)]
        if now.next_try is not None:
            parts.append(f"the endpoint gives no answer; next try in {duration(now.next_try)}")
        elif self._expected is not None and now.rate and not self._over.is_set():
            left = max(0, self._expected - counts.done - counts.failed - counts.unread)
            parts.append(f"about {duration(left / now.rate)} left")
        return ", ".join(parts)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._live is not None:
            self._live.stop()
        if self._logging is not None:
            self._logging.join()
        self._print(self.line())

    def _look(self) -> None:
        if self._count is None:
            counts = self._run.progress.counts
            self._expected = counts.done + counts.failed + counts.waiting
            return
        count = self._count()
        self._expected = count if self._shard is None else count // self._shard.of
        self._run.expect(self._expected)

    def _log(self) -> None:
        while not self._over.wait(EVERY):
            self._print(self.line())

    def _print(self, line: str) -> None:
        print(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", file=self._console.file, flush=True)

    def _text(self) -> Text:
        from rich.text import Text

        return Text(self.line(), no_wrap=True, overflow="ellipsis")
