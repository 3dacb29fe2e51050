"""The alignment: one to one, the best whole, the same from either side and in any order."""

from __future__ import annotations

import dataclasses
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.errors import ConfigError
from conflict_extract.evaluation.alignment import align, assign
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.items import LISTS
from conflict_extract.evaluation.settings import Settings, Weights
from conflict_extract.evaluation.similarity import dice
from tests.generated import documents
from tests.labelled import changed, document, item, labels

SETTINGS = Settings()


def pairs(gold: Document, predicted: Document) -> dict[str, set[tuple[str, str]]]:
    """The aligned ids by list, neutral pairs included."""
    return {
        name: {(pair.gold.id, pair.predicted.id) for pair in (*found.pairs, *found.neutral)}
        for name, found in align(gold, predicted, SETTINGS).items()
    }


def best_sum(weights: dict[tuple[int, int], float]) -> float:
    """The greatest sum of any one-to-one choice, found by trying them all."""
    rows, columns = sorted({row for row, _ in weights}), sorted({column for _, column in weights})
    return max(
        sum(weights.get(cell, 0) for cell in zip(chosen, order, strict=True))
        for size in range(min(len(rows), len(columns)) + 1)
        for chosen in combinations(rows, size)
        for order in permutations(columns, size)
    )


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 9), max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_choice_is_the_best_of_all(weights: dict[tuple[int, int], float]) -> None:
    """No other one-to-one choice has a greater sum, and no row or column is used twice."""
    chosen = assign(weights)

    assert sum(weights[cell] for cell in chosen) == best_sum(weights)
    assert len({row for row, _ in chosen}) == len({column for _, column in chosen}) == len(chosen)


def test_greedy_would_lose_a_pair() -> None:
    """The best single pair (9) leaves the other two without a partner: the best whole is 8 + 8."""
    assert assign({(0, 0): 9, (0, 1): 8, (1, 0): 8}) == [(0, 1), (1, 0)]


@given(documents(), documents())
@settings(max_examples=60, deadline=None)
def test_exchanging_the_sides_exchanges_the_pairs(one: Document, other: Document) -> None:
    """The alignment does not depend on which side is called gold."""
    forward, backward = pairs(one, other), pairs(other, one)

    for name in LISTS:
        assert forward[name] == {(gold, predicted) for predicted, gold in backward[name]}


def twins(words: list[str]) -> Document:
    """Events at the same place with nothing but these words to tell them apart."""
    lists = labels()
    lists["claims"] = []
    lists["events"] = [
        {**item(lists, "e1"), "id": f"e{number}", "summary": each, "actors": []} for number, each in enumerate(words)
    ]
    return document(lists)


@given(*[st.lists(st.sampled_from(("x", "y", "x y", "z")), min_size=1, max_size=5)] * 2)
@settings(max_examples=100, deadline=None)
def test_exchanging_the_sides_exchanges_the_pairs_of_twins(one: list[str], other: list[str]) -> None:
    """Where many alignments are equally good, the one that is taken is the same from either side."""
    forward, backward = pairs(twins(one), twins(other))["events"], pairs(twins(other), twins(one))["events"]

    assert forward == {(gold, predicted) for predicted, gold in backward}


def test_of_equal_alignments_the_one_in_the_order_of_the_text_is_taken() -> None:
    """Two twins on each side are paired first with first, second with second; a third one finds no partner."""
    assert pairs(twins(["x", "x"]), twins(["y", "x"]))["events"] == {("e0", "e0"), ("e1", "e1")}
    assert pairs(twins(["x", "x"]), twins(["x", "x", "x"]))["events"] == {("e0", "e0"), ("e1", "e1")}
    assert pairs(twins(["y", "x", "x"]), twins(["x", "y", "y"]))["events"] == {("e0", "e1"), ("e1", "e0"), ("e2", "e2")}


@given(documents())
@settings(max_examples=40, deadline=None)
def test_every_item_is_aligned_with_its_own_copy(one: Document) -> None:
    """Against itself a document is aligned whole, even where several of its items are the same."""
    assert pairs(one, one) == {name: {(each.id, each.id) for each in one.items(name)} for name in LISTS}


def test_words_decide_where_places_are_the_same() -> None:
    """Claims that share their sentence are told apart by what they say, whatever their ids and order."""
    lists = labels()
    first, second = item(lists, "c1"), item(lists, "c2")
    for claim in (first, second):
        claim.update(start=0, end=150, figures=[], relations=[])
    gold = document(lists)
    first["statement"], second["statement"] = second["statement"], first["statement"]

    assert {("c1", "c2"), ("c2", "c1")} <= pairs(gold, document(lists))["claims"]


def test_the_telling_decides_where_all_else_is_the_same() -> None:
    """Two sources with the same claim in one sentence: each is aligned with that of its own telling."""
    lists = labels()
    twin = {**item(lists, "c3"), "id": "c7", "attribution": "a1", "relations": []}
    lists["claims"].append(twin)
    item(lists, "c3")["relations"] = []
    gold = document(lists)
    twin["attribution"], item(lists, "c3")["attribution"] = "a3", "a1"

    assert {("c3", "c7"), ("c7", "c3")} <= pairs(gold, document(lists))["claims"]


def test_no_pair_is_made_under_the_threshold() -> None:
    """The same place alone (0.45) and no more makes no pair; with the type (0.15) it does."""
    lists = labels()
    item(lists, "e1").update(summary="zzz", time=None, sub_type="armed_clash", start=0, end=10)
    other = labels()
    item(other, "e1").update(summary="qqq", time="on Friday", sub_type="talks", start=0, end=10)

    assert ("e1", "e1") not in pairs(document(lists), document(other))["events"]
    item(other, "e1").update(sub_type="armed_clash")
    assert ("e1", "e1") in pairs(document(lists), document(other))["events"]


def test_the_same_claim_quoted_elsewhere_is_found() -> None:
    """Words, type and figures alone (0.55) make a pair: a headline may be quoted for the body."""
    moved = changed("c2", start=400, end=404)

    assert ("c2", "c2") in pairs(document(), moved)["claims"]


def test_required_items_come_before_optional_ones() -> None:
    """A prediction that fits both is given to the required item, though the optional one fits better."""
    lists = labels()
    lists["claims"].append({**item(lists, "c6"), "id": "c7", "optional": True})
    item(lists, "c6")["start"] += 4
    found = align(document(lists), document(), SETTINGS)["claims"]

    assert ("c6", "c6") in {(pair.gold.id, pair.predicted.id) for pair in found.pairs}
    assert found.neutral == found.missing == ()


@pytest.mark.parametrize(("one", "other", "share"), [((0, 4), (0, 4), 1), ((0, 4), (2, 6), 0.5), ((0, 4), (4, 6), 0)])
def test_dice_of_places(one: tuple[int, int], other: tuple[int, int], share: float) -> None:
    """Twice the common length over the sum of the lengths; places that only touch have nothing in common."""
    assert dice(one, other) == dice(other, one) == share


@pytest.mark.parametrize(
    "change",
    [
        {"weights": Weights(span=0.5)},
        {"weights": Weights(span=-0.45, text=1.2)},
        {"threshold": 0},
        {"resamples": 0},
        {"confidence": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(change: dict[str, float]) -> None:
    """Weights that are no shares, a threshold or a confidence out of range are errors at once."""
    with pytest.raises(ConfigError):
        dataclasses.replace(SETTINGS, **change)
