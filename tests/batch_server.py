"""An endpoint on loopback that has the Batch API, files and batches, as OpenAI's reference describes it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Solve = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes the result line of a request line: ``response`` and ``error``, as they stand in the output and error files."""


@dataclass
class BatchServer:
    """The running endpoint.

    Attributes:
        url: Its base URL.
        solve: Answers a request line.
        steps: The states that a batch goes through, one with each look at it, before it is completed.
        ending: The state that it ends in.
        refusal: What a batch as a whole is refused with (code, message): it then fails.
        faults: What happens to the next calls: ``(method, path)`` to a list of a status, "reset" (broken off before
            anything is done), "lost" (it is done, and then broken off) or "hang" (it is done, and nothing is said).
        calls: All that came: method, path.
        files: Id to name and content.
        batches: Id to the batch object.
        metadata: What batches were made with.
        key: The key that is asked for.
    """

    solve: Solve
    url: str = ""
    steps: tuple[str, ...] = ("validating", "in_progress", "finalizing")
    ending: str = "completed"
    refusal: tuple[str, str] | None = None
    faults: dict[tuple[str, str], list[int | str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, tuple[str, bytes, float]] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: str = "sk-test"
    lists: bool = True

    def made(self, method: str, path: str) -> int:
        """How many calls of a kind came."""
        return self.calls.count((method, path))

    def add_file(self, name: str, content: bytes) -> dict[str, Any]:
        """Keep a file, and give its object."""
        id = f"file-{len(self.files) + 1}"
        self.files[id] = (name, content, time.time())
        return self.file_object(id)

    def file_object(self, id: str) -> dict[str, Any]:
        """A file as the API shows it."""
        name, content, created = self.files[id]
        purpose = "batch_output" if name.startswith("batch_") else "batch"
        return {
            "id": id,
            "object": "file",
            "bytes": len(content),
            "created_at": int(created),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }

    def add_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make a batch, and give its object."""
        id = f"batch_{len(self.batches) + 1}"
        self.batches[id] = {
            "id": id,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "errors": None,
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "status": "validating",
            "created_at": int(time.time()),
            "metadata": asked.get("metadata"),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "looks": 0,
        }
        return self.batches[id]

    def look(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Move a batch on by one step, and give its object."""
        if batch["looks"] < len(self.steps):
            batch["status"] = self.steps[batch["looks"]]
            batch["looks"] += 1
        elif batch["status"] not in ("completed", "failed", "expired", "cancelled"):
            self._end(batch)
        return batch

    def _end(self, batch: dict[str, Any]) -> None:
        if self.refusal is not None:
            code, message = self.refusal
            error = {"code": code, "message": message, "line": None, "param": None}
            batch.update(status="failed", errors={"object": "list", "data": [error]})
            return
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]][1].splitlines()]
        assert len({line["custom_id"] for line in lines}) == len(lines), "duplicate_custom_id"
        assert {line["url"] for line in lines} == {batch["endpoint"]}, "url_mismatch"
        good, bad = [], []
        for number, line in enumerate(reversed(lines)):  # not in the order of the input
            result = {"id": f"batch_req_{number}", "custom_id": line["custom_id"], **self.solve(line)}
            (good if (result["response"] or {}).get("status_code") == 200 else bad).append(json.dumps(result) + "\n")
        batch.update(status=self.ending)
        batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        for name, found in (("output", good), ("error", bad)):
            if found:
                made = self.add_file(f"batch_{batch['id']}_{name}.jsonl", "".join(found).encode())
                batch[f"{name}_file_id"] = made["id"]


@contextmanager
def batch_serving(solve: Solve, **settings: Any) -> Iterator[BatchServer]:
    """Run an endpoint with the Batch API."""
    state = BatchServer(solve, **settings)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            self._serve("GET", b"")

        def do_POST(self) -> None:
            length = self.headers["content-length"]
            self._serve("POST", self.rfile.read(int(length)) if length else self._chunks())

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _serve(self, method: str, body: bytes) -> None:
            url = urlsplit(self.path)
            kind = (method, url.path.removeprefix("/v1"))
            with lock:
                state.calls.append(kind)
                planned = state.faults.get(kind)
                fault = planned.pop(0) if planned else None
                if fault == "reset":
                    self.close_connection = True
                    return
                if isinstance(fault, int):
                    self._send(fault, {"error": {"message": "later", "code": None}})
                    return
                if self.headers["authorization"] != f"Bearer {state.key}":
                    self._send(401, {"error": {"message": "no", "code": "invalid_api_key"}})
                    return
                status, answer = self._answer(kind, {name: told[0] for name, told in parse_qs(url.query).items()}, body)
                if fault == "lost":
                    self.close_connection = True
                    return
            if fault == "hang":
                time.sleep(2.0)
                self.close_connection = True
                return
            self._send(status, answer)

        def _answer(self, kind: tuple[str, str], query: dict[str, str], body: bytes) -> tuple[int, Any]:
            _, path = kind
            if kind == ("POST", "/files"):
                parts = message_from_bytes(
                    b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + body
                ).get_payload()
                found = {part.get_param("name", header="content-disposition"): part for part in parts}
                assert found["purpose"].get_payload() == "batch"
                return 200, state.add_file(found["file"].get_filename(), found["file"].get_payload(decode=True))
            if kind == ("POST", "/batches"):
                return 200, state.add_batch(json.loads(body))
            if kind in (("GET", "/files"), ("GET", "/batches")) and state.lists:
                objects = list(state.batches.values()) if path == "/batches" else [*map(state.file_object, state.files)]
                return 200, _page(objects[::-1], query)
            if path.startswith("/batches/") and path[9:] in state.batches:
                return 200, state.look(state.batches[path[9:]])
            if path.startswith("/files/") and path.endswith("/content") and path[7:-8] in state.files:
                return 200, state.files[path[7:-8]][1]
            return 404, {"error": {"message": "there is no such thing", "code": None}}

        def _send(self, status: int, answer: Any) -> None:
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _page(objects: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    ids = [each["id"] for each in objects]
    start = ids.index(query["after"]) + 1 if "after" in query else 0
    page = objects[start : start + int(query.get("limit", 20))]
    return {"object": "list", "data": page, "has_more": start + len(page) < len(objects)}
