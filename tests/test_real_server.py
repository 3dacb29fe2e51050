"""The whole way against a server that nobody here wrote: llama.cpp, with a model of random weights."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from jsonschema import Draft202012Validator

from conflict_extract import Extraction, Extractor, Options, Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.local import LocalServer
from conflict_extract.reply.wire import reply_schema
from tests import making

FULL_LISTS = {"logit_bias": [['"', 7.0], ["]", 1.0]]}
"""Random weights seldom end a string by themselves; this much of a push, and lists are rarely empty."""


def test_nonsense_that_fits_the_schema_ends_in_rejected(tiny_gguf: Path) -> None:
    """Random weights give items that are valid JSON of the schema and not in the article: nothing gets out."""
    with LocalServer(tiny_gguf, context=40_000) as server:
        endpoint = Endpoint(server.model, server.base_url, extra_body=FULL_LISTS)
        model = OpenAIModel(endpoint, Parameters(temperature=1.0, max_tokens=1_500, seed=3))
        with Extractor(model, Options(reasks=0)) as extractor:
            extraction = extractor.extract(making.article())
    assert extraction.attributions + extraction.claims + extraction.events == ()
    assert extraction.rejected != ()
    assert extraction.provenance.parameters["seed"] == 3
    assert extraction.provenance.usage is not None
    assert Extraction.model_validate_json(extraction.model_dump_json()) == extraction


def test_the_running_server_takes_our_schema_and_holds_replies_to_it(tiny_gguf: Path) -> None:
    """llama.cpp compiles it to a grammar: what comes back whole is valid by it."""
    with LocalServer(tiny_gguf) as server:
        for seed in range(2):
            body = {
                "messages": [{"role": "user", "content": "x"}],
                "max_tokens": 3_000,
                "seed": seed,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "extraction", "strict": True, "schema": reply_schema()},
                },
                **FULL_LISTS,
            }
            choice = _post(server.base_url, body)["choices"][0]
            if choice["finish_reason"] == "stop":
                Draft202012Validator(reply_schema()).validate(json.loads(choice["message"]["content"]))
            else:
                assert choice["message"]["content"].startswith("{")


def test_the_running_server_refuses_a_schema_that_points_nowhere(tiny_gguf: Path) -> None:
    """So that the test above can fail: a reference to a definition that is not there is an error."""
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/nowhere"}}, "required": ["a"]}
    body = {
        "messages": [{"role": "user", "content": "x"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    }
    with LocalServer(tiny_gguf) as server, pytest.raises(HTTPError, match=r"400|500"):
        _post(server.base_url, body)


def _post(base_url: str, body: dict) -> dict:
    request = Request(
        f"{base_url}/chat/completions", json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urlopen(request, timeout=120) as answer:
        return json.load(answer)
