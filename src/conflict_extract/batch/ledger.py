"""The ledger of a run: which articles are done, what was paid for, what is spent; durable at every moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from conflict_extract.batch.journal import Journal
from conflict_extract.batch.opening import OpenRun, open_run
from conflict_extract.batch.store import Statement, Writer, unpack
from conflict_extract.batch.tally import counts_of
from conflict_extract.errors import (
    ConflictExtractError,
    InputError,
    InvalidReplyError,
    RequestError,
    TransientModelError,
)
from conflict_extract.models import Article, Extraction

Standing = Literal["new", "changed", "waiting", "done", "failed", "repeated", "conflict"]
"""How an article stands that comes up in the input:

- new: it was never seen;
- changed: it was seen in an earlier session with another text or date; its old result is no longer counted;
- waiting: it was seen and is neither done nor failed;
- done, failed: there is nothing to do (``retry`` takes up what failed);
- repeated: it came up before in this session, with the same text;
- conflict: its id came up before in this session, with another text.
"""

_UNREAD = "\0"
"""Before places among what is noted: no id begins so."""


class Ledger(Journal):
    """The ledger of one run, held by one process. Open it with ``Ledger.open``; close it, or use it as a context.

    Its coroutines return when what they write is durable. Reading is quick enough to be done on the event loop.

    Attributes:
        directory: The run directory.
        path: The SQLite file in it.
        session: The number of this process's turn at the run, from 1.
        counts: How many articles stand how; kept up to date.
    """

    def __init__(self, opened: OpenRun) -> None:
        self.path = opened.path
        self.directory = opened.path.parent
        self._lock = opened.lock
        self._noted: dict[str, tuple[str, int]] = {}
        self._waiting: set[str] = set()  # articles that came up in this session and have not ended
        super().__init__(opened.reading, Writer(opened.writing, opened.path))
        self.counts = counts_of(opened.reading)

    @classmethod
    def open(
        cls,
        directory: Path | str,
        configuration: Mapping[str, Any],
        *,
        shard: tuple[int, int] | None = None,
        moved: bool = False,
    ) -> Self:
        """Open a run directory to work on it; it is made where it is not there.

        Args:
            directory: The run directory.
            configuration: What results depend on beside the articles (``configuration_of``).
            shard: ``(i, n)`` where this process has the i-th of n parts, each with a ledger of its own; else None.
            moved: The endpoint may be another one than before (the same server under a new address).

        Raises:
            LedgerError: The directory is a file, or cannot be written; belongs to another version, configuration or
                division into shards; or another process works on it. Says what differs and what to do.
        """
        return cls(open_run(Path(directory), configuration, shard=shard, moved=moved))

    # Articles

    def seen(self, article: Article, key: str, source: str | None = None) -> Standing:
        """Note an article that came up in the input, and say how it stands.

        The note itself is durable after the next thing that is awaited here (``flush``, if nothing else).

        Args:
            article: The article.
            key: ``Extractor.key(article)``: another one is other work.
            source: Where it stood, for people ("corpus.jsonl, line 4711").
        """
        sql = (
            "SELECT key, state, max(articles.session, ifnull(sightings.session, 0)), n"
            " FROM articles LEFT JOIN sightings ON sightings.article = n WHERE id = ?"
        )
        row = self._reading.execute(sql, (article.id,)).fetchone()
        noted = self._noted.get(article.id)
        if noted is not None or (row is not None and row[2] == self.session):
            return "repeated" if key == (noted[0] if noted is not None else row[0]) else "conflict"
        standing: Standing = "new" if row is None else "changed" if row[0] != key else row[1]
        if standing in ("new", "changed", "waiting"):
            self._waiting.add(article.id)
        values = (key, article.sha256, source, self.session, time.time())
        clearing: list[Statement] = []
        if source is not None and self.counts.unread and self._is_unread(source):
            clearing = [("DELETE FROM unread WHERE place = ?", (source,))]
            self.counts.unread -= 1
        if standing == "new":
            sql = (
                "INSERT INTO articles (key, text_sha256, source, session, updated, article, id, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')"
            )
            self._note(article.id, key, (sql, (*values, _article_body(article), article.id)), *clearing)
            self.counts.waiting += 1
        elif standing == "changed":
            sql = (
                "UPDATE articles SET key = ?, text_sha256 = ?, source = ?, session = ?, updated = ?, article = ?,"
                " state = 'waiting', attempts = 0, reason = NULL, error = NULL WHERE id = ?"
            )
            gone = ("DELETE FROM extractions WHERE id = ?", (article.id,))
            self._note(article.id, key, (sql, (*values, _article_body(article), article.id)), gone, *clearing)
            self._count(row[1], "waiting")
        else:
            sql = "REPLACE INTO sightings (article, session) VALUES (?, ?)"
            self._note(article.id, key, (sql, (row[3], self.session)), *clearing)
        return standing

    def take_up(self, id: str) -> None:
        """Set a failed article back to waiting, so that it is tried again. Durable as ``seen`` is."""
        self._count("failed", "waiting")
        self._note(id, "", ("UPDATE articles SET state = 'waiting', session = ? WHERE id = ?", (self.session, id)))

    async def finish(self, extraction: Extraction, *, key: str | None = None, cost: float | None = None) -> None:
        """Note that an article is done, with its extraction.

        Calls, tokens and cost of the article are those of its calls in the journal. Where it has none there (a model
        that keeps no journal, answers that were paid for before) they are the extraction's own, and ``cost``.

        Raises:
            LedgerError: It cannot be written; nothing of it is.
        """
        made = extraction.provenance
        usage = made.usage
        body = extraction.without_text().model_dump_json().encode()
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage is not None else (None, None)
        own = (made.calls, *tokens, cost)
        await self._end(
            extraction.article_id,
            "done",
            (None, None),
            own,
            (
                "REPLACE INTO extractions (id, key, body) VALUES (?, ?, ?)",
                (extraction.article_id, key or made.key, body),
            ),
        )

    async def fail(self, id: str, error: ConflictExtractError) -> None:
        """Note that no extraction could be made of an article, and why.

        Raises:
            LedgerError: It cannot be written.
        """
        await self._end(id, "failed", (reason_of(error), str(error)), (0, None, None, None))

    def unreadable(self, error: InputError, place: str) -> None:
        """Note a place of the input that could not be read as an article. Durable as ``seen`` is."""
        self.counts.unread += not self._is_unread(place)
        sql = "REPLACE INTO unread (place, article, error, session, updated) VALUES (?, ?, ?, ?, ?)"
        self._note(_UNREAD + place, "", (sql, (place, error.article, str(error), self.session, time.time())))

    @property
    def pending(self) -> int:
        """How much was noted that is not durable yet; ``flush`` now and then where it is much."""
        return len(self._noted)

    def to_do(self, states: Iterable[Literal["waiting", "failed"]]) -> Iterator[tuple[int, Article]]:
        """The articles of these states, as they were read, in the order in which they came up.

        Each with its number: articles that are taken up meanwhile do not come twice.
        """
        wanted = tuple(states)
        marks = ", ".join("?" for _ in wanted)
        sql = f"SELECT n, article FROM articles WHERE n > ? AND state IN ({marks}) ORDER BY n LIMIT 100"
        last = 0
        while rows := self._reading.execute(sql, (last, *wanted)).fetchall():
            for last, body in rows:
                yield last, Article.model_validate_json(unpack(body))

    # Batch files

    def execute(self, *statements: Statement) -> asyncio.Future[None]:
        """Queue statements on the tables of batch files, committed together; the future is done when they are durable.

        What they do to the journal of calls enters ``spent`` when the run is opened the next time.
        """
        return self._writer.write(statements)

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """What a query finds that is durable."""
        return self._reading.execute(sql, values).fetchall()

    # The run itself

    def note(self, name: str) -> str | None:
        """What was noted about the run under this name (``write_note``)."""
        row = self._reading.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    async def write_note(self, name: str, value: str) -> None:
        """Note something about the run that must outlive the process."""
        await self._write(("REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value)))

    async def expect(self, articles: int) -> None:
        """Note how many articles the input of this session has, for those who watch."""
        await self._write(("UPDATE sessions SET expected = ? WHERE n = ?", (articles, self.session)))

    async def end_session(self, outcome: str) -> None:
        """Note how this session ended ("finished", or why it stopped)."""
        await self._write(
            ("UPDATE sessions SET ended = ?, outcome = ? WHERE n = ?", (time.time(), outcome, self.session))
        )

    async def flush(self) -> None:
        """Wait until all that was noted before is durable.

        Raises:
            LedgerError: It cannot be written.
        """
        await self._write()

    def close(self) -> None:
        """Write what is queued and let the run go. Doing it twice does nothing."""
        self._reading.close()  # first: the last one to close tidies the write-ahead log away, and must be able to write
        self._writer.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _end(
        self,
        id: str,
        state: Literal["done", "failed"],
        why: tuple[str | None, str | None],
        own: tuple[int, int | None, int | None, float | None],
        *more: Statement,
    ) -> None:
        before = "waiting"
        if self._noted.pop(id, None) is None and id not in self._waiting:
            row = self._reading.execute("SELECT state FROM articles WHERE id = ?", (id,)).fetchone()
            before = row[0] if row is not None else before
        self._waiting.discard(id)
        journal = "FROM calls WHERE article = articles.id AND state <> 'unpaid'"
        sql = (
            "UPDATE articles SET state = ?, reason = ?, error = ?, attempts = attempts + 1, updated = ?,"
            f" calls = ifnull(nullif((SELECT count(*) {journal}), 0), ?),"
            f" prompt_tokens = ifnull((SELECT sum(prompt_tokens) {journal}), ?),"
            f" completion_tokens = ifnull((SELECT sum(completion_tokens) {journal}), ?),"
            f" cost = ifnull((SELECT sum(ifnull(cost, reserved_cost)) {journal}), ?) WHERE id = ?"
        )
        await self._write((sql, (state, *why, time.time(), *own, id)), *more)
        self._count(before, state)

    def _note(self, id: str, key: str, *statements: Statement) -> None:
        """Write without waiting; until it is written, what stands in memory answers for it."""
        self._noted[id] = (key, self.session)

        def written(done: asyncio.Future[None]) -> None:
            self._noted.pop(id, None)
            if not done.cancelled():
                done.exception()  # what is awaited next fails in the same way

        self._writer.write(statements).add_done_callback(written)

    def _is_unread(self, place: str) -> bool:
        return _UNREAD + place in self._noted or bool(self._one("SELECT count(*) FROM unread WHERE place = ?", place))

    def _count(self, before: str, after: str) -> None:
        setattr(self.counts, before, getattr(self.counts, before) - 1)
        setattr(self.counts, after, getattr(self.counts, after) + 1)


def reason_of(error: ConflictExtractError) -> str:
    """In one word why an article failed."""
    if isinstance(error, InvalidReplyError):
        return error.reason
    if isinstance(error, TransientModelError):
        return "no_answer"
    if isinstance(error, RequestError):
        return "refused_request"
    return "input" if isinstance(error, InputError) else type(error).__name__.removesuffix("Error").lower()


def _article_body(article: Article) -> bytes:
    return article.model_dump_json(exclude_none=True).encode()
