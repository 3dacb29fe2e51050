"""A claim's statement: its quote, or the model's own sentence, in which "…" stands for words of the quote."""

from __future__ import annotations

import re

GAP = re.compile(r"\s*(?:…|\.\.\.)\s*")
_WORD = re.compile(r"\S+")
_LONGEST_SMALL_WORD = 4
"""Letters of "the", "that", "with": words that two phrases share by chance."""


def filled(sentence: str, quote: str) -> str | None:
    """A sentence with its gap filled from the quote.

    The words beside the gap say where the quote sets in and breaks off, if the quote has them: "Omar Tesh's men …" and
    "his men had taken the mill" make "Omar Tesh's men had taken the mill". Else it is all of the quote, less the words
    at its beginning that the sentence has already: "The attack on Ghor …" and "the attack had failed" make "The attack
    on Ghor had failed".

    Args:
        sentence: The model's sentence, with at most one "…".
        quote: The claim's quote, whole.

    Returns:
        The sentence, or None where it has two gaps or nothing would stand in its gap.
    """
    head, *rest = GAP.split(sentence)
    if not rest:
        return sentence
    if len(rest) > 1:
        return None
    words = list(_WORD.finditer(quote))
    plain = [_plain(word[0]) for word in words]
    first = _after([_plain(word) for word in head.split()], plain)
    last = _before([_plain(word) for word in rest[0].split()], plain, first)
    if first >= last:
        return None
    gap = quote[words[first].start() : words[last - 1].end()]
    return " ".join(part for part in (head, gap, rest[0]) if part)


def as_sentence(words: str) -> str:
    """Words of the article as a sentence: with a capital and a full stop."""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".!?" else ".")


def _plain(word: str) -> str:
    return word.strip(".,;:!?\"“”‘’'()").casefold()


def _after(head: list[str], quote: list[str]) -> int:
    """The word of the quote behind the longest end of ``head`` that it has; else behind what ``head`` says, too."""
    for length in range(len(head), 0, -1):
        for start in range(len(quote) - length + 1):
            if quote[start : start + length] == head[-length:]:
                return start + length
    said = next((count for count, word in enumerate(quote) if word not in head), len(quote))
    return said if any(len(word) > _LONGEST_SMALL_WORD for word in quote[:said]) else 0


def _before(tail: list[str], quote: list[str], first: int) -> int:
    """The word of the quote, not before ``first``, at which the longest beginning of ``tail`` stands; else its end."""
    for length in range(len(tail), 0, -1):
        for start in range(first, len(quote) - length + 1):
            if quote[start : start + length] == tail[:length]:
                return start
    return len(quote)
