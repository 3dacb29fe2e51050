"""The package as a whole: its public names, what importing it costs, its layers, its README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import conflict_extract
from tests.seeds import ROOT


def test_the_public_names_are_these() -> None:
    """A name is added or taken away on purpose, with this list and the changelog."""
    assert conflict_extract.__all__ == sorted(conflict_extract.__all__, key=lambda name: (not name.isupper(), name))
    assert set(conflict_extract.__all__) == {
        *("Article", "Attribution", "Source", "Claim", "Figure", "Relation", "Event", "Actor", "Place", "Span"),
        *("Extraction", "Provenance", "Rejected", "Told", "Usage"),
        *("BatchOptions", "BatchRun", "Limits", "RunResults"),
        *("Extractor", "Failure", "Options", "Parameters", "VaguePolicy", "ACLED", "OPEN"),
        *("ConflictExtractError", "ConfigError", "InputError", "ModelError", "TransientModelError"),
        *("FatalModelError", "RequestError", "InvalidReplyError", "ReplayError", "GoldError", "LedgerError"),
        *("BudgetError", "StoppedError", "InternalError"),
        "__version__",
    }


def test_every_public_name_loads_and_says_what_it_is() -> None:
    """Names are loaded when used; each class has a docstring."""
    for name in conflict_extract.__all__:
        value = getattr(conflict_extract, name)
        assert not isinstance(value, type) or value.__doc__, name
    assert set(conflict_extract.__all__) <= set(dir(conflict_extract))
    with pytest.raises(AttributeError, match="no attribute 'Extracter'"):
        conflict_extract.Extracter  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    """Not even pydantic; and the extractor loads no HTTP stack before a call is to be made."""
    code = (
        "import sys, conflict_extract;"
        "heavy = {'pydantic', 'openai', 'instructor', 'vcr', 'rich', 'typer', 'httpx2', 'tenacity'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules);"
        "from conflict_extract import Article, Extractor;"
        "heavy -= {'pydantic'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_imports_point_down_only() -> None:
    """The layers of the house hold, and one module talks to the model's libraries."""
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_version_is_said_once() -> None:
    """Package and project file agree."""
    assert f'version = "{conflict_extract.__version__}"' in (ROOT / "pyproject.toml").read_text()


README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_the_readme_examples_run_and_print_what_they_say(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each Python block runs as written from the checkout; its last comment lines are what it prints."""
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.strip().splitlines()
    said = [line.removeprefix("# ") for line in code.strip().splitlines() if line.startswith("# ")]
    assert said == printed[: len(said)]


def test_the_readme_names_only_make_targets_that_exist() -> None:
    """Each `make X` of README and CONTRIBUTING is there."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`?\bmake ([a-z]+)`?", text)) - {"sure"} <= targets


def test_no_file_names_a_machine() -> None:
    """No home folder, no package index in what is committed."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    bad = re.compile(r"(^|[\s\"'=(])/(root|home|work)/|index-url|sk-[A-Za-z0-9]{20,}")
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png"}:
            assert (
                not bad.search(path.read_text(encoding="utf-8", errors="replace")) or name == "tests/test_package.py"
            ), name
