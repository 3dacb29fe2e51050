"""Replies read in other processes: the same readings, whatever becomes of the processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from conflict_extract import Extraction, Extractor, Failure, InternalError
from conflict_extract.batch import readers as module
from conflict_extract.batch import runner
from conflict_extract.batch.gate import Limits
from conflict_extract.batch.readers import Readers
from conflict_extract.batch.runner import BatchOptions, BatchRun
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.models import Article, Span
from conflict_extract.reply.reading import Passage, Reading, UnreadableReplyError, read
from conflict_extract.text.figures import ACLED, OPEN, VaguePolicy
from tests import making
from tests.fault_server import completion, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


class Deadly(str):
    """A reply that ends each process to which it is sent."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return os._exit, (3,)


def passage(policy: VaguePolicy = ACLED, start: int = 0, text: str = making.TEXT) -> Passage:
    """A passage of the article."""
    return Passage(Article(id="x", text=text), Span(start, len(text)), policy)


def process_ids() -> list[int]:
    """The processes of this one that read."""
    return [each.pid for each in psutil.Process().children() if any("readers.work" in word for word in each.cmdline())]


def with_readers(work: Callable[[Readers], Awaitable[Any]], most: int = 1) -> Any:
    """What some work comes to with readers that have a process; afterwards there is none."""

    async def run() -> Any:
        readers = Readers(most, busy=0.0)
        try:
            await readers._another()
            assert len(process_ids()) == most or most > 1
            return await work(readers)
        finally:
            await readers.aclose()

    found = asyncio.run(run())
    assert process_ids() == []
    return found


def test_what_is_read_elsewhere_is_read_the_same() -> None:
    """Whole, damaged and cut replies, with any policy and any place of the passage, give equal readings."""
    whole = making.reply_text()
    replies = [whole.replace(word, "Nowhere") for word in ("Marsa", "said", "killed combatant", "rebel", "port")]
    cases = [(each, passage(), False) for each in (whole, *replies)]
    cases += [(whole, passage(policy), False) for policy in (OPEN, VaguePolicy("own", {"tens": 20}))]
    cases += [(whole[: len(whole) * part // 5], passage(start=part), True) for part in range(2, 5)]

    async def work(readers: Readers) -> list[Reading]:
        return await asyncio.gather(*(readers.read(text, on, truncated=cut) for text, on, cut in cases))

    found = with_readers(work)
    assert found == [read(text, on, truncated=cut) for text, on, cut in cases]
    assert len({str(reading) for reading in found}) > 5


def test_what_cannot_be_read_is_told_in_the_same_words() -> None:
    """The error of the other process is the error here."""

    async def work(readers: Readers) -> None:
        for text in ("no JSON", '{"claims": [], "claims": []}'):
            with pytest.raises(UnreadableReplyError) as here:
                read(text, passage())
            with pytest.raises(UnreadableReplyError) as there:
                await readers.read(text, passage(), truncated=False)
            assert str(there.value) == str(here.value)

    with_readers(work)


def test_a_process_that_is_killed_is_replaced_and_nothing_is_lost() -> None:
    """Each time it has replies in hand when it is killed: all are read in the end."""

    async def work(readers: Readers) -> None:
        expected = read(making.reply_text(), passage())
        for _ in range(2):
            (process,) = process_ids()
            tasks = [
                asyncio.create_task(readers.read(making.reply_text(), passage(), truncated=False)) for _ in range(5)
            ]
            os.kill(process, signal.SIGKILL)
            assert await asyncio.gather(*tasks) == [expected] * 5
            await readers._another()
            assert process_ids() not in ([], [process])

    with_readers(work)


def test_a_reply_that_ends_its_process_twice_fails_and_harms_no_other() -> None:
    """The article fails with its reason; what waited behind it is read."""

    async def work(readers: Readers) -> list[Any]:
        texts = [making.reply_text(), Deadly(making.reply_text()), making.reply_text(), making.reply_text()]
        reading = (readers.read(text, passage(), truncated=False) for text in texts)
        return await asyncio.gather(*reading, return_exceptions=True)

    first, failed, *others = with_readers(work)
    assert isinstance(failed, InternalError)
    assert "died" in str(failed)
    assert [first, *others] == [read(making.reply_text(), passage())] * 3


def test_processes_that_always_die_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be had, or none lives, all is read here."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    here = read(making.reply_text(), passage())

    async def work() -> None:
        readers = Readers(1, busy=0.0)
        await readers._another()
        assert await readers.read(making.reply_text(), passage(), truncated=False) == here
        assert readers._starting is None
        await readers.aclose()

    asyncio.run(work())

    async def all_deadly(readers: Readers) -> None:
        for _ in range(2):
            await readers._another()
            with pytest.raises(InternalError):
                await readers.read(Deadly("x"), passage(), truncated=False)
        assert await readers.read(making.reply_text(), passage(), truncated=False) == here

    monkeypatch.undo()
    with_readers(all_deadly)


def test_a_process_is_started_only_where_reading_takes_much_time() -> None:
    """Little reading in much time is done here; much of it has a process started, and only so many."""

    async def work(busy: float) -> int:
        readers = Readers(1, busy=busy)
        for _ in range(module._WINDOW):
            await readers.read("{}", passage(), truncated=True)
        begun = readers._starting is not None
        if begun:
            await readers._another()
            assert len(process_ids()) == 1
            readers._start()
            assert readers._starting is None
        await readers.aclose()
        return begun

    assert not asyncio.run(work(2.0))
    assert asyncio.run(work(0.0))


def test_interrupts_are_for_the_run_to_heed() -> None:
    """What goes to all processes of a terminal or a service does not end one that reads."""

    async def work(readers: Readers) -> None:
        (process,) = process_ids()
        for each in (signal.SIGINT, signal.SIGTERM):
            os.kill(process, each)
        await readers.read(making.reply_text(), passage(), truncated=False)
        assert process_ids() == [process]
        assert os.getsid(process) != os.getsid(0)

    with_readers(work)


def test_no_process_outlives_a_run_that_is_killed() -> None:
    """It ends with the one that started it, also where that had no time to end it."""
    code = (
        "import asyncio\n"
        "from conflict_extract.batch.readers import Readers\n"
        "async def main():\n"
        "    readers = Readers(1)\n"
        "    await readers._another()\n"
        "    print(readers._processes[0]._process.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        process = int(run.stdout.readline())
        run.kill()
    patience = time.monotonic() + 60
    while _lives(process):
        assert time.monotonic() < patience
        time.sleep(0.02)


def _lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_run_whose_reader_is_killed_does_each_article_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in mid-run, and its successor too: no article fails or is lost, and none is paid for twice."""
    monkeypatch.setattr(module, "_WINDOW", 1)
    monkeypatch.setattr(runner, "Readers", partial(Readers, 1, busy=0.0))
    count, killed = 60, set[int]()
    articles = [Article(id=f"a{number}", text=f"{making.TEXT}\n(report {number})\n") for number in range(count)]
    results: list[Extraction | Failure] = []
    with serving(*[completion(making.reply_text())] * count) as server:
        model = OpenAIModel(Endpoint("m", server.url))
        options = BatchOptions(limits=Limits(concurrency=8))
        with Extractor(model) as extractor, BatchRun(extractor, tmp_path, options) as run:
            for result in run.results(articles):
                results.append(result)
                if len(results) in (1, 20):
                    process = _the_other_process(killed)
                    os.kill(process, signal.SIGKILL)
                    killed.add(process)
        assert len(server.calls) == count
    assert len(killed) == 2
    assert all(isinstance(result, Extraction) for result in results), results
    assert sorted(result.article_id for result in results) == sorted(article.id for article in articles)
    assert process_ids() == []


def _the_other_process(than: set[int]) -> int:
    """The process that reads, once there is one that was not killed."""
    patience = time.monotonic() + 60
    while not (found := set(process_ids()) - than):
        assert time.monotonic() < patience
        time.sleep(0.02)
    return found.pop()
