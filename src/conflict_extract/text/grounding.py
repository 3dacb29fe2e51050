"""Finds the place in the article where a quote stands, and finds none where the article says something else.

Three tiers, the first that has a place wins: letter for letter; up to white space, quotation marks, dashes,
ellipses, Unicode form and case; and with slips that leave the meaning as it is. The last is no ratio: quote and
text are laid side by side word for word, and each difference must be on a closed list (`conflict_extract.text.slips`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from math import log1p
from typing import NamedTuple

from conflict_extract.models.vocabulary import GroundingStatus
from conflict_extract.text.alignment import BareText
from conflict_extract.text.slips import may_leave_out
from conflict_extract.text.tokens import Codes, Tokens, occurrences, parting_signs, seams, tell_apart, tokenise
from conflict_extract.text.word_lists import DROPPABLE, LONGEST_LEFT_OUT, PREPOSITIONS, RELATIVES


class Placement(NamedTuple):
    """Where a quote stands in a text: ``text[start:end]``, half-open, in code points.

    Attributes:
        start: First code point of the first word.
        end: Code point after the last word.
        status: How it was found.
        similarity: 1.0 unless fuzzy; then the share of characters that agree, by words.
    """

    start: int
    end: int
    status: GroundingStatus
    similarity: float = 1.0


class _Coded:
    """A text's words, or the gaps between them, as a string of one character each."""

    def __init__(self, words: Sequence[str]) -> None:
        self.codes = Codes()
        self.row = self.codes.row(words)


class Grounder:
    """Finds quotes in one text. Making one reads the text once; each quote then costs microseconds.

    Attributes:
        text: The text that places point into.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokenise(text)
        self._begin, self._finish = seams(self._tokens)

    # What follows is made when the first quote needs it; most articles' quotes all stand letter for letter.

    @cached_property
    def _words(self) -> _Coded:
        return _Coded(self._tokens.words)

    @cached_property
    def _gaps(self) -> _Coded:
        return _Coded(self._tokens.gaps)

    @cached_property
    def _bare(self) -> BareText:
        return BareText(self._tokens)

    def find(self, quote: str, *, slips: bool = True) -> tuple[Placement, ...]:
        """All places where a quote stands, in text order, of the best tier that has any.

        A place begins and ends with a word ("12" does not stand in "112" or "1,000") and covers the quote's words
        only: signs at the quote's edges that are no part of a word do not count. Of fuzzy places only the
        most similar are given.

        Args:
            quote: The words to find.
            slips: Whether small slips are forgiven; for names, cues, figures and times they are not.

        Returns:
            The places; none where the text does not say this.
        """
        if places := self._letter_for_letter(quote):  # nearly all quotes are: no need to cut them into words
            return places
        asked = tokenise(quote)
        if not any(char.isalnum() for word in asked.words for char in word):
            return ()
        places = self._verbatim(asked)
        if places or not slips:
            return places
        if any("..." in gap for gap in asked.gaps):
            found = self._with_a_middle_left_out(asked)
        else:
            found = self._with_slips(asked)
        best = max((place.similarity for place in found), default=0.0)
        return tuple(place for place in found if place.similarity == best)

    def _letter_for_letter(self, quote: str) -> tuple[Placement, ...]:
        """The places of a quote that begins and ends with a word, as it is."""
        if not (quote[:1].isalnum() or any(map(str.isalnum, quote))):
            return ()
        places: list[Placement] = []
        at = self.text.find(quote)
        while at >= 0:
            end = at + len(quote)
            if self._is_from_word_to_word(at, end):
                places.append(Placement(at, end, "exact"))
            at = self.text.find(quote, at + 1)
        return tuple(places)

    def _is_from_word_to_word(self, start: int, end: int) -> bool:
        """Whether a passage may begin at one code point and end at another."""
        starts, ends = self._tokens.starts, self._tokens.ends
        first, last = bisect_left(starts, start), bisect_left(ends, end)
        return (
            first <= last < len(ends)
            and starts[first] == start
            and ends[last] == end
            and bool(self._begin[first] and self._finish[last])
        )

    def _placed(self, first: int, last: int, status: GroundingStatus, similarity: float = 1.0) -> Placement:
        return Placement(self._tokens.starts[first], self._tokens.ends[last], status, similarity)

    def _stretches(self, asked: Tokens, first: int, last: int) -> Iterator[int]:
        """Where the quote's words from first to last stand in the text, with the same signs between them."""
        row = self._words.codes.look_up(asked.words[first : last + 1])
        gaps = self._gaps.codes.look_up(asked.gaps[first:last])
        if row is None or gaps is None:
            return
        length = last - first
        for at in occurrences(self._words.row, row):
            if self._begin[at] and self._finish[at + length] and self._gaps.row[at : at + length] == gaps:
                yield at

    def _verbatim(self, asked: Tokens) -> tuple[Placement, ...]:
        length = len(asked.words)
        places = list(self._stretches(asked, 0, length - 1))
        starts, ends = self._tokens.starts, self._tokens.ends
        core = asked.text[asked.starts[0] : asked.ends[-1]]
        exact = [
            at
            for at in places
            if self.text.startswith(core, starts[at]) and ends[at + length - 1] - starts[at] == len(core)
        ]
        if exact:
            return tuple(self._placed(at, at + length - 1, "exact") for at in exact)
        return tuple(
            self._placed(at, at + length - 1, "normalised") for at in places if self._same_case(asked, 0, at, length)
        )

    def _same_case(self, asked: Tokens, first: int, at: int, length: int) -> bool:
        """Whether upper and lower case alone make no other word of any ("US", "us")."""
        ours = [asked.raw(index) for index in range(first, first + length)]
        theirs = [self._tokens.raw(index) for index in range(at, at + length)]
        return not tell_apart(ours, theirs)

    # -- a middle left out ------------------------------------------------------------------------------------

    def _with_a_middle_left_out(self, asked: Tokens) -> list[Placement]:
        cuts = [index for index, gap in enumerate(asked.gaps) if "..." in gap]
        parts = list(zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(asked.words) - 1], strict=True))
        if any(all(word in DROPPABLE for word in asked.words[first : last + 1]) for first, last in parts):
            return []
        chains: list[tuple[int, int]] = []  # first and last word in the text, so far
        for number, (first, last) in enumerate(parts):
            length = last - first + 1
            stretches = [at for at in self._stretches(asked, first, last) if self._same_case(asked, first, at, length)]
            if number == 0:
                chains = [(at, at + length - 1) for at in stretches]
                continue
            nearest: dict[int, tuple[int, int]] = {}  # of several beginnings, the one next to what follows
            for begun, ended in chains:
                index = bisect_right(stretches, ended)
                if index < len(stretches):
                    nearest[stretches[index]] = (begun, ended)
            chains = [
                (begun, at + length - 1)
                for at, (begun, ended) in nearest.items()
                if self._may_leave_out(begun, ended, at, at + length - 1)
            ]
        kept = sum(len(word) + 1 for word in asked.words)
        return [
            self._placed(first, last, "fuzzy", 2 * kept / (kept + len(cuts) + self._size(first, last)))
            for first, last in chains
        ]

    def _may_leave_out(self, begun: int, ended: int, at: int, last: int) -> bool:
        words = self._tokens.words
        if at - ended > LONGEST_LEFT_OUT + 1:
            return False
        if any(parting_signs(self._tokens.between(index)) for index in range(ended, at)):  # another sentence or clause
            return False
        aside = self._sets_off(at - 1) and (self._sets_off(ended) or words[ended + 1] in PREPOSITIONS | RELATIVES)
        return may_leave_out(words[begun : ended + 1], words[ended + 1 : at], words[at : last + 1], aside=aside)

    def _sets_off(self, gap: int) -> bool:
        """Whether a comma, a dash or a bracket stands after this word."""
        return any(sign in self._tokens.gaps[gap] for sign in ",-()") and self._tokens.between(gap) != "-"

    def _size(self, first: int, last: int) -> int:
        return sum(len(word) + 1 for word in self._tokens.words[first : last + 1])

    # -- small slips ------------------------------------------------------------------------------------------

    def _with_slips(self, asked: Tokens) -> list[Placement]:
        return [
            self._placed(found.first, found.last, "fuzzy", found.similarity)
            for found in self._bare.align(asked)
            if self._begin[found.first] and self._finish[found.last]
        ]


def choose(
    places: Sequence[Placement],
    *,
    near: Sequence[tuple[int, int]] = (),
    holding: Sequence[Sequence[Placement]] = (),
) -> Placement | None:
    """Of several places of a quote, the one that its neighbours say.

    First counts how many of the item's own words a place holds. Among places that hold as many, the logarithm of
    the distances decides, to the words that it does not hold and to its neighbours alike: what is close says
    much, and what is far off says about the same for all places.

    Args:
        places: The places of the quote.
        near: Spans of what belongs close to it: neighbouring items, the linked attribution or event.
        holding: For each of the item's own words (cue, figure text, names) the places where they stand.

    Returns:
        The only place, or the one that is told apart; None where there is none, or nothing tells them apart.
    """
    if len(places) == 1:
        return places[0]
    own = [sorted((each.start, each.end) for each in words) for words in holding if words]
    ranked = []
    for index, place in enumerate(places):
        distances = [_least_outside(place, spans) for spans in own]
        held = sum(distance == 0 for distance in distances)
        far = sum(map(log1p, distances)) + sum(log1p(_apart(place, span)) for span in near)
        ranked.append((-held, round(far, 9), index))
    ranked.sort()
    if not ranked or ranked[0][:2] == ranked[1][:2]:
        return None
    return places[ranked[0][2]]


def _least_outside(place: Placement, spans: Sequence[tuple[int, int]]) -> int:
    """How far the best of some spans, in their order, sticks out of a place.

    The spans are places of the same words: both their ends go up. Going on from one to the next, what sticks out before
    the place becomes less and what sticks out after it more, so the best is one of the two at which that turns.
    """
    turn = bisect_left(spans, place.start + place.end, key=sum)
    return min(_outside(place, span) for span in spans[max(turn - 1, 0) : turn + 1])


def _outside(place: Placement, span: tuple[int, int]) -> int:
    """How far a span sticks out of a place: 0 where the place holds it."""
    return max(place.start - span[0], span[1] - place.end, 0)


def _apart(place: Placement, span: tuple[int, int]) -> int:
    """The distance between a place and a span: 0 where they touch or overlap."""
    return max(span[0] - place.end, place.start - span[1], 0)
