"""Documents to align of which it is known, apart from any weights, which items are the same.

Three kinds. Labellings: A against B of the frozen gold. Answers: the gold against the recorded answers, replayed. Made:
the gold against a made-up retelling of itself, in which each item keeps its id, so that every pair is known.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conflict_extract import Extraction, Extractor
from conflict_extract.cli.evaluation_files import Gold, read_gold, read_labellings
from conflict_extract.evaluation.columns import TYPES
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.items import LINKS, LISTS, TYPE_FIELD, Item, ListName, folded
from conflict_extract.models import Span
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE

ROOT = Path(__file__).parents[1]
READINGS = Path(__file__).with_name("alignment_readings.jsonl")
SETS = {"challenge": ROOT / "seeds" / "challenge", "seeds": ROOT / "seeds"}
CASSETTES = {"challenge": ROOT / "tests" / "cassettes" / "challenge", "seeds": ROOT / "tests" / "cassettes"}
COPIES = 2
"""Retellings of each gold document."""
ELSEWHERE = 0.25
"""Share of events that a retelling quotes at one of their claims."""

Key = tuple[ListName, str, str]
"""A pair: the list, the id on the one side, the id on the other."""


@dataclass(frozen=True, slots=True)
class Case:
    """Two documents of one article.

    Attributes:
        article: Its id.
        text: Its text.
        one: Gold, or labelling A.
        other: What is aligned with it.
        known: Whether two items are the same; None where who read them left it open.
        is_made: Equal ids are the same item, and nothing else is.
        prompt: Of an answer, the version of the prompt that it answers.
    """

    article: str
    text: str
    one: Document
    other: Document
    known: Mapping[Key, bool | None]
    is_made: bool = False
    prompt: str = ""

    def is_same(self, pair: Key) -> bool | None:
        """Whether the two items of a pair are the same; None where nobody knows."""
        return pair[1] == pair[2] if self.is_made else self.known.get(pair)

    def quotes(self, pair: Key) -> tuple[str, str]:
        """The two quotes of a pair."""
        sides = ((self.one, pair[1]), (self.other, pair[2]))
        one, other = (item_of(side, pair[0], id).span for side, id in sides)
        return self.text[slice(*one)], self.text[slice(*other)]


def item_of(document: Document, name: ListName, id: str) -> Item:
    """One item."""
    return next(item for item in document.items(name) if item.id == id)


def studies(name: str, articles: int | None = None) -> dict[str, list[Case]]:
    """The cases of a set by kind: "labellings", "answers", "made".

    Args:
        name: "challenge" or "seeds".
        articles: Take so many of them only.
    """
    gold = read_gold([SETS[name] / "gold"], None)
    ids = sorted(gold.documents)[:articles]
    readings = _read_readings()
    labelled = {one.article_id: (one, other, "") for one, other in read_labellings(gold)}
    answers = _answers(gold, ids, CASSETTES[name])
    found: dict[str, list[Case]] = {"labellings": [], "answers": [], "made": []}
    for id in ids:
        text, document = gold.articles[id].text, gold.documents[id]
        for kind, sides in (("labellings", labelled.get(id)), ("answers", answers.get(id))):
            if sides is not None:
                one, other, prompt = sides
                known = _same_places(one, other) | dict(_as_read(readings.get((kind, id), ()), one, other))
                found[kind].append(Case(id, text, one, other, known, prompt=prompt))
        for copy in range(COPIES):
            chance = random.Random(f"{id} {copy}")
            kept, retold = without(document, chance), without(document, chance)
            told = _retold(retold, text, chance)
            found["made"].append(Case(id, text, kept, told, {}, is_made=True))
    return found


def _answers(gold: Gold, ids: Sequence[str], cassettes: Path) -> dict[str, tuple[Document, Document, str]]:
    """Gold, the recorded answer, replayed, and the version of the prompt that was answered."""
    with Extractor.replaying(cassettes) as extractor:
        results = list(extractor.extract_many([gold.articles[id] for id in ids]))
    return {
        each.article_id: (
            gold.documents[each.article_id],
            Document.of_extraction(each),
            each.provenance.prompt_version,
        )
        for each in results
        if isinstance(each, Extraction)
    }


# -- what is known of real pairs --------------------------------------------------------------------------------------


def _same_places(one: Document, other: Document) -> dict[Key, bool | None]:
    """Two items of one place, where neither side has another item of that list: the same."""
    found: dict[Key, bool | None] = {}
    for name in LISTS:
        ours, theirs = ({item.span: item.id for item in each.items(name)} for each in (one, other))
        counts = [Counter(item.span for item in each.items(name)) for each in (one, other)]
        for span in ours.keys() & theirs.keys():
            if counts[0][span] == counts[1][span] == 1:
                found[name, ours[span], theirs[span]] = True
    return found


def _read_readings() -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for line in READINGS.read_text("utf-8").splitlines():
        reading = json.loads(line)
        found.setdefault((reading["study"], reading["article"]), []).append(reading)
    return found


def _as_read(readings: Sequence[Any], one: Document, other: Document) -> Iterator[tuple[Key, bool | None]]:
    """The pairs that were read: by the id on the frozen side, by the place on the other; open where two are there."""
    for reading in readings:
        name = reading["list"]
        there = [item.id for item in other.items(name) if [*item.span] == reading["at"]]
        if any(item.id == reading["one"] for item in one.items(name)):
            for id in there:
                yield (name, reading["one"], id), None if reading["same"] and len(there) > 1 else reading["same"]


def logged(name: str) -> Counter[str]:
    """What the logs of decisions say of the pairs that were put before the adjudicator, by the start values.

    Returns:
        Counts of "agreed" and "decided" pairs, of those that were "parted" (both kept), and of "single" items.
    """
    found: Counter[str] = Counter()
    for path in sorted((SETS[name] / "gold" / "decisions").glob("*.md")):
        for line in path.read_text("utf-8").splitlines():
            if agreed := re.search(r"\bAgreed: (\d+)", line):
                found["agreed"] += int(agreed[1])
            cells = [each.strip() for each in re.split(r"(?<!\\)\|", line)[1:-1]]
            if len(cells) == 6 and cells[0] != "gold" and not cells[0].startswith("---"):
                found["single" if cells[2].startswith("only ") else "parted" if cells[3] == "both" else "decided"] += 1
    return found


# -- made retellings --------------------------------------------------------------------------------------------------


def without(document: Document, chance: random.Random, rate: float = 0.2) -> Document:
    """A document that lacks some items, so that some on either side have no partner."""
    lists = {name: tuple(item for item in document.items(name) if chance.random() >= rate) for name in LISTS}
    kept = {name: {item.id for item in items} for name, items in lists.items()}
    lists["claims"] = tuple(
        replace(
            claim,
            links={
                field: tuple(frozenset(link for link in links if link[1] in kept[LINKS[field]]) for links in accepted)
                for field, accepted in claim.links.items()
            },
        )
        for claim in lists["claims"]
    )
    return replace(document, **lists)


def _retold(document: Document, text: str, chance: random.Random) -> Document:
    """A document retold; an event may be quoted where a claim tells of it."""
    told: dict[str, list[Span]] = {}
    for claim in document.claims:
        for _, event in sorted(claim.links["events"][0]):
            told.setdefault(event, []).append(claim.span)
    lists: dict[ListName, tuple[Item, ...]] = {}
    for name in LISTS:
        items = [accepted(item, chance) for item in document.items(name)]
        if name == "events":
            items = [
                replace(item, spans=(chance.choice(told[item.id]),))
                if item.id in told and chance.random() < ELSEWHERE
                else item
                for item in items
            ]
        lists[name] = tuple(retelling(name, item, text, chance) for item in items)
    return replace(document, **lists)


def accepted(item: Item, chance: random.Random) -> Item:
    """An item with one of the places and values that the gold accepts for each field."""
    parts = {
        name: (
            tuple({field: (chance.choice(values),) for field, values in part.items()} for part in chance.choice(each)),
        )
        for name, each in item.parts.items()
    }
    fields = {name: (chance.choice(values),) for name, values in item.fields.items()}
    one = item.first_values()
    return replace(
        one, spans=(chance.choice(item.spans),), words=(chance.choice(item.words),), fields=fields, parts=parts
    )


def retelling(name: ListName, item: Item, text: str, chance: random.Random) -> Item:
    """An item as another reader may give it: other ends, other words, another type, figures or a name left out."""
    span, fields, parts, words = item.span, dict(item.fields), dict(item.parts), item.words
    if chance.random() < 0.5:
        span = _other_ends(span, text, chance)
    if name == "attributions":
        words = (_some(words[0].split(), 0.2, chance),)
    elif chance.random() < 0.5:  # as where an answer leaves out the statement, and the quote stands for it
        words = (_some(re.findall(r"\w+", folded(text[slice(*span)])), 0.0, chance),)
    else:
        words = (_some(words[0].split(), 0.3, chance),)
    if chance.random() < 0.2:
        fields[TYPE_FIELD[name]] = (chance.choice(TYPES[name]),)
    if name == "events":
        fields["type"] = tuple(TYPE_OF_SUB_TYPE[each] for each in fields["sub_type"])
    if name == "claims" and chance.random() < 0.05:
        fields["polarity"] = ("negated" if fields["polarity"] == ("affirmed",) else "affirmed",)
    if name == "events" and chance.random() < 0.3:
        fields["time"] = (None,)
    if name == "claims" and chance.random() < 0.2:
        parts["figures"] = ((),)
    if name == "attributions" and chance.random() < 0.2:
        parts["chain"] = (tuple({**each, "name": (str(each["name"][0]).split()[-1],)} for each in parts["chain"][0]),)
    return replace(item, spans=(span,), words=words, fields=fields, parts=parts)


def _some(words: Iterable[str], rate: float, chance: random.Random) -> str:
    """Sorted words, some left out."""
    all_words = list(words)
    return " ".join(sorted(word for word in all_words if chance.random() >= rate) or all_words)


def _other_ends(span: Span, text: str, chance: random.Random) -> Span:
    """One end moved to another gap between words: in by at most half, or out by at most the length, in its line."""
    size = span.end - span.start
    gaps = [found.start() for found in re.finditer(r"(?<=\w)\b", text)]
    line = text.rfind("\n\n", 0, span.start), (text.find("\n\n", span.end) + 1 or len(text) + 1) - 1
    if chance.random() < 0.5:
        choices = [at for at in gaps if span.end - size // 2 <= at <= span.end + size and at <= line[1]]
        return Span(span.start, chance.choice(choices or [span.end]))
    begins = [found.start() for found in re.finditer(r"\b(?=\w)", text)]
    choices = [at for at in begins if span.start - size <= at <= span.start + size // 2 and at > line[0]]
    return Span(chance.choice(choices or [span.start]), span.end)
