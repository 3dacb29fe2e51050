"""The study of the scorer's weights: it counts right, tunes without looking at what it is tested on, and runs."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from bench.alignment_studies import READINGS, SETS, Case, studies
from bench.alignment_weights import START, Study, cross_validated, grid, report, studied

from conflict_extract.evaluation.gold import read_labels
from conflict_extract.evaluation.items import LISTS
from conflict_extract.evaluation.settings import Settings, Weights
from conflict_extract.models import Span
from tests.labelled import changed, document
from tests.making import TEXT


def test_it_runs_on_two_articles(capsys: pytest.CaptureFixture[str]) -> None:
    """Every kind of pairs of both sets is counted, and the start values differ from themselves in nothing."""
    settings = grid((0.4, 0.5))

    report(studied(settings, articles=2), settings)

    printed = capsys.readouterr().out
    for kind in ("labellings", "answers", "made"):
        for name in ("challenge", "seeds"):
            [block] = re.findall(
                rf"^{name}, {kind}(?: \(prompt v\d+\))*: \d+ alignments.*\n.*\n +start values +(.*)$", printed, re.M
            )
            right, *_, changed_right, changed_wrong, changed_open = block.split()
            assert int(right) > 10
            assert (changed_right, changed_wrong, changed_open) == ("0", "0", "0")
    assert "tuned on the real pairs" in printed
    assert "challenge, answers: F1" in printed


def test_pairs_are_counted_right_wrong_and_missed() -> None:
    """By hand: a claim moved far away is missed under the start values, found by words alone, and a swap is wrong."""
    words = Settings(Weights(0, 1, 0, 0))
    moved = changed("c6", start=0, end=9, figures=[], kind="other", polarity="negated")
    case = Case("marsa-dhul", TEXT, document(), moved, {}, is_made=True)

    study = Study([case], [START, words])

    assert [study.totals(row) for row in study.aligned] == [(13, 0, 1), (14, 0, 0)]
    assert study.mistakes().tolist() == [[1], [0]]
    assert study.mistakes(("events",)).tolist() == [[0], [0]]
    assert study.changed(study.aligned[1]) == {"right": 1, "wrong": 0, "open": 0}
    swapped = study.aligned[0][0] - {("claims", "c1", "c1")} | {("claims", "c1", "c6")}
    assert study.counts(0, swapped) == (12, 1, 2)


def test_what_was_read_and_left_open_counts_as_neither() -> None:
    """A pair that a reader left open is neither right nor missed, and is not asked for again."""
    moved = changed("c6", start=0, end=9)
    pair = ("claims", "c6", "c6")
    settings = [START, Settings(threshold=0.7)]
    unjudged = Study([Case("marsa-dhul", TEXT, document(), moved, {})], settings)
    left_open = Study([Case("marsa-dhul", TEXT, document(), moved, {pair: None})], settings)

    assert [found for _, found in unjudged.unread()] == [pair]
    assert [found for _, found in left_open.unread()] == []
    assert left_open.mistakes().tolist() == [[0], [0]]
    assert left_open.changed(left_open.aligned[1]) == {"right": 0, "wrong": 0, "open": 1}


def test_tuning_is_paid_by_articles_that_it_has_not_seen() -> None:
    """What is better everywhere is better on the article left out; what one article alone speaks for is not."""
    settings = [START, Settings(threshold=0.4)]
    names = [f"article {number}" for number in range(10)]
    everywhere = np.array([[2] * 10, [1] * 10])
    by_one = np.array([[5] + [0] * 9, [0] * 10])

    assert cross_validated(everywhere, names, settings) == (20, 10, pytest.approx(0.002, abs=0.002))
    assert cross_validated(by_one, names, settings)[:2] == (5, 5)
    assert cross_validated(by_one, names, settings)[2] == 1


def test_made_retellings_keep_ids_and_stay_in_the_text() -> None:
    """A retelling has only items of its gold, in places inside the article; some are left out, some are changed."""
    cases = studies("challenge", 2)["made"]

    for case in cases:
        assert case.is_same(("claims", "c1", "c1"))
        assert not case.is_same(("claims", "c1", "c2"))
        for item in (each for name in LISTS for each in case.other.items(name)):
            start, end = item.span
            assert 0 <= start < end <= len(case.text)
    assert any(len(case.one.claims) != len(case.other.claims) for case in cases)
    assert any(replace(case.one, claims=()) != replace(case.other, claims=()) for case in cases)


def test_every_reading_is_of_an_item_that_is_there() -> None:
    """The frozen side of each judged pair has the id and the quote that were read, and no pair was judged twice."""
    seen = set()
    for line in READINGS.read_text("utf-8").splitlines():
        reading = json.loads(line)
        folder = next(
            each / "gold" for each in SETS.values() if (each / "gold" / f"{reading['article']}.json").is_file()
        )
        annotated = "annotations/{}.A.json" if reading["study"] == "labellings" else "{}.json"
        labels = read_labels(folder / annotated.format(reading["article"]))
        quotes = {item.id: item.quote for item in getattr(labels, reading["list"])}
        assert quotes[reading["one"]] == reading["quotes"][0]
        start, end = Span(*reading["at"])
        assert end - start == len(reading["quotes"][1])
        assert reading["same"] in (True, False, None)
        assert reading["why"]
        key = (reading["study"], reading["article"], reading["list"], reading["one"], start, end)
        assert key not in seen
        seen.add(key)
    assert len(seen) > 100
