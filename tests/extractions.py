"""Extractions for the tests of what is done with them: all recorded ones, and random ones that hold together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

from conflict_extract import Extractor
from conflict_extract.documents import read_extractions
from conflict_extract.models import Article, Extraction
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE
from tests.seeds import CHALLENGE, LONG, ROOT, SEEDS

CASSETTES = ROOT / "tests" / "cassettes"


@cache
def recorded() -> dict[str, Extraction]:
    """The extractions of all recorded answers, by article."""
    found = []
    for folder, articles in ((CASSETTES, SEEDS), (CASSETTES / "challenge", CHALLENGE), (CASSETTES / "long", LONG)):
        with Extractor.replaying(folder) as extractor:
            found += [extractor.extract(article) for article in articles]
    return {each.article_id: each for each in found}


KEPT = ROOT / "tests" / "data" / "tolls.jsonl"
"""Recorded extractions (prompt v2) with rival, denied, partial and shared tolls, and with places, as a results file:
examples that new recordings do not move."""


@cache
def kept() -> dict[str, Extraction]:
    """The extractions of that file, by article."""
    found = [each for each in read_extractions(KEPT) if isinstance(each, Extraction)]
    return {each.article_id: each for each in found}


_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = st.text(_CHARACTERS, max_size=12) | st.sampled_from(["", "=1+1", "-5", "'", "@a", "\t", "a\r\nb", 'a "b", c'])
_WORDS = st.text(_CHARACTERS, min_size=1, max_size=12) | st.sampled_from(["=A1", "+1", "-", "’", "“x”", "𐍈", "e\u0301"])
_NUMBERS = st.none() | st.integers(0, 10**30) | st.floats(-1e9, 1e9) | st.sampled_from([-5, 2**53 + 1, 0.1])
_DAYS = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXTS, inner, max_size=2),
    max_leaves=4,
)


def _one_of(model: Any, field: str) -> st.SearchStrategy[Any]:
    """A value of a field's closed vocabulary."""
    return st.sampled_from(model.model_fields[field].annotation.__args__)


@st.composite
def extractions(draw: st.DrawFn, with_text: bool | None = None) -> Extraction:
    """An extraction of up to three items a list, its words taken anywhere from a random text."""
    from conflict_extract.models import Actor, Attribution, Claim, Event, Figure, Rejected, Relation, Source

    text = "".join(draw(st.lists(_WORDS, min_size=2, max_size=12))) + "."
    if not text.strip():
        text += "x"

    def words(name: str, optional: bool = False) -> dict[str, Any]:
        if optional and draw(st.booleans()):
            return {name: None, f"{name}_span": None}
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2).filter(lambda two: two[0] != two[1])))
        return {name: text[start:end], f"{name}_span": (start, end)}

    def choices(model: Any, *fields: str) -> dict[str, Any]:
        return {field: draw(_one_of(model, field)) for field in fields}

    def many(make: Any, most: int = 2, least: int = 0) -> list[Any]:
        return [make() for _ in range(draw(st.integers(least, most)))]

    def item(id: str) -> dict[str, Any]:
        found = words("quote")
        start, end = found.pop("quote_span")
        similarity = draw(st.floats(0.5, 1))
        return {"id": id, **found, "start": start, "end": end, "similarity": similarity} | choices(Claim, "grounding")

    tellings = [
        {
            **item(f"a{number}"),
            "chain": many(
                lambda: {
                    **words("name"), **words("alignment", True), **choices(Source, "type", "identification")
                }, least=1
            ),
            **words("cue", True),
            **choices(Attribution, "cue_class", "mode"),
        }
        for number in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    sub_types = draw(st.lists(st.sampled_from(sorted(TYPE_OF_SUB_TYPE)), max_size=2))
    events = [
        {
            **item(f"e{number}"),
            "type": TYPE_OF_SUB_TYPE[sub_type],
            "sub_type": sub_type,
            "summary": draw(_WORDS),
            **choices(Event, "granularity", "reality"),
            "actors": many(lambda: {**words("name"), **choices(Actor, "role", "type")}),
            "places": many(lambda: {**words("name"), **words("within", True)}),
            **words("time", True),
            "earliest": draw(_DAYS),
            "latest": draw(_DAYS),
            "precision": draw(st.none() | st.integers(1, 5)),
            "weapons": draw(st.lists(st.sampled_from(("drone", "ied")), max_size=2)),
        }
        for number, sub_type in enumerate(sub_types)
    ]
    ids = [f"c{number}" for number in range(draw(st.integers(1 if events else 0, 3)))]
    claims = [
        {
            **item(id),
            "statement": draw(_WORDS),
            **choices(Claim, "kind", "polarity", "certainty", "verification"),
            "background": draw(st.booleans()),
            "attribution": draw(st.sampled_from([None, *(each["id"] for each in tellings)])),
            "events": [each["id"] for each in events if id == "c0" or draw(st.booleans())],
            "figures": many(
                lambda: {
                    **words("text"), **words("of", True), **words("window", True),
                    **choices(Figure, "measure", "category", "comparator"),
                    "low": draw(_NUMBERS), "high": draw(_NUMBERS), "unit": draw(st.none() | _TEXTS),
                }
            ),
            "relations": [
                {**choices(Relation, "kind"), "claim": earlier} for earlier in ids[:number] if draw(st.booleans())
            ],
        }
        for number, id in enumerate(ids)
    ]  # fmt: skip
    article = Article(
        id=draw(_WORDS), text=text, title=draw(st.none() | _TEXTS), published=draw(_DAYS), url=draw(st.none() | _TEXTS)
    )
    extraction = Extraction.model_validate(
        {
            "article_id": article.id,
            "article": article,
            "attributions": tellings,
            "claims": claims,
            "events": events,
            "complete": draw(st.booleans()),
            "rejected": many(
                lambda: {
                    "path": draw(_TEXTS), "id": draw(st.none() | _TEXTS), "message": draw(_TEXTS),
                    "content": draw(_JSON), **choices(Rejected, "reason"),
                }
            ),
            "provenance": _provenance(draw, article),
        }
    )  # fmt: skip
    return extraction if draw(st.booleans() if with_text is None else st.just(with_text)) else extraction.without_text()


def _provenance(draw: st.DrawFn, article: Article) -> dict[str, Any]:
    from tests.making import provenance

    return {
        **provenance(article).model_dump(),
        "parameters": draw(st.dictionaries(_TEXTS, _JSON, max_size=2)),
        "created": draw(st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))),
        "usage": draw(st.none() | st.just({"prompt_tokens": 12, "completion_tokens": 0})),
    }
