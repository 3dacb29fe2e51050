"""The passage that a reply is about, and the place of each item's quote in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from conflict_extract.models.article import Article
from conflict_extract.models.base import Span
from conflict_extract.models.vocabulary import GroundingStatus
from conflict_extract.reply.ends import (
    act_alone,
    with_its_article,
    with_its_hearer,
    with_its_marks,
    with_its_quotation,
    with_its_source,
    without_outer_marks,
)
from conflict_extract.reply.parsing import Candidate, Rejections
from conflict_extract.text.figures import VaguePolicy
from conflict_extract.text.grounding import Grounder, Placement, choose
from conflict_extract.text.support import Support

_ELLIPSIS = re.compile(r"…|\.{3,}")
_MARKS = frozenset("\"'“”„‟«»‘’‚‛")
_FEWEST_WORDS = 3
"""Words that a shortened quote must have on each side: with fewer, it could begin or end in another sentence."""
_LONGEST_STRETCH = 600
"""Code points that a shortened quote may stand for at most."""
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_JOINED = re.compile(r"\A(?:[,;]?\s*(?:and|but|then|also)\s+)?")
_SENTENCE_END = re.compile(r"\n\s*\n|(?<![A-Z])[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z])")


class Passage:
    """The text that a reply is about, made ready once for all its items. It goes to other processes (pickle)."""

    def __init__(self, article: Article, span: Span, policy: VaguePolicy) -> None:
        self.text = article.text[span.start : span.end]
        self.offset = span.start
        self.published: date | None = article.published
        self.policy = policy
        self._stand: dict[str, tuple[Placement, ...]] = {}

    @cached_property
    def grounder(self) -> Grounder:
        """Finds quotes in it."""
        return Grounder(self.text)

    @cached_property
    def support(self) -> Support:
        """Knows its numbers and names."""
        return Support(self.text)

    def __getstate__(self) -> dict[str, Any]:
        plain = ("text", "offset", "published", "policy")
        return {**{name: self.__dict__[name] for name in plain}, "_stand": {}}  # the rest is quicker made than sent

    def quoted(self, quote: str, *, one_sentence: bool = False) -> tuple[Placement, ...]:
        """Where a quote stands. One of the form "first words … last words" is the whole stretch between them.

        Args:
            quote: The model's quote.
            one_sentence: A shortened quote must not run over the end of a sentence: what it leaves out could deny it.
        """
        ends = _ends(quote) if _ELLIPSIS.search(quote) and quote not in self.text else None
        found = self._stretches(*ends, _SENTENCE_END if one_sentence else _PARAGRAPH_END) if ends else ()
        return tuple(self._with_marks(place, quote.strip()) for place in found or self.grounder.find(quote))

    def _with_marks(self, place: Placement, quote: str) -> Placement:
        """A place with the quotation marks at its ends that the quote has, too: a passage that opens one closes it."""
        if quote[0] not in _MARKS and quote[-1] not in _MARKS:
            return place
        before, after = self.text[place.start - 1 : place.start], self.text[place.end : place.end + 1]
        opened = bool(before) and before in _MARKS and quote[0] in _MARKS
        closed = bool(after) and after in _MARKS and quote[-1] in _MARKS
        return place._replace(start=place.start - opened, end=place.end + closed) if opened or closed else place

    def _stretches(self, first: str, last: str, bounds: re.Pattern[str]) -> tuple[Placement, ...]:
        """The stretches that begin with some words and end with the next occurrence of others."""
        if min(len(first.split()), len(last.split())) < _FEWEST_WORDS:
            return ()
        ends = self.grounder.find(last, slips=False)
        found: list[Placement] = []
        for begin in self.grounder.find(first, slips=False):
            end = next((end for end in ends if end.start >= begin.end), None)
            between = self.text[begin.start : end.end] if end is not None else ""
            if end is not None and len(between) <= _LONGEST_STRETCH and bounds.search(between) is None:
                status: GroundingStatus = "exact" if begin.status == end.status == "exact" else "normalised"
                found.append(Placement(begin.start, end.end, status))
        return tuple(found)

    def stand(self, words: str) -> tuple[Placement, ...]:
        """Where names, cues and the like stand, without slips. Items name the same ones again and again."""
        found = self._stand.get(words)
        if found is None:
            found = self._stand[words] = self.grounder.find(words, slips=False)
        return found


def place_quotes(candidates: Sequence[Candidate], passage: Passage, rejections: Rejections) -> list[Placement | None]:
    """A place for each quote: those that stand once first, then the others by their own words and their neighbours."""
    found = [
        passage.quoted(candidate.draft.quote, one_sentence=candidate.kind != "attributions") for candidate in candidates
    ]
    placed = [places[0] if len(places) == 1 else None for places in found]
    sure = {
        candidate.draft.id: (place.start, place.end)
        for candidate, place in zip(candidates, placed, strict=True)
        if place
    }
    for position, (candidate, places) in enumerate(zip(candidates, found, strict=True)):
        if not places:
            rejections.add(
                candidate.path,
                "not_in_article",
                "its quote does not stand in the article: " + shortened(candidate.draft.quote),
                candidate.raw,
                candidate.draft.id,
            )
        elif len(places) > 1:
            near = [sure[id] for id in _linked(candidate, candidates) if id in sure]
            near += _neighbours(position, candidates, placed)
            holding = [passage.stand(words) for words in _own_words(candidate)]
            placed[position] = choose(places, near=near, holding=[each for each in holding if each])
            if placed[position] is None:
                rejections.add(
                    candidate.path,
                    "ambiguous",
                    f"its quote stands {len(places)} times in the article and nothing tells which is meant; "
                    "quote a few words more: " + shortened(candidate.draft.quote),
                    candidate.raw,
                    candidate.draft.id,
                )
    return placed


def with_codebook_ends(place: Placement, candidate: Candidate, text: str) -> Placement:
    """A quote's place with the ends that the codebook gives it, whatever the model copied along or cut off."""
    start, end = with_its_marks(text, with_its_article(text, place.start), place.end)
    if candidate.kind == "attributions":
        start = with_its_source(text, start, candidate.draft.chain[0].name)
        end = with_its_quotation(text, start, end, candidate.draft.mode)
        end = with_its_hearer(text, start, end)
    else:
        start, end = without_outer_marks(text, start, end)
    if candidate.kind == "events":
        start, end = act_alone(text, start, end)
    return place if (start, end) == place[:2] else place._replace(start=start, end=end)


def with_their_sources(
    candidates: Sequence[Candidate], placed: Sequence[Placement | None], text: str
) -> list[Placement | None]:
    """The places, with that of a second telling under one subject begun where the first one begins.

    "The radio spoke of losses and said many had fled": the second cue has its source in the first clause, and the
    quote holds the source (rule 1.17).
    """
    begun: list[Placement | None] = list(placed)
    tellings = [
        (candidate.draft, place, position)
        for position, (candidate, place) in enumerate(zip(candidates, placed, strict=True))
        if place is not None and candidate.kind == "attributions" and candidate.draft.cue
    ]
    for draft, place, position in tellings:
        if _JOINED.sub("", text[place.start : place.end], count=1).startswith(draft.cue):
            before = [
                other.start
                for first, other, _ in tellings
                if other.start < place.start
                and first.chain[0].name == draft.chain[0].name
                and _SENTENCE_END.search(text, other.start, place.start + 1) is None
                and _is_told_first(first, text[other.start : other.end])
            ]
            if before:
                begun[position] = place._replace(start=max(before))
    return begun


def _is_told_first(draft: Any, quote: str) -> bool:
    """Whether source and cue come before the content: "X said it fell", not "it fell, X said" or "according to X"."""
    behind = quote.rpartition(draft.cue)[2]
    return any(character.isalpha() for character in behind) and draft.chain[0].name not in behind


def _linked(candidate: Candidate, candidates: Sequence[Candidate]) -> list[str]:
    """Ids of the items that a candidate links to or that link to it."""
    if candidate.kind == "claims":
        return [*candidate.draft.events, *([candidate.draft.attribution] if candidate.draft.attribution else [])]
    id = candidate.draft.id
    claims = (each.draft for each in candidates if each.kind == "claims")
    return [claim.id for claim in claims if id == claim.attribution or id in claim.events]


def _neighbours(
    position: int, candidates: Sequence[Candidate], placed: Sequence[Placement | None]
) -> list[tuple[int, int]]:
    """The nearest placed items before and after in the same list: models list items in the article's order."""
    kind = candidates[position].kind
    near: list[tuple[int, int]] = []
    for direction in (-1, 1):
        other = position + direction
        while 0 <= other < len(candidates) and candidates[other].kind == kind:
            place = placed[other]
            if place is not None:
                near.append((place.start, place.end))
                break
            other += direction
    return near


def _own_words(candidate: Candidate) -> list[str]:
    """The words that the item takes from the article beside its quote."""
    draft = candidate.draft
    match candidate.kind:
        case "attributions":
            return [source.name for source in draft.chain] + ([draft.cue] if draft.cue else [])
        case "events":
            names = [actor.name for actor in draft.actors] + [place.name for place in draft.places]
            return names + ([draft.time] if draft.time else [])
        case _:
            return [words for figure in draft.figures for words in (figure.text, figure.of) if words]


def _ends(quote: str) -> tuple[str, str] | None:
    """The first and the last words of a shortened quote, which its last ellipsis parts; None where there is none."""
    for found in reversed(list(_ELLIPSIS.finditer(quote))):
        first, last = quote[: found.start()].strip(), quote[found.end() :].strip()
        if first and last:
            return first, last
    return None


def shortened(words: str) -> str:
    """Words in quotation marks, cut where they are long, for a message."""
    return f'"{words[:80]}…"' if len(words) > 80 else f'"{words}"'
