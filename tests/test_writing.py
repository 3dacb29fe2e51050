"""JSON of request bodies: written in parts, and the same as if written at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.llm.writing import Fixed, canonical, plain

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=20,
)


def _fixed(value: Any) -> Any:
    """The same value with each object in it marked as one that nobody changes."""
    if isinstance(value, dict):
        return Fixed({name: _fixed(each) for name, each in value.items()})
    return [_fixed(each) for each in value] if isinstance(value, list) else value


@given(_VALUES)
def test_bodies_are_written_as_json_writes_them(value: Any) -> None:
    """Keys of requests rest on it: recordings and ledgers hold those of before."""
    assert plain(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))
    assert (plain(_fixed(value)), canonical(_fixed(value))) == (plain(value), canonical(value))


def test_keys_that_are_no_strings_are_written_as_json_writes_them() -> None:
    """A number as a key becomes a string, as ever."""
    assert plain({"a": {1: None, False: 2.5}}) == '{"a":{"1":null,"false":2.5}}'


def test_what_json_cannot_hold_is_refused() -> None:
    """The error is the one of ``json.dumps``, at any depth."""
    for value in (b"", [b""], {"a": {"b": b""}}):
        with pytest.raises(TypeError, match="bytes"):
            plain(value)
