"""JSON of the bodies of calls: what comes with every call, the prompt and the schema, is written out once and kept."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any

_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_DEEPEST = 3
"""Levels down to the prompt (``messages``, a message, its content) and the schema."""


class Fixed(dict[str, Any]):
    """A part of a body that nobody changes any more."""

    @cached_property
    def plain(self) -> str:
        """It as ``plain`` writes it."""
        return _PLAIN.encode(self)

    @cached_property
    def canonical(self) -> str:
        """It as ``canonical`` writes it."""
        return _CANONICAL.encode(self)


def plain(body: object) -> str:
    """Readable JSON on one line."""
    return _written(body, _DEEPEST, is_canonical=False)


def canonical(body: object) -> str:
    """ASCII JSON on one line with sorted keys: equal values, equal texts."""
    return _written(body, _DEEPEST, is_canonical=True)


def _written(value: object, levels: int, *, is_canonical: bool) -> str:
    if isinstance(value, Fixed):
        return value.canonical if is_canonical else value.plain
    if isinstance(value, str):
        return _string(value, is_canonical)
    if levels and isinstance(value, dict) and all(isinstance(name, str) for name in value):
        parts = [
            f"{_string(name, is_canonical)}:{_written(each, levels - 1, is_canonical=is_canonical)}"
            for name, each in (sorted(value.items()) if is_canonical else value.items())
        ]
        return f"{{{','.join(parts)}}}"
    if levels and isinstance(value, list | tuple):
        return f"[{','.join([_written(each, levels - 1, is_canonical=is_canonical) for each in value])}]"
    return (_CANONICAL if is_canonical else _PLAIN).encode(value)


@lru_cache(maxsize=64)
def _string(text: str, is_canonical: bool) -> str:
    return (_CANONICAL if is_canonical else _PLAIN).encode(text)
