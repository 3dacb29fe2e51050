"""Keeps the words of articles and replies out of the logs of the packages that carry them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CARRIERS = ("openai", "httpx2", "httpcore2", "aiohttp", "vcr")

_in_call: ContextVar[bool] = ContextVar("conflict_extract_in_call", default=False)


class _Discretion(logging.Filter):
    """Drops what is logged within a call of ours; other users of the same packages keep their logs."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not _in_call.get()


_FILTER = _Discretion()


def silence_carriers() -> None:
    """Put the filter on all loggers of the carrying packages that exist by now.

    openai logs whole request bodies at DEBUG, vcrpy whole responses at INFO. (instructor never gets to see a body.)
    A logger's filter does not reach its children, so each of them gets its own.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _CARRIERS:
            logging.getLogger(name).addFilter(_FILTER)  # adding it twice changes nothing


@contextmanager
def discreet() -> Iterator[None]:
    """Within this block, the carrying packages log nothing."""
    token = _in_call.set(True)
    try:
        yield
    finally:
        _in_call.reset(token)
