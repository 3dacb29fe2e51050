"""The gate before a model's calls: what it gets to see, keeps, and answers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from conflict_extract.errors import FatalModelError, InvalidReplyError, StoppedError
from conflict_extract.llm.base import Call, Completion, Message, Parameters, Reply, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.keys import request_key
from conflict_extract.llm.retries import Patience
from tests import checks
from tests.fault_server import ChatServer, completion, error, serving

REQUEST = Request((Message("user", "“Fourteen” villagers died."),), {"type": "object"}, "reply")


async def at_once(_: float) -> None:
    """Sleep no time."""


class Memory:
    """A gate that keeps every final answer, and notes what passed."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.passed: list[Call] = []
        self.open = True

    @asynccontextmanager
    async def kept(self, call: Call) -> AsyncIterator[bytes | None]:
        """What was kept under the key."""
        yield self.answers.get(call.key)

    async def send(self, call: Call, post: Callable[[], Awaitable[Completion]]) -> Completion:
        """Note the call, let it out, keep its answer."""
        if not self.open:
            raise StoppedError("closed")
        self.passed.append(call)
        completion = await post()
        if completion.is_final:
            self.answers[call.key] = completion.content
        return completion


def ask(server: ChatServer, gate: Memory) -> Reply:
    """One ask, with waits that take no time."""

    async def run() -> Reply:
        endpoint = Endpoint("m", server.url, attempts=3)
        model = OpenAIModel(endpoint, Parameters(max_tokens=70), patience=Patience(3, sleep=at_once), gate=gate)
        return (await model.ask(REQUEST, checks.good, reasks=0)).replies[0]

    return asyncio.run(run())


def test_a_kept_answer_costs_no_call() -> None:
    """The same request again is answered by the gate; the reply is the same to the letter."""
    gate = Memory()
    with serving(completion('{"n": 1}')) as server:
        first, second = ask(server, gate), ask(server, gate)
    assert first == second
    assert len(server.calls) == 1


def test_the_gate_sees_key_size_and_room_of_a_call() -> None:
    """The key is the one that recordings use, the size that of the body as it is sent."""
    gate = Memory()
    with serving(completion("{}")) as server:
        ask(server, gate)
    (call,) = gate.passed
    assert call.body == server.calls[0].body
    assert call.key == request_key("POST", "/v1/chat/completions", server.calls[0].body)
    assert (call.size, call.room) == (int(server.calls[0].headers["content-length"]), 70)
    assert "villagers" not in repr(call)


def test_every_attempt_passes_the_gate_and_only_the_answer_is_kept() -> None:
    """A call that is made again is let through again; what was of no use is not kept."""
    gate = Memory()
    with serving(error(503), completion(" "), completion("{}")) as server:
        ask(server, gate)
    assert len(gate.passed) == 3
    assert len({call.key for call in gate.passed}) == len(gate.answers) == 1
    assert b"{}" in next(iter(gate.answers.values()))


def test_a_refusal_is_an_answer_and_is_kept() -> None:
    """It was paid for, and the same request would bring it again."""
    gate = Memory()
    with serving(completion(None, refusal="no")) as server:
        for _ in range(2):
            with pytest.raises(InvalidReplyError):
                ask(server, gate)
    assert len(server.calls) == len(gate.answers) == 1


def test_the_roomier_call_is_a_call_of_its_own() -> None:
    """A reply that was cut off and the one with twice the room are kept apart."""
    gate = Memory()
    with serving(completion("{", finish="length"), completion("{}")) as server:
        assert [ask(server, gate).calls, ask(server, gate).calls] == [2, 2]
    assert [call.room for call in gate.passed] == [70, 140]


def test_an_answer_of_another_model_is_not_kept() -> None:
    """It may not be taken later either."""
    gate = Memory()
    with serving(completion("{}", model="one")) as server:
        ask(server, gate)
    with serving(completion("{}", model="two")) as server:

        async def run() -> None:
            patience = Patience(2, sleep=at_once)
            model = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=70), patience=patience, gate=gate)
            await model.ask(REQUEST, checks.good, reasks=0)
            other = Request((Message("user", "another"),), {}, "reply")
            with pytest.raises(FatalModelError, match="'two' now and answered as 'one'"):
                await model.ask(other, checks.good, reasks=0)

        asyncio.run(run())
    assert len(gate.answers) == 1


def test_what_the_gate_raises_comes_through_as_it_is() -> None:
    """It is no trouble with the model: nothing is tried again."""
    gate = Memory()
    gate.open = False
    with serving(completion("{}")) as server, pytest.raises(StoppedError, match="closed"):
        ask(server, gate)
    assert not server.calls
