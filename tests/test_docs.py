"""The site: its code runs as written, shows what it printed, and describes all that there is."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import conflict_extract
from conflict_extract import errors
from conflict_extract.batch import store
from tests.documented import COMMAND_LINE, PAGES, Block, blocks, command_line, command_line_page, lasting, outputs
from tests.seeds import ROOT

ELSEWHERE = {"exports.md"}
"""Pages whose code another module runs."""

RUN = sorted(
    page.name for page in PAGES.glob("*.md") if page.name not in ELSEWHERE and any(b.is_run for b in blocks(page))
)
KEPT = [block for page in sorted(PAGES.glob("*.md")) for block in blocks(page) if not block.is_run]
COMMANDS = dict(command_line())
STALE = "the page is stale: make docs-outputs"


@pytest.mark.parametrize("name", RUN)
def test_code_runs_and_prints_what_is_shown(name: str, tmp_path: Path) -> None:
    """From the first block of a page to the last, in one folder; clocks and rates may differ."""
    for block, printed in outputs(PAGES / name, tmp_path):
        if block.output is not None:
            assert lasting(printed) == lasting(block.output), f"{name}, line {block.line}: {STALE}"


@pytest.mark.parametrize("block", KEPT, ids=lambda block: f"{block.page}:{block.line}")
def test_code_that_is_not_run_is_right_as_far_as_can_be_seen(block: Block) -> None:
    """Commands and options are there; Python compiles, and what it imports from the library is there."""
    assert (_wrong_commands if block.language == "bash" else _wrong_imports)(block.code) == []


def _wrong_commands(code: str) -> list[str]:
    wrong = []
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if "conflict-extract" not in words:
            continue
        words = words[words.index("conflict-extract") :]
        size = next(size for size in range(len(words), 0, -1) if tuple(words[:size]) in COMMANDS)
        command = COMMANDS[tuple(words[:size])]
        if hasattr(command, "commands"):
            wrong.append(" ".join(words))
        known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
        wrong += [word for word in words[size:] if word.startswith("--") and word.partition("=")[0] not in known]
    return wrong


def _wrong_imports(code: str) -> list[str]:
    wrong = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("conflict_extract"):
            module = import_module(node.module or "")
            wrong += [f"{node.module}.{alias.name}" for alias in node.names if not hasattr(module, alias.name)]
    return wrong


def test_a_wrong_option_or_name_would_be_seen() -> None:
    """The two checks above can fail."""
    assert _wrong_commands("conflict-extract batch run x --run D --modle m") == ["--modle"]
    assert _wrong_commands("OPENAI_API_KEY=x conflict-extract batch") == ["conflict-extract batch"]
    assert _wrong_imports("from conflict_extract import Extractor, Extracter") == ["conflict_extract.Extracter"]


def test_every_block_is_read() -> None:
    """No fenced block of code slips through the pattern that finds blocks, nor does one that is indented."""
    for page in PAGES.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"^ *```(?:bash|python)", text, re.MULTILINE)) == len(blocks(page)), page.name
        assert re.findall(r"^ {4}conflict-extract .*", text, re.MULTILINE) == [], page.name


def test_the_page_of_the_command_line_is_what_help_prints() -> None:
    """Each command of each group, word for word."""
    assert COMMAND_LINE.read_text(encoding="utf-8") == command_line_page(), STALE
    assert len(COMMANDS) > 20


def test_every_public_name_is_in_the_reference() -> None:
    """What ``conflict_extract`` exports stands in one of the Python pages, or among the errors."""
    pages = "".join((PAGES / f"{name}.md").read_text(encoding="utf-8") for name in PYTHON)
    missing = [name for name in conflict_extract.__all__ if not re.search(rf"\b{name}\b", pages)]
    assert missing == ["__version__"]


PYTHON = ("python-extracting", "python-objects", "python-batches", "errors")


def test_every_reference_names_something() -> None:
    """What mkdocstrings is to show is there, and has a docstring."""
    for page in PAGES.glob("*.md"):
        for path in re.findall(r"^::: ([\w.]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            parent, _, name = path.rpartition(".")
            shown = getattr(import_module(parent), name, None) or import_module(path)
            assert shown.__doc__, path


def test_the_error_tree_is_the_real_one() -> None:
    """By indentation, in the order of the module."""
    page = (PAGES / "errors.md").read_text(encoding="utf-8")
    drawn = re.search(r"```text\n(ConflictExtractError\n.*?)```", page, re.DOTALL)
    assert drawn is not None
    tree = [line.split("  ")[0] if not line.startswith(" ") else line for line in drawn[1].splitlines()]
    real = [line.rstrip() for line in re.findall(r"^ *\w+Error\b", errors.__doc__ or "", re.MULTILINE)]
    assert tree == real
    for line in tree:
        assert issubclass(getattr(errors, line.strip()), errors.ConflictExtractError)


def test_every_table_of_the_ledger_is_described() -> None:
    """And none that is not there."""
    page = (PAGES / "file-formats.md").read_text(encoding="utf-8")
    section = page.partition("## Run directories")[2].partition("\n## ")[0]
    described = {
        name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert described == set(re.findall(r"CREATE TABLE (\w+)", store._TABLES))


def test_the_layers_are_those_that_are_checked() -> None:
    """The table of the architecture has each layer of the contract, in its order, and no other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [set(re.findall(r"\w+", layer)) for contract in contracts for layer in contract.get("layers", ())]
    page = (PAGES / "architecture.md").read_text(encoding="utf-8").partition("## Layers")[2].partition("\n## ")[0]
    assert [set(re.findall(r"`(\w+)`", row)) for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)] == layers


def test_every_page_is_in_the_navigation() -> None:
    """Once; what is in it is there."""
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=yaml.SafeLoader)

    def pages(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        parts = entry.values() if isinstance(entry, dict) else entry
        return [page for part in parts for page in pages(part)]  # type: ignore[attr-defined]

    assert sorted(pages(settings["nav"])) == sorted(page.name for page in PAGES.glob("*.md"))
    assert settings["strict"] is True
    assert settings["theme"]["font"] is False
