"""`conflict-extract batch run` against a server that nobody here wrote: aimock, with its chaos mode.

It is a package of npm's (`make aimock` installs it into a folder that git ignores); without it, this is skipped.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.fault_course import PROGRAM, Rules, command, failures, results
from tests.fault_run import Worker, bill_of, faults_met
from tests.fault_server import free_port
from tests.provider_server import Call
from tests.written_reports import id_of, is_long, is_reasked, lines_of, number_in, reply_to, text_of

AIMOCK = Path(__file__).parents[1] / ".aimock/node_modules/@copilotkit/aimock/dist/cli.js"

pytestmark = [
    pytest.mark.skipif(which("node") is None, reason="there is no Node.js here"),
    pytest.mark.skipif(not AIMOCK.exists(), reason="aimock is not installed: make aimock"),
]

NUMBERS = [number for number in range(30) if not is_long(number) and not is_reasked(number)]
RULES = Rules(in_flight=8)


class Aimock:
    """The running server, asked over its control interface."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._control = f"http://127.0.0.1:{port}/__aimock"

    def journal(self) -> list[Call]:
        """All requests, as the fault suite counts them; aimock does not say when an answer had been sent."""
        since = time.time() - time.monotonic()
        return [self._call(entry, since) for entry in self._get("/journal")]

    def good(self) -> int:
        """How many answers were good."""
        return sum(call.usable for call in self.journal())

    def calm(self) -> None:
        """No more chaos."""
        self._get("/chaos", {})

    def _call(self, entry: dict[str, Any], since: float) -> Call:
        body, answer = entry["body"], entry["response"]
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        fault = answer.get("chaosAction")
        good = answer["status"] == 200 and fault is None
        number = number_in(body["messages"][1]["content"])
        return Call(number, digest, fault, entry["timestamp"] / 1000 - since, billed=good, usable=good)

    def _get(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._control + path, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def aimock(tmp_path: Path) -> Iterator[Aimock]:
    """A server that knows a reply to each report, and spoils a third of its answers."""
    fixtures = [
        {"match": {"userMessage": village[0]}, "response": {"content": reply_to(text_of(number))}}
        for number in NUMBERS
        if (village := re.search(r"Wadi \w+", text_of(number)))
    ]
    (tmp_path / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
    port = free_port()
    chaos = {"drop": 0.1, "malformed": 0.1, "disconnect": 0.1, "ratelimit": 0.03, "latency": 50}
    options = [word for name, rate in chaos.items() for word in (f"--chaos-{name}", str(rate))]
    words = ["node", AIMOCK, "--port", str(port), "--fixtures", tmp_path / "fixtures.json", "--journal-max", "0"]
    with subprocess.Popen([*map(str, words), *options], stdout=subprocess.DEVNULL) as process:
        server = Aimock(port)
        try:
            _wait_for(server)
            yield server
        finally:
            process.kill()


def _wait_for(server: Aimock) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            server.journal()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def test_a_run_comes_through_the_chaos_of_a_foreign_server(aimock: Aimock, tmp_path: Path) -> None:
    """Killed once and gone on with, each article ends once; paid again is what was in flight."""
    reports, directory = tmp_path / "reports.jsonl", tmp_path / "run"
    reports.write_text(lines_of(NUMBERS), encoding="utf-8")
    worker = Worker(command(reports, directory, aimock.url, RULES), tmp_path / "log")
    worker.run_until(aimock, 12)
    worker.run()
    assert sum(faults_met(aimock.journal()).values()) >= 1
    if failures(directory):  # one in a thousand articles meets five faults on end, which is as often as it is tried
        aimock.calm()
        retrying = Worker([*PROGRAM, "batch", "retry", str(directory)], tmp_path / "log")
        assert retrying.run() == 0
    rows = list(results(directory))
    assert sorted(id for id, _ in rows) == [id_of(number) for number in NUMBERS]
    assert all(len(each["claims"]) == 4 and not each["rejected"] for _, each in rows)
    calls = aimock.journal()
    assert bill_of(calls).paid_again <= RULES.in_flight * len(worker.kills)
    assert worker.run() == 0
    assert len(aimock.journal()) == len(calls)
