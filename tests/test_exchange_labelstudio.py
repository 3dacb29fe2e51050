"""Label Studio: what goes out comes back, and what does not fit the text is refused."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.labelling import place
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.exchange.labelstudio import labelling_interface, read_tasks, to_task
from conflict_extract.models import Article
from tests import making
from tests.gold_files import labelled_texts, labels_of, raw_labels

EMOJI = Article(id="made-up", text="🚀🚀 fell on Kesh, 12 died in Kesh, said Tal 😀.")


def task() -> dict[str, Any]:
    """The tests' article as a task."""
    labels, faults = place(labels_of(raw_labels()), making.article())
    assert not faults
    return to_task(labels, making.article())


def emoji_labels() -> LabelFile:
    """One claim and one telling behind emoji."""
    claim = making.claim("c1", "12 died", "12 died.", attribution="a1", start=17, end=24)
    telling = making.attribution("a1", "said Tal", [making.source("Tal")], start=34, end=42)
    head = {"article": "made-up", "sha256": EMOJI.sha256, "codebook": "2", "annotator": "anna"}
    return labels_of({**head, "attributions": [telling], "events": [], "claims": [claim]})


def in_utf16(value: dict[str, Any]) -> dict[str, Any]:
    """A region's value with its offsets in UTF-16 code units, as a browser counts."""
    units = [len(EMOJI.text[:at].encode("utf-16-le")) // 2 for at in range(len(EMOJI.text) + 1)]
    return {**value, "start": units[value["start"]], "end": units[value["end"]]}


@settings(max_examples=150, deadline=None)
@given(labelled_texts())
def test_all_labels_come_back_as_they_were(labelled: tuple[LabelFile, Article]) -> None:
    """Through JSON too: every field, link, order and offset, with emoji, combining marks and all line ends."""
    labels, article = labelled
    assert read_tasks(json.loads(json.dumps([to_task(labels, article)]))) == [labels]


def test_offsets_in_utf16_are_brought_into_code_points() -> None:
    """Older versions count UTF-16 code units; where all regions fit so, they are converted."""
    made = to_task(emoji_labels(), EMOJI)
    for each in made["annotations"][0]["result"]:
        if "value" in each:
            each["value"] = in_utf16(each["value"])
    assert made["annotations"][0]["result"][0]["value"]["start"] == 36
    assert read_tasks([made]) == [emoji_labels()]


def test_offsets_in_two_units_are_refused() -> None:
    """One region in UTF-16 and one in code points: nobody can tell what a third one would mean."""
    made = to_task(emoji_labels(), EMOJI)
    results = made["annotations"][0]["result"]
    results[0]["value"] = in_utf16(results[0]["value"])
    with pytest.raises(GoldError, match="some offsets count code points and others UTF-16"):
        read_tasks([made])


def test_an_offset_that_fits_in_no_unit_is_refused_by_name() -> None:
    """The message names the task and the region."""
    made = task()
    made["annotations"][0]["result"][0]["value"]["start"] += 1
    with pytest.raises(GoldError, match=r"do not fit the marked words.*task 1, region a1 \[1, "):
        read_tasks([made])


def test_a_region_without_its_words_is_refused() -> None:
    """Without them nothing says that the offsets are right."""
    made = task()
    del made["annotations"][0]["result"][0]["value"]["text"]
    with pytest.raises(GoldError, match="no words to verify its offsets by"):
        read_tasks([made])


def test_line_ends_written_as_backslash_n_are_understood() -> None:
    """Label Studio escapes line ends in the words that it exports."""
    article = Article(id="made-up", text="Kesh\r\nburns")
    claim = making.claim("c1", "Kesh\r\nburns", "Kesh burns.", start=0, end=11)
    head = {"article": "made-up", "sha256": article.sha256, "codebook": "2", "annotator": "anna"}
    labels = labels_of({**head, "attributions": [], "events": [], "claims": [claim]})
    made = to_task(labels, article)
    made["annotations"][0]["result"][0]["value"]["text"] = "Kesh\\nburns"
    assert read_tasks([made]) == [labels]


def test_regions_made_in_the_tool_get_ids_of_the_codebook() -> None:
    """Their random ids are replaced by free ones, and links follow."""
    made = json.loads(json.dumps(task()).replace('"a2"', '"x9Kq_1"').replace('"c1"', '"Zz"'))
    (labels,) = read_tasks([made])
    assert [each.id for each in labels.attributions] == ["a1", "a2", "a3", "a4", "a5"]
    assert [each.id for each in labels.claims] == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert labels.claims[1].attribution == "a2"
    assert labels.claims[1].relations[0].claim == "c1"


def test_several_annotations_of_a_task_are_told_apart_by_who_completed_them() -> None:
    """A cancelled one is left out; one without a name is refused."""
    made = task()
    (first,) = made["annotations"]
    others = [{**first, "completed_by": {"id": 7, "email": "ben@example.org"}}, {**first, "completed_by": 8}]
    made["annotations"] = [*others, {**first, "was_cancelled": True}]
    assert [each.annotator for each in read_tasks([made])] == ["ben@example.org", "8"]
    made["annotations"].append(first)
    with pytest.raises(GoldError, match="does not say who completed it"):
        read_tasks([made])
    assert {each.annotator for each in read_tasks([made], "carl")} == {"carl"}


def test_a_relation_drawn_to_the_left_is_turned_round() -> None:
    """Label Studio keeps which way a relation points apart from its two ends."""
    made = task()
    for each in made["annotations"][0]["result"]:
        if each["type"] == "relation":
            each.update(from_id=each["to_id"], to_id=each["from_id"], direction="left")
    assert read_tasks([made]) == read_tasks([task()])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda made: made["data"].pop("sha256"), "task 1: its data has no sha256"),
        (lambda made: made["data"].update(text="Other"), "task 1: the text is not the one of the SHA-256"),
        (lambda made: made.pop("annotations"), "task 1 has not the form"),
        (
            lambda made: made["annotations"][0]["result"][0]["value"].update(labels=["Person"]),
            "region a1: .* not Person",
        ),
        (lambda made: made["annotations"][0]["result"].pop(0), "region a1: it has chain and no label"),
        (lambda made: made["annotations"][0]["result"][1]["value"].update(text=["{"]), "chain is not JSON"),
        (lambda made: made["annotations"][0]["result"][1].update(from_name="mood"), "Attribution has no field mood"),
        (
            lambda made: made["annotations"][0]["result"][3]["value"].update(choices=["loud"]),
            '"loud" is none of neutral',
        ),
        (lambda made: made["annotations"][0]["result"].pop(3), "a1.cue_class: the field is missing"),
        (lambda made: made["annotations"][0]["result"][-1].update(to_id="nine"), "leads to nine, which is not there"),
        (lambda made: made["annotations"][0]["result"][-1].update(to_id="a1"), "a1, which is none of the events"),
        (lambda made: made["annotations"][0]["result"][-1].update(from_id="a1"), "it leads from a claim"),
    ],
)
def test_what_is_amiss_is_named(change: Any, message: str) -> None:
    """Each message says which task, and which region where it is about one."""
    made = task()
    change(made)
    with pytest.raises(GoldError, match=message):
        read_tasks([made])


def test_labels_without_offsets_are_not_sent_out() -> None:
    """The tool would have nothing to mark."""
    with pytest.raises(GoldError, match="a1 has no offsets: run conflict-extract gold place first"):
        to_task(labels_of(raw_labels()), making.article())


def test_the_interface_has_a_control_for_each_field_that_a_task_fills() -> None:
    """Names and values of the XML are those of the tasks."""
    root = ElementTree.fromstring(labelling_interface())
    controls = {each.get("name"): [child.get("value") for child in each] for each in root.iter() if each.get("name")}
    for each in task()["annotations"][0]["result"]:
        if each["type"] == "relation":
            assert each["labels"][0] in [kind.get("value") for kind in root.iter("Relation")]
        else:
            values = each["value"].get("choices", each["value"].get("labels", []))
            assert set(values) <= set(controls[each["from_name"]])
