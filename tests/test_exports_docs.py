"""The page on exports: its commands and examples run as written and print what they say."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conflict_extract.cli.app import app
from conflict_extract.exports import FORMATS
from conflict_extract.exports.fatalities import POLICIES, Standing
from tests.extractions import KEPT
from tests.seeds import ROOT

PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_examples_run_and_print_what_they_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first command to the last block, in one folder; comment lines are what a block prints."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(KEPT, "results.jsonl")
    for language, code in re.findall(r"```(bash|python)\n(.*?)```", PAGE, re.DOTALL):
        if language == "bash":
            for command in code.strip().splitlines():
                done = CliRunner().invoke(app, shlex.split(command)[1:])
                assert done.exit_code == 0, f"{command}: {done.output}"
            continue
        exec(compile(code, "exports.md", "exec"), {})
        said = [line.removeprefix("# ") for line in code.strip().splitlines() if line.startswith("# ")]
        assert capsys.readouterr().out.strip().splitlines() == said


def test_every_format_policy_and_standing_is_described() -> None:
    """Nothing that an export can say or take is missing from the page."""
    names = [*FORMATS, *POLICIES, *Standing.__args__]  # type: ignore[attr-defined]
    assert [name for name in names if name not in PAGE] == []
