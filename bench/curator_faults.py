"""The faults of `bench.faults` once more, for Curator and for us, side by side in the same run.

Curator runs in an environment of its own, which the first run makes in the user's cache folder (half a gigabyte, a few
minutes). Both get the same provider, the same plan, the same messages, as many calls in flight, and the same kills.
A row of Curator's is usable where it is the reply that the model gave; one of ours where the extraction is the same as
without faults.

    python -m bench.curator_faults [--articles 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.faults import RULES
from tests.fault_course import Course, moments, run_batch, speed
from tests.fault_plan import LASTING, Plan
from tests.fault_run import Kill, Worker, bill_of
from tests.provider import RunningProvider, serving
from tests.provider_server import Call, Setting
from tests.written_reports import id_of, reply_to, text_of

from conflict_extract import Article, Extractor

CURATOR = "bespokelabs-curator==0.1.31"
KILLS = 2
PATIENCE = 60.0
"""Seconds for which calls without quota are counted, where a run does not stop by itself."""


def environment() -> Path:
    """The interpreter of Curator's environment, which is made where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "conflict-extract"
    home = cache / CURATOR.replace("==", "-")
    python, ready = home / "bin" / "python", home / "ready"
    if not ready.exists():
        print(f"installing {CURATOR} into {home}", flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", CURATOR], check=True)
        ready.touch()
    return python


@dataclass(frozen=True)
class Curator:
    """What became of Curator's run.

    Attributes:
        usable: Rows that are the reply of the model that was asked.
        journal: All requests.
        kills: The kills.
    """

    usable: int
    journal: tuple[Call, ...]
    kills: tuple[Kill, ...]


def run_curator(python: Path, plan: Plan, folder: Path, kills: Sequence[int] = ()) -> Curator:
    """One run of Curator's over the reports of a plan."""
    with _curator(python, plan, folder, Setting(vars(plan), RULES.latency, RULES.pause)) as (server, worker):
        for good in kills:
            worker.run_until(server, good)
        worker.run()
        journal = tuple(server.journal())
    wanted = {
        id_of(number): [json.loads(reply_to(text_of(number), asked_again=again)) for again in (False, True)]
        for number in range(plan.articles)
    }
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    usable = {row["id"] for row in rows if row["reply"] and json.loads(row["reply"]) in wanted[row["id"]]}
    return Curator(len(usable), journal, tuple(worker.kills))


def curator_without_quota(python: Path, plan: Plan, folder: Path) -> int:
    """Calls that Curator makes in ``PATIENCE`` seconds where no quota is left."""
    with _curator(python, plan, folder, Setting(vars(plan), RULES.latency, stop="quota", stop_after=2)) as (
        server,
        worker,
    ):
        with suppress(subprocess.TimeoutExpired):
            worker.run(timeout=PATIENCE)
        return sum(call.fault == "quota" for call in server.journal())


@contextmanager
def _curator(python: Path, plan: Plan, folder: Path, setting: Setting) -> Iterator[tuple[RunningProvider, Worker]]:
    folder.mkdir(parents=True)
    (folder / "rows.jsonl").write_text("".join(_rows(plan.articles)), encoding="utf-8")
    script = Path(__file__).with_name("curator_worker.py")
    with serving(setting) as server:
        command = [
            python, script, folder / "rows.jsonl", server.url, "reporter", folder / "work", folder / "out.jsonl",
            f"{RULES.deadline:.0f}", str(RULES.in_flight),
        ]  # fmt: skip
        words, log = [str(word) for word in command], folder / "log.txt"
        yield server, Worker(words, log, environment=_quiet(python, folder))


def _quiet(python: Path, folder: Path) -> Mapping[str, str]:
    """Environment variables that keep it and its packages from asking anything of the network."""
    (tokenizers,) = python.parents[1].glob("lib/python*/site-packages/litellm/litellm_core_utils/tokenizers")
    return {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "HOME": str(folder),
        "HF_HOME": str(folder / "hf"),
        "HF_HUB_OFFLINE": "1",
        "TELEMETRY_ENABLED": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TIKTOKEN_CACHE_DIR": str(tokenizers),
        "CURATOR_DISABLE_RICH_DISPLAY": "1",
    }


def _rows(articles: int) -> Iterator[str]:
    """The same messages as ours, but that a long report is asked about in one request."""
    with Extractor.connect("reporter", base_url="http://127.0.0.1/v1") as extractor:
        for number in range(articles):
            request = extractor.requests(Article(id=id_of(number), text=text_of(number)))[0]
            row = {"id": id_of(number), "system": request.messages[0].content, "user": text_of(number)}
            yield json.dumps(row) + "\n"


def _same(course: Course, without: Course) -> int:
    """Articles that came out as they do without faults."""
    return sum(course.results.get(id) == content for id, content in without.results.items())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    python = environment()
    plan = Plan(given.articles, given.seed)
    clean = replace(plan, share=0, lasting=0)
    kills = moments(plan.articles, KILLS, plan.seed)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        theirs = run_curator(python, clean, folder / "curator-clean")
        our = run_batch(clean, folder / "ours-clean", RULES)
        rows = [("articles/s without faults", f"{speed(theirs.journal):.0f}", f"{our.per_second:.0f}")]
        their_faults = run_curator(python, plan, folder / "curator-faults", kills)
        our_faults = run_batch(plan, folder / "ours-faults", RULES, kills)
        bills = [bill_of(each.journal, each.kills) for each in (their_faults, our_faults)]
        rows += [
            (f"usable of {plan.articles:,} with faults", str(their_faults.usable), str(_same(our_faults, our))),
            (f"paid again, {KILLS} kill -9", *(str(bill.paid_again - bill.unexplained) for bill in bills)),
            ("paid again without a kill", *(str(bill.unexplained) for bill in bills)),
            ("calls before a pause was over", *(str(bill.breaches) for bill in bills)),
            ("calls", *(str(bill.calls) for bill in bills)),
        ]
        ours = len(run_batch(plan, folder / "ours-quota", RULES, stop="quota").journal)
        quota = curator_without_quota(python, plan, folder / "curator-quota")
        rows.append((f"calls without quota, {PATIENCE:.0f} s at most", str(quota), str(ours)))
    lost = sum(kinds[0] in LASTING for kinds in plan.faults().values())
    print(f"{plan.articles:,} articles ({lost} of them refused), {RULES.in_flight} in flight, {RULES.latency:g} s")
    print(f"{'':34}{'Curator':>10}{'ours':>10}")
    for name, curator, own in rows:
        print(f"{name:34}{curator:>10}{own:>10}")


if __name__ == "__main__":
    main()
