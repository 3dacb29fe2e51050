"""A figure's words as they stand in the text: a part of them ("110" of "more than 110") is never read as the whole."""

from __future__ import annotations

import re
from functools import cache

from conflict_extract.models.vocabulary import Measure
from conflict_extract.text import figure_words as words
from conflict_extract.text.figures import ACLED, Quantity, VaguePolicy, read_figure
from conflict_extract.text.numbers import number_words

_BOUNDS = frozenset({"ge", "gt", "over", "le", "lt", "approx", "est", "between"})
_FARTHEST = 6
"""Words on each side that may belong to a figure."""
_WORD_BEFORE = re.compile(r"([^\s,;:()\"“”]+)([ \u00a0-]|\s?[–—-]\s?)\Z")
_WORD_AFTER = re.compile(r"([ \u00a0-]|\s?[–—-]\s?)([^\s,;:.()\"“”–—-]+)")
_TIED_AFTER = re.compile(r"[–—-]([^\W\d_]+)")
_NOT_BEFORE = re.compile(r"\bnot\s\Z", re.IGNORECASE)
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b)", re.IGNORECASE)


def whole_figure(
    text: str, start: int, end: int, *, measure: Measure, policy: VaguePolicy = ACLED
) -> tuple[int, int, Quantity] | None:
    """Read the figure at a place together with the words beside it that change what it says.

    Args:
        text: The text.
        start: First code point of the figure's words, as a model gave them.
        end: Code point after the last.
        measure: As for ``read_figure``.
        policy: As for ``read_figure``.

    Returns:
        Start and end of the whole figure ("more than 110", "three hundred", "15 or more") and what it says; None where
        no number can be read, or what stands beside it makes it something else ("20" of "20 percent", "not 15 but 12").
    """
    alone = read_figure(text[start:end], measure=measure, policy=policy)
    if alone is None:
        return None
    starts, ends = _starts(text, start), _ends(text, end)
    if measure != "percent" and any(_PERCENT.match(text, right) for right in ends):
        return None
    for left, right in sorted(((left, right) for left in starts for right in ends), key=lambda each: each[0] - each[1]):
        whole = read_figure(text[left:right], measure=measure, policy=policy) if (left, right) != (start, end) else None
        if whole is not None and whole != alone:
            return left, right, whole
    if _NOT_BEFORE.search(text[max(0, start - 5) : start]):
        return None
    return start, end, alone


def _starts(text: str, start: int) -> list[int]:
    """Where the figure may begin: at its own words, or with words before them that belong to figures."""
    found = [start]
    while len(found) <= _FARTHEST and (match := _WORD_BEFORE.search(text, max(0, found[-1] - 40), found[-1])):
        if not _belongs(match[1]):
            break
        found.append(match.start())
    return found


def _ends(text: str, end: int) -> list[int]:
    found = [end]
    while len(found) <= _FARTHEST and (match := _WORD_AFTER.match(text, found[-1])):
        if not _belongs(match[2]) or _is_of_something(text, match.end()):
            break
        found.append(match.end())
    return found


def _is_of_something(text: str, end: int) -> bool:
    """Whether a hyphen ties the number that ends here to what it counts: the 9 of "a 9-year-old boy" counts years."""
    tied = _TIED_AFTER.match(text, end)
    return tied is not None and tied[1].lower() not in words.HYPHENATED and not _belongs(tied[1])


def _belongs(word: str) -> bool:
    return word[0].isdigit() or word.lower() in _figure_words()


@cache
def _figure_words() -> frozenset[str]:
    """Words that numbers are made of, or that bound them."""
    bounding = [*words.FRONT.items(), *words.SUFFIX.items()]
    modifiers = {word for phrase, role in bounding if role in _BOUNDS for word in phrase}
    return frozenset(
        modifiers | number_words() | words.PLURALS | {"few", "couple", "several", "half", "to", "and", "or"}
    )
