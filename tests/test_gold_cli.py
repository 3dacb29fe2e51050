"""The commands gold …: exit codes, what is written, and what a person reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conflict_extract.cli.app import app
from conflict_extract.evaluation.gold import read_labels
from tests import making
from tests.evaluation_files import extraction
from tests.gold_files import raw_labels, written


def run(*arguments: object) -> Result:
    """Run a command of the group."""
    return CliRunner().invoke(app, ["gold", *map(str, arguments)])


def two_labellings(folder: Path) -> tuple[Path, Path]:
    """Labels by Anna and by Ben: he has another kind, no c5, another id for c6, and one event more."""
    ben = raw_labels("ben")
    ben["claims"][0]["kind"] = "attack"
    del ben["claims"][4]
    ben["claims"][4]["id"] = "c5"
    ben["claims"][4]["events"] = ["e3", "e4"]
    ben["events"].append({**making.event("e4", "launched its offensive", "Offensive"), "optional": False})
    ben["events"][3].update(sub_type="agreement", time="on 2 May")
    one = written(folder, raw_labels("anna"), "annotations/marsa-dhul.anna.json")
    other = written(folder, ben, "annotations/marsa-dhul.ben.json")
    assert run("place", one, other).exit_code == 0
    return one, other


def decided(sheet: Path, decisions: dict[str, Any]) -> None:
    """Fill in a worksheet."""
    raw = json.loads(sheet.read_text("utf-8"))
    for entry in raw["open"]:
        entry.update(decision=decisions[entry["item"]], rule="2.2", note="x | y")
    sheet.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")


def test_check_passes_good_labels_and_names_each_problem_of_others(tmp_path: Path) -> None:
    """0 and a word on standard error; else 1, each problem with file and line."""
    path = written(tmp_path, raw_labels())
    good = run("check", tmp_path / "gold")
    assert (good.exit_code, good.stderr) == (0, "1 label file: all well\n")
    text = path.read_text("utf-8").replace('"neutral"', '"neutrl"', 1).replace('"e3"\n', '"e9"\n')
    path.write_text(text, "utf-8")
    bad = run("check", path)
    assert bad.exit_code == 1
    line = 1 + text[: text.index('"neutrl"')].count("\n")
    assert f"{path}, line {line}: a1.cue_class: " in bad.stderr
    assert "did you mean neutral?" in bad.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere"),
        ("check", "{folder}/empty"),
        ("check", "{folder}/gold", "--articles", "nowhere"),
        ("new", "nowhere.txt", "--out", "x.json", "--annotator", "anna"),
        ("new", "{folder}/articles/marsa-dhul.txt", "--out", "{folder}/gold/marsa-dhul.json", "--annotator", "anna"),
        ("diff", "{folder}/gold", "{folder}/*.none.json"),
        ("adjudicate", "--out", "x.json"),
        ("freeze", "nowhere"),
        ("export", "{folder}/gold", "--to", "word", "--out", "x"),
        ("import", "nowhere.json", "--from", "labelstudio", "--out", "x"),
    ],
)
def test_wrong_use_ends_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """No such file, an empty folder, an unknown tool, a file that stands there already."""
    written(tmp_path, raw_labels())
    (tmp_path / "empty").mkdir()
    result = run(*(each.format(folder=tmp_path) for each in arguments))
    assert result.exit_code == 2, result.output
    assert result.stderr


def test_new_then_place_then_check(tmp_path: Path) -> None:
    """An empty file is a good one; labels written into it get their offsets."""
    written(tmp_path, raw_labels())
    article, out = tmp_path / "articles" / "marsa-dhul.txt", tmp_path / "gold" / "annotations" / "marsa-dhul.eve.json"
    assert run("new", article, "--out", out, "--annotator", "eve").exit_code == 0
    assert json.loads(out.read_text("utf-8")) == raw_labels("eve", attributions=[], events=[], claims=[])
    out.write_text(json.dumps(raw_labels("eve")), "utf-8")
    assert run("place", out).exit_code == 0
    claim = read_labels(out).claims[1]
    assert making.TEXT[claim.start : claim.end] == "Three children were among the dead"
    assert run("check", tmp_path / "gold").exit_code == 0


def test_a_draft_says_so_and_is_not_frozen(tmp_path: Path) -> None:
    """A model's items with their offsets, without what the library computes."""
    path = written(tmp_path, raw_labels())
    jsonl = tmp_path / "made.jsonl"
    jsonl.write_text(making.extraction().model_dump_json() + "\n", "utf-8")
    article = tmp_path / "articles" / "marsa-dhul.txt"
    made = run("new", article, "--out", path, "--annotator", "eve", "--from", jsonl, "--force")
    assert made.exit_code == 0, made.output
    labels = read_labels(path)
    assert labels.drafted_by_model
    assert (labels.claims[0].figures[0].text, labels.claims[0].start) == ("at least 12", making.TEXT.index("Army"))
    assert run("check", path).exit_code == 0
    frozen = run("freeze", tmp_path / "gold")
    assert (frozen.exit_code, (tmp_path / "gold" / "manifest.json").exists()) == (1, False)
    assert "a model drafted these labels" in frozen.stderr


def test_place_names_a_quote_that_stands_twice_and_writes_the_others(tmp_path: Path) -> None:
    """What cannot be placed is for the labeller to lengthen."""
    raw = raw_labels()
    raw["events"][2]["quote"] = "army"
    raw["attributions"][0]["quote"] = "Nobody said so"
    path = written(tmp_path, raw)
    result = run("place", path)
    assert result.exit_code == 1
    assert "e3.quote: it stands 2 times: quote a few words more" in result.stderr
    assert "a1.quote: it does not stand in the article" in result.stderr
    assert f"{path}, line " in result.stderr
    labels = read_labels(path)
    assert [each.start for each in labels.events] == [0, making.TEXT.index("his men had"), None]


def test_a_frozen_file_that_changes_is_found(tmp_path: Path) -> None:
    """Freeze, check, change a space, check: the manifest's line is named; a new freeze mends it."""
    path = written(tmp_path, raw_labels())
    assert run("freeze", tmp_path / "gold").exit_code == 0
    assert run("check", tmp_path / "gold").exit_code == 0
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    for what in (tmp_path / "gold", path):
        result = run("check", what)
        assert result.exit_code == 1
        assert "manifest.json, line 4: marsa-dhul.json has changed since it was frozen" in result.stderr
    assert run("freeze", tmp_path / "gold").exit_code == 0
    assert run("check", tmp_path / "gold").exit_code == 0
    written(tmp_path, raw_labels(article="other"), "other.json")
    path.unlink()
    result = run("check", tmp_path / "gold")
    assert "other.json is not in the manifest" in result.stderr
    assert "marsa-dhul is frozen, and its gold is not there" in result.stderr


def test_diff_shows_what_differs_and_what_only_one_has(tmp_path: Path) -> None:
    """Aligned items with other ids are the same; other values and single items are shown."""
    two_labellings(tmp_path)
    folder = tmp_path / "gold" / "annotations"
    result = run("diff", folder / "*.anna.json", folder / "*.ben.json")
    assert result.exit_code == 0, result.output
    assert "marsa-dhul: a is anna, b is ben" in result.stdout
    assert "claims: a 6, b 5; both have 5, 3 of them alike in all fields; F1 0.91" in result.stdout
    assert "kind: a casualties | b attack" in result.stdout
    assert "claim c5, only a has it" in result.stdout
    assert "event e4, only b has it" in result.stdout
    assert "claim a c4" not in result.stdout
    table = run("diff", folder / "*.anna.json", folder / "*.ben.json", "--markdown").stdout
    assert "| claim a c1, b c1 | Army guns shelled" in table
    assert "| kind | casualties | attack |" in table
    same = run("diff", folder / "marsa-dhul.anna.json", folder / "marsa-dhul.anna.json")
    assert "attributions: a 5, b 5; both have 5, 5 of them alike in all fields; F1 1.00" in same.stdout


def test_agreement_gives_f1_and_alpha(tmp_path: Path) -> None:
    """F1 by the scorer, alpha by field; a labelling agrees with itself in full."""
    two_labellings(tmp_path)
    folder = tmp_path / "gold" / "annotations"
    result = run("agreement", folder / "*.anna.json", folder / "*.ben.json")
    assert result.exit_code == 0, result.output
    assert "claims.detection        0.909" in result.stdout
    same = run("agreement", folder / "marsa-dhul.anna.json", folder / "marsa-dhul.anna.json")
    assert "end_to_end              1.000" in same.stdout
    assert "attributions.cue_class" in same.stdout
    assert run("agreement", folder / "*.anna.json", tmp_path / "gold").exit_code == 2
    results = tmp_path / "results.jsonl"
    results.write_text(extraction("marsa-dhul").model_dump_json() + "\n", "utf-8")
    beside = run("agreement", folder / "*.anna.json", folder / "*.ben.json", "--predictions", results)
    assert beside.exit_code == 0, beside.output
    assert beside.stdout.count("labeller  difference") == 2
    results.write_text("{}\n", "utf-8")
    assert run("agreement", folder / "*.anna.json", folder / "*.ben.json", "--predictions", results).exit_code == 1


def test_adjudication_makes_gold_and_a_log(tmp_path: Path) -> None:
    """A worksheet of what differs; filled in, gold with ids in text order, and the rules in the log."""
    one, other = two_labellings(tmp_path)
    sheet, out, log = tmp_path / "marsa-dhul.worksheet.json", tmp_path / "gold" / "marsa-dhul.json", tmp_path / "log.md"
    made = run("adjudicate", one, other, "--out", sheet)
    assert made.exit_code == 0, made.output
    assert made.stderr == f"{sheet}: 11 agreed, 4 to decide\n"
    entries = {each["item"]: each for each in json.loads(sheet.read_text("utf-8"))["open"]}
    assert {item: entry["differs"] for item, entry in entries.items()} == {
        "e4": [], "c1": ["kind"], "c5": [], "c6": ["events"]
    }  # fmt: skip
    undecided = run("adjudicate", "--apply", sheet, "--out", out, "--decisions", log)
    assert (undecided.exit_code, out.exists()) == (1, False)
    assert "c1: not decided yet" in undecided.stderr
    assert f"{sheet}, line " in undecided.stderr
    decided(sheet, {"e4": "neither", "c1": {"kind": "weapons"}, "c5": "neither", "c6": "b"})
    result = run("adjudicate", "--apply", sheet, "--out", out, "--decisions", log)
    assert result.exit_code == 0, result.output
    labels = read_labels(out)
    assert labels.annotator == "adjudicated"
    assert [each.id for each in labels.claims] == ["c1", "c2", "c3", "c4", "c5"]
    assert labels.claims[0].kind == "weapons"
    assert labels.claims[4].events == ("e3",)
    assert run("check", tmp_path / "gold").exit_code == 0
    text = log.read_text("utf-8")
    assert "killing at least 12 people | kind | a with another kind | 2.2 |" in text
    assert "x \\| y" in text
    assert "- c5 no longer links to: launched its offensive" in text
    again = run("adjudicate", "--apply", sheet, "--out", out, "--decisions", log, "--force")
    assert (again.exit_code, log.read_text("utf-8")) == (0, text)


@pytest.mark.parametrize("tool", ["labelstudio", "brat"])
def test_export_and_import_give_the_same_file(tmp_path: Path, tool: str) -> None:
    """Byte for byte, as place has written it."""
    one, _ = two_labellings(tmp_path)
    exported = run("export", one, "--to", tool, "--out", tmp_path / "there")
    assert exported.exit_code == 0, exported.output
    files = (tmp_path / "there").glob("*.json" if tool == "labelstudio" else "*.ann")
    imported = run("import", *files, "--from", tool, "--out", tmp_path / "back")
    assert imported.exit_code == 0, imported.output
    assert (tmp_path / "back" / one.name).read_bytes() == one.read_bytes()
    again = run("import", *(tmp_path / "there").glob("*.ann"), *(tmp_path / "there").glob("tasks.json"),
                "--from", tool, "--out", tmp_path / "back")  # fmt: skip
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


def test_an_import_that_fits_no_offsets_writes_nothing(tmp_path: Path) -> None:
    """The file and the region are named."""
    one, other = two_labellings(tmp_path)
    assert run("export", one, other, "--to", "labelstudio", "--out", tmp_path / "there").exit_code == 0
    tasks = tmp_path / "there" / "tasks.json"
    raw = json.loads(tasks.read_text("utf-8"))
    raw[1]["annotations"][0]["result"][0]["value"]["end"] = 9_999
    tasks.write_text(json.dumps(raw), "utf-8")
    result = run("import", tasks, "--from", "labelstudio", "--out", tmp_path / "back")
    assert result.exit_code == 1
    assert f"{tasks}: the offsets do not fit the marked words" in result.stderr
    assert "task 2, region a1 [0, 9999)" in result.stderr
    assert not (tmp_path / "back").exists()


def test_two_labellers_do_not_fit_into_one_file_of_brat(tmp_path: Path) -> None:
    """Rather than one overwriting the other."""
    result = run("export", *two_labellings(tmp_path), "--to", "brat", "--out", tmp_path / "there")
    assert (result.exit_code, (tmp_path / "there").exists()) == (2, False)


def test_help_loads_nothing_heavy() -> None:
    """Each command's help comes without scipy or the models."""
    code = (
        "import sys; from typer.testing import CliRunner; from conflict_extract.cli.app import app;"
        "names = 'check place new diff adjudicate freeze export import'.split();"
        "results = [CliRunner().invoke(app, ['gold', name, '--help']) for name in names];"
        "assert all(each.exit_code == 0 for each in results), results;"
        "heavy = {'conflict_extract.models', 'scipy', 'numpy', 'rapidfuzz', 'openai', 'instructor'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
