"""A provider in a process of its own: answers about written reports, with faults by plan, and keeps a journal.

Run it with ``python -m tests.provider_server SETTING``, a JSON object with the fields of ``Setting``; it prints its
port. ``POST /v1/chat/completions`` is answered; ``GET /journal`` gives all that came so far, as JSON Lines, and
``GET /count`` the number of good answers sent; after ``POST /refill`` there is quota again. It is a protocol of its
own, since a fault suite has to break connections in ways that no web framework allows.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from conflict_extract.llm.keys import request_key
from tests.fault_plan import LASTING, STOPPING, Plan
from tests.written_reports import number_in, reply_to

MODEL = "reporter-2026-11-01"
OTHER_MODEL = "reporter-mini-2026-11-01"

DRIP = 0.05
"""Seconds between single bytes of an answer that drips."""


@dataclass(frozen=True)
class Setting:
    """How the provider behaves.

    Attributes:
        plan: The fields of the ``Plan`` that it follows.
        latency: Seconds that each answer takes.
        pause: Seconds that it asks to wait, where it does.
        stop: One of ``STOPPING``, or None: what it answers to everything, after ``stop_after`` requests.
        stop_after: Requests before that.
    """

    plan: dict[str, Any]
    latency: float = 0.0
    pause: float = 1.0
    stop: str | None = None
    stop_after: int = 0


@dataclass
class Call:
    """A request that came. Times are ``time.monotonic``, which all processes of a machine share.

    Attributes:
        article: The report's number, or None where the request is about none.
        body: The request's key, as a run's ledger has it: the same body is the same request.
        fault: What it met, or None where the answer was good.
        at: When it had come.
        ended: When its answer had been handed to the network, as far as it ever was.
        pause: Seconds that the answer asked to wait.
        billed: Whether a provider would have counted a completion.
        usable: Whether the answer, or a part of it, can be used: asking for it again would pay for it twice.
        gone: The caller had hung up before the answer was there.
    """

    article: int | None
    body: str
    fault: str | None
    at: float
    ended: float | None = None
    pause: float | None = None
    billed: bool = False
    usable: bool = False
    gone: bool = False


@dataclass(frozen=True)
class Answer:
    """What is sent: status, body and headers, and how much of the body and how fast."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    sent: int | None = None
    drip: bool = False


class Provider:
    """The plan's state and the journal."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.journal: list[Call] = []
        self.good = 0
        self.stop = setting.stop
        self._waiting = {number: deque(kinds) for number, kinds in Plan(**setting.plan).faults().items()}
        self._came = 0

    def take(self, content: bytes) -> tuple[Call, Answer | None]:
        """Note a request and decide its answer, which is None where there is never one."""
        at = time.monotonic()
        request = json.loads(content)
        messages = [message for message in request["messages"] if message["role"] != "system"]
        text = str(messages[0]["content"]) if messages else ""
        number = number_in(text)
        call = Call(number, request_key("POST", "/v1/chat/completions", request), self._fault(number), at)
        self.journal.append(call)
        call.billed = call.fault in _BILLED
        call.usable = call.fault in _USABLE
        if call.fault in ("429_retry_after", "503_retry_after", "429_reset"):
            call.pause = self.setting.pause
        if call.fault in ("timeout", "reset"):
            return call, None
        if call.fault is not None and call.fault not in _WITH_CONTENT:
            return call, _error(call.fault, self.setting.pause)
        reply = reply_to(text, asked_again=len(messages) > 1) if number is not None else _NO_REPORT
        return call, _completion(call.fault, reply)

    def _fault(self, number: int | None) -> str | None:
        self._came += 1
        if self.stop is not None and self._came > self.setting.stop_after:
            return self.stop
        waiting = self._waiting.get(number) if number is not None else None
        if not waiting:
            return None
        return waiting[0] if waiting[0] in LASTING else waiting.popleft()


_NO_REPORT = '{"name":"nobody","age":1}'
"""Some clients first ask about something else (who is how old), to see what the endpoint can do."""

_EMPTY = '{"sources":[],"actors":[],"attributions":[],"events":[],"claims":[]}'
"""What is read where a fault is not seen: taking it for the reply would lose the article without a word."""

_WITH_CONTENT = frozenset(
    {"drip", "cut", "not_utf8", "repeated_key", "repeated_key_in_reply", "other_model", "fence", "length"}
)
_USABLE = frozenset({None, "fence", "length", "repeated_key_in_reply", "refusal", "content_filter"})
_BILLED = _USABLE | _WITH_CONTENT | {"empty_choices"}

_ERRORS: dict[str, tuple[int, str, str]] = {
    "429_retry_after": (429, "rate_limit_exceeded", "Rate limit reached."),
    "429_reset": (429, "rate_limit_exceeded", "Rate limit reached."),
    "503_retry_after": (503, "overloaded", "The engine is overloaded."),
    "500": (500, "server_error", "Something went wrong."),
    "502": (502, "bad_gateway", "Bad gateway."),
    "503": (503, "overloaded", "The engine is overloaded."),
    "529": (529, "overloaded_error", "Overloaded."),
    "error_200": (200, "server_error", "The model behind this gateway failed."),
    "too_long": (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
    "bad_request": (400, "invalid_request_error", "The request could not be understood."),
    "quota": (429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing."),
    "wrong_key": (401, "invalid_api_key", "Incorrect API key provided."),
    "unknown_model": (404, "model_not_found", "The model does not exist or you do not have access to it."),
}


def _error(fault: str, pause: float) -> Answer:
    """The answer to a fault without a completion."""
    if fault == "html":
        return Answer(b"<html><body><h1>Welcome to the proxy</h1></body></html>", kind="text/html")
    if fault == "empty_choices":
        return Answer(_encode(_body([], "empty")))
    if fault == "refusal":
        return Answer(_encode(_body([_choice(None, refusal="I cannot help with that.")], fault)))
    if fault == "content_filter":
        return Answer(_encode(_body([_choice('{"sour', finish="content_filter")], fault)))
    status, code, message = _ERRORS[fault]
    headers = {}
    if fault in ("429_retry_after", "503_retry_after"):
        headers["retry-after"] = f"{pause:g}"
    if fault == "429_reset":
        headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": f"{pause * 1000:.0f}ms"}
    kind = code if fault in ("quota", "bad_request") else "error"
    return Answer(_encode({"error": {"message": message, "type": kind, "param": None, "code": code}}), status, headers)


def _completion(fault: str | None, content: str) -> Answer:
    """A completion with this content, whole or with the fault."""
    if fault == "repeated_key_in_reply":
        content = content[:-1] + ',"claims":[]}'
    if fault == "fence":
        content = f"```json\n{content}\n```"
    if fault == "length":
        return Answer(_encode(_body([_choice(content[: len(content) // 2], finish="length")], content)))
    if fault == "other_model":
        return Answer(_encode(_body([_choice(_EMPTY)], _EMPTY, OTHER_MODEL)))
    body = _encode(_body([_choice(content)], content))
    if fault == "not_utf8":
        body = body.replace(b"Wadi", b"Wad\xff", 1)
    if fault == "repeated_key":
        body = body[:-1] + b',"choices":' + json.dumps([_choice(_EMPTY)]).encode() + b"}"
    return Answer(body, sent=len(body) // 2 if fault == "cut" else None, drip=fault == "drip")


def _choice(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}


def _body(choices: list[dict[str, Any]], content: str, model: str = MODEL) -> dict[str, Any]:
    usage = {"prompt_tokens": 8_000, "completion_tokens": len(content) // 4 + 1}
    usage["total_tokens"] = sum(usage.values())
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "choices": choices,
        "usage": usage,
    }  # fmt: skip


def _encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Connection(asyncio.Protocol):
    """One connection: reads requests, one after the other, and answers each in its time."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._received = bytearray()
        self._transport: Any = None
        self._under_way: Call | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        """Note that nobody waits for the answer any more; a provider makes and counts it all the same."""
        if self._under_way is not None:
            self._under_way.gone = True

    def data_received(self, data: bytes) -> None:
        """Collect bytes until a request is whole."""
        self._received += data
        head, separator, rest = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = int(headers.get("content-length", "0"))
        if len(rest) >= length:
            self._received = bytearray(rest[length:])
            method, path, _ = first.split(" ")
            self._serve(method, path, bytes(rest[:length]))

    def _serve(self, method: str, path: str, content: bytes) -> None:
        loop = asyncio.get_running_loop()
        if method == "GET" and path == "/journal":
            lines = "".join(json.dumps(asdict(call)) + "\n" for call in self._provider.journal)
            self._write(Answer(lines.encode(), kind="application/jsonl"))
        elif method == "GET" and path == "/count":
            self._write(Answer(b"%d" % self._provider.good))
        elif method == "POST" and path == "/refill":
            self._provider.stop = None
            self._write(Answer(b""))
        elif method == "POST" and path == "/v1/chat/completions":
            call, answer = self._provider.take(content)
            self._under_way = call
            loop.call_later(self._provider.setting.latency, self._answer, call, answer)
        else:
            self._write(Answer(b'{"error": {"message": "there is nothing here"}}', 404))

    def _answer(self, call: Call, answer: Answer | None) -> None:
        self._provider.good += call.fault is None
        if call.fault == "timeout":
            return  # until the caller loses its patience
        self._under_way = None
        call.ended = time.monotonic()
        if call.gone:
            return
        if answer is None:
            # Lingering for zero seconds makes closing send a reset.
            handle = self._transport.get_extra_info("socket")
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        else:
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        lines = [f"HTTP/1.1 {answer.status} OK", f"content-type: {answer.kind}", f"content-length: {len(answer.body)}"]
        lines += [f"{name}: {told}" for name, told in answer.headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode()
        if answer.drip:
            self._transport.write(head)
            self._drip(answer.body, 0)
            return
        self._transport.write(head + answer.body[: answer.sent])
        if answer.sent is not None:
            self._transport.close()

    def _drip(self, body: bytes, position: int) -> None:
        if position < len(body) and not self._transport.is_closing():
            self._transport.write(body[position : position + 1])
            asyncio.get_running_loop().call_later(DRIP, self._drip, body, position + 1)


async def serve(setting: Setting) -> None:
    """Serve until the process is ended."""
    if setting.stop is not None and setting.stop not in STOPPING:
        raise ValueError(f"{setting.stop} does not stop a run")
    provider = Provider(setting)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(provider), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Setting(**json.loads(sys.argv[1]))))
