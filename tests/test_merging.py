"""Readings of overlapping passages become one list."""

from __future__ import annotations

from typing import Any

from conflict_extract.merging import merge
from conflict_extract.models import Article, Span
from conflict_extract.reply.reading import Passage, Reading, read
from conflict_extract.text.figures import ACLED
from tests import making

FIRST = "The mayor said that shells killed four people in Adun on Monday.\n\n"
SHARED = "A doctor said that rockets hit a clinic in Bek, wounding 11 people.\n\n"
LAST = "Residents said that snipers shot two men in Cray.\n"
TEXT = FIRST + SHARED + LAST
ARTICLE = Article(id="log", text=TEXT)
SPANS = (Span(0, len(FIRST + SHARED)), Span(len(FIRST), len(TEXT)))


def _telling(number: int, speaker: str, act: str, summary: str, count: str, measure: str) -> dict[str, list[dict]]:
    verb = f"{speaker} said that {act}"
    return {
        "attributions": [making.attribution(f"a{number}", verb, [making.source(speaker, "other")])],
        "events": [making.event(f"e{number}", act, summary)],
        "claims": [
            making.claim(
                f"c{number}",
                act,
                summary + ".",
                attribution=f"a{number}",
                events=[f"e{number}"],
                figures=[making.figure(count, measure)],
            )
        ],
    }


def _mayor(number: int) -> dict[str, list[dict]]:
    return _telling(number, "The mayor", "shells killed four people in Adun", "Shells in Adun", "four", "killed")


def _doctor(number: int) -> dict[str, list[dict]]:
    act = "rockets hit a clinic in Bek, wounding 11 people"
    return _telling(number, "A doctor", act, "Rockets on a clinic in Bek", "11", "injured")


def _residents(number: int) -> dict[str, list[dict]]:
    return _telling(number, "Residents", "snipers shot two men in Cray", "Snipers in Cray", "two", "killed")


def _reading(span: Span, *tellings: dict[str, list[dict]]) -> Reading:
    reply: dict[str, list[Any]] = {"attributions": [], "events": [], "claims": []}
    for telling in tellings:
        for name, items in telling.items():
            reply[name] += items
    reading = read(making.as_text(reply), Passage(ARTICLE, span, ACLED))
    assert reading.rejected == ()
    return reading


def test_what_both_passages_saw_is_kept_once() -> None:
    """The telling in the overlap is one attribution, one event, one claim; ids are given afresh, in order."""
    merged = merge(
        [
            (SPANS[0], _reading(SPANS[0], _mayor(1), _doctor(2))),
            (SPANS[1], _reading(SPANS[1], _doctor(1), _residents(2))),
        ]
    )
    assert [item.id for item in merged.attributions] == ["a1", "a2", "a3"]
    assert [item.origin.name for item in merged.attributions] == ["The mayor", "A doctor", "Residents"]
    assert [(item.id, item.attribution, item.events) for item in merged.claims] == [
        ("c1", "a1", ("e1",)),
        ("c2", "a2", ("e2",)),
        ("c3", "a3", ("e3",)),
    ]
    assert [TEXT[slice(*item.span)] for item in merged.events] == [item.quote for item in merged.events]


def test_order_in_the_reply_does_not_matter() -> None:
    """Items are numbered by their place in the text."""
    straight = merge([(Span(0, len(TEXT)), _reading(Span(0, len(TEXT)), _mayor(1), _doctor(2), _residents(3)))])
    shuffled = merge([(Span(0, len(TEXT)), _reading(Span(0, len(TEXT)), _residents(7), _mayor(9), _doctor(8)))])
    assert straight == shuffled


def test_another_figure_on_the_same_words_is_another_claim() -> None:
    """Where the two passages' readings disagree, both are kept: nothing tells which is right."""
    other = _doctor(1)
    other["claims"][0]["figures"] = []
    merged = merge([(SPANS[0], _reading(SPANS[0], _doctor(1))), (SPANS[1], _reading(SPANS[1], other))])
    assert len(merged.claims) == 2
    assert len(merged.events) == len(merged.attributions) == 1
    assert {claim.events for claim in merged.claims} == {("e1",)}


def test_a_figure_cut_in_two_ways_is_one() -> None:
    """With and without the noun: the number is the same and must not be counted twice; another measure stays apart."""
    for count, measure, kept in (("11 people", "injured", 1), ("11", "killed", 2)):
        other = _doctor(1)
        other["claims"][0]["figures"] = [making.figure(count, measure)]
        merged = merge([(SPANS[0], _reading(SPANS[0], _doctor(1))), (SPANS[1], _reading(SPANS[1], other))])
        assert len(merged.claims) == kept


def test_of_two_copies_the_one_that_knows_its_speaker_is_kept() -> None:
    """A passage that begins after the speaker was named would make a party's words the article's own."""
    voiceless = _doctor(1)
    voiceless["attributions"] = []
    voiceless["claims"][0]["attribution"] = None
    merged = merge([(SPANS[0], _reading(SPANS[0], _doctor(1))), (SPANS[1], _reading(SPANS[1], voiceless))])
    assert [claim.attribution for claim in merged.claims] == ["a1"]


def test_links_of_both_copies_are_kept() -> None:
    """An event that only one passage linked stays linked; relations follow their claims to the new ids."""
    second = _residents(2)
    second["claims"][0]["relations"] = [{"kind": "differs", "claim": "c1"}]
    merged = merge(
        [(SPANS[0], _reading(SPANS[0], _mayor(1), _doctor(2))), (SPANS[1], _reading(SPANS[1], _doctor(1), second))]
    )
    assert [(link.kind, link.claim) for link in merged.claims[2].relations] == [("differs", "c2")]


def test_a_passage_without_a_reading_loses_only_itself() -> None:
    """The others are merged as they are."""
    merged = merge([(SPANS[0], None), (SPANS[1], _reading(SPANS[1], _doctor(1), _residents(2)))])
    assert [item.origin.name for item in merged.attributions] == ["A doctor", "Residents"]


def test_a_circle_that_two_passages_close_is_cut_and_named() -> None:
    """Where one passage makes a part of what the other makes the whole, the later relation goes, with its reason."""
    whole = Span(0, len(TEXT))
    one, other = [_mayor(1), _doctor(2)], [_mayor(1), _doctor(2)]
    one[0]["claims"][0]["relations"] = [{"kind": "part_of", "claim": "c2"}]
    other[1]["claims"][0]["relations"] = [{"kind": "part_of", "claim": "c1"}]
    merged = merge([(whole, _reading(whole, *one)), (whole, _reading(whole, *other))])
    assert [[link.claim for link in claim.relations] for claim in merged.claims] == [["c2"], []]
    assert [(cut.id, cut.reason, cut.content["claim"]) for cut in merged.rejected] == [("c2", "self_link", "c1")]
