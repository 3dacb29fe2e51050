"""`conflict-extract batch run` against a provider that goes wrong in every way, killed and started again.

The short form; ``make faults`` runs 1,000 articles.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.fault_course import Course, Rules, breaches_of, command, failures, moments, results, run_batch
from tests.fault_plan import LASTING, RECOVERABLE, STOPPING, Plan
from tests.fault_run import Worker, bill_of, faults_met
from tests.provider import serving
from tests.provider_server import Setting
from tests.written_reports import id_of, lines_of

PLAN = Plan(articles=80, seed=10, share=0.4, lasting=0.05)
CLEAN = replace(PLAN, share=0.0, lasting=0.0)
RULES = Rules(in_flight=16, deadline=3.0, latency=0.05, pause=0.5)


@dataclass(frozen=True)
class Pair:
    """The same articles, with faults and kills and without."""

    faulty: Course
    clean: Course


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Both runs, once for all tests."""
    home = tmp_path_factory.mktemp("runs")
    clean = run_batch(CLEAN, home / "clean", RULES)
    return Pair(run_batch(PLAN, home / "faulty", RULES, moments(PLAN.articles, 2, PLAN.seed)), clean)


def test_nothing_is_lost_and_nothing_paid_for_twice(pair: Pair) -> None:
    """Under every fault and two kills each article ends once, as it does without, at no more than was in flight."""
    assert len(pair.faulty.kills) == 2
    assert set(faults_met(pair.faulty.journal)) >= {*RECOVERABLE, *LASTING}
    assert breaches_of(pair.faulty, pair.clean, PLAN, RULES) == []


def test_a_run_without_faults_pays_once_for_each_request(pair: Pair) -> None:
    """As many calls as answers, all of them of use."""
    bill = pair.clean.bill
    assert pair.clean.exit_code == 0
    assert len(pair.clean.results) == PLAN.articles
    assert (bill.paid_again, bill.spoilt, bill.paid) == (0, 0, bill.calls)


def test_what_cannot_be_had_fails_its_article_with_the_reason(pair: Pair) -> None:
    """Refusals, filters and articles that are too long fail alone; the run says so with its exit code."""
    reasons = {"refusal": "refusal", "content_filter": "content_filter"}
    planned = {number: kinds[0] for number, kinds in PLAN.faults().items() if kinds[0] in LASTING}
    wanted = {id_of(number): reasons.get(kind, "refused_request") for number, kind in planned.items()}
    assert pair.faulty.failed == wanted
    assert pair.faulty.exit_code == 1


@pytest.mark.parametrize("stop", STOPPING)
def test_what_every_call_would_meet_stops_the_run_after_one(stop: str, tmp_path: Path) -> None:
    """No quota, a wrong key, an unknown model: one call, the cause named, and no article failed for it."""
    course = run_batch(PLAN, tmp_path / "run", RULES, stop=stop)
    assert [call.fault for call in course.journal] == [stop]
    assert course.exit_code not in (0, 1)
    assert {"quota": "no quota is left", "wrong_key": "key", "unknown_model": "model"}[stop] in course.said
    assert (course.results, course.failed) == ({}, {})


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A run directory, beside an input file."""
    (tmp_path / "reports.jsonl").write_text(lines_of(range(CLEAN.articles)), encoding="utf-8")
    return tmp_path / "run"


def test_a_quota_that_ends_in_the_middle_stops_the_run_until_it_is_filled(directory: Path) -> None:
    """At most the calls in flight meet it; the same command goes on when there is quota again."""
    setting = Setting(vars(CLEAN), RULES.latency, stop="quota", stop_after=30)
    with serving(setting) as server:
        words = command(directory.parent / "reports.jsonl", directory, server.url, RULES)
        worker = Worker(words, directory.parent / "log")
        assert worker.run() not in (0, 1)
        met = faults_met(server.journal())["quota"]
        assert 1 <= met <= RULES.in_flight
        assert failures(directory) == {}
        server.refill()
        assert worker.run() == 0
        bill = bill_of(server.journal())
    assert len(dict(results(directory))) == CLEAN.articles
    assert (bill.paid_again, bill.paid) == (0, bill.calls - met)


def test_a_run_that_is_told_to_stop_pays_for_nothing_twice(directory: Path) -> None:
    """After SIGTERM the calls in flight come back and are kept."""
    with serving(Setting(vars(CLEAN), latency=0.1)) as server:
        words = command(directory.parent / "reports.jsonl", directory, server.url, RULES)
        worker = Worker(words, directory.parent / "log")
        assert worker.run_until(server, 20, end=signal.SIGTERM) > 0
        assert len(server.journal()) < CLEAN.articles
        assert worker.run() == 0
        bill = bill_of(server.journal())
    assert (bill.paid_again, bill.paid) == (0, bill.calls)
    assert len(dict(results(directory))) == CLEAN.articles
