"""The schema that the model answers in: derived from the models, and taken by structured-output engines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import llguidance
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from outlines_core.json_schema import build_regex_from_schema

from conflict_extract.models import Attribution, Claim, Event, Figure
from conflict_extract.models.base import COMPUTED, has_mark
from conflict_extract.reply.schema import draft_of
from conflict_extract.reply.wire import SHORT, USUAL, expand, marks_of, reply_schema
from tests import making
from tests.compact import compact

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
    assert accepts(_spaced(compact(making.reply())))
    assert accepts(_spaced(compact({"attributions": [], "events": [], "claims": []})))


def _broken() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, change in {
        "an unknown value": lambda reply: reply["claims"][0].update(kind="massacre"),
        "an unknown mark": lambda reply: reply["claims"][0].update({"is": ["doubtful"]}),
        "a missing field": lambda reply: reply["claims"][0].pop("is"),
        "a field too many": lambda reply: reply["events"][0].update(confidence=1),
        "a number for a text": lambda reply: reply["claims"][0]["fig"][0].update(text=12),
        "an empty chain": lambda reply: reply["attributions"][0].update(chain=[]),
        "a text for a list": lambda reply: reply["claims"][0].update(on="e1"),
        "a missing list": lambda reply: reply.pop("events"),
        "null where it may not be": lambda reply: reply["events"][0].update(act=None),
        "the number that code reads": lambda reply: reply["claims"][0]["fig"][0].update(low=12),
    }.items():
        reply = compact(making.reply())
        change(reply)
        yield name, reply


@ENGINES
@pytest.mark.parametrize(("name", "reply"), list(_broken()), ids=lambda value: value if isinstance(value, str) else "")
def test_engines_refuse_broken_replies(accepts: Callable[[str], bool], name: str, reply: dict[str, Any]) -> None:
    """What does not fit the schema cannot be generated under it."""
    assert not accepts(_spaced(reply)), name


def _spaced(reply: dict[str, Any]) -> str:
    return json.dumps(reply, ensure_ascii=False, separators=(", ", ": "))


def test_the_compact_form_says_all_that_the_full_one_says() -> None:
    """Expanding gives back every field of every item."""
    assert expand(compact(making.reply())) == making.reply()


def test_marks_are_derived_from_the_vocabulary() -> None:
    """Every value of a marked field but the usual one is a mark, and no mark stands for two fields."""
    for model, usual in USUAL.items():
        marks = marks_of(model)
        assert len(marks) == len(set(marks))
        assert {field for field, _ in marks.values()} == set(usual)
        assert all(marks.get(value) is None for value in usual.values() if isinstance(value, str))
    assert marks_of(Claim)["negated"] == ("polarity", "negated")
    assert marks_of(Claim)["background"] == ("background", True)
    assert marks_of(Event)["airstrike"] == ("weapons", "airstrike")
    assert marks_of(Attribution)["mixed"] == ("mode", "mixed")
    assert len(set(SHORT.values())) == len(SHORT)


def _expanded(list_name: str, **changes: Any) -> dict[str, Any]:
    changes = {SHORT.get(name, name): value for name, value in changes.items()}
    reply = compact(making.reply())
    reply[list_name][0].update(changes)
    expanded: dict[str, Any] = expand(reply)[list_name][0]
    return expanded


def test_of_several_marks_of_verification_the_strongest_counts() -> None:
    """Confirmed before admitted before disputed before unconfirmed, by the codebook."""
    assert _expanded("claims", marks=["unconfirmed", "disputed", "hedged"])["verification"] == "disputed"
    assert _expanded("claims", marks=["admitted", "confirmed", "disputed"])["verification"] == "confirmed"


@pytest.mark.parametrize(
    ("list_name", "changes"),
    [
        ("events", {"marks": ["captured", "lost"]}),
        ("claims", {"marks": ["certain"]}),
        ("claims", {"marks": "negated"}),
    ],
)
def test_marks_that_contradict_each_other_or_do_not_exist_stay_what_they_are(
    list_name: str, changes: dict[str, Any]
) -> None:
    """Nothing is guessed: the item will not fit its draft, and falls with its reason."""
    assert _expanded(list_name, **changes)["marks"] == changes["marks"]


def test_what_is_left_out_is_taken_from_where_it_stands() -> None:
    """A claim without a statement says its quote; an event without a quote has that of its first claim."""
    assert _expanded("claims", say=None)["statement"] == making.reply()["claims"][0]["quote"]
    assert _expanded("events", quote=None)["quote"] == making.reply()["claims"][0]["quote"]
    assert _expanded("events", id="e9", quote=None)["quote"] is None, "no claim names it"


@pytest.mark.parametrize(
    ("figure", "full"),
    [
        (
            ("some 15 | villages | since March", "places"),
            ("some 15", "places", "villages", "not_people", "since March"),
        ),
        (("2,300 |  | since June", "killed"), ("2,300", "killed", None, "unspecified", "since June")),
        (("dozens", "injured civilian"), ("dozens", "injured", None, "civilian", None)),
        (("690 | households", "other unspecified"), ("690", "other", "households", "unspecified", None)),
    ],
)
def test_a_figure_says_all_in_two_fields(figure: tuple[str, str], full: tuple[str | None, ...]) -> None:
    """Its words by bars, and what they count as, with a category that goes without saying for each measure."""
    (expanded,) = _expanded("claims", fig=[dict(zip(("text", "as"), figure, strict=True))])["figures"]
    assert tuple(expanded[name] for name in ("text", "measure", "of", "category", "window")) == full


def test_an_actor_without_a_role_began_it() -> None:
    """The usual role goes without saying."""
    (actor,) = _expanded("events", actors=["p1"])["actors"]
    assert actor["role"] == "initiator"


@pytest.mark.parametrize(
    ("name", "type", "full"),
    [
        ("Radio Kesh | pro-government", "partisan_media", ("Radio Kesh", "partisan_media", "named", "pro-government")),
        ("rebels", "armed_group collective", ("rebels", "armed_group", "collective", None)),
        ("an officer|", "military unnamed", ("an officer", "military", "unnamed", None)),
    ],
)
def test_a_source_says_all_in_two_fields(name: str, type: str, full: tuple[str | None, ...]) -> None:
    """Its name with its side behind a bar, and its type with how it is known where it is not named."""
    reply = compact(making.reply())
    reply["sources"][0] = {"id": "s1", "name": name, "type": type}
    source = expand(reply)["attributions"][0]["chain"][0]
    assert tuple(source[field] for field in ("name", "type", "identification", "alignment")) == full


def test_a_claims_relations_stand_among_its_events() -> None:
    """What has a kind before its id is a relation; the order within each is kept."""
    claim = _expanded("claims", on=["differs c3", "e1", "part_of c1", "e2"])
    assert claim["events"] == ["e1", "e2"]
    assert claim["relations"] == [{"kind": "differs", "claim": "c3"}, {"kind": "part_of", "claim": "c1"}]


def test_an_id_that_no_table_has_is_no_source() -> None:
    """Nor one that two different rows bear: it names neither."""
    assert _expanded("attributions", chain=["s9"])["chain"] == ["s9"]
    reply = compact(making.reply())
    reply["sources"].append({**reply["sources"][0], "name": "somebody else"})
    assert expand(reply)["attributions"][0]["chain"] == ["s1"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.sampled_from(["s1", "e1", "negated", "p1 target", "differs c1"]),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "chain", "is", "fig", "text", "as", "q", "quote", "name", "type", "actors", "on", "say"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_anything_is_expanded_without_a_crash(value: Any) -> None:
    """What is broken stays broken, and goes on to where it falls."""
    expand({"sources": value, "actors": [value], "attributions": [value], "events": value, "claims": [value]})
