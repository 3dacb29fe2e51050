"""Intervals and tests: the same seed the same numbers, and numbers that agree with what can be worked out."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.errors import ConfigError
from conflict_extract.evaluation.columns import ScoreColumns
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import compare, evaluate
from conflict_extract.evaluation.settings import Settings
from conflict_extract.evaluation.statistics import percentile_bounds, randomisation_p, ratios, resampled_sums
from tests.labelled import changed, document

SCORE = [ScoreColumns(0, 1, 2)]


def counts(*rows: tuple[int, int, int]) -> np.ndarray:
    """Right, predicted and gold of some documents."""
    return np.array(rows, dtype=float)


def many(predictions: list[Document | None]) -> list[tuple[Document, Document | None]]:
    """The same article many times under other ids, with these predictions."""
    return [
        (
            dataclasses.replace(document(), article_id=f"d{at:02}"),
            each and dataclasses.replace(each, article_id=f"d{at:02}"),
        )
        for at, each in enumerate(predictions)
    ]


def test_ratios_where_something_is_empty() -> None:
    """Both sides empty is 1; one side empty is 0; else right over predicted, over gold, and their harmonic mean."""
    found = ratios(counts((0, 0, 0), (0, 2, 0), (0, 0, 2), (2, 4, 3)), SCORE)[:, 0].tolist()

    assert found == [[1, 1, 1], [0, 0, 0], [0, 0, 0], [0.5, 2 / 3, pytest.approx(4 / 7)]]


@given(st.integers(1, 40), st.integers(1, 300), st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_a_resample_has_as_many_documents_as_there_are(documents: int, resamples: int, seed: int) -> None:
    """Each sample draws the number of documents, with replacement, and the same seed draws the same."""
    sums = resampled_sums(np.hstack([np.eye(documents), np.zeros((documents, 1))]), resamples, seed)

    assert sums.shape == (resamples, documents + 1)
    assert (sums.sum(axis=1) == documents).all()
    assert (sums == np.floor(sums)).all()
    again = resampled_sums(np.hstack([np.eye(documents), np.zeros((documents, 1))]), resamples, seed)
    assert (sums == again).all()


def test_resamples_draw_every_document_equally_often() -> None:
    """Over 4,000 samples of 5 documents each comes 4,000 times, give or take five standard deviations."""
    drawn = resampled_sums(np.eye(5), 4000, 0).sum(axis=0)

    assert (abs(drawn - 4000) < 5 * (20_000 * 0.2 * 0.8) ** 0.5).all()


def test_an_interval_of_two_documents_is_known_exactly() -> None:
    """One document right and one wrong: a quarter of the samples has 0, half 1/2, a quarter 1."""
    samples = ratios(resampled_sums(counts((1, 1, 1), (0, 1, 1)), 4000, 3), SCORE)[:, 0, 2]

    assert set(samples.tolist()) == {0, 0.5, 1}
    assert np.mean(samples == 0) == pytest.approx(0.25, abs=0.04)
    assert percentile_bounds(samples, 0.95).tolist() == [0, 1]
    assert percentile_bounds(samples, 0.4).tolist() == [0.5, 0.5]


def test_the_interval_holds_the_true_score_about_as_often_as_it_says() -> None:
    """Of 200 sets of 60 documents with a true F1 of 0.7, 95 % intervals hold it in 180 or more."""
    random = np.random.default_rng(5)
    held = 0
    for seed in range(200):
        right = (random.random((60, 1)) < 0.7).astype(float)
        rows = np.hstack([right, np.ones((60, 2))])
        low, high = percentile_bounds(ratios(resampled_sums(rows, 400, seed), SCORE)[:, 0, 2], 0.95)
        held += low <= 0.7 <= high
    assert 180 <= held < 200


def test_the_p_value_is_that_of_all_exchanges() -> None:
    """Eight documents, tried in all 256 ways, against 10,000 random ones."""
    one = counts((3, 4, 4), (4, 4, 4), (2, 3, 4), (4, 5, 4), (3, 4, 5), (1, 2, 3), (5, 6, 5), (2, 2, 2))
    other = counts((1, 4, 4), (4, 4, 4), (1, 3, 4), (2, 5, 4), (3, 4, 5), (2, 2, 3), (3, 6, 5), (1, 2, 2))

    def difference(first: np.ndarray, second: np.ndarray) -> float:
        values = ratios(np.array([first.sum(axis=0), second.sum(axis=0)]), SCORE)[:, 0, 2]
        return abs(float(values[0] - values[1]))

    seen = difference(one, other)
    coins = [np.array(each)[:, None] for each in product((0, 1), repeat=8)]
    exact = np.mean([difference(np.where(c, other, one), np.where(c, one, other)) >= seen - 1e-12 for c in coins])
    [p_value] = randomisation_p(one, other, SCORE, 10_000, 0)

    assert p_value == pytest.approx(exact, abs=0.015)
    assert randomisation_p(other, one, SCORE, 10_000, 0)[0] == p_value


def test_a_run_against_itself_does_not_differ() -> None:
    """No difference, an interval of nothing, and a p-value of 1, in every score."""
    run = evaluate(many([document(), changed("c3", polarity="affirmed"), None, document()]))

    for each in compare(run, run, swaps=200).scores.values():
        assert (each.difference, each.interval, each.p_value) == (0, (0, 0), 1)


def test_a_clear_difference_is_seen_and_only_where_it_is() -> None:
    """With one polarity flipped in each of 12 articles, the claims' scores differ, and no others."""
    good, bad = [document()] * 12, [changed("c3", polarity="affirmed")] * 12
    one, other = evaluate(many(list(good))), evaluate(many(list(bad)))
    found = compare(one, other)

    worse = {name for name, each in found.scores.items() if each.difference > 0}
    assert worse == {"end_to_end", "claims.lenient", "claims.strict", "claims.soft"}
    each = found.scores["end_to_end"]
    assert (each.one, each.other, each.difference) == (1, 5 / 6, pytest.approx(1 / 6))
    assert each.interval == pytest.approx((1 / 6, 1 / 6))
    # Only with all coins alike is the difference as great: 2 of 2**12 ways.
    assert each.p_value == pytest.approx(2 / 2**12, abs=0.001)
    assert {found.scores[name].p_value for name in found.scores if name not in worse} == {1}
    back = compare(other, one).scores["end_to_end"]
    assert (back.difference, back.p_value) == (pytest.approx(-1 / 6), each.p_value)


def test_equal_seeds_give_equal_intervals_and_others_do_not() -> None:
    """Nothing random is left open."""
    pairs = many([document(), None, changed("c3", polarity="affirmed"), document(), None, document(), None])
    first, again = evaluate(pairs), evaluate(pairs)
    other = evaluate(pairs, settings=Settings(seed=1, resamples=50))

    assert first.to_json() == again.to_json()
    assert first.scores["claims.soft"].f1_interval != other.scores["claims.soft"].f1_interval


def test_runs_that_cannot_be_compared_are_refused() -> None:
    """Other settings, other articles or other gold: no difference can be told."""
    run = evaluate([(document(), document())])

    with pytest.raises(ConfigError, match="same settings"):
        compare(run, evaluate([(document(), document())], settings=Settings(threshold=0.6)))
    with pytest.raises(ConfigError, match="same articles"):
        compare(run, evaluate(many([document()])))
    with pytest.raises(ConfigError, match="same gold"):
        compare(run, evaluate([(dataclasses.replace(document(), claims=()), document())]))
