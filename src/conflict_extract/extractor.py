"""From an article to an extraction: cut, ask, read, merge; and the same for many articles at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import weakref
from collections.abc import AsyncGenerator, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from conflict_extract import __version__, prompts
from conflict_extract.asking import Options, Outcome, ask, request_for
from conflict_extract.background import BackgroundLoop
from conflict_extract.errors import ConfigError, ConflictExtractError, FatalModelError
from conflict_extract.llm.base import ChatModel, Parameters, Reply, Request
from conflict_extract.merging import merge
from conflict_extract.models.article import Article
from conflict_extract.models.base import Span
from conflict_extract.models.extraction import Extraction, Provenance, Rejected, Usage
from conflict_extract.reply.reading import Reads, read_here
from conflict_extract.reply.wire import reply_schema
from conflict_extract.text.passages import cut

Result = TypeVar("Result")

PASSAGES_IN_FLIGHT = 4
"""Passages of one article that are asked about at once."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An article of many that no extraction could be made of."""

    article_id: str
    error: ConflictExtractError


class Extractor:
    """Makes extractions with one model. Use it as a context manager, or close it after use.

    Example:
        ```python
        with Extractor.replaying("tests/cassettes") as extractor:
            extraction = extractor.extract(Article(id="x", text=text))
        ```

    Attributes:
        model: The model that is asked.
        options: How extractions are made.
        reads: Reads the replies; a run over many articles may have other processes do it.
    """

    def __init__(self, model: ChatModel, options: Options = Options()) -> None:  # noqa: B008 - frozen
        if options.reasks < 0:
            raise ConfigError("reasks must be 0 or more")
        if options.passage_size < max(4 * options.passage_overlap, 1) or options.passage_overlap < 0:
            raise ConfigError("passage_size must be at least four times passage_overlap")
        self.model = model
        self.options = options
        self.reads: Reads = read_here
        self._prompt = prompts.load(options.prompt_version)
        self._loop: BackgroundLoop | None = None

    @classmethod
    def connect(
        cls,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        parameters: Parameters = Parameters(),  # noqa: B008 - frozen
        options: Options = Options(),  # noqa: B008 - frozen
    ) -> Extractor:
        """An extractor that asks an OpenAI-compatible endpoint.

        Args:
            model: The model's name at the endpoint.
            base_url: The endpoint ("http://localhost:11434/v1"), by default OpenAI's.
            api_key: The key; local servers need none.
            parameters: What is sent beside the messages.
            options: How extractions are made.

        Raises:
            ConfigError: OpenAI's endpoint without a key.
        """
        from conflict_extract.llm.client import Endpoint, OpenAIModel

        return cls(OpenAIModel(Endpoint(model=model, base_url=base_url, api_key=api_key), parameters), options)

    @classmethod
    def replaying(cls, folder: str | Path, options: Options = Options()) -> Extractor:  # noqa: B008 - frozen
        """An extractor that answers from recordings: no key, no network.

        Args:
            folder: A folder of recorded answers (vcrpy cassettes).
            options: How extractions are made.

        Raises:
            ConfigError: The folder has no recordings.
        """
        from conflict_extract.llm.replay import replaying

        return cls(replaying(folder), options)

    def extract(self, article: Article) -> Extraction:
        """Make the extraction of one article.

        Raises:
            ModelError: The model could not be asked, or gave nothing usable.
            InvalidReplyError: The reply cannot be read at all; with ``strict`` also where anything would be rejected.
            ReplayError: No recorded answer fits (when replaying).
        """
        return self._run(self.aextract(article))

    async def aextract(self, article: Article) -> Extraction:
        """The same as ``extract``, to be awaited."""
        spans = self.passages(article)
        outcomes = await self._outcomes(article, spans)
        failed = [outcome.error for outcome in outcomes if outcome.error is not None]
        if failed and (self.options.strict or len(failed) == len(outcomes)):
            raise failed[0]
        return self._assembled(article, spans, outcomes)

    async def _outcomes(self, article: Article, spans: tuple[Span, ...]) -> list[Outcome]:
        if len(spans) == 1:  # as most articles are: no tasks of their own are needed
            return [await ask(self.model, article, spans[0], self.options, self.reads)]
        room = asyncio.Semaphore(PASSAGES_IN_FLIGHT)

        async def one(span: Span) -> Outcome:
            async with room:
                return await ask(self.model, article, span, self.options, self.reads)

        tasks = [asyncio.create_task(one(span)) for span in spans]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def extract_many(self, articles: Iterable[Article], *, concurrency: int = 4) -> Iterator[Extraction | Failure]:
        """Make the extractions of many articles, given back as they finish.

        Articles are drawn from the iterable as there is room and as results are taken, so that memory does not grow
        with their number.

        Args:
            articles: The articles.
            concurrency: How many are under way at once.

        Yields:
            An extraction for each article, or a failure with its error.

        Raises:
            FatalModelError: Every further call would fail too (key, quota, unknown model); what was finished has
                been given back before.
        """
        results = self.aextract_many(articles, concurrency=concurrency)

        async def following() -> Extraction | Failure | None:
            return await anext(results, None)

        try:
            while (result := self._run(following())) is not None:
                yield result
        finally:
            self._run(results.aclose())

    async def aextract_many(
        self, articles: Iterable[Article], *, concurrency: int = 4
    ) -> AsyncGenerator[Extraction | Failure]:
        """The same as ``extract_many``, to be iterated with ``async for``."""
        if concurrency < 1:
            raise ConfigError("concurrency must be 1 or more")
        waiting = iter(articles)
        under_way: set[asyncio.Task[Extraction | Failure]] = set()
        try:
            while True:
                while len(under_way) < concurrency and (article := next(waiting, None)) is not None:
                    under_way.add(asyncio.create_task(self._result(article)))
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                fatal = [task for task in done if task.exception() is not None]
                for task in done - set(fatal):
                    yield task.result()
                for task in fatal:
                    task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _result(self, article: Article) -> Extraction | Failure:
        try:
            return await self.aextract(article)
        except FatalModelError:
            raise
        except ConflictExtractError as error:
            return Failure(article.id, error)

    async def aclose(self) -> None:
        """Close the connections; for those who await."""
        close = getattr(self.model, "aclose", None)
        if close is not None:
            await close()

    def close(self) -> None:
        """Close the connections and stop the background loop."""
        if self._loop is not None:
            self._loop.run(self.aclose())
            self._loop.stop()
            self._loop = None

    def __enter__(self) -> Extractor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Extractor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def requests(self, article: Article) -> tuple[Request, ...]:
        """The first requests for an article, one for each passage; nothing is sent."""
        return tuple(request_for(article, span, self.options) for span in self.passages(article))

    def key(self, article: Article) -> str:
        """SHA-256 over all that decides the request: article, prompt, schema, model, parameters, options."""
        return _sha256(
            {
                "article": article.sha256,
                "published": article.published.isoformat() if article.published else None,
                "prompt": self._prompt.sha256,
                "schema": _schema_sha256(),
                "model": self.model.name,
                "parameters": dict(self.model.settings),
                "passages": [self.options.passage_size, self.options.passage_overlap],
                "reasks": self.options.reasks,
            }
        )

    @property
    def configuration(self) -> dict[str, Any]:
        """All that results depend on beside the article, as plain JSON: what a batch run is held to."""
        options = self.options
        return {
            "model": self.model.name,
            "prompt": {"version": self._prompt.version, "sha256": self._prompt.sha256},
            "schema": _schema_sha256(),
            "parameters": dict(self.model.settings),
            "options": {
                "reasks": options.reasks,
                "strict": options.strict,
                "vague": options.policy.name,
                "passage_size": options.passage_size,
                "passage_overlap": options.passage_overlap,
            },
        }

    def passages(self, article: Article) -> tuple[Span, ...]:
        """The passages of an article that are asked about, each with a request of its own."""
        return cut(article.text, size=self.options.passage_size, overlap=self.options.passage_overlap)

    def _assembled(self, article: Article, spans: tuple[Span, ...], outcomes: list[Outcome]) -> Extraction:
        merged = merge([(span, outcome.reading) for span, outcome in zip(spans, outcomes, strict=True)])
        return Extraction(
            article_id=article.id,
            article=article,
            attributions=merged.attributions,
            claims=merged.claims,
            events=merged.events,
            complete=all(outcome.reading is not None and outcome.reading.complete for outcome in outcomes),
            rejected=(*_rejected(spans, outcomes), *merged.rejected),
            provenance=self._provenance(article, outcomes),
        )

    def _provenance(self, article: Article, outcomes: list[Outcome]) -> Provenance:
        replies = [reply for outcome in outcomes for reply in outcome.replies]
        return Provenance(
            key=self.key(article),
            article_sha256=article.sha256,
            model=self.model.name,
            answered_by=replies[0].model,
            prompt_version=self._prompt.version,
            prompt_sha256=self._prompt.sha256,
            reply_schema_sha256=_schema_sha256(),
            parameters=dict(self.model.settings),
            vague_policy=self.options.policy.name,
            library_version=__version__,
            created=datetime.now(UTC),
            calls=sum(reply.calls for reply in replies),
            passages=len(outcomes),
            usage=_total(replies),
        )

    def _background(self) -> BackgroundLoop:
        if self._loop is None:
            self._loop = BackgroundLoop()
            weakref.finalize(self, BackgroundLoop.stop, self._loop)
        return self._loop

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._background().run(work)


def _rejected(spans: tuple[Span, ...], outcomes: list[Outcome]) -> Iterator[Rejected]:
    for number, (span, outcome) in enumerate(zip(spans, outcomes, strict=True)):
        if outcome.reading is None:
            message = f"no reply for the passage [{span.start}, {span.end}): {outcome.error}"
            yield Rejected(path=f"passages[{number}]", reason="no_reply", message=message)
        else:
            for fault in outcome.reading.rejected:
                path = fault.path if len(spans) == 1 else f"passages[{number}].{fault.path}"
                yield fault.model_copy(update={"path": path})


def _total(replies: list[Reply]) -> Usage | None:
    """The tokens of all replies, None as soon as one of them does not say."""
    known = [reply.usage for reply in replies if reply.usage is not None]
    if len(known) < len(replies):
        return None
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in known),
        completion_tokens=sum(usage.completion_tokens for usage in known),
    )


def _sha256(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@cache
def _schema_sha256() -> str:
    return _sha256(reply_schema())
