"""How far a run is and what it has spent, counted from a ledger's tables."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has spent, and what calls under way, or in batch files that are out, may spend yet.

    Attributes:
        tokens: Settled, with the reserve of calls whose bill nobody knows.
        cost: The same in money; 0 where no price is known.
        open_tokens: Reserved by calls under way or out.
        open_cost: The same in money.
    """

    tokens: int = 0
    cost: float = 0.0
    open_tokens: int = 0
    open_cost: float = 0.0


@dataclass(slots=True)
class Counts:
    """How many articles stand how.

    Attributes:
        waiting: Seen, neither done nor failed; those under way too.
        done: With an extraction.
        failed: Without one, for good unless retried.
        unread: Places of the input that could not be read as an article.
    """

    waiting: int = 0
    done: int = 0
    failed: int = 0
    unread: int = 0


def counts_of(reading: sqlite3.Connection) -> Counts:
    """How many articles of a ledger stand how."""
    by_state = dict(reading.execute("SELECT state, count(*) FROM articles GROUP BY state"))
    (unread,) = reading.execute("SELECT count(*) FROM unread").fetchone()
    return Counts(by_state.get("waiting", 0), by_state.get("done", 0), by_state.get("failed", 0), unread)


def spent_of(reading: sqlite3.Connection) -> Spent:
    """What the calls of a ledger came to; those that are open are told apart."""
    sql = (
        "SELECT state IN ('open', 'sent'), sum(ifnull(prompt_tokens + completion_tokens, reserved_tokens)),"
        " sum(ifnull(cost, ifnull(reserved_cost, 0.0))) FROM calls WHERE state <> 'unpaid' GROUP BY 1"
    )
    sums = {bool(is_open): (tokens, cost) for is_open, tokens, cost in reading.execute(sql)}
    return Spent(*sums.get(False, (0, 0.0)), *sums.get(True, (0, 0.0)))
