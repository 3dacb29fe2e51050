"""Agreement of two labellings: F1 that does not depend on the side, and Krippendorff's alpha."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.evaluation.agreement import agreement, in_place_of_a_labeller, krippendorff_alpha
from conflict_extract.evaluation.document import Document
from tests.generated import documents
from tests.labelled import changed, document, item, labels

UNITS = list(
    zip(
        (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
        (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
        (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
        strict=True,
    )
)
"""Krippendorff's own example: four observers, twelve units, missing values; its nominal alpha is 0.743."""


def test_alpha_of_the_published_example() -> None:
    """Krippendorff (Computing Krippendorff's alpha-reliability, 2011) gives 0.743 for these data."""
    assert krippendorff_alpha(UNITS) == pytest.approx(0.743, abs=5e-4)


def test_alpha_by_hand() -> None:
    """Four units, of which one is disputed: n = 8, values 5 a and 3 b, so 1 - 7 * 2 / (64 - 25 - 9) = 8/15."""
    assert krippendorff_alpha(["aa", "aa", "ab", "bb"]) == pytest.approx(8 / 15)


def test_alpha_without_any_difference_is_not_known() -> None:
    """Where all values are the same, chance could not have given another: there is no alpha."""
    assert krippendorff_alpha(["aa", "aa"]) is None
    assert krippendorff_alpha([]) is None
    assert krippendorff_alpha([("a", None), (None, "b")]) is None


@given(
    st.integers(2, 4).flatmap(
        lambda coders: st.lists(st.tuples(*[st.sampled_from((None, 0, 1, 2))] * coders), min_size=2, max_size=12)
    )
)
@settings(max_examples=60, deadline=None)
def test_alpha_is_that_of_the_reference_package(units: list[tuple[int | None, ...]]) -> None:
    """Over random data with missing values, the figure is the one that the krippendorff package gives."""
    krippendorff = pytest.importorskip("krippendorff")
    ours = krippendorff_alpha(units)
    if ours is None:
        return
    data = [[float("nan") if value is None else value for value in coder] for coder in zip(*units, strict=True)]

    assert ours == pytest.approx(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def test_equal_labellings_agree_in_full() -> None:
    """F1 is 1 everywhere, and so is each alpha that can be known."""
    found = agreement([(document(), document())])

    assert {score.f1 for score in found.evaluation.scores.values()} == {1.0}
    assert {each.alpha for each in found.alphas.values()} == {1.0, None}
    assert found.alphas["claims.kind"].units == 6
    assert found.alphas["attributions.chain.type"].units == 6  # one of five chains has two sources


def test_alpha_is_over_aligned_items_alone() -> None:
    """One labeller leaves a claim out and disputes a kind: five units, one of them disputed."""
    lists = labels()
    lists["claims"] = [each for each in lists["claims"] if each["id"] != "c6"]
    item(lists, "c1")["kind"] = "attack"

    found = agreement([(document(), document(lists))])

    # Kinds of c1 to c5: casualties, casualties, attack, territory, casualties; the other has attack for c1.
    assert found.alphas["claims.kind"].units == 5
    assert found.alphas["claims.kind"].alpha == pytest.approx(1 - 9 * 2 / (100 - 25 - 9 - 4))
    assert found.evaluation.scores["claims.detection"].f1 == 10 / 11


def test_no_value_is_a_category() -> None:
    """That one gives a territory and the other none is a disagreement."""
    assert agreement([(document(), changed("e2", territory=None))]).alphas["events.territory"].alpha == 0.0


def test_what_either_calls_optional_is_neutral() -> None:
    """An optional item that the other lacks, or has as required, counts for nothing, from both sides."""
    lists = labels()
    item(lists, "c6")["optional"] = True
    one = document(lists)
    lists["claims"] = lists["claims"][:-1]
    other = document(lists)

    for pair in ((one, document()), (document(), one), (one, other), (other, one)):
        assert agreement([pair]).evaluation.scores["claims.strict"].f1 == 1


def test_alternatives_are_accepted_of_the_one_that_stands_as_gold_alone() -> None:
    """The one accepts what the other gives, and not the reverse: a match one way, and none the other way."""
    one, other = changed("c1", kind="attack", alternatives={"kind": ["combat"]}), changed("c1", kind="combat")

    found = agreement([(one, other)])

    assert found.evaluation.scores["claims.lenient"].f1 == 1
    assert found.reverse.scores["claims.lenient"].f1 == 5 / 6
    assert found.alphas["claims.kind"].alpha != 1


def test_two_alternatives_in_common_are_no_agreement() -> None:
    """That both would have accepted a third value does not make their two values the same."""
    one = changed("c1", kind="attack", alternatives={"kind": ["weapons"]})
    other = changed("c1", kind="combat", alternatives={"kind": ["weapons"]})

    assert agreement([(one, other)]).evaluation.scores["claims.lenient"].f1 == 5 / 6


def test_agreement_has_an_interval_over_documents() -> None:
    """Two articles, in one of which the labellers agree on nothing: the interval says how little is known."""
    pairs = [(dataclasses.replace(document(), article_id=id), None) for id in "ab"]
    empty = Document("b", document().sha256)
    found = agreement([(pairs[0][0], pairs[0][0]), (pairs[1][0], empty)]).evaluation.scores["claims.detection"]

    assert found.f1_interval == (0, 1)


@given(documents(), documents())
@settings(max_examples=25, deadline=None)
def test_agreement_is_the_same_from_either_side(one: Document, other: Document) -> None:
    """Who is called the first changes neither F1 nor alpha."""
    forward, backward = agreement([(one, other)]), agreement([(other, one)])

    assert forward.alphas == {
        name: dataclasses.replace(each, alpha=each.alpha and pytest.approx(each.alpha))
        for name, each in backward.alphas.items()
    }
    for name, score in forward.evaluation.scores.items():
        assert score.f1 == pytest.approx(backward.evaluation.scores[name].f1), name
        assert score.f1 == pytest.approx(forward.reverse.scores[name].f1), name


def test_predictions_in_the_place_of_a_labeller() -> None:
    """Who gives what the one labeller gave agrees with the other as that one does; who gives nothing, not at all."""
    one, other = document(), changed("e2", territory=None)
    as_first = in_place_of_a_labeller([(one, other, one.first_values())])
    assert as_first[0].scores["events.strict"].one == 1 > as_first[0].scores["events.strict"].other
    assert as_first[1].scores["events.strict"].difference == 0
    nothing = in_place_of_a_labeller([(one, other, None)])
    assert {each.scores["claims.detection"].one for each in nothing} == {0}


def test_optional_items_of_the_other_labeller_do_not_stand_in_the_way() -> None:
    """An item that one labeller calls optional counts for nothing where the labellers are compared."""
    one, other = document(), changed("c1", optional=True)
    first, second = in_place_of_a_labeller([(one, other, one.first_values())])
    assert first.scores["claims.detection"].other == second.scores["claims.detection"].one == 1
