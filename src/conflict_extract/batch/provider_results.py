"""What a provider's batch brought back: answers into the ledger, failures to where they belong, articles committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from conflict_extract.batch.gate import ANSWERED_BY, billing
from conflict_extract.batch.money import Price
from conflict_extract.batch.provider_files import BrokenLine, Result, read_results
from conflict_extract.batch.provider_requests import Bill, RequestState, SentRequest
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.errors import FatalModelError, ModelError, RequestError, TransientModelError
from conflict_extract.llm import wire
from conflict_extract.llm.base import Completion
from conflict_extract.llm.faults import error_object, fault, fault_with_200
from conflict_extract.models import Extraction

_NOT_DONE = frozenset({"batch_expired", "batch_cancelled", "batch_canceled"})
"""Codes of requests that the provider never began, since the batch came to its end before."""

NAMED = 20
"""Lines of one file that are named one by one where something is wrong with them; the rest is only counted."""


@dataclass(slots=True)
class Collected:
    """What was found in the files that came back.

    Attributes:
        answered: Answers that were kept.
        repeated: Results of requests that have their answer already.
        again: Requests that came back without an answer, and go into the next round.
        refused: Requests that the provider refuses; their articles do without them, or fail.
        unknown: Results of requests that this run never made.
        broken: Lines that cannot be read.
        other_model: Answers of another model than the run's, which were not taken.
        done: Articles that were committed.
        failed: Articles that no extraction can be made of.
        fatal: Why every further request would fail too, where a result says so.
    """

    answered: int = 0
    repeated: int = 0
    again: int = 0
    refused: int = 0
    unknown: int = 0
    broken: int = 0
    other_model: int = 0
    done: int = 0
    failed: int = 0
    fatal: FatalModelError | None = None
    models: set[str] = field(default_factory=set)


async def collect(run: ProviderRun, paths: Iterable[Path], tell: Callable[[str], None]) -> Collected:
    """Read output and error files, in any order, partial or repeated, and commit the articles that are complete.

    Args:
        run: The run that the requests were made for.
        paths: The files.
        tell: Gets a sentence for each line that is of no use, up to ``NAMED`` for each file.

    Returns:
        What was found. All of it is durable.

    Raises:
        LedgerError: The ledger cannot be written.
        InputError: A file cannot be read; what was read before is kept.
    """
    reading = _Reading(run, tell)
    try:
        for path in paths:
            await reading.read(path)
    finally:
        await run.sent.flush()
    await _commit(run, reading.found)
    return reading.found


async def _commit(run: ProviderRun, found: Collected) -> None:
    for _, article in run.sent.fresh():
        made = await run.read(article)
        if isinstance(made, tuple):
            continue
        await run.commit(article, made)
        if isinstance(made, Extraction):
            found.done += 1
        else:
            found.failed += 1
    await run.sent.looked_at()


class _Reading:
    """Reads results into the ledger."""

    def __init__(self, run: ProviderRun, tell: Callable[[str], None]) -> None:
        self.found = Collected()
        self._run = run
        self._tell_out = tell
        self._told = 0
        self._model = run.endpoint.model
        self._host = urlsplit(run.endpoint.url).hostname or ""
        self._answered_by = run.ledger.note(ANSWERED_BY)
        self._price = run.price

    async def read(self, path: Path) -> None:
        """Read one file."""
        self._told = 0
        for line in read_results(path):
            if isinstance(line, BrokenLine):
                self.found.broken += 1
                self._tell(str(line))
            else:
                await self._take(line)
        if self._told > NAMED:
            self._tell_out(f"{path}: {self._told - NAMED} more lines are of no use")

    async def _take(self, result: Result) -> None:
        request = self._run.sent.of(result.custom_id)
        if request is None:
            self.found.unknown += 1
            self._tell(f"{_place(result)}: this run has made no request {result.custom_id[:80]!r}")
            return
        outcome = _outcome(result, model=self._model, host=self._host)
        if request.state == "answered":
            self.found.repeated += 1
            if isinstance(outcome, Completion):
                await self._run.sent.bill_again(request, self._bill(outcome))
        elif isinstance(outcome, Completion):
            await self._keep(request, result, outcome)
        else:
            await self._fail(request, result, outcome)

    async def _keep(self, request: SentRequest, result: Result, completion: Completion) -> None:
        bill = self._bill(completion)
        if not completion.is_final:
            self.found.again += 1
            await self._settle(request, "again", bill, result, str(completion.error))
        elif completion.reply is not None and not await self._is_the_same_model(completion.reply.model):
            self.found.other_model += 1
            self.found.models.add(completion.reply.model)
            problem = f"answered as {completion.reply.model!r}, and this run is answered by {self._answered_by!r}"
            self._tell(f"{_place(result)}: {problem}: one run must not mix models, so it is not taken")
            await self._settle(request, "again", bill, result, problem)
        else:
            self.found.answered += 1
            await self._run.sent.settle(request, "answered", bill, answer=completion.content, status=200)

    async def _fail(self, request: SentRequest, result: Result, error: ModelError) -> None:
        bill = Bill(billing(error))
        if isinstance(error, RequestError):
            self.found.refused += 1
            await self._settle(request, "refused", bill, result, error.problem)
            return
        self.found.again += 1
        if isinstance(error, FatalModelError):
            self.found.fatal = self.found.fatal or error
        await self._settle(request, "again", bill, result, error.problem)

    async def _settle(self, request: SentRequest, state: RequestState, bill: Bill, result: Result, error: str) -> None:
        await self._run.sent.settle(request, state, bill, status=result.status, error=error)

    async def _is_the_same_model(self, name: str) -> bool:
        if self._answered_by is None:
            self._answered_by = name
            await self._run.ledger.write_note(ANSWERED_BY, name)
        return name == self._answered_by

    def _bill(self, completion: Completion) -> Bill:
        return Bill("paid", completion.usage, _cost(self._price, completion))

    def _tell(self, sentence: str) -> None:
        self._told += 1
        if self._told <= NAMED:
            self._tell_out(sentence)


def _outcome(result: Result, *, model: str, host: str) -> Completion | ModelError:
    """What a live call with this answer would have come to."""
    if result.status is None:
        error = error_object(result.content) or {}
        code = error.get("code")
        if code in _NOT_DONE:
            return TransientModelError(f"{host} ended the batch before this request ({code})", model=model, sent=False)
        known = fault(500, {}, result.content, model=model, host=host)  # without a status the codes decide
        if not isinstance(known, TransientModelError):
            return known
        return TransientModelError(f"{host} failed this request, and gave no status", model=model, sent=False)
    if result.status != 200:
        return fault(result.status, {}, result.content, model=model, host=host)
    inner = fault_with_200(result.content, model=model, host=host)
    if inner is not None:
        return inner
    try:
        return wire.read_completion(result.content, model=model, host=host)
    except ModelError as error:
        return error


def _cost(price: Price | None, completion: Completion) -> float | None:
    return price.of(completion.usage) if price is not None and completion.usage is not None else None


def _place(result: Result) -> str:
    return f"{result.path}, line {result.line}"
