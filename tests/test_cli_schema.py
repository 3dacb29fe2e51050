"""The command schema: the files under schemas/ are the models', and describe what the library writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from typer.testing import CliRunner

from conflict_extract.cli.app import app
from conflict_extract.cli.schemas import schema_files
from conflict_extract.models import Article, Attribution, Claim, Event, Extraction
from tests import making
from tests.compact import compact

SCHEMAS = Path(__file__).parents[1] / "schemas"
NAMES = ["article", "attribution", "claim", "event", "extraction", "reply"]


def schema(name: str) -> dict[str, Any]:
    """The schema of this name, as it lies in the repository."""
    return dict(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")))


def faults(name: str, value: object) -> list[str]:
    """What the schema finds wrong with a value."""
    return [
        error.message for error in Draft202012Validator(schema(name), format_checker=FormatChecker()).iter_errors(value)
    ]


def test_the_files_are_current() -> None:
    """The files in the repository are those of the models, byte for byte (else: conflict-extract schema)."""
    result = CliRunner().invoke(app, ["schema", "--check", "--out", str(SCHEMAS)])
    assert result.exit_code == 0, result.stderr


def test_written_files_pass_the_check_and_changed_ones_do_not(tmp_path: Path) -> None:
    """--check finds a missing, a changed and a stray file, and writes nothing."""
    folder = tmp_path / "made" / "here"
    check = ["schema", "--check", "--out", str(folder)]
    missing = CliRunner().invoke(app, check)
    assert (missing.exit_code, folder.exists()) == (1, False)
    assert CliRunner().invoke(app, ["schema", "--out", str(folder)]).exit_code == 0
    assert CliRunner().invoke(app, check).exit_code == 0
    changed = folder / "claim.schema.json"
    changed.write_bytes(changed.read_bytes().replace(b"hedged", b"hedgy"))
    (folder / "source.schema.json").write_text("{}")
    result = CliRunner().invoke(app, check)
    assert result.exit_code == 1
    assert "claim.schema.json is not current" in result.stderr
    assert "source.schema.json belongs to no model" in result.stderr
    assert b"hedgy" in changed.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_a_schema_of_2020_12(name: str) -> None:
    """Each says which dialect it is in and under which id it goes, and is valid in it."""
    found = schema(name)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == f"{name}.schema.json"
    assert found["title"]
    Draft202012Validator.check_schema(found)


def test_there_is_a_file_for_each_name() -> None:
    """The names are fixed, and made in the same way each time."""
    assert list(schema_files()) == [f"{name}.schema.json" for name in NAMES]
    assert schema_files() == schema_files()


def test_what_the_library_writes_fits_its_schema() -> None:
    """An extraction and its parts, dumped as JSON, are valid; with a field more, or less, they are not."""
    made = json.loads(making.extraction().model_dump_json())
    for name, value in (
        ("extraction", made),
        ("article", made["article"]),
        ("attribution", made["attributions"][0]),
        ("claim", made["claims"][0]),
        ("event", made["events"][0]),
    ):
        assert faults(name, value) == []
        assert faults(name, {**value, "more": 1})
        for key in value if name != "article" else ("id", "text"):
            assert faults(name, {each: part for each, part in value.items() if each != key}), key
    assert faults("extraction", json.loads(making.extraction().without_text().model_dump_json())) == []
    assert faults("claim", {**made["claims"][0], "polarity": "maybe"})
    assert faults("article", {"id": "a", "text": "All that must be given."}) == []


def test_a_reply_fits_the_schema_of_replies() -> None:
    """The reply that the tests use is one that the schema allows, and a claim without marks is none."""
    reply = compact(making.reply())
    assert faults("reply", reply) == []
    del reply["claims"][0]["is"]
    assert faults("reply", reply)


def test_fields_carry_their_meaning() -> None:
    """Every field that a model's docstring explains is explained in the schema, in the same words."""
    for model in (Article, Attribution, Claim, Event, Extraction):
        properties = schema(model.__name__.lower())["properties"]
        own = [name for name in model.model_fields if f"\n        {name}: " in (model.__doc__ or "")]
        assert own
        for name in own:
            assert properties[name]["description"], f"{model.__name__}.{name}"
    assert "Attributes:" not in (SCHEMAS / "extraction.schema.json").read_text("utf-8")
    assert schema("claim")["properties"]["polarity"]["description"] == (
        "negated where the source asserts that it is not so."
    )
