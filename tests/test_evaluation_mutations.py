"""The scorer itself under test: each change of a perfect prediction moves the scores that it should, and no others."""

from __future__ import annotations

import random
from typing import Any

import pytest

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import evaluate
from conflict_extract.evaluation.results import Evaluation, Score
from tests.labelled import Lists, changed, document, item, labels
from tests.making import claim, event, source

LIST_SCORES = ("detection", "lenient", "strict", "soft")


def scored(predicted: Document | None) -> Evaluation:
    """The prediction against the faultless labels."""
    return evaluate([(document(), predicted)])


def moved(scores: dict[str, Score] | Any) -> set[str]:
    """The names of the scores that are not perfect."""
    return {name for name, each in scores.items() if (each.precision, each.recall, each.f1) != (1, 1, 1)}


def moved_fields(evaluation: Evaluation) -> set[str]:
    """The fields that are not perfect."""
    return moved({name: each.score for name, each in evaluation.fields.items()})


def classes(evaluation: Evaluation, name: str) -> dict[str, int]:
    """How many items are in each class of errors; empty ones left out."""
    return {share.error: share.items for share in evaluation.errors[name] if share.items}  # type: ignore[index]


def of_list(name: str, *kinds: str) -> set[str]:
    """Names of scores of one list."""
    return {f"{name}.{kind}" for kind in kinds or LIST_SCORES}


def test_a_perfect_prediction_scores_one_everywhere() -> None:
    """Every score, field, type and link of a prediction that equals gold is exactly 1, and nothing is an error."""
    result = scored(document())

    assert moved(result.scores) == moved_fields(result) == moved(result.types) == set()
    assert classes(result, "claims") == {"correct": 6}
    assert classes(result, "events") == {"correct": 3}
    assert classes(result, "attributions") == {"correct": 5}
    assert all(each.accuracy in (1.0, None) for each in result.fields.values())
    assert [link.correct for link in result.links.values()] == [5, 6, 2]


def test_a_failed_article_is_all_missed() -> None:
    """No prediction at all is 0 everywhere, as far as there was something to find."""
    result = scored(None)

    assert result.failed == 1
    assert {each.f1 for name, each in result.scores.items() if not name.startswith("times")} == {0.0}
    assert classes(result, "claims") == {"missing": 6}
    assert all(link.propagated == link.score.gold for link in result.links.values())


def test_dropping_a_claim_lowers_recall_alone() -> None:
    """A claim left out costs its list, the whole from end to end and its own links; precision stays 1."""
    lists = labels()
    lists["claims"] = [each for each in lists["claims"] if each["id"] != "c6"]

    result = scored(document(lists))

    assert moved(result.scores) == of_list("claims") | {"end_to_end", "links.events"}
    for name in moved(result.scores):
        assert result.scores[name].precision == 1
    assert result.scores["claims.detection"].recall == 5 / 6
    assert result.scores["claims.detection"].f1 == 2 * 5 / (5 + 6)
    assert result.scores["links.events"].recall == 5 / 6
    assert classes(result, "claims") == {"correct": 5, "missing": 1}


def test_doubling_a_claim_lowers_precision_alone_and_is_named() -> None:
    """The same claim again is a false positive, called a duplicate; recall stays 1."""
    lists = labels()
    lists["claims"].append({**item(lists, "c4"), "id": "c7"})

    result = scored(document(lists))

    assert moved(result.scores) == of_list("claims") | {
        "end_to_end", "figures.strict", "figures.lenient", "links.attribution", "links.events"
    }  # fmt: skip
    for name in moved(result.scores):
        assert result.scores[name].recall == 1
    assert result.scores["claims.strict"].precision == 6 / 7
    assert classes(result, "claims") == {"correct": 6, "duplicate": 1}
    [double] = result.articles[0].unmatched
    assert (double.side, double.id, double.error, double.near) == ("predicted", "c7", "duplicate", "c4")


@pytest.mark.parametrize("seed", range(5))
def test_shuffling_changes_nothing(seed: int) -> None:
    """The order of the lists in a file, on either side, changes no figure and no pair."""
    chance = random.Random(seed)
    lists = labels()
    for items in lists.values():
        chance.shuffle(items)
    item(lists, "c1")["polarity"] = "negated"
    in_order = labels()
    item(in_order, "c1")["polarity"] = "negated"

    assert scored(document(lists)).to_dict() == scored(document(in_order)).to_dict()


def test_shifting_a_span_by_one_costs_the_exact_scores() -> None:
    """One code point off is still found, right in the lenient sense, and a boundary error in the strict one."""
    result = scored(changed("c6", start=item(labels(), "c6")["start"] + 1))

    assert moved(result.scores) == of_list("claims", "strict", "soft")
    assert result.scores["claims.strict"].f1 == 5 / 6
    # The quote has 40 code points: Dice is 2*39/(40+39), its weight 0.45; likeness is kept to four digits.
    assert result.scores["claims.soft"].f1 == pytest.approx((5 + round(1 - 0.45 * (1 - 78 / 79), 4)) / 6)
    assert moved_fields(result) == set()
    assert classes(result, "claims") == {"correct": 5, "boundary": 1}


def test_swapping_two_sources_of_a_chain_costs_the_chain() -> None:
    """The same sources in the other order are another chain: another speaker, another origin."""
    result = scored(changed("a4", chain=list(reversed(item(labels(), "a4")["chain"]))))

    assert moved(result.scores) == of_list("attributions", "lenient", "strict", "soft") | {
        "chains.whole", "chains.origin", "chains.speaker", "end_to_end"
    }  # fmt: skip
    assert result.scores["chains.whole"].f1 == 4 / 5
    assert result.scores["end_to_end"].f1 == 5 / 6  # c4 hangs on a4
    assert classes(result, "attributions") == {"correct": 4, "wrong_field": 1}


def test_swapping_the_sources_of_two_tellings_costs_both() -> None:
    """What the ministry and the spokesman said, each given to the other, is wrong for both and for their claims."""
    lists = labels()
    first, second = item(lists, "a1"), item(lists, "a3")
    first["chain"], second["chain"] = second["chain"], first["chain"]

    result = scored(document(lists))

    assert moved(result.scores) == of_list("attributions", "lenient", "strict", "soft") | {
        "chains.whole", "chains.origin", "chains.speaker", "end_to_end"
    }  # fmt: skip
    assert result.scores["chains.origin"].f1 == 3 / 5
    assert result.scores["end_to_end"].f1 == 4 / 6
    assert moved_fields(result) == {"attributions.chain.name", "attributions.chain.type"}


def test_hanging_a_claim_on_another_telling_is_a_wrong_link() -> None:
    """The link is wrong, not missing, and the claim is not right from end to end."""
    result = scored(changed("c1", attribution="a3"))

    assert moved(result.scores) == {"links.attribution", "end_to_end"}
    link = result.links["attribution"]
    assert (link.correct, link.wrong, link.missing, link.spurious, link.propagated) == (4, 1, 0, 0, 0)
    assert result.scores["links.attribution"].f1 == 4 / 5


def test_flipping_a_polarity_costs_meaning_and_not_detection() -> None:
    """A denial read as an assertion is still found, and right in no other sense."""
    result = scored(changed("c3", polarity="affirmed"))

    assert moved(result.scores) == of_list("claims", "lenient", "strict", "soft") | {"end_to_end"}
    assert moved_fields(result) == {"claims.polarity"}
    assert result.scores["end_to_end"].f1 == 5 / 6
    field = result.fields["claims.polarity"]
    assert (field.correct, field.incorrect, field.accuracy) == (5, 1, 5 / 6)
    # Polarity is half of the type's weight of 0.15.
    assert result.scores["claims.soft"].f1 == pytest.approx((5 + 0.925) / 6)


def test_changing_a_bound_costs_the_strict_figure_alone() -> None:
    """ "At least 13" for "at least 12" is wrong, though the two have values in common."""
    lists = labels()
    item(lists, "c1")["figures"][0]["text"] = "at least 13"

    result = scored(document(lists))

    assert moved(result.scores) == of_list("claims", "strict", "soft") | {"figures.strict", "figures.at_least"}
    assert result.scores["figures.strict"].f1 == 3 / 4
    assert result.scores["figures.at_least"].f1 == 0
    assert moved_fields(result) == {"claims.figures.value"}


def test_changing_a_number_costs_the_figure_in_both_senses() -> None:
    """Four children are not three: neither equal nor overlapping."""
    lists = labels()
    item(lists, "c2")["figures"][0]["text"] = "Four"

    result = scored(document(lists))

    assert moved(result.scores) == of_list("claims", "strict", "soft") | {"figures.strict", "figures.lenient"}
    assert moved_fields(result) == {"claims.figures.value"}
    assert classes(result, "claims") == {"correct": 5, "wrong_field": 1}


def test_killed_for_injured_is_another_figure() -> None:
    """The right number of the wrong thing is wrong in both senses; the number as such stays right."""
    lists = labels()
    item(lists, "c2")["figures"][0]["measure"] = "injured"

    result = scored(document(lists))

    assert moved(result.scores) == of_list("claims", "strict") | {"figures.strict", "figures.lenient"}
    assert moved_fields(result) == {"claims.figures.measure"}


def junk(lists: Lists, name: str) -> None:
    """A hundred items of one list that the article does not have, far from all others."""
    for number in range(100):
        place = {"start": 1000 + 10 * number, "end": 1008 + 10 * number}
        if name == "claims":
            made = claim(f"x{number}", "q", f"Grain {number} was sold abroad.", kind="political")
        elif name == "events":
            made = event(f"x{number}", "q", f"Sale {number}", sub_type="talks")
        else:
            made = {**item(lists, "a1"), "id": f"x{number}", "chain": [source(f"Trader {number}", "witness")]}
        lists[name].append({**made, **place})


@pytest.mark.parametrize(
    ("name", "kept", "also"),
    [
        ("claims", 6, {"end_to_end"}),
        ("events", 3, set()),
        ("attributions", 5, {"chains.whole", "chains.origin", "chains.speaker"}),
    ],
)
def test_a_hundred_junk_items_cost_precision(name: str, kept: int, also: set[str]) -> None:
    """Over-generation is punished in its own list, all of it called spurious; recall stays 1."""
    lists = labels()
    junk(lists, name)

    result = scored(document(lists))

    assert moved(result.scores) == of_list(name) | also
    for score in moved(result.scores):
        assert result.scores[score].recall == 1
        assert result.scores[score].precision == kept / (kept + 100)
        assert result.scores[score].f1 == pytest.approx(2 * kept / (2 * kept + 100))
    assert classes(result, name) == {"correct": kept, "spurious_grounded": 100}


def test_a_wrong_type_is_a_class_of_its_own_and_costs_both_types() -> None:
    """A shelling taken for a strike is one wrong type, a miss of the one and a false find of the other."""
    result = scored(changed("e1", sub_type="air_drone_strike"))

    assert moved(result.scores) == of_list("events", "strict", "soft")
    assert classes(result, "events") == {"correct": 2, "wrong_type": 1}
    assert result.types["events.shelling_artillery_missile_attack.detection"].recall == 0
    assert result.types["events.air_drone_strike.detection"].precision == 0
    assert result.types["events.armed_clash.detection"].f1 == 1
    # Found sub-types: 0 and 0 of the two confused, 1 and 1 of the two others.
    assert result.macro_types["events"] == 2 / 4


def test_a_quote_cut_in_two_is_a_split_and_the_reverse_a_merger() -> None:
    """The second half of a claim is a further piece of it; told as one, the half that went under is merged."""
    lists = labels()
    whole = item(lists, "c1")
    first = {**whole, "end": whole["start"] + 51, "figures": []}
    second = {**whole, "id": "c7", "start": whole["start"] + 53, "statement": "Twelve died.", "kind": "humanitarian"}
    second |= {"polarity": "negated", "relations": [], "figures": []}
    lists["claims"] = [first, second, *(each for each in lists["claims"] if each is not whole)]

    split = scored(document(lists))
    merged = evaluate([(document(lists), document())])

    assert classes(split, "claims")["split_or_merged"] == 1
    assert [each.near for each in split.articles[0].unmatched] == ["c1"]
    assert classes(merged, "claims")["split_or_merged"] == 1
    assert [(each.side, each.near) for each in merged.articles[0].unmatched] == [("gold", "c1")]
