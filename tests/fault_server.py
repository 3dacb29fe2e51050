"""A chat endpoint on loopback that gives answers prepared beforehand, faults of every kind among them."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Prepared:
    """One answer: what is sent, and what goes wrong on the way.

    Attributes:
        body: The answer's body.
        status: Its HTTP status.
        headers: Its headers beside content-type and content-length.
        missing: Bytes of the body that are announced but never sent.
        drip: Seconds between single bytes of the body.
        reset: Break the connection off with a TCP reset instead of answering.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: int = 0
    drip: float = 0.0
    reset: bool = False


@dataclass(frozen=True)
class Call:
    """A request that came: body, headers by lower-case name, path, when (time.monotonic), and from which port."""

    body: dict[str, Any]
    headers: dict[str, str]
    path: str
    at: float
    port: int


def completion(
    text: str | None,
    *,
    model: str = "m-2026",
    finish: str = "stop",
    refusal: str | None = None,
    usage: tuple[int, int] | None = (100, 10),
    **more: Any,
) -> Prepared:
    """A chat completion with this content."""
    body: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, "refusal": refusal}, "finish_reason": finish}
        ],
    }
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return Prepared(json.dumps(body, ensure_ascii=False).encode(), **more)


def error(status: int, code: str = "", message: str = "", kind: str = "", **headers: str) -> Prepared:
    """An error answer as OpenAI gives it; header names are given with underscores."""
    body = {"error": {"message": message, "type": kind or None, "code": code or None, "param": None}}
    return Prepared(json.dumps(body).encode(), status, {name.replace("_", "-"): told for name, told in headers.items()})


class ChatServer:
    """The running endpoint: its URL, and the calls it got."""

    def __init__(self, answers: Sequence[Prepared]) -> None:
        self.calls: list[Call] = []
        self.url = ""
        self._answers = list(answers)
        self._lock = threading.Lock()

    def take(self, call: Call) -> Prepared:
        """The next answer; the last one again, when all are given."""
        with self._lock:
            self.calls.append(call)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class _Server(ThreadingHTTPServer):
    request_queue_size = 256  # else many connections at once are dropped, and tried again a second later


@contextmanager
def serving(*answers: Prepared) -> Iterator[ChatServer]:
    """Run an endpoint that gives these answers in their order."""
    chat = ChatServer(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): told for name, told in self.headers.items()}
            _send(self, chat.take(Call(body, headers, self.path, time.monotonic(), self.client_address[1])))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    chat.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, answer: Prepared) -> None:
    if answer.reset:
        # Lingering for zero seconds makes close() send a reset.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        return
    handler.send_response(answer.status)
    for name, told in {"content-type": "application/json", **answer.headers}.items():
        handler.send_header(name, told)
    handler.send_header("content-length", str(len(answer.body)))
    handler.end_headers()
    sent = answer.body[: len(answer.body) - answer.missing]
    try:
        if answer.drip:
            for byte in sent:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(answer.drip)
        else:
            handler.wfile.write(sent)
        handler.wfile.flush()
    except OSError:
        handler.close_connection = True  # the client has hung up, which is what it should do with a drip
    if answer.missing:
        handler.close_connection = True


def free_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
