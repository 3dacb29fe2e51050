"""An event loop in a thread of its own, on which synchronous callers run asynchronous work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

_LONGEST_END = 10.0
"""Seconds that cancelled work may take to end."""


class BackgroundLoop:
    """An event loop in a thread of its own: the sync face works where a loop runs already, as in a notebook."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="conflict-extract", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin the work and come back at once."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do the work and wait for its result; an interrupt cancels it, and is raised once it has come to its end."""
        ended = threading.Event()

        async def watched() -> Result:
            try:
                return await work
            finally:
                ended.set()

        future = self.start(watched())
        try:
            return future.result()
        except BaseException:
            # What comes next may close what the work still holds (a generator that runs cannot be closed).
            if future.cancel():
                ended.wait(_LONGEST_END)
            raise

    def stop(self) -> None:
        """Stop the loop and its thread; doing it twice does nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
