"""The place where one item is built: its draft, its quote's place, and the places of the words it takes."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter
from typing import Any

from conflict_extract.models.base import Span
from conflict_extract.models.extraction import RejectionReason
from conflict_extract.reply.ends import without_outer_marks
from conflict_extract.reply.parsing import Candidate, Rejections
from conflict_extract.reply.placing import Passage, shortened
from conflict_extract.reply.schema import Draft
from conflict_extract.text.grounding import Placement

_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:not|never|cannot)|n['’]t)\s+(?:(?:yet|ever|even|been|have|be)\s+)*\Z", re.IGNORECASE
)

NEXT_TO = 200
"""Code points within which a cue or a figure counts as standing next to its item's quote."""


def gap_between(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Code points between two spans, 0 where they touch or overlap."""
    return max(0, other[0] - one[1], one[0] - other[1])


class Workbench:
    """One item being built: its draft, its quote's place, and the places of its words."""

    def __init__(
        self,
        candidate: Candidate,
        placement: Placement,
        passage: Passage,
        rejections: Rejections,
        telling: Any = None,
    ) -> None:
        self.candidate = candidate
        self.draft: Any = candidate.draft
        self.passage = passage
        self.rejections = rejections
        self.placement = placement
        self.telling = telling
        """The draft of the attribution that a claim hangs on, if it names one."""

    def begin(self, start: int) -> None:
        """Let the item's quote begin at another place of the passage."""
        if start != self.placement.start:
            place = self.placement._replace(start=start)
            first, last = without_outer_marks(self.passage.text, place.start, place.end)
            self.placement = place._replace(start=first, end=last)

    def quoted(self) -> dict[str, Any]:
        """The fields that every item has."""
        place = self.placement
        return {
            "id": self.draft.id,
            "quote": self.passage.text[place.start : place.end],
            "start": place.start + self.passage.offset,
            "end": place.end + self.passage.offset,
            "grounding": place.status,
            "similarity": place.similarity,
        }

    def reject(self, where: str, reason: RejectionReason, message: str, content: Any) -> None:
        """Note that the item, or what stands at a path inside it, is left out."""
        path = f"{self.candidate.path}.{where}" if where else self.candidate.path
        given = content.model_dump() if isinstance(content, Draft) else content
        self.rejections.add(path, reason, message, given, self.draft.id)

    def places(self, words: str) -> list[Placement]:
        """Where the words stand inside the item's quote or next to it, the nearest first."""
        first, last = self.placement.start, self.placement.end
        found = self.passage.stand(words)
        ranked = [(max(0, place.start - last, first - place.end), place.start, place) for place in found]
        ranked.sort(key=itemgetter(0, 1))
        return [place for gap, _, place in ranked if gap <= NEXT_TO]

    def nearest(self, words: str, *, close: bool) -> Placement | None:
        """The place of the words that is nearest to the item's quote; ``close``: only inside or next to it."""
        first, last = self.placement.start, self.placement.end
        found = self.passage.stand(words)
        # They come in their order, so it is the last that ends before the quote or the one after that.
        turn = bisect_left(found, first, key=itemgetter(1))
        near = [(max(0, place.start - last, first - place.end), place) for place in found[max(turn - 1, 0) : turn + 1]]
        gap, nearest = min(near, default=(0, None))
        return nearest if not close or gap <= NEXT_TO else None

    def words(
        self,
        where: str,
        words: str | None,
        noun: str,
        *,
        close: bool = False,
        falls: str | None = None,
        content: Any = None,
    ) -> tuple[str, Span] | None:
        """The words as the article has them, with their span; None (noted) where it does not have them.

        Args:
            where: The field, as a path inside the item.
            words: What the model gave; None gives None.
            noun: What they are, for the message.
            close: Only inside or next to the item's quote.
            falls: Path of what falls without them ("" is the whole item); by default the words alone.
            content: What falls then.
        """
        if words is None:
            return None
        place = self.nearest(words, close=close)
        if place is None:
            nearby = " near the quote" if close else ""
            self.reject(
                where if falls is None else falls,
                "not_in_article",
                f"{noun} does not stand in the article{nearby}: {shortened(words)}",
                words if falls is None else content,
            )
            return None
        return self.at(place)

    def at(self, place: Placement) -> tuple[str, Span]:
        """The words at a place of the passage, with their span in the article."""
        offset = self.passage.offset
        return self.passage.text[place.start : place.end], Span(place.start + offset, place.end + offset)

    def is_denied(self, start: int) -> bool:
        """Whether a negation stands right before a place, cut off from what it denies."""
        return _NEGATION_BEFORE.search(self.passage.text, max(0, start - 30), start) is not None

    def supported(self, field: str, sentence: str) -> bool:
        """Whether the model's own sentence says no number and no name that the article does not have."""
        missing = self.passage.support.unsupported(sentence)
        if missing:
            listed = ", ".join(f'"{each}"' for each in missing)
            self.reject(
                "", "unsupported_statement", f"its {field} says what the article does not: {listed}", self.candidate.raw
            )
        return not missing
