"""The model behind an OpenAI-compatible endpoint: asks, has faulty replies repaired, and gives up in clear words.

This module is cheap to import. The packages that speak HTTP (openai, httpx2, tenacity, instructor) are loaded with
the first call, instructor with the first reply that has faults.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conflict_extract.errors import ConfigError, FatalModelError, ModelError, TransientModelError
from conflict_extract.llm import wire
from conflict_extract.llm.base import Answer, Call, Check, Completion, Gate, Message, Parameters, Reply, Request
from conflict_extract.llm.keys import request_key
from conflict_extract.llm.retries import Patience, Pause

if TYPE_CHECKING:
    import httpx2

    from conflict_extract.llm.transport import Connection

OPENAI_URL = "https://api.openai.com/v1"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, and for how long.

    Attributes:
        model: The model's name at the endpoint.
        base_url: Up to ``/v1``, without user name, query or fragment; None is OpenAI's.
        api_key: None is fine for endpoints that ask for none. The repr does not show it.
        deadline: Seconds for one call in all.
        attempts: Calls for one reply before giving up.
        extra_body: Further fields of the request's body, for endpoints that have their own (llama.cpp, vLLM). They
            change what is asked: they belong into keys and provenance, like the parameters.

    Raises:
        ConfigError: A value cannot work.
    """

    model: str
    base_url: str | None = None
    api_key: str | None = field(repr=False, default=None)
    deadline: float = 300.0
    attempts: int = 5
    extra_body: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise ConfigError("the model's name is empty")
        if not self.deadline > 0 or self.attempts < 1:
            raise ConfigError("the deadline must be above 0 seconds, and attempts at least 1")
        _check_url(self.url)
        if taken := sorted(wire.OWN_FIELDS & self.extra_body.keys()):
            raise ConfigError(f"extra_body must not hold {', '.join(taken)}: use Endpoint and Parameters for them")
        try:
            json.dumps(self.extra_body)
        except (TypeError, ValueError):
            raise ConfigError("extra_body must be plain JSON values") from None

    @property
    def url(self) -> str:
        """The base URL, OpenAI's where none was given."""
        return (self.base_url if self.base_url is not None else OPENAI_URL).rstrip("/")

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own endpoint, which wants a key and another name for the room of a reply."""
        return urlsplit(self.url).hostname == "api.openai.com"

    def check_key(self) -> None:
        """Refuse to ask OpenAI's own endpoint without a key.

        Raises:
            ConfigError: There is none.
        """
        if self.is_openai and not self.api_key:
            raise ConfigError(
                "no API key: set OPENAI_API_KEY, or give another endpoint's base URL (one of your own needs no key)"
            )


class OpenAIModel:
    """A ``ChatModel`` over any endpoint that speaks OpenAI's chat completions.

    It may be used from several event loops; each gets its own connections, which are closed with the loop, at the
    latest. The retries, the pause that an endpoint asks for, and the answering model's name hold for all calls of one
    instance: the first answer fixes the name, and an answer under another name is not taken, since a run must not mix
    models. Such a call is made again (a router may come back), and then fails with a ``FatalModelError``.

    Attributes:
        endpoint: Where it asks.
        gate: What stands before each call. It is set before the first one.
        answered_by: The name under which the endpoint answers, once it is known; a run that goes on sets it.

    Args:
        endpoint: Where to ask.
        parameters: What to send beside the messages.
        transport: Stands in for the network (replay, tests); then no key is needed.
        patience: Owner of the retries, by default one with the endpoint's attempts.
        gate: Stands before each call, for a run that counts and keeps what it pays for.

    Raises:
        ConfigError: OpenAI's endpoint, and no key.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        parameters: Parameters | None = None,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        patience: Patience | None = None,
        gate: Gate | None = None,
    ) -> None:
        if transport is None:
            endpoint.check_key()
        self.endpoint = endpoint
        self._parameters = parameters if parameters is not None else Parameters()
        self._settings = {**asdict(self._parameters), **endpoint.extra_body}
        self._transport = transport
        self._patience = patience if patience is not None else Patience(endpoint.attempts)
        self.gate = gate
        self._host = urlsplit(endpoint.url).hostname or ""
        self._path = f"{urlsplit(endpoint.url).path}/chat/completions"
        self._connections: dict[asyncio.AbstractEventLoop, tuple[Connection, AsyncGenerator[Connection]]] = {}
        self.answered_by: str | None = None

    @property
    def name(self) -> str:
        """The model's name, as it is asked for."""
        return self.endpoint.model

    @property
    def settings(self) -> Mapping[str, Any]:
        """Parameters and extra fields: all that is sent beside messages and schema."""
        return self._settings

    @property
    def pause(self) -> Pause:
        """The pause that all calls share."""
        return self._patience.pause

    def first_call(self, request: Request) -> Call:
        """The call that a request comes to at first; nothing is sent."""
        body = self._body(request, request.messages)
        return self._call(body, wire.encode(body))

    async def ask(self, request: Request, check: Check, *, reasks: int) -> Answer:
        """Ask, and ask again (at most ``reasks`` times) as long as ``check`` finds faults.

        A repair round sends the request's messages, the latest reply, and what the check said of it, word for word;
        earlier replies are left out, so that the conversation does not grow. A reply that ran out of room is asked for
        once more with twice the room; where that fails, the cut reply is returned, for what is whole in it.

        Raises:
            TransientModelError: No reply after all attempts, or the endpoint asks for a wait of more than 10 minutes.
            FatalModelError: Every further call would fail too, in a repair round as well.
            RequestError: The endpoint refuses this request.
            InvalidReplyError: The model refused, or a content filter cut its reply.
            ReplayError: The answers are replayed, and there is none to this request.
        """
        first = await self._reply(request, request.messages)
        faults = await check(first)
        if faults is None or reasks < 1:
            return Answer((first,))
        from conflict_extract.llm.repair import repaired

        async def ask_again(reply: Reply, faults: str) -> Reply:
            better = (Message("assistant", reply.text), Message("user", faults))
            return await self._reply(request, (*request.messages, *better))

        return await repaired(first, faults, check=check, ask_again=ask_again, rounds=reasks)

    async def aclose(self) -> None:
        """Close the connections of the running loop. The model can be used again afterwards."""
        held = self._connections.get(asyncio.get_running_loop())
        if held is not None:
            await held[1].aclose()

    async def _reply(self, request: Request, messages: tuple[Message, ...]) -> Reply:
        body = self._body(request, messages)
        reply = await self._complete(body)
        if reply.finish_reason != "length":
            return reply
        try:
            roomier = await self._complete({**body, self._room: 2 * self._parameters.max_tokens})
        except FatalModelError:
            raise
        except ModelError:
            return reply
        return replace(roomier, usage=wire.added(reply.usage, roomier.usage), calls=2)

    @property
    def _room(self) -> str:
        return wire.room_field(openai=self.endpoint.is_openai)

    def _body(self, request: Request, messages: tuple[Message, ...]) -> dict[str, Any]:
        extra = self.endpoint.extra_body
        return wire.request_body(self.name, messages, request, self._parameters, room=self._room, extra=extra)

    def _call(self, body: Mapping[str, Any], encoded: bytes) -> Call:
        return Call(request_key("POST", self._path, body), body, len(encoded), body[self._room])

    async def _complete(self, body: Mapping[str, Any]) -> Reply:
        encoded = wire.encode(body)
        if self.gate is None:
            return await self._asked(lambda: self._post(encoded))
        gate, call = self.gate, self._call(body, encoded)
        async with gate.kept(call) as kept:
            if kept is not None:
                return self._read(kept).outcome()
            return await self._asked(lambda: gate.send(call, lambda: self._post(encoded)))

    async def _asked(self, send: Callable[[], Awaitable[Completion]]) -> Reply:
        """The reply to a call, made again as often as patience has it."""

        async def attempt() -> Reply:
            return (await send()).outcome()

        try:
            return await self._patience.persist(attempt)
        except _OtherModelError as error:
            raise FatalModelError(error.problem, model=self.name, attempts=error.attempts, status=200) from None

    async def _post(self, encoded: bytes) -> Completion:
        started = time.perf_counter()
        try:
            connection = await self._connection()
            completion = self._read(await connection.post(encoded))
        except ModelError as error:
            _log.debug("call failed after %.2f s: %s", time.perf_counter() - started, type(error).__name__)
            raise
        ended = type(completion.error).__name__ if completion.reply is None else completion.reply.finish_reason
        _log.debug("answer after %.2f s: %s", time.perf_counter() - started, ended)
        return completion

    def _read(self, content: bytes) -> Completion:
        completion = wire.read_completion(content, model=self.name, host=self._host)
        if completion.reply is None or self._is_the_same_model(completion.reply):
            return completion
        problem = (
            f"the endpoint answers as {completion.reply.model!r} now and answered as {self.answered_by!r} before: one "
            "run must not mix models; ask for a model by its full, dated name, or start another run"
        )
        error = _OtherModelError(problem, model=self.name, status=200)
        return replace(completion, reply=None, error=error)

    def _is_the_same_model(self, reply: Reply) -> bool:
        if self.answered_by is None:
            self.answered_by = reply.model
        return reply.model == self.answered_by

    async def _connection(self) -> Connection:
        loop = asyncio.get_running_loop()
        held = self._connections.get(loop)
        if held is None:
            for gone in [each for each in self._connections if each.is_closed()]:
                del self._connections[gone]
            keeper = self._kept(loop)
            held = self._connections[loop] = (await anext(keeper), keeper)
        return held[0]

    async def _kept(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[Connection]:
        """A connection that lives as long as its loop.

        A loop closes its asynchronous generators at its end (``loop.shutdown_asyncgens``, which ``asyncio.run`` calls):
        that is the one moment at which connections that nobody closed can still be closed in order.
        """
        from conflict_extract.llm.transport import Connection

        connection = Connection(self.endpoint, self._transport)
        try:
            yield connection
        finally:
            self._connections.pop(loop, None)
            await connection.aclose()


class _OtherModelError(TransientModelError):
    """The answer came from another model than the ones before."""


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, whole = urlsplit(""), False
    if not whole or parts.username or parts.password or parts.query or parts.fragment:
        # The URL itself is not shown: a key may be in it.
        raise ConfigError(
            "the base URL must be like https://host/v1, without user name, query or fragment; give a key as api_key"
        )
