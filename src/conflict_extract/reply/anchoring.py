"""Tying drafts to the article: each quote and each name gets its place, or falls.

Which words fall with what:

- an item whose quote has no place falls; so does an attribution with a source or a cue that the article does not have
  (cut, it would name another origin, or another manner), and an item whose own sentence says more than the article;
- a figure, an actor, a place falls alone; so does a figure whose window the article does not have (without it, a
  total would pass for a single toll) or whose words give no number;
- an alignment, a counted noun, a larger place, a time becomes null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from conflict_extract.models.attribution import Attribution, Source
from conflict_extract.models.base import Span
from conflict_extract.models.claim import Claim, Figure
from conflict_extract.models.event import Actor, Event, Place
from conflict_extract.models.extraction import RejectionReason
from conflict_extract.models.item import Item
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE
from conflict_extract.reply.parsing import Candidate, Rejections
from conflict_extract.reply.placing import Passage, place_quotes, shortened
from conflict_extract.reply.schema import Draft
from conflict_extract.text.grounding import Placement
from conflict_extract.text.whole_figures import whole_figure
from conflict_extract.text.whole_times import whole_time

_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:not|never|cannot)|n['’]t)\s+(?:(?:yet|ever|even|been|have|be)\s+)*\Z", re.IGNORECASE
)

NEXT_TO = 200
"""Code points within which a cue or a figure counts as standing next to its item's quote."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """A candidate that became an item, its links still as the model gave them."""

    candidate: Candidate
    item: Item


def anchor(candidates: Sequence[Candidate], passage: Passage, rejections: Rejections) -> list[Anchored]:
    """Place every candidate in the passage; what has no place is noted in ``rejections``.

    The items' spans point into the whole article.
    """
    quotes = place_quotes(candidates, passage, rejections)
    anchored: list[Anchored] = []
    for candidate, placement in zip(candidates, quotes, strict=True):
        if placement is not None:
            item = _BUILDERS[candidate.kind](_Workbench(candidate, placement, passage, rejections))
            if item is not None:
                anchored.append(Anchored(candidate, item))
    return anchored


class _Workbench:
    """One item being built: its draft, its quote's place, and the places of its words."""

    def __init__(self, candidate: Candidate, placement: Placement, passage: Passage, rejections: Rejections) -> None:
        self.candidate = candidate
        self.draft: Any = candidate.draft
        self.passage = passage
        self.rejections = rejections
        self.placement = placement

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
        path = f"{self.candidate.path}.{where}" if where else self.candidate.path
        given = content.model_dump() if isinstance(content, Draft) else content
        self.rejections.add(path, reason, message, given, self.draft.id)

    def places(self, words: str, *, close: bool = False) -> list[Placement]:
        """Where the words stand, the nearest to the item's quote first; ``close``: only inside or next to it."""
        found = self.passage.stand(words)
        if len(found) == 1 and not close:
            return list(found)
        quote = (self.placement.start, self.placement.end)
        ranked = [(_gap((place.start, place.end), quote), place.start, place) for place in found]
        ranked.sort(key=itemgetter(0, 1))
        return [place for gap, _, place in ranked if not close or gap <= NEXT_TO]

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
        places = self.places(words, close=close)
        if not places:
            nearby = " near the quote" if close else ""
            self.reject(
                where if falls is None else falls,
                "not_in_article",
                f"{noun} does not stand in the article{nearby}: {shortened(words)}",
                words if falls is None else content,
            )
            return None
        return self.at(places[0])

    def at(self, place: Placement) -> tuple[str, Span]:
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


def _gap(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Code points between two spans, 0 where they touch or overlap."""
    return max(0, other[0] - one[1], one[0] - other[1])


def _attribution(bench: _Workbench) -> Item | None:
    draft = bench.draft
    chain: list[Source] = []
    for position, source in enumerate(draft.chain):
        where = f"chain[{position}]"
        name = bench.words(where, source.name, "the source's name", falls="", content=bench.candidate.raw)
        if name is None:
            return None
        alignment = bench.words(f"{where}.alignment", source.alignment, "the alignment")
        chain.append(
            Source(
                name=name[0],
                name_span=name[1],
                type=source.type,
                identification=source.identification,
                alignment=alignment[0] if alignment else None,
                alignment_span=alignment[1] if alignment else None,
            )
        )
    cue = bench.words("cue", draft.cue, "the cue", close=True, falls="", content=bench.candidate.raw)
    if draft.cue is not None and cue is None:
        return None
    if cue and bench.is_denied(cue[1].start - bench.passage.offset):
        message = f"the word before its cue denies it; the cue takes its negation with it: {shortened(cue[0])}"
        bench.reject("", "not_in_article", message, bench.candidate.raw)
        return None
    return Attribution(
        **bench.quoted(),
        chain=tuple(chain),
        cue=cue[0] if cue else None,
        cue_span=cue[1] if cue else None,
        cue_class=draft.cue_class,
        mode=draft.mode,
    )


def _event(bench: _Workbench) -> Item | None:
    draft = bench.draft
    if not bench.supported("summary", draft.summary):
        return None
    actors: list[Actor] = []
    for position, actor in enumerate(draft.actors):
        where = f"actors[{position}]"
        name = bench.words(where, actor.name, "the actor's name", falls=where, content=actor)
        if name is not None:
            actors.append(Actor(name=name[0], name_span=name[1], role=actor.role, type=actor.type))
    places: list[Place] = []
    for position, place in enumerate(draft.places):
        where = f"places[{position}]"
        name = bench.words(where, place.name, "the place's name", falls=where, content=place)
        if name is not None:
            within = bench.words(f"{where}.within", place.within, "the larger place's name")
            places.append(
                Place(
                    name=name[0],
                    name_span=name[1],
                    within=within[0] if within else None,
                    within_span=within[1] if within else None,
                )
            )
    time = bench.words("time", draft.time, "the time")
    # Relative words are read as news are, back from the publication day; what is planned lies ahead of it.
    published = bench.passage.published if draft.reality != "planned" else None
    days = None
    if time:
        start, end = time[1].start - bench.passage.offset, time[1].end - bench.passage.offset
        days = whole_time(bench.passage.text, start, end, published=published)
    return Event(
        **bench.quoted(),
        type=TYPE_OF_SUB_TYPE[draft.sub_type],
        sub_type=draft.sub_type,
        summary=draft.summary,
        granularity=draft.granularity,
        reality=draft.reality,
        actors=tuple(actors),
        places=tuple(places),
        time=time[0] if time else None,
        time_span=time[1] if time else None,
        earliest=days.earliest if days else None,
        latest=days.latest if days else None,
        precision=days.precision if days else None,
        territory=draft.territory,
        weapons=draft.weapons,
    )


def _claim(bench: _Workbench) -> Item | None:
    draft = bench.draft
    quoted = bench.quoted()
    # A statement that is the quote again is the passage itself, where the quote may be its first and last words.
    statement = _sentence(quoted["quote"]) if draft.statement == draft.quote else draft.statement
    if not bench.supported("statement", statement):
        return None
    if draft.polarity == "affirmed" and bench.is_denied(bench.placement.start):
        message = "the word before its quote denies it; quote that word, too, and say whether the claim is negated"
        bench.reject("", "not_in_article", message, bench.candidate.raw)
        return None
    figures: list[Figure] = []
    for position, figure in enumerate(draft.figures):
        read = _figure(bench, f"figures[{position}]", figure, taken={each.text_span for each in figures})
        if read is not None:
            figures.append(read)
    return Claim(
        **quoted,
        statement=statement,
        kind=draft.kind,
        polarity=draft.polarity,
        certainty=draft.certainty,
        verification=draft.verification,
        background=draft.background,
        attribution=draft.attribution,
        events=draft.events,
        figures=tuple(figures),
        relations=tuple({"kind": link.kind, "claim": link.claim} for link in draft.relations),
    )


def _sentence(words: str) -> str:
    """Words of the article as a sentence: with a capital and a full stop."""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".!?" else ".")


def _figure(bench: _Workbench, where: str, draft: Any, *, taken: set[Span]) -> Figure | None:
    numbers = [place for place in bench.places(draft.text, close=True) if bench.at(place)[1] not in taken]
    if not numbers:
        message = f"the figure does not stand in the article near the quote: {shortened(draft.text)}"
        bench.reject(where, "not_in_article", message, draft)
        return None
    nouns = bench.places(draft.of, close=True) if draft.of is not None else []
    if draft.of is not None and not nouns:
        bench.words(f"{where}.of", draft.of, "what is counted", close=True)
    number, noun = _closest(numbers, nouns)
    passage = bench.passage
    whole = whole_figure(passage.text, number.start, number.end, measure=draft.measure, policy=passage.policy)
    if whole is None:
        bench.reject(where, "unreadable_figure", f"no number can be read from {shortened(draft.text)}", draft)
        return None
    start, end, quantity = whole
    text, text_span = passage.text[start:end], Span(start + passage.offset, end + passage.offset)
    window = bench.words(where, draft.window, "the figure's window", falls=where, content=draft)
    if draft.window is not None and window is None:
        return None
    of = bench.at(noun) if noun else None
    return Figure(
        text=text,
        text_span=text_span,
        measure=draft.measure,
        of=of[0] if of else None,
        of_span=of[1] if of else None,
        category=draft.category,
        window=window[0] if window else None,
        window_span=window[1] if window else None,
        low=quantity.low,
        high=quantity.high,
        comparator=quantity.comparator,
        unit=quantity.unit,
    )


def _closest(numbers: Sequence[Placement], nouns: Sequence[Placement]) -> tuple[Placement, Placement | None]:
    """The number and the noun that belong together: nearest to each other, the noun rather behind its number.

    Both lists come nearest to the quote first, which decides between equals.
    """
    if not nouns:
        return numbers[0], None
    pairs = [
        (
            _gap((number.start, number.end), (noun.start, noun.end)) + (3 if noun.start < number.start else 0),
            i + j,
            i,
            j,
        )
        for i, number in enumerate(numbers[:20])
        for j, noun in enumerate(nouns[:20])
    ]
    _, _, i, j = min(pairs)
    return numbers[i], nouns[j]


_BUILDERS: dict[str, Callable[[_Workbench], Item | None]] = {
    "attributions": _attribution,
    "events": _event,
    "claims": _claim,
}
