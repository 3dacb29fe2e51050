"""A turn at a run from the command line: its settings, its progress, its end in good order, and what it would take."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from conflict_extract.asking import Options
    from conflict_extract.batch.gate import Limits
    from conflict_extract.batch.runner import BatchOptions, BatchRun
    from conflict_extract.batch.sharding import Shard
    from conflict_extract.cli.engine import Engine
    from conflict_extract.cli.inputs import Inputs

_STOPPED = 2
_INTERRUPTED = 128
"""What a shell adds to the number of a signal: 130 after Ctrl-C, 143 after SIGTERM."""


@dataclass(frozen=True, slots=True)
class GivenLimits:
    """Concurrency, rates and money, as the options have them."""

    concurrency: int
    requests_per_minute: int | None
    tokens_per_minute: int | None
    budget: str | None
    prices: Path | None

    def of(self, model: str) -> Limits:
        """The limits of a run with this model.

        Raises:
            ConfigError: The budget or the price table cannot be read.
        """
        from conflict_extract.batch.gate import Limits
        from conflict_extract.batch.money import Budget, read_price
        from conflict_extract.cli.terminal import warn

        price = read_price(self.prices, model) if self.prices is not None else None
        if self.prices is not None and price is None:
            warn(f"{self.prices} has no price of {model!r}: only tokens are counted, not their cost")
        return Limits(
            concurrency=self.concurrency,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            budget=Budget.parse(self.budget) if self.budget is not None else None,
            price=price,
        )


@dataclass(frozen=True, slots=True)
class GivenTurn:
    """What the options say about a turn."""

    engine: Engine
    options: Options
    directory: Path
    limits: GivenLimits
    shard: Shard | None
    moved: bool

    def batch_options(self, model: str) -> BatchOptions:
        """How the run goes about its work; of a shard, its share of rates and budget."""
        from conflict_extract.batch.runner import BatchOptions

        limits = self.limits.of(model)
        return BatchOptions(
            limits=self.shard.share_of(limits) if self.shard is not None else limits,
            shard=self.shard,
            moved=self.moved,
            endpoint=self.engine.label,
        )


def take(turn: GivenTurn, inputs: Inputs | None) -> bool:
    """Take a turn, over inputs or else over what failed; whether anything stands as failed at its end."""
    from conflict_extract.batch.provider_requests import SentRequests
    from conflict_extract.batch.runner import BatchRun
    from conflict_extract.cli.batch_progress import BatchProgress
    from conflict_extract.cli.terminal import console, warn
    from conflict_extract.extractor import Extractor

    stream = inputs.stream() if inputs is not None else None
    with (
        _no_answer_as_a_stop(),
        turn.engine.started() as model,
        Extractor(model, turn.options) as extractor,
        BatchRun(extractor, turn.directory, turn.batch_options(model.name)) as run,
        _drained_by_signals(run),
    ):
        if out := SentRequests(run.ledger).counts().get("sent"):
            warn(f"{out} requests of this run are out in batch files: what is asked now is paid for a second time")
        count = inputs.count if inputs is not None else None
        with BatchProgress(console(), run, turn.directory, count, shard=turn.shard) as progress:
            for result in run.retry() if stream is None else run.results(stream):
                progress.show(result)
        counts = run.progress.counts
        return bool(counts.failed or counts.unread)


@contextmanager
def _no_answer_as_a_stop() -> Iterator[None]:
    from conflict_extract.cli.terminal import complain
    from conflict_extract.errors import TransientModelError

    try:
        yield
    except TransientModelError as error:
        complain(str(error))
        raise typer.Exit(_STOPPED) from error


@contextmanager
def _drained_by_signals(run: BatchRun) -> Iterator[None]:
    """SIGTERM and Ctrl-C drain the run; a second one gives up what is in flight."""
    from conflict_extract.errors import StoppedError

    received: list[int] = []

    def drain(number: int, _: Any) -> None:
        received.append(number)
        if len(received) == 1:
            # No more than this may be done here: the signal comes in the middle of anything.
            os.write(2, b"\nfinishing the calls in flight; once more to give them up\n")
        run.drain(f"by {signal.Signals(number).name}")

    before = {number: signal.signal(number, drain) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except StoppedError as error:
        if not received:
            raise
        from conflict_extract.cli.terminal import complain

        complain(str(error))
        raise typer.Exit(_INTERRUPTED + received[0]) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def print_estimate(turn: GivenTurn, inputs: Inputs) -> None:
    """Print what a run would take, without those articles that are done."""
    from conflict_extract.batch.estimate import estimate
    from conflict_extract.batch.gate import FORECAST
    from conflict_extract.batch.results import RunResults
    from conflict_extract.cli.batch_views import estimate_lines
    from conflict_extract.errors import LedgerError
    from conflict_extract.extractor import Extractor
    from conflict_extract.models import Article

    try:
        kept: RunResults | None = RunResults(turn.directory)
    except LedgerError:
        kept = None  # not begun yet
    with turn.engine.started(ask=False) as model, Extractor(model, turn.options) as extractor:
        articles: Iterator[Article] = (
            each.found
            for each in inputs.stream()
            if isinstance(each.found, Article) and (turn.shard is None or turn.shard.takes(each))
        )
        if kept is not None:
            articles = kept.without_finished(articles, extractor.key)
        price = turn.limits.of(model.name).price
        found = estimate(articles, extractor, price=price, noted=kept.note(FORECAST) if kept is not None else None)
    for line in estimate_lines(found):
        typer.echo(line)
