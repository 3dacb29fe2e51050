"""A worker that asks the fault suite's provider, killed at given moments and started again; and what the calls cost."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from tests.provider_server import Call

ON_THE_WIRE = 0.25
"""Seconds. Calls that come this soon after a pause was announced may have been sent before it was read; and an answer
that was sent this shortly before a kill may not have been written down yet, where the store does not say so itself."""


class Server(Protocol):
    """What is asked of a server: how many good answers it sent, and what came."""

    def good(self) -> int: ...  # noqa: D102
    def journal(self) -> list[Call]: ...  # noqa: D102


@dataclass(frozen=True)
class Kill:
    """A ``kill -9``.

    Attributes:
        at: When, in ``time.monotonic``.
        store: What the worker had written down.
    """

    at: float
    store: Store


@dataclass(frozen=True)
class Store:
    """What a worker's store says after its death.

    Attributes:
        finished: The numbers of the reports that are done or failed.
        open: Keys of the calls that were under way: begun, and their end not written down. A few of them may have been
            booked ahead, and not have gone out yet. None for a store that does not say.
    """

    finished: frozenset[int] = frozenset()
    open: frozenset[str] | None = None

    @property
    def in_flight(self) -> int:
        """How many calls were under way."""
        return len(self.open or ())


@dataclass
class Worker:
    """A command that does the whole work, and does what is left when it is started again.

    Attributes:
        command: The same at each start.
        log: Where its output goes.
        store: Reads its store.
        environment: Its environment variables, or None for this process's own.
        kills: The kills so far.
    """

    command: Sequence[str]
    log: Path
    store: Callable[[], Store] = Store
    environment: Mapping[str, str] | None = None
    kills: list[Kill] = field(default_factory=list)

    def run(self, *, timeout: float = 300) -> int:
        """Run to the end, and return the exit code."""
        with self.log.open("a") as log, self._started(log) as process:
            try:
                return process.wait(timeout)
            finally:
                process.kill()

    def run_until(self, server: Server, good: int, *, end: int = signal.SIGKILL, timeout: float = 300) -> int:
        """Run until so many good answers were sent in all, then end it with a signal, and wait.

        Returns:
            The exit code: ``-end`` where the signal itself ended it.
        """
        with self.log.open("a") as log, self._started(log) as process:
            try:
                last = time.monotonic() + timeout
                while process.poll() is None and server.good() < good:
                    if time.monotonic() > last:
                        raise TimeoutError(f"{good} good answers were not reached in {timeout:g} s")
                    time.sleep(0.005)
                process.send_signal(end)
                at = time.monotonic()
                exit_code = process.wait(60)
            finally:
                process.kill()
        if exit_code == -signal.SIGKILL:
            self.kills.append(Kill(at, self.store()))
        return exit_code

    def _started(self, log: TextIO) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT, env=self.environment)


@dataclass(frozen=True)
class Bill:
    """What a journal says of a run with kills.

    Attributes:
        calls: Requests about reports.
        paid: Of these, such as were billed and could be used.
        spoilt: Billed, and of no use to anybody: cut off, dripping, broken, of another model.
        paid_again: Answers that could be used and were paid for although the same request had brought one before.
        unexplained: Of these, such as were not in flight at a kill when they were paid for first.
        asked_again: Calls about reports that had been written down as finished before a kill that came earlier.
        pauses: How often the provider asked to wait.
        breaches: Calls that came before a pause was over, and too late to have been on the wire.
        latest: The longest time, in seconds, by which a call came after a pause was announced and still was on the
            wire.
    """

    calls: int
    paid: int
    spoilt: int
    paid_again: int
    unexplained: int
    asked_again: int
    pauses: int
    breaches: int
    latest: float


def bill_of(journal: Sequence[Call], kills: Sequence[Kill] = ()) -> Bill:
    """Count a journal."""
    calls = [call for call in journal if call.article is not None]
    paid = [call for call in calls if call.usable]
    latest: dict[str, Call] = {}
    again: list[Call] = []  # for each payment that came again, the one before it
    for call in paid:
        if call.body in latest:
            again.append(latest[call.body])
        latest[call.body] = call
    after = [_after_pauses(pause, calls, kills) for pause in calls if pause.pause is not None]
    return Bill(
        calls=len(calls),
        paid=len(paid),
        spoilt=sum(call.billed and not call.usable for call in calls),
        paid_again=len(again),
        unexplained=sum(not any(_in_flight(before, kill) for kill in kills) for before in again),
        asked_again=sum(call.at > kill.at and call.article in kill.store.finished for kill in kills for call in calls),
        pauses=len(after),
        breaches=sum(seconds > ON_THE_WIRE for each in after for seconds in each),
        latest=max((seconds for each in after for seconds in each if seconds <= ON_THE_WIRE), default=0.0),
    )


def _in_flight(call: Call, kill: Kill) -> bool:
    """Whether a call was under way at a kill: by the worker's store, or by the clock where that does not say."""
    if kill.store.open is not None:
        return call.at < kill.at and call.body in kill.store.open
    return call.at < kill.at and (call.ended is None or call.ended > kill.at - ON_THE_WIRE)


def _after_pauses(pausing: Call, calls: Sequence[Call], kills: Sequence[Kill]) -> list[float]:
    """By how long each call came after a pause was announced that came before it was over.

    A pause ends with the process that was told of it, and what was in flight at its kill told nobody.
    """
    if pausing.ended is None or pausing.pause is None or pausing.gone:
        return []
    if any(pausing.at < kill.at <= pausing.ended for kill in kills):
        return []
    end = min([pausing.ended + pausing.pause, *(kill.at for kill in kills if kill.at > pausing.ended)])
    return [call.at - pausing.ended for call in calls if pausing.ended < call.at < end]


def faults_met(journal: Sequence[Call]) -> Counter[str]:
    """How often each fault was met."""
    return Counter(call.fault for call in journal if call.fault is not None)
