"""A time as it stands in the text: a part of it ("May 6" of "before May 6") is never resolved as the whole."""

from __future__ import annotations

import re
from datetime import date

from conflict_extract.text.times import Days, resolve_time

_YEAR = re.compile(r",?\s(?:19|20)\d\d\b")
_BEFORE = re.compile(
    r"\b(?:before|after|until|till|by|since|from|between|to|through|last|next|past|previous|following|not|and|or|mid)"
    r"[\s-]+(?:the\s)?\Z",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s?\b")
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:19|20)?\d\d?\b|[A-Z][a-z]+\s\d)"
_AFTER = re.compile(
    rf"\s(?:last|next|this|of\slast|of\sthis)\s(?:week|month|year)\b|\s(?:to|until|till|through|or|and)\s{_DAY}|\s?[-–]\s?\d",
    re.IGNORECASE,
)


def whole_time(text: str, start: int, end: int, *, published: date | None) -> Days | None:
    """Resolve the time at a place, unless the words beside it make it another.

    Args:
        text: The text.
        start: First code point of the time's words, as a model gave them.
        end: Code point after the last.
        published: As for ``resolve_time``.

    Returns:
        The days, a year behind the words taken in; None where they do not resolve, or are a part of something longer
        ("before May 6", "Monday and Tuesday", "6 May last year").
    """
    if year := _YEAR.match(text, end):
        end = year.end()
    owned = _POSSESSIVE.match(text, end)  # "after Thursday's attack": the attack was on Thursday
    if (_BEFORE.search(text, max(0, start - 20), start) and not owned) or _AFTER.match(text, end):
        return None
    return resolve_time(text[start:end], published=published)
