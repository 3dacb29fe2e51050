"""Names that were there before, for as many as come: they are kept on disk where memory would not do."""

from __future__ import annotations

import sqlite3
from types import TracebackType
from typing import Self


class Seen:
    """A set that only grows, in a temporary database that goes with it."""

    def __enter__(self) -> Self:
        self._database = sqlite3.connect("", isolation_level=None)  # temporary, spilled to disk by SQLite
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (name TEXT PRIMARY KEY) WITHOUT ROWID")
        return self

    def add(self, name: str) -> bool:
        """Add a name; False where it was there before."""
        return self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (name,)).rowcount == 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()
