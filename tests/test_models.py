"""The models: frozen, closed, guarded."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from conflict_extract.models import Article, Extraction
from conflict_extract.models.extraction import verbatims
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE
from tests import making


def test_models_are_frozen_and_closed() -> None:
    """Fields cannot be set, and unknown fields are errors."""
    extraction = making.extraction()
    with pytest.raises(ValidationError, match="frozen"):
        extraction.claims[0].kind = "attack"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Article(id="x", text="text", author="somebody")  # type: ignore[call-arg]


@pytest.mark.parametrize("text", ["", " \n\t ", "a\x00b", "half a pair \ud800"])
def test_an_article_is_a_text(text: str) -> None:
    """Empty text, NUL characters and half surrogate pairs are refused."""
    with pytest.raises(ValidationError):
        Article(id="x", text=text)


def test_an_article_keeps_its_text_letter_for_letter() -> None:
    """Line ends, marks and emoji stay as they are: offsets point into them."""
    text = " CRLF\r\nnew, e\u0301, \u200fعربي, 🕊️\n"
    assert Article(id="x", text=text).text == text
    assert "CRLF" not in repr(Article(id="x", text=text)), "an article's repr does not spill its text into logs"


def test_extractions_survive_json() -> None:
    """What is written as JSON reads back equal."""
    extraction = making.extraction()
    assert Extraction.model_validate_json(extraction.model_dump_json()) == extraction


def test_extractions_without_text_keep_the_hash_and_read_back() -> None:
    """Without the article's text, the hash is what an extraction is checked by."""
    bare = making.extraction().without_text()
    assert bare.article is None
    assert Extraction.model_validate_json(bare.model_dump_json()).provenance.article_sha256 == making.article().sha256


def _changed(list_name: str, **changes: object) -> dict:
    data = making.extraction().model_dump()
    data[list_name][0].update(changes)
    return data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (_changed("claims", attribution="a9"), "a9, which is not there"),
        (_changed("claims", events=("e1", "e9")), "e9, which is not there"),
        (_changed("claims", events=()), "no claim names the event e1"),
        (_changed("claims", relations=({"kind": "denies", "claim": "c1"},)), "c1 denies itself"),
        (_changed("claims", relations=({"kind": "part_of", "claim": "c9"},)), "c9, which is not there"),
        (_changed("events", id="c1"), "the id c1 is there twice"),
        (_changed("claims", quote="Army guns shelled the port"), "does not have these words"),
        (_changed("claims", start=1), "does not have these words"),
        (_changed("attributions", cue="denied"), "does not have these words"),
        (_changed("attributions", cue_span=None), "does not have these words"),
        (_changed("events", type="battles"), "belongs to explosions_remote_violence"),
    ],
)
def test_an_extraction_guards_itself(data: dict, says: str) -> None:
    """Links that do not resolve, ids twice, unnamed events and words that the article does not have are refused."""
    with pytest.raises(ValidationError, match=says):
        Extraction.model_validate(data)


def test_an_extraction_is_of_its_article() -> None:
    """Another text, or another id, is not the article that an extraction was made from."""
    data = making.extraction().model_dump()
    with pytest.raises(ValidationError, match="SHA-256"):
        Extraction.model_validate({**data, "article": {"id": "marsa-dhul", "text": making.TEXT + " "}})
    with pytest.raises(ValidationError, match="the article is other"):
        Extraction.model_validate({**data, "article": {"id": "other", "text": making.TEXT}})


def test_the_walks_lead_from_each_thing_to_the_others() -> None:
    """From a claim to who says so and what happened, from an event to its figures with who says so."""
    extraction = making.extraction()
    (claim,), (event,), (attribution,) = extraction.claims, extraction.events, extraction.attributions
    assert extraction["c1"] is claim
    assert extraction.attribution_of(claim) is attribution
    assert extraction.claims_by(attribution) == (claim,)
    assert extraction.claims_by(None) == ()
    assert extraction.events_of(claim) == (event,)
    assert extraction.claims_of(event) == (claim,)
    (told,) = extraction.figures_of(event)
    assert (told.figure.low, told.claim, told.attribution) == (12, claim, attribution)
    assert told.origin is attribution.origin is attribution.chain[-1]
    with pytest.raises(KeyError):
        extraction["c9"]


def test_relations_are_walked_both_ways() -> None:
    """From a denial to what it denies, and back."""
    data = making.extraction().model_dump()
    denial = {**data["claims"][0], "id": "c2", "polarity": "negated", "relations": ({"kind": "denies", "claim": "c1"},)}
    extraction = Extraction.model_validate({**data, "claims": (*data["claims"], denial)})
    first, second = extraction.claims
    assert extraction.related(second, "denies") == (first,)
    assert extraction.relating(first, "denies") == (second,)
    assert extraction.related(second, "part_of") == extraction.relating(second, "denies") == ()


def test_verbatims_names_all_words_taken_from_the_article() -> None:
    """Quotes, names, cues, figures: each with its place."""
    extraction = making.extraction()
    found = {where: words for where, words, _ in verbatims(extraction.claims + extraction.attributions)}
    assert found["c1.figures[0].text"] == "at least 12"
    assert found["c1.figures[0].of"] == "people"
    assert found["a1.chain[0].name"] == "the health ministry"
    assert found["a1.cue"] == "said"


def test_sub_type_names_are_unique_so_that_the_type_follows() -> None:
    """Each sub-type belongs to one type; every sub-type has one."""
    from typing import get_args

    from conflict_extract.models.vocabulary import EventType, SubType

    assert set(TYPE_OF_SUB_TYPE) == set(get_args(SubType))
    assert set(TYPE_OF_SUB_TYPE.values()) == set(get_args(EventType))
