"""Words of articles, models and servers made fit to be shown: they may steer neither a terminal nor a page."""

from __future__ import annotations

import re

_WHITE = re.compile(r"[ \t\r\n\f\v]+")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters: escape sequences begin with them
    "\u061c\u202a-\u202e\u2066-\u2069"  # overrides of the writing direction: what is seen is not what stands there
    "\u2028\u2029\ufeff\ud800-\udfff]"  # separators, byte order mark, halves of surrogate pairs
)


def clean(text: str) -> str:
    """Text as one line that is safe to print: white space joined, control characters shown by their number."""
    return visible(text).strip(" ")


def visible(text: str) -> str:
    """The same without taking white space from its ends: for a piece of a line."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", _WHITE.sub(" ", text))


def shortened(text: str, longest: int) -> str:
    """The beginning of a text, with an ellipsis where something is left out."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
