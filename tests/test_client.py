"""The client against a real HTTP server on loopback that gives every fault that endpoints give."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import subprocess
import sys
import time
from email.utils import formatdate
from typing import Any

import pytest

from conflict_extract.errors import (
    ConfigError,
    FatalModelError,
    InvalidReplyError,
    ModelError,
    RequestError,
    TransientModelError,
)
from conflict_extract.llm.base import Answer, Check, Message, Parameters, Reply, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import LONGEST_PAUSE, Patience
from tests import checks
from tests.fault_server import ChatServer, Prepared, completion, error, free_port, serving

ARTICLE = "Zelmarine rebels said 14 villagers died. {{7*7}} {% raw %} “quoted”\r\n  indented\n\n"
KEY = "sk-test-QWERTZ12345"
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
REQUEST = Request((Message("system", "Extract."), Message("user", ARTICLE)), SCHEMA, "reply")
GOOD = completion('{"n": 1}')


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        """Seconds since the start."""
        return self.now


def ask(
    server: ChatServer,
    *,
    check: Check = checks.good,
    reasks: int = 0,
    parameters: Parameters | None = None,
    times: FakeTime | None = None,
    request: Request = REQUEST,
    **endpoint: Any,
) -> Answer:
    """One ask in a loop of its own, with waits that take no time."""
    times = times or FakeTime()

    async def run() -> Answer:
        where = Endpoint(model="m", base_url=server.url, api_key=KEY, **endpoint)
        patience = Patience(where.attempts, sleep=times.sleep, clock=times.clock)
        return await OpenAIModel(where, parameters, patience=patience).ask(request, check, reasks=reasks)

    return asyncio.run(run())


def broken_off(server: ChatServer, kind: type[ModelError], **options: Any) -> Any:
    """The error that an ask comes to; it must not say what was sent or came."""
    with pytest.raises(kind) as caught:
        ask(server, **options)
    assert type(caught.value) is kind
    for shown in (str(caught.value), repr(caught.value)):
        assert "Zelmarine" not in shown
        assert KEY not in shown
    return caught.value


def test_body_has_a_strict_schema_and_the_messages_unchanged() -> None:
    """The endpoint gets the messages byte for byte, a strict schema, the parameters, and nothing else."""
    with serving(GOOD) as server:
        answer = ask(server, parameters=Parameters(0.5, 700, 3), extra_body={"top_k": 4})
    assert [reply.text for reply in answer.replies] == ['{"n": 1}']
    assert server.calls[0].path == "/v1/chat/completions"
    assert server.calls[0].body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Extract."}, {"role": "user", "content": ARTICLE}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}},
        "temperature": 0.5,
        "max_tokens": 700,
        "seed": 3,
        "top_k": 4,
    }


def test_temperature_and_seed_are_left_out_where_there_are_none() -> None:
    """Reasoning models refuse a temperature: with None, none is sent."""
    with serving(GOOD) as server:
        ask(server, parameters=Parameters(temperature=None))
    assert server.calls[0].body.keys() == {"model", "messages", "response_format", "max_tokens"}


def test_reply_carries_name_usage_and_calls() -> None:
    """Who answered and what it cost come from the endpoint's answer."""
    with serving(GOOD) as server:
        (reply,) = ask(server).replies
    assert (reply.model, reply.finish_reason, reply.calls) == ("m-2026", "stop", 1)
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (100, 10)


def test_usage_is_none_where_the_endpoint_tells_none() -> None:
    """Missing usage is not zero."""
    with serving(completion("{}", usage=None)) as server:
        assert ask(server).replies[0].usage is None


def test_headers_say_no_more_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment's settings for the SDK nor the machine are told to the endpoint."""
    for name, value in {
        "OPENAI_API_KEY": "sk-environment",
        "OPENAI_ADMIN_KEY": "sk-admin",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "OPENAI_ORG_ID": "org-1",
        "OPENAI_PROJECT_ID": "proj-1",
        "OPENAI_CUSTOM_HEADERS": "X-Secret: 1",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    with serving(Prepared(GOOD.body, headers={"set-cookie": "track=1; Path=/"}), GOOD) as server:
        ask(server, check=checks.finding(lambda _: "once more" if len(server.calls) < 2 else None), reasks=1)
    for call in server.calls:
        assert call.headers["authorization"] == f"Bearer {KEY}"
        names = call.headers.keys()
        assert names <= {
            *("host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length"),
            "authorization",
        }


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, no key of the environment is sent in its place."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    with serving(GOOD) as server:
        asyncio.run(OpenAIModel(Endpoint("m", server.url)).ask(REQUEST, checks.good, reasks=0))
    assert server.calls[0].headers["authorization"] == "Bearer none"


def test_openai_without_a_key_is_a_config_error() -> None:
    """The error names the variable that the command line reads."""
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        OpenAIModel(Endpoint("gpt-5"))


@pytest.mark.parametrize(
    "settings",
    [
        {"model": " "},
        {"base_url": "127.0.0.1:80"},
        {"base_url": "ftp://host/v1"},
        {"base_url": "http://user:secret@host/v1"},
        {"base_url": "http://host/v1?key=secret"},
        {"base_url": "http://host:99999/v1"},
        {"deadline": 0},
        {"attempts": 0},
        {"extra_body": {"messages": []}},
        {"extra_body": {"x": object()}},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    """What cannot work is said when it is set, without showing what may be a secret."""
    with pytest.raises(ConfigError) as caught:
        Endpoint(**{"model": "m", **settings})
    assert "secret" not in str(caught.value)


def test_no_repr_shows_a_key_or_an_article() -> None:
    """Settings, models and messages can be printed."""
    endpoint = Endpoint("m", "http://h/v1", api_key=KEY)
    for shown in (repr(endpoint), repr(OpenAIModel(endpoint)), repr(REQUEST), repr(Reply(ARTICLE, "m"))):
        assert KEY not in shown
        assert "Zelmarine" not in shown


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_passing_trouble_is_retried(status: int) -> None:
    """A status that passes is tried again."""
    with serving(error(status), GOOD) as server:
        assert ask(server).replies[0].text == '{"n": 1}'
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Prepared(GOOD.body, missing=20), id="cut off, length announced"),
        pytest.param(Prepared(GOOD.body[:-20]), id="cut off, no length"),
        pytest.param(Prepared(b"<!DOCTYPE html><p>Sign in", headers={"content-type": "text/html"}), id="html with 200"),
        pytest.param(Prepared(b'{"error": {"message": "overloaded", "code": 503}}'), id="error with 200"),
        pytest.param(Prepared(b'{"error": "overloaded"}'), id="error text with 200"),
        pytest.param(Prepared(b'{"id": "c", "choices": []}'), id="empty choices"),
        pytest.param(Prepared(b'{"choices": null}'), id="null choices"),
        pytest.param(Prepared(b'{"choices": [{"message": null}]}'), id="null message"),
        pytest.param(Prepared(b"[]"), id="a list"),
        pytest.param(Prepared(b""), id="nothing"),
        pytest.param(completion(None), id="null content"),
        pytest.param(completion("  \n"), id="blank content"),
        pytest.param(Prepared(GOOD.body.replace(b"m-2026", b"m-\xff")), id="invalid utf-8"),
        pytest.param(Prepared(GOOD.body.replace(b'"id":', b'"model": "x", "id":')), id="duplicate keys"),
        pytest.param(Prepared(b"[" * 100_000), id="nested too deep"),
        pytest.param(Prepared(b"\x1f\x8b broken", headers={"content-encoding": "gzip"}), id="broken gzip"),
        pytest.param(Prepared(b"", reset=True), id="reset"),
    ],
)
def test_an_unusable_answer_is_retried_and_counted(broken: Prepared) -> None:
    """An answer that is no completion is tried again; after the last attempt the error tells how many there were."""
    with serving(broken, GOOD) as server:
        assert ask(server).replies[0].text == '{"n": 1}'
    assert len(server.calls) == 2
    with serving(broken) as server:
        assert broken_off(server, TransientModelError, attempts=3).attempts == 3
    assert len(server.calls) == 3


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (error(429, "insufficient_quota", kind="insufficient_quota"), FatalModelError, "no quota is left"),
        (error(402), FatalModelError, "no quota is left"),
        (error(401, "invalid_api_key", f"Incorrect API key provided: {KEY}"), FatalModelError, "key is not accepted"),
        (error(403), FatalModelError, "key is not accepted"),
        (error(404, "model_not_found"), FatalModelError, "does not know the model 'm'"),
        (error(400, "model_not_found"), FatalModelError, "does not know the model 'm'"),
        (Prepared(b"Not Found", 404), FatalModelError, "base URL"),
        (Prepared(b"", 307, {"location": "http://127.0.0.1:9/v1"}), FatalModelError, "redirects are not followed"),
        (error(400, "context_length_exceeded", f"too long: {ARTICLE}"), RequestError, "too long for the model"),
        (error(400, message="the request exceeds the available context size"), RequestError, "too long for the model"),
        (error(413), RequestError, "too long for the model"),
        (error(400, "invalid_request", f"bad: {ARTICLE}"), RequestError, "refuses this request (invalid_request)"),
        (error(422), RequestError, "refuses this request"),
        (Prepared(b'{"error": {"message": "no", "code": 401}}'), FatalModelError, "key is not accepted"),
    ],
)
def test_lasting_trouble_is_told_after_one_call(fault: Prepared, kind: type[ModelError], said: str) -> None:
    """What another call cannot mend is called once, and the error says what to do, but not what the endpoint wrote."""
    with serving(fault) as server:
        caught = broken_off(server, kind)
    assert len(server.calls) == 1
    assert caught.attempts == 1
    assert "127.0.0.1" in caught.problem
    assert all(word in caught.problem for word in said.replace("(", " ").replace(")", " ").split())


def test_refusal_and_filter_are_told_with_their_reason() -> None:
    """A refusal is not asked again, and its words stay out of the message."""
    with serving(completion(None, refusal="I cannot help with Zelmarine")) as server:
        refused = broken_off(server, InvalidReplyError, reasks=2, check=checks.finding(lambda _: "bad"))
        assert (refused.reason, refused.reply) == ("refusal", "I cannot help with Zelmarine")
    assert len(server.calls) == 1
    with serving(completion("Zelmarine", finish="content_filter")) as server:
        assert broken_off(server, InvalidReplyError).reason == "content_filter"
    assert len(server.calls) == 1


def test_a_reply_without_room_is_asked_once_more_with_twice_the_room() -> None:
    """The second call has twice max_tokens, and the reply counts the tokens of both."""
    with serving(completion('{"n', finish="length"), GOOD) as server:
        (reply,) = ask(server, parameters=Parameters(max_tokens=50)).replies
    assert [call.body["max_tokens"] for call in server.calls] == [50, 100]
    assert (reply.text, reply.finish_reason, reply.calls) == ('{"n": 1}', "stop", 2)
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (200, 20)


def test_a_reply_without_room_twice_is_given_back_as_it_is() -> None:
    """What is whole in it can still be saved; it is marked."""
    with serving(completion('{"n', finish="length")) as server:
        (reply,) = ask(server).replies
    assert (reply.text, reply.finish_reason, reply.calls) == ('{"n', "length", 2)
    assert len(server.calls) == 2


@pytest.mark.parametrize("second", [error(400), error(500), completion(None, refusal="no")])
def test_a_cut_reply_survives_trouble_with_the_roomier_call(second: Prepared) -> None:
    """A model that cannot give twice the room leaves the cut reply, not an error."""
    with serving(completion('{"n', finish="length"), second) as server:
        (reply,) = ask(server, attempts=2).replies
    assert (reply.text, reply.finish_reason, reply.calls) == ('{"n', "length", 1)


def test_a_wrong_key_at_the_roomier_call_still_stops() -> None:
    """What stops a run stops it at any call."""
    with serving(completion('{"n', finish="length"), error(401)) as server:
        broken_off(server, FatalModelError)


@pytest.mark.parametrize(
    ("came", "read"),
    [
        ('```json\n{"n": 1}\n```', '{"n": 1}'),
        ('\n```\r\n{"n": 1}\r\n```  \n', '{"n": 1}'),
        ('{"n": "```json\\n```"}', '{"n": "```json\\n```"}'),
        ('```json\n{"n": ', '{"n": '),
        ("no ``` fence", "no ``` fence"),
    ],
)
def test_a_code_fence_is_taken_off_locally(came: str, read: str) -> None:
    """A fence around the whole reply costs no call; backticks within it stay."""
    with serving(completion(came)) as server:
        assert ask(server).replies[0].text == read
    assert len(server.calls) == 1


def test_duplicate_keys_within_the_reply_are_for_the_check() -> None:
    """The client reads the envelope only: the content comes as it is."""
    with serving(completion('{"n": 1, "n": 2}')) as server:
        assert ask(server).replies[0].text == '{"n": 1, "n": 2}'


def test_a_drip_ends_at_the_deadline() -> None:
    """Bytes that keep coming do not keep a call alive."""
    started = time.monotonic()
    with serving(Prepared(GOOD.body, drip=0.05)) as server:
        caught = broken_off(server, TransientModelError, deadline=0.3, attempts=1)
    assert "0.3 s" in caught.problem
    assert time.monotonic() - started < 3


def test_an_unreachable_server_says_where_and_what_to_check() -> None:
    """After all attempts the error names the place."""
    port = free_port()
    model = OpenAIModel(Endpoint("m", f"http://127.0.0.1:{port}/v1"), patience=Patience(2, sleep=FakeTime().sleep))
    with pytest.raises(TransientModelError, match=f"127.0.0.1:{port}.*check that the server runs") as caught:
        asyncio.run(model.ask(REQUEST, checks.good, reasks=0))
    assert caught.value.attempts == 2


def test_retry_after_is_obeyed_in_real_time() -> None:
    """A second means a second."""
    with serving(error(429, retry_after="1"), GOOD) as server:
        asyncio.run(OpenAIModel(Endpoint("m", server.url)).ask(REQUEST, checks.good, reasks=0))
    assert server.calls[1].at - server.calls[0].at >= 1.0


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7, 8),
        ({"retry_after": formatdate(time.time() + 3600 * 24 * 365 * 50, usegmt=True)}, None, None),
        ({"retry_after_ms": "2500"}, 2.5, 3.5),
        ({"x_ratelimit_reset_requests": "1m30s"}, 90, 91),
        ({"x_ratelimit_reset_tokens": "2s", "x_ratelimit_reset_requests": "600ms"}, 2, 3),
        (
            {
                "x_ratelimit_reset_tokens": "50s",
                "x_ratelimit_reset_requests": "3s",
                "x_ratelimit_remaining_requests": "0",
            },
            3,
            4,
        ),
        ({"retry_after": "0"}, 0.5, 1.5),
        ({"retry_after": "soon"}, 0.5, 1.5),
        ({}, 0.5, 1.5),
    ],
)
def test_the_endpoint_says_how_long_to_wait(headers: dict[str, str], least: float | None, most: float | None) -> None:
    """Each way of saying it is read; without one the wait is ours; a wait of years is not waited."""
    times = FakeTime()
    with serving(error(429, **headers), GOOD) as server:
        if least is None or most is None:
            caught = broken_off(server, TransientModelError, times=times)
            assert caught.retry_after > LONGEST_PAUSE
            assert caught.attempts == 1
            assert times.now == 0
            return
        ask(server, times=times)
    assert least <= times.now <= most


def test_an_http_date_is_a_wait_too() -> None:
    """Retry-After may be a date (RFC 9110)."""
    times = FakeTime()
    with serving(error(503, retry_after=formatdate(time.time() + 30, usegmt=True)), GOOD) as server:
        ask(server, times=times)
    assert 27 <= times.now <= 33


def test_limits_that_were_not_met_are_no_wait() -> None:
    """The x-ratelimit headers come with every answer; with an error of the server they do not say when to come back."""
    times = FakeTime()
    with serving(error(500, x_ratelimit_reset_tokens="50s"), GOOD) as server:
        ask(server, times=times)
    assert 0.5 <= times.now <= 1.5


def test_waits_grow_between_attempts() -> None:
    """Without word from the endpoint each wait is longer than the one before, within its jitter."""
    times = FakeTime()
    with serving(error(500)) as server:
        broken_off(server, TransientModelError, times=times, attempts=5)
    assert len(times.slept) == 4
    assert all(low <= wait <= low + 1 for wait, low in zip(times.slept, (0.5, 1, 2, 4), strict=True))


def test_a_pause_is_shared_by_all_calls() -> None:
    """While one call waits as it was told, no other call of the model goes out."""
    with serving(error(429, retry_after="1"), GOOD) as server:

        async def run() -> None:
            model = OpenAIModel(Endpoint("m", server.url))
            first = asyncio.create_task(model.ask(REQUEST, checks.good, reasks=0))
            while not server.calls:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            others = [model.ask(REQUEST, checks.good, reasks=0) for _ in range(4)]
            await asyncio.gather(first, *others)

        asyncio.run(run())
    assert len(server.calls) == 6
    assert all(call.at - server.calls[0].at >= 1.0 for call in server.calls[1:])


def test_another_model_within_one_run_is_refused() -> None:
    """The first answer fixes the model; an answer of another is tried again, and stops the run in the end."""
    with serving(GOOD, completion("{}", model="other"), GOOD, completion("{}", model="other")) as server:

        async def run() -> None:
            times = FakeTime()
            model = OpenAIModel(Endpoint("m", server.url), patience=Patience(2, sleep=times.sleep, clock=times.clock))
            await model.ask(REQUEST, checks.good, reasks=0)
            assert (await model.ask(REQUEST, checks.good, reasks=0)).replies[0].model == "m-2026"
            with pytest.raises(FatalModelError, match="'other' now and answered as 'm-2026'"):
                await model.ask(REQUEST, checks.good, reasks=0)

        asyncio.run(run())
    assert len(server.calls) == 5


def test_a_faulty_reply_is_asked_again_with_its_faults() -> None:
    """The repair sends the messages, the reply and the check's own words, and the first reply is not paid twice."""
    faults = {"bad one": "mend {{7*7}} the <first>", "bad two": "mend the second"}
    with serving(completion("bad one"), completion("bad two"), GOOD) as server:
        answer = ask(server, check=checks.finding(lambda reply: faults.get(reply.text)), reasks=3)
    assert [reply.text for reply in answer.replies] == ["bad one", "bad two", '{"n": 1}']
    assert answer.error is None
    original = server.calls[0].body["messages"]
    for call, (reply, said) in zip(server.calls[1:], faults.items(), strict=True):
        assert call.body["messages"] == [
            *original,
            {"role": "assistant", "content": reply},
            {"role": "user", "content": said},
        ]
        assert {**call.body, "messages": original} == server.calls[0].body


def test_reasks_are_bounded_and_each_reply_is_checked_once() -> None:
    """After the last round the faulty replies come back; usage is that of each call, not a running total."""
    seen: list[str] = []

    async def check(reply: Reply) -> str:
        seen.append(reply.text)
        return "still bad"

    with serving(*(completion(str(at)) for at in range(4))) as server:
        answer = ask(server, check=check, reasks=2)
    assert len(server.calls) == 3
    assert seen == [reply.text for reply in answer.replies] == ["0", "1", "2"]
    assert [reply.usage and reply.usage.prompt_tokens for reply in answer.replies] == [100, 100, 100]


def test_trouble_in_a_repair_round_keeps_what_was_had() -> None:
    """The replies before the trouble are good to use, and the error stands beside them."""
    with serving(completion("bad"), error(400)) as server:
        answer = ask(server, check=checks.finding(lambda _: "mend it"), reasks=2)
    assert [reply.text for reply in answer.replies] == ["bad"]
    assert type(answer.error) is RequestError
    with serving(completion("bad"), error(500)) as server:
        answer = ask(server, check=checks.finding(lambda _: "mend it"), reasks=2, attempts=2)
    assert type(answer.error) is TransientModelError
    assert len(server.calls) == 3


def test_a_fatal_error_in_a_repair_round_stops() -> None:
    """A key that is withdrawn stops the run also in the middle of an article."""
    with serving(completion("bad"), error(401)) as server:
        broken_off(server, FatalModelError, check=checks.finding(lambda _: "mend it"), reasks=2)


@pytest.mark.parametrize("kind", [ValueError, RuntimeError, AssertionError])
def test_what_the_check_raises_comes_through(kind: type[Exception]) -> None:
    """A broken check is an error of its own, in the first round and in a repair round, never another reask."""
    for first in (True, False):

        async def check(reply: Reply, first: bool = first) -> str | None:
            if first or reply.text != "bad":
                raise kind("broken check")
            return "mend it"

        with serving(completion("bad"), GOOD) as server, pytest.raises(kind, match="broken check"):
            ask(server, check=check, reasks=2)


def test_nothing_of_article_reply_or_key_reaches_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Even with all loggers at DEBUG, through faults and repair rounds."""
    answers = [
        error(500, message=ARTICLE),
        completion("Zelmarine bad"),
        completion("Zelmarine worse"),
        error(400, message=ARTICLE),
    ]
    with caplog.at_level(logging.DEBUG), serving(*answers) as server:
        answer = ask(server, check=checks.finding(lambda reply: f"mend {reply.text}"), reasks=3)
    assert len(answer.replies) == 2
    shown = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "Zelmarine" not in shown
    assert KEY not in shown
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]
    assert "conflict_extract.llm.client" in {record.name for record in caplog.records}


def test_other_users_of_the_sdk_keep_their_logs(caplog: pytest.LogCaptureFixture) -> None:
    """The silence holds within our calls only."""
    with serving(GOOD) as server:
        ask(server)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("openai._base_client").debug("theirs")
    assert "theirs" in caplog.text


def test_one_model_serves_several_loops_and_leaks_nothing() -> None:
    """Loop after loop, closed or not by the user, every connection is closed in order (warnings are errors)."""
    with serving(GOOD) as server:
        model = OpenAIModel(Endpoint("m", server.url))

        async def closing(model: OpenAIModel) -> None:
            await model.ask(REQUEST, checks.good, reasks=0)
            await model.aclose()
            await model.aclose()
            await model.ask(REQUEST, checks.good, reasks=0)

        asyncio.run(closing(model))
        asyncio.run(model.ask(REQUEST, checks.good, reasks=0))
        assert not model._connections
        del model
        gc.collect()
    assert len(server.calls) == 3


def test_one_connection_is_kept_alive_within_a_loop() -> None:
    """Calls one after another do not connect anew each time."""
    with serving(GOOD) as server:

        async def run() -> None:
            model = OpenAIModel(Endpoint("m", server.url))
            for _ in range(3):
                await model.ask(REQUEST, checks.good, reasks=0)

        asyncio.run(run())
    assert len({call.port for call in server.calls}) == 1


def test_lone_surrogates_can_be_sent() -> None:
    """Text that UTF-8 cannot carry goes as JSON escapes, and comes out as it was."""
    odd = Request((Message("user", "a \ud800 b"),), SCHEMA, "reply")
    with serving(GOOD) as server:
        ask(server, request=odd)
    assert server.calls[0].body["messages"][0]["content"] == "a \ud800 b"


def test_importing_the_client_loads_no_http_package() -> None:
    """`--help` and `--version` must not wait for the SDK."""
    code = (
        "import sys, conflict_extract.llm.client;"
        "print([n for n in ('openai', 'instructor', 'tenacity', 'httpx2', 'vcr') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_a_good_first_reply_does_not_load_instructor() -> None:
    """The repair package is loaded for the first repair."""
    with serving(GOOD) as server:
        code = (
            "import asyncio, sys\n"
            "from conflict_extract.llm.base import Message, Request\n"
            "from conflict_extract.llm.client import Endpoint, OpenAIModel\n"
            f"model = OpenAIModel(Endpoint('m', '{server.url}'))\n"
            "request = Request((Message('user', 'x'),), {}, 'r')\n"
            "async def check(reply): return None\n"
            "asyncio.run(model.ask(request, check, reasks=2))\n"
            "print('instructor' in sys.modules)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
