"""What the codebook decides, reading decides, whatever the model made of it."""

from __future__ import annotations

from typing import Any

import pytest

from conflict_extract.models import Attribution, Claim, Event, Figure, Span
from conflict_extract.models.item import Item
from conflict_extract.reply.reading import Passage, Reading, read
from conflict_extract.text.figures import ACLED
from tests import making


def _read(text: str, **lists: list[dict[str, Any]]) -> Reading:
    reply = {"attributions": [], "events": [], "claims": [], **lists}
    return read(making.as_text(reply), Passage(making.article(text=text), Span(0, len(text)), ACLED))


def _items(text: str, **lists: list[dict[str, Any]]) -> tuple[Item, ...]:
    reading = _read(text, **lists)
    assert reading.rejected == ()
    return reading.items


def _figures(text: str, *figures: dict[str, Any]) -> tuple[Figure, ...]:
    quote = text.rstrip(".")
    (claim,) = _items(text, claims=[making.claim("c1", quote, quote + ".", figures=list(figures))])
    assert isinstance(claim, Claim)
    return claim.figures


@pytest.mark.parametrize(
    ("text", "number", "noun", "measure", "whole", "counted"),
    [
        ("The gang asked for 300,000 dinars in cash.", "300,000", "dinars", "money", "300,000 dinars", None),
        ("They were told to leave within 48 hours.", "within 48", "hours", "duration", "within 48 hours", None),
        ("Reeds burnt on 0.4 hectares.", "0.4", "hectares", "other", "0.4 hectares", None),
        ("Rebels stood 12 km from Oro.", "12", "km", "other", "12 km", None),
        ("Two battalions left Oro.", "Two", "battalions", "other", "Two", "battalions"),
        ("Nine hours later nine soldiers died.", "nine", "soldiers", "killed", "nine", "soldiers"),
    ],
)
def test_a_unit_belongs_to_its_number(
    text: str, number: str, noun: str, measure: str, whole: str, counted: str | None
) -> None:
    """What the model gave as counted is part of the figure where it is its unit (rule 2.24)."""
    (figure,) = _figures(text, making.figure(number, measure, noun, category="not_people"))
    assert (figure.text, figure.of) == (whole, counted)


@pytest.mark.parametrize(
    ("text", "given", "measure", "read"),
    [
        ("Shells closed 2 of 5 clinics.", "2 of 5", "places", ("2", "places", 2)),
        ("Guards found three, perhaps four bodies.", "three, perhaps four", "killed", ("three", "killed", 3)),
        ("Half of the wells are dry.", "Half", "places", ("Half", "percent", 50)),
        ("Raiders took 1,200 of the sheep.", "1,200", "other", ("1,200", "other", 1200)),
    ],
)
def test_of_two_numbers_that_are_no_range_the_first_counts(
    text: str, given: str, measure: str, read: tuple[str, str, int]
) -> None:
    """Words that cannot be read as one number are not lost where their first can; "half" is a share of anything."""
    (figure,) = _figures(text, making.figure(given, measure, category="not_people"))
    assert (figure.text, figure.measure, figure.low) == read


def test_a_noun_that_stands_with_another_number_is_not_taken_again() -> None:
    """Behind it, a number has none; before it, both count the same (rule 2.25)."""
    text = "The front lost 300 government soldiers and saw 120 wounded."
    killed, wounded = _figures(
        text, making.figure("300", of="government soldiers"), making.figure("120", "injured", of="government soldiers")
    )
    assert (killed.of, wounded.of) == ("government soldiers", None)
    some, all_ = _figures(
        "Two of the five bridges fell.",
        making.figure("Two", "places", "bridges", category="not_people"),
        making.figure("five", "places", "bridges", category="not_people"),
    )
    assert some.of == all_.of == "bridges"


def test_words_without_a_number_are_not_asked_for_again() -> None:
    """Their claim stands without a figure, as the codebook has it; what fell is told, and costs no second reply."""
    claim = making.claim("c1", "one in five houses burnt", "One in five houses burnt.", kind="infrastructure")
    claim["figures"] = [making.figure("one in five", "percent", "houses", category="not_people")]
    reading = _read("In Oro one in five houses burnt.", claims=[claim])
    assert [fault.reason for fault in reading.rejected] == ["unreadable_figure"]
    assert [item.id for item in reading.items] == ["c1"]
    assert reading.faults() == []


@pytest.mark.parametrize(
    ("text", "cue", "cue_class", "whole"),
    [
        ("The palace has not commented on the raid.", "has not commented", "silence", "has not commented on"),
        ("The palace made no mention of the raid.", "made no mention", "silence", "made no mention of"),
        ("The palace declined to comment.", "declined to comment", "silence", "declined to comment"),
        ("The palace named neither of them.", "named neither", "silence", "named neither"),
        ("The palace commented on the raid.", "commented", "neutral", "commented"),
    ],
)
def test_a_cue_of_silence_has_its_preposition(text: str, cue: str, cue_class: str, whole: str) -> None:
    """The one that leads to what is not spoken of, and no other (rule 1.14)."""
    telling = making.attribution(
        "a1", text.rstrip("."), [making.source("palace", "government")], cue=cue, cue_class=cue_class
    )
    (item,) = _items(text, attributions=[telling])
    assert isinstance(item, Attribution)
    assert (item.cue, text[item.cue_span.start : item.cue_span.end] if item.cue_span else None) == (whole, whole)


def test_an_event_has_the_act_and_the_bare_names_of_its_places() -> None:
    """The claim's quote without its toll, the places without the words of their kind; spans fit."""
    text = "Gunmen raided the camp of Kitgum district in Gulu Province, killing 24 people."
    quote = text.rstrip(".")
    claim = making.claim("c1", quote, text, events=["e1"])
    event = making.event("e1", quote, "Raid on a camp", places=[{"name": "Kitgum district", "within": "Gulu Province"}])
    item = next(item for item in _items(text, claims=[claim], events=[event]) if isinstance(item, Event))
    (place,) = item.places
    assert item.quote == text[item.start : item.end] == "Gunmen raided the camp of Kitgum district in Gulu Province"
    assert (place.name, place.within) == ("Kitgum", "Gulu")
    assert text[place.name_span.start : place.name_span.end] == "Kitgum"


def test_a_denial_and_a_rival_account_make_disputed() -> None:
    """The model links the claims; what follows from the links it need not say."""
    text = "Rebels said Oro had fallen. The army said Oro had been held."
    claims = [
        making.claim("c1", "Oro had fallen", "Oro had fallen.", kind="territory", attribution="a1"),
        making.claim("c2", "Oro had been held", "Oro had been held.", kind="territory", attribution="a2"),
    ]
    claims[1]["relations"] = [{"kind": "differs", "claim": "c1"}]
    tellings = [
        making.attribution("a1", "Rebels said Oro had fallen", [making.source("Rebels", "armed_group", "collective")]),
        making.attribution("a2", "The army said Oro had been held", [making.source("army", "military")]),
    ]
    found = [item for item in _items(text, claims=claims, attributions=tellings) if isinstance(item, Claim)]
    assert [claim.verification for claim in found] == ["disputed", "disputed"]


def test_a_statement_takes_words_from_its_quote() -> None:
    """Its gap is filled from the quote as it stands in the article, and the whole is a sentence."""
    text = "His men had captured the mill at Oro."
    claim = making.claim("c1", "His men had captured the mill at Oro", "The men …", kind="territory")
    (item,) = _items(text, claims=[claim])
    assert isinstance(item, Claim)
    assert item.statement == "The men had captured the mill at Oro."
    (fault,) = _read(text, claims=[{**claim, "statement": "… men … mill"}]).rejected
    assert (fault.reason, "at most one" in fault.message) == ("invalid", True)


def test_a_second_telling_under_one_subject_begins_at_that_subject() -> None:
    """A quote holds the source (rule 1.17); under another subject, or in another sentence, it begins where it did."""
    text = "The radio spoke of losses and said many had fled. The mayor wept, but denied it. He then said it was over."
    radio, mayor = making.source("radio"), making.source("mayor")
    tellings = [
        making.attribution("a1", "The radio spoke of losses", [radio], "spoke of"),
        making.attribution("a2", "said many had fled", [radio], "said"),
        making.attribution("a3", "denied it", [mayor], "denied"),
        making.attribution("a4", "said it was over", [mayor], "said"),
    ]
    claims = [
        making.claim(f"c{n}", words, words + ".", attribution=f"a{n}")
        for n, words in enumerate(("losses", "many had fled", "it", "it was over"), 1)
    ]
    quotes = [
        item.quote for item in _items(text, attributions=tellings, claims=claims) if isinstance(item, Attribution)
    ]
    assert quotes == [
        "The radio spoke of losses",
        "The radio spoke of losses and said many had fled",
        "denied it",
        "said it was over",
    ]
