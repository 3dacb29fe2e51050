"""The pages of the site: their code is run as written, and what they show is what it printed.

``python -m tests.documented`` (``make docs-outputs``) writes the shown outputs and the generated pages afresh.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.seeds import ROOT

PAGES = ROOT / "docs"
COMMAND_LINE = PAGES / "command-line.md"

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>not run: [^>]+|exits with \d) -->\n)?"
    r"(?P<indent> *)```(?P<language>bash|python)(?P<title>[^\n]*)\n(?P<code>.*?)^ *```\n"
    r"(?P<shown>\n```text\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
# Progress comes in the order in which articles finish, and clocks and rates differ from run to run.
_PROGRESS = re.compile(r"^\[\d+/\d+\] .*\n", re.MULTILINE)
_PASSING = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|[\d.,]+/s\b")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code of a page.

    Attributes:
        page: The page's file name.
        line: One-based line where the block begins.
        language: bash or python.
        code: What stands in it.
        mark: "not run: why" or "exits with N", or None.
        output: What the page shows as its output, or None.
        span: Where block and output stand in the page.
    """

    page: str
    line: int
    language: str
    code: str
    mark: str | None
    output: str | None
    span: tuple[int, int]

    @property
    def is_run(self) -> bool:
        """Whether it needs nothing that is not here."""
        return self.mark is None or not self.mark.startswith("not run")


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in its order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page.name,
            text.count("\n", 0, found.start()) + 1,
            found["language"],
            re.sub(rf"^{found['indent']}", "", found["code"], flags=re.MULTILINE),
            found["mark"],
            found["output"],
            found.span(),
        )
        for found in _BLOCK.finditer(text)
    ]


def lasting(output: str) -> str:
    """An output without what differs from run to run."""
    return _PASSING.sub("#", output)


def outputs(page: Path, folder: Path) -> Iterator[tuple[Block, str]]:
    """Run the blocks of a page one after the other in a folder that looks like the repository.

    The results that the tutorial and ``make eval`` make are there already, unless the page makes them.

    Python blocks share their names, as in one session. The output of a command is what it prints to standard output, or
    where that is nothing, to standard error.
    """
    for name in ("seeds", "tests/cassettes", "tests/data"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    for name, lines in _results().items():
        if f"--out {name}" not in page.read_text(encoding="utf-8"):
            (folder / name).write_bytes(lines)
    names: dict[str, Any] = {}
    for block in blocks(page):
        if block.is_run:
            yield block, _run_python(block, folder, names) if block.language == "python" else _run_bash(block, folder)


@cache
def _results() -> dict[str, bytes]:
    """The recorded answers to each set of articles, as extractions in JSON Lines."""
    from conflict_extract import Extraction, Extractor
    from tests.seeds import CHALLENGE, LONG, SEEDS

    sets = (
        ("seeds", SEEDS, "cassettes"),
        ("challenge", CHALLENGE, "cassettes/challenge"),
        ("long", LONG, "cassettes/long"),
    )
    made = {}
    for name, articles, folder in sets:
        with Extractor.replaying(ROOT / "tests" / folder) as extractor:
            results = [each for each in extractor.extract_many(articles) if isinstance(each, Extraction)]
        results.sort(key=lambda each: each.article_id)
        made[f"{name}.jsonl"] = "".join(f"{each.model_dump_json()}\n" for each in results).encode()
    return made


def _run_bash(block: Block, folder: Path) -> str:
    environment = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG") if name in os.environ}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["bash", "-eu", "-c", block.code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = int(block.mark.split()[-1]) if block.mark else 0
    if done.returncode != wanted:
        raise AssertionError(f"{block.page}, line {block.line}: exit {done.returncode}, not {wanted}\n{done.stderr}")
    return _tidy(done.stdout or done.stderr)


def _run_python(block: Block, folder: Path, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    code = compile(block.code, f"{block.page}, line {block.line}", "exec")
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        exec(code, names)
    return _tidy(printed.getvalue())


def _tidy(output: str) -> str:
    return re.sub(r"[ \t]+$", "", _PROGRESS.sub("", output), flags=re.MULTILINE).strip("\n") + "\n"


def command_line() -> Iterator[tuple[tuple[str, ...], Any]]:
    """The commands of the command line, groups before what is in them, by the words that are typed."""
    from typer.main import get_command

    from conflict_extract.cli.app import app

    def below(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from below((*words, name), inner)

    return below(("conflict-extract",), get_command(app))


def command_line_page() -> str:
    """The page on the command line, made of what ``--help`` prints."""
    from typer.testing import CliRunner

    from conflict_extract.cli.app import app

    parts = [
        "# Command line",
        "What `--help` prints, command by command. This page is generated.",
        "Standard output carries what was asked for; progress, warnings and errors go to standard error. "
        "What exit codes mean: [Errors and exit codes](errors.md).",
    ]
    for words, command in command_line():
        printed = CliRunner().invoke(
            app, [*words[1:], "--help"], prog_name="conflict-extract", env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"}
        )
        if printed.exit_code:
            raise AssertionError(printed.output)
        level = "##" if len(words) < 3 else "###"
        if hasattr(command, "commands") or len(words) > 1:
            parts += [f"{level} {' '.join(words)}", f"```text\n{_tidy(printed.output)}```"]
    return "\n\n".join(parts) + "\n"


def refresh(page: Path) -> bool:
    """Write the outputs of a page afresh; those that only differ in what passes are left alone.

    Returns:
        Whether the page has changed.
    """
    text = before = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        found = list(outputs(page, Path(folder)))
    for block, output in reversed(found):
        if block.output is not None and lasting(output) != lasting(block.output):
            start, end = block.span
            shown = before[start:end].rindex("```text\n") + start
            text = text[:shown] + f"```text\n{output}```\n" + text[end:]
    page.write_text(text, encoding="utf-8")
    return text != before


if __name__ == "__main__":
    if not COMMAND_LINE.exists() or COMMAND_LINE.read_text(encoding="utf-8") != command_line_page():
        COMMAND_LINE.write_text(command_line_page(), encoding="utf-8")
        print(f"{COMMAND_LINE.name}: written")
    wanted = sys.argv[1:]
    for path in sorted(PAGES.glob("*.md")):
        if (not wanted or path.name in wanted) and path.name != "exports.md" and refresh(path):
            print(f"{path.name}: outputs written")
