"""Properties of the scorer over random documents: bounds, sides, order, and counts that add up."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import evaluate
from conflict_extract.evaluation.results import Evaluation
from tests.generated import documents


def scored(predicted: Document, gold: Document) -> Evaluation:
    """One document against another."""
    return evaluate([(gold, predicted)])


def named(found: Document, id: str) -> Document:
    """The same items as those of another article."""
    return dataclasses.replace(found, article_id=id)


@given(documents(), documents(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_changes_nothing_and_scores_are_shares(gold: Document, predicted: Document, chance: Any) -> None:
    """Lists and documents may come in any order; every score and interval lies between 0 and 1."""
    pairs = [(gold, predicted), (named(predicted, "b"), named(gold, "b")), (named(gold, "c"), None)]
    shuffled = [(_shuffled(one, chance), other and _shuffled(other, chance)) for one, other in pairs]
    chance.shuffle(shuffled)

    result = evaluate(pairs)

    assert result.to_dict() == evaluate(shuffled).to_dict()
    for name, score in {**result.scores, **result.types}.items():
        assert 0 <= score.precision <= 1, name
        assert 0 <= score.recall <= 1, name
        assert score.f1_interval is not None
        assert 0 <= score.f1_interval.low <= score.f1_interval.high <= 1, name
        assert score.right <= min(score.predicted, score.gold) + 1e-9, name


def _shuffled(document: Document, chance: Any) -> Document:
    lists = {name: list(document.items(name)) for name in ("attributions", "events", "claims")}  # type: ignore[arg-type]
    for items in lists.values():
        chance.shuffle(items)
    return dataclasses.replace(document, **{name: tuple(items) for name, items in lists.items()})


@given(documents())
@settings(max_examples=40, deadline=None)
def test_any_document_is_perfect_against_itself(gold: Document) -> None:
    """Whatever the items, optional ones and doubles among them, equal sides score 1 everywhere."""
    result = scored(gold, gold)

    assert {score.f1 for score in result.scores.values()} == {1.0}
    assert {share.error for shares in result.errors.values() for share in shares if share.items} <= {"correct"}


@given(documents(), documents())
@settings(max_examples=60, deadline=None)
def test_f1_does_not_depend_on_which_side_is_gold(one: Document, other: Document) -> None:
    """Exchanging the sides exchanges precision and recall, in every score: F1 can stand for agreement."""
    forward, backward = scored(other, one).scores, scored(one, other).scores

    for name, score in forward.items():
        assert score.f1 == pytest.approx(backward[name].f1), name
        assert score.precision == pytest.approx(backward[name].recall), name


@given(documents(), documents())
@settings(max_examples=40, deadline=None)
def test_counts_add_up(gold: Document, predicted: Document) -> None:
    """Each required item is in one class; links and types account for every one of theirs."""
    result = scored(predicted, gold)

    for name in ("attributions", "events", "claims"):
        score = result.scores[f"{name}.detection"]
        items = sum(share.items for share in result.errors[name])  # type: ignore[index]
        assert items == score.predicted + score.gold - score.right
        types = [each for key, each in result.types.items() if key.startswith(name) and key.endswith(".detection")]
        assert sum(each.gold for each in types) == score.gold
        assert sum(each.predicted for each in types) == score.predicted
    for link in result.links.values():
        assert link.correct + link.wrong + link.missing <= link.score.gold
        assert link.correct + link.wrong + link.spurious <= link.score.predicted
        assert link.correct <= min(link.score.gold, link.score.predicted)
