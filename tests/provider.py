"""Starts the fault suite's provider as a process, and reads its journal."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.provider_server import Call, Setting

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class RunningProvider:
    """A provider that runs.

    Attributes:
        port: Where it listens on 127.0.0.1.
        process: Its process.
    """

    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    def journal(self) -> list[Call]:
        """All requests that came so far, in their order."""
        return [Call(**json.loads(line)) for line in self._get("/journal").splitlines()]

    def good(self) -> int:
        """How many good answers were sent so far."""
        return int(self._get("/count"))

    def refill(self) -> None:
        """Let there be quota again."""
        self._get("/refill", method="POST")

    def _get(self, path: str, *, method: str = "GET") -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()


@contextmanager
def serving(setting: Setting) -> Iterator[RunningProvider]:
    """Run a provider for as long as the block takes."""
    command = [sys.executable, "-m", "tests.provider_server", json.dumps(asdict(setting))]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield RunningProvider(int(process.stdout.readline()), process)
        finally:
            process.kill()
