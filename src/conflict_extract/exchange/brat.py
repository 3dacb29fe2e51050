"""brat standoff: a label file as an ``.ann`` file beside the article's text, and back.

Items and their parts (sources, actors, places, figures) are text-bound annotations, an item and its parts joined by
relations; so are a claim's links. Closed vocabularies are attributes. Words that are no marked stretch (statements,
summaries, cues, times …) stand as JSON in the annotator's note of their annotation. The file's own fields stand in
the note of an annotation ``Article`` on the first word. All of a label file is kept.

What the format cannot hold: annotations that people make in brat have no id of the codebook's form, and are given
one; parts are in the order of their annotations' numbers, so that one added later comes last; of several places of a
name, the one nearest to the item's quote is marked. Spans of several fragments are refused: a quote is contiguous.
"""

from __future__ import annotations

import json
import re
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.form import part_of
from conflict_extract.evaluation.gold import item_fields
from conflict_extract.evaluation.items import LINKS
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.evaluation.standing import standing
from conflict_extract.exchange.regions import HEADER, require_places, shape, vocabulary
from conflict_extract.models import Article
from conflict_extract.models.base import Model
from conflict_extract.models.vocabulary import RelationKind
from conflict_extract.reply.schema import LISTS, draft_of

ARTICLE = "Article"
"""Type of the annotation whose note holds the file's own fields."""
TYPES = {model.__name__: name for name, model in LISTS.items()}
PARTS = {"attributions": ("chain",), "events": ("actors", "places"), "claims": ("figures",)}
PART_TYPES: dict[str, tuple[str, str, type[Model]]] = {
    part.__name__: (name, parts, part)
    for name, model in LISTS.items()
    for parts in PARTS[name]
    if (part := part_of(model, parts)) is not None
}
"""By the type of a part's annotation: the list and the field that it belongs to, and its model."""
MARKED = {"Source": "name", "Actor": "name", "Place": "name", "Figure": "text"}
"""The field of a part that its annotation marks in the text."""
KINDS = RelationKind.__args__  # type: ignore[attr-defined]
_BREAKS = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def annotation_conf() -> str:
    """brat's ``annotation.conf`` for these files."""
    lines = ["[entities]", ARTICLE, *TYPES, *PART_TYPES, "", "[relations]"]
    for name, parts, part in PART_TYPES.values():
        lines.append(f"{parts}\tArg1:{LISTS[name].__name__}, Arg2:{part.__name__}")
    for link, name in LINKS.items():
        kinds = KINDS if link == "relations" else (link,)
        lines += [f"{kind}\tArg1:Claim, Arg2:{LISTS[name].__name__}" for kind in kinds]
    lines += ["", "[events]", "", "[attributes]"]
    for model in (*LISTS.values(), *(part for _, _, part in PART_TYPES.values())):
        owner = model.__name__
        for each in draft_of(model).model_fields:
            kind = None if model is LISTS["claims"] and each in LINKS else shape(model, each)
            if kind == "choice":
                lines.append(f"{owner}_{each}\tArg:{owner}, Value:{'|'.join(vocabulary(model, each))}")
            elif kind == "choices":
                lines += [f"{owner}_{each}_{value}\tArg:{owner}" for value in vocabulary(model, each)]
            elif kind == "flag":
                lines.append(f"{owner}_{each}\tArg:{owner}")
    lines += [f"{owner}_optional\tArg:{owner}" for owner in TYPES]
    return "\n".join(lines) + "\n"


def to_ann(labels: LabelFile, article: Article) -> str:
    """The ``.ann`` file; offsets are code points. The ``.txt`` beside it must hold the article's text unchanged.

    Raises:
        GoldError: The labels are for another text, a quote has no offsets, or words do not stand in the article.
    """
    require_places(labels, article)
    return _Writer(article.text).write(labels)


class _Writer:
    """Numbers the lines of one ``.ann`` file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = []
        self.numbers = dict.fromkeys("TAR#", 0)

    def write(self, labels: LabelFile) -> str:
        first = re.search(r"\S+", self.text)
        assert first is not None  # an article is never empty
        note = {name: getattr(labels, name) for name in HEADER}
        self._note(self._mark(ARTICLE, first.start(), first.end()), note)
        marks: dict[tuple[str, str], str] = {}
        for name in LISTS:
            for item in getattr(labels, name):
                marks[name, item.id] = self._item(name, item)
        for claim in labels.claims:
            own = marks["claims", claim.id]
            targets = [("attribution", claim.attribution)] if claim.attribution is not None else []
            targets += [("events", event) for event in claim.events]
            for link, target in targets:
                self._relate(link, own, self._target(marks, claim.id, LINKS[link], target))
            for relation in claim.relations:
                self._relate(relation.kind, own, self._target(marks, claim.id, "claims", relation.claim))
        return "".join(f"{line}\n" for line in self.lines)

    def _target(self, marks: dict[tuple[str, str], str], id: str, name: str, target: str) -> str:
        if (name, target) not in marks:
            raise GoldError(f"{id} links to {target}, which is not there")
        return marks[name, target]

    def _item(self, name: str, item: Any) -> str:
        model = LISTS[name]
        fields = item_fields(model, item)
        mark = self._mark(model.__name__, item.start, item.end)
        note = self._attributes(mark, model, fields)
        for key in ("quote", "start", "end"):
            fields.pop(key)
        if fields["optional"]:
            self._attribute(f"{model.__name__}_optional", mark)
        self._note(mark, note | ({"alternatives": fields["alternatives"]} if "alternatives" in fields else {}))
        for parts in PARTS[name]:
            part = part_of(model, parts)
            assert part is not None
            for number, value in enumerate(fields[parts]):
                self._relate(parts, mark, self._part(part, value, item, f"{item.id}.{parts}[{number}]"))
        return mark

    def _part(self, model: type[Model], value: dict[str, Any], item: Any, shown: str) -> str:
        words = value[MARKED[model.__name__]]
        places = standing(self.text, words)
        if not places:
            raise GoldError(f"{shown}: {words!r} does not stand in the article: run conflict-extract gold check")
        start = min(places, key=lambda at: (max(item.start - at - len(words), at - item.end, 0), at))
        mark = self._mark(model.__name__, start, start + len(words))
        note = self._attributes(mark, model, value)
        note.pop(MARKED[model.__name__])
        if any(each is not None for each in note.values()):
            self._note(mark, note)
        return mark

    def _attributes(self, mark: str, model: type[Model], fields: dict[str, Any]) -> dict[str, Any]:
        """Write the fields with a vocabulary; gives back those that are words."""
        words: dict[str, Any] = {}
        for name in draft_of(model).model_fields:
            kind, value = shape(model, name), fields[name]
            if kind == "words" and name != "quote":
                words[name] = value
            elif kind == "choice" and value is not None:
                self._attribute(f"{model.__name__}_{name}", mark, value)
            elif kind == "choices":
                for each in value:
                    self._attribute(f"{model.__name__}_{name}_{each}", mark)
            elif kind == "flag" and value:
                self._attribute(f"{model.__name__}_{name}", mark)
        return words

    def _next(self, letter: str) -> str:
        self.numbers[letter] += 1
        return f"{letter}{self.numbers[letter]}"

    def _mark(self, kind: str, start: int, end: int) -> str:
        mark = self._next("T")
        self.lines.append(f"{mark}\t{kind} {start} {end}\t{one_line(self.text[start:end])}")
        return mark

    def _attribute(self, name: str, mark: str, value: str = "") -> None:
        self.lines.append(f"{self._next('A')}\t{name} {mark}{' ' if value else ''}{value}")

    def _relate(self, kind: str, one: str, other: str) -> None:
        self.lines.append(f"{self._next('R')}\t{kind} Arg1:{one} Arg2:{other}")

    def _note(self, mark: str, note: dict[str, Any]) -> None:
        text = _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(note, ensure_ascii=False))
        self.lines.append(f"{self._next('#')}\tAnnotatorNotes {mark}\t{text}")


def one_line(words: str) -> str:
    """Words as a line of the file can hold them: brat shows a line end as a space."""
    return _BREAKS.sub(" ", words)
