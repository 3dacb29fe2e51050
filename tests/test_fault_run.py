"""What the fault suite counts: it must be able to find each thing that it is there to find."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path

from tests.fault_course import Course, Rules, breaches_of, moments
from tests.fault_plan import Plan
from tests.fault_run import ON_THE_WIRE, Kill, Store, Worker, bill_of
from tests.provider import serving
from tests.provider_server import Call, Setting
from tests.written_reports import id_of

GOOD = Call(article=0, body="a", fault=None, at=10.0, ended=10.2, billed=True, usable=True)
LIMITED = Call(article=1, body="b", fault="429_retry_after", at=10.0, ended=10.2, pause=1.0)
KILL = Kill(10.1, Store())


def test_the_same_request_answered_twice_is_paid_again() -> None:
    """In flight at the kill it cannot be helped; without a kill it has no excuse."""
    again = replace(GOOD, at=12.0, ended=12.2)
    assert (bill_of([GOOD, again], [KILL]).paid_again, bill_of([GOOD, again], [KILL]).unexplained) == (1, 0)
    assert bill_of([GOOD, again]).unexplained == 1
    assert bill_of([GOOD, again], [replace(KILL, at=11.0)]).unexplained == 1
    assert bill_of([GOOD, replace(again, body="other")]).paid_again == 0


def test_what_the_store_says_was_under_way_counts_for_more_than_the_clock() -> None:
    """An answer that the worker had no time to read was in flight, one that it had written down was not."""
    again = replace(GOOD, at=22.0, ended=22.2)
    unread, written = Store(open=frozenset({"a"})), Store(open=frozenset())
    assert bill_of([GOOD, again], [Kill(20.0, unread)]).unexplained == 0
    assert bill_of([GOOD, again], [Kill(10.3, written)]).unexplained == 1
    assert bill_of([GOOD, again], [Kill(9.0, unread)]).unexplained == 1


def test_what_a_fault_spoilt_is_not_paid_again() -> None:
    """A cut answer was billed, and has to be asked for once more."""
    cut = replace(GOOD, fault="cut", usable=False)
    bill = bill_of([cut, replace(GOOD, at=11.0)])
    assert (bill.calls, bill.paid, bill.spoilt, bill.paid_again) == (2, 1, 1, 0)


def test_a_call_about_a_finished_article_is_found() -> None:
    """Only after the kill before which it was finished."""
    later = replace(GOOD, body="c", at=12.0, ended=12.2)
    assert bill_of([GOOD, later], [replace(KILL, store=Store(frozenset({0})))]).asked_again == 1
    assert bill_of([GOOD, later], [replace(KILL, store=Store(frozenset({7})))]).asked_again == 0
    assert bill_of([GOOD], [replace(KILL, store=Store(frozenset({0})))]).asked_again == 0


def test_a_call_within_a_pause_is_a_breach_unless_it_was_on_the_wire() -> None:
    """Whoever it is about: the pause holds for all calls."""
    soon, late, after = (replace(GOOD, at=LIMITED.ended + wait) for wait in (ON_THE_WIRE / 2, 0.9, 1.01))
    assert bill_of([LIMITED, late]).breaches == 1
    bill = bill_of([LIMITED, soon, after])
    assert (bill.pauses, bill.breaches, round(bill.latest, 3)) == (1, 0, ON_THE_WIRE / 2)
    assert bill_of([LIMITED, late], [replace(KILL, at=10.5)]).breaches == 0
    assert bill_of([LIMITED, late], [KILL]).breaches == 0


def test_every_departure_from_the_run_without_faults_is_told() -> None:
    """Lost, failed, different, empty, twice: each has its words."""
    plan, rules = Plan(4, share=0, lasting=0), Rules()
    results = {id_of(number): {"claims": [number]} for number in range(4)}
    without = Course(0, results, 4, {}, (), (GOOD,), "")
    assert breaches_of(without, without, plan, rules) == []
    three = {id: content for id, content in results.items() if id != id_of(3)}
    empty = {**three, id_of(3): {"claims": []}}
    assert "neither done nor failed" in breaches_of(replace(without, results=three, rows=3), without, plan, rules)[0]
    failed = replace(without, results=three, rows=3, failed={id_of(3): "no_answer"})
    assert "failed that should not" in breaches_of(failed, without, plan, rules)[0]
    assert "both done and failed" in breaches_of(replace(failed, results=results, rows=4), without, plan, rules)[0]
    assert "came out otherwise" in breaches_of(replace(without, results=empty), without, plan, rules)[0]
    assert "nothing in them" in breaches_of(replace(without, results=empty), without, plan, rules)[1]
    assert "twice" in breaches_of(replace(without, rows=5), without, plan, rules)[0]
    assert "without a kill" in breaches_of(replace(without, journal=(GOOD, GOOD)), without, plan, rules)[1]


def test_a_worker_is_killed_when_so_many_answers_were_sent(tmp_path: Path) -> None:
    """And can be started again; one that ends before that was not killed."""
    asking = (
        "import sys, urllib.request\n"
        "body = b'{\"messages\": []}'\n"
        "for _ in range(int(sys.argv[2])): urllib.request.urlopen(sys.argv[1] + '/chat/completions', body).read()\n"
    )
    with serving(Setting(vars(Plan(4)), latency=0.01)) as server:
        worker = Worker([sys.executable, "-c", asking, server.url, "300"], tmp_path / "log")
        assert worker.run_until(server, 20) == -signal.SIGKILL
        assert 20 <= server.good() < 300
        short = Worker([sys.executable, "-c", asking, server.url, "3"], tmp_path / "log")
        assert short.run_until(server, 10_000) == 0
        assert short.run() == 0
    assert (len(worker.kills), len(short.kills)) == (1, 0)


def test_moments_of_kills_are_the_same_for_the_same_seed() -> None:
    """At random, in order, and not so near to the ends that nothing would be under way."""
    assert moments(1000, 3, 1) == moments(1000, 3, 1) != moments(1000, 3, 2)
    assert all(50 <= moment < 950 for seed in range(50) for moment in moments(1000, 3, seed))
