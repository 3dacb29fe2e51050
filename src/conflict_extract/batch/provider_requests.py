"""Which requests of a run are out in batch files, and what came of them: the ledger's tables about them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.provider_files import RequestFile
from conflict_extract.batch.store import Statement, unpack
from conflict_extract.models import Article, Usage

RequestState = Literal["sent", "answered", "refused", "again"]
"""How a request stands that was written into a file:

- sent: nothing came back for it yet;
- answered: the ledger keeps its answer;
- refused: the provider refuses this request; the article has to do without it;
- again: what came back was no answer, and may be one the next time: it goes into the next round.
"""

_GROUP = 500
"""Statements that are written together."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One request that was written into a file.

    Attributes:
        key: Its request key, which is its custom_id.
        round: The round that it went out with last.
        work: The key of the article that needs it.
        state: How it stands.
        status: HTTP status of what came back, where there was one.
        error: What came back in place of an answer, in words of ours.
    """

    key: str
    round: int
    work: str
    state: RequestState
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Bill:
    """What a result costs.

    Attributes:
        state: Of the call in the journal: paid, unpaid, or presumed where nobody knows.
        usage: Tokens, where the provider says.
        cost: In money, where the price is known.
    """

    state: Literal["paid", "unpaid", "presumed"]
    usage: Usage | None = None
    cost: float | None = None


class SentRequests:
    """The requests of one run that are or were in batch files.

    What is noted is written in groups; ``flush`` waits until all of it is durable.

    Args:
        ledger: The run's ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._group: list[Statement] = []
        self._pending: dict[str, SentRequest] = {}

    def of(self, key: str) -> SentRequest | None:
        """The request with this key; None where it was never written into a file."""
        if key in self._pending:
            return self._pending[key]
        sql = "SELECT key, round, work, state, status, error FROM batch_requests WHERE key = ?"
        rows = self._ledger.rows(sql, key)
        return SentRequest(*rows[0]) if rows else None

    def counts(self) -> dict[RequestState, int]:
        """How many requests stand how."""
        return dict(self._ledger.rows("SELECT state, count(*) FROM batch_requests GROUP BY state"))

    # Writing a round

    async def begin_round(self, folder: Path) -> tuple[int, Path | None]:
        """Begin a round, and take back the one before where it was broken off: nothing of it was sent.

        Returns:
            The round's number, and the folder of the one that was broken off, whose files have to go.
        """
        rows = self._ledger.rows("SELECT n, folder, last_call FROM rounds WHERE NOT whole")
        for number, _, last_call in rows:
            await self._ledger.execute(
                ("DELETE FROM calls WHERE state = 'sent' AND n > ?", (last_call,)),
                ("UPDATE batch_requests SET state = 'again' WHERE round = ? AND state = 'sent'", (number,)),
                ("DELETE FROM rounds WHERE n = ?", (number,)),
            )
        ((last,),) = self._ledger.rows("SELECT ifnull(max(n), 0) FROM rounds")
        begun = "INSERT INTO rounds (n, folder, last_call) SELECT ?, ?, ifnull(max(n), 0) FROM calls"
        await self._ledger.execute((begun, (last + 1, str(folder.resolve()))))
        return last + 1, Path(rows[0][1]) if rows else None

    async def send(self, request: SentRequest, file: str, *, article: str, tokens: int, cost: float | None) -> None:
        """Note a request that is written into a file of the round, with the most that it may cost."""
        journal = (
            "INSERT INTO calls (request, article, session, state, reserved_tokens, reserved_cost, started)"
            " VALUES (?, ?, ?, 'sent', ?, ?, ?)"
        )
        await self._note(
            request,
            (
                "REPLACE INTO batch_requests (key, round, file, work) VALUES (?, ?, ?, ?)",
                (request.key, request.round, file, request.work),
            ),
            (journal, (request.key, article, self._ledger.session, tokens, cost, time.time())),
        )

    async def end_round(self, number: int, files: list[RequestFile]) -> None:
        """Note that the files of a round are whole; a round without files is as if it never was."""
        await self.flush()
        sql = "INSERT INTO batch_files (round, name, requests, size, sha256) VALUES (?, ?, ?, ?, ?)"
        rows = [(sql, (number, each.name, each.requests, each.size, each.sha256)) for each in files]
        ended = "UPDATE rounds SET whole = 1 WHERE n = ?" if files else "DELETE FROM rounds WHERE n = ?"
        await self._ledger.execute(*rows, (ended, (number,)))

    async def forget_refusals(self) -> None:
        """Let requests that the provider refused be asked once more."""
        await self._ledger.execute(("UPDATE batch_requests SET state = 'again' WHERE state = 'refused'", ()))

    # What came back

    async def settle(
        self,
        request: SentRequest,
        state: RequestState,
        bill: Bill,
        *,
        answer: bytes | None = None,
        status: int | None = None,
        error: str | None = None,
    ) -> None:
        """Note what came back for a request, in one commit with its answer and its bill.

        Args:
            request: The request as it stood.
            state: How it stands now.
            bill: What it cost.
            answer: The body of the completion, where it is worth keeping.
            status: HTTP status.
            error: What came back in place of an answer; no words of the article.
        """
        statements: list[Statement] = [
            *self._billing(request, bill, status, error),
            (
                "UPDATE batch_requests SET state = ?, status = ?, error = ?, fresh = 1 WHERE key = ?",
                (state, status, error, request.key),
            ),
        ]
        if answer is not None:
            keeping = (
                "REPLACE INTO answers (key, body, prompt_tokens, completion_tokens, created) VALUES (?, ?, ?, ?, ?)"
            )
            statements.append((keeping, (request.key, answer, *_tokens(bill), time.time())))
        await self._note(SentRequest(request.key, request.round, request.work, state, status, error), *statements)

    async def bill_again(self, request: SentRequest, bill: Bill) -> None:
        """Settle one more call for a request that has its answer already, where one is out: it was sent twice."""
        await self._note(request, self._closing(request.key, bill, 200, None))

    def _billing(self, request: SentRequest, bill: Bill, status: int | None, error: str | None) -> Iterator[Statement]:
        if request.state == "sent":
            yield self._closing(request.key, bill, status, error)
        elif bill.state != "unpaid":  # its call is closed already, and something was billed after all
            sql = (
                "INSERT INTO calls (request, session, state, reserved_tokens, prompt_tokens, completion_tokens, cost,"
                " status, error, started, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            now, tokens = time.time(), _tokens(bill)
            used = sum(count for count in tokens if count is not None)
            values = (request.key, self._ledger.session, bill.state, used, *tokens, bill.cost, status, error, now, now)
            yield sql, values

    def _closing(self, key: str, bill: Bill, status: int | None, error: str | None) -> Statement:
        """Close the oldest call in the journal that waits for this request."""
        sql = (
            "UPDATE calls SET state = ?, prompt_tokens = ?, completion_tokens = ?, cost = ?, status = ?, error = ?,"
            " ended = ? WHERE n = (SELECT min(n) FROM calls WHERE request = ? AND state = 'sent')"
        )
        return sql, (bill.state, *_tokens(bill), bill.cost, status, error, time.time(), key)

    async def release(self, number: int, file: str, bill: Bill, error: str) -> int:
        """Let the requests of a file that nothing came back for be asked again: their batch has ended.

        Args:
            number: The round.
            file: The file.
            bill: What is to be taken of their calls.
            error: Why nothing came back.

        Returns:
            How many they are.
        """
        await self.flush()
        count = self.count_sent(number, file)
        mine = "SELECT key FROM batch_requests WHERE round = ? AND file = ? AND state = 'sent'"
        oldest = f"SELECT min(n) FROM calls WHERE state = 'sent' AND request IN ({mine}) GROUP BY request"
        await self._ledger.execute(
            (
                f"UPDATE calls SET state = ?, error = ?, ended = ? WHERE n IN ({oldest})",
                (bill.state, error, time.time(), number, file),
            ),
            (
                "UPDATE batch_requests SET state = 'again', error = ? WHERE round = ? AND file = ? AND state = 'sent'",
                (error, number, file),
            ),
        )
        return count

    def count_sent(self, number: int, file: str) -> int:
        """How many requests of a file nothing came back for, and no later round asks again."""
        sql = "SELECT count(*) FROM batch_requests WHERE round = ? AND file = ? AND state = 'sent'"
        ((count,),) = self._ledger.rows(sql, number, file)
        return int(count)

    # Articles that something came back for

    def fresh(self) -> Iterator[tuple[int, Article]]:
        """The waiting articles that something came back for, by their numbers; see ``looked_at``."""
        sql = (
            "SELECT n, article FROM articles WHERE n > ? AND state = 'waiting'"
            " AND key IN (SELECT work FROM batch_requests WHERE fresh) ORDER BY n LIMIT 100"
        )
        last = 0
        while rows := self._ledger.rows(sql, last):
            for last, body in rows:
                yield last, Article.model_validate_json(unpack(body))

    async def looked_at(self) -> None:
        """Note that all articles have been looked at that something came back for."""
        await self._ledger.execute(("UPDATE batch_requests SET fresh = 0 WHERE fresh", ()))

    async def flush(self) -> None:
        """Wait until all that was noted is durable."""
        group, self._group = self._group, []
        await self._ledger.execute(*group)
        self._pending.clear()

    async def _note(self, request: SentRequest, *statements: Statement) -> None:
        self._pending[request.key] = request
        self._group.extend(statements)
        if len(self._group) >= _GROUP:
            await self.flush()


def _tokens(bill: Bill) -> tuple[int | None, int | None]:
    usage = bill.usage
    return (usage.prompt_tokens, usage.completion_tokens) if usage is not None else (None, None)
