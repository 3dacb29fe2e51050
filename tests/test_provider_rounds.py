"""Rounds of batch files: what goes out, what comes back, and that it comes to what a live run comes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Article, Extraction, Extractor, Options
from conflict_extract.batch.money import Budget, Price
from conflict_extract.batch.provider_results import Collected, collect
from conflict_extract.batch.provider_rounds import Round, prepare
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.batch.store import unpack
from conflict_extract.errors import ConfigError, InputError, LedgerError
from conflict_extract.llm.base import Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.replay import recorded_settings
from tests.batch_provider import (
    EMPTY,
    TOO_LONG,
    again,
    answered,
    article,
    bad,
    begun,
    came_back,
    journal,
    lines_of,
    opened,
    recorded_answers,
    requests_in,
    said,
    standing,
    write_results,
)
from tests.fault_server import completion, serving
from tests.seeds import CHALLENGE, LONG, ROOT, SEEDS

CASSETTES = ROOT / "tests" / "cassettes"


def recorded_run(folder: Path) -> ProviderRun:
    """A run with the settings of the recordings."""
    endpoint, parameters = recorded_settings(CASSETTES)
    return ProviderRun(folder, Endpoint(endpoint.model, endpoint.base_url), parameters)


def extractions_in(run: ProviderRun) -> dict[str, Extraction]:
    """All extractions of a run's ledger, by article."""
    rows = run.ledger.rows("SELECT id, body FROM extractions")
    return {id: Extraction.model_validate_json(unpack(body)) for id, body in rows}


def without_times(extraction: Extraction) -> dict[str, object]:
    """An extraction without its text and without the moment at which it was made."""
    fields = extraction.without_text().model_dump(mode="json")
    del fields["provenance"]["created"]
    return fields


async def rounds(run: ProviderRun, articles: Sequence[Article], folder: Path) -> tuple[list[Round], list[Collected]]:
    """Prepare and collect until there is nothing left to ask."""
    answers = recorded_answers(CASSETTES)
    await run.take_in(articles, pytest.fail)
    made: list[Round] = []
    found: list[Collected] = []
    while (made := [*made, await prepare(run, folder)])[-1].number is not None:
        lines = requests_in(folder / each.name for each in made[-1].files)
        results = {line["custom_id"]: answered(answers[line["custom_id"]]) for line in lines}
        path = write_results(folder / f"results-{len(made)}.jsonl", results)
        found.append(await collect(run, [path], pytest.fail))
    return made, found


def test_rounds_come_to_what_a_replay_comes_to(tmp_path: Path) -> None:
    """All recorded articles, over files answered from the recordings: reasks in the second round, all else equal."""
    articles = (*SEEDS, *CHALLENGE, *LONG)
    with Extractor.replaying(CASSETTES) as extractor:
        live = {each.article_id: without_times(each) for each in extractor.extract_many(articles)}
    with recorded_run(tmp_path / "run") as run:
        made, found = asyncio.run(rounds(run, articles, tmp_path / "out"))
        collected = {id: without_times(each) for id, each in extractions_in(run).items()}
        spent = run.ledger.rows("SELECT state, count(*) FROM calls GROUP BY state")
    assert collected == live
    assert [each.requests for each in made][:1] == [len(articles)]
    assert len(made) > 2
    assert sum(each.done for each in found) == len(articles)
    assert spent == [("paid", len(recorded_answers(CASSETTES)))]


def test_a_round_is_the_same_each_time(tmp_path: Path) -> None:
    """Two runs over the same articles write the same bytes, in the order of the articles."""
    articles = [article(number) for number in (3, 1, 2)]
    contents = []
    for name in ("one", "two"):
        with opened(tmp_path / name) as run:
            made = begun(run, articles, tmp_path / name)
        contents.append((tmp_path / name / "out" / made.files[0].name).read_bytes())
    assert contents[0] == contents[1]
    texts = [json.loads(line)["body"]["messages"][-1]["content"] for line in contents[0].splitlines()]
    assert [number for text in texts for number in "123" if f"({number})" in text] == ["3", "1", "2"]


def test_requests_are_those_of_a_live_run(tmp_path: Path) -> None:
    """Body by body, with the same keys; what is not sent live in one call is not sent in a file either."""
    with opened(tmp_path) as run, serving(completion(EMPTY)) as server:
        (line,) = lines_of(begun(run, [article(1)], tmp_path), tmp_path)
        live = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=900))
        with Extractor(live) as extractor:
            extractor.extract(article(1))
        assert [call.body for call in server.calls] == [line["body"]]


def test_what_is_out_is_not_written_again(tmp_path: Path) -> None:
    """Unless that is asked for; then it may be paid for twice, and is reserved twice."""
    with opened(tmp_path) as run:
        first = begun(run, [article(1), article(2)], tmp_path)
        assert again(run, tmp_path).number is None
        second = again(run, tmp_path, again=True)
        assert (second.number, second.requests, second.waiting) == (2, 2, 2)
        assert [state for state, *_ in journal(run)] == ["sent"] * 4
        assert came_back(run, first, tmp_path, lambda _: said()).answered == 2
        assert came_back(run, second, tmp_path, lambda _: said()).repeated == 2
        assert journal(run) == [("paid", 110, None)] * 4


def test_all_passages_are_asked_in_one_round(tmp_path: Path) -> None:
    """Of a long article, in their order, however many there are; some answered later than others."""
    sentences = (f"Shell number {number} fell on the port of Marsa Dhul. " for number in range(400))
    long = Article(id="long", text="".join(sentences))
    with opened(tmp_path, options=Options(passage_size=2_000, passage_overlap=200)) as run:
        passages = run.extractor.passages(long)
        assert len(passages) > 8
        first = begun(run, [long], tmp_path)
        asked = [line["body"]["messages"][-1]["content"] for line in lines_of(first, tmp_path)]
        assert [long.text[span.start : span.end] in text for span, text in zip(passages, asked, strict=True)]
        found = came_back(run, first, tmp_path, lambda line: said() if "number 1 fell" in str(line) else None)
        assert (found.done, standing(run)) == (0, {"long": ("waiting", None)})
        assert came_back(run, first, tmp_path, lambda _: said()).done == 1
        assert standing(run) == {"long": ("done", None)}


def test_a_reply_with_faults_is_asked_again_in_the_next_round(tmp_path: Path) -> None:
    """With the faulty reply and its faults, as a live run asks."""
    with opened(tmp_path) as run:
        found = came_back(run, begun(run, [article(1)], tmp_path), tmp_path, lambda _: said("no JSON"))
        assert (found.answered, found.done) == (1, 0)
        second = again(run, tmp_path)
        (line,) = lines_of(second, tmp_path)
        assert [message["role"] for message in line["body"]["messages"]] == ["system", "user", "assistant", "user"]
        assert came_back(run, second, tmp_path, lambda _: said()).done == 1


def test_a_reply_that_ran_out_of_room_is_asked_for_with_twice_the_room(tmp_path: Path) -> None:
    """And where the provider refuses that, the cut reply is what there is, as in a live run."""
    with opened(tmp_path) as run:
        first = begun(run, [article(1), article(2)], tmp_path)
        came_back(run, first, tmp_path, lambda _: said('{"attributions": [', finish="length"))
        second = again(run, tmp_path)
        assert [line["body"]["max_tokens"] for line in lines_of(second, tmp_path)] == [1_800, 1_800]
        came_back(run, second, tmp_path, lambda line: said() if "(1)" in str(line) else bad(400, TOO_LONG))
        rows = run.ledger.rows("SELECT id, body FROM extractions ORDER BY id")
        complete = {id: Extraction.model_validate_json(unpack(body)).complete for id, body in rows}
    assert complete == {"a1": True, "a2": False}


def test_equal_articles_cost_one_request(tmp_path: Path) -> None:
    """Both are done by the one answer."""
    twins = [Article(id=id, text="The bridge at Marsa Dhul was closed.") for id in ("one", "two")]
    with opened(tmp_path) as run:
        first = begun(run, twins, tmp_path)
        assert (first.requests, first.waiting) == (1, 2)
        assert came_back(run, first, tmp_path, lambda _: said()).done == 2


def test_the_budget_is_never_passed(tmp_path: Path) -> None:
    """Requests are written as long as all that is out could be paid; what was cheaper makes room for the next."""
    articles = [article(number) for number in range(10)]
    with opened(tmp_path) as run:
        whole = begun(run, articles, tmp_path / "free")
    each = whole.tokens // 10
    with opened(tmp_path / "b") as run:
        first = begun(run, articles, tmp_path / "b", budget=Budget(3.5 * each))
        assert (first.requests, first.waiting) == (3, 10)
        assert first.stopped is not None
    with opened(tmp_path / "b") as run:
        spent = run.ledger.spent()
        assert (spent.tokens, spent.open_tokens) == (0, first.tokens)
        assert again(run, tmp_path / "b", budget=Budget(3.5 * each)).requests == 0
        came_back(run, first, tmp_path / "b", lambda _: said())
    with opened(tmp_path / "b") as run:
        assert (run.ledger.spent().tokens, run.ledger.spent().open_tokens) == (330, 0)
        assert again(run, tmp_path / "b", budget=Budget(3.5 * each)).requests == 3


def test_costs_follow_the_price_of_the_round(tmp_path: Path) -> None:
    """Reserved when it is written, settled when it is collected, by the price table that was given for batch files."""
    with opened(tmp_path) as run:
        with pytest.raises(ConfigError, match="needs the price"):
            begun(run, [article(1)], tmp_path, budget=Budget(1, "USD"))
        asyncio.run(run.set_price(Price(1.0, 10.0, "USD")))
        first = again(run, tmp_path, budget=Budget(1, "USD"))
        ((reserved,),) = run.ledger.rows("SELECT reserved_cost FROM calls")
        assert first.cost == reserved == pytest.approx((first.tokens - 900 + 9_000) / 1e6)
    with opened(tmp_path) as run:
        came_back(run, first, tmp_path, lambda _: said())
        assert journal(run) == [("paid", 110, pytest.approx(200 / 1e6))]
        assert run.ledger.rows("SELECT cost, prompt_tokens FROM articles") == [(pytest.approx(200 / 1e6), 100)]


def test_a_round_that_was_broken_off_never_was(tmp_path: Path) -> None:
    """Nothing of it counts as sent, its files go, and the next one has its number and the same bytes."""
    articles = [article(number) for number in range(4)]

    def dying(run: ProviderRun) -> Callable[..., Coroutine[Any, Any, Any]]:
        read = run.read

        async def read_two(each: Article) -> Any:
            if each.id == "a2":
                await run.sent.flush()
                raise KeyboardInterrupt
            return await read(each)

        return read_two

    with opened(tmp_path) as run:
        run.read = dying(run)  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            begun(run, articles, tmp_path)
        (tmp_path / "out" / "round-001-file-001.jsonl").write_text("left by a kill")
        assert len(journal(run)) == 2
    with opened(tmp_path) as run:
        made = again(run, tmp_path)
        assert (made.number, made.requests, len(journal(run))) == (1, 4, 4)
    with opened(tmp_path / "other") as run:
        begun(run, articles, tmp_path / "other")
    names = [path.name for path in sorted((tmp_path / "out").iterdir())]
    assert names == ["round-001-file-001.jsonl", "round-001.json"]
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == [
        (tmp_path / "other" / "out" / name).read_bytes() for name in names
    ]


def test_an_input_with_faults_is_taken_in_as_far_as_it_goes(tmp_path: Path) -> None:
    """An id with two texts, an article that cannot be read: each told and kept for those who look for failures."""
    told: list[InputError] = []
    items = [article(1), InputError("no text", path="x.txt"), article(1), Article(id="a1", text="Another."), article(2)]
    with opened(tmp_path) as run:
        assert asyncio.run(run.take_in(items, told.append)) == (3, 2)
        assert run.ledger.rows("SELECT count(*) FROM unread") == [(2,)]
        assert again(run, tmp_path).requests == 2
    assert [str(error) for error in told] == [
        "x.txt: no text",
        "a1: the id a1 came up before in this input, with another text; it is left out",
    ]


def test_a_run_goes_on_with_its_own_settings(tmp_path: Path) -> None:
    """Model, endpoint, parameters and options are read from its ledger; without one it is told."""
    endpoint = Endpoint("m", "http://127.0.0.1:9/v1", extra_body={"top_k": 3})
    options = Options(reasks=3, strict=True, passage_size=4_000, passage_overlap=100)
    with ProviderRun(tmp_path / "run", endpoint, Parameters(0.5, 700, 9), options) as run:
        first = begun(run, [article(1)], tmp_path)
        configuration = run.extractor.configuration
    with ProviderRun.resume(tmp_path / "run") as run:
        assert run.extractor.configuration == configuration
        assert run.endpoint.extra_body == {"top_k": 3}
        assert came_back(run, first, tmp_path, lambda _: said()).done == 1
    with pytest.raises(LedgerError, match="there is no run here"):
        ProviderRun.resume(tmp_path / "none")
