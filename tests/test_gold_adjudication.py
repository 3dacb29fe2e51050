"""Comparing two labellings and deciding between them, without files."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.adjudication import Gold, conclude, with_section, worksheet
from conflict_extract.evaluation.difference import difference
from conflict_extract.evaluation.form import check_form
from conflict_extract.evaluation.labelling import place
from conflict_extract.evaluation.labels import LabelFile
from tests import making
from tests.gold_files import labels_of, raw_labels

ARTICLE = making.article()


def placed(raw: dict[str, Any]) -> LabelFile:
    """Labels with offsets."""
    labels, faults = place(labels_of(raw), ARTICLE)
    assert not faults
    return labels


def shuffled(raw: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same labels with their lists in another order and other ids."""
    order = random.Random(seed)
    ids: dict[str, str] = {}
    for name in ("attributions", "events", "claims"):
        order.shuffle(raw[name])
        numbers = order.sample(range(1, 99), len(raw[name]))
        ids |= {each["id"]: f"{name[0]}{number}" for each, number in zip(raw[name], numbers, strict=True)}
        for each in raw[name]:
            each["id"] = ids[each["id"]]
    for claim in raw["claims"]:
        claim["attribution"] = ids.get(claim["attribution"])  # None for the article itself
        claim["events"] = [ids[each] for each in claim["events"]]
        for relation in claim["relations"]:
            relation["claim"] = ids[relation["claim"]]
    return raw


def filled(sheet: dict[str, Any], **decisions: Any) -> dict[str, Any]:
    """A worksheet with these decisions; all others are for a where a has the item, else for b."""
    sheet = copy.deepcopy(sheet)
    for entry in sheet["open"]:
        entry["decision"] = decisions.get(entry["item"], "a" if entry["a"] else "b")
        entry["rule"] = "2.2"
    return sheet


def gold_of(sheet: dict[str, Any]) -> Gold:
    """What a filled worksheet comes to, when nothing is wrong."""
    gold, faults = conclude(sheet, ARTICLE)
    assert gold is not None, faults
    return gold


def ben(**changes: Any) -> dict[str, Any]:
    """Labels by Ben: another kind for c1, another class for a5."""
    raw = raw_labels("ben", **changes)
    raw["claims"][0]["kind"] = "attack"
    raw["attributions"][4]["cue_class"] = "neutral"
    return raw


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_ids_and_order_make_no_difference(seed: int) -> None:
    """The same labels under other ids agree in everything, and the gold is numbered in the order of the text."""
    one, other = placed(raw_labels("anna")), placed(shuffled(raw_labels("ben"), seed))
    found = difference(one, other, ARTICLE)
    assert all(unit.agreed for unit in found.units)
    assert set(found.f1.values()) == {1.0}
    for pair in ((one, other), (other, one)):
        sheet = worksheet(*pair, ARTICLE)
        assert sheet["open"] == []
        labels = gold_of(sheet).labels
        assert labels.model_copy(update={"annotator": "anna"}) == in_text_order(one)


def in_text_order(labels: LabelFile) -> LabelFile:
    """The labels as gold numbers them: the fixture's claims and tellings are in order already, so is each list."""
    sheet = worksheet(labels, labels.model_copy(update={"annotator": "other"}), ARTICLE)
    assert [each["quote"] for each in sheet["agreed"]["claims"]] == [each.quote for each in labels.claims]
    return labels


def test_exchanging_the_two_exchanges_the_sides() -> None:
    """The same units differ in the same fields, whoever comes first."""
    one, other = placed(raw_labels("anna")), placed(shuffled(ben(), 3))
    there, back = difference(one, other, ARTICLE), difference(other, one, ARTICLE)
    assert [(unit.a, unit.b, unit.differs) for unit in there.units] == [
        (unit.b, unit.a, unit.differs) for unit in back.units
    ]
    assert [(unit.name, unit.differs) for unit in there.units if not unit.agreed] == [
        ("attributions", ("cue_class",)),
        ("claims", ("kind",)),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda raw: raw["attributions"][3]["chain"].reverse(), "chain"),
        (lambda raw: raw["claims"][1]["figures"][0].update(text="Three children"), "figures"),
        (lambda raw: raw["claims"][1].update(relations=[{"kind": "part_of", "claim": "c6"}]), "relations"),
        (lambda raw: raw["claims"][2].update(attribution="a2"), "attribution"),
        (lambda raw: raw["claims"][2].update(events=["e3"]), "events"),
        (lambda raw: raw["claims"][2].update(optional=True), "optional"),
        (lambda raw: raw["claims"][2].update(alternatives={"kind": ["combat"]}), "alternatives"),
        (lambda raw: raw["claims"][2].update(quote="guns had fired on the town"), "quote"),
        (lambda raw: raw["events"][0].update(weapons=["rocket", "artillery"]), "weapons"),
    ],
)
def test_each_field_counts(change: Any, field: str) -> None:
    """Also where links lead, and the order of a chain."""
    raw = raw_labels("ben")
    change(raw)
    found = difference(placed(raw_labels("anna")), placed(raw), ARTICLE)
    assert [unit.differs for unit in found.units if not unit.agreed] == [(field,)]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw["claims"][0].update(statement="At least 12 people were killed."),
        lambda raw: raw["events"][0].update(summary="Shelling"),
        lambda raw: raw["claims"][0].update(alternatives={}),
    ],
)
def test_own_words_do_not_count(change: Any) -> None:
    """Statements and summaries are worded freely."""
    raw = raw_labels("ben")
    change(raw)
    assert all(unit.agreed for unit in difference(placed(raw_labels("anna")), placed(raw), ARTICLE).units)


def test_decisions_take_one_side_the_other_both_or_other_fields() -> None:
    """Links follow whichever version they came with."""
    sheet = worksheet(placed(raw_labels("anna")), placed(ben()), ARTICLE)
    assert [entry["item"] for entry in sheet["open"]] == ["a5", "c1"]
    assert gold_of(filled(sheet)).labels.claims[0].kind == "casualties"
    assert gold_of(filled(sheet, c1="b")).labels.claims[0].kind == "attack"
    own = {**sheet["open"][1]["a"], "kind": "weapons", "start": None, "end": None}
    assert gold_of(filled(sheet, c1=own)).labels.claims[0].kind == "weapons"
    part = gold_of(filled(sheet, c1={"quote": "killing at least 12 people"}))
    claim = part.labels.claims[0]
    assert (claim.quote, claim.kind) == ("killing at least 12 people", "casualties")
    assert making.TEXT[claim.start : claim.end] == claim.quote
    assert "| a with another quote | 2.2 |" in part.log
    both = gold_of(filled(sheet, c1="both")).labels
    assert [(each.id, each.kind) for each in both.claims[:3]] == [
        ("c1", "casualties"), ("c2", "attack"), ("c3", "casualties")
    ]  # fmt: skip
    assert both.claims[2].relations[0].claim == "c1"
    assert [each.id for each in both.claims] == [f"c{number}" for number in range(1, 8)]


@pytest.mark.parametrize("side", ["a", "b"])
def test_deciding_all_for_one_labeller_gives_that_labelling(side: str) -> None:
    """No item and no link of the other is left in it."""
    raw = ben()
    raw["claims"][1]["relations"] = []
    del raw["claims"][4]
    raw["events"].append({**making.event("e9", "captured some 15 villages", "Capture"), "optional": False})
    raw["claims"][3]["events"] = ["e9", "e2"]
    raw["claims"][4]["id"] = "c5"
    one, other = placed(raw_labels("anna")), placed(raw)
    sheet = worksheet(one, other, ARTICLE)
    for entry in sheet["open"]:
        entry.update(decision=side if entry[side] else "neither", rule="2.2")
    chosen = one if side == "a" else other
    alone = worksheet(chosen, chosen.model_copy(update={"annotator": "other"}), ARTICLE)
    assert alone["open"] == []
    assert gold_of(sheet).labels == gold_of(alone).labels


def test_what_hangs_on_an_attribution_that_is_decided_away_is_asked_again() -> None:
    """It must not become the article's own voice by accident."""
    sheet = worksheet(placed(raw_labels("anna")), placed(ben()), ARTICLE)
    gold, faults = conclude(filled(sheet, a5="neither"), ARTICLE)
    assert gold is None
    assert [fault.message for fault in faults] == ["c5 hangs on a5, which was decided away: decide one of them anew"]


def test_links_to_what_is_decided_away_are_cut_and_logged() -> None:
    """The claim stays; the log says what it lost."""
    sheet = worksheet(placed(raw_labels("anna")), placed(ben()), ARTICLE)
    gold = gold_of(filled(sheet, c1="neither"))
    assert [claim.relations for claim in gold.labels.claims] == [()] * 5
    assert "| none | Army guns shelled" in gold.log
    assert "- c1 no longer links to: Army guns shelled the port of Marsa Dhul on Tuesday" in gold.log


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda entry: entry.update(decision=None), "c1: not decided yet"),
        (lambda entry: entry.update(decision="c"), 'c1: "c" is no decision'),
        (lambda entry: entry.update(rule=" "), "c1: the rule that the decision rests on is missing"),
        (lambda entry: entry.update(b=None, decision="b"), "c1: b: only one of the two has this item"),
        (lambda entry: entry.update(extra=1), "c1: an entry has the keys"),
        (lambda entry: entry.update(decision={**entry["a"], "kind": "x"}), "in the gold as decided: c1.kind: "),
        (lambda entry: entry.update(decision={**entry["a"], "events": ["e9"]}), "c1.events: there is no event e9"),
        (lambda entry: entry.update(decision={**entry["a"], "quote": "Nowhere"}), "quote: it does not stand in"),
        (lambda entry: entry.update(decision={**entry["a"], "relations": [1]}), "links of another form"),
    ],
)
def test_a_worksheet_that_is_not_done_gives_no_gold(change: Any, message: str) -> None:
    """Each point is named."""
    sheet = filled(worksheet(placed(raw_labels("anna")), placed(ben()), ARTICLE))
    change(sheet["open"][1])
    gold, faults = conclude(sheet, ARTICLE)
    assert gold is None
    assert any(message in fault.message for fault in faults), faults


def test_another_file_is_no_worksheet() -> None:
    """Nor is one for another text."""
    assert "this is no worksheet" in conclude(raw_labels(), ARTICLE)[1][0].message
    sheet = worksheet(placed(raw_labels("anna")), placed(ben()), ARTICLE)
    assert "for another text" in conclude({**sheet, "sha256": "0" * 64}, ARTICLE)[1][0].message


def test_what_cannot_be_compared_is_refused() -> None:
    """Labels of another text, without offsets, by one person, or by two versions of the codebook."""
    one = placed(raw_labels("anna"))
    with pytest.raises(GoldError, match="not of this text"):
        difference(one, placed(ben()), making.article(text="Other."))
    with pytest.raises(GoldError, match=r"a1, .* of ben have no offsets: run conflict-extract gold place"):
        difference(one, labels_of(ben()), ARTICLE)
    with pytest.raises(GoldError, match="both labellings are by anna"):
        worksheet(one, one, ARTICLE)
    with pytest.raises(GoldError, match="different versions of the codebook: 2 and 1"):
        worksheet(one, placed(ben(codebook="1")), ARTICLE)


def test_a_draft_stays_one() -> None:
    """Gold of which one side was drafted by a model says so."""
    sheet = worksheet(placed(raw_labels("anna")), placed(ben(drafted_by_model=True)), ARTICLE)
    assert gold_of(filled(sheet)).labels.drafted_by_model


def test_a_log_has_one_section_for_an_article() -> None:
    """A second decision replaces the first; the other articles and the head stay."""
    log = with_section("# Decisions\n\nWho decided.\n", "## b\n\nOne.\n")
    log = with_section(with_section(log, "## a\n\nTwo.\n"), "## b\n\nThree.\n")
    assert log == "# Decisions\n\nWho decided.\n\n## a\n\nTwo.\n\n## b\n\nThree.\n"
    assert with_section("", "## b\n\nOne.\n") == "# Decisions\n\n## b\n\nOne.\n"


def test_the_form_of_the_fixture_is_good() -> None:
    """What the other tests change is right to begin with."""
    assert check_form(raw_labels())[1] == []
