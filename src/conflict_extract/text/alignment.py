"""Lays a quote beside a text word for word, and says where they differ by harmless slips alone.

Both are bared of their function words first; what remains must stand in the text in one row, word for word. Then
each gap of that row is looked at: its function words and signs may differ only as `conflict_extract.text.slips` allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conflict_extract.text.slips import comma_is_harmless, harmless_between, mended
from conflict_extract.text.tokens import Codes, Tokens, occurrences, parting_signs, tell_apart
from conflict_extract.text.word_lists import DETERMINERS, DROPPABLE, RELATIVES, SAME_WORD

_SHORTEST = 2
"""Words other than function words that a quote must have to be forgiven anything."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A stretch of the text that says what a quote says: its first and last word, and how much agrees."""

    first: int
    last: int
    similarity: float


@dataclass(frozen=True, slots=True)
class _Edge:
    """How far a stretch reaches beyond its first or last bare word, and the slips on that side."""

    at: int
    slips: int


class BareText:
    """A text without its function words, searched in linear time."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._at = [index for index in range(len(tokens.words)) if not _droppable(tokens, index)]
        self._codes = Codes()
        self._row = self._codes.row([_canonical(tokens.words[index]) for index in self._at])

    def align(self, asked: Tokens) -> Iterator[Aligned]:
        """All stretches of the text that differ from a quote by harmless slips alone, in text order."""
        kept = [index for index in range(len(asked.words)) if not _droppable(asked, index)]
        if len(kept) < _SHORTEST:
            return
        row: list[str] = []
        for index in kept:
            word = _canonical(asked.words[index])
            if word not in self._codes:
                correct = mended(word, self._codes.__contains__) if asked.raw(index) == word else None
                if correct is None:
                    return
                word = correct
            row.append(self._codes[word])
        most = 1 + len(kept) // 4
        for at in occurrences(self._row, "".join(row)):
            aligned = self._verified(asked, kept, self._at[at : at + len(kept)], most)
            if aligned is not None:
                yield aligned

    def _verified(self, asked: Tokens, kept: list[int], there: list[int], most: int) -> Aligned | None:
        """The stretch, where each difference is harmless and there are not too many."""
        words = self._tokens.words
        slips = self._word_slips(asked, kept, there)
        for number in range(len(kept) - 1):
            if slips is None or slips > most:
                return None
            between = self._slips_between(asked, kept[number], kept[number + 1], there, number)
            slips = None if between is None else slips + between
        if slips is None:
            return None
        start = self._edge(there[0], -1, asked.words[: kept[0]][::-1], self._phrase_at(there[0]))
        end = self._edge(there[-1], 1, asked.words[kept[-1] + 1 :], [])
        if start is None or end is None or slips + start.slips + end.slips > most:
            return None
        theirs, ours = words[start.at : end.at + 1], asked.words
        return Aligned(start.at, end.at, _similarity(theirs, ours, slips))

    def _word_slips(self, asked: Tokens, kept: list[int], there: list[int]) -> int | None:
        """Words that are not letter for letter the same; None where one is another word."""
        ours, theirs = [asked.raw(index) for index in kept], [self._tokens.raw(index) for index in there]
        slips = 0
        for number, (index, place) in enumerate(zip(kept, there, strict=True)):
            our, their = asked.words[index], self._tokens.words[place]
            if our == their:
                continue
            if _canonical(our) != _canonical(their) and theirs[number] != their:
                return None  # a slip is mended in a word in lower case only: a name is never mended
            ours[number] = theirs[number]
            slips += 1
        return None if tell_apart(ours, theirs) else slips

    def _slips_between(self, asked: Tokens, left: int, right: int, there: list[int], number: int) -> int | None:
        """Slips between two neighbouring bare words of the quote and the same two in the text."""
        tokens, first, last = self._tokens, there[number], there[number + 1]
        theirs, ours = tokens.words[first + 1 : last], asked.words[left + 1 : right]
        if theirs == ours and tokens.gaps[first:last] == asked.gaps[left:right]:
            return 0
        following = self._phrase_at(last)
        slips = harmless_between(theirs, ours, tokens.words[first], following)
        if slips is None or _parting(tokens, first, last) != _parting(asked, left, right):
            return None
        if tokens.gaps[first:last] == asked.gaps[left:right]:
            return slips
        before, after = tokens.words[first], tokens.words[last]
        if before[-1].isnumeric() and after[0].isnumeric() and not theirs and not ours:
            return None
        commas = _commas(tokens, first, last) != _commas(asked, left, right)
        if commas and not comma_is_harmless(before, after, beside_function_word=bool(theirs or ours)):
            return None
        signs = commas or len(theirs) == len(ours)
        return slips + signs

    def _phrase_at(self, at: int) -> list[str]:
        """The words of the text from here on, at most six, up to the next sign.

        Left out are those that a hyphen makes part of the next one: a "rebel-held base" is a base.
        """
        tokens, phrase = self._tokens, []
        for index in range(at, min(at + 6, len(tokens.words))):
            sign = tokens.gaps[index].strip('" ') if index < len(tokens.gaps) else "."
            if sign != "-":
                phrase.append(tokens.words[index])
            if sign not in ("", "-"):
                break
        return phrase

    def _edge(self, at: int, step: int, ours: Sequence[str], following: list[str]) -> _Edge | None:
        """Reach outward from a bare word over the text's function words that the quote has there too."""
        words, slips = self._tokens.words, 0
        for number, word in enumerate(ours):
            beyond = at + step
            if not 0 <= beyond < len(words) or not _droppable(self._tokens, beyond):
                return _added(at, slips, ours[number:], following)
            gap = min(at, beyond)
            if _parting(self._tokens, gap, gap + 1) or "," in self._tokens.gaps[gap]:
                return _added(at, slips, ours[number:], following)
            their = words[beyond]
            if their != word and not ({their, word} <= DETERMINERS or {their, word} <= RELATIVES):
                return _added(at, slips, ours[number:], following)
            changed = harmless_between([their], [word], "", following)
            if changed is None:
                return None
            at, slips = beyond, slips + changed
        return _Edge(at, slips)


def _added(at: int, slips: int, words: Sequence[str], following: list[str]) -> _Edge | None:
    changed = harmless_between([], list(words), "", following)
    return None if changed is None else _Edge(at, slips + changed)


def _canonical(word: str) -> str:
    return SAME_WORD.get(word, word)


def _droppable(tokens: Tokens, index: int) -> bool:
    if tokens.words[index] not in DROPPABLE:
        return False
    raw = tokens.raw(index)
    return len(raw) == 1 or not raw.isupper()  # "WHO" is a name


def _parting(tokens: Tokens, first: int, last: int) -> str:
    return "".join([parting_signs(tokens.between(index)) for index in range(first, last)])


def _commas(tokens: Tokens, first: int, last: int) -> int:
    return sum(gap.count(",") for gap in tokens.gaps[first:last])


def _similarity(theirs: Sequence[str], ours: Sequence[str], slips: int) -> float:
    """The share of characters that agree: of the words in common, a space with each, less one for each slip."""
    common = Counter(theirs) & Counter(ours)
    agreeing = sum((len(word) + 1) * count for word, count in common.items()) - slips
    total = sum(len(word) + 1 for word in theirs) + sum(len(word) + 1 for word in ours)
    return max(2 * agreeing, 1) / total
