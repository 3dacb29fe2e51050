"""An endpoint's Batch API: files up, batches made of them, their state, files down.

Source: OpenAI's API reference, "Files" and "Batch". Other providers that have the API have it in the same form.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2
import openai

from conflict_extract.errors import ConfigError, FatalModelError, TransientModelError
from conflict_extract.llm.client import Endpoint
from conflict_extract.llm.retries import Patience
from conflict_extract.llm.transport import Connection

if TYPE_CHECKING:
    from openai.types import Batch, FileObject

T = TypeVar("T")

TRANSFER_DEADLINE = 3_600.0
"""Seconds for a file of up to 200 MB, one way."""

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
"""States in which nothing more comes of a batch."""

_LONGEST_SEARCH = 1_000
"""Batches or files looked through for one that was made before; the newest come first."""


@dataclass(frozen=True, slots=True)
class BatchState:
    """A batch as the provider sees it.

    Attributes:
        id: The provider's name for it.
        status: validating, in_progress, finalizing, cancelling, or one of ``ENDED``.
        input_file: Id of the file that it was made of.
        output_file: Id of the file with the answers, once there is one.
        error_file: Id of the file with the requests that failed, once there is one.
        completed: Requests that were answered.
        failed: Requests that failed.
        total: All of them.
        errors: Why the batch as a whole was refused: code, message, and line of the input file.
    """

    id: str
    status: str
    input_file: str
    output_file: str | None = None
    error_file: str | None = None
    completed: int = 0
    failed: int = 0
    total: int = 0
    errors: tuple[tuple[str, str, int | None], ...] = ()


class BatchApi:
    """The Batch API of one endpoint, for one event loop. Use it as an asynchronous context manager.

    Args:
        endpoint: Where.
        patience: Owner of the retries, by default one with the endpoint's attempts.

    Raises:
        ConfigError: OpenAI's endpoint, and no key.
    """

    def __init__(self, endpoint: Endpoint, *, patience: Patience | None = None) -> None:
        endpoint.check_key()
        self._endpoint = endpoint
        self._patience = patience if patience is not None else Patience(endpoint.attempts)
        self._connection = Connection(endpoint, streaming=True)

    async def __aenter__(self) -> BatchApi:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.aclose()

    async def upload(self, path: Path, name: str) -> str:
        """Upload a file of requests under a name, and return its id.

        An upload that is tried again may leave a file behind that nobody uses; it costs nothing, and the provider
        removes it in its time.

        Raises:
            ConfigError: The endpoint has no Batch API.
            ModelError: It did not take the file.
        """

        async def post(client: openai.AsyncOpenAI) -> FileObject:
            with path.open("rb") as file:
                return await client.files.create(file=(name, file), purpose="batch")

        return (await self._call(post, deadline=TRANSFER_DEADLINE)).id

    async def find_upload(self, name: str, size: int) -> str | None:
        """The id of a file that was uploaded under this name, and has this many bytes; None where there is none.

        Raises:
            ConfigError: The endpoint does not list files.
            ModelError: It cannot be asked.
        """

        async def search(client: openai.AsyncOpenAI) -> str | None:
            seen = 0
            async for each in client.files.list(purpose="batch", order="desc", limit=100):
                if each.filename == name and each.bytes == size:
                    return each.id
                if (seen := seen + 1) >= _LONGEST_SEARCH:
                    break
            return None

        return await self._call(search)

    async def create(self, input_file: str, *, url: str, metadata: Mapping[str, str]) -> BatchState:
        """Make a batch of an uploaded file. It is made once, also where the call has to be tried again.

        Raises:
            ConfigError: The endpoint has no Batch API.
            ModelError: It did not make one.
        """
        unsure = False

        async def post(client: openai.AsyncOpenAI) -> BatchState:
            nonlocal unsure
            if unsure and (made := await _made_of(client, input_file)) is not None:
                return _state(made)
            unsure = True
            asked: dict[str, Any] = {"endpoint": url, "completion_window": "24h"}
            return _state(await client.batches.create(input_file_id=input_file, metadata=dict(metadata), **asked))

        return await self._call(post)

    async def find_batch(self, input_file: str) -> BatchState | None:
        """The batch that was made of an uploaded file; None where there is none.

        Raises:
            ConfigError: The endpoint does not list batches.
            ModelError: It cannot be asked.
        """

        async def search(client: openai.AsyncOpenAI) -> BatchState | None:
            made = await _made_of(client, input_file)
            return _state(made) if made is not None else None

        return await self._call(search)

    async def look(self, batch: str) -> BatchState:
        """The state of a batch.

        Raises:
            ModelError: The endpoint cannot be asked, or does not know it.
        """

        async def get(client: openai.AsyncOpenAI) -> BatchState:
            return _state(await client.batches.retrieve(batch))

        return await self._call(get)

    async def download(self, file: str, path: Path) -> None:
        """Write a provider's file to ``path``, whole or not at all.

        Raises:
            ModelError: It cannot be had.
            OSError: It cannot be written.
        """
        part = path.with_name(path.name + ".part")

        async def get(client: openai.AsyncOpenAI) -> None:
            async with client.files.with_streaming_response.content(file) as answer:
                with part.open("wb") as written:
                    async for block in answer.iter_bytes(1 << 20):
                        written.write(block)
                    written.flush()
                    os.fsync(written.fileno())

        try:
            await self._call(get, deadline=TRANSFER_DEADLINE)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    async def _call(self, make: Callable[[openai.AsyncOpenAI], Awaitable[T]], *, deadline: float | None = None) -> T:
        async def attempt() -> T:
            async with self._answering(deadline or self._endpoint.deadline) as client:
                return await make(client)

        return await self._patience.persist(attempt)

    @asynccontextmanager
    async def _answering(self, deadline: float) -> AsyncIterator[openai.AsyncOpenAI]:
        try:
            async with self._connection.answering(deadline) as client:
                yield client
        except FatalModelError as error:
            if error.status in (404, 405, 501):
                problem = (
                    f"{error.problem.partition(':')[0]}: it does not have the Batch API, or does not know this file or "
                    "batch (another key or project?); files can also be sent by hand, and read with `batch collect`"
                )
                raise ConfigError(problem) from None
            raise
        except (httpx2.HTTPError, openai.APIResponseValidationError, ValueError) as error:
            problem = f"the Batch API's answer cannot be read ({type(error).__name__})"
            raise TransientModelError(problem, model=self._endpoint.model) from None


async def _made_of(client: openai.AsyncOpenAI, input_file: str) -> Batch | None:
    seen = 0
    async for each in client.batches.list(limit=100):
        if each.input_file_id == input_file:
            return each
        if (seen := seen + 1) >= _LONGEST_SEARCH:
            break
    return None


def _state(batch: Batch) -> BatchState:
    counts = batch.request_counts
    errors = batch.errors.data if batch.errors is not None and batch.errors.data else []
    return BatchState(
        id=batch.id,
        status=batch.status,
        input_file=batch.input_file_id,
        output_file=batch.output_file_id or None,
        error_file=batch.error_file_id or None,
        completed=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        total=counts.total if counts else 0,
        errors=tuple((each.code or "", each.message or "", each.line) for each in errors),
    )
