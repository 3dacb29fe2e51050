"""Cutting a long article into passages that a model reads well, at the ends of paragraphs, with overlap."""

from __future__ import annotations

import re

from conflict_extract.models.base import Span

_ENDS = (
    re.compile(r"\n[^\S\n]*\n\s*"),  # a blank line
    re.compile(r"\n\s*"),
    re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+"),  # the end of a sentence
    re.compile(r"\s+"),
)


def cut(text: str, *, size: int, overlap: int) -> tuple[Span, ...]:
    """Passages that cover the text, each at most ``size`` code points long.

    Consecutive passages share about ``overlap`` code points (whole paragraphs where they fit, so that a telling that
    runs over the cut is whole in one of them). A text that fits into one passage is not cut.

    Args:
        text: The article's text.
        size: Most code points in a passage; at least four times the overlap.
        overlap: Code points that two neighbours share at the least where the text allows it.
    """
    if size < 4 * overlap or size < 1:
        raise ValueError("a passage must be at least four times as long as the overlap")
    spans: list[Span] = []
    start = 0
    while len(text) - start > size:
        end = _last_end(text, start + size // 2, start + size)
        spans.append(Span(start, end))
        start = _shared_from(text, end - 2 * overlap, end - overlap)
    spans.append(Span(start, len(text)))
    return tuple(spans)


def _last_end(text: str, low: int, high: int) -> int:
    """The last good place to end a passage in ``(low, high]``."""
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, low, high) if low < match.end() <= high]
        if ends:
            return ends[-1]
    return high


def _shared_from(text: str, low: int, high: int) -> int:
    """The last good place to begin a passage in ``[low, high]``, so that at least the rest up to the cut is shared."""
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, low, high)]
        if ends:
            return ends[-1]
    return high
