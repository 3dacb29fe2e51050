"""The in-process server: llama.cpp itself, with a model of random weights, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from jsonschema import Draft202012Validator

from conflict_extract.errors import ConfigError, RequestError
from conflict_extract.llm.base import Answer, Message, Parameters, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.local import LocalServer
from tests.tiny_gguf import ENDS_STRINGS_AND_LISTS

SCHEMA = {
    "type": "object",
    "properties": {
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "quote": {"type": "string"},
                    "polarity": {"enum": ["affirmed", "negated"]},
                    "attribution": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["quote", "polarity", "attribution"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["claims"],
    "additionalProperties": False,
}
REQUEST = Request((Message("user", "Guns shelled the port of Marsa Dhul, “killing 12”."),), SCHEMA, "reply")


def ask(server: LocalServer, request: Request = REQUEST, seed: int = 1, reasks: int = 0) -> Answer:
    """One ask of the running server."""
    endpoint = Endpoint(server.model, server.base_url, extra_body=ENDS_STRINGS_AND_LISTS)
    model = OpenAIModel(endpoint, Parameters(temperature=1.0, max_tokens=1_500, seed=seed))

    return asyncio.run(model.ask(request, lambda _: "once more" if reasks else None, reasks=reasks))


def test_replies_fit_the_schema_whatever_the_weights(tiny_gguf: Path) -> None:
    """The grammar holds even random weights to the schema; usage and the model's name are told."""
    with LocalServer(tiny_gguf) as server:
        replies = [ask(server, seed=seed).replies[0] for seed in range(5)]
    for reply in replies:
        assert reply.finish_reason == "stop"
        assert reply.model == "tiny"
        assert reply.usage is not None
        Draft202012Validator(SCHEMA).validate(json.loads(reply.text))
    assert len({reply.text for reply in replies}) > 1


def test_repair_rounds_go_through_a_real_server(tiny_gguf: Path) -> None:
    """A conversation with a faulty reply and its faults is accepted by a server that is not ours."""
    with LocalServer(tiny_gguf) as server:
        answer = ask(server, reasks=2)
    assert len(answer.replies) == 3
    assert answer.error is None


def test_a_request_beyond_the_context_is_refused_in_clear_words(tiny_gguf: Path) -> None:
    """llama.cpp's own error for it is read."""
    long = Request((Message("user", "word " * 2_000),), SCHEMA, "reply")
    with LocalServer(tiny_gguf, context=4_096) as server, pytest.raises(RequestError, match="too long for the model"):
        ask(server, long)


def test_the_server_stops_with_its_block(tiny_gguf: Path) -> None:
    """Also when the block ends with an error."""
    servers, addresses = [], []

    def break_off() -> None:
        with LocalServer(tiny_gguf) as server:
            servers.append(server)  # it must stop although somebody still has it
            addresses.append(server.base_url)
            with urlopen(f"{server.base_url}/models", timeout=5) as answer:
                assert answer.status == 200
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    with pytest.raises(URLError):
        urlopen(f"{addresses[0]}/models", timeout=5)


def test_nothing_is_printed(tiny_gguf: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """llama.cpp logs prompts when it logs: it must not."""
    with LocalServer(tiny_gguf) as server:
        ask(server)
    out, err = capfd.readouterr()
    assert out == ""
    assert err == ""


def test_a_missing_file_and_a_file_of_another_kind_are_told(tmp_path: Path) -> None:
    """Before anything is loaded."""
    with pytest.raises(ConfigError, match="no such model file"):
        LocalServer(tmp_path / "none.gguf").__enter__()
    (tmp_path / "page.gguf").write_text("<html>")
    with pytest.raises(ConfigError, match="no GGUF"):
        LocalServer(tmp_path / "page.gguf").__enter__()


def test_a_damaged_model_is_told(tmp_path: Path, tiny_gguf: Path) -> None:
    """llama.cpp's refusal comes as an error of ours."""
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(tiny_gguf.read_bytes()[:20_000])
    with pytest.raises(ConfigError, match="cannot load"):
        LocalServer(damaged).__enter__()


def test_a_missing_package_is_told(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra to install."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ConfigError, match=r"conflict-extract\[local\]"):
        LocalServer(tiny_gguf).__enter__()
