"""brat standoff: what goes out comes back, and what does not fit the text is refused with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.labelling import place
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.exchange.brat import annotation_conf, to_ann
from conflict_extract.exchange.brat_reading import read_ann
from conflict_extract.models import Article
from tests import making
from tests.gold_files import labelled_texts, labels_of, raw_labels


def ann() -> str:
    """The tests' article as an .ann file."""
    labels, faults = place(labels_of(raw_labels()), making.article())
    assert not faults
    return to_ann(labels, making.article())


@settings(max_examples=150, deadline=None)
@given(labelled_texts())
def test_all_labels_come_back_as_they_were(labelled: tuple[LabelFile, Article]) -> None:
    """Every field, link, order and offset, with emoji, combining marks and all line ends; one line an annotation."""
    labels, article = labelled
    made = to_ann(labels, article)
    assert read_ann(made, article.text) == labels
    assert made.splitlines() == made.split("\n")[:-1]


def test_the_lines_are_those_of_the_standoff_format() -> None:
    """Text-bound annotations, attributes, relations and notes, as brat's manual describes them."""
    lines = ann().splitlines()
    assert lines[2].startswith("T2\tAttribution 0 105\tArmy guns shelled the port of Marsa Dhul on Tuesday, killing ")
    assert "A1\tAttribution_cue_class T2 neutral" in lines
    forms = (
        r"T\d+\t\w+ \d+ \d+\t.+|A\d+\t\w+ T\d+( \w+)?|R\d+\t\w+ Arg1:T\d+ Arg2:T\d+|#\d+\tAnnotatorNotes T\d+\t\{.+\}"
    )
    assert [line for line in lines if not re.fullmatch(forms, line)] == []


def test_figures_and_sources_are_marked_where_they_stand() -> None:
    """A person sees them in the text: the place nearest to the item's quote."""
    text = making.TEXT
    marks = re.findall(r"T\d+\t(Source|Figure) (\d+) (\d+)\t(.+)", ann())
    assert ("Figure", str(text.index("at least 12")), str(text.index("at least 12") + 11), "at least 12") in marks
    assert all(text[int(start) : int(end)] == words for _, start, end, words in marks)
    assert len(marks) == 6 + 4


def test_annotations_made_in_brat_get_ids_and_defaults() -> None:
    """A new one has no note: its id is a free one, and what may be left out is empty."""
    made = ann() + (
        "T90\tEvent 0 9\tArmy guns\nA90\tEvent_sub_type T90 armed_clash\nA91\tEvent_granularity T90 incident\n"
        'A92\tEvent_reality T90 occurred\n#90\tAnnotatorNotes T90\t{"summary": "Shelling"}\n'
        "T91\tPlace 30 40\tMarsa Dhul\nR90\tplaces Arg1:T90 Arg2:T91\n"
    )
    event = read_ann(made, making.TEXT, "ben").events[-1]
    assert (event.id, event.time, event.actors, event.places[0].name) == ("e4", None, (), "Marsa Dhul")
    assert read_ann(made, making.TEXT, "ben").annotator == "ben"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Attribution 0 105", "Attribution 0 9;12 105", "line 3: T2 has several fragments; a quote is one contiguous"),
        ("Attribution 0 105", "Attribution 1 106", r"line 3: the offsets do not fit .*Attribution T2 \[1, 106\)"),
        ("\tAttribution 0 105", "\tRumour 0 105", "line 3: T2: Rumour is no type of annotation here"),
        ("T3\tSource", "E3\tSource", "line 7: this line has no meaning here"),
        ("cue_class T2 neutral", "cue_class T2 loud", 'line 3: Attribution T2: .*"loud" is none of neutral'),
        ("A1\tAttribution_cue_class T2 neutral\n", "", "a1.cue_class: the field is missing"),
        ("A1\tAttribution_cue_class", "A1\tAttribution_mood", "line 4: Attribution T2: there is no attribute"),
        ("A1\tAttribution_cue_class", "A1\tClaim_cue_class", "line 4: the attribute Claim_cue_class does not belong"),
        ('{"id": "a1"', '{"id": "a1", "mood": 1', "its note has mood"),
        ('{"id": "a1"', '{"id": ', "line 6: T2: one note of an annotation, a JSON object"),
        ("chain Arg1:T2 Arg2:T3", "events Arg1:T2 Arg2:T3", "there is no relation events from T2 to T3"),
        ("#1\tAnnotatorNotes T1", "#1\tAnnotatorNotes T3", "one annotation Article is expected"),
    ],
)
def test_what_is_amiss_is_named_with_its_line(old: str, new: str, message: str) -> None:
    """Nothing is skipped in silence."""
    made = ann()
    assert old in made
    with pytest.raises(GoldError, match=message) as caught:
        read_ann(made.replace(old, new, 1), making.TEXT, path=Path("x.ann"))
    assert str(caught.value).startswith("x.ann")


def test_a_part_of_no_item_is_refused() -> None:
    """It would be lost."""
    made = re.sub(r"R1\tchain .*\n", "", ann())
    with pytest.raises(GoldError, match="Source T3 belongs to no item"):
        read_ann(made, making.TEXT)


def test_another_text_is_refused() -> None:
    """The hash in the file is that of the text that was labelled."""
    with pytest.raises(GoldError, match="not the one that was labelled"):
        read_ann(ann(), making.TEXT + "More.")


def test_the_configuration_declares_all_that_the_files_use() -> None:
    """Types, relations and attributes with their values."""
    conf = annotation_conf()
    for kind in set(re.findall(r"^T\d+\t(\w+)", ann(), re.MULTILINE)):
        assert re.search(rf"^{kind}$", conf, re.MULTILINE)
    for name, value in set(re.findall(r"^A\d+\t(\w+) T\d+ (\w+)$", ann(), re.MULTILINE)):
        assert re.search(rf"^{name}\t.*Value:(?:.*\|)?{value}(?:\||$)", conf, re.MULTILINE)
    for kind in set(re.findall(r"^R\d+\t(\w+)", ann(), re.MULTILINE)):
        assert re.search(rf"^{kind}\tArg1:", conf, re.MULTILINE)
