"""Tables of an evaluation in the terminal and as Markdown: complete, aligned, and steered by no word in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import compare, evaluate
from conflict_extract.models import Extraction
from conflict_extract.report.evaluation_markdown import as_markdown
from conflict_extract.report.evaluation_tables import Table, tables
from conflict_extract.report.evaluation_terminal import as_terminal
from conflict_extract.report.scored_run import Case, ScoredRun, Size
from tests import making
from tests.evaluation_files import extraction, without_claims
from tests.gold_files import labels_of, raw_labels
from tests.labelled import labels


def scored(found: Sequence[Extraction], **fields: object) -> ScoredRun:
    """A run over articles with the tests' text, scored against the faultless labels."""
    cases = {}
    for each in found:
        raw = raw_labels("adjudicated", article=each.article_id, **labels())
        for items in (raw["attributions"], raw["events"], raw["claims"]):
            for item in items:
                item["optional"] = False
        cases[each.article_id] = Case(making.article(id=each.article_id), labels_of(raw), each)
    pairs = [
        (Document.of_labels(case.labels, case.article), Document.of_extraction(case.extraction))
        for case in cases.values()
        if case.extraction is not None
    ]
    evaluation = evaluate(pairs, groups=dict.fromkeys(cases, "denial"))
    return ScoredRun(evaluation, cases, predictions="p.jsonl", gold="gold", **fields)  # type: ignore[arg-type]


def printed(run: ScoredRun, width: int = 80) -> str:
    """What the terminal shows."""
    console = Console(file=StringIO(), width=width, markup=False, highlight=False, emoji=False)
    for part in as_terminal(run):
        console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture(scope="module")
def run() -> ScoredRun:
    """Two articles, of which one is missed in part, with all that a report can hold."""
    one = scored([extraction("one"), without_claims("a-name-of-forty-letters-so-that-it-is-long")])
    return scored(
        [extraction("one"), without_claims("a-name-of-forty-letters-so-that-it-is-long")],
        comparison=compare(one.evaluation, one.evaluation),
        other="other.jsonl",
        sizes={"one": Size(1, 17_000, 19_000, 4_000, 5_000)},
        labellings=dict.fromkeys(one.evaluation.scores, 0.9),
        labelled_twice=2,
    )


def test_every_row_has_a_cell_for_every_column(run: ScoredRun) -> None:
    """In full and in short, and no table is without rows."""
    for in_full in (True, False):
        found = list(tables(run, in_full=in_full))
        assert len({table.title for table in found}) == len(found) >= 8
        for table in found:
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_row_by_hand(run: ScoredRun) -> None:
    """Ten of twelve claims: precision 1, recall 0.833, F1 0.909, macro the mean of 1 and 0.8."""
    table = _table(run, "Scores", in_full=True)
    (row,) = [dict(zip(table.columns, row, strict=True)) for row in table.rows if row[0] == "claims.detection"]
    assert row == {
        "score": "claims.detection",
        "P": "1.000",
        "95 % of P": "1.000–1.000",
        "R": "0.833",
        "95 % of R": "0.667–1.000",
        "F1": "0.909",
        "95 % of F1": "0.800–1.000",
        "macro": "0.900",
        "labellings": "0.900",
        "right": "10",
        "predicted": "10",
        "gold": "12",
    }


def test_the_greatest_gain_stands_first(run: ScoredRun) -> None:
    """Two missing claims: mending them takes strict F1 to where nothing else is wrong."""
    rows = [row for row in _table(run, "Error classes").rows if row[0].startswith("claims")]
    assert rows[0][:2] == ("claims: missing", "2")
    gains = [float(row[3]) for row in rows]
    assert gains == sorted(gains, reverse=True)


def test_sizes_add_up_and_stand_against_the_text(run: ScoredRun) -> None:
    """Characters and tokens of the article, of all, and the reply's share of the text."""
    text = len(making.TEXT)
    one, both = _table(run, "Characters of prompt and reply").rows
    assert one == ("one", f"{text:,}", "1", "17,000", "19,000", "4,000", "5,000", f"{19_000 / text:.1f}")
    assert both == ("all", *one[1:])


def test_the_terminal_keeps_to_80_columns_and_numbers_stay_whole(run: ScoredRun) -> None:
    """Only names are folded; every interval stands on one line."""
    shown = printed(run)
    assert max(map(len, shown.splitlines())) <= 80
    assert "0.800–1.000" in shown
    assert "a-name-of-forty-letters" in shown
    for table in tables(run, in_full=False):
        lines = shown[shown.index(f"{table.title}\n") :].splitlines()
        for row in table.rows:
            line = next(line for line in lines if line.startswith(row[0][:24]))
            assert line.split()[-1] == row[-1].split()[-1], "a column was cropped"


HOSTILE = "\x1b]0;x\x07[bold]| `x` <b>\n# *y* \u202e_z_"


def test_no_word_steers_the_terminal_or_markdown() -> None:
    """Escape sequences, markup and line breaks in an article's id are shown and do nothing."""
    run = scored([extraction(HOSTILE), extraction("one")])
    shown = printed(run, 200)
    assert "[bold]" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    text = as_markdown(run)
    assert not set(text) & {"\x1b", "\x07", "\u202e"}
    (line,) = [line for line in text.splitlines() if "bold" in line]
    assert r"\[bold\]\| \`x\` \<b\> \# \*y\* \\u202e_z\_ |" in line
    assert len(re.findall(r"(?<!\\)\|", line)) == 8


@given(st.text(max_size=30))
def test_a_cell_of_markdown_is_one_cell(words: str) -> None:
    """Whatever stands in it: no line break, no bare bar, no tag, no entity."""
    from conflict_extract.report.evaluation_markdown import _grid

    lines = _grid(Table("t", ("a", "b"), ((words, "1"),))).splitlines()
    assert len(lines) == 3
    bare = re.sub(r"\\[^\w\s]", "", lines[2])
    assert bare.count("|") == 3
    assert not set(bare) & set("<>&`*[]#")


def test_markdown_tables_have_rules_and_all_titles(run: ScoredRun) -> None:
    """Each table is under its title, with one rule for each column."""
    text = as_markdown(run)
    for table in tables(run, in_full=True):
        assert f"## {table.title}\n\n| {table.columns[0]}" in text
    assert text.startswith("# End-to-end F1 0.909")
    assert "> **Warning:** there are 2 documents" in text


def _table(run: ScoredRun, title: str, *, in_full: bool = False) -> Table:
    return next(table for table in tables(run, in_full=in_full) if table.title == title)
