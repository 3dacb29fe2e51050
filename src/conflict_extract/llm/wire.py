"""The wire format of chat completions: the body made of a request, the reply read from what the endpoint sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conflict_extract.errors import InvalidReplyError, ModelError, TransientModelError
from conflict_extract.llm.base import Completion, Message, Parameters, Reply, Request
from conflict_extract.llm.writing import plain
from conflict_extract.models.extraction import Usage

OWN_FIELDS = frozenset(
    {"model", "messages", "response_format", "temperature", "max_tokens", "max_completion_tokens", "seed", "stream"}
)
"""Fields of the body that ``request_body`` decides about; extra fields must have other names."""

_FENCE = re.compile(r"\A\s*```[A-Za-z]*[ \t]*\r?\n(.*?)(?:\r?\n?```\s*)?\Z", re.DOTALL)


def request_body(
    model: str,
    messages: Iterable[Message],
    request: Request,
    parameters: Parameters,
    *,
    room: str = "max_tokens",
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a call to ``/chat/completions``.

    Args:
        model: The model's name.
        messages: The conversation, which in a repair round is longer than the request's own.
        request: Gives the schema of the reply and its name.
        parameters: Temperature, room and seed.
        room: What the endpoint calls the room for the reply (``room_field``).
        extra: Further fields, none of ``OWN_FIELDS``.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": request.schema_name, "strict": True, "schema": request.schema},
        },
    }
    if parameters.temperature is not None:
        body["temperature"] = parameters.temperature
    body[room] = parameters.max_tokens
    if parameters.seed is not None:
        body["seed"] = parameters.seed
    return {**body, **extra} if extra else body


def room_field(*, openai: bool) -> str:
    """What an endpoint calls the room for the reply: OpenAI has another name for it than all others."""
    return "max_completion_tokens" if openai else "max_tokens"


def encode(body: object) -> bytes:
    """A body as UTF-8 JSON. Readable, but for text with lone surrogates, which only escapes can carry."""
    try:
        return plain(body).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


def loads(content: bytes) -> Any:
    """JSON as it must be to be taken at its word: UTF-8, and no key twice.

    Raises:
        UnicodeDecodeError: It is not UTF-8.
        RepeatedKeyError: An object has a key twice.
        ValueError: It is no whole JSON.
        RecursionError: It is nested too deep.
    """
    return json.loads(content.decode(), object_pairs_hook=_unique)


def read_completion(content: bytes, *, model: str, host: str) -> Completion:
    """The completion out of the body of an answer with status 200.

    Args:
        content: The answer's body.
        model: The model's name as asked for; it stands in where the answer names none.
        host: For error messages.

    Returns:
        The completion; where the model refused, a filter cut the reply, or there is no text in it, with its error.

    Raises:
        TransientModelError: It is no whole chat completion: cut off, not UTF-8, HTML, a key twice, no choice.
    """

    def unusable(what: str, *, page: bool = False) -> TransientModelError:
        return TransientModelError(f"{host} answered with status 200 and {what}", model=model, status=200, page=page)

    try:
        completion = loads(content)
    except UnicodeDecodeError as error:
        raise unusable(f"bytes that are not UTF-8 (byte {error.start})") from None
    except RepeatedKeyError:
        raise unusable("JSON in which a key is there twice") from None
    except (ValueError, RecursionError):
        page = content.lstrip()[:1] == b"<"
        what = "an HTML page" if page else "no whole JSON"
        raise unusable(f"{what} in place of a completion; is the base URL the one of the API?", page=page) from None
    if not isinstance(completion, dict):
        raise unusable("JSON that is no chat completion")
    choices = completion.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise unusable("a completion without choices")
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise unusable("a choice without a message")
    usage = _usage(completion.get("usage"))
    try:
        reply = _reply(completion, choice, message, usage, model=model, unusable=unusable)
    except ModelError as error:
        return Completion(content, usage, None, error)
    return Completion(content, usage, reply)


def _reply(
    completion: dict[str, Any],
    choice: dict[str, Any],
    message: dict[str, Any],
    usage: Usage | None,
    *,
    model: str,
    unusable: Callable[[str], TransientModelError],
) -> Reply:
    text, finish = message.get("content"), choice.get("finish_reason")
    if message.get("refusal"):
        problem = "the model refused to answer; another model may take the article"
        raise InvalidReplyError(problem, model=model, reason="refusal", reply=str(message["refusal"]))
    if finish == "content_filter":
        problem = "the endpoint's content filter cut the reply; another model or endpoint may take the article"
        raise InvalidReplyError(problem, model=model, reason="content_filter", reply=text if text else "")
    if text is None and finish == "length":
        text = ""  # All the room went into reasoning: nothing to save, and more room may help.
    if not isinstance(text, str) or (not text.strip() and finish != "length"):
        raise unusable("a reply without text")
    answered_by = completion.get("model")
    return Reply(
        text=without_fence(text),
        model=answered_by if isinstance(answered_by, str) and answered_by else model,
        finish_reason="length" if finish == "length" else "stop",
        usage=usage,
    )


def without_fence(text: str) -> str:
    """The text without a Markdown code fence around the whole of it (closed, or cut off before its end)."""
    fenced = _FENCE.match(text) if "```" in text else None
    return fenced[1] if fenced else text


def added(first: Usage | None, second: Usage | None) -> Usage | None:
    """The tokens of both calls; None where one of them is not known, since half a sum would pass for a whole one."""
    if first is None or second is None:
        return None
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
    )


def _usage(told: object) -> Usage | None:
    if not isinstance(told, dict):
        return None
    prompt, completion = told.get("prompt_tokens"), told.get("completion_tokens")
    counts = [count for count in (prompt, completion) if type(count) is int and count >= 0]
    return Usage(prompt_tokens=counts[0], completion_tokens=counts[1]) if len(counts) == 2 else None


class RepeatedKeyError(ValueError):
    """A JSON object has a key twice, and readers differ on which one counts."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise RepeatedKeyError
    return unique
