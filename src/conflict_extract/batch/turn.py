"""The loop of a turn: articles drawn as there is room, each worked on in a task, each result handed on once durable."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Iterable
from typing import Any, Protocol

from conflict_extract.batch.feed import Feed
from conflict_extract.batch.journal import under_way
from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.outage import Endurance, Released, Silence
from conflict_extract.batch.sharding import Shard
from conflict_extract.documents import Sourced
from conflict_extract.errors import (
    BudgetError,
    ConfigError,
    ConflictExtractError,
    FatalModelError,
    InputError,
    InternalError,
    LedgerError,
    StoppedError,
    TransientModelError,
)
from conflict_extract.extractor import Extractor, Failure
from conflict_extract.models import Article, Extraction

Item = Article | InputError | Sourced
"""What comes in: an article, or an error in the place of one; with its place, where it has one."""

_STOPPING = (FatalModelError, BudgetError, StoppedError, LedgerError, ConfigError)
"""Errors that are not about one article: the turn ends, and the article stays as it was."""

_AT_ONCE = 64
"""Articles that are looked at before the calls in flight get their turn."""

_MOST_PENDING = 1_000
"""Notes in the ledger that are on their way; more are waited for, so that memory does not grow."""

_RATE_OVER = 60.0  # seconds
_MOST_ENDS = 10_000

_LAST_STEPS = 0.5
"""Seconds in which articles whose last call has come back take another step towards their end."""

_log = logging.getLogger(__name__)


class Gate(Protocol):
    """What a turn needs of the gate before its model."""

    cause: ConflictExtractError | None

    def stop(self, cause: ConflictExtractError | None = None) -> None:
        """Let no further call out."""

    async def drained(self) -> None:
        """Wait until no call is in flight."""

    def abort(self) -> None:
        """Give up the calls in flight."""


class Turn:
    """One turn at a run. It is used once, on one event loop.

    Args:
        extractor: Makes the extractions.
        ledger: Says what is done, and keeps what is made.
        gate: Stands before the extractor's model; None for a model that has none.
        most: Articles in progress, at the most.
        endurance: How long to wait for an endpoint that has gone.
        shard: Only its articles.
        retrying: What failed before is made again instead of passed over.

    Attributes:
        passed_over: Articles that were done or failed before.
        ended: Articles that were done or failed in this turn.
        started: When it began, on ``time.monotonic``.
        silence: Whether the endpoint answers.
    """

    def __init__(
        self,
        extractor: Extractor,
        ledger: Ledger,
        gate: Gate | None,
        *,
        most: int,
        endurance: Endurance,
        shard: Shard | None = None,
        retrying: bool = False,
    ) -> None:
        self._extractor = extractor
        self._ledger = ledger
        self._gate = gate
        self._shard = shard
        self._retrying = retrying
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[Extraction | Failure], Article] = {}
        self._over: deque[asyncio.Task[Extraction | Failure]] = deque()
        self._again: deque[Article] = deque()
        self._stop: BaseException | None = None
        self._closing: asyncio.Task[None] | None = None
        self._first_alone = gate is None  # a gate sees to that by itself
        self._ends: deque[float] = deque(maxlen=_MOST_ENDS)
        self.silence = Silence(endurance, most)
        self.passed_over = self.ended = 0
        self.started = time.monotonic()

    async def results(self, items: Iterable[Item]) -> AsyncGenerator[Extraction | Failure]:
        """Each result as it is durable; at the end the error that stopped the turn, if one did."""
        feed = Feed(items, self._wake.set)
        try:
            while True:
                self._wake.clear()
                for failure in self._begin(feed):
                    await self._ledger.flush()
                    yield failure
                if self._ledger.pending > _MOST_PENDING:
                    await self._ledger.flush()
                if self._over:
                    while self._over:
                        for result in await self._outcome(self._over.popleft()):
                            yield result
                elif not self._is_at_its_end(feed):
                    await self._something_to_do()
                elif self._stop is not None:
                    break
                else:
                    for failure in await self._released(self.silence.release()):
                        yield failure
                    if not self._again:
                        break
            if self._stop is not None:
                raise self._stop
            await self._ledger.flush()
        except asyncio.CancelledError:
            if self._gate is not None:
                self._gate.abort()  # whoever interrupts does not want to wait; ``drain`` is for those who do
            raise
        finally:
            await self._end(feed)

    def stop(self, error: ConflictExtractError, *, at_once: bool = False) -> None:
        """Begin nothing more; with ``at_once`` give up what is in flight too. From any thread."""

        def stop() -> None:
            self._stop_with(error)
            if at_once:
                if self._gate is not None:
                    self._gate.abort()
                self._cancel()

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(stop)

    def note(self, writing: Coroutine[Any, Any, None]) -> None:
        """Have the ledger written, if the turn is not over. From any thread."""
        try:
            asyncio.run_coroutine_threadsafe(writing, self._loop)
        except RuntimeError:
            writing.close()  # the loop is closed

    def rate(self) -> float:
        """Articles a second that ended, over the last minute at most."""
        now = time.monotonic()
        recent = [end for end in list(self._ends) if end > now - _RATE_OVER]
        since = max(self.started, now - _RATE_OVER) if len(recent) < _MOST_ENDS else recent[0]
        return len(recent) / max(now - since, 0.001)

    def _is_at_its_end(self, feed: Feed[Item]) -> bool:
        if self._tasks or self._over:
            return False
        return self._stop is not None or (feed.is_empty and not self._again and not self.silence.is_outage)

    async def _something_to_do(self) -> None:
        try:
            async with asyncio.timeout(self.silence.wait if not self._tasks else None):
                await self._wake.wait()
        except TimeoutError:
            pass  # the next try in an outage is due

    def _begin(self, feed: Feed[Item]) -> list[Failure]:
        """Start tasks as there is room; what fails before it begins is returned."""
        failures: list[Failure] = []
        for _ in range(_AT_ONCE):
            room = 1 if self._first_alone else self.silence.room()
            if self._stop is not None or len(self._tasks) >= room:
                return failures
            if self.silence.is_outage:
                self._start(self.silence.take())
                return failures
            if self._again:
                self._start(self._again.popleft())
                continue
            try:
                item = feed.take()
            except Exception as error:
                self._stop_with(error)
                return failures
            if item is None:
                return failures
            failures += self._enter(item)
        self._wake.set()
        return failures

    def _enter(self, item: Item) -> list[Failure]:
        where = item.place if isinstance(item, Sourced) else None
        found = item.found if isinstance(item, Sourced) else item
        place = str(where) if where is not None else None
        if self._shard is not None and not self._shard.takes(item):
            return []
        if isinstance(found, InputError):
            self._ledger.unreadable(found, place or str(found))
            return [Failure(found.article or place or "an article", found)]
        standing = self._ledger.seen(found, self._extractor.key(found), place)
        if standing == "conflict":
            problem = f"the id {found.id} came up before in this input, with another text; this article is left out"
            error = where.error(problem, article=found.id) if where else InputError(problem, article=found.id)
            self._ledger.unreadable(error, place or str(error))
            return [Failure(found.id, error)]
        if standing == "failed" and self._retrying:
            self._ledger.take_up(found.id)
        elif standing in ("done", "failed", "repeated"):
            self.passed_over += standing != "repeated"
            return []
        self._start(found)
        return []

    def _start(self, article: Article) -> None:
        task = asyncio.create_task(self._made(article))
        self._tasks[task] = article
        task.add_done_callback(self._is_over)

    async def _made(self, article: Article) -> Extraction | Failure:
        under_way.set(article.id)
        try:
            extraction = await self._extractor.aextract(article)
        except _STOPPING:
            raise
        except TransientModelError as error:
            return Failure(article.id, error)  # whether it has failed, what comes next will tell
        except ConflictExtractError as error:
            failed = error
        except Exception as error:
            # One article must not end a night's work, whatever it is that it brings to light.
            _log.exception("a fault of the library, met with the article %r", article.id)
            failed = InternalError(f"a fault of the library ({type(error).__name__}); please report it")
        else:
            await self._ledger.finish(extraction)
            return extraction
        await self._ledger.fail(article.id, failed)
        return Failure(article.id, failed)

    def _is_over(self, task: asyncio.Task[Extraction | Failure]) -> None:
        self._over.append(task)
        self._wake.set()

    async def _outcome(self, task: asyncio.Task[Extraction | Failure]) -> list[Extraction | Failure]:
        article = self._tasks.pop(task)
        self._wake.set()  # there is room again, and all others may have ended before the last look
        if task.cancelled():
            return []
        error = task.exception()
        if error is not None:
            self._stop_with(error)
            return []
        result = task.result()
        if isinstance(result, Failure) and isinstance(result.error, TransientModelError):
            if (enough := self.silence.add(article, result.error)) is not None:
                self._stop_with(enough)
            return []
        self._first_alone = False
        self._ended()
        return [result, *await self._released(self.silence.heard())]

    async def _released(self, released: Released) -> list[Failure]:
        """Queue again what is to be tried again; what has failed is noted and returned."""
        self._again.extend(released.again)
        for article, error in released.failed:
            await self._ledger.fail(article.id, error)
            self._ended()
        return [Failure(article.id, error) for article, error in released.failed]

    def _ended(self) -> None:
        self.ended += 1
        self._ends.append(time.monotonic())

    def _stop_with(self, error: BaseException) -> None:
        if self._stop is None or (isinstance(self._stop, StoppedError) and not isinstance(error, StoppedError)):
            self._stop = error
        if self._gate is not None:
            self._gate.stop(error if isinstance(error, ConflictExtractError) else None)
            self._stop = self._gate.cause if isinstance(self._stop, StoppedError) else self._stop
            self._closing = self._closing or asyncio.create_task(self._close_down(self._gate))
        self._wake.set()

    async def _close_down(self, gate: Gate) -> None:
        """Once nothing is in flight, let come to their end what can, and give up what waits for another try."""
        await gate.drained()
        left = None
        while self._tasks and len(self._tasks) != left:
            left = len(self._tasks)
            await asyncio.sleep(_LAST_STEPS)
        self._cancel()

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _end(self, feed: Feed[Item]) -> None:
        self._cancel()
        if self._closing is not None:
            self._closing.cancel()
        await asyncio.gather(*self._tasks, *filter(None, [self._closing]), return_exceptions=True)
        if self._gate is not None:
            self._gate.stop()
            await self._gate.drained()
        await feed.aclose()
