"""The scripted model that ships for users' tests."""

from __future__ import annotations

import asyncio

import pytest

from conflict_extract.errors import ConfigError, FatalModelError, InvalidReplyError, RequestError, TransientModelError
from conflict_extract.llm.base import Answer, Check, Message, Parameters, Reply, Request
from conflict_extract.llm.scripted import ScriptedModel
from conflict_extract.models.extraction import Usage
from tests import checks

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
REQUEST = Request((Message("system", "Extract."), Message("user", "Rain fell on Marsa Dhul.\r\n")), SCHEMA, "reply")


def ask(model: ScriptedModel, check: Check = checks.good, reasks: int = 0) -> Answer:
    """One ask in a loop of its own."""
    return asyncio.run(model.ask(REQUEST, check, reasks=reasks))


def test_texts_are_answered_in_order_and_requests_are_kept() -> None:
    """What was asked can be looked at, and equals what was given."""
    model = ScriptedModel(["one", "two"], model="tester", parameters=Parameters(seed=4))
    texts = [ask(model).replies[0].text for _ in range(2)]
    assert texts == ["one", "two"]
    assert model.requests == [REQUEST, REQUEST]
    assert (model.name, model.settings["seed"]) == ("tester", 4)


def test_a_repair_round_takes_the_next_of_the_script() -> None:
    """The second request holds the faulty reply and its faults."""
    model = ScriptedModel(["bad", "good"])
    answer = ask(model, checks.finding(lambda reply: "mend it" if reply.text == "bad" else None), reasks=1)
    assert [reply.text for reply in answer.replies] == ["bad", "good"]
    assert model.requests[1].messages == (*REQUEST.messages, Message("assistant", "bad"), Message("user", "mend it"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply("whole", "other-model", usage=Usage(prompt_tokens=5, completion_tokens=7)),
        Reply('{"cut', "m", finish_reason="length", usage=Usage(prompt_tokens=5, completion_tokens=7), calls=2),
        Reply('{"cut', "m", finish_reason="length", calls=2),
    ],
)
def test_whole_replies_come_as_they_are_written(reply: Reply) -> None:
    """Model, usage, and a reply that ran out of room twice: one entry of the script each."""
    model = ScriptedModel([reply])
    assert ask(model).replies == (reply,)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "error",
    [
        TransientModelError("busy", model="m", retry_after=9.0),
        FatalModelError("no key", model="m"),
        RequestError("too long", model="m"),
        InvalidReplyError("refused", model="m", reason="refusal"),
    ],
)
def test_an_error_of_the_script_is_what_the_call_comes_to(error: Exception) -> None:
    """It is raised itself, once, and the script goes on after it."""
    model = ScriptedModel([error, "next"])
    with pytest.raises(type(error)) as caught:
        ask(model)
    assert caught.value is error
    assert ask(model).replies[0].text == "next"


def test_an_error_in_a_repair_round_keeps_the_reply() -> None:
    """As with a real endpoint."""
    error = RequestError("too long", model="m")
    answer = ask(ScriptedModel(["bad", error]), checks.finding(lambda _: "mend it"), reasks=3)
    assert [reply.text for reply in answer.replies] == ["bad"]
    assert answer.error is error


def test_a_script_at_its_end_says_so() -> None:
    """One call too many is an error of the test, not of the model."""
    model = ScriptedModel(["only"])
    ask(model)
    with pytest.raises(ConfigError, match="1 replies, and this is one call more"):
        ask(model)
