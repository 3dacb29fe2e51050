"""What stands in a run directory, read at any time, also while a run works on it: standing, failures, extractions."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conflict_extract.batch.opening import holder_of, ledgers_in, lock_of
from conflict_extract.batch.store import check_version, connect, problem, unpack
from conflict_extract.batch.tally import Counts, Spent, counts_of, spent_of
from conflict_extract.errors import LedgerError
from conflict_extract.models import Article, Extraction

CURRENCY = "currency"
"""The note in the ledger with the currency of all costs in it."""

FINISHED = "finished"
"""The outcome of a session that came to the end of its input."""

# What a session came to is waiting, or ended in it, or was passed over; each by an index, never over all the texts.
_CAME_UP = (
    "SELECT count(*) FROM (SELECT n FROM articles WHERE state = 'waiting' AND session = ?"
    " UNION SELECT n FROM articles WHERE state <> 'waiting' AND updated >= ?"
    " UNION SELECT article FROM sightings WHERE session = ?)"
)
_UNTOLD = (
    "SELECT ifnull(sum(reserved_tokens), 0) FROM calls"
    " WHERE state IN ('paid', 'presumed') AND prompt_tokens + completion_tokens IS NULL"
)

_RATE_OVER = 60.0
"""Seconds over which the rate of a run is taken."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An article that failed, or a place of the input that could not be read.

    Attributes:
        article: The article's id, None where it has none.
        source: Where it stood, where that is known.
        reason: In one word: that of an ``InvalidReplyError``, "no_answer", "refused_request", "input", …
        error: In a sentence.
        attempts: How often it was tried.
    """

    article: str | None
    source: str | None
    reason: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands.

    Attributes:
        counts: Articles by their standing.
        expected: How many the input has, where that is known.
        not_read: How many of them the last session has not come to, where that is known.
        calls: HTTP calls by their state.
        prompt_tokens: Of all calls that were paid, as far as told.
        completion_tokens: The same of the replies.
        spent: Tokens and money, with reserves.
        untold: Tokens of ``spent`` that are reserves of calls that are over, since no answer told what they took.
        currency: Of the money, None where no price was ever known.
        reasons: Failed articles by reason.
        rate: Articles a second over the last minute.
        holder: Who works on it now ("process 4711 on host"), None for nobody.
        started: When the last session began, in seconds since 1970.
        ended: When it ended; None where it did not.
        outcome: How it ended; None where it did not, because it works still or died.
        model: The model's name.
        endpoint: Where it was asked the last time.
    """

    counts: Counts
    expected: int | None
    not_read: int | None
    calls: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    spent: Spent
    untold: int
    currency: str | None
    reasons: dict[str, int]
    rate: float
    holder: str | None
    started: float
    ended: float | None
    outcome: str | None
    model: str
    endpoint: str | None

    @property
    def seconds_left(self) -> float | None:
        """By the present rate, None where nobody can tell."""
        if self.expected is None or not self.rate or self.holder is None:
            return None
        ended = self.counts.done + self.counts.failed + self.counts.unread
        return max(0, self.expected - ended) / self.rate


class RunResults:
    """A run directory, to be read. All its shards are taken together.

    Args:
        directory: The run directory.

    Raises:
        LedgerError: There is no run in it, or one of another version.
    """

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self._paths = ledgers_in(self.directory) if self.directory.is_dir() else []
        if not self._paths:
            raise LedgerError("there is no run here", path=self.directory)

    def extractions(self) -> Iterator[Extraction]:
        """The extractions of all articles that are done, with their articles, in the order in which these came up."""
        for extraction, article in self._bodies():
            made = Extraction.model_validate_json(extraction)
            yield made.model_copy(update={"article": Article.model_validate_json(article)})

    def lines(self, *, text: bool = True) -> Iterator[bytes]:
        """The same as JSON Lines, with line ends, as ``extract`` writes them; quicker, since nothing is checked again.

        Args:
            text: Whether the articles' text stands in them.
        """
        for body, article in self._bodies():
            extraction = json.loads(body)
            if text:
                extraction["article"] = {"title": None, "published": None, "url": None, **json.loads(article)}
            yield json.dumps(extraction, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def failures(self) -> Iterator[Failed]:
        """What failed, and what could not be read, in the order in which it came up."""
        sql = "SELECT n, id, source, reason, error, attempts FROM articles WHERE n > ? AND state = 'failed' ORDER BY n"
        for path in self._paths:
            for row in self._paged(path, sql, 0):
                yield Failed(*row[1:])
        sql = "SELECT place, article, error FROM unread WHERE place > ? ORDER BY place"
        for path in self._paths:
            for place, article, error in self._paged(path, sql, ""):
                yield Failed(article, place, "input", error, 0)

    def articles(self) -> Iterator[dict[str, Any]]:
        """The ledger's rows: for each article all that is known about it but its text and its result."""
        columns = (
            "n, id, source, state, reason, error, attempts, calls, prompt_tokens, completion_tokens, cost, session,"
            " updated, key, text_sha256"
        )
        sql = f"SELECT {columns} FROM articles WHERE n > ? ORDER BY n"
        names = columns.replace(" ", "").split(",")[1:]
        for path in self._paths:
            for row in self._paged(path, sql, 0):
                yield {"ledger": path.name, **dict(zip(names, row[1:], strict=True))}

    def note(self, name: str) -> str | None:
        """What the first ledger notes about the run under this name."""
        with _reading(self._paths[0]) as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def without_finished(self, articles: Iterable[Article], key: Callable[[Article], str]) -> Iterator[Article]:
        """Leave out articles that are done or failed, with the text that they have now.

        Args:
            articles: Any articles.
            key: ``Extractor.key``.
        """
        sql = "SELECT 1 FROM articles WHERE id = ? AND key = ? AND state <> 'waiting'"
        with ExitStack() as stack:
            connections = [stack.enter_context(_reading(path)) for path in self._paths]
            for article in articles:
                named = (article.id, key(article))
                if not any(connection.execute(sql, named).fetchone() for connection in connections):
                    yield article

    def standing(self) -> Standing:
        """How the run stands at this moment."""
        parts = [self._standing(path) for path in self._paths]
        return parts[0] if len(parts) == 1 else _together(parts)

    def _bodies(self) -> Iterator[tuple[bytes, bytes]]:
        sql = (
            "SELECT n, extractions.body, article FROM articles JOIN extractions ON extractions.id = articles.id"
            " WHERE n > ? AND state = 'done' ORDER BY n"
        )
        for path in self._paths:
            for _, body, article in self._paged(path, sql, 0):
                yield unpack(body), unpack(article)

    def _paged(self, path: Path, sql: str, first: Any) -> Iterator[Any]:
        """Rows by pages, each read at once: a reader that takes its time must not keep the ledger from being tidied."""
        with _reading(path) as connection:
            last = first
            while rows := connection.execute(f"{sql} LIMIT 200", (last,)).fetchall():
                yield from rows
                last = rows[-1][0]

    def _standing(self, path: Path) -> Standing:
        with _reading(path) as connection:
            connection.execute("BEGIN")  # one moment for all that follows
            notes = dict(connection.execute("SELECT name, value FROM meta WHERE name <> 'forecast'"))
            session, started, over, outcome, expected, endpoint = connection.execute(
                "SELECT n, started, ended, outcome, expected, endpoint FROM sessions ORDER BY n DESC LIMIT 1"
            ).fetchone()
            told = connection.execute("SELECT sum(prompt_tokens), sum(completion_tokens) FROM calls").fetchone()
            now = time.time()
            since = max(started, now - _RATE_OVER)
            recent = "SELECT count(*) FROM articles WHERE updated > ? AND state <> 'waiting'"
            (ended,) = connection.execute(recent, (since,)).fetchone()
            by_reason = "SELECT reason, count(*) FROM articles WHERE state = 'failed' GROUP BY reason ORDER BY 2 DESC"
            holder = _holder(lock_of(path))
            return Standing(
                counts=counts_of(connection),
                expected=expected,
                not_read=0 if outcome == FINISHED else _not_read(connection, session, started, expected),
                calls=dict(connection.execute("SELECT state, count(*) FROM calls GROUP BY state")),
                prompt_tokens=told[0] or 0,
                completion_tokens=told[1] or 0,
                spent=spent_of(connection),
                untold=connection.execute(_UNTOLD).fetchone()[0],
                currency=notes.get(CURRENCY),
                reasons=dict(connection.execute(by_reason)),
                rate=ended / max(now - since, 1.0) if holder is not None else 0.0,
                holder=holder,
                started=started,
                ended=over,
                outcome=outcome,
                model=json.loads(notes["configuration"])["model"],
                endpoint=endpoint,
            )


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(connect(path, read_only=True)) as connection:
            begun = check_version(connection, path)
            if not begun or not connection.execute("SELECT count(*) FROM sessions").fetchone()[0]:
                raise LedgerError("this run died before it began; start it again", path=path)
            yield connection
    except sqlite3.Error as error:
        raise problem(error, path) from None


def _not_read(reading: sqlite3.Connection, session: int, started: float, expected: int | None) -> int | None:
    """How many of the expected articles a session has not come to."""
    if expected is None:
        return None
    came_up: int = reading.execute(_CAME_UP, (session, started, session)).fetchone()[0]
    unread: int = reading.execute("SELECT count(*) FROM unread WHERE session = ?", (session,)).fetchone()[0]
    return max(0, expected - came_up - unread)


def _holder(lock: Path) -> str | None:
    """Who holds a lock, None for nobody. What a dead process left written in it does not count."""
    try:
        with lock.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return holder_of(lock) or "another process"
    except OSError:
        return None
    return None


def _together(parts: Sequence[Standing]) -> Standing:
    last = max(parts, key=lambda part: part.started)
    counts = Counts(*(sum(getattr(part.counts, name) for part in parts) for name in Counts.__slots__))
    expected = [part.expected for part in parts if part.expected is not None]
    not_read = [part.not_read for part in parts if part.not_read is not None]
    holders = [part.holder for part in parts if part.holder is not None]
    return Standing(
        counts=counts,
        expected=sum(expected) if len(expected) == len(parts) else None,
        not_read=sum(not_read) if len(not_read) == len(parts) else None,
        calls=_sums([part.calls for part in parts]),
        prompt_tokens=sum(part.prompt_tokens for part in parts),
        completion_tokens=sum(part.completion_tokens for part in parts),
        spent=Spent(*(sum(getattr(part.spent, name) for part in parts) for name in Spent.__slots__)),
        untold=sum(part.untold for part in parts),
        currency=next((part.currency for part in parts if part.currency), None),
        reasons=_sums([part.reasons for part in parts]),
        rate=sum(part.rate for part in parts),
        holder=", ".join(holders) or None,
        started=last.started,
        ended=last.ended,
        outcome=last.outcome,
        model=last.model,
        endpoint=last.endpoint,
    )


def _sums(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    return {name: sum(each.get(name, 0) for each in counts) for name in {key: 0 for each in counts for key in each}}
