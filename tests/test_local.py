"""The local server: llama.cpp itself, with a model of random weights, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from jsonschema import Draft202012Validator

from conflict_extract.errors import ConfigError, RequestError
from conflict_extract.llm.base import Answer, Message, Parameters, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.local import LocalServer
from tests import checks
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

    return asyncio.run(model.ask(request, checks.finding(lambda _: "once more" if reasks else None), reasks=reasks))


def answers(address: str) -> bool:
    """Whether a server answers there."""
    try:
        with urlopen(f"{address}/models", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


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
            assert answers(server.base_url)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert not answers(addresses[0])


def test_it_can_be_stopped_as_soon_as_it_has_started(tiny_gguf: Path) -> None:
    """Again and again: llama.cpp's own way to stop hangs now and then while its loop is about to start."""
    for _ in range(5):
        with LocalServer(tiny_gguf) as server:
            address = server.base_url
        assert not answers(address)


def test_it_ends_with_the_process_that_started_it(tiny_gguf: Path) -> None:
    """Also with one that is killed: a model of many gigabytes must not stay behind."""
    code = "from conflict_extract.llm.local import LocalServer; import sys, time\n"
    code += "with LocalServer(sys.argv[1]) as server: print(server.base_url, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, tiny_gguf], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        assert answers(address)
        parent.kill()
    until = time.monotonic() + 30
    while answers(address):
        assert time.monotonic() < until


def test_ctrl_c_leaves_it_to_the_run_to_stop_it(tiny_gguf: Path) -> None:
    """A run that drains still gets the answers that are under way."""
    with LocalServer(tiny_gguf) as server:
        assert os.getpgid(server._process.pid) != os.getpgid(0)


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


def test_a_package_that_cannot_be_imported_is_told(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a library of the system is missing, say: the model is not blamed for it."""
    (tmp_path / "xllamacpp.py").write_text("raise ImportError('libgomp.so.1: cannot open shared object file')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    with pytest.raises(ConfigError, match=r"cannot be imported: libgomp\.so\.1"):
        LocalServer(tiny_gguf).__enter__()
