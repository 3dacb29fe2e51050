"""Where words stand in a text letter for letter, without cutting a word or a number in two."""

from __future__ import annotations

import unicodedata


def standing(text: str, words: str) -> list[int]:
    """All places where words stand, in code points.

    "12" does not stand in "112", "1,012" or "12.5", nor "a" in "all"; a letter is not cut from its accent. Signs at
    the edges are part of the words here: it is letter for letter.

    Args:
        text: The article's text.
        words: What to look for.

    Returns:
        The first code point of each place; overlapping ones too.
    """
    found: list[int] = []
    at = text.find(words) if words else -1
    while at >= 0:
        if not _cuts(text, at) and not _cuts(text, at + len(words)):
            found.append(at)
        at = text.find(words, at + 1)
    return found


def _cuts(text: str, at: int) -> bool:
    """Whether a border at this place goes through a word, a number or a letter with its accent."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if unicodedata.category(after).startswith("M"):
        return True
    if _in_word(before) and _in_word(after):
        return True
    if before.isdecimal() and after in ".,":
        return text[at + 1 : at + 2].isdecimal()
    return before in ".," and after.isdecimal() and text[max(at - 2, 0) : at - 1].isdecimal()


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")
