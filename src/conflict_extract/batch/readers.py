"""Replies read in processes of their own, where reading would keep the run from its calls."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from conflict_extract.batch.garbage import collecting_seldom
from conflict_extract.errors import InternalError
from conflict_extract.reply.reading import Passage, Reading, read

_WINDOW = 32
"""Replies read in this process, after which it is seen how much of its time that took."""

_BUSY = 0.25
"""So much of this process's time may go into reading: 64 calls in flight with answers in a second stay below it."""

_MOST = 4  # processes that read
_AHEAD = 32
"""Replies that wait for one process at the most; what comes then is read here, as if there were none."""

_DEATHS = 2
"""Processes that may end over one reply. A second time it is no accident."""

_BARREN = 3
"""Processes that may end on end without having read anything: then they cannot work here."""

_START, _END = 60.0, 5.0  # seconds that a process may take to begin and to end
_SIZE = 8  # bytes before each message that tell its length
_READY = b"\n"

_log = logging.getLogger(__name__)


class Readers:
    """Reads the replies of a run: in this process, as long as that is little work, else in others beside it.

    To read a reply (parse, ground, resolve) takes some milliseconds, in which the event loop of a process does nothing
    else. With few calls or slow answers that is nothing, and no process is started. A process that dies is replaced,
    and what it had in hand is read again; an article over whose reply two have died fails, rather than the run.

    Use it on one event loop, and close it.

    Args:
        most: Processes that may be started; by default one for each core but the run's own, up to four.
        busy: The share of its time that this process may read in before another one is started.
    """

    def __init__(self, most: int | None = None, *, busy: float = _BUSY) -> None:
        self._most = _spare_cores() if most is None else most
        self._busy = busy
        self._processes: list[_Process] = []
        self._starting: asyncio.Task[None] | None = None
        self._barren = 0
        self._count, self._took, self._since = 0, 0.0, time.monotonic()

    async def read(self, text: str, passage: Passage, *, truncated: bool) -> Reading:
        """Read a reply against its passage (``conflict_extract.reply.reading.read``).

        Raises:
            UnreadableReplyError: Nothing can be read at all.
            InternalError: The processes that read it died.
        """
        deaths = 0
        while True:
            process = min(self._processes, key=lambda each: each.waiting, default=None)
            if deaths and process is None:  # not here: it could end the whole run
                await self._another()
                process = self._processes[0] if self._processes else None
            elif not deaths and (process is None or process.waiting >= _AHEAD):
                return self._read_here(text, passage, truncated=truncated)
            if process is not None:
                try:
                    return await process.ask((text, passage, truncated))
                except _DiedError as died:
                    deaths += died.at_it
            if process is None or deaths >= _DEATHS:
                raise InternalError(
                    "two processes died over its reply (killed, or short of memory?); "
                    "its answer is kept: `batch retry` reads it again"
                )

    async def aclose(self) -> None:
        """End the processes."""
        self._most = 0
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        for process in self._processes[:]:
            await process.aclose()

    def _read_here(self, text: str, passage: Passage, *, truncated: bool) -> Reading:
        began = time.monotonic()
        try:
            return read(text, passage, truncated=truncated)
        finally:
            ended = time.monotonic()
            self._count += 1
            self._took += ended - began
            if self._count >= _WINDOW:
                if self._took > self._busy * (ended - self._since):
                    self._start()
                self._count, self._took, self._since = 0, 0.0, ended

    def _start(self) -> None:
        """Have one more process started, if there may be one."""
        if self._starting is None and len(self._processes) < self._most:
            self._starting = asyncio.create_task(self._begun())

    async def _another(self) -> None:
        """Wait until there is a process, as far as there can be one."""
        while not self._processes and self._most:
            self._start()
            if self._starting is not None:
                await asyncio.wait([self._starting])

    async def _begun(self) -> None:
        try:
            self._processes.append(await _Process.begin(self._ended))
        except (EOFError, TimeoutError):
            self._in_vain()
        except (OSError, RuntimeError) as error:
            _log.debug("no process to read replies can be started: %s", type(error).__name__)
            self._most = 0
        finally:
            self._starting = None

    def _ended(self, process: _Process) -> None:
        """A process has died: another one takes its place."""
        self._processes.remove(process)
        if process.has_read:
            self._barren = 0
        else:
            self._in_vain()
        self._start()

    def _in_vain(self) -> None:
        """A process died without having read anything: where it goes on so, all is read here."""
        self._barren += 1
        if self._barren >= _BARREN:
            self._most = 0


class _DiedError(Exception):
    """The process died.

    Attributes:
        at_it: Over this reply, not over another one.
    """

    def __init__(self, *, at_it: bool) -> None:
        super().__init__()
        self.at_it = at_it


class _Process:
    """One process that reads, one reply after the other, in the order in which they are given.

    Attributes:
        has_read: Whether it has read anything yet.
    """

    def __init__(self, process: Process, ended: Callable[[_Process], None]) -> None:
        self.has_read = False
        self._process, self._ended = process, ended
        self._questions, self._answers = _pipes(process)
        self._asked: deque[asyncio.Future[Reading]] = deque()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def begin(cls, ended: Callable[[_Process], None]) -> _Process:
        """Start a process, and wait until it can read.

        Args:
            ended: Called with it when it has died.
        """
        # Not through multiprocessing: that would run the user's own main module once more. Apart from the terminal,
        # where an interrupt goes to all processes: the run decides when this one is no longer needed.
        code = "import sys; sys.path[:] = sys.argv[1:]; from conflict_extract.batch import readers; readers.work()"
        apart: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", code, *sys.path, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, **apart
        )
        try:
            async with asyncio.timeout(_START):
                await _pipes(process)[1].readexactly(len(_READY))
        except BaseException:
            await _end(process)
            raise
        return cls(process, ended)

    @property
    def waiting(self) -> int:
        """Replies that it has to read yet."""
        return len(self._asked)

    def ask(self, question: tuple[str, Passage, bool]) -> asyncio.Future[Reading]:
        """Give it a reply to read: its text, its passage, whether it was cut off."""
        self._questions.write(_message(question))
        answer = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        return answer

    async def _listen(self) -> None:
        try:
            while True:
                size = int.from_bytes(await self._answers.readexactly(_SIZE), "little")
                found = pickle.loads(await self._answers.readexactly(size))
                self.has_read = True
                answer = self._asked.popleft()
                if answer.done():  # nobody waits any more
                    pass
                elif isinstance(found, Reading):
                    answer.set_result(found)
                else:
                    answer.set_exception(found)
        except (OSError, EOFError, pickle.UnpicklingError):
            pass
        finally:
            self._ended(self)
            await _end(self._process)
            for place, answer in enumerate(self._asked):
                if not answer.done():
                    answer.set_exception(_DiedError(at_it=place == 0))

    async def aclose(self) -> None:
        """End it."""
        self._listening.cancel()
        await asyncio.wait([self._listening])


async def _end(process: Process) -> None:
    questions, answers = _pipes(process)
    questions.close()  # with that it ends by itself, if it has not
    try:
        async with asyncio.timeout(_END):
            await answers.read()
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await answers.read()
        await process.wait()
    with suppress(OSError):
        await questions.wait_closed()


def _pipes(process: Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _spare_cores() -> int:
    """Processes that there is room for beside this one."""
    if not sys.executable or getattr(sys, "frozen", False):
        return 0  # the program that could be started is not Python
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(cores - 1, _MOST)


# In the other process


def work() -> None:
    """Read replies from standard input until it ends, as it does with the process that started this one."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # should anything be printed, it is not taken for an answer
    with collecting_seldom(), suppress(OSError):
        answers.write(_READY)
        answers.flush()
        while size := int.from_bytes(questions.read(_SIZE), "little"):
            answers.write(_answer(questions.read(size)))
            answers.flush()
    os._exit(0)  # nothing is left to be tidied, and nobody to be told


def _answer(question: bytes) -> bytes:
    try:
        text, passage, truncated = pickle.loads(question)
        return _message(read(text, passage, truncated=truncated))
    except Exception as error:
        error.add_note("".join(traceback.format_tb(error.__traceback__)))
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return _message(RuntimeError(f"{type(error).__name__} while a reply was read"))
        return _message(error)


def _message(content: object) -> bytes:
    packed = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    return len(packed).to_bytes(_SIZE, "little") + packed
