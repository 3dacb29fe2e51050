"""The Batch API of an endpoint: what goes up, comes down, and is done once."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.errors import ConfigError, FatalModelError, TransientModelError
from conflict_extract.llm.batches import BatchApi, BatchState
from conflict_extract.llm.client import Endpoint
from conflict_extract.llm.retries import Impatience
from tests.batch_server import BatchServer, batch_serving

CHAT = "/v1/chat/completions"
LINES = b"".join(b'{"custom_id": "%d", "method": "POST", "url": "%s"}\n' % (n, CHAT.encode()) for n in range(3))


def solved(line: dict[str, Any]) -> dict[str, Any]:
    """An answer for even numbers, a failure for odd ones."""
    if int(line["custom_id"]) % 2:
        return {"response": {"status_code": 400, "request_id": "r", "body": {"error": {}}}, "error": None}
    return {"response": {"status_code": 200, "request_id": "r", "body": {"n": line["custom_id"]}}, "error": None}


def using(
    server: BatchServer, work: Callable[[BatchApi], Awaitable[Any]], *, key: str = "sk-test", attempts: int = 3
) -> Any:
    """Do some work with the API of a server."""

    async def run() -> Any:
        endpoint = Endpoint("m", server.url, key, deadline=10.0)
        async with BatchApi(endpoint, patience=Impatience(attempts)) as api:
            return await work(api)

    return asyncio.run(run())


def requests(folder: Path) -> Path:
    """A file of requests."""
    path = folder / "round.jsonl"
    path.write_bytes(LINES)
    return path


def test_a_file_goes_up_and_its_results_come_down(tmp_path: Path) -> None:
    """Upload, create, look until the end, download: through the states that the reference names."""
    path = requests(tmp_path)

    async def work(api: BatchApi) -> list[BatchState]:
        id = await api.upload(path, "a-name.jsonl")
        states = [await api.create(id, url=CHAT, metadata={"run": "r1"})]
        while states[-1].status != "completed":
            states.append(await api.look(states[-1].id))
        assert states[-1].output_file is not None
        assert states[-1].error_file is not None
        await api.download(states[-1].output_file, tmp_path / "out.jsonl")
        await api.download(states[-1].error_file, tmp_path / "errors.jsonl")
        return states

    with batch_serving(solved) as server:
        states = using(server, work)
        assert server.files["file-1"][:2] == ("a-name.jsonl", LINES)
        assert server.batches["batch_1"]["metadata"] == {"run": "r1"}
    assert [state.status for state in states] == ["validating", "validating", "in_progress", "finalizing", "completed"]
    assert (states[-1].completed, states[-1].failed, states[-1].total) == (2, 1, 3)
    assert [line.count('"200') + line.count(": 200") for line in (tmp_path / "out.jsonl").read_text().splitlines()] == [
        1,
        1,
    ]
    assert '"custom_id": "1"' in (tmp_path / "errors.jsonl").read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["errors.jsonl", "out.jsonl", "round.jsonl"]


def test_passing_faults_are_tried_again(tmp_path: Path) -> None:
    """By the one policy of retries, the file whole each time."""
    path = requests(tmp_path)
    faults: dict[tuple[str, str], list[int | str]] = {("POST", "/files"): [503, "reset"], ("POST", "/batches"): [429]}
    with batch_serving(solved, faults=faults) as server:
        id = using(server, lambda api: api.upload(path, "a.jsonl"))
        using(server, lambda api: api.create(id, url=CHAT, metadata={}))
        assert [content for _, content, _ in server.files.values()] == [LINES]
        assert len(server.batches) == 1


def test_a_batch_whose_making_was_not_heard_of_is_not_made_twice(tmp_path: Path) -> None:
    """The call is broken off after the batch was made: it is found among the provider's batches."""
    path = requests(tmp_path)
    with batch_serving(solved, faults={("POST", "/batches"): ["lost"]}) as server:
        id = using(server, lambda api: api.upload(path, "a.jsonl"))
        batch = using(server, lambda api: api.create(id, url=CHAT, metadata={}))
        assert (batch.id, batch.input_file) == ("batch_1", id)
        assert server.made("POST", "/batches") == 1


def test_what_was_made_before_is_found(tmp_path: Path) -> None:
    """Over the pages of a long list; what is not there is not found."""
    path = requests(tmp_path)
    with batch_serving(solved) as server:
        id = using(server, lambda api: api.upload(path, "mine.jsonl"))
        using(server, lambda api: api.create(id, url=CHAT, metadata={}))
        for number in range(150):
            server.add_file(f"other-{number}.jsonl", LINES)
            server.add_batch({"endpoint": CHAT, "input_file_id": f"file-{number + 2}", "completion_window": "24h"})
        assert using(server, lambda api: api.find_upload("mine.jsonl", len(LINES))) == id
        assert using(server, lambda api: api.find_upload("mine.jsonl", 7)) is None
        assert using(server, lambda api: api.find_batch(id)).id == "batch_1"
        assert using(server, lambda api: api.find_batch("file-0")) is None


def test_an_endpoint_without_the_batch_api_is_told(tmp_path: Path) -> None:
    """With the way that is left: sending the files by hand."""
    path = requests(tmp_path)
    with (
        batch_serving(solved, faults={("POST", "/files"): [404]}) as server,
        pytest.raises(ConfigError, match="does not have the Batch API") as caught,
    ):
        using(server, lambda api: api.upload(path, "a.jsonl"))
    assert "batch collect" in str(caught.value)


def test_a_wrong_key_stops_at_once(tmp_path: Path) -> None:
    """It is not tried again."""
    path = requests(tmp_path)
    with batch_serving(solved) as server:
        with pytest.raises(FatalModelError, match="the key is not accepted"):
            using(server, lambda api: api.upload(path, "a.jsonl"), key="sk-wrong")
        assert server.made("POST", "/files") == 1


def test_a_refused_batch_says_why(tmp_path: Path) -> None:
    """Code and message of each error, as the provider found them."""
    path = requests(tmp_path)
    with batch_serving(solved, refusal=("token_limit_exceeded", "too many tokens"), steps=()) as server:
        id = using(server, lambda api: api.upload(path, "a.jsonl"))
        made = using(server, lambda api: api.create(id, url=CHAT, metadata={}))
        state = using(server, lambda api: api.look(made.id))
    assert (state.status, state.errors) == ("failed", (("token_limit_exceeded", "too many tokens", None),))


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """Neither a file nor a part of one, after all attempts have failed."""
    with batch_serving(solved, faults={("GET", "/files/file-1/content"): [500, 502]}) as server:
        server.add_file("x.jsonl", LINES)
        with pytest.raises(TransientModelError):
            using(server, lambda api: api.download("file-1", tmp_path / "x.jsonl"), attempts=2)
        assert list(tmp_path.iterdir()) == []
        using(server, lambda api: api.download("file-1", tmp_path / "x.jsonl"))
    assert (tmp_path / "x.jsonl").read_bytes() == LINES


def test_nothing_of_a_file_gets_into_the_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """openai logs what it sends at DEBUG; articles stay out of it, and so does the key."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES.replace(b'"0"', b'"0", "body": "Marsa Dhul"'))
    with caplog.at_level(logging.DEBUG), batch_serving(solved) as server:
        id = using(server, lambda api: api.upload(path, "a.jsonl"))
        using(server, lambda api: api.create(id, url=CHAT, metadata={}))
    assert "Marsa" not in caplog.text
    assert "sk-test" not in caplog.text


TRANSFER = """
import asyncio, resource, sys
from pathlib import Path
from conflict_extract.llm.batches import BatchApi
from conflict_extract.llm.client import Endpoint

async def work():
    large = Path(sys.argv[2])
    small = large.with_name("small.jsonl")
    small.write_bytes(b"x" * 2_000_000)
    async with BatchApi(Endpoint("m", sys.argv[1], "sk-test")) as api:
        for path in (small, large):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            await api.download(await api.upload(path, path.name), path.with_name("back.jsonl"))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

asyncio.run(work())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ru_maxrss is in other units")
def test_files_are_not_held_in_memory(tmp_path: Path) -> None:
    """40 MB go up and come down with less than 8 MB more than 2 MB do."""
    path = tmp_path / "large.jsonl"
    with path.open("wb") as file:
        for _ in range(40):
            file.write(b"x" * 999_999 + b"\n")
    with batch_serving(solved) as server:
        code = [sys.executable, "-c", TRANSFER, server.url, str(path)]
        grown = subprocess.run(code, capture_output=True, text=True, check=True).stdout
    assert int(grown) < 8_000  # kilobytes
    assert (tmp_path / "back.jsonl").stat().st_size == 40_000_000
