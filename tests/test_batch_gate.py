"""The gate of a run: calls in flight, rates, pauses, budget, single flight, and what stops a run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from conflict_extract.batch.gate import Limits, RunGate
from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.money import Price
from conflict_extract.batch.rates import Rates
from conflict_extract.batch.tally import Spent
from conflict_extract.errors import (
    ConflictExtractError,
)
from conflict_extract.llm.base import Message, Parameters, Reply, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Patience, Pause
from tests.fault_server import ChatServer, completion, serving

PRICE = Price(prompt=1.0, completion=4.0, currency="USD")


def request(number: int) -> Request:
    """A request of its own."""
    return Request((Message("user", f"article {number}"),), {"type": "object"}, "reply")


async def asked(model: OpenAIModel, number: int) -> Reply | ConflictExtractError:
    """What one request comes to."""
    try:
        return (await model.ask(request(number), lambda _: None, reasks=0)).replies[0]
    except ConflictExtractError as error:
        return error


async def ask_many(
    server: ChatServer, ledger: Ledger, limits: Limits, count: int, *, attempts: int = 4, rates: Rates | None = None
) -> tuple[list[Any], RunGate]:
    """Requests through a gate, all at once; waits between attempts take no time."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    patience = Patience(attempts, sleep=at_once)
    patience.pause = Pause()
    model = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=100), patience=patience)
    gate = RunGate.before(model, ledger, limits)
    if rates is not None:
        gate._rates = rates
    results = await asyncio.gather(*(asked(model, number) for number in range(count)))
    await gate.drained()
    await model.aclose()
    return list(results), gate


def opened(folder: Path) -> Ledger:
    """The ledger of a run in this folder."""
    return Ledger.open(folder / "run", {"model": "m"})


def test_answers_are_kept_and_paid_once(tmp_path: Path) -> None:
    """A second session of the same run makes no call, and gets the same replies."""
    with serving(completion("{}")) as server:
        with opened(tmp_path) as ledger:
            first, _ = asyncio.run(ask_many(server, ledger, Limits(), 6))
        with opened(tmp_path) as ledger:
            second, _ = asyncio.run(ask_many(server, ledger, Limits(), 7))
            assert ledger.spent() == Spent(7 * 110, 0.0)
    assert first == second[:6]
    assert len(server.calls) == 7
