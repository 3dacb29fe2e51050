"""The loop of a turn: it never waits for something that has already happened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Article, Extractor
from conflict_extract.batch.gate import Limits
from conflict_extract.batch.runner import BatchOptions, BatchRun
from conflict_extract.llm.base import Answer, Check, Reply, Request
from tests import making


class Model:
    """A model that answers at once."""

    name = "fake"
    settings: Mapping[str, Any] = {}

    async def ask(self, request: Request, check: Check, *, reasks: int) -> Answer:  # noqa: ARG002
        """Answer about the article."""
        reply = Reply(making.reply_text(), "fake-1")
        await check(reply)
        return Answer((reply,))


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_consumer_that_takes_its_time_does_not_stop_the_run(tmp_path: Path, concurrency: int) -> None:
    """All that is in progress ends while a result is looked at: there is room again, and nothing else will say so."""
    articles = [Article(id=f"a{number}", text=f"{making.TEXT}\n({number})\n") for number in range(3 * concurrency)]
    taken = 0

    async def consume() -> None:
        nonlocal taken
        options = BatchOptions(limits=Limits(concurrency=concurrency))
        async with Extractor(Model()) as extractor:
            with BatchRun(extractor, tmp_path, options) as run:
                async for _ in run.aresults(articles):
                    taken += 1
                    await asyncio.sleep(0.05)

    async def in_time() -> None:
        async with asyncio.timeout(20):
            await consume()

    asyncio.run(in_time())
    assert taken == len(articles)
