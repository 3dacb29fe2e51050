"""Recording against a server on loopback, and replaying without one."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.errors import ConfigError, ReplayError
from conflict_extract.llm.base import Answer, Check, Message, Parameters, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.keys import request_key
from conflict_extract.llm.record import _Readable, recording
from conflict_extract.llm.replay import ReplayTransport, read_recordings, recorded_settings, replaying
from tests import checks
from tests.fault_server import Prepared, completion, error, serving

KEY = "sk-test-QWERTZ12345"
ARTICLE = "Guns shelled the port of Marsa Dhul on Tuesday: “killing at least 12”.\r\n\r\nمرسى 🚢\u2028\x85 end \n"
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
PARAMETERS = Parameters(max_tokens=900, seed=5)


def request(article: str = ARTICLE, system: str = "Extract.", schema: dict[str, Any] | None = None) -> Request:
    """A request about an article."""
    return Request((Message("system", system), Message("user", article)), schema or SCHEMA, "reply")


async def mending(reply: Any) -> str | None:
    """A check that finds a fault in the reply "bad"."""
    return "mend “it”" if reply.text == "bad" else None


def ask(model: OpenAIModel, asked: Request | None = None, check: Check = checks.good, reasks: int = 2) -> Answer:
    """One ask in a loop of its own."""
    return asyncio.run(model.ask(asked or request(), check, reasks=reasks))


def record(
    cassette: Path,
    answers: Sequence[Prepared],
    asked: Request | None = None,
    check: Check = checks.good,
    parameters: Parameters = PARAMETERS,
    **endpoint: Any,
) -> tuple[Answer, str]:
    """Record one ask of a running server; gives the answer and the server's URL."""
    with serving(*answers) as server, recording(cassette):
        where = Endpoint(**{"model": "m", "base_url": server.url, "api_key": KEY, **endpoint})
        return ask(OpenAIModel(where, parameters), asked, check), server.url


def test_a_recorded_ask_replays_without_a_server(tmp_path: Path) -> None:
    """Repair rounds included, with model and parameters taken from the recording."""
    recorded, url = record(tmp_path / "a.yaml", [completion("bad"), completion('{"n": 1}')], check=mending)
    assert len(recorded.replies) == 2
    model = replaying(tmp_path)
    assert (model.name, model.settings, model.endpoint.base_url) == ("m", asdict(PARAMETERS), url)
    assert ask(model, check=mending) == recorded
    assert ask(model, check=mending) == recorded


def test_vcrpy_itself_replays_the_same(tmp_path: Path) -> None:
    """The cassette is vcrpy's own format: its strict replay, matching on the body, gives the same answer."""
    recorded, url = record(tmp_path / "a.yaml", [completion("bad"), completion('{"n": 1}')], check=mending)
    player = vcr.VCR(record_mode="none", match_on=("method", "path", "body"))
    with player.use_cassette(str(tmp_path / "a.yaml")) as cassette:
        model = OpenAIModel(Endpoint("m", url, api_key="other"), PARAMETERS)
        assert ask(model, check=mending) == recorded
        assert cassette.all_played


def test_a_miss_in_vcrpy_is_told_as_a_miss(tmp_path: Path) -> None:
    """Not as a connection error, and without a single retry."""
    _, url = record(tmp_path / "a.yaml", [completion("{}")])
    with vcr.VCR(record_mode="none", match_on=("method", "path", "body")).use_cassette(str(tmp_path / "a.yaml")):
        model = OpenAIModel(Endpoint("m", url), PARAMETERS)
        with pytest.raises(ReplayError, match="record it again") as caught:
            ask(model, request("another article"))
    assert "Marsa" not in str(caught.value)


def test_a_cassette_holds_bodies_and_no_secrets(tmp_path: Path) -> None:
    """Only content-type is kept of the headers, on both sides, and the text can be read."""
    answer = completion("{}", headers={"set-cookie": "track=1", "openai-organization": "org-9", "x-request-id": "r-77"})
    record(tmp_path / "sub" / "a.yaml", [answer])
    text = (tmp_path / "sub" / "a.yaml").read_text(encoding="utf-8")
    (interaction,) = yaml.safe_load(text)["interactions"]
    assert [name.lower() for name in interaction["request"]["headers"]] == ["content-type"]
    assert [name.lower() for name in interaction["response"]["headers"]] == ["content-type"]
    for secret in (KEY, "Bearer", "track", "org-9", "r-77", "stainless", "User-Agent"):
        assert secret not in text
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["a.yaml"]


def test_bodies_of_a_cassette_are_readable_blocks(tmp_path: Path) -> None:
    """Plain articles stand there in their own letters, the answer byte for byte."""
    plain = request("Guns shelled “Marsa Dhul”: it's مرسى 🚢.")
    answer = completion('{"quote": "it\'s مرسى"}')
    record(tmp_path / "a.yaml", [answer], plain)
    text = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    assert "Guns shelled “Marsa Dhul”: it's مرسى 🚢." in text
    assert "body: |" in text
    assert "string: |" in text
    assert yaml.safe_load(text)["interactions"][0]["response"]["body"]["string"].encode() == answer.body


LETTERS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(LETTERS, max_size=4), LETTERS)
def test_any_text_survives_the_cassette(texts: list[str], body: str) -> None:
    """What is written is what is read, line separators and odd characters included."""
    cassette = {"interactions": [{"a": text, "b": "{" + text, "c": json.dumps([text])} for text in texts], "d": body}
    assert yaml.load(_Readable.serialize(cassette), Loader=yaml.CSafeLoader) == cassette


def test_a_compressed_answer_is_recorded_as_text(tmp_path: Path) -> None:
    """Without its content-encoding header a compressed body could not be read again."""
    import gzip

    plain = completion('{"n": 1}')
    packed = Prepared(gzip.compress(plain.body), headers={"content-encoding": "gzip"})
    recorded, _ = record(tmp_path / "a.yaml", [packed])
    assert read_recordings(tmp_path)[0].content == plain.body
    assert ask(replaying(tmp_path)) == recorded


def test_recorded_retries_are_not_waited_for(tmp_path: Path) -> None:
    """Answers to the same request come in their order, the last one again and again, and at once."""
    recorded, _ = record(tmp_path / "a.yaml", [error(429, retry_after="1"), error(500), completion("{}")])
    started = time.monotonic()
    model = replaying(tmp_path)
    assert ask(model) == recorded
    assert ask(model) == recorded
    assert time.monotonic() - started < 1.0
    assert [call.status for call in read_recordings(tmp_path)] == [429, 500, 200]


def test_a_roomier_second_call_is_part_of_the_recording(tmp_path: Path) -> None:
    """Twice the room in a later call is no other setting."""
    recorded, _ = record(tmp_path / "a.yaml", [completion('{"n', finish="length"), completion("{}")])
    record(tmp_path / "b.yaml", [completion("{}")], request("another"))
    assert recorded_settings(tmp_path)[1] == PARAMETERS
    assert ask(replaying(tmp_path)) == recorded


def test_many_articles_are_replayed_at_once(tmp_path: Path) -> None:
    """Answers are found by the request, over all cassettes of a folder tree, in any order."""
    for number in range(6):
        text = json.dumps({"n": number})
        record(tmp_path / f"{number % 2}" / f"{number}.yaml", [completion(text)], request(f"Article {number}."))
    model = replaying(tmp_path)

    async def all_at_once() -> list[Answer]:
        asks = (model.ask(request(f"Article {number}."), checks.good, reasks=0) for number in reversed(range(6)))
        return await asyncio.gather(*asks)

    answers = asyncio.run(all_at_once())
    assert [json.loads(answer.replies[0].text)["n"] for answer in answers] == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("asked", "settings", "said", "unsaid"),
    [
        (request("Another Marsa."), {}, "the article's text", "prompt (system"),
        (request(system="Extract well."), {}, "the prompt (system message)", "article's text"),
        (request(schema={"type": "object"}), {}, "the schema of the reply", "prompt"),
        (request(), {"model": "n"}, 'model: recorded "m", asked "n"', "prompt"),
        (request(), {"parameters": Parameters(0.5, 900, 5)}, "temperature: recorded 0.0, asked 0.5", "seed"),
        (request(), {"parameters": Parameters(0.0, 800, None)}, "seed: recorded 5, asked none", "prompt"),
        (request(), {"base_url": "http://h/api"}, "path: recorded /v1/chat/completions, asked /api/chat", "prompt"),
    ],
)
def test_a_miss_says_what_changed_and_how_to_record_again(
    tmp_path: Path, asked: Request, settings: dict[str, Any], said: str, unsaid: str
) -> None:
    """Each changed part is named, unchanged ones are not, and no word of the article is shown."""
    record(tmp_path / "a.yaml", [completion("{}")])
    record(tmp_path / "b.yaml", [completion("{}")], request("Rain fell elsewhere.", "Extract it all."))
    with pytest.raises(ReplayError) as caught:
        ask(replaying(tmp_path, **settings), asked)
    message = str(caught.value)
    changes = message.partition("has changed:")[2].partition("To go on")[0]
    assert said in changes
    assert unsaid not in changes
    assert "a.yaml" in message
    assert "--record DIR" in message
    assert "Marsa" not in message


def test_a_miss_in_a_repair_round_is_told(tmp_path: Path) -> None:
    """Other faults than the recorded ones make another request: the replay does not go on without it."""
    record(tmp_path / "a.yaml", [completion("bad"), completion("{}")], check=mending)
    with pytest.raises(ReplayError, match=r"the repair round \(the faulty reply, or the faults named\)\."):
        ask(replaying(tmp_path), check=checks.finding(lambda reply: "other words" if reply.text == "bad" else None))


def test_different_settings_in_one_folder_must_be_chosen(tmp_path: Path) -> None:
    """Two models in one folder: the model must be given, and then both can be replayed."""
    record(tmp_path / "a.yaml", [completion('{"n": 1}')])
    _, url = record(tmp_path / "b.yaml", [completion('{"n": 2}')], model="other")
    with pytest.raises(ConfigError, match=r'different settings .*model: recorded "m", asked "other"'):
        replaying(tmp_path)
    model = replaying(tmp_path, model="other", parameters=PARAMETERS, base_url=url)
    assert ask(model).replies[0].text == '{"n": 2}'


def test_extra_fields_are_replayed(tmp_path: Path) -> None:
    """Fields that only some endpoints know are part of the request."""
    recorded, _ = record(tmp_path / "a.yaml", [completion("{}")], extra_body={"top_k": 3})
    assert recorded_settings(tmp_path)[0].extra_body == {"top_k": 3}
    assert ask(replaying(tmp_path)) == recorded


def test_folders_that_hold_no_recordings_are_told(tmp_path: Path) -> None:
    """Missing, empty, and not a cassette: each in clear words."""
    with pytest.raises(ConfigError, match="no such folder"):
        replaying(tmp_path / "none")
    with pytest.raises(ConfigError, match="no recorded calls"):
        replaying(tmp_path)
    for broken in (
        "interactions: [1]",
        "- just\n- a list",
        "{",
        "interactions:\n- request: {}\n  response: {}",
        "a: !!python/x 1",
    ):
        (tmp_path / "a.yaml").write_text(broken)
        with pytest.raises(ConfigError, match=r"a\.yaml: this is no cassette"):
            replaying(tmp_path)


def test_after_an_error_no_cassette_is_written(tmp_path: Path) -> None:
    """Whole or not at all: an older cassette of the name stays as it was."""
    record(tmp_path / "a.yaml", [completion("{}")])
    before = (tmp_path / "a.yaml").read_bytes()

    def break_off() -> None:
        with serving(completion("{}")) as server, recording(tmp_path / "a.yaml"):
            ask(OpenAIModel(Endpoint("m", server.url)), request("other"))
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert (tmp_path / "a.yaml").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_recording_again_replaces_the_cassette(tmp_path: Path) -> None:
    """Nothing of the older one is left."""
    record(tmp_path / "a.yaml", [completion("{}")])
    record(tmp_path / "a.yaml", [completion('{"n": 2}')], request("other"))
    (call,) = read_recordings(tmp_path)
    assert call.body["messages"][1]["content"] == "other"


def test_only_one_cassette_can_be_open(tmp_path: Path) -> None:
    """vcrpy would put the calls of both into one; after the first is closed, another can be opened."""

    def nest() -> None:
        with recording(tmp_path / "a.yaml"), recording(tmp_path / "b.yaml"):
            raise AssertionError("two cassettes are open")

    with pytest.raises(ConfigError, match="one article after the other"):
        nest()
    record(tmp_path / "c.yaml", [completion("{}")])
    assert (tmp_path / "c.yaml").exists()


def test_a_recording_of_nothing_is_an_error(tmp_path: Path) -> None:
    """An empty cassette would pass for a recording."""

    def record_nothing() -> None:
        with recording(tmp_path / "a.yaml"):
            pass

    with pytest.raises(ConfigError, match="nothing was called"):
        record_nothing()
    assert not (tmp_path / "a.yaml").exists()


def test_recording_and_replaying_log_no_bodies(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """vcrpy logs answers at INFO and differences of bodies at DEBUG: none of it comes through."""
    with caplog.at_level(logging.DEBUG):
        record(tmp_path / "a.yaml", [completion("Marsa bad"), completion("{}")], check=mending)
        ask(replaying(tmp_path), check=mending)
    shown = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "Marsa" not in shown
    assert KEY not in shown


def test_keys_do_not_depend_on_order_or_writing() -> None:
    """Equal JSON, equal key; another path or value, another key."""
    one = request_key("POST", "/v1/x", {"a": 1, "b": "é"})
    assert one == request_key("POST", "/v1/x", json.loads('{"b": "\\u00e9", "a": 1}'))
    assert one != request_key("POST", "/v1/x", {"a": 2, "b": "é"})
    assert one != request_key("POST", "/v2/x", {"a": 1, "b": "é"})


def test_the_transport_can_be_given_to_a_model(tmp_path: Path) -> None:
    """For a model with settings of one's own."""
    recorded, url = record(tmp_path / "a.yaml", [completion("{}")])
    model = OpenAIModel(Endpoint("m", url), PARAMETERS, transport=ReplayTransport(tmp_path))
    assert ask(model) == recorded
