"""`conflict-extract batch run` over written reports, with faults and kills, and what is not as it should be then."""

from __future__ import annotations

import json
import random
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conflict_extract.batch.results import RunResults
from tests.fault_plan import LASTING, Plan
from tests.fault_run import Bill, Kill, Store, Worker, bill_of
from tests.provider import serving
from tests.provider_server import Call, Setting
from tests.written_reports import id_of, lines_of

PROGRAM = (sys.executable, "-c", "from conflict_extract.cli import main; main()")
"""``conflict-extract``, as the interpreter that runs this has it."""


@dataclass(frozen=True)
class Rules:
    """How a run goes on.

    Attributes:
        in_flight: The ceiling of calls at once.
        deadline: Seconds that a call may take.
        latency: Seconds that each answer takes.
        pause: Seconds that the provider asks to wait, where it does.
    """

    in_flight: int = 64
    deadline: float = 5.0
    latency: float = 0.2
    pause: float = 1.0


@dataclass(frozen=True)
class Course:
    """What became of one run with all its kills.

    Attributes:
        exit_code: Of the last process.
        results: For each article that is done, its extraction without provenance.
        rows: Lines of the results, which are more than the results where one is there twice.
        failed: For each article that failed, its reason.
        kills: The kills.
        journal: All requests.
        said: What the command printed.
    """

    exit_code: int
    results: dict[str, dict[str, Any]]
    rows: int
    failed: dict[str, str]
    kills: tuple[Kill, ...]
    journal: tuple[Call, ...]
    said: str

    @property
    def bill(self) -> Bill:
        """What the journal says."""
        return bill_of(self.journal, self.kills)

    @property
    def per_second(self) -> float:
        """Articles for each second between the first request and the last answer."""
        return speed(self.journal)


def speed(journal: Sequence[Call]) -> float:
    """Articles for each second between the first request and the last answer."""
    calls = [call for call in journal if call.article is not None]
    return len({call.article for call in calls}) / (max(call.ended or call.at for call in calls) - calls[0].at)


def run_batch(plan: Plan, folder: Path, rules: Rules, kills: Sequence[int] = (), *, stop: str | None = None) -> Course:
    """One run over the reports of a plan, with a provider of its own.

    Args:
        plan: Which articles there are, and which faults they meet.
        folder: For input, run directory and log; it must not be there yet.
        rules: How it goes on.
        kills: After how many good answers the process is killed.
        stop: What the provider answers to everything.
    """
    folder.mkdir(parents=True)
    inputs, directory, log = folder / "reports.jsonl", folder / "run", folder / "log.txt"
    inputs.write_text(lines_of(range(plan.articles)), encoding="utf-8")
    with serving(Setting(vars(plan), rules.latency, rules.pause, stop)) as server:
        worker = Worker(command(inputs, directory, server.url, rules), log, lambda: store_of(directory))
        for good in kills:
            worker.run_until(server, good)
        exit_code = worker.run()
        journal = tuple(server.journal())
    rows = results(directory)
    return Course(exit_code, dict(rows), len(rows), failures(directory), tuple(worker.kills), journal, log.read_text())


def command(inputs: Path, directory: Path, url: str, rules: Rules) -> list[str]:
    """The command under test."""
    return [
        *PROGRAM, "batch", "run", str(inputs), "--run", str(directory), "--base-url", url, "--model", "reporter",
        "--deadline", f"{rules.deadline:g}", "--concurrency", str(rules.in_flight),
    ]  # fmt: skip


def moments(articles: int, kills: int, seed: int) -> list[int]:
    """After how many good answers to kill: at random, not in the first or last twentieth."""
    dice = random.Random(seed)
    return sorted(dice.sample(range(articles // 20, articles * 19 // 20), kills))


def store_of(directory: Path) -> Store:
    """What a run directory says: which reports are finished, and which calls were under way when it was left."""
    path = directory / "ledger.sqlite3"
    if not path.exists():  # killed before there was one
        return Store(open=frozenset())
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
        rows = ledger.execute("SELECT id FROM articles WHERE state IN ('done', 'failed')").fetchall()
        open_ = ledger.execute("SELECT request FROM calls WHERE state = 'open'").fetchall()
    return Store(frozenset(int(id.removeprefix("report-")) for (id,) in rows), frozenset(key for (key,) in open_))


def failures(directory: Path) -> dict[str, str]:
    """For each article that failed, its reason."""
    return {str(failed.article): failed.reason for failed in RunResults(directory).failures()}


def results(directory: Path) -> list[tuple[str, dict[str, Any]]]:
    """Id and extraction, without provenance, of all that is done."""
    extractions = [json.loads(line) for line in RunResults(directory).lines()]
    return [
        (each["article_id"], {name: value for name, value in each.items() if name != "provenance"})
        for each in extractions
    ]


def breaches_of(course: Course, without: Course, plan: Plan, rules: Rules) -> list[str]:
    """All that is not as it should be after a run with faults and kills, in words.

    Args:
        course: The run.
        without: The same articles without faults and kills.
        plan: The plan of the run.
        rules: How it went on.
    """
    lasting = {id_of(number) for number, kinds in plan.faults().items() if kinds[0] in LASTING}
    everything = {id_of(number) for number in range(plan.articles)}
    lost = everything - course.results.keys() - course.failed.keys()
    wrong = sorted(course.failed.keys() ^ lasting)
    differing = sorted(id for id in everything - lasting if course.results.get(id) != without.results[id])
    bill = course.bill
    in_flight = sum(min(kill.store.in_flight, rules.in_flight) for kill in course.kills)
    checks = {
        f"{course.rows - len(course.results)} rows are there twice": course.rows != len(course.results),
        f"{len(lost)} articles are neither done nor failed: {sorted(lost)[:5]}": lost,
        "articles are both done and failed": course.results.keys() & course.failed.keys(),
        f"{len(wrong)} articles failed that should not, or the other way round: {wrong[:5]}": wrong,
        f"{len(differing)} articles came out otherwise than without faults: {differing[:5]}": differing,
        f"{bill.asked_again} calls about articles that were finished": bill.asked_again,
        f"{bill.paid_again} calls were paid again, {in_flight} were in flight": bill.paid_again > in_flight,
        f"{bill.unexplained} calls were paid again without a kill": bill.unexplained,
        f"{bill.breaches} calls came before a pause was over": bill.breaches,
        "articles came out with nothing in them": not all(each["claims"] for each in course.results.values()),
    }
    return [problem for problem, found in checks.items() if found]
