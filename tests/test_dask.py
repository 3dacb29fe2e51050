"""A batch over two Dask workers in processes of their own, one killed, the whole job killed, and gone on with."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.batch.gate import Limits
from conflict_extract.batch.money import Budget, Price
from conflict_extract.batch.sharding import Shard
from conflict_extract.errors import ConfigError
from tests.fault_run import Kill, Store, bill_of
from tests.provider import RunningProvider, serving
from tests.provider_server import Setting
from tests.seeds import ROOT
from tests.written_reports import id_of, lines_of, number_in, text_of

pytest.importorskip("distributed")

REPORTS = 90


def start(server: RunningProvider, folder: Path, workers: int = 2) -> subprocess.Popen[str]:
    """The job, with all its processes in a group of their own."""
    command = [sys.executable, "-m", "tests.dask_job", server.url, folder / "in.jsonl", folder / "run", str(workers)]
    with (folder / "log").open("a") as log:
        return subprocess.Popen(
            list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )


def rows(folder: Path, query: str, part: str = "*") -> list[Any]:
    """What all ledgers of a run hold together, or one of them."""
    found: list[Any] = []
    for path in sorted((folder / "run").glob(f"ledger-{part}.sqlite3")):
        connection = sqlite3.connect(path, timeout=20)
        found += connection.execute(query).fetchall()
        connection.close()
    return found


def finished(folder: Path) -> list[int]:
    """The reports that the ledgers have as done or failed."""
    ids = rows(folder, "SELECT id FROM articles WHERE state <> 'waiting'")
    return [int(id.removeprefix("report-")) for (id,) in ids]


def kill(server: RunningProvider, folder: Path, good: int, how: Callable[[], None]) -> Kill:
    """Kill when so many good answers were sent."""
    until = time.monotonic() + 180
    while server.good() < good:
        assert time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.005)
    how()
    at = time.monotonic()
    open_ = frozenset(key for (key,) in rows(folder, "SELECT request FROM calls WHERE state = 'open'"))
    return Kill(at, Store(frozenset(finished(folder)), open_))


def test_a_killed_job_and_a_killed_worker_lose_nothing(tmp_path: Path) -> None:
    """Each report ends done exactly once; nothing finished is asked again; paid again is what was in flight at most.

    The killed job is gone on with by the same command, and the shard of a killed worker by the others of its job.
    """
    (tmp_path / "in.jsonl").write_text(lines_of(range(REPORTS)))
    with serving(Setting({"articles": REPORTS, "share": 0.0, "lasting": 0.0}, latency=0.15)) as server:
        with start(server, tmp_path) as job:
            try:
                kills = [kill(server, tmp_path, 30, lambda: os.killpg(job.pid, signal.SIGKILL))]
            finally:
                if job.poll() is None:
                    os.killpg(job.pid, signal.SIGKILL)
        assert 0 < len(finished(tmp_path)) < REPORTS
        with start(server, tmp_path) as job:
            assert job.stdout is not None
            workers = json.loads(job.stdout.readline())
            kills.append(kill(server, tmp_path, 55, lambda: os.kill(workers[0], signal.SIGKILL)))
            assert len(finished(tmp_path)) < REPORTS
            said, _ = job.communicate(timeout=180)
        assert job.returncode == 0, (tmp_path / "log").read_text()
        assert not list((tmp_path / "run").glob("*-wal")), "a ledger that was closed is one file"
        journal = server.journal()
    outcomes = [json.loads(line) for line in said.splitlines()]
    assert [outcome["error"] for outcome in outcomes] == [None, None]
    assert sum(outcome["counts"]["done"] for outcome in outcomes) == REPORTS
    assert Counter(finished(tmp_path)) == Counter(range(REPORTS))
    for number in range(2):
        mine = Shard(number + 1, 2)
        ids = {id for (id,) in rows(tmp_path, "SELECT id FROM extractions", f"{number + 1}-of-2")}
        assert ids == {id_of(report) for report in range(REPORTS) if mine.has(id_of(report))}
    bill = bill_of(journal, kills)
    assert (bill.asked_again, bill.unexplained) == (0, 0)
    unknown = sum(count for (count,) in rows(tmp_path, "SELECT count(*) FROM calls WHERE state = 'presumed'"))
    assert bill.paid_again <= unknown, "paid again are calls that were out when their worker died, and no others"


def test_rates_and_budget_are_divided_and_calls_in_flight_are_not() -> None:
    """All shards together keep what one process would keep."""
    price = Price(1.0, 2.0, "USD")
    limits = Limits(64, requests_per_minute=100, tokens_per_minute=9_000, budget=Budget(30.0, "USD"), price=price)
    shares = [Shard(number, 3).share_of(limits) for number in (1, 2, 3)]
    assert shares[0] == Limits(
        64, requests_per_minute=33, tokens_per_minute=3_000, budget=Budget(10.0, "USD"), price=price
    )
    assert len(set(shares)) == 1
    assert Shard(1, 3).share_of(Limits()) == Limits()
    with pytest.raises(ConfigError, match="2 per minute cannot be divided among 3"):
        Shard(1, 3).share_of(Limits(requests_per_minute=2))


def test_what_is_sent_to_a_worker_holds_no_article(tmp_path: Path) -> None:
    """Where the articles are, and how to connect: a job of any size is a few kilobytes."""
    import pickle
    from functools import partial

    from conflict_extract import Extractor
    from conflict_extract.batch.dask import Job

    path = tmp_path / "in.jsonl"
    path.write_text(lines_of(range(50)))
    job = Job((path,), tmp_path / "run", partial(Extractor.connect, "m", base_url="http://127.0.0.1:1/v1"))
    sent = pickle.dumps(job)
    assert len(sent) < 3_000
    assert text_of(7)[:40].encode() not in sent
    assert number_in(text_of(7)) == 7


@pytest.mark.nightly
def test_an_interrupted_job_lets_its_calls_end(tmp_path: Path) -> None:
    """Ctrl-C where the job was started: the workers begin no more, and every answer that was paid for is kept."""
    (tmp_path / "in.jsonl").write_text(lines_of(range(40)))
    with serving(Setting({"articles": 40, "share": 0.0, "lasting": 0.0}, latency=0.3)) as server:
        with start(server, tmp_path, workers=1) as job:
            kill(server, tmp_path, 10, lambda: os.kill(job.pid, signal.SIGINT))
            job.communicate(timeout=180)
        assert 10 <= len(finished(tmp_path)) < 40
        assert rows(tmp_path, "SELECT count(*) FROM calls WHERE state NOT IN ('paid', 'unpaid')") == [(0,)]
        answered = sum(call.usable and not call.gone for call in server.journal())
    (kept,) = rows(tmp_path, "SELECT count(*) FROM answers")
    assert kept == (answered,)


def test_the_documented_job_can_be_built() -> None:
    """The example of the docs runs, up to where it needs a cluster."""
    page = (ROOT / "docs" / "batch-clusters.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("with Client")[0]
    names: dict[str, Any] = {}
    exec(compile(code, "batch-clusters.md", "exec"), names)
    assert names["job"].options.limits.budget == Budget(500_000_000)
    assert names["run_on_dask"].__module__ == "conflict_extract.batch.dask"
