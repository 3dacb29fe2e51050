"""What a batch brings back: kept, put off, refused or failed as a live run would have it, and billed as it was."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import Extractor, InvalidReplyError, RequestError
from conflict_extract.batch.gate import ANSWERED_BY
from conflict_extract.batch.provider_results import NAMED, collect
from conflict_extract.errors import InputError
from conflict_extract.llm.base import Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Impatience
from tests.batch_provider import (
    TOO_LONG,
    Result,
    again,
    article,
    bad,
    begun,
    came_back,
    failed,
    good,
    journal,
    lines_of,
    opened,
    said,
    standing,
    write_results,
)
from tests.fault_server import Prepared, completion, serving

QUOTA = {"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota"}}


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
