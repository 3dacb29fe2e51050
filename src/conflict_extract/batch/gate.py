"""The gate of a run: lets each call out when concurrency, rates, pause and budget have room, and journals it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary

from conflict_extract.batch.concurrency import Concurrency
from conflict_extract.batch.journal import CallState
from conflict_extract.batch.money import Budget, Forecast, Price, Purse
from conflict_extract.batch.rates import Rates
from conflict_extract.batch.tally import Spent
from conflict_extract.errors import (
    ConflictExtractError,
    FatalModelError,
    LedgerError,
    ModelError,
    RequestError,
    StoppedError,
    TransientModelError,
)
from conflict_extract.llm.base import Call, Completion
from conflict_extract.llm.client import OpenAIModel
from conflict_extract.llm.retries import Pause
from conflict_extract.models.extraction import Usage

ANSWERED_BY = "answered_by"
"""The note in the ledger with the name under which the endpoint answers: a run that goes on goes on with that model."""

FORECAST = "forecast"
"""The note in the ledger with what the answers so far have shown about the tokens that calls take."""

_NOTED_EVERY = 128  # answers

_AHEAD = 4
"""For every four calls in flight one more is booked and waits for its place."""

_UNSURE = frozenset({408, 499, 504, 524})
"""Statuses of a gateway that gave up waiting: the model behind it may have answered, and billed, all the same."""

_TOO_MUCH = frozenset({408, 425, 429, 503, 504, 524, 529})
"""Statuses of a call that was turned away because there was too much."""

_PAGES = 5
"""So many web pages on end, before any answer in the whole run, are a wrong address."""

_NOTHING = Usage(prompt_tokens=0, completion_tokens=0)


class Journal(Protocol):
    """What the gate needs of a ledger (``conflict_extract.batch.ledger.Ledger``, where all of it is explained)."""

    def answer_of(self, key: str) -> bytes | None: ...  # noqa: D102
    async def reserve(self, request: str, tokens: int, cost: float | None = None) -> int: ...  # noqa: D102
    async def settle(  # noqa: D102
        self,
        call: int,
        state: CallState,
        *,
        request: str | None = None,
        answer: bytes | None = None,
        usage: Usage | None = None,
        cost: float | None = None,
        status: int | None = None,
        error: str | None = None,
    ) -> None: ...
    def spent(self) -> Spent: ...  # noqa: D102
    def note(self, name: str) -> str | None: ...  # noqa: D102
    async def write_note(self, name: str, value: str) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may do.

    Attributes:
        concurrency: Calls in flight, at the most.
        requests_per_minute: In any minute, or None.
        tokens_per_minute: In any minute, of requests and replies together, or None.
        budget: For all sessions of the run together, or None.
        price: Of the model, or None where it is unknown: then there are no costs, only tokens.
    """

    concurrency: int = 64
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget: Budget | None = None
    price: Price | None = None


class RunGate:
    """A ``Gate`` over the ledger of a run. It belongs to one event loop.

    A call that went out is never given up: where nobody waits for it any more (its article failed on another passage,
    the run stops) it comes to its end all the same, and its answer is kept.

    Attributes:
        concurrency: Calls in flight, and how many there may be.
        purse: What is spent and reserved.
        forecast: What calls take.
        cause: Why the run stops, once it does: what made the gate close, or the error given to ``stop``.

    Args:
        ledger: Keeps answers and the journal.
        limits: What the run may do.
        model: The model's name, for errors.
        pause: The pause that the model's ``Patience`` shares.
        rates: Instead of those of ``limits``, for other minutes and clocks.
        clock: Seconds, from any point in time.

    Raises:
        ConfigError: A limit cannot be kept: below 1, or a budget in money without a price.
    """

    def __init__(
        self,
        ledger: Journal,
        limits: Limits,
        *,
        model: str,
        pause: Pause,
        rates: Rates | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        spent = ledger.spent()
        self.purse = Purse(
            limits.budget,
            limits.price,
            model=model,
            tokens=spent.tokens + spent.open_tokens,
            cost=spent.cost + spent.open_cost,
        )
        self.concurrency = Concurrency(limits.concurrency)
        self.forecast = Forecast.restored(ledger.note(FORECAST))
        self.cause: ConflictExtractError | None = None
        self._ledger = ledger
        self._rates = rates or Rates(limits.requests_per_minute, limits.tokens_per_minute, clock=clock)
        self._pause = pause
        self._clock = clock
        self._booking = asyncio.Lock()  # calls are booked one after the other, and then go out one after the other,
        self._door = asyncio.Lock()  # each in the order in which they came
        self._waiting: list[asyncio.Future[None]] = []
        self._booked = 0  # calls that wait for their place in flight
        self._under_way: set[asyncio.Task[Completion]] = set()
        self._asked: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._answered_by = ledger.note(ANSWERED_BY)
        self._pages = 0  # on end, since the session began

    @classmethod
    def before(cls, model: OpenAIModel, ledger: Journal, limits: Limits) -> RunGate:
        """A gate that stands before all calls of a model from now on."""
        gate = cls(ledger, limits, model=model.name, pause=model.pause)
        model.gate = gate
        model.answered_by = gate._answered_by
        return gate

    @asynccontextmanager
    async def kept(self, call: Call) -> AsyncIterator[bytes | None]:
        """The answer that was paid for already, or None; equal calls wait for the one that is under way."""
        lock = self._asked.get(call.key)
        if lock is None:
            lock = self._asked[call.key] = asyncio.Lock()
        async with lock:
            yield self._ledger.answer_of(call.key)

    async def send(self, call: Call, post: Callable[[], Awaitable[Completion]]) -> Completion:
        """Wait for the call's time, make it, and give its answer back once it is durable.

        Raises:
            BudgetError: It could pass the budget; the run stops.
            StoppedError: The run stops.
            LedgerError: The ledger cannot be written; the run stops.
            ModelError: What ``post`` raised; a ``FatalModelError`` stops the run.
        """
        most = self.forecast.reserve(call.size, call.room)
        async with self._booking:
            while wait := self._wait_for_budget(most):
                await self._something_changed(wait)
            self.purse.hold(most)
            self._booked += 1
            task = asyncio.create_task(self._made(call, most, post))
            self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def stop(self, cause: ConflictExtractError | None = None) -> None:
        """Let no further call out; those in flight come to their end (``drained``).

        Args:
            cause: Why, in place of a plain ``StoppedError``. The first cause is kept.
        """
        if self.cause is None:
            self.cause = cause or StoppedError("the run was told to stop")
        self._tell_change()

    async def drained(self) -> None:
        """Wait until no call is in flight and all that they brought is durable."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def abort(self) -> None:
        """Give up the calls in flight: nobody knows whether they are billed, so they count at their reserve."""
        self.stop()
        for task in self._under_way:
            task.cancel()

    def _wait_for_budget(self, most: Usage) -> float:
        """Seconds until it is worth looking again, 0 where a call may be booked now."""
        self._check_going_on()
        if not self.purse.has_room(most):
            if not self.purse.is_settled:  # calls under way may turn out cheaper than what is reserved for them
                return math.inf
            error = self.purse.used_up(most)
            self.stop(error)
            raise error
        # A few are booked ahead, so that no place in flight waits for the disk.
        limit = self.concurrency.limit
        return 0.0 if self._booked + self.concurrency.in_flight < limit + limit // _AHEAD + 2 else math.inf

    def _wait_for_place(self, most: Usage) -> float:
        """Seconds until it is worth looking again, 0 where a call may go out now."""
        self._check_going_on()
        return max(self._pause.left, self._rates.wait(_sum(most))) if self.concurrency.has_room else math.inf

    def _check_going_on(self) -> None:
        if self.cause is not None:
            raise StoppedError(f"the call was not made: {self.cause}")

    async def _something_changed(self, seconds: float) -> None:
        changed = asyncio.get_running_loop().create_future()
        self._waiting.append(changed)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                await changed

    def _tell_change(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def _made(self, call: Call, most: Usage, post: Callable[[], Awaitable[Completion]]) -> Completion:
        try:
            number = await self._ledger.reserve(call.key, _sum(most), self.purse.worth(most))
        except BaseException as error:
            self._booked -= 1
            self._stop_for(error)
            self._settle(most, _NOTHING)
            raise
        try:
            completion = await self._posted(most, post)
        except BaseException as error:
            self._stop_for(error)
            self._stop_for_pages(error)
            state = billing(error)
            self._settle(most, _NOTHING if state == "unpaid" else None)
            status = error.status if isinstance(error, ModelError) else None
            said = error.problem if isinstance(error, ModelError) else type(error).__name__
            await self._write(self._ledger.settle(number, state, status=status, error=said))
            raise
        await self._keep(number, call, most, completion)
        return completion

    async def _keep(self, number: int, call: Call, most: Usage, completion: Completion) -> None:
        """Settle a call that was paid for, and keep its answer where it is final."""
        usage = completion.usage
        self._settle(most, usage)
        if usage is not None:
            self.forecast.learn(call.size, usage)
            if self.forecast.answers == 1 or self.forecast.answers % _NOTED_EVERY == 0:
                await self._write(self._ledger.write_note(FORECAST, self.forecast.noted()))
        if completion.reply is not None and self._answered_by is None:
            self._answered_by = completion.reply.model
            await self._write(self._ledger.write_note(ANSWERED_BY, self._answered_by))
        settling = self._ledger.settle(
            number,
            "paid",
            request=call.key,
            answer=completion.content if completion.is_final else None,
            usage=usage,
            cost=self.purse.worth(usage),
            status=200,
            error=completion.error.problem if completion.error is not None else None,
        )
        await self._write(settling)

    async def _posted(self, most: Usage, post: Callable[[], Awaitable[Completion]]) -> Completion:
        """Wait for a place in flight, and make the call; its place is free as soon as the answer is there."""
        try:
            async with self._door:
                while wait := self._wait_for_place(most):
                    await self._something_changed(wait)
                slot, entry = self.concurrency.take(), self._rates.enter(_sum(most))
        finally:
            self._booked -= 1
        started, took = self._clock(), most
        try:
            completion = await post()
            took = completion.usage or most
        except TransientModelError as error:
            self._pause.heed(error)  # before anything is awaited: no other call may slip out
            if error.timed_out or error.status in _TOO_MUCH:
                self.concurrency.turned_away(slot)
            else:
                self.concurrency.failed(slot)
            took = _NOTHING if billing(error) == "unpaid" else most
            raise
        except RequestError:
            self.concurrency.declined(slot)
            raise
        except BaseException:
            self.concurrency.failed(slot)
            raise
        finally:
            self._rates.correct(entry, _sum(took))
            self._tell_change()
        self.concurrency.answered(slot, self._clock() - started, len(completion.content))
        return completion

    def _settle(self, most: Usage, usage: Usage | None) -> None:
        """Give back what was reserved, but for what was used; all of it was, where nobody knows."""
        self.purse.settle(most, usage)
        self._tell_change()

    async def _write(self, writing: Awaitable[None]) -> None:
        try:
            await writing
        except LedgerError as error:
            self.stop(error)
            raise

    def _stop_for(self, error: BaseException) -> None:
        if isinstance(error, FatalModelError | LedgerError):
            self.stop(error)

    def _stop_for_pages(self, error: BaseException) -> None:
        """Stop where nothing but web pages ever came; an endpoint that has answered before may come back."""
        is_page = isinstance(error, TransientModelError) and error.page
        self._pages = self._pages + 1 if is_page else 0
        if isinstance(error, TransientModelError) and self._pages >= _PAGES and self._answered_by is None:
            self.stop(FatalModelError(error.problem, model=error.model, attempts=self._pages, status=error.status))

    def _ended(self, task: asyncio.Task[Completion]) -> None:
        self._under_way.discard(task)
        self._tell_change()
        if not task.cancelled():
            task.exception()  # whoever waits has it too; perhaps nobody does any more


def billing(error: BaseException) -> CallState:
    """Whether a call that ended with this error was billed: "unpaid", or "presumed" where nobody knows.

    An answer with an error status was not billed, unless a gateway gave up waiting for the model behind it. What was
    never sent was not billed, nor was a web page. A call without an answer, or with a broken one, may have been.
    """
    if isinstance(error, TransientModelError):
        certain = (
            not error.sent
            or error.page
            or (error.status is not None and error.status >= 400 and error.status not in _UNSURE)
        )
        return "unpaid" if certain else "presumed"
    return "unpaid" if isinstance(error, ConflictExtractError) else "presumed"


def _sum(usage: Usage) -> int:
    return usage.prompt_tokens + usage.completion_tokens
