"""The command ``export``: every format, and what is wrong with the input or the target."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from typer.testing import CliRunner

from conflict_extract.batch.ledger import Ledger
from conflict_extract.cli.app import app
from conflict_extract.exports import FORMATS
from conflict_extract.exports.csv import read_table
from conflict_extract.exports.parquet import read_parquet
from tests import making
from tests.extractions import kept
from tests.test_cli import run as run_process

OUT = {"csv": "tables", "parquet": "x.parquet"}


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Run the command here: exit code, standard output, standard error."""
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return done.exit_code, done.stdout, done.stderr


def results(folder: Path, *lines: str) -> Path:
    """A results file."""
    path = folder / "results.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def line(id: str = "marsa-dhul") -> str:
    """The line of an extraction."""
    return making.extraction(article_id=id, article=making.article(id=id)).model_dump_json()


@pytest.mark.parametrize("to", FORMATS)
def test_every_format(tmp_path: Path, to: str) -> None:
    """Recorded results go into each format, and what was written is said."""
    source = results(tmp_path, *(kept()[id].model_dump_json() for id in ("market-day-in-kasheli", "mayor-at-the-mill")))
    out = tmp_path / OUT.get(to, f"x.{to}")
    code, printed, said = run("export", source, "--to", to, "--out", out)
    assert (code, printed) == (0, "")
    assert f"2 extractions written to {out}: " in said
    assert out.exists()
    assert list(tmp_path.rglob("*.exporting")) == []


def test_what_cannot_be_read_is_named_and_the_rest_written(tmp_path: Path) -> None:
    """A broken line, another schema version and an article that was there before are left out, each by its line."""
    newer = json.loads(line("newer"))
    newer["provenance"]["schema_version"] = "9.0"
    older = json.loads(line("older"))
    older["provenance"]["schema_version"] = "0.9"
    source = results(tmp_path, line("a"), '{"broken": ', line("b"), json.dumps(newer), json.dumps(older), line("a"))
    code, _, said = run("export", source, "--to", "csv", "--out", tmp_path / "tables")
    assert code == 1
    assert [row["article"] for row in read_table(tmp_path / "tables" / "articles.csv")] == ["a", "b"]
    errors = [each for each in said.splitlines() if each.startswith("Error: ")]
    assert len(errors) == 4
    assert "results.jsonl, line 2: " in errors[0]
    assert "line 4: it is of schema version 9.0, which is newer" in errors[1]
    assert "line 5: it is of schema version 0.9, which is older" in errors[2]
    assert "the article a was there before; the first is kept" in errors[3]


def test_nothing_to_export_writes_nothing(tmp_path: Path) -> None:
    """Where no line is an extraction, no table stands there to be taken for a result; no line makes empty tables."""
    code, _, said = run("export", results(tmp_path, "{}"), "--to", "csv", "--out", tmp_path / "tables")
    assert (code, "nothing was written" in said) == (1, True)
    assert list((tmp_path / "tables").iterdir()) == []
    code, _, said = run("export", results(tmp_path), "--to", "csv", "--out", tmp_path / "tables")
    assert (code, "0 extractions written" in said) == (0, True)
    assert list(read_table(tmp_path / "tables" / "claims.csv")) == []


def test_a_text_that_has_changed_is_said(tmp_path: Path) -> None:
    """An article whose text is not that of the extraction is exported without it, and named."""
    record = json.loads(line())
    record["article"]["text"] += "A word more."
    code, _, said = run(
        "export", results(tmp_path, json.dumps(record)), "--to", "webannotation", "--out", tmp_path / "x"
    )
    assert code == 0
    assert "line 1: the text of the article marsa-dhul is not the one" in said
    assert "quotes have no prefix and suffix: 1" in said
    assert "prefix" not in (tmp_path / "x").read_text(encoding="utf-8")


def test_targets_are_kept(tmp_path: Path) -> None:
    """What is there is not overwritten without --force, and the results never; wrong use ends with 2."""
    source, out = results(tmp_path, line()), tmp_path / "x.csv"
    out.write_text("mine")
    code, _, said = run("export", source, "--to", "acled", "--out", out)
    assert (code, "is there already; --force overwrites it" in said, out.read_text()) == (2, True, "mine")
    assert run("export", source, "--to", "acled", "--out", out, "--force")[0] == 0
    assert out.read_text() != "mine"
    before = source.read_bytes()
    code, _, said = run("export", source, "--to", "acled", "--out", source, "--force")
    assert (code, "would overwrite the results" in said, source.read_bytes()) == (2, True, before)
    for wrong in (out / "below.csv", tmp_path):
        assert run("export", source, "--to", "ucdp", "--out", wrong, "--force")[0] == 2
    code, _, said = run("export", source, "--to", "csv", "--out", out, "--force")
    assert (code, "this is a file; --out names a folder" in said) == (2, True)
    code, _, said = run("export", tmp_path / "none.jsonl", "--to", "csv", "--out", tmp_path / "t")
    assert (code, "there is no such file or run directory" in said) == (2, True)


def test_policies(tmp_path: Path) -> None:
    """--best lowest fills what the default leaves empty."""
    source = results(tmp_path, kept()["market-day-in-kasheli"].model_dump_json())
    found = {}
    for best in ("undisputed", "lowest"):
        assert run("export", source, "--to", "ucdp", "--out", tmp_path / best, "--best", best)[0] == 0
        found[best] = next(read_table(tmp_path / best))["best"]
    assert found == {"undisputed": None, "lowest": "9"}


def test_a_run_directory(tmp_path: Path) -> None:
    """A directory without a run is named; with one, its extractions are exported like a file's."""
    (tmp_path / "empty").mkdir()
    code, _, said = run("export", tmp_path / "empty", "--to", "csv", "--out", tmp_path / "t")
    assert (code != 0, "there is no run here" in said) == (True, True)
    done = list(kept().values())[:3]

    async def work() -> None:
        with Ledger.open(tmp_path / "run", {"model": "none"}) as ledger:
            for each in done:
                assert each.article is not None
                ledger.seen(each.article, each.provenance.key)
                await ledger.finish(each.without_text())

    asyncio.run(work())
    assert run("export", tmp_path / "run", "--to", "parquet", "--out", tmp_path / "x.parquet")[0] == 0
    assert list(read_parquet(tmp_path / "x.parquet")) == done
    out = tmp_path / "x.jsonld"
    assert run("batch", "export", tmp_path / "run", "--to", "webannotation", "--out", out)[0] == 0
    assert json.loads(out.read_text())
    code, printed, said = run("batch", "export", tmp_path / "run", "--to", "jsonl", "--out", "-")
    assert (code, said) == (0, "")
    assert [json.loads(each)["article_id"] for each in printed.splitlines()] == [each.article_id for each in done]
    code, _, said = run("export", tmp_path / "run", tmp_path / "run", "--to", "csv", "--out", tmp_path / "t")
    assert (code, said.count("was there before")) == (1, 3)


def test_standard_output_is_refused_where_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ``extract`` writes to standard output for ``-``, no file of that name comes into being."""
    monkeypatch.chdir(tmp_path)
    source = results(tmp_path, line())
    for command in (["export", source, "--to", "parquet"], ["report", source]):
        code, printed, said = run(*command, "--out", "-")
        assert (code, printed, "--out -: " in said) == (2, "", True)
    with Ledger.open(tmp_path / "run", {"model": "none"}):
        pass
    for to in ("parquet", "ledger"):
        code, printed, said = run("batch", "export", "run", "--to", to, "--out", "-")
        assert (code, printed, "--out -: " in said) == (2, "", True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.jsonl", "run"]


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its package, a format says what to install, and leaves nothing."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, said = run("export", results(tmp_path, line()), "--to", "parquet", "--out", tmp_path / "x")
    assert (code, "pip install 'conflict-extract[parquet]'" in said) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.jsonl"]


def test_as_a_process(tmp_path: Path) -> None:
    """The command as users start it: nothing on standard output, no warning of a library."""
    source = results(tmp_path, line())
    code, printed, said = run_process("export", source, "--to", "csv", "--out", tmp_path / "tables")
    counts = "1 articles, 1 attributions, 1 claims, 1 events, 1 figures"
    assert (code, printed, said) == (0, "", f"1 extractions written to {tmp_path / 'tables'}: {counts}\n")


def test_help_names_every_format_and_policy() -> None:
    """The options of the command are those of the library."""
    from conflict_extract.cli import batch_results
    from conflict_extract.cli.export import Format, export
    from conflict_extract.exports.fatalities import POLICIES

    hints = export.__annotations__
    assert get_args(Format) == FORMATS
    of_batch = get_args(get_type_hints(batch_results.export)["to"])
    assert of_batch == ("jsonl", *FORMATS, "ledger")
    assert all(policy in hints["best"] for policy in POLICIES)
    _, out, _ = run("export", "--help")
    assert all(format in out for format in FORMATS)
