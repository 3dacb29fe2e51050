"""What all models share: frozen, closed, and fields marked by who fills them in."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Span(NamedTuple):
    """A half-open interval ``[start, end)`` of Unicode code points into ``Article.text``."""

    start: int
    end: int


def overlapping(one: Span, two: Span) -> bool:
    """Whether two spans share at least half of what they cover together."""
    shared = min(one.end, two.end) - max(one.start, two.start)
    return 2 * shared >= max(one.end, two.end) - min(one.start, two.start)


class Model(BaseModel):
    """Base of the domain models: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Mark:
    """A marker in a field's annotation; the reply schema and the grounding read it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


COMPUTED = _Mark("COMPUTED")
"""Marks a field that the library computes: it is left out of what the model is asked for."""

VERBATIM = _Mark("VERBATIM")
"""Marks a field whose text must stand in the article."""

Verbatim = Annotated[str, Field(min_length=1), VERBATIM]
"""Words of the article, exactly as they stand there."""


def has_mark(metadata: list[Any], mark: _Mark) -> bool:
    """Whether a field's metadata carries the mark."""
    return any(each is mark for each in metadata)
