"""A provider of batch files for tests: answers each request of a file from recorded calls, by its request key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from conflict_extract.llm.replay import Recorded, read_recordings

Result = dict[str, Any]
"""``response`` and ``error`` of a line that comes back."""


@cache
def recorded_answers(folder: Path) -> dict[str, Recorded]:
    """The last recorded answer to each request of a folder of cassettes, by its request key."""
    return {call.key: call for call in read_recordings(folder)}


def answered(call: Recorded) -> Result:
    """A recorded answer as a provider's result."""
    return good(json.loads(call.content)) if call.status == 200 else bad(call.status, json.loads(call.content))


def good(body: object) -> Result:
    """A completion, as OpenAI puts it into an output file."""
    return {"response": {"status_code": 200, "request_id": "r", "body": body}, "error": None}


def bad(status: int, body: object) -> Result:
    """An answer with an error status, as OpenAI puts it into an error file."""
    return {"response": {"status_code": status, "request_id": "r", "body": body}, "error": None}


def failed(code: str, message: str = "") -> Result:
    """A request that was never made, as OpenAI puts it into an error file."""
    return {"response": None, "error": {"code": code, "message": message}}


def requests_in(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The lines of files of requests."""
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def write_results(path: Path, results: Mapping[str, Result]) -> Path:
    """Write results by custom_id into a file, the last one first."""
    lines = [
        json.dumps({"id": f"batch_req_{number}", "custom_id": custom_id, **result}, ensure_ascii=False) + "\n"
        for number, (custom_id, result) in enumerate(results.items())
    ]
    path.write_text("".join(reversed(lines)), encoding="utf-8")
    return path
