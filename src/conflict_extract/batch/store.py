"""The SQLite file under a ledger: its tables, the one thread that writes to it, and connections that read it."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from conflict_extract.errors import LedgerError

VERSION = 1
"""Version of the tables. Another one is another format: a ledger of it is not opened."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- One process that worked on the run, from its start to its end. Without an end it runs still, or it died.
CREATE TABLE sessions (
  n INTEGER PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, library TEXT NOT NULL, endpoint TEXT,
  started REAL NOT NULL, ended REAL, outcome TEXT, expected INTEGER
) STRICT;

-- One article that was read. What is under way is waiting: after a kill there is nothing to repair.
CREATE TABLE articles (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, text_sha256 TEXT NOT NULL, source TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')), attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT, error TEXT, calls INTEGER NOT NULL DEFAULT 0, prompt_tokens INTEGER, completion_tokens INTEGER,
  cost REAL, session INTEGER NOT NULL, updated REAL NOT NULL, article BLOB NOT NULL
) STRICT;
CREATE INDEX articles_by_state ON articles (state);
CREATE INDEX articles_by_update ON articles (updated) WHERE state <> 'waiting';

-- In which session an article came up last; apart from its row, so that a second look at a million is cheap.
CREATE TABLE sightings (article INTEGER PRIMARY KEY, session INTEGER NOT NULL) STRICT;

CREATE TABLE extractions (id TEXT PRIMARY KEY, key TEXT NOT NULL, body BLOB NOT NULL) STRICT;

-- What could not be read as an article, by its place in the input.
CREATE TABLE unread (
  place TEXT PRIMARY KEY, article TEXT, error TEXT NOT NULL, session INTEGER NOT NULL, updated REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Bodies of completions that were paid for, by request key.
CREATE TABLE answers (
  key TEXT PRIMARY KEY, body BLOB NOT NULL, prompt_tokens INTEGER, completion_tokens INTEGER, created REAL NOT NULL
) STRICT;

-- Journal of HTTP calls. presumed: nobody knows whether it was billed (process died, time ran out), so it counts;
-- sent: it stands in a provider's batch file, and may be billed at any time until its result is collected.
CREATE TABLE calls (
  n INTEGER PRIMARY KEY, request TEXT NOT NULL, article TEXT, session INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'sent', 'paid', 'unpaid', 'presumed')),
  reserved_tokens INTEGER NOT NULL, reserved_cost REAL, prompt_tokens INTEGER, completion_tokens INTEGER, cost REAL,
  status INTEGER, error TEXT, started REAL NOT NULL, ended REAL
) STRICT;
CREATE INDEX calls_by_article ON calls (article);
CREATE INDEX calls_open ON calls (state) WHERE state = 'open';
CREATE INDEX calls_sent ON calls (request) WHERE state = 'sent';

-- One round of a provider's batch files; last_call: the last of the journal before it. Of one that is not whole,
-- nothing was sent.
CREATE TABLE rounds (
  n INTEGER PRIMARY KEY, folder TEXT NOT NULL, last_call INTEGER NOT NULL, whole INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One file of a round, and how far it is with an endpoint that has the Batch API. What is about to be done there is
-- noted before it is done, and the ids that come of it before anything else.
CREATE TABLE batch_files (
  round INTEGER NOT NULL, name TEXT NOT NULL, requests INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'written' CHECK (
    state IN ('written', 'uploading', 'uploaded', 'creating', 'running', 'ended', 'collected')),
  upload TEXT, batch TEXT, status TEXT, error TEXT, updated REAL, PRIMARY KEY (round, name)
) STRICT, WITHOUT ROWID;

-- One request that was written into a file; work: the key of the article that needs it. fresh: what came back for it
-- was not looked at yet by the article.
CREATE TABLE batch_requests (
  key TEXT PRIMARY KEY, round INTEGER NOT NULL, file TEXT NOT NULL, work TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'answered', 'refused', 'again')),
  status INTEGER, error TEXT, fresh INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_requests_by_file ON batch_requests (round, file);
CREATE INDEX batch_requests_fresh ON batch_requests (work) WHERE fresh;
"""

Statement = tuple[str, Sequence[Any]]
"""SQL and its values; bytes are compressed on the way in."""

_BUSY = 30.0  # seconds that a checkpoint or a reader of another process may hold the file
_LARGEST_GROUP = 512


def pack(body: bytes) -> bytes:
    """A body as it is kept. The lowest level: four times as fast as the default, for a tenth more room."""
    return zlib.compress(body, 1)


def unpack(kept: bytes) -> bytes:
    """A body as it was given."""
    return zlib.decompress(kept)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode, usable from any thread (one at a time).

    Raises:
        LedgerError: The file cannot be opened, or is no SQLite file.
    """
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        try:
            if not read_only:
                # FULL: a commit outlives a loss of power, not only a kill.
                connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise problem(error, path) from None
    return connection


def create_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Lay out an empty file; whole or not at all.

    Raises:
        LedgerError: There is no room, or no permission.
    """
    try:
        connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
    except sqlite3.Error as error:
        raise problem(error, path) from None


def check_version(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file has the tables of this version; False where it is empty.

    Raises:
        LedgerError: It has the tables of another version, or of something else.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables and not found:
        return False
    if found == VERSION and {"meta", "articles", "calls"} <= tables:
        return True
    if "articles" in tables and found:
        raise LedgerError(
            f"this ledger has format {found}, and this version of conflict-extract works with format {VERSION}; "
            "go on with the version that wrote it, or start a new run directory",
            path=path,
        )
    raise LedgerError("this SQLite file is no ledger of conflict-extract; name another run directory", path=path)


def problem(error: sqlite3.Error, path: Path) -> LedgerError:
    """What an SQLite error means for the one who started the run, and what to do."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    again = "what was committed is safe, and the same command goes on from there"
    said = {
        sqlite3.SQLITE_FULL: f"no room is left on the disk; make room, then start again: {again}",
        sqlite3.SQLITE_IOERR: (f"the disk fails, or is full or over a quota; look to it, then start again: {again}"),
        sqlite3.SQLITE_READONLY: "the ledger cannot be written: no permission, or a read-only disk",
        sqlite3.SQLITE_CANTOPEN: "the ledger cannot be opened: it is not there, or there is no permission",
        sqlite3.SQLITE_PERM: "the ledger cannot be opened: no permission",
        sqlite3.SQLITE_BUSY: "another program holds the ledger; end it, then start again",
        sqlite3.SQLITE_NOTADB: "this file is no ledger of conflict-extract; name another run directory",
        sqlite3.SQLITE_CORRUPT: "the ledger is damaged; keep a copy of it, and start a new run directory",
    }.get(code, f"the ledger fails ({error})")
    return LedgerError(said, path=path)


class Writer:
    """The one thread that writes to a ledger. Writes that come while it commits share the next commit.

    The event loop never waits for the disk: a write is a future, done when it is durable.

    Args:
        connection: Used by this thread alone from now on, and closed by it.
        path: The file, for errors.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._broken: LedgerError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    def write(self, statements: Iterable[Statement]) -> asyncio.Future[None]:
        """Queue statements that are committed together; the future is done when they are durable.

        The future fails with a ``LedgerError``, as every one after it does: a ledger that cannot be written ends the
        run. The write is made also where the future is cancelled.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(LedgerError("the ledger is closed", path=self._path))
        else:
            self._queue.put((tuple(statements), future))
        return future

    def close(self) -> None:
        """Write what is queued, and close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        with closing(self._connection):
            going_on = True
            while going_on:
                group: list[_Write] = []
                taken = self._queue.get()
                while True:
                    if taken is None:
                        going_on = False
                        break
                    group.append(taken)
                    if len(group) == _LARGEST_GROUP:
                        break
                    try:
                        taken = self._queue.get_nowait()
                    except queue.Empty:
                        break
                if group:
                    self._commit(group)
                    _settle([future for _, future in group], self._broken)

    def _commit(self, group: list[_Write]) -> None:
        if self._broken is not None:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for statements, _ in group:
                for sql, values in statements:
                    packed = [pack(value) if isinstance(value, bytes) else value for value in values]
                    self._connection.execute(sql, packed)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._broken = problem(error, self._path)
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")


_Write = tuple[tuple[Statement, ...], "asyncio.Future[None]"]


def _settle(futures: list[asyncio.Future[None]], error: LedgerError | None) -> None:
    """Tell those who wait, each on its own loop."""

    def tell(told: list[asyncio.Future[None]]) -> None:
        for future in told:
            if not future.done():
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(LedgerError(error.problem, path=error.path))

    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for future in futures:
        by_loop.setdefault(future.get_loop(), []).append(future)
    for loop, told in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, told)
