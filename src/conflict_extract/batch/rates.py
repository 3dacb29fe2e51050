"""Requests and tokens a minute: how many may go out in any window of that length, and when the next one may."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from conflict_extract.errors import ConfigError

_SPREAD = 10
"""A tenth of a minute's worth may go out in a tenth of a minute: endpoints that count by the second see no burst."""


@dataclass(slots=True)
class Entry:
    """One call in the windows.

    Attributes:
        tokens: What it counts: at first all that it may take, then what it took.
        at: When it went out, by the clock of its ``Rates``.
    """

    tokens: int
    at: float


class Rates:
    """Sliding windows over the calls of the last minute.

    A call counts with all the tokens that it may take (its prompt and its whole room, as endpoints count it
    themselves), and from its answer on with those that it took. A call that alone may take more than the limit goes
    out when nothing else is in the window. Windows are kept a little longer than they are, since calls do not arrive
    in exactly the distance in which they were sent.

    Args:
        requests: At most so many calls in any minute, or None.
        tokens: At most so many tokens in any minute, or None.
        minute: Seconds in a minute.
        clock: Seconds, from any point in time.

    Raises:
        ConfigError: A limit is below 1.
    """

    def __init__(
        self,
        requests: int | None = None,
        tokens: int | None = None,
        *,
        minute: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if (requests is not None and requests < 1) or (tokens is not None and tokens < 1):
            raise ConfigError("requests and tokens per minute must be 1 or more")
        self._clock = clock
        self._limited = requests is not None or tokens is not None
        self._windows = (
            _Window(minute * 1.01 + 0.2, requests, tokens),
            _Window((minute * 1.01 + 0.2) / _SPREAD, _share(requests), _share(tokens)),
        )

    def wait(self, tokens: int) -> float:
        """Seconds until a call of so many tokens may go out, 0 where it may now."""
        if not self._limited:
            return 0.0
        now = self._clock()
        return max(window.wait(tokens, now) for window in self._windows)

    def enter(self, tokens: int) -> Entry:
        """Count a call that goes out now."""
        entry = Entry(tokens, self._clock())
        if self._limited:
            for window in self._windows:
                window.enter(entry)
        return entry

    def correct(self, entry: Entry, tokens: int) -> None:
        """Count a call with the tokens that it took."""
        if self._limited:
            for window in self._windows:
                window.correct(entry, tokens)
        entry.tokens = tokens


class _Window:
    """The calls of the last seconds, oldest first."""

    def __init__(self, seconds: float, requests: int | None, tokens: int | None) -> None:
        self._seconds = seconds
        self._requests = requests
        self._limit = tokens
        self._entries: deque[Entry] = deque()
        self._tokens = 0

    def wait(self, tokens: int, now: float) -> float:
        self._forget(now)
        leaving = 0  # how many of the oldest have to leave the window first
        if self._requests is not None:
            leaving = max(0, len(self._entries) + 1 - self._requests)
        if self._limit is not None and self._entries:
            over, freed = self._tokens + tokens - self._limit, 0
            for number, entry in enumerate(self._entries):
                if freed >= over:
                    leaving = max(leaving, number)
                    break
                freed += entry.tokens
            else:
                leaving = len(self._entries) if over > 0 else leaving
        return self._entries[leaving - 1].at + self._seconds - now if leaving else 0.0

    def enter(self, entry: Entry) -> None:
        self._forget(entry.at)
        self._entries.append(entry)
        self._tokens += entry.tokens

    def correct(self, entry: Entry, tokens: int) -> None:
        if self._entries and entry.at >= self._entries[0].at:  # else it has left the window
            self._tokens += tokens - entry.tokens

    def _forget(self, now: float) -> None:
        while self._entries and self._entries[0].at + self._seconds <= now:
            self._tokens -= self._entries.popleft().tokens


def _share(limit: int | None) -> int | None:
    return None if limit is None else max(1, -(-limit // _SPREAD))
