"""One call over HTTP: openai's client, stripped of retries, of the environment, and of what says more than it must."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import openai

from conflict_extract.errors import (
    ConflictExtractError,
    FatalModelError,
    ModelError,
    ReplayError,
    TransientModelError,
)
from conflict_extract.llm import http
from conflict_extract.llm.discretion import discreet, silence_carriers
from conflict_extract.llm.faults import fault, fault_with_200

if TYPE_CHECKING:
    from conflict_extract.llm.client import Endpoint

_OMITTED = {"x-stainless-retry-count": openai.Omit(), "x-stainless-read-timeout": openai.Omit()}


class _Client(openai.AsyncOpenAI):
    """openai's client without what it reads from the environment and tells about the machine."""

    def __init__(self, endpoint: Endpoint, client: httpx2.AsyncClient) -> None:
        super().__init__(
            api_key=endpoint.api_key or "none",
            base_url=endpoint.url,
            max_retries=0,  # retries have one owner, and it is not this
            timeout=client.timeout,
            http_client=client,
        )
        self._platform = "Unknown"  # else the first call starts a thread to find out, for a header that is not sent

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        """No ``x-stainless-*`` about the machine, no organisation, no OPENAI_CUSTOM_HEADERS."""
        return {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "conflict-extract"}


class Connection:
    """Connections to one endpoint, for one event loop.

    Args:
        endpoint: Where.
        transport: Stands in for the network.
        streaming: Whole files go over them.
    """

    def __init__(
        self, endpoint: Endpoint, transport: httpx2.AsyncBaseTransport | None = None, *, streaming: bool = False
    ) -> None:
        self._endpoint = endpoint
        self._host = urlsplit(endpoint.url).hostname or ""
        url, near = httpx2.URL(endpoint.url), is_loopback(self._host)
        carrier = http.client(url, on_this_machine=near, transport=transport, streaming=streaming)
        self._client = _Client(endpoint, carrier)
        silence_carriers()

    async def post(self, body: bytes) -> bytes:
        """Send a body to ``/chat/completions`` and return that of the answer.

        Raises:
            ModelError: The call failed; no message holds words of either body.
            ReplayError: The transport replays, and has no answer to this.
        """
        async with self.answering(self._endpoint.deadline) as client:
            response = await client.post(
                "/chat/completions",
                content=body,
                cast_to=httpx2.Response,
                # No idempotency key is sent; where none is given, a random one is made all the same.
                options={"headers": _OMITTED, "idempotency_key": "none"},
            )
        inner = fault_with_200(response.content, model=self._endpoint.model, host=self._host)
        if inner is not None:
            raise inner
        return response.content

    @asynccontextmanager
    async def answering(self, deadline: float) -> AsyncIterator[openai.AsyncOpenAI]:
        """The client for one call, whose errors come out as ours; what it does beside the call is kept out of logs.

        Args:
            deadline: Seconds for all that is done in the block.

        Raises:
            ModelError: The call failed; no message holds words of its bodies.
            ReplayError: The transport replays, and has no answer to this.
        """
        try:
            # The SDK's timeout is for each read, and an endpoint that drips outlives it.
            async with asyncio.timeout(deadline):
                with discreet():
                    yield self._client
        except TimeoutError:
            problem = f"{self._host} gave no whole answer within {deadline:g} s"
            raise TransientModelError(problem, model=self._endpoint.model, timed_out=True) from None
        except openai.APIStatusError as error:
            answer = error.response
            raise self._fault(answer.status_code, answer.headers, answer.content) from None
        except openai.APIConnectionError as error:
            raise self._connection_error(error) from None

    def _fault(self, status: int, headers: httpx2.Headers, content: bytes) -> ModelError:
        return fault(status, headers, content, model=self._endpoint.model, host=self._host)

    def _connection_error(self, error: openai.APIConnectionError) -> ConflictExtractError:
        """The error of ours for a call without an answer; its cause's words are not passed on, only its name."""
        cause: BaseException = error
        sent = True
        while (inner := cause.__cause__) is not None:
            cause = inner
            sent = sent and not isinstance(cause, httpx2.ConnectError)
            if isinstance(cause, ConflictExtractError):
                return cause
            if type(cause).__module__.startswith("vcr."):
                return ReplayError("the cassette that is open holds no answer to this request: record it again")
        if "CERTIFICATE_VERIFY_FAILED" in str(cause):
            problem = f"{self._host} shows a certificate that is not trusted; set SSL_CERT_FILE if it is yours"
            return FatalModelError(problem, model=self._endpoint.model)
        place = urlsplit(self._endpoint.url).netloc
        problem = (
            f"no answer from {place} ({type(cause).__name__}); check that the server runs, that the base URL is right, "
            "and the way to it (network, proxy)"
        )
        return TransientModelError(problem, model=self._endpoint.model, sent=sent)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
