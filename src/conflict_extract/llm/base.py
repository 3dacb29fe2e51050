"""What is asked of a model and what comes back, as plain values, and the protocol that a model fulfils."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from conflict_extract.errors import InvalidReplyError, ModelError
from conflict_extract.models.extraction import Usage


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation. It may hold an article: its repr does not show the content."""

    role: Literal["system", "user", "assistant"]
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is sent beside the messages. All of it enters keys and provenance.

    Attributes:
        temperature: 0 to 2, or None to send none (some reasoning models take none).
        max_tokens: Room for the reply, in tokens; a reply that needs more is asked for once more with twice this.
        seed: For endpoints that have one.
    """

    temperature: float | None = 0.0
    max_tokens: int = 16_000
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a structured reply.

    Attributes:
        messages: The conversation so far.
        schema: JSON Schema in the strict subset of structured-output engines.
        schema_name: Its name, letters, digits, ``_`` and ``-``.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any] = field(repr=False)
    schema_name: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the endpoint, as it came.

    Attributes:
        text: The content, unchanged but for a code fence around it. It holds words of the article: keep it out of logs.
        model: The name under which the endpoint answered.
        finish_reason: "stop", or "length" where it ran out of room twice.
        usage: Tokens of all the calls that this reply took, or None where the endpoint does not say.
        calls: HTTP calls that were answered with a completion for it (2 where the first ran out of room).
    """

    text: str = field(repr=False)
    model: str
    finish_reason: str = "stop"
    usage: Usage | None = None
    calls: int = 1


Check = Callable[[Reply], Awaitable[str | None]]
"""Looks at a reply: None where it is good, else the message that asks for a better one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All the replies to one request, in their order: the first, then one for each reask.

    Attributes:
        replies: At least one.
        error: What broke off the reasking, if anything did; the replies before it are good to use.
    """

    replies: tuple[Reply, ...]
    error: ModelError | None = None


class ChatModel(Protocol):
    """A model that answers in JSON. ``conflict_extract.llm.client`` has the real one."""

    @property
    def name(self) -> str:
        """The model's name, as it is asked for."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that is sent beside messages and schema, as plain JSON values: it enters keys and provenance."""

    async def ask(self, request: Request, check: Check, *, reasks: int) -> Answer:
        """Ask, and ask again (at most ``reasks`` times) as long as ``check`` finds faults.

        Raises:
            ModelError: No reply could be had at all.
        """


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call that is wanted.

    Attributes:
        key: The request's key (``llm.keys.request_key``): equal keys, equal requests.
        body: The body as plain JSON values. It holds the article.
        size: Bytes of the body as it is sent.
        room: Tokens that the reply may take.
    """

    key: str
    body: Mapping[str, Any] = field(repr=False)
    size: int
    room: int


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back with status 200 and is a whole chat completion: whatever it says, it was paid for.

    Attributes:
        content: The answer's body, as it came.
        usage: Tokens of this call, None where the endpoint does not say.
        reply: What is to be read in it, None where it is of no use.
        error: Why it is of no use: an ``InvalidReplyError`` (refusal, filter) would come again with the same request;
            another one may not.
    """

    content: bytes = field(repr=False)
    usage: Usage | None
    reply: Reply | None
    error: ModelError | None = None

    @property
    def is_final(self) -> bool:
        """Whether this is the answer to the request, to be kept; else the call is made again."""
        return self.error is None or isinstance(self.error, InvalidReplyError)

    def outcome(self) -> Reply:
        """The reply.

        Raises:
            ModelError: It is of no use.
        """
        if self.error is not None:
            raise self.error
        assert self.reply is not None
        return self.reply


class Gate(Protocol):
    """Stands before all calls of a model: answers them from what was paid for, or lets them out in their time.

    Both methods may raise what stops a run; it comes through ``ChatModel.ask`` as it is.
    """

    def kept(self, call: Call) -> AbstractAsyncContextManager[bytes | None]:
        """Around a call with all its attempts: the body of the answer that is there already, or None.

        Equal calls that are under way at the same time can be made to wait here for the first of them.
        """

    async def send(self, call: Call, post: Callable[[], Awaitable[Completion]]) -> Completion:
        """Around each attempt: wait for its time, post it, and keep what it brought before giving it back.

        Args:
            call: What is about to be sent.
            post: Makes the HTTP call. It raises a ``ModelError`` where no completion comes.
        """
