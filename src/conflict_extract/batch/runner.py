"""A run over many articles that survives anything: what is done is passed over, the rest is made and kept."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from conflict_extract.background import BackgroundLoop
from conflict_extract.batch.configuration import configuration_of
from conflict_extract.batch.garbage import collecting_seldom
from conflict_extract.batch.gate import Limits, RunGate
from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.money import Purse
from conflict_extract.batch.outage import Endurance
from conflict_extract.batch.readers import Readers
from conflict_extract.batch.results import CURRENCY, FINISHED
from conflict_extract.batch.sharding import Shard
from conflict_extract.batch.tally import Counts, Spent
from conflict_extract.batch.turn import Item, Turn
from conflict_extract.errors import ConfigError, LedgerError, StoppedError
from conflict_extract.extractor import Extractor, Failure
from conflict_extract.llm.client import OpenAIModel
from conflict_extract.models import Extraction
from conflict_extract.reply.reading import read_here


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a run goes about its work. None of it changes a result: it may be another at each turn.

    Attributes:
        limits: Calls in flight, rates and budget. For a model that is no ``OpenAIModel`` only the first holds, of
            articles.
        shard: Only this part of the articles, in a ledger of its own.
        moved: The endpoint may be another one than before: the same server under a new address.
        endpoint: What the endpoint is called where it is not a URL that stays (a model file on this machine).
        endurance: How long to wait for an endpoint that has gone.
    """

    limits: Limits = field(default_factory=Limits)
    shard: Shard | None = None
    moved: bool = False
    endpoint: str | None = None
    endurance: Endurance = field(default_factory=Endurance)

    def __post_init__(self) -> None:
        if self.limits.concurrency < 1:
            raise ConfigError("concurrency must be 1 or more")
        if self.shard is not None and not 1 <= self.shard.number <= self.shard.of:
            raise ConfigError("a shard is i of n, with i from 1 to n")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a turn is.

    Attributes:
        counts: Articles of the whole run by their standing.
        spent: Tokens and money of the whole run.
        passed_over: Articles of this turn that were done or failed before.
        ended: Articles of this turn that were done or failed in it.
        seconds: Since the turn began.
        rate: Articles a second, over the last minute at most.
        next_try: Where the endpoint answers no more: seconds until it is tried again; else None.
    """

    counts: Counts
    spent: Spent
    passed_over: int = 0
    ended: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    next_try: float | None = None


class BatchRun:
    """One process's turn at a run. Use it as a context, or close it.

    Example:
        ```python
        with Extractor.connect("my-model", base_url=url) as extractor, BatchRun(extractor, "run") as run:
            for result in run.results(articles):
                ...
        ```

    Args:
        extractor: Makes the extractions. It stays open.
        directory: The run directory, made where it is not there. It belongs to one configuration.
        options: How to go about it.

    Attributes:
        ledger: The ledger, open.

    Raises:
        LedgerError: The directory cannot be had (``Ledger.open``).
        ConfigError: The model cannot be had with these settings.
    """

    def __init__(
        self,
        extractor: Extractor,
        directory: Path | str,
        options: BatchOptions = BatchOptions(),
    ) -> None:
        self._options = options
        self._extractor = extractor
        configuration = configuration_of(extractor, endpoint=options.endpoint)
        price = options.limits.price
        Purse(options.limits.budget, price, model=extractor.model.name)  # one that cannot be kept is refused at once
        self.ledger = Ledger.open(directory, configuration, shard=options.shard, moved=options.moved)
        kept = self.ledger.note(CURRENCY)
        if price is not None and kept not in (None, price.currency):
            self.ledger.close()
            raise ConfigError(f"the run's costs are in {kept} so far, and the price table is in {price.currency}")
        self._turn: Turn | None = None
        self._stop: StoppedError | None = None
        self._background: BackgroundLoop | None = None
        self._expected: int | None = None

    def results(self, articles: Iterable[Item]) -> Iterator[Extraction | Failure]:
        """Make what is not made yet, and give back each result once it is durable, in the order in which they end.

        Articles that are done or failed already are passed over: ``RunResults`` has their results, ``retry`` tries
        the failed ones again. Articles are drawn in a thread, as there is room and as results are taken.

        Args:
            articles: The articles, with errors in the place of those that cannot be read. An id that comes a second
                time with another text is left out, and given back as a failure.

        Yields:
            An extraction, or a failure with its error.

        Raises:
            FatalModelError: Every further call would fail too (key, quota, unknown model).
            TransientModelError: The endpoint gave no answer for many articles on end; they are as before.
            BudgetError: The next call could pass the budget.
            LedgerError: The ledger cannot be written (disk full).
            StoppedError: ``drain`` was called, and what was in flight has come to its end.
        """
        yield from self._followed(self.aresults(articles))

    def retry(self) -> Iterator[Extraction | Failure]:
        """Try again what has failed, and make what was left waiting, from the ledger alone; else as ``results``.

        Answers that were paid for are used again: what failed because of the reply itself fails again, at no cost.
        """
        yield from self._followed(self.aretry())

    def aresults(self, articles: Iterable[Item]) -> AsyncGenerator[Extraction | Failure]:
        """The same as ``results``, to be iterated with ``async for``."""
        return self._go(articles, retrying=False)

    def aretry(self) -> AsyncGenerator[Extraction | Failure]:
        """The same as ``retry``, to be iterated with ``async for``."""
        return self._go((article for _, article in self.ledger.to_do(("waiting", "failed"))), retrying=True)

    def drain(self, why: str = "it was asked to stop") -> None:
        """Begin no more articles, and end when what is in flight has come back. From any thread, or a signal handler.

        Called a second time, what is in flight is given up: it may have been paid for.
        """
        first = self._stop is None
        self._stop = self._stop or StoppedError(f"stopped: {why}; the same command goes on from here")
        if self._turn is not None:
            self._turn.stop(self._stop, at_once=not first)

    @property
    def progress(self) -> Progress:
        """How far it is; from any thread."""
        counts, spent = self.ledger.counts, self.ledger.spent()
        turn = self._turn
        if turn is None:
            return Progress(counts, spent)
        seconds = time.monotonic() - turn.started
        return Progress(counts, spent, turn.passed_over, turn.ended, seconds, turn.rate(), turn.silence.wait)

    @property
    def currency(self) -> str | None:
        """In which money costs are, None where no price is known."""
        return self.ledger.note(CURRENCY) if self._options.limits.price is None else self._options.limits.price.currency

    def expect(self, articles: int) -> None:
        """Note how many articles the input has, for those who watch. From any thread."""
        self._expected = articles
        if self._turn is not None:
            self._turn.note(self.ledger.expect(articles))

    async def _go(self, items: Iterable[Item], *, retrying: bool) -> AsyncGenerator[Extraction | Failure]:
        model, limits = self._extractor.model, self._options.limits
        gate = RunGate.before(model, self.ledger, limits) if isinstance(model, OpenAIModel) else None
        turn = self._turn = Turn(
            self._extractor,
            self.ledger,
            gate,
            # More articles than calls: while some are read, grounded and written, the calls of others are in flight.
            most=(2 if gate is not None else 1) * limits.concurrency,
            shard=None if retrying else self._options.shard,
            retrying=retrying,
            endurance=self._options.endurance,
        )
        if limits.price is not None:
            await self.ledger.write_note(CURRENCY, limits.price.currency)
        if self._expected is not None:
            await self.ledger.expect(self._expected)
        if self._stop is not None:
            turn.stop(self._stop)
        outcome = "given up"
        results = turn.results(items)
        readers = Readers()
        self._extractor.reads = readers.read
        try:
            with collecting_seldom():
                async for result in results:
                    yield result
            outcome = FINISHED
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
            raise
        finally:
            await results.aclose()
            self._extractor.reads = read_here
            await readers.aclose()
            if isinstance(model, OpenAIModel):
                model.gate = None
                await model.aclose()
            with suppress(LedgerError):
                await self.ledger.end_session(outcome)

    def _followed(self, results: AsyncGenerator[Extraction | Failure]) -> Iterator[Extraction | Failure]:
        """The results one by one, made on an event loop in the background."""
        if self._background is None:
            self._background = BackgroundLoop()
        loop = self._background

        async def following() -> Extraction | Failure | None:
            return await anext(results, None)

        try:
            while (result := loop.run(following())) is not None:
                yield result
        finally:
            loop.run(results.aclose())

    def close(self) -> None:
        """Let the run go. Doing it twice does nothing."""
        self.ledger.close()
        if self._background is not None:
            self._background.stop()
            self._background = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
