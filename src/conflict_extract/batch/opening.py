"""Opening a run directory to work on it: the lock, what must not have changed, and the new session."""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from conflict_extract import __version__
from conflict_extract.batch.configuration import ENDPOINT, differences
from conflict_extract.batch.sharding import Shard
from conflict_extract.batch.store import check_version, connect, create_tables, problem
from conflict_extract.errors import LedgerError, cause_of

_LEDGER = re.compile(r"ledger(?:-(\d+)-of-(\d+))?\.sqlite3\Z")


def shards_in(directory: Path) -> list[Shard | None]:
    """The parts of a run that have begun: one that is None for a run in one piece."""
    names = [_LEDGER.match(path.name) for path in ledgers_in(directory)]
    return [Shard(int(name[1]), int(name[2])) if name[1] else None for name in names if name is not None]


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that this process holds.

    Attributes:
        path: The ledger.
        lock: Held until it is closed.
        reading: A connection that only reads.
        writing: The one that writes.
    """

    path: Path
    lock: IO[str]
    reading: sqlite3.Connection
    writing: sqlite3.Connection


def open_run(folder: Path, configuration: Mapping[str, Any], *, shard: tuple[int, int] | None, moved: bool) -> OpenRun:
    """Lock a run directory, hold it to its configuration, and begin a session; arguments as of ``Ledger.open``.

    Raises:
        LedgerError: It cannot be had, or belongs to something else.
    """
    lock = _locked(folder, shard)
    try:
        for other in ledgers_in(folder):
            _check_division(other, shard)
            _check_configuration(other, configuration, moved=moved)
        path = folder / ledger_name(shard)
        return OpenRun(path, lock, *_begun(path, configuration, moved=moved))
    except BaseException:
        lock.close()
        raise


def ledger_name(shard: tuple[int, int] | None) -> str:
    """The file name of a run's ledger, or of one of its shards ``(i, n)``."""
    return "ledger.sqlite3" if shard is None else f"ledger-{shard[0]}-of-{shard[1]}.sqlite3"


def lock_of(ledger: Path) -> Path:
    """The file that is locked as long as a process works on a ledger."""
    return ledger.with_name(ledger.name.replace("ledger", "lock").removesuffix(".sqlite3"))


def ledgers_in(directory: Path) -> list[Path]:
    """The ledgers of a run directory: one, or one for each shard that has begun."""
    found = [(name, path) for path in directory.iterdir() if (name := _LEDGER.match(path.name))]
    return [path for _, path in sorted(found, key=lambda each: int(each[0][1] or 0))]


def _locked(folder: Path, shard: tuple[int, int] | None) -> IO[str]:
    if folder.exists() and not folder.is_dir():
        raise LedgerError("this is a file; a run needs a directory of its own", path=folder)
    path = lock_of(folder / ledger_name(shard))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise LedgerError(f"the run directory cannot be made or written: {cause_of(error)}", path=folder) from None
    if not _flocked(lock):
        holder = holder_of(path) or "another process"
        lock.close()
        part = "" if shard is None else f"'s shard {shard[0]}/{shard[1]}"
        raise LedgerError(
            f"{holder} works on this run{part}; wait for it or end it (SIGTERM lets it finish what it has paid for), "
            "or divide the work with --shard",
            path=folder,
        )
    lock.seek(0)
    with suppress(OSError):  # a full disk is told of where it matters
        lock.truncate()
        lock.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        lock.flush()
    return lock


def _flocked(lock: IO[str]) -> bool:
    """Take the lock. Whoever asks how the run stands holds it for an instant, so one refusal is not the last word."""
    for wait in (0.02, 0.05, 0.1, 0.0):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(wait)
        else:
            return True
    return False


def holder_of(lock: Path) -> str | None:
    """Who wrote a lock last: "process 4711 on host"."""
    try:
        return lock.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _check_division(other: Path, shard: tuple[int, int] | None) -> None:
    name = _LEDGER.match(other.name)
    assert name is not None
    divided = None if name[1] is None else int(name[2])
    wanted = None if shard is None else shard[1]
    if divided == wanted:
        return
    began = "in one piece" if divided is None else f"in {divided} shards"
    asked = "in one piece" if wanted is None else f"in {wanted} shards"
    option = "without --shard" if divided is None else f"with --shard i/{divided}"
    raise LedgerError(
        f"this run was begun {began} and cannot go on {asked}: go on {option}, or name another run directory",
        path=other.parent,
    )


def _check_configuration(path: Path, configuration: Mapping[str, Any], *, moved: bool) -> None:
    connection = connect(path)
    try:
        if not check_version(connection, path):
            return
        row = connection.execute("SELECT value FROM meta WHERE name = 'configuration'").fetchone()
    except sqlite3.Error as error:
        raise problem(error, path) from None
    finally:
        connection.close()
    changed = differences(json.loads(row[0]), configuration) if row is not None else {}  # none: it died at once
    if moved:
        changed.pop(ENDPOINT, None)
    if not changed:
        return
    hint = "; if it is the same server under a new address, add --moved" if list(changed) == [ENDPOINT] else ""
    raise LedgerError(
        f"this run belongs to another configuration. {'. '.join(changed.values())}. "
        f"Use the settings of before, or name another run directory{hint}",
        path=path.parent,
    )


def _begun(
    path: Path, configuration: Mapping[str, Any], *, moved: bool
) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """A reading and a writing connection to a ledger in which a new session has begun."""
    writing = connect(path)
    try:
        if not check_version(writing, path):
            create_tables(writing, path)
        _begin_session(writing, configuration, moved=moved)
        return connect(path, read_only=True), writing
    except BaseException as error:
        writing.close()
        if isinstance(error, sqlite3.Error):
            raise problem(error, path) from None
        raise


def _begin_session(writing: sqlite3.Connection, configuration: Mapping[str, Any], *, moved: bool) -> None:
    now = time.time()
    kept = json.dumps(configuration, ensure_ascii=False, sort_keys=True)
    writing.execute("BEGIN IMMEDIATE")
    keep = "REPLACE" if moved else "INSERT OR IGNORE"
    writing.execute(f"{keep} INTO meta (name, value) VALUES ('configuration', ?)", (kept,))
    writing.execute("INSERT OR IGNORE INTO meta (name, value) VALUES ('created', ?)", (str(now),))
    # Calls that were open when a process died: nobody knows whether they were billed.
    writing.execute(
        "UPDATE calls SET state = 'presumed', ended = ?, error = 'the process died' WHERE state = 'open'", (now,)
    )
    writing.execute(
        "INSERT INTO sessions (pid, host, library, endpoint, started) VALUES (?, ?, ?, ?, ?)",
        (os.getpid(), socket.gethostname(), __version__, configuration.get(ENDPOINT), now),
    )
    writing.execute("COMMIT")
