"""What a batch brings back: kept, put off, refused or failed as a live run would have it, and billed as it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Article, Extraction, Extractor, InvalidReplyError, Options, RequestError
from conflict_extract.batch.gate import ANSWERED_BY
from conflict_extract.batch.money import Budget, Price
from conflict_extract.batch.provider_results import NAMED, Collected, collect
from conflict_extract.batch.provider_rounds import Asking, Round, prepare
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.batch.store import unpack
from conflict_extract.errors import ConfigError, InputError, LedgerError
from conflict_extract.llm.base import Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Impatience
from tests.batch_provider import Result, bad, failed, good, requests_in, write_results
from tests.fault_server import Prepared, completion, serving

EMPTY = '{"attributions": [], "claims": [], "events": []}'
QUOTA = {"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota"}}
TOO_LONG = {"error": {"message": "maximum context length is 9 tokens", "code": "context_length_exceeded"}}

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


@pytest.mark.parametrize(
    ("result", "bill"),
    [
        (bad(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}), "unpaid"),
        (bad(500, {"error": {"message": "oops"}}), "unpaid"),
        (failed("batch_expired"), "unpaid"),
        (failed("something_new"), "unpaid"),
        (good({"error": {"message": "the model is loading", "code": 503}}), "unpaid"),
        (good({"choices": []}), "presumed"),
        (good(None), "presumed"),
        (said(""), "paid"),
    ],
)
def test_what_may_pass_goes_into_the_next_round(tmp_path: Path, result: Result, bill: str) -> None:
    """The same request; the article waits. What may have been billed counts."""
    with opened(tmp_path) as run:
        first = begun(run, [article(1)], tmp_path)
        found = came_back(run, first, tmp_path, lambda _: result)
        assert (found.again, found.answered, standing(run)) == (1, 0, {"a1": ("waiting", None)})
        assert [state for state, *_ in journal(run)] == [bill]
        second = again(run, tmp_path)
        assert lines_of(second, tmp_path) == lines_of(first, tmp_path)
        assert came_back(run, second, tmp_path, lambda _: said()).done == 1
        assert [state for state, *_ in journal(run)] == [bill, "paid"]


@pytest.mark.parametrize(
    "result",
    [
        bad(401, {"error": {"message": "no", "code": "invalid_api_key"}}),
        bad(429, QUOTA),
        bad(404, {"error": {"message": "no", "code": "model_not_found"}}),
        failed("insufficient_quota"),
        {"response": {"status_code": 404, "request_id": "r", "body": None}, "error": {"error": {"message": "no"}}},
    ],
)
def test_what_fails_every_request_is_told_and_what_was_paid_is_kept(tmp_path: Path, result: Result) -> None:
    """The cause is named; the answers before and after it are kept, and their articles done."""
    with opened(tmp_path) as run:
        first = begun(run, [article(1), article(2), article(3)], tmp_path)
        found = came_back(run, first, tmp_path, lambda line: result if "(2)" in str(line) else said())
        assert found.fatal is not None
        assert standing(run) == {"a1": ("done", None), "a2": ("waiting", None), "a3": ("done", None)}
        assert again(run, tmp_path).requests == 1


@pytest.mark.parametrize(
    ("result", "answer", "reason"),
    [
        (bad(400, TOO_LONG), Prepared(json.dumps(TOO_LONG).encode(), 400), "refused_request"),
        (bad(422, {"error": {}}), Prepared(b'{"error": {}}', 422), "refused_request"),
        (said("", refusal="I cannot."), completion("", refusal="I cannot."), "refusal"),
        (said("x", finish="content_filter"), completion("x", finish="content_filter"), "content_filter"),
    ],
)
def test_a_refusal_fails_its_article_as_a_live_run_does(
    tmp_path: Path, result: Result, answer: Prepared, reason: str
) -> None:
    """Only that article, and in the same words."""
    with opened(tmp_path) as run, serving(answer) as server:
        first = begun(run, [article(1), article(2)], tmp_path)
        found = came_back(run, first, tmp_path, lambda line: result if "(1)" in str(line) else said())
        assert (found.done, found.failed, standing(run)["a1"]) == (1, 1, ("failed", reason))
        ((told,),) = run.ledger.rows("SELECT error FROM articles WHERE state = 'failed'")
        live = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=900), patience=Impatience(1))
        with Extractor(live) as extractor, pytest.raises((RequestError, InvalidReplyError)) as caught:
            extractor.extract(article(1))
        assert told == str(caught.value)
        assert again(run, tmp_path).number is None


def test_vllms_errors_fail_their_article_too(tmp_path: Path) -> None:
    """They are a sentence beside a response without a body."""
    with opened(tmp_path) as run:
        error = "This model's maximum context length is 9 tokens."
        result = {"response": {"status_code": 400, "request_id": "r", "body": None}, "error": error}
        came_back(run, begun(run, [article(1)], tmp_path), tmp_path, lambda _: result)
        ((told,),) = run.ledger.rows("SELECT error FROM articles")
        assert "too long for the model" in told


def test_failed_articles_can_be_asked_for_once_more(tmp_path: Path) -> None:
    """What was refused is asked again, where that is wished: the server may take it now."""
    with opened(tmp_path) as run:
        came_back(run, begun(run, [article(1), article(2)], tmp_path), tmp_path, lambda _: bad(400, TOO_LONG))
        assert standing(run) == {"a1": ("failed", "refused_request"), "a2": ("failed", "refused_request")}
        second = again(run, tmp_path, failed=True)
        assert (second.requests, second.waiting) == (2, 2)
        assert came_back(run, second, tmp_path, lambda _: said()).done == 2


def test_another_models_answer_is_not_taken(tmp_path: Path) -> None:
    """Neither in the same file nor in a later one: one run does not mix models. It was billed."""
    with opened(tmp_path) as run:
        first = begun(run, [article(1), article(2), article(3)], tmp_path)
        models = {"(1)": "m-2026", "(2)": "m-mini", "(3)": "m-2026"}

        def solve(line: dict[str, Any]) -> Result:
            return said(model=next(name for sign, name in models.items() if sign in str(line)))

        found = came_back(run, first, tmp_path, solve)
        assert (found.answered, found.other_model, found.models) == (2, 1, {"m-mini"})
        assert run.ledger.note(ANSWERED_BY) == "m-2026"
        assert [state for state, *_ in journal(run)] == ["paid"] * 3
    with opened(tmp_path) as run:
        second = again(run, tmp_path)
        assert came_back(run, second, tmp_path, lambda _: said(model="m-mini")).other_model == 1
        assert came_back(run, second, tmp_path, lambda _: said(model="m-2026")).done == 1


def test_results_come_in_any_order_in_parts_and_twice(tmp_path: Path) -> None:
    """What is there is taken, once; an error that is followed by an answer is no error."""
    articles = [article(number) for number in range(6)]
    with opened(tmp_path) as run:
        lines = lines_of(begun(run, articles, tmp_path), tmp_path)
        keys = [line["custom_id"] for line in lines]
        files = [
            write_results(tmp_path / "c.jsonl", {keys[4]: said(), keys[1]: failed("batch_expired")}),
            write_results(tmp_path / "b.jsonl", {keys[1]: said(), keys[4]: said()}),
            write_results(tmp_path / "a.jsonl", {keys[0]: said(), keys[1]: failed("batch_expired")}),
        ]
        found = asyncio.run(collect(run, files, pytest.fail))
        assert (found.answered, found.repeated, found.again, found.done) == (3, 2, 1, 3)
        assert sorted(journal(run), key=str) == [("paid", 110, None)] * 3 + [("sent", None, None)] * 3 + [
            ("unpaid", None, None)
        ]
        found = asyncio.run(collect(run, files, pytest.fail))
        assert (found.answered, found.repeated, found.done) == (0, 6, 0)
        assert again(run, tmp_path).number is None


def test_what_is_not_of_this_run_is_named_and_passed_over(tmp_path: Path) -> None:
    """Unknown custom_ids and broken lines: file and line of the first ones, the number of the rest."""
    with opened(tmp_path) as run:
        (line,) = lines_of(begun(run, [article(1)], tmp_path), tmp_path)
        path = write_results(tmp_path / "r.jsonl", {f"other-{n}": said() for n in range(30)})
        with path.open("a") as file:
            file.write('{"custom_id": "cut off\n' + json.dumps({"custom_id": line["custom_id"], **said()}))
        told: list[str] = []
        found = asyncio.run(collect(run, [path], told.append))
    assert (found.unknown, found.broken, found.answered, found.done) == (30, 1, 1, 1)
    assert len(told) == NAMED + 1
    assert told[0] == f"{path}, line 1: this run has made no request 'other-29'"
    assert told[-1] == f"{path}: 11 more lines are of no use"


def test_a_file_that_is_not_there_loses_nothing_of_the_others(tmp_path: Path) -> None:
    """What was read before it is kept."""
    with opened(tmp_path) as run:
        (line,) = lines_of(begun(run, [article(1)], tmp_path), tmp_path)
        path = write_results(tmp_path / "r.jsonl", {line["custom_id"]: said()})
        with pytest.raises(InputError, match=r"none\.jsonl"):
            asyncio.run(collect(run, [path, tmp_path / "none.jsonl"], pytest.fail))
        assert run.sent.counts() == {"answered": 1}
        assert asyncio.run(collect(run, [], pytest.fail)).done == 1


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
        "a1: this id came before with another text; give each its own",
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
