"""Scores computed by hand beside the scorer's: fields, figures, times, links, optional gold, errors, bad input."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

import pytest

from conflict_extract.errors import ConfigError, InputError
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import compare, evaluate
from conflict_extract.evaluation.results import Evaluation
from tests.labelled import Lists, changed, document, item, labels
from tests.making import article, figure


def scored(predicted: Document | None, gold: Document | None = None) -> Evaluation:
    """The prediction against the faultless labels, or against others."""
    return evaluate([(gold or document(), predicted)])


def named(found: Document, id: str) -> Document:
    """The same items as those of another article."""
    return dataclasses.replace(found, article_id=id)


def without(lists: Lists, *ids: str) -> Lists:
    """The lists without some items, and without the links to them."""
    for name in lists:
        lists[name] = [each for each in lists[name] if each["id"] not in ids]
    for claim in lists["claims"]:
        claim["events"] = [each for each in claim["events"] if each not in ids]
        claim["relations"] = [each for each in claim["relations"] if each["claim"] not in ids]
        claim["attribution"] = None if claim["attribution"] in ids else claim["attribution"]
    return lists


def test_micro_adds_up_items_and_macro_documents() -> None:
    """Two articles of 6 and 1 claims: of the first all are found, of the second none."""
    lists = without(labels(), "c1", "c2", "c3", "c4", "c5", "e1", "e2", "a1", "a2", "a3", "a4", "a5")
    small = named(document(lists), "small")
    result = evaluate([(document(), document()), (small, None)], groups={"small": "tiny", "marsa-dhul": "wire"})

    score = result.scores["claims.detection"]
    assert (score.right, score.predicted, score.gold) == (6, 6, 7)
    assert (score.precision, score.recall, score.f1) == (1, 6 / 7, 12 / 13)
    assert score.macro_f1 == (1 + 0) / 2
    assert {name: group.scores["claims.detection"].f1 for name, group in result.groups.items()} == {
        "tiny": 0,
        "wire": 1,
    }
    assert [each.f1["claims.detection"] for each in result.articles] == [1, 0]


def test_a_document_that_is_empty_and_left_empty_is_right() -> None:
    """Nothing to find and nothing found is 1; nothing to find and something found is 0."""
    lists = labels()
    empty = document({name: [] for name in lists})

    assert {score.f1 for score in scored(empty, empty).scores.values()} == {1.0}
    over = scored(document(), empty).scores
    assert {over[name].f1 for name in ("claims.detection", "events.strict", "end_to_end", "figures.strict")} == {0.0}


def test_muc_counts_of_a_field() -> None:
    """Territory: gold has it for e2 alone. Held for captured is incorrect, null is missing, a new one spurious."""
    counts = {
        "held": changed("e2", territory="held"),
        "none": changed("e2", territory=None),
        "new": changed("e1", territory="held"),
    }
    found = {name: scored(each).fields["events.territory"] for name, each in counts.items()}

    assert [(f.correct, f.incorrect, f.missing, f.spurious) for f in found.values()] == [
        (0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 0, 1)
    ]  # fmt: skip
    assert [f.accuracy for f in found.values()] == [0, 0, 0.5]
    assert [(f.score.precision, f.score.recall) for f in found.values()] == [(0, 0), (0, 0), (0.5, 1)]


def test_a_field_over_all_counts_what_was_not_aligned() -> None:
    """A missing claim leaves the accuracy among aligned ones alone and lowers the recall of each of its fields."""
    field = scored(document(without(labels(), "c6"))).fields["claims.kind"]

    assert (field.correct, field.accuracy) == (5, 1.0)
    assert (field.score.precision, field.score.recall) == (1, 5 / 6)


def test_sets_are_counted_by_their_members() -> None:
    """Weapons: of artillery and rocket in gold, artillery and drone predicted, one is right and one incorrect."""
    gold = changed("e1", weapons=["artillery", "rocket"])

    field = scored(changed("e1", weapons=["artillery", "drone"]), gold).fields["events.weapons"]
    assert (field.correct, field.incorrect, field.missing, field.spurious) == (1, 1, 0, 0)
    field = scored(changed("e1", weapons=["artillery"]), gold).fields["events.weapons"]
    assert (field.correct, field.incorrect, field.missing, field.spurious) == (1, 0, 1, 0)


def figures_of(id: str, *texts: str) -> Document:
    """The document with other figures on a claim."""
    return changed(id, figures=[figure(text, of="people") for text in texts])


@pytest.mark.parametrize(
    ("gold", "predicted", "strict", "lenient"),
    [
        ("12", "12", 1, 1),
        ("at least 12", "12", 0, 1),
        ("at least 12", "11", 0, 0),
        ("up to 12", "at least 12", 0, 1),
        ("6 to 8", "8", 0, 1),
        ("6 to 8", "9", 0, 0),
        ("dozens", "some 15", 0, 1),
        ("about 12", "12", 0, 1),
        ("many", "12", 0, 0),
        ("many", "many", 1, 1),
        ("many", "several", 0, 0),
    ],
)
def test_figures_are_equal_or_overlap(gold: str, predicted: str, strict: int, lenient: int) -> None:
    """Strict wants the same bounds and comparator, lenient a common value; words without a bound overlap nothing."""
    result = scored(figures_of("c1", predicted), figures_of("c1", gold))

    assert result.scores["figures.strict"].right - 3 == strict  # three other claims have a right figure each
    assert result.scores["figures.lenient"].right - 3 == lenient


def test_at_least_is_scored_by_itself() -> None:
    """Of two lower bounds in gold one is found; an exact number called a lower bound is a false one."""
    gold, predicted = figures_of("c1", "at least 12", "more than 30"), figures_of("c1", "at least 12", "30", "over 50")

    score = scored(predicted, gold).scores["figures.at_least"]

    assert (score.right, score.predicted, score.gold) == (1, 2, 2)


def test_figures_are_paired_whatever_their_order() -> None:
    """The order of a claim's figures changes nothing."""
    gold, predicted = figures_of("c1", "12", "at least 30", "many"), figures_of("c1", "many", "12", "at least 30")

    assert scored(predicted, gold).scores["figures.strict"].f1 == 1


def test_times_are_equal_or_hold_each_other() -> None:
    """Tuesday for "in May" lies within it, but is not the same; an open time is no fill of either."""
    of = article(published=date(2024, 5, 16))
    lists = labels()
    item(lists, "e1")["time"] = "in May"
    result = evaluate([(document(of=of), document(lists, of))])

    # e1 has a day and e3 has "on 2 May"; "since March" for e2 reaches to the publication day.
    exact, containment = result.scores["times.exact"], result.scores["times.containment"]
    assert (exact.right, exact.predicted, exact.gold) == (2, 3, 3)
    assert containment.f1 == 1
    lists = labels()
    item(lists, "e1")["time"] = None
    exact = evaluate([(document(of=of), document(lists, of))]).scores["times.exact"]
    assert (exact.right, exact.predicted, exact.gold) == (2, 2, 3)


@pytest.mark.parametrize(
    ("change", "field", "counts"),
    [
        ({"c1": {"attribution": "a3"}}, "attribution", (4, 1, 0, 0, 0)),
        ({"c1": {"attribution": None}}, "attribution", (4, 0, 1, 0, 0)),
        ({"c6": {"attribution": "a3"}}, "attribution", (5, 0, 0, 1, 0)),
        ({"c1": {"events": ["e1", "e3"]}}, "events", (6, 0, 0, 1, 0)),
        ({"c1": {"events": []}}, "events", (5, 0, 1, 0, 0)),
        ({"c3": {"relations": [{"kind": "differs", "claim": "c1"}]}}, "relations", (1, 1, 0, 0, 0)),
        ({"c3": {"relations": [{"kind": "denies", "claim": "c2"}]}}, "relations", (1, 1, 0, 0, 0)),
        ({"c3": {"relations": []}}, "relations", (1, 0, 1, 0, 0)),
    ],
)
def test_links_are_right_wrong_missing_or_spurious(
    change: dict[str, dict[str, Any]], field: str, counts: tuple[int, ...]
) -> None:
    """Each change of a link falls into one class."""
    lists = labels()
    for id, changes in change.items():
        item(lists, id).update(changes)
    link = scored(document(lists)).links[field]

    assert (link.correct, link.wrong, link.missing, link.spurious, link.propagated) == counts


def test_a_link_to_what_was_not_found_is_propagated() -> None:
    """Without the telling a1 no link to it could be right; so with a claim that is missing and its own links."""
    gone = without(labels(), "a1")

    link = scored(document(gone)).links["attribution"]
    assert (link.correct, link.missing, link.propagated) == (4, 0, 1)
    links = scored(document(without(labels(), "c2"))).links
    assert [(each.correct, each.propagated) for each in links.values()] == [(4, 1), (5, 1), (1, 1)]


def test_a_link_to_a_made_up_item_is_propagated_once() -> None:
    """c6 is about an event that gold does not have, and not about its own: one fault, not two."""
    lists = labels()
    lists["events"].append({**item(lists, "e3"), "id": "e4", "start": 900, "end": 950, "summary": "Grain sold"})
    lists["events"][-1].update(sub_type="talks", time=None)
    item(lists, "c6")["events"] = ["e4"]

    link = scored(document(lists)).links["events"]
    assert (link.correct, link.wrong, link.missing, link.spurious, link.propagated) == (5, 0, 0, 0, 1)
    lists["events"] = [each for each in lists["events"] if each["id"] != "e3"]  # now neither end has a partner
    assert scored(document(lists)).links["events"].propagated == 1


def test_end_to_end_wants_the_event_right_and_all_of_them() -> None:
    """A wrong event type costs all claims about it; one event too many costs the claim."""
    assert scored(changed("e1", sub_type="armed_clash")).scores["end_to_end"].f1 == 3 / 6  # c1, c2, c3 are about e1
    assert scored(changed("c6", events=["e3", "e2"])).scores["end_to_end"].f1 == 5 / 6


def test_end_to_end_wants_the_chain_and_not_the_same_act_of_telling() -> None:
    """A claim hung on another telling by the same source is told by the right people."""
    result = scored(changed("c2", attribution="a1"))

    assert result.scores["end_to_end"].f1 == 1
    assert result.scores["links.attribution"].f1 == 4 / 5


def optional(*ids: str) -> Document:
    """The labels with some items optional."""
    lists = labels()
    for id in ids:
        item(lists, id)["optional"] = True
    return document(lists)


def test_optional_gold_earns_nothing_when_found_and_costs_nothing_when_missed() -> None:
    """Found or not, the five other claims alone count, with their fields and links."""
    gold = optional("c6")
    found, missed = scored(document(), gold), scored(document(without(labels(), "c6", "e3")), gold)

    for result in (found, missed):
        score = result.scores["claims.strict"]
        assert (score.right, score.predicted, score.gold, score.f1) == (5, 5, 5, 1)
        assert result.fields["claims.kind"].score.gold == 5
        assert result.scores["links.attribution"].f1 == result.scores["end_to_end"].f1 == 1
    assert [each.error for each in found.articles[0].matched if each.gold == "c6"] == ["neutral"]
    assert [each for each in missed.articles[0].unmatched if each.list == "claims"] == []


def test_a_wrong_optional_item_and_links_to_it_count_for_nothing() -> None:
    """An optional event found with a wrong type, or left out, harms neither its list nor the claims about it."""
    gold = optional("e3")
    for predicted in (changed("e3", sub_type="talks"), document(without(labels(), "e3"))):
        assert {score.f1 for score in scored(predicted, gold).scores.values()} == {1.0}


def test_the_second_copy_of_an_optional_item_is_a_duplicate() -> None:
    """Neutral is the first; to say it twice is still once too often."""
    lists = labels()
    lists["claims"].append({**item(lists, "c6"), "id": "c7"})

    result = scored(document(lists), optional("c6"))

    assert result.scores["claims.detection"].precision == 5 / 6
    assert {share.error: share.items for share in result.errors["claims"]}["duplicate"] == 1


@pytest.mark.parametrize(
    ("id", "alternatives", "prediction"),
    [
        ("c1", {"kind": ["attack"]}, {"kind": "attack"}),
        ("c3", {"polarity": ["affirmed"]}, {"polarity": "affirmed"}),
        ("c1", {"attribution": [None]}, {"attribution": None}),
        ("c6", {"events": [[], ["e3", "e2"]]}, {"events": ["e3", "e2"]}),
        ("c3", {"relations": [[]]}, {"relations": []}),
        ("c6", {"quote": ["The army launched its offensive"]}, {"end": 437}),
        ("c1", {"figures[0].of": ["dead"]}, {"figures": [figure("at least 12", of="dead")]}),
        ("c1", {"figures[0].text": ["12"]}, {"figures": [figure("12", of="people")]}),
        ("c1", {"figures": [[]]}, {"figures": []}),
        ("e1", {"sub_type": ["attack"]}, {"sub_type": "attack"}),
        ("e1", {"time": [None]}, {"time": None}),
        ("e1", {"weapons": [[], ["rocket"]]}, {"weapons": ["rocket"]}),
        (
            "e1",
            {"places": [[{"name": "Marsa Dhul", "within": None}]]},
            {"places": [{"name": "Marsa Dhul", "within": None}]},
        ),
        ("a4", {"cue_class": ["distancing"]}, {"cue_class": "distancing"}),
        ("a4", {"cue": [None]}, {"cue": None}),
    ],
)
def test_an_alternative_is_as_good_as_the_label(
    id: str, alternatives: dict[str, Any], prediction: dict[str, Any]
) -> None:
    """With the alternative in gold the prediction is perfect; without it, it is not; the label itself stays right."""
    if "end" in prediction:
        prediction = {"end": item(labels(), id)["start"] + len(alternatives["quote"][0])}
    predicted, gold = changed(id, **prediction), changed(id, alternatives=alternatives)

    assert {score.f1 for score in scored(predicted, gold).scores.values()} == {1.0}
    assert {score.f1 for score in scored(document(), gold).scores.values()} == {1.0}
    assert {score.f1 for score in scored(predicted).scores.values()} != {1.0}


def test_the_gain_of_mending_a_class() -> None:
    """Of 6 claims: one is missing, one has a wrong field, one is doubled; four of six predictions are right."""
    lists = without(labels(), "c6")
    lists["claims"].append({**item(lists, "c4"), "id": "c7"})
    item(lists, "c3")["certainty"] = "hedged"

    shares = {share.error: share for share in scored(document(lists)).errors["claims"]}

    strict = 2 * 4 / (6 + 6)
    assert shares["missing"].f1_if_mended == pytest.approx(2 * 5 / (7 + 6))
    assert shares["wrong_field"].f1_if_mended == pytest.approx(2 * 5 / (6 + 6))
    assert shares["duplicate"].f1_if_mended == pytest.approx(2 * 4 / (5 + 6))
    assert shares["duplicate"].gain == pytest.approx(2 * 4 / 11 - strict)
    assert shares["correct"].gain == shares["boundary"].gain == 0
    assert sum(share.items for share in shares.values()) == 7  # six of gold and the double


def test_every_item_has_one_class_and_a_pair_tells_what_is_wrong() -> None:
    """The list of pairs and of items left over is what the page shows: ids, places, class, wrong fields and links."""
    lists = without(labels(), "c6")
    item(lists, "c1").update(attribution="a3", certainty="hedged")
    [result] = scored(document(lists)).articles

    [pair] = [each for each in result.matched if each.error == "wrong_field"]
    assert (pair.gold, pair.predicted, pair.wrong, pair.end_to_end) == ("c1", "c1", ("certainty", "attribution"), False)
    [lost] = result.unmatched
    assert (lost.side, lost.id, lost.error, lost.span) == ("gold", "c6", "missing", document().claims[-1].span)


def test_what_is_not_verbatim_has_its_own_class() -> None:
    """A made-up item whose words were found only with slips is told from one that is well grounded."""
    lists = labels()
    lists["claims"].append(
        {**item(lists, "c6"), "id": "c7", "start": 900, "end": 950, "statement": "x", "kind": "other"}
    )
    found = document(lists)
    loose = tuple(dataclasses.replace(each, verbatim=each.id != "c7") for each in found.claims)

    shares = {share.error: share.items for share in scored(dataclasses.replace(found, claims=loose)).errors["claims"]}

    assert (shares["spurious_not_verbatim"], shares["spurious_grounded"]) == (1, 0)


@pytest.mark.parametrize(
    ("pairs", "error", "problem"),
    [
        ([], ConfigError, "no gold"),
        ([(document(), None), (document(), None)], InputError, "there twice"),
        ([(document(), named(document(), "other"))], InputError, "is for the article other"),
        ([(document(), dataclasses.replace(document(), sha256="1"))], InputError, "different texts"),
    ],
)
def test_what_makes_a_score_meaningless_is_refused(pairs: Any, error: type[Exception], problem: str) -> None:
    """No gold, an article twice, a prediction for another article or text: errors, not scores."""
    with pytest.raises(error, match=problem):
        evaluate(pairs)


def test_what_limits_a_score_is_said() -> None:
    """One document has no interval, few have a narrow one, and failed ones are named."""
    one = scored(document())
    few = evaluate([(document(), None), (named(document(), "b"), named(document(), "b"))])

    assert one.scores["end_to_end"].f1_interval is None
    assert "no interval" in one.warnings[0]
    assert "too narrow" in few.warnings[0]
    assert few.warnings[1].endswith("marsa-dhul")


def test_the_json_has_it_all() -> None:
    """Weights, scores, fields, links, errors, groups and articles are there as plain values."""
    result = evaluate([(document(), document()), (named(document(), "b"), None)], groups={"b": "denials"})

    read = json.loads(result.to_json())

    assert read["settings"]["weights"] == {"span": 0.45, "text": 0.3, "type": 0.15, "value": 0.1}
    assert read["settings"]["threshold"] == 0.5
    assert read["scores"]["claims.detection"]["f1_interval"] == {"low": 0.0, "high": 1.0}
    assert read["articles"][0]["failed"]
    assert read["articles"][1]["matched"][0]["gold_span"] == [0, 105]
    assert read["groups"]["denials"]["scores"]["end_to_end"]["f1"] == 0
    assert read == json.loads(json.dumps(result.to_dict()))
    assert json.loads(compare(result, result).to_json())["scores"]["end_to_end"]["p_value"] == 1
