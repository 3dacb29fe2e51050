"""Articles drawn from their source ahead of need, in a thread of its own, so that reading never holds up a call."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST = 16
"""Items of a portion. Two portions at most are in memory."""

_LONGEST = 0.05
"""Seconds after which a portion is handed over as it is: a slow source is not waited for."""


@dataclass(slots=True)
class _Portion(Generic[T]):
    items: list[T] = field(default_factory=list)
    is_last: bool = False
    error: Exception | None = None


class Feed(Generic[T]):
    """Draws from an iterable in one thread, always the same, a portion at a time.

    Args:
        source: Where to draw from.
        wake: Called on the event loop when there is something new to take, or the end is known.
    """

    def __init__(self, source: Iterable[T], wake: Callable[[], None]) -> None:
        self._source = source
        self._iterator: Iterator[T] | None = None
        self._wake = wake
        self._ready: deque[T] = deque()
        self._ended = False
        self._error: Exception | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="articles")
        self._drawing: asyncio.Future[_Portion[T]] | None = None

    def take(self) -> T | None:
        """The next item, None where there is none at the moment.

        Raises:
            Exception: What the source raised, after all that came before it.
        """
        if self._drawing is not None and self._drawing.done() and not self._ready:
            portion = self._drawing.result()
            self._drawing = None
            self._ready.extend(portion.items)
            self._ended, self._error = portion.is_last, portion.error
        if self._drawing is None and not self._ended:
            self._drawing = asyncio.get_running_loop().run_in_executor(self._thread, self._draw)
            self._drawing.add_done_callback(lambda _: self._wake())
        if self._ready:
            return self._ready.popleft()
        if self._error is not None:
            raise self._error
        return None

    @property
    def is_empty(self) -> bool:
        """Whether all is taken and nothing more will come."""
        return self._ended and not self._ready

    async def aclose(self) -> None:
        """Draw no more; a source that is a generator is closed in its thread."""
        if self._drawing is not None:
            await asyncio.wait([self._drawing])
        close = getattr(self._iterator, "close", None)
        if close is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown(wait=False)

    def _draw(self) -> _Portion[T]:
        portion = _Portion[T]()
        enough = time.monotonic() + _LONGEST
        try:
            if self._iterator is None:
                self._iterator = iter(self._source)
            while len(portion.items) < _MOST and (not portion.items or time.monotonic() < enough):
                item = next(self._iterator)
                if item is None:
                    raise TypeError("None stands among the articles")
                portion.items.append(item)
        except StopIteration:
            portion.is_last = True
        except Exception as error:
            portion.is_last, portion.error = True, error
        return portion
