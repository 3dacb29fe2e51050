"""Batch files at an endpoint with the Batch API: submitted once, collected when they have ended, killed in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Article
from conflict_extract.batch.provider_api import Polled, batch_files, poll, submit
from conflict_extract.batch.provider_results import collect
from conflict_extract.batch.provider_rounds import Asking, Round, prepare
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.errors import ConfigError, FatalModelError, ModelError
from conflict_extract.llm.batches import BatchApi
from conflict_extract.llm.client import Endpoint
from conflict_extract.llm.retries import Impatience
from tests.batch_provider import failed, good, requests_in, write_results
from tests.batch_server import BatchServer, batch_serving
from tests.fault_server import completion

EMPTY = '{"attributions": [], "claims": [], "events": []}'
ARTICLES = [
    Article(id=f"a{n}", text=f"The bridge at Marsa Dhul was closed for {n} hours on Tuesday.") for n in range(3)
]


def nothing_said(_: dict[str, Any]) -> dict[str, Any]:
    """A completion in which there is nothing to extract."""
    return good(json.loads(completion(EMPTY).body))


def expired(_: dict[str, Any]) -> dict[str, Any]:
    """What stands in the error file for a request that was not begun in time."""
    return failed("batch_expired", "This request could not be executed before the completion window expired.")


def using(server: BatchServer, work: Callable[[BatchApi], Awaitable[Any]]) -> Any:
    """Do some work with the API of a server, as one command."""

    async def command() -> Any:
        async with BatchApi(Endpoint("m", server.url, "sk-test", deadline=10.0), patience=Impatience(2)) as api:
            return await work(api)

    return asyncio.run(command())


def opened(folder: Path) -> ProviderRun:
    """The run of these tests."""
    return ProviderRun(folder / "run", Endpoint("m", "http://127.0.0.1:9/v1"))


def prepared(folder: Path) -> Round:
    """A run with one round of files."""

    async def begin(run: ProviderRun) -> Round:
        await run.take_in(ARTICLES, pytest.fail)
        return await prepare(run, folder / "out")

    with opened(folder) as run:
        return asyncio.run(begin(run))


def submitted(folder: Path, server: BatchServer, **how: Any) -> int:
    """Submit the files, as a command of its own."""
    with opened(folder) as run:
        return int(using(server, lambda api: submit(run, folder / "out", api, lambda _: None, **how)))


def polled(folder: Path, server: BatchServer) -> Polled:
    """Look at the batches once, as a command of its own."""
    with opened(folder) as run:
        found: Polled = using(server, lambda api: poll(run, api, lambda _: None))
        return found


def states(folder: Path) -> list[tuple[str, str | None]]:
    """How far each file is, with its batch."""
    with opened(folder) as run:
        return [(file.state, file.batch) for file in batch_files(run.ledger)]


def test_files_are_submitted_and_collected(tmp_path: Path) -> None:
    """Over commands of their own: the batch is looked at until it ends, and the articles are done."""
    prepared(tmp_path)
    with batch_serving(nothing_said) as server:
        assert submitted(tmp_path, server) == 1
        looks = [polled(tmp_path, server) for _ in range(4)]
        assert server.made("GET", "/batches/batch_1") == 4
        assert polled(tmp_path, server) == Polled((), (), ())
    assert [each.running[0].status for each in looks[:3]] == ["validating", "in_progress", "finalizing"]
    assert (looks[3].collected[0].answered, looks[3].collected[0].done) == (3, 3)
    assert states(tmp_path) == [("collected", "batch_1")]
    with opened(tmp_path) as run:
        assert run.ledger.rows("SELECT state, count(*) FROM articles GROUP BY state") == [("done", 3)]
        assert run.ledger.rows("SELECT state, count(*) FROM calls GROUP BY state") == [("paid", 3)]


def test_what_is_submitted_is_not_submitted_again(tmp_path: Path) -> None:
    """The second command says so, and sends nothing."""
    prepared(tmp_path)
    with batch_serving(nothing_said) as server:
        submitted(tmp_path, server)
        with pytest.raises(ConfigError, match="nothing in it waits to be submitted"):
            submitted(tmp_path, server)
        assert (len(server.files), len(server.batches)) == (1, 1)


@pytest.mark.parametrize("path", ["/files", "/batches"])
def test_a_submit_that_was_broken_off_is_taken_up(tmp_path: Path, path: str) -> None:
    """The provider did what was asked, and the answer never came: what it made is found, not made again."""
    prepared(tmp_path)
    with batch_serving(nothing_said, faults={("POST", path): ["lost", "lost", "lost"]}) as server:
        server.faults["GET", path] = [500, 500]  # not even the search of the same command gets through
        with pytest.raises(ModelError):
            submitted(tmp_path, server)
        (before,) = states(tmp_path)
        assert before == ({"/files": "uploading", "/batches": "creating"}[path], None)
        made = (len(server.files), len(server.batches))
        server.faults.clear()
        assert submitted(tmp_path, server) == 1
        assert (len(server.files), len(server.batches)) == (made[0], 1)
    assert states(tmp_path) == [("running", "batch_1")]


def test_where_no_list_can_tell_the_user_decides(tmp_path: Path) -> None:
    """An endpoint that lists no batches: no second one is made unasked."""
    prepared(tmp_path)
    with batch_serving(nothing_said, faults={("POST", "/batches"): ["lost"]}, lists=False) as server:
        with pytest.raises(ConfigError):
            submitted(tmp_path, server)
        with pytest.raises(ConfigError, match="submit with --again"):
            submitted(tmp_path, server)
        assert len(server.batches) == 1
        assert submitted(tmp_path, server, again=True) == 1
        assert len(server.batches) == 2


def test_a_changed_file_is_not_sent(tmp_path: Path) -> None:
    """Nor is any other of the folder."""
    made = prepared(tmp_path)
    (tmp_path / "out" / made.files[0].name).write_text("{}\n")
    with batch_serving(nothing_said) as server:
        with pytest.raises(ConfigError, match="not as `batch prepare` wrote it"):
            submitted(tmp_path, server)
        assert server.calls == []


def test_files_that_were_sent_by_hand_are_not_submitted(tmp_path: Path) -> None:
    """Nor those whose requests a later round asks again: both would be paid for twice."""
    first = prepared(tmp_path)
    lines = requests_in([tmp_path / "out" / first.files[0].name])
    path = write_results(tmp_path / "r.jsonl", {lines[0]["custom_id"]: nothing_said({})})
    told: list[str] = []
    with batch_serving(nothing_said) as server, opened(tmp_path) as run:
        asyncio.run(collect(run, [path], pytest.fail))
        with pytest.raises(ConfigError, match="nothing in it waits"):
            using(server, lambda api: submit(run, tmp_path / "out", api, told.append))
        asyncio.run(prepare(run, tmp_path / "out", Asking(again=True)))
        assert using(server, lambda api: submit(run, tmp_path / "out", api, told.append)) == 1
        (batch,) = server.batches.values()
        assert len(server.files[batch["input_file_id"]][1].splitlines()) == 2
    assert [sentence.partition(":")[0] for sentence in told] == [
        "round-001-file-001.jsonl",
        "round-001-file-001.jsonl",
        "round-002-file-001.jsonl",
    ]


def test_folders_without_files_of_the_run_are_told(tmp_path: Path) -> None:
    """No folder, and one with nothing in it."""
    prepared(tmp_path)
    (tmp_path / "other").mkdir()
    with batch_serving(nothing_said) as server, opened(tmp_path) as run:
        for folder, said in (("none", "no such folder"), ("other", "no batch files of this run")):
            with pytest.raises(ConfigError, match=said):
                using(server, lambda api, folder=folder: submit(run, tmp_path / folder, api, pytest.fail))


def test_expired_requests_go_into_the_next_round(tmp_path: Path) -> None:
    """At no cost; the articles wait, and the next round asks the same."""
    first = prepared(tmp_path)
    with batch_serving(expired, steps=(), ending="expired") as server:
        submitted(tmp_path, server)
        look = polled(tmp_path, server)
    assert look.collected[0].again == 3
    with opened(tmp_path) as run:
        assert run.ledger.spent().tokens == run.ledger.spent().open_tokens == 0
        second = asyncio.run(prepare(run, tmp_path / "out"))
    assert (second.number, second.requests) == (2, 3)
    content = [(tmp_path / "out" / made.files[0].name).read_bytes() for made in (first, second)]
    assert content[0] == content[1]


def test_what_a_batch_lost_goes_into_the_next_round(tmp_path: Path) -> None:
    """A cancelled batch has no result for most requests: they do not wait for one for ever."""
    prepared(tmp_path)

    def first_only(line: dict[str, Any]) -> dict[str, Any]:
        return nothing_said(line) if "for 0 hours" in str(line["body"]) else expired(line)

    with batch_serving(first_only, steps=(), ending="cancelled") as server:
        submitted(tmp_path, server)
        server.batches["batch_1"]["looks"] = 99
        server.look(server.batches["batch_1"])
        del server.batches["batch_1"]["error_file_id"]
        look = polled(tmp_path, server)
    assert (look.collected[0].answered, look.collected[0].again) == (1, 0)
    with opened(tmp_path) as run:
        assert run.sent.counts() == {"answered": 1, "again": 2}
        assert run.ledger.spent().open_tokens == 0
        assert asyncio.run(prepare(run, tmp_path / "out")).requests == 2


def test_a_batch_that_is_refused_says_why_and_its_requests_can_go_again(tmp_path: Path) -> None:
    """Too many tokens at once pass; a model that is not there does not."""
    prepared(tmp_path)
    told: list[str] = []
    with batch_serving(nothing_said, steps=(), refusal=("token_limit_exceeded", "org-9: too many")) as server:
        submitted(tmp_path, server)
        with opened(tmp_path) as run:
            look = using(server, lambda api: poll(run, api, told.append))
    assert look.fatal is None
    assert "failed" in told[0]
    assert "token_limit_exceeded" in told[0]
    assert "org-9" not in told[0]
    with opened(tmp_path) as run:
        assert asyncio.run(prepare(run, tmp_path / "out")).requests == 3
    with batch_serving(nothing_said, steps=(), refusal=("model_not_found", "no")) as server:
        submitted(tmp_path, server)
        look = polled(tmp_path, server)
    assert isinstance(look.fatal, FatalModelError)
    assert "'m'" in str(look.fatal)


def test_a_poll_that_was_killed_goes_on(tmp_path: Path) -> None:
    """After the download and before the end: the same results are read once more, and nothing is counted twice."""
    prepared(tmp_path)
    with batch_serving(nothing_said, steps=()) as server:
        submitted(tmp_path, server)
        with opened(tmp_path) as run, pytest.raises(KeyboardInterrupt):
            using(server, lambda api: poll(run, api, _killed))
        assert states(tmp_path) == [("ended", "batch_1")]
        look = polled(tmp_path, server)
        assert server.made("GET", "/files/file-2/content") == 1
    assert (look.collected[0].answered, look.collected[0].repeated) == (0, 3)
    assert states(tmp_path) == [("collected", "batch_1")]
    with opened(tmp_path) as run:
        assert run.ledger.rows("SELECT state, count(*) FROM calls GROUP BY state") == [("paid", 3)]


def _killed(_: str) -> None:
    raise KeyboardInterrupt
