"""Label files for tests: of the tests' own article, and generated ones about texts that are hard to count in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from hypothesis import strategies as st

from conflict_extract.evaluation.form import check_form
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.evaluation.standing import standing
from conflict_extract.exchange.regions import shape, vocabulary
from conflict_extract.models import Article, Attribution, Claim, Event
from conflict_extract.models.attribution import Source
from conflict_extract.models.base import Model
from conflict_extract.models.claim import Figure
from conflict_extract.models.event import Actor, Place
from conflict_extract.models.vocabulary import RelationKind
from conflict_extract.reply.schema import draft_of
from tests import making


def raw_labels(annotator: str = "anna", **changes: Any) -> dict[str, Any]:
    """The labels of the tests' article, as JSON values, to be changed at will; no offsets yet."""
    reply = making.reply()
    for items in reply.values():
        for item in items:
            item["optional"] = False
    head = {"article": "marsa-dhul", "sha256": making.article().sha256, "codebook": "2", "annotator": annotator}
    return {**head, **reply, **changes}


def labels_of(raw: dict[str, Any]) -> LabelFile:
    """The labels of JSON values that have the right form."""
    labels, faults = check_form(raw)
    assert labels is not None, faults
    return labels


def written(folder: Path, raw: dict[str, Any] | str, name: str = "marsa-dhul.json") -> Path:
    """A label file in ``folder/gold``, with the article in ``folder/articles``."""
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    (folder / "articles" / "marsa-dhul.txt").write_text(making.TEXT, "utf-8", newline="")
    path = folder / "gold" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = raw if isinstance(raw, str) else json.dumps(raw, indent=1, ensure_ascii=False)
    path.write_text(text, "utf-8", newline="")
    return path


_WORDS = ("Kesh", "said", "12", "🚀", "é́", "\u0301x", "a😀b", "\r\n", "\n", "“no”", "ﬁre", "Tal", "\u2028", "\t", "ع")
texts = st.lists(st.sampled_from(_WORDS), min_size=3, max_size=14).map(lambda words: f"It {' '.join(words)} end")


@st.composite
def labelled_texts(draw: st.DrawFn) -> tuple[LabelFile, Article]:
    """Labels with offsets and their article: emoji, combining marks, line ends of all kinds, every field."""
    article = Article(id="made-up", text=draw(texts))
    places = [(a, b) for a in range(len(article.text)) for b in range(a + 1, min(a + 12, len(article.text)) + 1)]
    words = sorted({article.text[a:b] for a, b in places if standing(article.text, article.text[a:b])})
    maker = _Maker(draw, st.sampled_from(words), st.sampled_from(places), article.text)
    attributions = maker.items("a", Attribution)
    events = maker.items("e", Event)
    claims = maker.items("c", Claim)
    for claim in claims:
        tellers = [None, *(each["id"] for each in attributions)]
        claim["attribution"] = draw(st.sampled_from(tellers))
        claim["events"] = (
            draw(st.lists(st.sampled_from([each["id"] for each in events]), unique=True)) if events else []
        )
        targets = st.fixed_dictionaries(
            {"kind": st.sampled_from(get_args(RelationKind)), "claim": st.sampled_from([each["id"] for each in claims])}
        )
        claim["relations"] = draw(st.lists(targets, max_size=2, unique_by=lambda each: tuple(each.values())))
    head = {
        "article": article.id,
        "sha256": article.sha256,
        "codebook": "2",
        "annotator": draw(st.sampled_from(["anna", "Bén 🚀"])),
        "drafted_by_model": draw(st.booleans()),
    }
    return labels_of({**head, "attributions": attributions, "events": events, "claims": claims}), article


class _Maker:
    """Draws items field by field."""

    def __init__(self, draw: st.DrawFn, words: Any, places: Any, text: str) -> None:
        self.draw, self.words, self.places, self.text = draw, words, places, text

    def items(self, letter: str, model: type[Model]) -> list[dict[str, Any]]:
        numbers = self.draw(st.lists(st.integers(1, 99), max_size=2, unique=True))
        return [self._item(f"{letter}{number}", model) for number in numbers]

    def _item(self, id: str, model: type[Model]) -> dict[str, Any]:
        start, end = self.draw(self.places)
        item = {**self._fields(model), "id": id, "quote": self.text[start:end], "start": start, "end": end}
        item["optional"] = self.draw(st.booleans())
        if self.draw(st.booleans()):
            field = {Attribution: "cue", Event: "time", Claim: "kind"}[model]  # type: ignore[index]
            item["alternatives"] = {field: ["combat"] if field == "kind" else [self.draw(self.words)]}
        return item

    def _fields(self, model: type[Model]) -> dict[str, Any]:
        return {name: self._value(model, name) for name in draft_of(model).model_fields}

    def _value(self, model: type[Model], name: str) -> Any:
        parts: dict[str, type[Model]] = {"chain": Source, "actors": Actor, "places": Place, "figures": Figure}
        match shape(model, name):
            case "parts":
                least = 1 if name == "chain" else 0
                return [self._fields(parts[name]) for _ in range(self.draw(st.integers(least, 2)))]
            case "flag":
                return self.draw(st.booleans())
            case "choice":
                values = st.sampled_from(vocabulary(model, name))
                return self.draw(st.none() | values if name == "territory" else values)
            case "choices":
                return self.draw(st.lists(st.sampled_from(vocabulary(model, name)), unique=True, max_size=3))
            case "link":
                return None if name == "attribution" else []
            case _:
                if name in ("statement", "summary"):
                    return self.draw(st.sampled_from(["One thing.", 'A "line"\r\nmore\u2028🚀', " \\n ", "é\t"]))
                empty = name in ("cue", "time", "alignment", "of", "window", "within")
                return self.draw(st.none() | self.words if empty else self.words)
