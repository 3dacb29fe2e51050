"""``conflict-extract batch``: killed, drained, resumed, refused, on a full disk; and what can be read of a run."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conflict_extract.cli.app import app
from tests import fault_server
from tests.fault_course import store_of
from tests.fault_run import Worker, bill_of
from tests.fault_server import Prepared
from tests.provider import RunningProvider, serving
from tests.provider_server import Setting
from tests.seeds import FOLDER, ROOT
from tests.written_reports import id_of, lines_of, text_of

COMMAND = [sys.executable, "-c", "from conflict_extract.cli import main; main()"]


def environment() -> dict[str, str]:
    """This process's environment without the settings that the command reads."""
    own = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CONFLICT_EXTRACT_MODEL")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "PYTHONWARNINGS": "error"}


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """``conflict-extract batch …`` in this process: exit code, standard output, standard error."""
    nothing: dict[str, str | None] = dict.fromkeys(("OPENAI_API_KEY", "OPENAI_BASE_URL", "CONFLICT_EXTRACT_MODEL"))
    result = CliRunner().invoke(app, ["batch", *map(str, arguments)], env=nothing)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@contextmanager
def started(*arguments: str | Path, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """The same, running; killed at the end of the block."""
    command = [*COMMAND, "batch", *map(str, arguments)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(), **more) as process:
        try:
            yield process
        finally:
            process.kill()


def provider(articles: int, latency: float = 0.05, **more: Any) -> Any:
    """A provider that answers about so many reports, without faults."""
    return serving(Setting({"articles": articles, "share": 0.0, "lasting": 0.0}, latency, **more))


class Reports:
    """So many reports as JSON Lines, a run directory, and the command over them."""

    def __init__(self, folder: Path, count: int) -> None:
        self.input = folder / "reports.jsonl"
        self.directory = folder / "run"
        self.write(count)

    def write(self, count: int) -> None:
        """Have so many reports in the input."""
        self.input.write_text(lines_of(range(count)), encoding="utf-8")

    def command(self, server: RunningProvider, *more: str) -> list[str | Path]:
        """The arguments of ``batch run``."""
        engine = ["--base-url", server.url, "--model", "reporter"]
        return ["run", self.input, "--run", self.directory, *engine, *more]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the ledger."""
        path = self.directory / "ledger.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as ledger:
            try:
                return ledger.execute(sql).fetchall()
            except sqlite3.OperationalError:
                return []

    def finished(self) -> frozenset[int]:
        """The numbers of the reports that are done or failed."""
        ids = self.rows("SELECT id FROM articles WHERE state <> 'waiting'")
        return frozenset(int(id.removeprefix("report-")) for (id,) in ids)


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that has to come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def exported(directory: Path, out: Path) -> list[dict[str, Any]]:
    """The lines of ``batch export --to jsonl``."""
    code, _, err = run("export", directory, "--to", "jsonl", "--out", out, "--force")
    assert code == 0, err
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_killed_at_random_moments_nothing_is_lost_and_nothing_finished_is_asked_again(tmp_path: Path) -> None:
    """Three kill -9: every article done exactly once, and paid again at most what was in flight."""
    reports = Reports(tmp_path, 60)
    with provider(60) as server:
        command = [*COMMAND, "batch", *map(str, reports.command(server, "--concurrency", "8"))]
        worker = Worker(command, tmp_path / "log.txt", lambda: store_of(reports.directory), environment())
        for good in (9, 27, 48):
            worker.run_until(server, good)
        assert len(worker.kills) == 3
        assert worker.run() == 0, (tmp_path / "log.txt").read_text()
        bill = bill_of(server.journal(), worker.kills)
    assert reports.finished() == frozenset(range(60))
    assert sorted(line["article_id"] for line in exported(reports.directory, tmp_path / "out.jsonl")) == [
        id_of(number) for number in range(60)
    ]
    assert (bill.asked_again, bill.unexplained) == (0, 0)
    assert bill.paid_again <= sum(kill.store.in_flight for kill in worker.kills)
    assert reports.rows("SELECT count(*) FROM calls WHERE state = 'open'") == [(0,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_the_run_and_nothing_is_paid_twice(tmp_path: Path, number: signal.Signals) -> None:
    """What is in flight is kept; the exit code names the signal; the same command does the rest."""
    reports = Reports(tmp_path, 40)
    with provider(40, 0.2) as server:
        with started(*reports.command(server)) as process:
            until(lambda: len(reports.finished()) >= 3)
            process.send_signal(number)
            _, err = process.communicate(timeout=30)
        assert process.returncode == 128 + number, err
        assert "the same command goes on from here" in err
        before = len(server.journal())
        assert before < 40
        assert run(*reports.command(server))[0] == 0
        bodies = [call.body for call in server.journal() if call.usable]
        assert len(bodies) == len(set(bodies))
    assert reports.finished() == frozenset(range(40))
    assert reports.rows("SELECT count(*) FROM calls WHERE state IN ('open', 'presumed')") == [(0,)]


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    """Calls in flight are given up; they count as spent, since nobody knows."""
    reports = Reports(tmp_path, 3)
    with provider(3, 30.0) as server:
        with started(*reports.command(server)) as process:
            until(server.journal)
            for _ in range(2):
                process.send_signal(signal.SIGTERM)
                time.sleep(0.3)
            process.communicate(timeout=10)
        assert process.returncode == 143
    assert reports.rows("SELECT state, count(*) FROM calls WHERE state <> 'unpaid' GROUP BY 1") == [("presumed", 1)]
    assert reports.rows("SELECT state, count(*) FROM articles GROUP BY 1") == [("waiting", 3)]


def test_one_more_article_costs_one_more_call_and_the_same_command_none(tmp_path: Path) -> None:
    """Also one that has changed; and with the budget that is spent, nothing is asked."""
    reports = Reports(tmp_path, 3)
    with provider(5) as server:
        for count, calls in ((3, 3), (3, 3), (4, 4)):
            reports.write(count)
            assert run(*reports.command(server))[0] == 0
            assert len(server.journal()) == calls
        changed = json.dumps({"id": id_of(0), "text": text_of(0) + "\nCorrected.\n"})
        reports.input.write_text(changed + "\n" + lines_of(range(1, 4)), encoding="utf-8")
        assert run(*reports.command(server))[0] == 0
        assert len(server.journal()) == 5
        reports.write(5)
        code, _, err = run(*reports.command(server, "--budget", "1k tokens"))
        assert code == 2
        assert "the budget of 1,000 tokens is reached" in err
        assert len(server.journal()) == 5


def test_a_second_process_is_refused_and_does_no_harm(tmp_path: Path) -> None:
    """It says who works on the run; the first one goes on. Reading is possible all the time."""
    reports = Reports(tmp_path, 300)
    with provider(300, 0.1) as server:
        with started(*reports.command(server, "--concurrency", "4")) as process:
            until(lambda: len(reports.finished()) >= 2 and reports.rows("SELECT expected FROM sessions") == [(300,)])
            code, _, err = run(*reports.command(server))
            assert code == 2
            assert f"process {process.pid} on" in err
            standing = json.loads(run("status", reports.directory, "--json")[1])
            shown = run("status", reports.directory)[1]
            middle = exported(reports.directory, tmp_path / "middle.jsonl")
            assert process.poll() is None
            process.terminate()
            process.communicate(timeout=60)
        bodies = [call.body for call in server.journal() if call.usable]
        assert len(bodies) == len(set(bodies))
    assert 2 <= standing["counts"]["done"] < 300
    assert f"process {process.pid}" in standing["holder"]
    assert standing["rate"] > 0
    assert standing["seconds_left"] > 0
    assert "running: process" in shown
    assert "of 300 done" in shown
    assert 2 <= len(middle) <= len(reports.finished())
    assert all(line["claims"] and line["article"]["text"] for line in middle)
    assert "not running" in run("status", reports.directory)[1]


def test_the_status_says_what_was_not_read_and_when_it_ended(tmp_path: Path) -> None:
    """After a kill all of the input is accounted for; after the end, the end is shown, and what is only reserved."""
    reports = Reports(tmp_path, 60)

    def standing() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("status", reports.directory, "--json")[1])
        return found

    with provider(60, latency=0.2) as server:
        for least in (3, 8):  # the second time some are passed over, and they too were read
            with started(*reports.command(server, "--concurrency", "2")) as process:
                until(lambda least=least: _done(reports.directory) >= least and standing()["expected"] == 60)
                process.kill()
                process.wait()
            killed = standing()
            assert killed["not_read"] == 60 - killed["counts"]["done"] - killed["counts"]["waiting"] > 0
        _, shown, _ = run("status", reports.directory)
        assert f" waiting, {killed['not_read']} not read yet\n" in shown
        assert re.match(r"not running: the process that began [-\d]+ [:\d]+ died; the same command goes on\n", shown)
        assert run(*reports.command(server))[0] == 0
    _, shown, _ = run("status", reports.directory)
    assert re.match(r"not running: finished [-\d]+ [:\d]+ \(began [-\d]+ [:\d]+\)\n", shown)
    assert "60 of 60 done, 0 failed, 0 waiting\n" in shown
    ended = standing()
    assert (ended["not_read"], ended["ended"] > ended["started"]) == (0, True)
    (untold,) = reports.rows("SELECT sum(reserved_tokens) FROM calls WHERE prompt_tokens IS NULL AND state <> 'unpaid'")
    assert ended["untold"] == (untold[0] or 0) > 0
    assert f"({untold[0]:,} of it as reserved, since no answer told what those calls took)" in shown


def test_the_seeds_by_replay_killed_and_resumed(tmp_path: Path) -> None:
    """No key and no network; the end is what ``extract`` makes of them, but for when it was made."""
    directory = tmp_path / "run"
    command = ("run", ROOT / "seeds" / "articles", "--run", directory, "--replay", ROOT / "tests" / "cassettes")
    kills = 0
    for _ in range(3):
        with started(*command, "--concurrency", "1") as process:
            before = _done(directory)
            with suppress(AssertionError):
                until(lambda before=before: _done(directory) > before or process.poll() is not None)  # type: ignore[misc]
            process.kill()
            kills += process.wait() == -9
    assert kills
    assert run(*command)[0] == 0
    out = tmp_path / "extract.jsonl"
    subprocess.run(
        [*COMMAND, "extract", *command[1:2], "--replay", command[-1], "--out", str(out)],
        check=True,
        capture_output=True,
    )
    expected = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    lines = exported(directory, tmp_path / "batch.jsonl")
    assert _sorted(lines) == _sorted(expected)
    assert len(lines) == 5


def _done(directory: Path) -> int:
    path = directory / "ledger.sqlite3"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as ledger:
        try:
            return int(ledger.execute("SELECT count(*) FROM articles WHERE state = 'done'").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def _sorted(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [{**line, "provenance": {**line["provenance"], "created": None}} for line in lines]
    return sorted(kept, key=lambda line: str(line["article_id"]))


def test_a_full_disk_stops_the_run_with_a_clear_message_and_it_resumes(tmp_path: Path) -> None:
    """A limit on the size of files stands for it; where one may mount, a disk that is really full does too."""
    reports = Reports(tmp_path, 80)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    with provider(80) as server:
        with started(*reports.command(server, "--concurrency", "4"), preexec_fn=limit) as process:
            _, err = process.communicate(timeout=60)
        assert process.returncode == 2, err
        assert "full or over a quota" in err
        assert "the same command goes on from there" in " ".join(err.split())
        _resumes(reports, server)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 700 kB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(mount)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a file system can only be mounted by root, where that is allowed")
    try:
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path) -> None:
    """The same on a file system without room; with more room it goes on."""
    reports = Reports(tmp_path, 80)
    reports.directory = small_disk / "run"
    with provider(80) as server:
        code, _, err = run(*reports.command(server, "--concurrency", "4"))
        assert code == 2, err
        assert "no room is left on the disk" in err or "full or over a quota" in err
        subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
        _resumes(reports, server)


def _resumes(reports: Reports, server: RunningProvider) -> None:
    finished = reports.finished()
    assert 0 < len(finished) < 80
    before = len(server.journal())
    assert run(*reports.command(server))[0] == 0
    assert reports.finished() == frozenset(range(80))
    assert not {call.article for call in server.journal()[before:]} & finished


def test_bad_input_is_named_with_its_place_and_the_rest_is_done(tmp_path: Path) -> None:
    """Broken JSON, no id, an id with two texts, an empty text: failures with their line; the exit code says so."""
    reports = Reports(tmp_path, 3)
    bad = ["{broken", '{"text": "no id"}', json.dumps({"id": id_of(0), "text": "Another."}), '{"id": "e", "text": " "}']
    with reports.input.open("a", encoding="utf-8") as file:
        file.write("\n".join(bad) + "\n")
    with provider(3) as server:
        code, _, err = run(*reports.command(server))
    assert code == 1
    for line in range(4, 8):
        assert f"{reports.input}, line {line}" in err
    failed = [json.loads(line) for line in run("failures", reports.directory, "--json")[1].splitlines()]
    assert [each["source"] for each in failed] == [f"{reports.input}, line {line}" for line in range(4, 8)]
    assert f"{reports.input}, line 4: input: not JSON" in run("failures", reports.directory)[1]
    assert len(reports.finished()) == 3
    assert "4 places could not be read" in run("status", reports.directory)[1]


def test_what_failed_is_retried_without_input_or_settings(tmp_path: Path) -> None:
    """A refusal fails again at no cost; an endpoint's own fault is asked about again; the ledger is exported whole."""
    plan = {"articles": 40, "share": 0.0, "lasting": 0.1}
    reports = Reports(tmp_path, 40)
    with serving(Setting(plan, 0.02)) as server:
        code, _, err = run(*reports.command(server))
        assert code == 1
        first = run("failures", reports.directory)[1]
        assert len(first.splitlines()) == 4
        before = len(server.journal())
        code, _, err = run("retry", reports.directory)
        assert code == 1, err
        # A refusal and a filter's cut are answers, and kept; what was refused unread costs nothing to ask again.
        asked = server.journal()[before:]
        assert {call.fault for call in asked} == {"too_long", "bad_request"}
    assert sorted(run("failures", reports.directory)[1].splitlines()) == sorted(first.splitlines())
    out = tmp_path / "ledger.parquet"
    assert run("export", reports.directory, "--to", "ledger", "--out", out)[0] == 0
    from pyarrow import parquet

    rows = parquet.read_table(out).to_pylist()
    assert len(rows) == 40
    assert {row["attempts"] for row in rows if row["state"] == "failed"} == {2}
    assert sum(row["prompt_tokens"] or 0 for row in rows) == 8_000 * len(
        reports.rows("SELECT n FROM calls WHERE prompt_tokens IS NOT NULL")
    )
    for form, name in (("csv", "tables"), ("parquet", "all.parquet")):
        code, _, err = run("export", reports.directory, "--to", form, "--out", tmp_path / name)
        assert code == 0, err
        assert "36 extractions written" in err


def test_other_settings_and_places_that_are_no_run_are_refused(tmp_path: Path) -> None:
    """Each refusal says what is wrong, what differs and what to do, and asks nobody."""
    reports = Reports(tmp_path, 1)
    with provider(1) as server:
        assert run(*reports.command(server))[0] == 0
        calls = len(server.journal())
        for more, said in (
            (["--temperature", "0.5"], "temperature: 0.0 before, 0.5 now"),
            (["--vague", "open"], "vague:"),
            (["--model", "other"], "The model was reporter and is other now"),
            (["--shard", "1/2"], "cannot go on in 2 shards"),
            (["--shard", "3/2"], "no shard as i/n"),
            (["--budget", "much"], "the budget 'much'"),
            (["--budget", "5 USD"], "needs the price of 'reporter'"),
            (["--run", str(reports.input)], "this is a file"),
            (["--run", "/proc/none/run"], "cannot be made or written"),
            (["--base-url", "http://127.0.0.1:9/v1"], "add --moved"),
            (["--replay", "x"], "--replay does not go with"),
        ):
            code, _, err = run(*reports.command(server, *more))
            assert code == 2, (more, err)
            assert said in " ".join(err.split()), more
            assert "Traceback" not in err
        moved = server.url.replace("127.0.0.1", "localhost")
        assert run(*reports.command(server, "--base-url", moved, "--moved"))[0] == 0
        assert len(server.journal()) == calls
        for command in ("status", "failures", "retry"):
            code, _, err = run(command, tmp_path / "none")
            assert (code, "there is no run here" in err) == (2, True)


def test_a_dry_run_says_what_it_takes_and_asks_nobody(tmp_path: Path) -> None:
    """Before the first answer at the most; afterwards also what is likely, in money too; only for what is left."""
    reports = Reports(tmp_path, 4)
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "USD"\n[models.reporter]\ninput = 1.0\noutput = 2.0\n')
    with provider(4) as server:
        code, to_openai, _ = run("run", reports.input, "--run", reports.directory, "--model", "reporter", "--dry-run")
        assert (code, "articles: 4" in to_openai) == (0, True)  # without a key
        code, out, _ = run(*reports.command(server, "--dry-run"))
        assert code == 0
        assert "articles: 4" in out
        assert "likely: not known" in out
        assert not reports.directory.exists()
        reports.write(3)
        assert run(*reports.command(server))[0] == 0
        calls = len(server.journal())
        reports.write(4)
        code, out, _ = run(*reports.command(server, "--dry-run", "--prices", str(prices)))
        assert len(server.journal()) == calls
    assert "articles: 1\n" in out
    assert "calls: 1," in out
    assert out.count("USD") == 2


def test_web_pages_in_place_of_answers_stop_a_run_that_never_had_one_at_once(tmp_path: Path) -> None:
    """A wrong base URL costs a few calls and nothing of the budget, and is named; nothing has failed."""
    reports = Reports(tmp_path, 40)
    page = Prepared(b"<!DOCTYPE html><p>Sign in", headers={"content-type": "text/html"})
    with fault_server.serving(page) as server:
        command = ["run", reports.input, "--run", reports.directory, "--base-url", server.url, "--model", "reporter"]
        code, _, err = run(*command)
    assert (code, "is the base URL the one of the API?" in err) == (2, True)
    assert reports.rows("SELECT count(*) FROM calls WHERE status = 200") == [(5,)]
    assert reports.rows("SELECT DISTINCT state FROM calls") == [("unpaid",)]
    assert reports.rows("SELECT count(*) FROM articles WHERE state <> 'waiting'") == [(0,)]
    _, shown, _ = run("status", reports.directory)
    assert "spent: 0 tokens\n" in shown
    with provider(40) as good:  # the same command with the right address does it all
        assert run(*reports.command(good, "--moved"))[0] == 0


def test_a_terminal_gets_one_line_with_all_that_matters(tmp_path: Path) -> None:
    """Done, failed, rate, tokens, cost and time left; elsewhere it is a line now and then."""
    reports = Reports(tmp_path, 30)
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "USD"\n[models.reporter]\ninput = 1.0\noutput = 2.0\n')
    ours, theirs = pty.openpty()
    with provider(30, 0.1) as server:
        command = [*COMMAND, "batch", *map(str, reports.command(server, "--concurrency", "4", "--prices", str(prices)))]
        with subprocess.Popen(command, stderr=theirs, env={**environment(), "TERM": "xterm", "COLUMNS": "120"}):
            os.close(theirs)
            drawn = b""
            with suppress(OSError):  # the end of a terminal
                while part := os.read(ours, 65_536):
                    drawn += part
    os.close(ours)
    lines = [line for line in drawn.decode().replace("\r", "\n").split("\n") if "left" in line]
    assert any(
        all(part in line for part in ("of 30 done, 0 failed", "/s", "tokens", "USD", "about")) for line in lines
    ), drawn


def test_shards_share_a_directory(tmp_path: Path) -> None:
    """Two processes with a part each; status, export and retry take them together."""
    reports = Reports(tmp_path, 20)
    with provider(20, 0.1) as server:
        with (
            started(*reports.command(server, "--shard", "1/2")) as one,
            started(*reports.command(server, "--shard", "2/2")) as two,
        ):
            assert [process.wait(60) for process in (one, two)] == [0, 0]
        assert len(server.journal()) == len({call.body for call in server.journal()})
        assert run("retry", reports.directory)[0] == 0
    assert json.loads(run("status", reports.directory, "--json")[1])["counts"]["done"] == 20
    assert len(exported(reports.directory, tmp_path / "out.jsonl")) == 20


def test_a_retry_with_nothing_to_do_needs_no_endpoint(tmp_path: Path) -> None:
    """Of a replayed run, which has none, all is done: it says so, and all is well."""
    assert run("run", FOLDER, "--run", tmp_path / "run", "--replay", ROOT / "tests" / "cassettes")[0] == 0
    code, _, err = run("retry", tmp_path / "run")
    assert (code, err.strip()) == (0, "nothing has failed, and nothing waits")
