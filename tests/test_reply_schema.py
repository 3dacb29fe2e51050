"""The schema that the model answers in: derived from the models, and taken by structured-output engines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import llguidance
import pytest
from jsonschema import Draft202012Validator
from outlines_core.json_schema import build_regex_from_schema

from conflict_extract.models import Attribution, Claim, Event, Figure
from conflict_extract.models.base import COMPUTED, has_mark
from conflict_extract.reply.schema import draft_of, reply_schema
from tests import making

SCHEMA = reply_schema()


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def test_what_the_library_computes_is_not_asked_for() -> None:
    """Offsets, numbers, days and the event's type are left out; all else is asked for under its own name."""
    for model in (Attribution, Claim, Event, Figure):
        asked = set(draft_of(model).model_fields)
        computed = {name for name, info in model.model_fields.items() if has_mark(info.metadata, COMPUTED)}
        assert asked == set(model.model_fields) - computed
    assert {"low", "high", "comparator", "unit", "text_span"} & set(draft_of(Figure).model_fields) == set()
    assert {"type", "earliest", "latest", "precision", "start"} & set(draft_of(Event).model_fields) == set()


def test_the_schema_lies_in_the_strict_subset() -> None:
    """Each object is closed, each key required; no defaults, string lengths, oneOf, dictionaries; within the limits."""
    Draft202012Validator.check_schema(SCHEMA)
    allowed = {
        "$defs",
        "$ref",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "anyOf",
        "minItems",
    }
    properties = 0
    values = 0
    for node in _nodes(SCHEMA):
        if node.get("type") == "object":
            assert set(node) <= {"$defs", "type", "properties", "required", "additionalProperties"}
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False
            properties += len(node["properties"])
        if "enum" in node:
            values += len(node["enum"])
            assert set(node) <= allowed
    assert SCHEMA["type"] == "object"
    assert (properties <= 5_000, values <= 1_000) == (True, True)


def _by_jsonschema(text: str) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(json.loads(text))


def _by_llguidance(text: str) -> bool:
    tokenizer = llguidance.LLTokenizer("byte")
    matcher = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_json_schema(json.dumps(SCHEMA)))
    tokens = tokenizer.tokenize_str(text)
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()


def _by_outlines(text: str) -> bool:
    return re.fullmatch(build_regex_from_schema(json.dumps(SCHEMA)), text) is not None


ENGINES = pytest.mark.parametrize("accepts", [_by_jsonschema, _by_llguidance, _by_outlines])


@ENGINES
def test_engines_accept_a_faultless_reply(accepts: Callable[[str], bool]) -> None:
    """A reply of the shape of gold passes, and so do empty lists."""
    assert accepts(_compact(making.reply()))
    assert accepts(_compact({"attributions": [], "events": [], "claims": []}))


def _broken() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, change in {
        "an unknown value": lambda reply: reply["claims"][0].update(kind="massacre"),
        "a missing field": lambda reply: reply["claims"][0].pop("polarity"),
        "a field too many": lambda reply: reply["events"][0].update(confidence=1),
        "a number for a text": lambda reply: reply["claims"][0]["figures"][0].update(text=12),
        "an empty chain": lambda reply: reply["attributions"][0].update(chain=[]),
        "a text for a list": lambda reply: reply["claims"][0].update(events="e1"),
        "a missing list": lambda reply: reply.pop("events"),
        "null where it may not be": lambda reply: reply["events"][0].update(reality=None),
        "the number that code reads": lambda reply: reply["claims"][0]["figures"][0].update(low=12),
    }.items():
        reply = making.reply()
        change(reply)
        yield name, reply


@ENGINES
@pytest.mark.parametrize(("name", "reply"), list(_broken()), ids=lambda value: value if isinstance(value, str) else "")
def test_engines_refuse_broken_replies(accepts: Callable[[str], bool], name: str, reply: dict[str, Any]) -> None:
    """What does not fit the schema cannot be generated under it."""
    assert not accepts(_compact(reply)), name


def _compact(reply: dict[str, Any]) -> str:
    return json.dumps(reply, ensure_ascii=False, separators=(", ", ": "))
