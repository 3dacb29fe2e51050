"""The command line as a process of its own: exit codes, speed, signals, and what a dying run leaves."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conflict_extract import __version__
from tests import making
from tests.fault_server import Prepared, completion, free_port, serving
from tests.seeds import FOLDER, ROOT

COMMAND = [sys.executable, "-m", "conflict_extract"]
CASSETTES = ROOT / "tests" / "cassettes"
COMMANDS = (
    [],
    ["extract"],
    ["show"],
    ["report"],
    ["export"],
    ["batch"],
    ["batch", "run"],
    ["batch", "prepare"],
    ["schema"],
)
GOOD = completion(making.reply_text())


def environment(**variables: str) -> dict[str, str]:
    """This machine's environment without the settings that the command reads."""
    own = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CONFLICT_EXTRACT_MODEL")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "PYTHONWARNINGS": "error", **variables}


def start(*arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Start the command."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
    )


def run(*arguments: str | Path, **variables: str) -> tuple[int, str, str]:
    """Run the command: exit code, standard output, standard error."""
    process = start(*arguments, **variables)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with two articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_bytes(making.TEXT.encode())
    return folder


def test_help_is_fast() -> None:
    """--help of each command takes less than 0.3 s of CPU (the best of three; half as much again on a slow machine)."""
    for command in COMMANDS:
        spent = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            code, out, _ = run(*command, "--help")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            assert (code, out.startswith("Usage: conflict-extract")) == (0, True)
            if spent[-1] < 0.3:
                break
        assert min(spent) < 0.45, f"{command}: {spent}"


def test_help_names_every_command_and_option() -> None:
    """What the commands can do is found from --help alone."""
    _, out, _ = run("--help")
    for name in ("extract", "show", "schema", "Exit codes"):
        assert name in out
    _, out, _ = run("extract", "--help")
    for name in ("--out", "--replay", "--record", "--local", "OPENAI_API_KEY", "OPENAI_BASE_URL", "Exit codes"):
        assert name in out


def test_the_version_is_printed() -> None:
    """--version prints the library's version and nothing else."""
    assert run("--version") == (0, f"{__version__}\n", "")


def test_a_run_from_end_to_end(articles: Path, tmp_path: Path) -> None:
    """extract and show work as processes, without a warning, and end with 0."""
    out = tmp_path / "out.jsonl"
    with serving(GOOD) as server:
        code, said, err = run("extract", articles, "--out", out, "--model", "m", "--base-url", server.url)
    assert (code, said) == (0, ""), err
    code, said, err = run("show", out, "--article", "a", PYTHONIOENCODING="ascii", COLUMNS="200")
    assert (code, err) == (0, "")
    assert "a4 \\u201ctold\\u201d" in said, "a terminal that cannot show a letter gets its number"


def test_wrong_use_ends_with_2(articles: Path, tmp_path: Path) -> None:
    """No key, no such option, no such file: one sentence, no traceback, exit code 2."""
    for arguments, problem in (
        (["extract", articles, "--out", tmp_path / "o", "--model", "m"], "no API key: set OPENAI_API_KEY"),
        (["extract", articles, "--out", tmp_path / "o", "--modle", "m"], "No such option"),
        (["show", tmp_path / "none.jsonl"], "there is no such file"),
        ([], "Usage: conflict-extract"),
    ):
        code, out, err = run(*arguments)
        assert code == 2, arguments
        assert problem in " ".join((out + err).split())
        assert "Traceback" not in err


def test_no_server_and_a_page_in_place_of_an_answer(articles: Path, tmp_path: Path) -> None:
    """Where nobody listens, or a web page comes with status 200, each article's failure is one clear sentence."""
    page = Prepared(b"<!DOCTYPE html><html><body>Secret page</body></html>", headers={"content-type": "text/html"})
    one = articles / "a.txt"
    with serving(page) as server:
        # At once: both wait between their attempts.
        processes = [
            start("extract", one, "--out", tmp_path / f"{number}", "--model", "m", "--base-url", url)
            for number, url in enumerate((f"http://127.0.0.1:{free_port()}/v1", server.url))
        ]
        told = [(process, *process.communicate(timeout=60)) for process in processes]
    for (process, out, err), problem in zip(told, ("no answer from 127.0.0.1", "127.0.0.1"), strict=True):
        assert (process.returncode, out) == (1, "")
        errors = [line for line in err.splitlines() if line.startswith("Error: a: ")]
        assert len(errors) == 1, err
        assert problem in errors[0]
        assert "Traceback" not in err
        assert "Secret" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles"]


def test_a_run_that_is_broken_off_leaves_what_was_done(articles: Path, tmp_path: Path) -> None:
    """Each line is on disk as soon as its article is done; Ctrl-C says where, and ends with 130."""
    out, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    # A line as short as they come: it would wait in a buffer if nobody saw to it.
    nothing = '{"attributions": [], "events": [], "claims": []}'
    with serving(completion(nothing), completion(nothing, drip=1.0)) as server:
        options = ("--model", "m", "--base-url", server.url, "--concurrency", "1", "--no-text")
        with start("extract", articles, "--out", out, *options) as process:
            until = time.monotonic() + 30
            while len(server.calls) < 2 and time.monotonic() < until and process.poll() is None:
                time.sleep(0.02)
            line = part.read_bytes() if part.exists() else b""
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert line, err
    assert json.loads(line)["article_id"] == "a"
    assert line.endswith(b"\n")
    assert process.returncode == 130, err
    assert f"stopped with 1 of 2 articles done; it stands in {part}" in err.replace("\n", "")
    assert "Traceback" not in err
    assert part.read_bytes() == line
    assert not out.exists()


def test_a_disk_that_is_full_is_named(articles: Path, tmp_path: Path) -> None:
    """A line that cannot be written stops the run with the file's name, not with a traceback."""
    out = tmp_path / "out.jsonl"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); "
    with serving(GOOD) as server:
        arguments = ["extract", articles, "--out", out, "--model", "m", "--base-url", server.url]
        found = subprocess.run(
            [sys.executable, "-c", limit + "from conflict_extract.cli import main; main()", *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert found.returncode == 1
    assert f"{out}: File too large" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """Piped into head, show ends without a word when head has enough."""
    path = tmp_path / "out.jsonl"
    path.write_text((making.extraction().model_dump_json() + "\n") * 2_000, encoding="utf-8")
    with subprocess.Popen(
        [*COMMAND, "show", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(timeout=30)


def test_a_reader_that_has_gone_is_no_failure(tmp_path: Path) -> None:
    """What a shell says of any command before `| head`: 141, and not a word."""
    out = tmp_path / "out.jsonl"
    assert run("extract", FOLDER, "--replay", CASSETTES, "--out", out)[0] == 0
    for arguments in (["show", out], ["evaluate", out, "--gold", FOLDER.parent / "gold"]):
        process = start(*arguments)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(60), "Traceback" in said, "Error" in said) == (141, False, False)
        process.stderr.close()
