"""The ledger: what it keeps, what it refuses, and that nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Article, InputError, LedgerError, TransientModelError, Usage
from conflict_extract.batch.journal import under_way
from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.tally import Counts, Spent
from tests import making

CONFIGURATION: dict[str, Any] = {"model": "m", "endpoint": "http://a/v1", "parameters": {"temperature": 0.0}}


def article(id: str, text: str = making.TEXT) -> Article:
    """An article with this id."""
    return Article(id=id, text=text)


def test_an_article_is_seen_once_and_done_once(tmp_path: Path) -> None:
    """What is done stays done in the next session, with its result."""
    made = making.extraction()
    id = made.article_id

    async def first() -> None:
        with Ledger.open(tmp_path, CONFIGURATION) as ledger:
            assert ledger.seen(article(id), "k", "a.txt") == "new"
            assert ledger.seen(article(id), "k", "a.txt") == "repeated"
            assert ledger.seen(article(id, "Another text."), "l", "b.txt") == "conflict"
            await ledger.finish(made, key="k")
            assert ledger.counts == Counts(done=1)

    async def second() -> None:
        with Ledger.open(tmp_path, CONFIGURATION) as ledger:
            assert ledger.session == 2
            assert ledger.counts == Counts(done=1)
            assert ledger.seen(article(id), "k", "a.txt") == "done"
            assert ledger.seen(article(id), "k", "a.txt") == "repeated"

    async def third() -> None:
        with Ledger.open(tmp_path, CONFIGURATION) as ledger:
            assert ledger.seen(article(id, "Another text."), "l", "a.txt") == "changed"
            assert ledger.counts == Counts(waiting=1)
            await ledger.fail(id, TransientModelError("no answer", model="m"))
            assert ledger.counts == Counts(failed=1)

    for session in (first, second, third):
        asyncio.run(session())


def test_paid_answers_are_found_by_their_request(tmp_path: Path) -> None:
    """An answer is kept with its settlement, and is there in the next session."""

    async def pay() -> None:
        with Ledger.open(tmp_path, CONFIGURATION) as ledger:
            number = await ledger.reserve("request", 1000, 0.5)
            assert ledger.spent() == Spent(0, 0.0, 1000, 0.5)
            usage = Usage(prompt_tokens=100, completion_tokens=10)
            await ledger.settle(number, "paid", request="request", answer=b"body", usage=usage, cost=0.1)
            assert ledger.spent() == Spent(110, 0.1, 0, 0.0)
            assert ledger.answer_of("request") == b"body"
            assert ledger.answer_of("another") is None

    asyncio.run(pay())
    with Ledger.open(tmp_path, CONFIGURATION) as ledger:
        assert ledger.answer_of("request") == b"body"
        assert ledger.spent() == Spent(110, 0.1, 0, 0.0)


def test_a_call_whose_bill_nobody_knows_counts_at_its_reserve(tmp_path: Path) -> None:
    """Open when the process died, or presumed: the reserve; unpaid: nothing."""

    async def die() -> None:
        ledger = Ledger.open(tmp_path, CONFIGURATION)
        await ledger.reserve("one", 1000, 0.5)
        await ledger.settle(await ledger.reserve("two", 200, 0.25), "presumed", error="timeout")
        await ledger.settle(await ledger.reserve("three", 400, 1.0), "unpaid", status=429)
        ledger.close()

    asyncio.run(die())
    with Ledger.open(tmp_path, CONFIGURATION) as ledger:
        assert ledger.spent() == Spent(1200, 0.75, 0, 0.0)


def test_an_article_has_what_its_calls_took(tmp_path: Path) -> None:
    """Calls, tokens and cost of an article are summed over the journal, paid failures among them."""
    made = making.extraction()

    async def work() -> None:
        with Ledger.open(tmp_path, CONFIGURATION) as ledger:
            ledger.seen(article(made.article_id), "k")
            under_way.set(made.article_id)
            for cost in (0.25, 0.5):
                usage = Usage(prompt_tokens=100, completion_tokens=10)
                await ledger.settle(await ledger.reserve("r", 1000, 1.0), "paid", usage=usage, cost=cost)
            await ledger.settle(await ledger.reserve("r", 1000, 1.0), "unpaid")
            await ledger.finish(made)

    asyncio.run(work())
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as database:
        row = database.execute(
            "SELECT calls, prompt_tokens, completion_tokens, cost, attempts FROM articles"
        ).fetchone()
    database.close()
    assert row == (2, 200, 20, 0.75, 1)


def test_a_place_that_is_mended_is_no_longer_unread(tmp_path: Path) -> None:
    """A line that could not be read is forgotten once an article comes from it."""

    async def work() -> None:
        with Ledger.open(tmp_path, CONFIGURATION) as ledger:
            ledger.unreadable(InputError("not JSON", path="a.jsonl", line=2), "a.jsonl, line 2")
            ledger.unreadable(InputError("not JSON", path="a.jsonl", line=2), "a.jsonl, line 2")
            assert ledger.counts.unread == 1
            ledger.seen(article("x"), "k", "a.jsonl, line 2")
            await ledger.flush()

    asyncio.run(work())
    with Ledger.open(tmp_path, CONFIGURATION) as ledger:
        assert ledger.counts == Counts(waiting=1)


def test_a_second_holder_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    """One process at a time works on a run; a shard of its own is another matter."""
    with Ledger.open(tmp_path, CONFIGURATION, shard=(1, 2)):
        with pytest.raises(LedgerError, match=r"process \d+ on .* works on this run's shard 1/2"):
            Ledger.open(tmp_path, CONFIGURATION, shard=(1, 2))
        Ledger.open(tmp_path, CONFIGURATION, shard=(2, 2)).close()
    Ledger.open(tmp_path, CONFIGURATION, shard=(1, 2)).close()


def test_another_division_is_refused(tmp_path: Path) -> None:
    """A run begun in shards goes on in the same shards."""
    Ledger.open(tmp_path, CONFIGURATION, shard=(1, 2)).close()
    for shard in (None, (1, 3)):
        with pytest.raises(LedgerError, match="begun in 2 shards"):
            Ledger.open(tmp_path, CONFIGURATION, shard=shard)


def test_another_configuration_is_refused_and_what_differs_is_said(tmp_path: Path) -> None:
    """Each difference is named with before and now; a moved endpoint can be let through."""
    Ledger.open(tmp_path, CONFIGURATION).close()
    other = {**CONFIGURATION, "model": "n", "parameters": {"temperature": 0.5}}
    with pytest.raises(LedgerError) as refused:
        Ledger.open(tmp_path, other)
    assert "The model was m and is n now" in str(refused.value)
    assert "temperature: 0.0 before, 0.5 now" in str(refused.value)
    moved = {**CONFIGURATION, "endpoint": "http://b/v1"}
    with pytest.raises(LedgerError, match="--moved"):
        Ledger.open(tmp_path, moved)
    Ledger.open(tmp_path, moved, moved=True).close()
    Ledger.open(tmp_path, moved).close()


def test_what_is_no_run_directory_is_refused(tmp_path: Path) -> None:
    """A file, a file of something else, a database of something else, another format, a place that takes no files."""
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(LedgerError, match="this is a file"):
        Ledger.open(file, CONFIGURATION)
    with pytest.raises(LedgerError, match="cannot be made or written"):
        Ledger.open("/proc/run", CONFIGURATION)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ledger.sqlite3").write_text("no database at all, but words" * 50)
    with pytest.raises(LedgerError, match="no ledger of conflict-extract"):
        Ledger.open(tmp_path / "a", CONFIGURATION)
    (tmp_path / "b").mkdir()
    database = sqlite3.connect(tmp_path / "b" / "ledger.sqlite3")
    database.execute("CREATE TABLE other (x)")
    database.close()
    with pytest.raises(LedgerError, match="no ledger of conflict-extract"):
        Ledger.open(tmp_path / "b", CONFIGURATION)
    Ledger.open(tmp_path / "c", CONFIGURATION).close()
    database = sqlite3.connect(tmp_path / "c" / "ledger.sqlite3")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(LedgerError, match="has format 99"):
        Ledger.open(tmp_path / "c", CONFIGURATION)


def test_a_ledger_that_is_full_fails_every_write_and_keeps_what_was_committed(tmp_path: Path) -> None:
    """SQLite's own limit on pages stands for the disk: the error says what to do, and a larger limit goes on."""

    async def fill() -> int:
        ledger = Ledger.open(tmp_path, CONFIGURATION)
        ledger._writer._connection.execute("PRAGMA max_page_count = 60")
        for number in range(10_000):
            try:
                ledger.seen(article(str(number)), "k")
                await ledger.flush()
            except LedgerError as error:
                assert "no room is left on the disk" in error.problem  # noqa: PT017
                with pytest.raises(LedgerError, match="no room"):
                    await ledger.flush()
                ledger.close()
                return number
        raise AssertionError("it was never full")

    written = asyncio.run(fill())
    assert written > 10
    with Ledger.open(tmp_path, CONFIGURATION) as ledger:
        assert ledger.counts.waiting == written
