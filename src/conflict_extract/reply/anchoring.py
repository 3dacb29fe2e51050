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

from conflict_extract.models.attribution import Attribution, Source
from conflict_extract.models.base import Span
from conflict_extract.models.claim import Claim, Figure
from conflict_extract.models.event import Actor, Event, Place
from conflict_extract.models.item import Item
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE
from conflict_extract.reply.counting import read_counted
from conflict_extract.reply.ends import without_its_telling
from conflict_extract.reply.parsing import Candidate, Rejections
from conflict_extract.reply.placing import Passage, place_quotes, shortened, with_codebook_ends, with_their_sources
from conflict_extract.reply.stating import as_sentence, filled
from conflict_extract.reply.workbench import Workbench
from conflict_extract.text.place_names import bare_name
from conflict_extract.text.whole_times import whole_time

_UNSPOKEN = re.compile(r"(?:comment(?:ed)?|mention|nothing|spoken|referred|silent|statement|word)\Z")
_TOLD_PLAINLY = frozenset({"neutral", "distancing", "estimating"})
"""Cue classes that add nothing to what is told; a demand, an admission, an own count say more than their content."""
_PREPOSITION = re.compile(r"\s(?:on|of|about|to)(?=\s)")


@dataclass(frozen=True, slots=True)
class Anchored:
    """A candidate that became an item, its links still as the model gave them."""

    candidate: Candidate
    item: Item


def anchor(candidates: Sequence[Candidate], passage: Passage, rejections: Rejections) -> list[Anchored]:
    """Place every candidate in the passage; what has no place is noted in ``rejections``.

    The items' spans point into the whole article.
    """
    quotes = with_their_sources(candidates, place_quotes(candidates, passage, rejections), passage.text)
    tellings = {each.draft.id: each.draft for each in candidates if each.kind == "attributions"}
    anchored: list[Anchored] = []
    for candidate, placement in zip(candidates, quotes, strict=True):
        if placement is not None:
            place = with_codebook_ends(placement, candidate, passage.text)
            telling = tellings.get(candidate.draft.attribution) if candidate.kind == "claims" else None
            item = _BUILDERS[candidate.kind](Workbench(candidate, place, passage, rejections, telling))
            if item is not None:
                anchored.append(Anchored(candidate, item))
    return anchored


def _attribution(bench: Workbench) -> Item | None:
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
    if cue and draft.cue_class == "silence":
        cue = _with_preposition(cue, bench.passage)
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


def _with_preposition(cue: tuple[str, Span], passage: Passage) -> tuple[str, Span]:
    """A cue of silence with the preposition that leads to what is not spoken of: "has not commented on" (rule 1.14)."""
    words, span = cue
    behind = _PREPOSITION.match(passage.text, span.end - passage.offset) if _UNSPOKEN.search(words) else None
    return (words + behind[0], Span(span.start, span.end + len(behind[0]))) if behind else cue


def _event(bench: Workbench) -> Item | None:
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
            name, within = _bare(name), within and _bare(within)
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


def _bare(found: tuple[str, Span]) -> tuple[str, Span]:
    """A place's words without the words of its kind."""
    words, span = found
    start, end = bare_name(words)
    return words[start:end], Span(span.start + start, span.start + end)


def _claim(bench: Workbench) -> Item | None:
    draft = bench.draft
    quoted = bench.quoted()
    bench.begin(_behind_its_telling(bench))
    # A statement that is the quote again is the passage itself, where the quote may be its first and last words.
    own = draft.statement != draft.quote
    statement = filled(draft.statement, quoted["quote"]) if own else bench.quoted()["quote"]
    if statement is None:
        message = 'its statement must have at most one "…", which stands for words of its quote'
        bench.reject("", "invalid", message, bench.candidate.raw)
        return None
    if "…" in draft.statement or not own:
        statement = as_sentence(statement)
    if not bench.supported("statement", statement):
        return None
    if draft.polarity == "affirmed" and bench.is_denied(bench.placement.start):
        message = "the word before its quote denies it; quote that word, too, and say whether the claim is negated"
        bench.reject("", "not_in_article", message, bench.candidate.raw)
        return None
    figures: list[Figure] = []
    for position, figure in enumerate(draft.figures):
        read = read_counted(bench, f"figures[{position}]", figure, before=figures)
        if read is not None:
            figures.append(read)
    return Claim(
        **bench.quoted(),
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


def _behind_its_telling(bench: Workbench) -> int:
    """Where the proposition begins; nothing is cut off that denies it."""
    text, place, telling = bench.passage.text, bench.placement, bench.telling
    cue = telling.cue if telling is not None and telling.cue_class in _TOLD_PLAINLY else None
    start = without_its_telling(text, place.start, place.end, cue)
    return place.start if bench.is_denied(start) else start


_BUILDERS: dict[str, Callable[[Workbench], Item | None]] = {
    "attributions": _attribution,
    "events": _event,
    "claims": _claim,
}
