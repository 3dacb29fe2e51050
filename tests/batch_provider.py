"""A provider of batch files for tests, with the run that asks it: recorded answers, or any others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Article
from conflict_extract.batch.provider_results import Collected, collect
from conflict_extract.batch.provider_rounds import Asking, Round, prepare
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.llm.base import Parameters
from conflict_extract.llm.client import Endpoint
from conflict_extract.llm.replay import Recorded, read_recordings
from tests.fault_server import completion

EMPTY = '{"attributions": [], "claims": [], "events": []}'
TOO_LONG = {"error": {"message": "maximum context length is 9 tokens", "code": "context_length_exceeded"}}

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


Solve = Callable[[dict[str, Any]], Result | None]
"""The result of a request line; None leaves it out of the file."""


def article(number: int, text: str = "The bridge at Marsa Dhul was closed for hours on Tuesday.") -> Article:
    """An article of its own."""
    return Article(id=f"a{number}", text=f"{text} ({number})")


def said(text: str = EMPTY, **how: Any) -> Result:
    """A completion with this text."""
    return good(json.loads(completion(text, **how).body))


def opened(folder: Path, **settings: Any) -> ProviderRun:
    """A run, with 900 tokens of room for a reply."""
    return ProviderRun(folder / "run", Endpoint("m", "http://127.0.0.1:9/v1"), Parameters(max_tokens=900), **settings)


def begun(run: ProviderRun, articles: Sequence[Article], folder: Path, **how: Any) -> Round:
    """A first round."""

    async def begin() -> Round:
        await run.take_in(articles, pytest.fail)
        return await prepare(run, folder / "out", Asking(**how))

    return asyncio.run(begin())


def lines_of(made: Round, folder: Path) -> list[dict[str, Any]]:
    """The requests of a round."""
    return requests_in(folder / "out" / each.name for each in made.files)


def came_back(run: ProviderRun, made: Round, folder: Path, solve: Solve) -> Collected:
    """Collect what a provider makes of a round."""
    results = {line["custom_id"]: solve(line) for line in lines_of(made, folder)}
    given = {custom_id: result for custom_id, result in results.items() if result is not None}
    path = write_results(folder / f"results-{made.number}.jsonl", given)
    return asyncio.run(collect(run, [path], lambda _: None))


def standing(run: ProviderRun) -> dict[str, tuple[str, str | None]]:
    """The state of each article, with the reason of a failure."""
    return {id: (state, reason) for id, state, reason in run.ledger.rows("SELECT id, state, reason FROM articles")}


def journal(run: ProviderRun) -> list[tuple[Any, ...]]:
    """State, tokens and cost of each call."""
    return run.ledger.rows("SELECT state, prompt_tokens + completion_tokens, cost FROM calls ORDER BY n")


def again(run: ProviderRun, folder: Path, **how: Any) -> Round:
    """A further round."""
    return asyncio.run(prepare(run, folder / "out", Asking(**how)))
