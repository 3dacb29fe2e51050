"""Checks of replies for tests that ask a model."""

from __future__ import annotations

from collections.abc import Callable

from conflict_extract.llm.base import Check, Reply


async def good(_: Reply) -> str | None:
    """A check that finds every reply good."""
    return None


def finding(faults: Callable[[Reply], str | None]) -> Check:
    """A check that finds what a function finds."""

    async def check(reply: Reply) -> str | None:
        return faults(reply)

    return check
