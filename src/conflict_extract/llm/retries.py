"""When a call is made again and after which wait: the one owner of retries."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from conflict_extract.errors import ModelError, TransientModelError

if TYPE_CHECKING:
    from tenacity import AsyncRetrying, RetryCallState

T = TypeVar("T")

LONGEST_PAUSE = 600.0
"""Seconds. An endpoint that asks for a longer wait is not waited for: the error says how long it asked for."""

_FIRST_BACKOFF, _LONGEST_BACKOFF, _JITTER = 0.5, 30.0, 1.0  # seconds


class Pause:
    """Until when an endpoint asked not to be called, for all who call it.

    Args:
        sleep: Stands in for ``asyncio.sleep``.
        clock: Seconds, from any point in time.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._until = float("-inf")

    @property
    def left(self) -> float:
        """Seconds until calls may go out again, 0 where they may go out now."""
        return max(0.0, self._until - self._clock())

    def heed(self, error: TransientModelError) -> None:
        """Begin or lengthen the pause by what an endpoint asked for, unless that is too long to be waited for."""
        if error.retry_after is not None and error.retry_after <= LONGEST_PAUSE:
            self._until = max(self._until, self._clock() + error.retry_after)

    async def over(self) -> None:
        """Wait for the end of the pause."""
        while (left := self.left) > 0:
            # A little apart, so that the calls that waited do not all come back in the same instant.
            await self._sleep(left + random.uniform(0, min(1.0, left / 10)))


class Patience:
    """Retries for all calls of one model: how often, how long to wait, and a pause that all of them share.

    Only a ``TransientModelError`` is tried again: where the endpoint says how long to wait, after that time, and no
    other call goes out before it; else after a wait that doubles each time, with jitter.

    Attributes:
        attempts: Calls for one reply before giving up.
        pause: The pause that all calls share.
    """

    def __init__(
        self,
        attempts: int,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.attempts = attempts
        self.pause = Pause(sleep=sleep, clock=clock)
        self._sleep = sleep

    async def persist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call until it succeeds, fails for good, or has failed ``attempts`` times.

        Raises:
            ModelError: The last error, with the number of calls made in its ``attempts``.
        """
        made = 0
        failed: TransientModelError | None = None

        async def attempt() -> T:
            nonlocal made, failed
            if failed is not None:  # the first call, which was made without tenacity
                error, failed = failed, None
                raise error
            await self.pause.over()
            made += 1
            try:
                return await call()
            except TransientModelError as error:
                self.pause.heed(error)
                raise

        try:
            try:
                return await attempt()  # nearly all calls end here
            except TransientModelError as error:
                failed = error
            return await self._retrying()(attempt)
        except ModelError as error:
            error.attempts = made
            raise

    def _retrying(self) -> AsyncRetrying:
        from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

        backoff = wait_exponential_jitter(multiplier=_FIRST_BACKOFF, max=_LONGEST_BACKOFF, jitter=_JITTER)

        def wait(state: RetryCallState) -> float:
            # An endpoint that says when is taken at its word, but "at once" does not mean as fast as we can.
            asked = _asked_wait(state)
            return backoff(state) if asked is None or asked < _FIRST_BACKOFF else 0.0

        def too_long(state: RetryCallState) -> bool:
            return (_asked_wait(state) or 0.0) > LONGEST_PAUSE

        return AsyncRetrying(
            stop=lambda state: stop_after_attempt(self.attempts)(state) or too_long(state),
            wait=wait,
            retry=retry_if_exception_type(TransientModelError),
            sleep=self._sleep,
            reraise=True,
        )


class Impatience(Patience):
    """Retries without any wait, for answers that are there already: recordings and scripts."""

    def __init__(self, attempts: int) -> None:
        super().__init__(attempts, sleep=_at_once)
        self.pause = _NoPause()


class _NoPause(Pause):
    """What was waited for at the first time need not be waited for again."""

    def heed(self, error: TransientModelError) -> None:
        pass


async def _at_once(_: float) -> None:
    pass


def _asked_wait(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error.retry_after if isinstance(error, TransientModelError) else None
