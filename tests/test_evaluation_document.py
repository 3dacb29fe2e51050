"""The neutral form: both sides resolved alike, words folded, alternatives kept, what cannot be scored refused."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from conflict_extract.errors import InputError
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import evaluate
from conflict_extract.evaluation.items import Amount, When, folded
from conflict_extract.evaluation.labels import LabelFile
from tests.labelled import changed, document, item, labels
from tests.making import TEXT, article, attribution, extraction, place, source, span


def only(found: Document, id: str) -> Any:
    """The item with this id."""
    return next(each for each in (*found.attributions, *found.events, *found.claims) if each.id == id)


def test_labels_and_an_extraction_of_the_same_items_are_the_same() -> None:
    """What an extraction resolved itself equals what the labels' words give: the score is 1 everywhere."""
    extracted = extraction()
    lists = {
        name: [each.model_dump() for each in getattr(extracted, name)] for name in ("attributions", "events", "claims")
    }
    computed = {
        "grounding", "similarity", "name_span", "alignment_span", "cue_span", "text_span", "of_span", "window_span",
        "low", "high", "comparator", "unit", "time_span", "earliest", "latest", "precision",
    }  # fmt: skip

    def bare(raw: Any) -> Any:
        if isinstance(raw, list | tuple):
            return [bare(each) for each in raw]
        if not isinstance(raw, dict):
            return raw
        dropped = computed | ({"type"} if "sub_type" in raw else set())
        return {name: bare(value) for name, value in raw.items() if name not in dropped}

    labelled = document(bare(lists))

    assert labelled == Document.of_extraction(extracted)
    result = evaluate([(labelled, Document.of_extraction(extracted))])
    assert {score.f1 for score in result.scores.values()} == {1.0}


def test_figures_are_read_into_bounds() -> None:
    """ "At least 12" is 12 and more, "Dozens" by ACLED 12 and more, and words without a bound stay words."""
    found = document()

    assert only(found, "c1").parts["figures"][0][0]["value"] == (Amount(12, None, "ge", None),)
    assert only(found, "c5").parts["figures"][0][0]["value"] == (Amount(12, None, "vague", None),)
    lists = labels()
    item(lists, "c5")["figures"][0]["text"] = "Many"
    assert only(document(lists), "c5").parts["figures"][0][0]["value"] == (Amount(None, None, "vague", None, "many"),)


def test_times_are_resolved_unless_the_event_is_planned() -> None:
    """ "On Tuesday" is a day once the publication day is known, but never the day of a plan."""
    of = article(published=date(2024, 5, 16))
    tuesday = date(2024, 5, 14)
    lists = labels()

    assert only(document(of=of), "e1").fields["time"] == (When(tuesday, tuesday),)
    assert only(document(), "e1").fields["time"] == (When(None, None, "tuesday"),)
    item(lists, "e1")["reality"] = "planned"
    assert only(document(lists, of), "e1").fields["time"] == (When(None, None, "tuesday"),)


def test_the_type_of_an_event_follows_from_its_sub_type() -> None:
    """Alternatives of the sub-type bring their types along."""
    event = only(changed("e1", alternatives={"sub_type": ["armed_clash"]}), "e1")

    assert event.fields["sub_type"] == ("shelling_artillery_missile_attack", "armed_clash")
    assert event.fields["type"] == ("explosions_remote_violence", "battles")


def test_alternatives_of_a_figure_are_read_like_the_figure() -> None:
    """Other words for a figure give another accepted amount."""
    figure = only(changed("c1", alternatives={"figures[0].text": ["12"], "figures[0].of": ["The dead"]}), "c1")

    assert figure.parts["figures"][0][0]["value"] == (Amount(12, None, "ge", None), Amount(12, 12, "eq", None))
    assert figure.parts["figures"][0][0]["of"] == ("people", "dead")


def test_an_alternative_quote_gets_its_place_near_the_item() -> None:
    """Of two places of the words, the one nearer to the item is meant."""
    claim = only(changed("c6", alternatives={"quote": ["army"]}), "c6")

    assert claim.spans[1] == (TEXT.rindex("army"), TEXT.rindex("army") + 4)


@pytest.mark.parametrize(
    ("id", "changes", "problem"),
    [
        ("c1", {"start": None}, "c1: it has no place"),
        ("c1", {"start": 1, "end": 1}, "c1: its place .* is empty"),
        ("c1", {"alternatives": {"colour": ["red"]}}, "c1: there is no field colour"),
        ("c1", {"alternatives": {"figures[3].of": ["dead"]}}, r"c1: there is no field figures\[3\]"),
        ("c1", {"alternatives": {"statement": ["Twelve died."]}}, "c1: there is no field statement"),
        ("c1", {"alternatives": {"quote": ["never written"]}}, "c1: an alternative quote is not in the text"),
        ("c1", {"alternatives": {"kind": [["attack"]]}}, "c1: an alternative of kind is no single value"),
        ("c1", {"alternatives": {"relations": ["c2"]}}, "c1: an alternative has not the form"),
        ("c1", {"alternatives": {"attribution": ["a9"]}}, "c1.attribution names a9"),
        ("e1", {"alternatives": {"sub_type": ["shelling"]}}, "e1: there is no sub_type shelling"),
        ("c2", {"events": ["e9"]}, "c2.events names e9"),
        ("c2", {"id": "c1"}, "an id stands twice among the claims"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_the_item(id: str, changes: dict[str, Any], problem: str) -> None:
    """Each fault in labels is an error that names the article and the item."""
    with pytest.raises(InputError, match=problem) as caught:
        changed(id, **changes)
    assert caught.value.article == "marsa-dhul"


def test_labels_of_another_text_are_refused() -> None:
    """A hash that does not fit the article makes every place meaningless."""
    labelled = {"article": "marsa-dhul", "sha256": "0" * 64, "codebook": "2", "annotator": "one", **labels()}

    with pytest.raises(InputError, match="another text"):
        Document.of_labels(LabelFile.model_validate(labelled), article())


def test_what_was_grounded_with_slips_is_not_verbatim() -> None:
    """Only a fuzzy grounding means that the model's own words are not in the article."""
    fuzzy = [
        {
            **attribution("a1", "the health ministry said", []),
            "chain": [{**source("the health ministry"), "name_span": span("the health ministry")}],
            "cue_span": span("said"), "grounding": "fuzzy", "similarity": 0.95, **place("the health ministry said"),
        }
    ]  # fmt: skip

    assert [each.verbatim for each in Document.of_extraction(extraction(attributions=fuzzy)).attributions] == [False]


@pytest.mark.parametrize(
    ("one", "other", "is_name"),
    [
        ("The Health  Ministry", "health ministry", True),
        ("Idris Fenn’s", "Idris Fenn", True),
        ("pro–government", "pro-government", False),
        ("“said”", '"said"', False),
        ("Cafe\u0301", "CAFÉ", True),
    ],
)
def test_words_are_compared_without_their_dress(one: str, other: str, is_name: bool) -> None:
    """Case, white space, quotation marks, dashes and Unicode form do not count; in names nor do article and 's."""
    assert folded(one, is_name=is_name) == folded(other, is_name=is_name)


def test_words_that_differ_stay_different() -> None:
    """Folding leaves words whole: an article inside, a plural, an accent."""
    assert len({folded(words, is_name=True) for words in ("the", "Theo", "Homs", "Hom", "Al-Bab", "Bab", "Café")}) == 7


def test_documents_are_put_in_the_order_of_the_text() -> None:
    """Whatever order items come in, a document holds them by place."""
    found = document()

    assert dataclasses.replace(found, claims=found.claims[::-1]) == found
    assert [each.id for each in found.claims] == ["c1", "c2", "c3", "c4", "c5", "c6"]
