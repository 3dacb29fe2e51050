"""Checking label files: each slip is found, at its line, with a word on what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.errors import ConfigError, GoldError
from conflict_extract.evaluation.checking import check_files, check_labels
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.form import check_form
from conflict_extract.evaluation.gold import Articles, dump_labels, open_labels, read_labels
from conflict_extract.evaluation.labelling import place
from conflict_extract.evaluation.positions import read_object
from conflict_extract.evaluation.standing import standing
from conflict_extract.models import Article
from tests import making
from tests.gold_files import labels_of, raw_labels, texts, written
from tests.seeds import ROOT

Change = Callable[[dict[str, Any]], Any]


def problems(folder: Path, raw: dict[str, Any] | str) -> list[GoldError]:
    """What is wrong with a label file."""
    return check_files([written(folder, raw)])


def test_good_labels_have_no_problems(tmp_path: Path) -> None:
    """With and without offsets."""
    assert problems(tmp_path, raw_labels()) == []
    placed, faults = place(labels_of(raw_labels()), making.article())
    assert (faults, problems(tmp_path, dump_labels(placed))) == ([], [])


def test_the_example_of_the_codebook_is_good(tmp_path: Path) -> None:
    """What labellers learn from passes the check."""
    codebook = (ROOT / "seeds" / "CODEBOOK.md").read_text("utf-8").partition("## A whole article, labelled")[2]
    text, labels = (re.search(rf"```{kind}\n(.*?)\n```", codebook, re.DOTALL) for kind in ("text", "json"))
    assert text is not None
    assert labels is not None
    (tmp_path / "kasenda-port.txt").write_text(text[1], "utf-8")
    (tmp_path / "kasenda-port.json").write_text(labels[1], "utf-8")
    assert check_files([tmp_path / "kasenda-port.json"], Articles(tmp_path)) == []


FORM: list[tuple[Change, str, str]] = [
    (
        lambda raw: raw["claims"][0].update(kind="casualty"),
        '"kind": "casualty"',
        "c1.kind: .* did you mean casualties?",
    ),
    (
        lambda raw: raw["claims"][0].update(kind="casualty"),
        '"kind": "casualty"',
        "none of casualties, displacement, att",
    ),
    (
        lambda raw: raw["claims"][3]["figures"][0].update(measure="towns"),
        '"towns"',
        r"c4.figures\[0\].measure: .*places",
    ),
    (lambda raw: raw["claims"][0].update(sart=3), '"sart"', "c1.sart: unknown field; did you mean start?"),
    (
        lambda raw: raw["claims"][0]["figures"][0].update(low=12),
        '"low"',
        "the library computes this field: leave it out",
    ),
    (lambda raw: raw["events"][0].pop("reality"), r'\{\s*"id": "e1"', "e1.reality: the field is missing$"),
    (lambda raw: raw["events"][0].pop("time"), r'\{\s*"id": "e1"', r"e1.time: the field is missing \(null where"),
    (
        lambda raw: raw["claims"][0].update(background="true"),
        '"background": "true"',
        '"true" should be a valid boolean',
    ),
    (lambda raw: raw["attributions"][0].update(chain=[]), '"chain": \\[\\]', "a1.chain: .* at least 1 item"),
    (lambda raw: raw.pop("codebook"), r"\A\{", "the version of the codebook is missing"),
    (lambda raw: raw.update(codebook=" "), '"codebook"', "codebook is empty"),
    (
        lambda raw: raw["claims"][1].pop("id"),
        r'\{\s*"quote": "Three children were among the dead",',
        r"claims\[1\].id: the field is missing",
    ),
    (
        lambda raw: raw["claims"][0].update(alternatives={"kind": ["atack"]}),
        '"kind": \\[',
        r"c1.alternatives\['kind'\]: \"atack\" is none of .*did you mean attack",
    ),
    (lambda raw: raw["claims"][0].update(alternatives={"mood": [1]}), '"mood"', "there is no such field to compare"),
    (
        lambda raw: raw["claims"][0].update(alternatives={"figures[1].of": ["x"]}),
        "figures\\[1",
        "there is no such field",
    ),
    (lambda raw: raw["claims"][0].update(alternatives={"kind": []}), '"kind": \\[\\]', "no other value is given"),
]
TEXT: list[tuple[Change, str, str]] = [
    (lambda raw: raw.update(sha256="0" * 64), '"sha256"', "these are labels of another text"),
    (lambda raw: raw.update(article="nowhere"), '"article"', "there is no article 'nowhere'"),
    (
        lambda raw: (raw["events"][2].update(id="e1"), raw["claims"][5].update(events=["e1"])),
        '"id": "e1"',
        "e1: the id is there twice",
    ),
    (
        lambda raw: (raw["events"][2].update(id="x1"), raw["claims"][5].update(events=["x1"])),
        '"id": "x1"',
        "x1: the ids of events are e1, e2",
    ),
    (lambda raw: raw["claims"][5].update(attribution="a9"), '"a9"', "c6.attribution: there is no attribution a9"),
    (lambda raw: raw["claims"][5].update(events=["e3", "e8"]), '"events"', "c6.events: there is no event e8"),
    (lambda raw: raw["claims"][5].update(events=["e3", "e3"]), '"events"', "c6.events: e3 is there twice"),
    (lambda raw: raw["claims"][1]["relations"][0].update(claim="c2"), '"relations"', "c2.relations: .* to itself"),
    (lambda raw: raw["claims"][1]["relations"][0].update(claim="e1"), '"relations"', "there is no claim e1"),
    (
        lambda raw: raw["claims"][1].update(alternatives={"events": [["e7"]]}),
        '"events": \\[\\s*\\[',
        "c2.events: there is no event e7",
    ),
    (lambda raw: raw["claims"][5].update(events=[]), r'\{\s*"id": "e3"', "e3: no claim names this event"),
    (
        lambda raw: raw["attributions"][0].update(optional=True),
        '"attribution": "a1"',
        "c1.* required and a1 is optional",
    ),
    (lambda raw: raw["claims"][5].update(optional=True), '"optional": false', "e3.optional: only optional claims name"),
    (
        lambda raw: raw["claims"][0].update(quote="Army guns  shelled the port of Marsa Dhul"),
        '"quote": "Army guns  ',
        'letter for letter; the nearest is "Army guns shelled the port of Marsa Dhul"$',
    ),
    (lambda raw: raw["claims"][0].update(quote="Nothing at all"), '"Nothing at all"', "letter for letter$"),
    (
        lambda raw: raw["claims"][5].update(quote="army"),
        '"quote": "army"',
        "c6.quote: it stands 2 times and has no off",
    ),
    (
        lambda raw: raw["claims"][5].update(quote="The army launched", start=1, end=18),
        "The army launched",
        "do not fit it",
    ),
    (lambda raw: raw["claims"][5].update(start=3), '"quote": "The army', "start and end belong together"),
    (
        lambda raw: raw["attributions"][0]["chain"][0].update(name="Ministry"),
        '"name": "Ministry"',
        r"a1.chain\[0\].name",
    ),
    (
        lambda raw: raw["attributions"][0].update(cue="conceded"),
        '"cue": "conceded"',
        "does not stand in or next to the quote",
    ),
    (lambda raw: raw["attributions"][0].update(cue="sai"), '"cue": "sai"', "a1.cue: .* letter for letter"),
    (lambda raw: raw["events"][0].update(time="on Wednesday"), '"on Wednesday"', "e1.time: .*letter for letter$"),
    (lambda raw: raw["events"][0]["places"][0].update(within="Dhul Province"), '"within"', r"e1.places\[0\].within"),
    (lambda raw: raw["claims"][3]["figures"][0].update(window="since 1990"), '"window"', r"c4.figures\[0\].window"),
    (
        lambda raw: raw["claims"][1]["figures"][0].update(text="children"),
        '"text": "children"',
        'no number of the measure killed can be read from "children"',
    ),
    (lambda raw: raw["claims"][0].update(statement="13 died in Paris."), '"13 died', 'does not have "13", "Paris"'),
    (lambda raw: raw["events"][0].update(summary="Raid on Aleppo"), '"Raid on', 'e1.summary: .*"Aleppo"'),
    (
        lambda raw: raw["claims"][0].update(alternatives={"quote": ["Guns fell silent"]}),
        r'"quote": \[\s*"Guns fell silent"',
        r"c1.alternatives\['quote'\]: .*letter for letter",
    ),
]


@pytest.mark.parametrize(("change", "at", "message"), FORM + TEXT)
def test_each_slip_is_found_at_its_line(tmp_path: Path, change: Change, at: str, message: str) -> None:
    """One problem, in the words given, at the line of the value (where it is missing, of what should hold it)."""
    raw = raw_labels()
    change(raw)
    found = problems(tmp_path, raw)
    assert len(found) == 1, [str(each) for each in found]
    assert re.search(message, found[0].problem), found[0].problem
    text = (tmp_path / "gold" / "marsa-dhul.json").read_text("utf-8")
    assert found[0].line in {1 + text[: each.start()].count("\n") for each in re.finditer(at, text)}


def test_all_problems_are_listed_in_the_order_of_the_lines(tmp_path: Path) -> None:
    """Not the first alone."""
    raw = raw_labels()
    raw["claims"][0]["events"] = ["e9"]
    raw["attributions"][0]["cue"] = "Said"
    raw["attributions"][3]["chain"][1]["name"] = "Omar Tesch"
    found = problems(tmp_path, raw)
    assert [each.problem.partition(":")[0] for each in found] == ["a1.cue", "a4.chain[1].name", "c1.events"]
    assert [each.line for each in found] == sorted(each.line or 0 for each in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def parts(value: Any) -> list[tuple[Any, Any]]:
    """All places of a JSON value that could hold another one."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return [(value, key) for key, _ in pairs] + [each for _, inner in pairs for each in parts(inner)]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_value_in_any_place_breaks_the_check(data: st.DataObject) -> None:
    """Whatever a labeller writes, the answer is a list of problems, and labels without any can be worked with."""
    raw = raw_labels()
    raw["claims"][0]["alternatives"] = {"kind": ["attack"], "events": [["e2"]], "relations": [[]]}
    holder, key = data.draw(st.sampled_from(parts(raw)))
    holder[key] = data.draw(JSON | st.sampled_from(["c1", "e1", ["e1"], [["e1"]], "said"]))
    labels, faults = check_form(raw)
    assert (labels is None) == bool(faults)
    if labels is not None:
        found = list(check_labels(labels, making.article()))
        assert all(fault.message for fault in found)
        assert found or Document.of_labels(place(labels, making.article())[0], making.article())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n "article": "a",\n}', "line 3: not JSON"),
        ("[1]", "line 1: this is JSON, but not an object"),
        ('{"article": "a",\n "article": "b"}', 'line 2: the key "article" is there twice'),
        ('{"article":\n NaN}', "line 2: not JSON: NaN"),
        ("", "the file is empty"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_json_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    """A file that cannot be read is one problem, and the others are still checked."""
    written(tmp_path, text, "broken.json")
    good = written(tmp_path, raw_labels())
    found = check_files([tmp_path / "gold"])
    assert [each.path for each in found] == [good.with_name("broken.json")]
    assert message in str(found[0])


def test_figures_may_carry_their_own_alternatives(tmp_path: Path) -> None:
    """As the codebook writes them; they are kept as the claim's, by the figure's position."""
    raw = raw_labels()
    raw["claims"][0]["figures"][0]["alternatives"] = {"measure": ["casualties"]}
    path = written(tmp_path, raw)
    assert check_files([path]) == []
    assert read_labels(path).claims[0].alternatives == {"figures[0].measure": ("casualties",)}
    raw["claims"][0]["figures"][0]["alternatives"] = {"measure": ["deaths"]}
    assert "c1.alternatives['figures[0].measure']: \"deaths\" is none of" in problems(tmp_path, raw)[0].problem


def test_an_article_labelled_twice_is_named(tmp_path: Path) -> None:
    """Gold once; in annotations, once by each annotator."""
    written(tmp_path, raw_labels())
    written(tmp_path, raw_labels(), "again.json")
    written(tmp_path, raw_labels("anna"), "annotations/marsa-dhul.anna.json")
    written(tmp_path, raw_labels("ben"), "annotations/marsa-dhul.ben.json")
    assert [str(each) for each in check_files([tmp_path / "gold"])] == [
        f"{tmp_path / 'gold' / 'marsa-dhul.json'}, line 2: the article marsa-dhul is labelled already, in again.json"
    ]
    written(tmp_path, raw_labels("anna"), "annotations/more.json")
    assert "labelled already by anna, in marsa-dhul.anna.json" in str(check_files([tmp_path / "gold"])[1])


def test_labels_without_a_folder_of_articles_say_how_to_name_it(tmp_path: Path) -> None:
    """And an empty folder is wrong use."""
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    path = tmp_path / "a" / "b" / "c" / "x.json"
    path.write_text(json.dumps(raw_labels()), "utf-8")
    (found,) = check_files([path])
    assert "name it with --articles" in found.problem
    with pytest.raises(ConfigError, match="no label files"):
        check_files([tmp_path / "a"])


def test_the_metadata_above_the_articles_gives_the_day(tmp_path: Path) -> None:
    """Its further keys are for others; a text that it does not describe is refused."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "x.txt").write_bytes(b"One.\r\nTwo.")
    entry = {"phenomenon": "zero", "published": "1999-01-04"}
    (tmp_path / "metadata.json").write_text(json.dumps({"x.txt": entry}), "utf-8")
    article = Articles(tmp_path / "articles").get("x")
    assert (str(article.published), article.text) == ("1999-01-04", "One.\r\nTwo.")
    (tmp_path / "metadata.json").write_text(json.dumps({"x.txt": {**entry, "sha256": "0" * 64}}), "utf-8")
    with pytest.raises(GoldError, match="not the one that metadata"):
        Articles(tmp_path / "articles").get("x")


def test_read_labels_tells_the_first_problem_and_counts_the_rest(tmp_path: Path) -> None:
    """For those who need the labels or nothing."""
    raw = raw_labels()
    raw["claims"][0].update(kind="x", polarity="y")
    with pytest.raises(GoldError, match=r"c1.kind: .* \(and 1 more\)"):
        read_labels(written(tmp_path, raw))


def test_written_labels_are_read_back_and_equal_labels_give_equal_bytes(tmp_path: Path) -> None:
    """Keys in the codebook's order, offsets beside the quote."""
    placed, _ = place(labels_of(raw_labels()), making.article())
    text = dump_labels(placed)
    path = written(tmp_path, text)
    assert read_labels(path) == placed
    assert dump_labels(read_labels(path)) == text
    assert list(json.loads(text)["claims"][0])[:4] == ["id", "quote", "start", "end"]


def test_labels_can_be_checked_without_a_file() -> None:
    """What is decided or imported is held to the same rules; a place in the text is told apart from a line."""
    raw = raw_labels()
    raw["claims"][0]["figures"][0]["of"] = "villagers"
    (fault,) = check_labels(labels_of(raw), making.article())
    assert fault.where == ("claims", 0, "figures", 0, "of")


@given(JSON)
@settings(deadline=None)
def test_each_value_of_any_json_has_its_line(value: Any) -> None:
    """Written with one value a line, the line of a value is the one where it begins."""
    text = json.dumps({"root": value}, indent=1)
    _, lines = read_object(text)
    rows = text.split("\n")

    def look(where: tuple[str | int, ...], inner: Any) -> None:
        row = rows[lines.of(where) - 1].strip().removesuffix(",")
        if isinstance(where[-1], str):
            key, row = json.dumps(where[-1]) + ": ", row
            assert row.startswith(key)
            row = row.removeprefix(key)
        if isinstance(inner, (dict, list)) and inner:
            assert row in ("{", "[")
            for key_, each in inner.items() if isinstance(inner, dict) else enumerate(inner):
                look((*where, key_), each)
        else:
            assert json.loads(row) == inner

    look(("root",), value)


@pytest.mark.parametrize(
    ("text", "words", "places"),
    [
        ("12 of 112 and 1,012 and 12.5 and 12.", "12", [0, 33]),
        ("a man and a dog", "a", [0, 10]),
        ("a e\u0301 e", "e", [5]),
        ("Assad's men", "Assad", [0]),
        ("aaa", "aa", []),
        ("go go go", "go go", [0, 3]),
        ("x", "", []),
        ("some 15, 20", "15", [5]),
    ],
)
def test_words_stand_where_they_cut_nothing_in_two(text: str, words: str, places: list[int]) -> None:
    """No word, no number, no letter with its accent."""
    assert standing(text, words) == places


@given(texts, st.data())
def test_quotes_that_stand_once_are_placed_where_they_stand(text: str, data: st.DataObject) -> None:
    """Placing gives the words back; what stands twice or never is left without offsets."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article(id="made-up", text=text)
    claim = making.claim("c1", text[start:end], "One thing.", optional=False)
    head = {"article": "made-up", "sha256": article.sha256, "codebook": "2", "annotator": "anna"}
    placed, faults = place(labels_of({**head, "attributions": [], "events": [], "claims": [claim]}), article)
    (item,) = placed.claims
    if len(standing(text, text[start:end])) == 1:
        assert (faults, text[item.start : item.end]) == ([], text[start:end])
    else:
        assert (len(faults), item.start, item.end) == (1, None, None)


def test_offsets_that_fit_are_kept_where_a_quote_stands_twice() -> None:
    """The labeller chose among them; wrong ones are written anew."""
    raw = raw_labels()
    at = making.TEXT.rindex("army")
    raw["claims"][5].update(quote="army", start=at, end=at + 4)
    raw["claims"][4].update(start=1, end=2)
    placed, faults = place(labels_of(raw), making.article())
    assert (faults, placed.claims[5].start) == ([], at)
    assert placed.claims[4].start == making.TEXT.index("Dozens of his")


def test_open_labels_gives_the_lines_of_a_good_file(tmp_path: Path) -> None:
    """So that a later problem can be placed too."""
    labels, lines, found = open_labels(written(tmp_path, raw_labels()))
    assert labels is not None
    assert lines is not None
    assert found == []
    assert lines.of(("claims", 0, "nothing")) == lines.of(("claims", 0))
