"""Floors: the recorded answers hold them, and no floor goes down unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Extraction, Extractor
from conflict_extract.cli.evaluation_files import read_gold
from conflict_extract.errors import GoldError
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import evaluate
from conflict_extract.evaluation.floors import (
    SCORES,
    FloorSet,
    gold_digest,
    raised,
    read_floors,
    shortfalls,
    write_floors,
)
from conflict_extract.evaluation.manifest import freeze
from conflict_extract.evaluation.results import Evaluation
from tests.evaluation_files import extraction, gold, without_claims
from tests.seeds import ROOT

FLOORS = ROOT / "seeds" / "floors.json"
SETS = {
    "seeds": (ROOT / "seeds" / "gold", ROOT / "tests" / "cassettes"),
    "challenge": (ROOT / "seeds" / "challenge" / "gold", ROOT / "tests" / "cassettes" / "challenge"),
    "long": (ROOT / "seeds" / "long" / "gold", ROOT / "tests" / "cassettes" / "long"),
}
"""Where the gold and the recorded answers of each set are."""
RECORDED = [name for name, (_, cassettes) in SETS.items() if any(cassettes.glob("*.yaml"))]


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_answers_hold_their_floors(name: str) -> None:
    """Replayed and scored against the frozen gold; each set with recorded answers has floors."""
    folder, cassettes = SETS[name]
    read = read_gold([folder], None)
    with Extractor.replaying(cassettes) as extractor:
        results = list(extractor.extract_many([read.articles[id] for id in sorted(read.articles)]))
    found = {each.article_id: Document.of_extraction(each) for each in results if isinstance(each, Extraction)}
    evaluation = evaluate((each, found.get(id)) for id, each in read.documents.items())
    assert shortfalls(read_floors(FLOORS)[name], evaluation, gold_digest(read.files)) == []


@pytest.mark.parametrize("name", RECORDED)
def test_the_floors_belong_to_the_frozen_gold(name: str) -> None:
    """The digest is that of the manifest, byte for byte."""
    manifest = SETS[name][0] / "manifest.json"
    assert read_floors(FLOORS)[name].gold == hashlib.sha256(manifest.read_bytes()).hexdigest()


# -- the mechanics, on small data ---------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Gold of two articles."""
    return gold(tmp_path, ("one", "two"))


def scored(folder: Path, *found: Extraction) -> Evaluation:
    """Predictions against the gold of a folder."""
    read = read_gold([folder], None)
    documents = {each.article_id: Document.of_extraction(each) for each in found}
    return evaluate((each, documents.get(id)) for id, each in read.documents.items())


def entry(before: FloorSet | None, evaluation: Evaluation, digest: str = "d") -> FloorSet:
    """The floors after a measurement."""
    return raised(before, evaluation, digest=digest, prompt="v1", day=date(2026, 1, 2), why="Because")


def test_a_score_below_its_floor_is_named(folder: Path) -> None:
    """Two claims less: every score that has to do with claims is named with its floor, the others are not."""
    good, worse = scored(folder, extraction("one"), extraction("two")), scored(folder, without_claims("one"))
    floors = entry(None, good)
    assert shortfalls(floors, good, "d") == []
    named = [each.split(":")[0] for each in shortfalls(floors, worse, "d")]
    assert named == list(SCORES)
    assert shortfalls(floors, worse, "d")[3] == "claims.detection: F1 0.5000 is below its floor 1.000"


def test_floors_of_other_gold_say_so(folder: Path) -> None:
    """A score against other gold cannot be held to them, not even a better one."""
    good = scored(folder, extraction("one"), extraction("two"))
    assert shortfalls(entry(None, good), good, "other") == [
        "the floors were measured against other gold; measure them afresh"
    ]


def test_floors_are_cut_never_rounded_up(folder: Path) -> None:
    """F1 20/22 = 0.90909… gives 0.909, and what was measured holds its own floor."""
    one = scored(folder, extraction("one"), without_claims("two"))
    floors = entry(None, one)
    assert floors.floors["claims.detection"] == 0.909
    assert shortfalls(floors, one, "d") == []


def test_history_grows_and_names_what_it_lowers(folder: Path, tmp_path: Path) -> None:
    """Raising and lowering append an entry each; other gold begins afresh. All of it is read back as it was."""
    better = scored(folder, extraction("one"), extraction("two"))
    worse = scored(folder, extraction("one"), without_claims("two"))
    first = entry(None, worse)
    second = entry(first, better)
    third = entry(second, worse)
    other = entry(second, worse, "e")
    assert [each.lowered for each in third.history[:2]] == [(), ()]
    assert "claims.detection" in third.history[-1].lowered
    assert "attributions.detection" not in third.history[-1].lowered
    assert other.history[-1].lowered == ()
    write_floors({"third": third, "other": other}, tmp_path / "floors.json")
    assert read_floors(tmp_path / "floors.json") == {"third": third, "other": other}


def _lower(value: dict[str, Any]) -> None:
    value["floors"]["end_to_end"] -= 0.001


def _lower_history(value: dict[str, Any]) -> None:
    value["history"].append(json.loads(json.dumps(value["history"][0])))
    for floors in (value["floors"], value["history"][1]["floors"]):
        floors["events.detection"] = 0.1


def _drop(value: dict[str, Any]) -> None:
    del value["floors"]["figures.strict"]


def _other_gold(value: dict[str, Any]) -> None:
    value["gold"] = "other"


def _no_history(value: dict[str, Any]) -> None:
    value["history"] = []


def _no_reason(value: dict[str, Any]) -> None:
    value["history"][0]["why"] = ""


def _percent(value: dict[str, Any]) -> None:
    value["floors"]["end_to_end"] = 85


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_lower, "seeds: the floor of end_to_end is lower than the last entry of the history has it"),
        (_lower_history, "seeds: entry 1 of the history lowers events.detection and does not name it under 'lowered'"),
        (_drop, "seeds: there must be a floor for each of end_to_end, "),
        (_other_gold, "seeds: the digest of the gold is not that of the last entry"),
        (_no_history, "seeds.history: "),
        (_no_reason, "seeds.history.0.why: "),
        (_percent, "seeds.floors.end_to_end: "),
    ],
)
def test_a_floor_cannot_be_lowered_by_accident(
    folder: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], problem: str
) -> None:
    """Any edit that takes a floor away or down is refused, with file and line."""
    path = tmp_path / "floors.json"
    write_floors({"seeds": entry(None, scored(folder, extraction("one"), extraction("two")))}, path)
    value = json.loads(path.read_text("utf-8"))
    change(value["seeds"])
    path.write_text(json.dumps(value, indent=1), "utf-8")
    with pytest.raises(GoldError) as caught:
        read_floors(path)
    assert str(caught.value).startswith(f"{path}, line ")
    assert problem in str(caught.value)


def test_the_digest_is_that_of_the_manifest(folder: Path) -> None:
    """It changes with any byte of the gold, frozen again or not."""
    files = sorted(folder.glob("*.json"))
    digest = gold_digest(files)
    assert digest == hashlib.sha256(freeze(folder).read_bytes()).hexdigest()
    assert gold_digest(files[::-1]) == digest
    files[0].write_text(files[0].read_text("utf-8") + " ", "utf-8")
    assert gold_digest(files) != digest
