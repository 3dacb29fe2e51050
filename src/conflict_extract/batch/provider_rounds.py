"""One round of batch files: what is unanswered goes out, what is complete is committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from conflict_extract.batch.money import Budget, Forecast, Purse
from conflict_extract.batch.provider_files import Limits, RequestFile, RequestFiles, remove_round
from conflict_extract.batch.provider_requests import SentRequest
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.errors import BudgetError
from conflict_extract.llm.base import Call
from conflict_extract.models import Article, Extraction


@dataclass(frozen=True, slots=True)
class Asking:
    """What a round asks.

    Attributes:
        again: Also what is out already and unanswered: where its files were lost. It may be paid for twice.
        failed: Also for the articles that have failed; what the provider refused is asked once more.
        budget: For the whole run, with what is out; a request that could pass it is not written.
        limits: How much one file may hold.
    """

    again: bool = False
    failed: bool = False
    budget: Budget | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Round:
    """What became of a round.

    Attributes:
        number: Its number; None where there was nothing to ask.
        files: The files that were written.
        done: Articles that were complete without another call.
        failed: Articles that no extraction can be made of.
        waiting: Articles that wait for answers, of this round or of those before.
        tokens: Tokens that the requests of this round may take at the most.
        cost: The same in money, None where the price is unknown.
        stopped: Why some requests were not written.
    """

    number: int | None
    files: tuple[RequestFile, ...]
    done: int
    failed: int
    waiting: int
    tokens: int
    cost: float | None
    stopped: BudgetError | None = None

    @property
    def requests(self) -> int:
        """How many requests were written."""
        return sum(each.requests for each in self.files)


async def prepare(run: ProviderRun, folder: Path, asking: Asking = Asking()) -> Round:
    """Write what the articles of a run need to ask into the files of a new round.

    The articles are gone through in the order in which they came; those whose answers are all there are committed.
    The files get their names when all of them are whole; until then nothing counts as sent.

    Args:
        run: The run, with its articles taken in.
        folder: Where the files are written.
        asking: What to ask.

    Raises:
        ConfigError: The folder cannot be used, or the budget is in money and the price unknown.
        LedgerError: The ledger cannot be written.
        OSError: A file cannot be written (disk full): the round is as if it never was.
    """
    purse = _purse(run, asking.budget)
    number, broken_off = await run.sent.begin_round(folder)
    if broken_off is not None:
        remove_round(broken_off, number)
    if asking.failed:
        await run.sent.forget_refusals()
        await _take_up(run)
    with RequestFiles(folder, number, model=run.endpoint.model, limits=asking.limits) as files:
        writing = _Writing(run, number, files, asking, purse)
        for _, article in run.ledger.to_do(("waiting",)):
            await writing.look_at(article)
        await run.sent.flush()
    await run.sent.end_round(number, files.files)
    return Round(
        number=number if files.files else None,
        files=tuple(files.files),
        done=writing.done,
        failed=writing.failed,
        waiting=writing.waiting,
        tokens=writing.tokens,
        cost=writing.cost if run.price is not None else None,
        stopped=writing.stopped,
    )


class _Writing:
    """What a round has written so far."""

    def __init__(self, run: ProviderRun, number: int, files: RequestFiles, asking: Asking, purse: Purse) -> None:
        self.done = self.failed = self.waiting = self.tokens = 0
        self.cost = 0.0
        self.stopped: BudgetError | None = None
        self._run, self._number, self._files, self._asking, self._purse = run, number, files, asking, purse
        self._forecast = Forecast()

    async def look_at(self, article: Article) -> None:
        """Commit an article that is complete, or write what it asks."""
        made = await self._run.read(article)
        if not isinstance(made, tuple):
            await self._run.commit(article, made)
            if isinstance(made, Extraction):
                self.done += 1
            else:
                self.failed += 1
            return
        self.waiting += 1
        for call in made:
            await self._ask(call, article)

    async def _ask(self, call: Call, article: Article) -> None:
        before = self._run.sent.of(call.key)
        if before is not None and before.state == "sent" and (before.round == self._number or not self._asking.again):
            return
        most = self._forecast.reserve(call.size, call.room)
        if self.stopped is None and not self._purse.has_room(most):
            self.stopped = self._purse.used_up(most)
        if self.stopped is not None:
            return
        self._purse.hold(most)
        tokens, cost = most.prompt_tokens + most.completion_tokens, self._purse.worth(most)
        file = self._files.write(call.key, call.body)
        request = SentRequest(call.key, self._number, self._run.extractor.key(article), "sent", None, None)
        await self._run.sent.send(request, file, article=article.id, tokens=tokens, cost=cost)
        self.tokens += tokens
        self.cost += cost or 0.0


def _purse(run: ProviderRun, budget: Budget | None) -> Purse:
    spent = run.ledger.spent()
    tokens, cost = spent.tokens + spent.open_tokens, spent.cost + spent.open_cost
    return Purse(budget, run.price, model=run.endpoint.model, tokens=tokens, cost=cost)


async def _take_up(run: ProviderRun) -> None:
    for _, article in run.ledger.to_do(("failed",)):
        run.ledger.take_up(article.id)
    await run.ledger.flush()
