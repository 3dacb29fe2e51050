"""The command evaluate: what it prints and writes, what stops it, what it warns of, and its gates."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conflict_extract.cli.app import app
from conflict_extract.cli.evaluation_files import read_gold
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import evaluate
from conflict_extract.evaluation.floors import gold_digest, raised, write_floors
from conflict_extract.evaluation.manifest import freeze
from tests import making
from tests.evaluation_files import extraction, gold, predictions, without_claims
from tests.seeds import ROOT
from tests.test_cli import run as run_process

IDS = ("one", "three", "two")


def run(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def json_of(folder: Path, *arguments: object) -> tuple[Result, dict[str, Any]]:
    """Run the command, and what it wrote as JSON."""
    result = run(*arguments, "--json", folder / "out.json")
    return result, json.loads((folder / "out.json").read_text("utf-8"))


@pytest.fixture
def good(tmp_path: Path) -> tuple[Path, Path]:
    """Faultless predictions for three articles, and their gold."""
    return predictions(tmp_path / "p.jsonl", *map(extraction, IDS)), gold(tmp_path, IDS)


def test_faultless_predictions_score_1_in_every_report(good: tuple[Path, Path], tmp_path: Path) -> None:
    """Exit 0, the same headline in the terminal, in Markdown and on the page, all scores 1 in the JSON."""
    path, folder = good
    reports = [tmp_path / f"out/eval.{kind}" for kind in ("md", "html")]
    result, value = json_of(tmp_path, path, "--gold", folder, "--markdown", reports[0], "--html", reports[1])
    assert result.exit_code == 0, result.output
    headline = "End-to-end F1 1.000, 95 % interval 1.000–1.000, macro 1.000, over 3 articles"
    assert result.stdout.startswith(headline)
    for report in reports:
        assert headline in report.read_text("utf-8")
    assert {score["f1"] for score in value["scores"].values()} == {1}
    assert (value["documents"], value["failed"]) == (3, 0)


def test_a_score_by_hand(tmp_path: Path) -> None:
    """Of six claims one article has six and another four: recall 10/12, F1 20/22."""
    path = predictions(tmp_path / "p.jsonl", extraction("one"), without_claims("two"))
    _, value = json_of(tmp_path, path, "--gold", gold(tmp_path, ("one", "two")))
    score = value["scores"]["claims.detection"]
    assert (score["right"], score["predicted"], score["gold"]) == (10, 10, 12)
    assert score["f1"] == pytest.approx(20 / 22)


# -- what stops it ----------------------------------------------------------------------------------------------


def _other_text(raw: dict[str, Any]) -> None:
    raw["sha256"] = "0" * 64


def _typo(folder: Path) -> None:
    path = folder / "gold" / "one.json"
    path.write_text(path.read_text("utf-8").replace('"denying"', '"denieing"'), "utf-8")


def _shifted(raw: dict[str, Any]) -> None:
    raw["claims"][0]["start"] += 1
    raw["claims"][0]["end"] += 1


def _unplaced(raw: dict[str, Any]) -> None:
    del raw["events"][1]["start"], raw["events"][1]["end"]


def _emptied(folder: Path) -> None:
    for path in (folder / "gold").iterdir():
        path.unlink()


def _only_annotations(folder: Path) -> None:
    (folder / "gold" / "annotations").mkdir()
    (folder / "gold" / "one.json").rename(folder / "gold" / "annotations" / "one.anna.json")


def _twice_in_gold(folder: Path) -> None:
    (folder / "gold" / "zwei.json").write_bytes((folder / "gold" / "one.json").read_bytes())


def _without_article(folder: Path) -> None:
    (folder / "articles" / "one.txt").unlink()


BAD_GOLD = {
    "another text": (_other_text, "one.json, line 3: sha256: these are labels of another text"),
    "a typo in an enum": (_typo, 'a3.cue_class: "denieing" is none of'),
    "offsets that do not fit": (_shifted, "c1.quote: the offsets [1, 80) do not fit it; it stands at [0, 79)"),
    "no offsets": (_unplaced, "e2 has no offsets; write them with: gold place"),
    "an empty folder": (_emptied, "gold: there are no label files"),
    "annotations alone": (_only_annotations, "gold: there is no gold (NAME.json) in this folder, only annotations"),
    "an article twice": (_twice_in_gold, "one is labelled already, in one.json"),
    "no such article": (_without_article, "there is no article 'one'"),
}


@pytest.mark.parametrize("name", BAD_GOLD)
def test_gold_that_no_score_can_rest_on_stops_with_2(tmp_path: Path, name: str) -> None:
    """The problem is named with file and line, and nothing is printed or written."""
    spoil, problem = BAD_GOLD[name]
    changes_file = spoil in (_typo, _emptied, _only_annotations, _twice_in_gold, _without_article)
    folder = gold(tmp_path, ["one"], None if changes_file else spoil)
    if changes_file:
        spoil(tmp_path)
    path = predictions(tmp_path / "p.jsonl", extraction("one"))
    result = run(path, "--gold", folder, "--json", tmp_path / "out.json")
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert problem in result.stderr
    assert ".json, line " in result.stderr or name in ("an empty folder", "annotations alone")
    assert not (tmp_path / "out.json").exists()


def _of_another_text(id: str) -> str:
    other = making.article(id=id, text=making.TEXT + "x")
    provenance = making.provenance(other)
    return making.extraction(article_id=id, article=other, provenance=provenance).model_dump_json()


BAD_PREDICTIONS: dict[str, tuple[Callable[[], str], str]] = {
    "a line that is none": (lambda: "{}", "p.jsonl, line 3: this is no extraction"),
    "cut off in the middle": (lambda: extraction("one").model_dump_json()[:500], "p.jsonl, line 3: "),
    "an article twice": (
        lambda: extraction("one").model_dump_json(),
        "p.jsonl, line 3: there is a prediction for one already, in ",
    ),
    "another text": (
        lambda: _of_another_text("two"),
        "p.jsonl, line 3: two was extracted from another text than the gold's (SHA-256)",
    ),
}


@pytest.mark.parametrize("name", BAD_PREDICTIONS)
def test_predictions_that_no_score_can_rest_on_stop_with_2(tmp_path: Path, name: str) -> None:
    """The line is named, empty lines counted, whether it stands in the run or in the one to compare with."""
    make, problem = BAD_PREDICTIONS[name]
    folder = gold(tmp_path, ("one", "two"))
    good = predictions(tmp_path / "good.jsonl", extraction("one"))
    bad = tmp_path / "p.jsonl"
    bad.write_text(f"{extraction('one').model_dump_json()}\n\n{make()}\n", "utf-8")
    for arguments in ((bad,), (good, "--compare", bad)):
        result = run(*arguments, "--gold", folder)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert problem in result.stderr


def test_wrong_use_ends_with_2(good: tuple[Path, Path], tmp_path: Path) -> None:
    """No such file, no gold, predictions of other articles only, a bound that there is not, no floors."""
    path, folder = good
    strange = predictions(tmp_path / "strange.jsonl", extraction("elsewhere"))
    single = predictions(tmp_path / "single.jsonl", extraction("one"))
    for arguments, problem in (
        ((tmp_path / "none.jsonl", "--gold", folder), "none.jsonl: there is no such file"),
        ((path, "--gold", tmp_path / "nowhere"), "nowhere: there is no such file or folder"),
        ((path, "--gold", folder, "--articles", "nowhere"), "--articles nowhere: there is no such folder"),
        ((path, "--gold", folder, "--recordings", "nowhere"), "nowhere: there is no such folder"),
        ((path,), "Missing option '--gold'"),
        ((strange, "--gold", folder), "there is no prediction for any article of the gold"),
        ((single, "--gold", folder / "one.json", "--fail-under", "0.5", "--on", "lower"), "there is no interval"),
        ((path, "--gold", folder, "--floors", path), "p.jsonl, line 2: not JSON"),
    ):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert problem in result.stderr.replace("\n", " ")


# -- what it warns of -------------------------------------------------------------------------------------------


def test_an_article_without_prediction_counts_as_all_missed(tmp_path: Path) -> None:
    """An extraction that failed has no line: its article is named, and halves the recall of two."""
    path = predictions(tmp_path / "p.jsonl", extraction("one"))
    result, value = json_of(tmp_path, path, "--gold", gold(tmp_path, ("one", "two")))
    assert result.exit_code == 0
    assert "Warning: no prediction, all missed: two" in result.stderr
    assert value["scores"]["claims.detection"]["recall"] == 0.5
    assert (value["failed"], value["warnings"][-1]) == (1, "no prediction, all missed: two")


def test_a_prediction_without_gold_is_left_out(good: tuple[Path, Path], tmp_path: Path) -> None:
    """It is named with its line, and moves no score."""
    path, folder = good
    path.write_text(f"{extraction('elsewhere').model_dump_json()}\n{path.read_text('utf-8')}", "utf-8")
    result, value = json_of(tmp_path, path, "--gold", folder)
    assert f"Warning: {path}, line 1: there is no gold for elsewhere; it is left out" in result.stderr
    assert value["scores"]["end_to_end"]["f1"] == 1


def test_one_article_has_no_interval(tmp_path: Path) -> None:
    """A report for one document says so, in words and in the JSON."""
    path = predictions(tmp_path / "p.jsonl", extraction())
    result, value = json_of(tmp_path, path, "--gold", gold(tmp_path))
    assert result.exit_code == 0
    assert "Warning: there is one document: no interval can be given" in result.stderr
    assert result.stdout.startswith("End-to-end F1 1.000, no interval, macro 1.000, over 1 article\n")
    assert value["scores"]["end_to_end"]["f1_interval"] is None


def test_what_else_limits_a_score_is_warned_of(tmp_path: Path) -> None:
    """Few articles, a reply that was cut off, labels that a model drafted, gold that changed since it was frozen."""
    folder = gold(tmp_path, ("one", "two"))
    freeze(folder)
    gold(tmp_path, ("one",), lambda raw: raw.update(drafted_by_model=True))
    path = predictions(tmp_path / "p.jsonl", extraction("one", complete=False), extraction("two"))
    result = run(path, "--gold", folder, "--html", tmp_path / "out.html")
    assert result.exit_code == 0
    page = (tmp_path / "out.html").read_text("utf-8")
    for warning in (
        "there are 2 documents: intervals over fewer than 30 are too narrow",
        "p.jsonl, line 1: the reply for one was cut off; items are missing",
        "one.json: a model drafted these labels, which flatters the score",
        "manifest.json, line 4: one.json has changed since it was frozen",
    ):
        assert warning in result.stderr
        assert warning in page


# -- gates, comparison, sizes, groups -----------------------------------------------------------------------------


def test_fail_under_looks_at_the_point_or_at_the_lower_bound(tmp_path: Path) -> None:
    """F1 0.89 with a lower bound of 0.8 passes 0.85 on the point and fails it on the bound, with 1."""
    path = predictions(tmp_path / "p.jsonl", extraction("one"), without_claims("two"))
    folder = gold(tmp_path, ("one", "two"))
    passed = run(path, "--gold", folder, "--fail-under", "0.85")
    assert passed.exit_code == 0
    assert "it may fail or pass by chance" in passed.stderr
    for arguments, problem in (
        (("--fail-under", "0.95"), "end-to-end F1 is 0.9091, below 0.95"),
        (("--fail-under", "0.85", "--on", "lower"), "the lower bound of end-to-end F1 is 0.8000, below 0.85"),
    ):
        failed = run(path, "--gold", folder, *arguments)
        assert failed.exit_code == 1
        assert f"Error: {problem}" in failed.stderr
        assert failed.stdout.startswith("End-to-end F1 0.909")
    assert run(path, "--gold", folder, "--fail-under", "0.8", "--on", "lower").exit_code == 0


def test_a_score_below_its_floor_fails_after_the_report(good: tuple[Path, Path], tmp_path: Path) -> None:
    """Each score is named, and so is gold that the file has no floors for; exit 1, the report is printed."""
    path, folder = good
    worse = predictions(tmp_path / "worse.jsonl", *map(extraction, IDS[:2]))
    read = read_gold([folder], None)
    pairs = [(each, Document.of_extraction(extraction(id))) for id, each in read.documents.items()]
    digest = gold_digest(read.files)
    floors = raised(None, evaluate(pairs), digest=digest, prompt="v1", day=date(2026, 1, 2), why="Because")
    write_floors({"made-up": floors}, tmp_path / "floors.json")
    arguments = ("--gold", folder, "--floors")
    assert run(path, *arguments, tmp_path / "floors.json").exit_code == 0
    below = run(worse, *arguments, tmp_path / "floors.json")
    other = run(path, *arguments, ROOT / "seeds" / "floors.json")
    for result, problem in (
        (below, "Error: events.detection: F1 0.8000 is below its floor 1.000"),
        (other, f"floors.json: there are no floors for this gold (digest {digest}); measure them afresh"),
    ):
        assert result.exit_code == 1
        assert problem in result.stderr
        assert result.stdout.startswith("End-to-end F1")


def test_compare_gives_the_paired_difference(good: tuple[Path, Path], tmp_path: Path) -> None:
    """Against itself a run differs by 0 with p 1; against a worse one by what is computed by hand."""
    path, folder = good
    _, same = json_of(tmp_path, path, "--gold", folder, "--compare", path)
    assert {(each["difference"], each["p_value"]) for each in same["comparison"]["scores"].values()} == {(0, 1)}
    worse = predictions(tmp_path / "worse.jsonl", *map(without_claims, IDS[:2]))
    result, value = json_of(tmp_path, path, "--gold", folder, "--compare", worse)
    assert value["comparison"]["scores"]["claims.detection"]["difference"] == pytest.approx(1 - 2 * 8 / (8 + 18))
    assert value["comparison"]["other"] == str(worse)
    assert "Differences in F1" in result.stdout
    assert f"Warning: {worse}: no prediction, all missed: two" in result.stderr


def test_sizes_come_from_recordings(tmp_path: Path) -> None:
    """Characters of the messages sent and of the reply, as a hand count of the cassette gives them."""
    import yaml

    name = "at-least-180-troops"
    cassette = ROOT / "tests" / "cassettes" / f"{name}.yaml"
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / cassette.name).write_bytes(cassette.read_bytes())
    with open(cassette, encoding="utf-8") as file:
        (call,) = yaml.safe_load(file)["interactions"]
    sent = json.loads(call["request"]["body"])["messages"]
    reply = json.loads(call["response"]["body"]["string"])["choices"][0]["message"]["content"]
    path = predictions(tmp_path / "p.jsonl", extraction(name))
    arguments = (path, "--gold", gold(tmp_path, [name]), "--recordings", tmp_path / "recordings")
    result, value = json_of(tmp_path, *arguments)
    size = value["sizes"][name]
    assert (size["calls"], size["reply"], size["reply_tokens"]) == (1, len(reply), None)
    assert size["prompt"] == sum(len(each["content"]) for each in sent)
    assert "Characters of prompt and reply" in result.stdout


def test_articles_are_grouped_by_their_phenomenon(good: tuple[Path, Path], tmp_path: Path) -> None:
    """metadata.json above the articles names it; an article without one is in no group."""
    path, folder = good
    entries = {"one.txt": {"phenomenon": "denial"}, "two.txt": {"phenomenon": "silence"}, "three.txt": {}}
    (tmp_path / "metadata.json").write_text(json.dumps(entries), "utf-8")
    predictions(path, without_claims("one"), extraction("two"), extraction("three"))
    _, value = json_of(tmp_path, path, "--gold", folder)
    found = {name: (each["documents"], each["scores"]["end_to_end"]["f1"]) for name, each in value["groups"].items()}
    assert found == {"denial": (1, pytest.approx(0.8)), "silence": (1, 1)}


def test_two_labellings_stand_beside_the_score(good: tuple[Path, Path], tmp_path: Path) -> None:
    """Of an article that two people labelled apart, their F1 is a column of its own."""
    path, folder = good
    for who in ("anna", "ben"):
        made = gold(tmp_path / who, ["one"], lambda raw, who=who: raw.update(annotator=who))
        (folder / "annotations").mkdir(exist_ok=True)
        (made / "one.json").rename(folder / "annotations" / f"one.{who}.json")
    result, value = json_of(tmp_path, path, "--gold", folder)
    assert value["labellings"]["documents"] == 1
    assert value["labellings"]["f1"]["end_to_end"] == 1
    assert "labellings" in result.stdout


def test_help_is_fast_and_names_every_option() -> None:
    """--help takes less than 0.3 s of CPU (the best of three; half as much again on a slow machine)."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code, out, _ = run_process("evaluate", "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert code == 0
        if spent[-1] < 0.3:
            break
    assert min(spent) < 0.45
    for name in ("--gold", "--articles", "--compare", "--fail-under", "--on", "--recordings", "--floors", "Exit codes"):
        assert name in out
    for name in ("--markdown", "--json", "--html"):
        assert name in out


@pytest.mark.parametrize("where", ["", "one.json/report.html"])
def test_a_report_that_cannot_be_written_there_is_wrong_use(good: tuple[Path, Path], where: str) -> None:
    """A folder in the place of the file, a file in the place of a folder: what was named is named, not what grows."""
    path, folder = good
    result = run(path, "--gold", folder, "--html", folder / where)
    assert result.exit_code == 2
    assert str(folder) in result.stderr
    assert ".part" not in result.stderr
