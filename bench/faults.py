"""1,000 reports through `conflict-extract batch run` under mixed faults and three kill -9, and what became of them.

A provider of the fault suite's own answers, in a process of its own, and counts what it would bill. One run without
faults (the set that the others are held against, and the speed), one with faults in 30 % of the articles and the kills,
and one each with no quota, a wrong key and an unknown model. Ends with an error where anything is lost, paid for twice
beyond what was in flight, or asked before its time.

    python -m bench.faults [--articles 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.fault_course import Course, Rules, breaches_of, moments, run_batch
from tests.fault_plan import LASTING, STOPPING, Plan
from tests.fault_run import ON_THE_WIRE, faults_met

RULES = Rules()
KILLS = 3


def show(course: Course, plan: Plan) -> None:
    """Print what became of a run with faults and kills."""
    bill, met = course.bill, faults_met(course.journal)
    hit = sum(kinds[0] not in LASTING for kinds in plan.faults().values())
    print(f"{plan.articles:,} articles, {hit} of them with faults, {len(course.kills)} kill -9 (seed {plan.seed}):")
    print(
        f"  {len(course.results):,} done, {len(course.failed)} failed, {course.rows - len(course.results)} rows twice"
    )
    print(f"  faults met: {', '.join(f'{count} {kind}' for kind, count in sorted(met.items()))}")
    in_flight = ", ".join(str(kill.store.in_flight) for kill in course.kills)
    print(f"  {bill.calls:,} calls; in flight at the kills: {in_flight}; paid again: {bill.paid_again}")
    print(f"  billed for answers that the faults spoilt, whatever one does: {bill.spoilt}")
    print(f"  calls about articles that were finished before a kill: {bill.asked_again}")
    print(f"  {bill.pauses} pauses asked for, {bill.breaches} breaches; calls on the wire came up to")
    print(f"  {bill.latest * 1000:.0f} ms after a pause was announced ({ON_THE_WIRE * 1000:.0f} ms are no breach)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    plan = Plan(given.articles, given.seed)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        without = run_batch(replace(plan, share=0, lasting=0), folder / "without", RULES)
        print(f"no faults, {RULES.in_flight} in flight at {RULES.latency:g} s: {without.per_second:.0f} articles/s")
        if len(without.results) != plan.articles or without.bill.paid_again:
            sys.exit(f"{len(without.results)} done, {without.bill.paid_again} paid again: {without.said[-2000:]}")
        course = run_batch(plan, folder / "faults", RULES, moments(plan.articles, KILLS, plan.seed))
        show(course, plan)
        wrong += breaches_of(course, without, plan, RULES)
        for stop in STOPPING:
            stopped = run_batch(plan, folder / stop, RULES, stop=stop)
            calls = len(stopped.journal)
            print(f"{stop}: stopped after {calls} call(s), exit code {stopped.exit_code}")
            wrong += [f"{stop}: {calls} calls"] if calls > 1 or stopped.exit_code == 0 else []
    for each in wrong:
        print(f"NOT AS IT SHOULD BE: {each}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
