"""The calls of a run: the answers that were paid for, and what each call was reserved for and came to."""

from __future__ import annotations

import sqlite3
import time
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Literal

from conflict_extract.batch.store import Statement, Writer, unpack
from conflict_extract.batch.tally import Spent, spent_of
from conflict_extract.models import Usage

CallState = Literal["paid", "unpaid", "presumed"]
"""What a call came to: billed; not billed; or unknown, so that it counts at its reserve."""

under_way: ContextVar[str | None] = ContextVar("under_way", default=None)
"""The id of the article that the running task works on: the journal of calls is kept by it."""


class Journal:
    """The side of a ledger that has to do with calls (``Ledger`` is the whole of it).

    Args:
        reading: A connection that reads.
        writer: The one that writes.

    Attributes:
        session: The number of this process's turn at the run, from 1.
    """

    def __init__(self, reading: sqlite3.Connection, writer: Writer) -> None:
        self._reading = reading
        self._writer = writer
        self._reserves: dict[int, tuple[int, float]] = {}
        self.session = self._one("SELECT max(n) FROM sessions")
        self._last_call = self._one("SELECT ifnull(max(n), 0) FROM calls")
        self._spent = spent_of(reading)

    def answer_of(self, key: str) -> bytes | None:
        """The body of a completion that was paid for under this request key, None where there is none."""
        row = self._reading.execute("SELECT body FROM answers WHERE key = ?", (key,)).fetchone()
        return unpack(row[0]) if row is not None else None

    async def reserve(self, request: str, tokens: int, cost: float | None = None) -> int:
        """Enter a call that is about to be made, at the most that it may take.

        It counts in ``spent`` from the moment of the call, before anything is awaited.

        Args:
            request: The request key.
            tokens: Of request and reply together, at the most.
            cost: The same in money, where the price is known.

        Returns:
            The call's number, for ``settle``.

        Raises:
            LedgerError: It cannot be written: the call must not be made.
        """
        self._last_call += 1
        number = self._last_call
        self._reserves[number] = (tokens, cost or 0.0)
        sql = (
            "INSERT INTO calls (n, request, article, session, state, reserved_tokens, reserved_cost, started)"
            " VALUES (?, ?, ?, ?, 'open', ?, ?, ?)"
        )
        await self._write((sql, (number, request, under_way.get(), self.session, tokens, cost, time.time())))
        return number

    async def settle(
        self,
        call: int,
        state: CallState,
        *,
        request: str | None = None,
        answer: bytes | None = None,
        usage: Usage | None = None,
        cost: float | None = None,
        status: int | None = None,
        error: str | None = None,
    ) -> None:
        """Enter what a call came to; where it was answered, the answer with it, in one commit.

        Args:
            call: Its number.
            state: Where it is not ``unpaid`` and usage or cost are not known, it counts at its reserve.
            request: The request key, with ``answer``.
            answer: The body of a completion that is worth keeping: asking again finds it.
            usage: Tokens, as the endpoint counted them.
            cost: In money, where the price is known.
            status: HTTP status.
            error: What went wrong, without words of the article.

        Raises:
            LedgerError: It cannot be written.
        """
        tokens, reserved = self._reserves.pop(call)
        if state != "unpaid":
            used = usage.prompt_tokens + usage.completion_tokens if usage is not None else tokens
            money = reserved if cost is None else cost
            self._spent = replace(self._spent, tokens=self._spent.tokens + used, cost=self._spent.cost + money)
        prompt, completion = (usage.prompt_tokens, usage.completion_tokens) if usage is not None else (None, None)
        now = time.time()
        sql = (
            "UPDATE calls SET state = ?, prompt_tokens = ?, completion_tokens = ?, cost = ?, status = ?, error = ?,"
            " ended = ? WHERE n = ?"
        )
        statements: list[Statement] = [(sql, (state, prompt, completion, cost, status, error, now, call))]
        if answer is not None:
            keeping = (
                "REPLACE INTO answers (key, body, prompt_tokens, completion_tokens, created) VALUES (?, ?, ?, ?, ?)"
            )
            statements.append((keeping, (request, answer, prompt, completion, now)))
        await self._write(*statements)

    def spent(self) -> Spent:
        """What is spent in all sessions of this ledger, and what is reserved by calls under way or out."""
        reserves = list(self._reserves.values())  # in one step: other threads may ask
        return Spent(
            self._spent.tokens,
            self._spent.cost,
            self._spent.open_tokens + sum(tokens for tokens, _ in reserves),
            self._spent.open_cost + sum(cost for _, cost in reserves),
        )

    async def _write(self, *statements: Statement) -> None:
        await self._writer.write(statements)

    def _one(self, sql: str, *values: Any) -> int:
        (found,) = self._reading.execute(sql, values).fetchone()
        return int(found)
