"""A run whose calls go out in batch files: its ledger, its model behind kept answers, and its articles."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Self

from conflict_extract.asking import Options, ask
from conflict_extract.batch.configuration import configuration_of
from conflict_extract.batch.gate import ANSWERED_BY
from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.money import Price
from conflict_extract.batch.provider_requests import SentRequests
from conflict_extract.batch.results import CURRENCY, FINISHED
from conflict_extract.batch.settings import settings_of
from conflict_extract.documents import Sourced
from conflict_extract.errors import (
    ConfigError,
    ConflictExtractError,
    FatalModelError,
    InputError,
    InternalError,
    LedgerError,
    RequestError,
)
from conflict_extract.extractor import Extractor
from conflict_extract.llm.base import Call, Completion, Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.models import Article, Extraction

_PRICE = "batch_price"
_NOTED_AT_ONCE = 256


_STOPPING = (FatalModelError, LedgerError, ConfigError)
"""Errors that are not about one article."""

_log = logging.getLogger(__name__)


class _PutOffError(Exception):
    """A call has no answer yet. No error of the tree: nothing that handles those may take it for an outcome."""


class _KeptAnswers:
    """A gate that lets no call out: it answers from the ledger, and notes what it has no answer to.

    Attributes:
        wanted: The calls without an answer, in the order in which they came, by request key.
    """

    def __init__(self, ledger: Ledger, sent: SentRequests, model: str) -> None:
        self.wanted: dict[str, Call] = {}
        self._ledger = ledger
        self._sent = sent
        self._model = model

    @asynccontextmanager
    async def kept(self, call: Call) -> AsyncIterator[bytes | None]:
        """The answer that came back for a call, or None.

        Raises:
            RequestError: The provider refused this request.
        """
        answer = self._ledger.answer_of(call.key)
        request = self._sent.of(call.key) if answer is None else None
        if request is not None and request.state == "refused":
            raise RequestError(request.error or "the provider refused this request", model=self._model)
        yield answer

    async def send(self, call: Call, post: Callable[[], Awaitable[Completion]]) -> Completion:  # noqa: ARG002
        """Note the call instead of making it."""
        self.wanted[call.key] = call
        raise _PutOffError


class ProviderRun:
    """A run directory whose calls go out in a provider's batch files. Use it as a context, or close it.

    An article is run with the answers that are there. Where one is missing, the call is what the next round has to ask,
    and the article is put off; so reasks, further passages and calls with twice the room come in later rounds, and all
    requests are the same as in a live run.

    Args:
        directory: The run directory, made where it is not there. It belongs to one configuration.
        endpoint: Which model at which endpoint. Nothing is sent there.
        parameters: What is asked for beside the messages.
        options: How extractions are made.

    Attributes:
        ledger: The ledger, open.
        sent: Its requests that are or were in batch files.
        extractor: Makes extractions from answers that are there.
        endpoint: As given.

    Raises:
        LedgerError: The directory cannot be had (``Ledger.open``).
    """

    def __init__(
        self,
        directory: Path | str,
        endpoint: Endpoint,
        parameters: Parameters = Parameters(),  # noqa: B008 - frozen
        options: Options = Options(),  # noqa: B008 - frozen
    ) -> None:
        # Without a key the client refuses OpenAI's endpoint; nothing goes out, so none is needed here.
        unused = Endpoint(endpoint.model, endpoint.base_url, "none", extra_body=endpoint.extra_body)
        model = OpenAIModel(unused, parameters)
        self.endpoint = endpoint
        self.extractor = Extractor(model, options)
        self.ledger = Ledger.open(directory, configuration_of(self.extractor))
        self.sent = SentRequests(self.ledger)
        model.answered_by = self.ledger.note(ANSWERED_BY)
        self._gate = model.gate = _KeptAnswers(self.ledger, self.sent, model.name)

    @classmethod
    def resume(cls, directory: Path | str, *, api_key: str | None = None) -> Self:
        """Open a run as it was begun, with the settings that its ledger keeps.

        Raises:
            LedgerError: There is no run in the directory, it does not ask an endpoint, or it cannot be had.
        """
        folder = Path(directory)
        settings = settings_of(folder)
        endpoint = Endpoint(settings.model, settings.base_url, api_key, extra_body=settings.extra_body)
        return cls(folder, endpoint, settings.parameters, settings.options)

    async def take_in(
        self, items: Iterable[Article | InputError | Sourced], tell: Callable[[InputError], None]
    ) -> tuple[int, int]:
        """Note the articles of an input in the ledger.

        Args:
            items: Articles, and errors in the place of those that cannot be read.
            tell: Gets each error: unreadable, or an id that comes a second time with another text.

        Returns:
            How many articles came, and how many errors.

        Raises:
            LedgerError: It cannot be written.
        """
        articles = errors = 0
        for item in items:
            where = item.place if isinstance(item, Sourced) else None
            found = item.found if isinstance(item, Sourced) else item
            if isinstance(found, Article):
                if self.ledger.seen(found, self.extractor.key(found), str(where) if where else None) != "conflict":
                    articles += 1
                else:
                    problem = f"the id {found.id} came up before in this input, with another text; it is left out"
                    told = where.error(problem, article=found.id) if where else None
                    found = told or InputError(problem, article=found.id)
            if isinstance(found, InputError):
                errors += 1
                self.ledger.unreadable(found, str(where) if where else str(found))
                tell(found)
            if self.ledger.pending >= _NOTED_AT_ONCE:
                await self.ledger.flush()
        await self.ledger.flush()
        return articles, errors

    async def read(self, article: Article) -> Extraction | ConflictExtractError | tuple[Call, ...]:
        """What the answers that are there make of an article, or the calls that it waits for.

        Returns:
            The extraction; the error that a live run would fail it with; or the calls that have no answer, in the
            order of their passages.

        Raises:
            FatalModelError: Kept answers are of two models.
        """
        try:
            return await self.extractor.aextract(article)
        except _PutOffError:
            pass
        except _STOPPING:
            raise
        except ConflictExtractError as error:
            return error
        except Exception as error:
            # One article must not end the work on all others, whatever it is that it brings to light.
            _log.exception("a fault of the library, met with the article %r", article.id)
            return InternalError(f"a fault of the library ({type(error).__name__}); please report it")
        self._gate.wanted.clear()
        for span in self.extractor.passages(article):
            try:
                await ask(self.extractor.model, article, span, self.extractor.options)
            except (_PutOffError, ConflictExtractError):
                continue
        return tuple(self._gate.wanted.values())

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Around the work of one command: how it ended is noted for those who look at the run."""
        outcome = "given up"
        try:
            yield
            outcome = FINISHED
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
            raise
        finally:
            with suppress(LedgerError):
                await self.ledger.end_session(outcome)

    async def commit(self, article: Article, made: Extraction | ConflictExtractError) -> None:
        """Note that an article is done, or failed.

        Raises:
            LedgerError: It cannot be written.
        """
        if isinstance(made, Extraction):
            await self.ledger.finish(made)
        else:
            await self.ledger.fail(article.id, made)

    @property
    def price(self) -> Price | None:
        """What the provider takes for batch files, as ``set_price`` noted it; None where it is unknown."""
        noted = self.ledger.note(_PRICE)
        return Price(**json.loads(noted)) if noted is not None else None

    async def set_price(self, price: Price) -> None:
        """Note what the provider takes for batch files: results that come back are billed by it.

        Raises:
            ConfigError: The run's costs are in other money.
        """
        kept = self.ledger.note(CURRENCY)
        if kept not in (None, price.currency):
            raise ConfigError(f"the run's costs are in {kept} so far, and the price table is in {price.currency}")
        await self.ledger.write_note(CURRENCY, price.currency)
        await self.ledger.write_note(_PRICE, json.dumps(asdict(price)))

    def close(self) -> None:
        """Let the run go. Doing it twice does nothing."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
