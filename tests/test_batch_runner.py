"""A run as a Python function: what it makes, passes over, waits for, and how it stops."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conflict_extract import (
    Article,
    ConfigError,
    Extraction,
    Extractor,
    Failure,
    FatalModelError,
    InputError,
    InternalError,
    LedgerError,
    StoppedError,
    TransientModelError,
)
from conflict_extract.batch.gate import Limits
from conflict_extract.batch.money import Budget, Price
from conflict_extract.batch.outage import Endurance
from conflict_extract.batch.results import RunResults
from conflict_extract.batch.runner import BatchOptions, BatchRun
from conflict_extract.batch.sharding import Shard
from conflict_extract.documents import Place, Sourced
from conflict_extract.llm.base import Answer, Check, Reply, Request
from tests import making
from tests.fault_server import completion, serving

ONE = BatchOptions(limits=Limits(concurrency=1))


class Model:
    """A model without a gate. Each article's id stands in its text; ``react`` may raise, by id and call."""

    name = "fake"
    settings: Mapping[str, Any] = {}

    def __init__(self, react: Callable[[str, int], None] | None = None, seconds: float = 0.0) -> None:
        self.asked: list[str] = []
        self.most = 0
        self._under_way = 0
        self._react = react
        self._seconds = seconds

    async def ask(self, request: Request, check: Check, *, reasks: int) -> Answer:  # noqa: ARG002
        """Answer about the article."""
        id = request.messages[-1].content.split("(report ")[1].split(")")[0]
        self.asked.append(id)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            await asyncio.sleep(self._seconds)
            if self._react is not None:
                self._react(id, self.asked.count(id))
        finally:
            self._under_way -= 1
        reply = Reply(making.reply_text(), "fake-1")
        await check(reply)
        return Answer((reply,))


def article(id: str, more: str = "") -> Article:
    """An article with its id in it."""
    return Article(id=id, text=f"{making.TEXT}\n(report {id}){more}\n")


def articles(count: int) -> list[Article]:
    """Articles a0, a1, …"""
    return [article(f"a{number}") for number in range(count)]


def take(model: Any, folder: Path, items: Any, options: BatchOptions = BatchOptions()) -> list[Extraction | Failure]:  # noqa: B008
    """One whole turn."""
    with Extractor(model) as extractor, BatchRun(extractor, folder, options) as run:
        return list(run.results(items))


def done(folder: Path) -> set[str]:
    """What stands as done in the ledger, by a connection that knows nothing of the run."""
    with closing(sqlite3.connect(f"file:{folder}/ledger.sqlite3?mode=ro", uri=True)) as database:
        sql = "SELECT articles.id FROM articles JOIN extractions ON extractions.id = articles.id WHERE state = 'done'"
        return {id for (id,) in database.execute(sql)}


def test_each_result_is_durable_before_it_is_given_back(tmp_path: Path) -> None:
    """At the moment of each result, a connection of its own sees it in the ledger."""
    with Extractor(Model()) as extractor, BatchRun(extractor, tmp_path) as run:
        for result in run.results(articles(20)):
            assert isinstance(result, Extraction)
            assert result.article_id in done(tmp_path)
    assert len(done(tmp_path)) == 20


def test_work_is_done_once_and_changed_work_again(tmp_path: Path) -> None:
    """A second turn asks about what is new or has another text, and about nothing else."""
    take(Model(), tmp_path, articles(5))
    model = Model()
    changed = [*articles(4), article("a4", " It was changed."), article("new")]
    results = take(model, tmp_path, changed)
    assert sorted(model.asked) == ["a4", "new"]
    assert {result.article_id for result in results if isinstance(result, Extraction)} == {"a4", "new"}
    assert len(done(tmp_path)) == 6
    again = {each.article_id: each.article for each in RunResults(tmp_path).extractions()}
    assert again == {each.id: each for each in changed}


def test_the_first_article_goes_ahead_alone(tmp_path: Path) -> None:
    """Without a gate the run sees to it: a wrong key costs one call, not as many as may be in flight."""

    def refuse(id: str, call: int) -> None:  # noqa: ARG001
        raise FatalModelError("the key is not accepted", model="fake")

    model = Model(refuse)
    with pytest.raises(FatalModelError):
        take(model, tmp_path, articles(50))
    assert len(model.asked) == 1
    model = Model(seconds=0.01)
    take(model, tmp_path, articles(50), BatchOptions(limits=Limits(concurrency=7)))
    assert model.most == 7
    assert len(done(tmp_path)) == 50


def test_articles_are_drawn_as_there_is_room(tmp_path: Path) -> None:
    """No more is drawn than what is in progress, taken and ready in the feed."""
    drawn = 0

    def source() -> Iterator[Article]:
        nonlocal drawn
        for each in articles(400):
            drawn += 1
            yield each

    with Extractor(Model()) as extractor, BatchRun(extractor, tmp_path, ONE) as run:
        results = run.results(source())
        for taken in range(1, 41):
            next(results)
            assert drawn <= taken + 2 * 16 + 3
        results.close()  # type: ignore[attr-defined]
    assert drawn < 100


def test_one_article_that_brings_a_fault_to_light_does_not_end_the_run(tmp_path: Path) -> None:
    """Whatever is raised about one article: it fails, by name, and the others are done."""

    def trip(id: str, call: int) -> None:  # noqa: ARG001
        if id == "a3":
            raise ZeroDivisionError("of the library's own")

    failures = [each for each in take(Model(trip), tmp_path, articles(8)) if isinstance(each, Failure)]
    assert [(each.article_id, type(each.error)) for each in failures] == [("a3", InternalError)]
    (failed,) = RunResults(tmp_path).failures()
    assert (failed.article, failed.reason, failed.attempts) == ("a3", "internal", 1)
    assert len(done(tmp_path)) == 7


def test_what_cannot_be_read_and_ids_with_two_texts_are_failures_with_their_place(tmp_path: Path) -> None:
    """The others go on; the same text twice is one article."""
    at = [Place(Path("in.jsonl"), line=line) for line in range(1, 6)]
    items = [
        Sourced(article("x"), at[0]),
        Sourced(at[1].error("not JSON"), at[1]),
        Sourced(article("x", " Otherwise."), at[2]),
        Sourced(article("x"), at[3]),
        Sourced(article("y"), at[4]),
    ]
    results = take(Model(), tmp_path, items)
    failed = {str(each.error) for each in results if isinstance(each, Failure)}
    problem = "the id x came up before in this input, with another text; this article is left out"
    assert failed == {"in.jsonl, line 2: not JSON", f"in.jsonl, line 3: {problem}"}
    assert len(results) == 4
    assert done(tmp_path) == {"x", "y"}
    assert [each.source for each in RunResults(tmp_path).failures()] == ["in.jsonl, line 2", "in.jsonl, line 3"]
    mended = [items[0], Sourced(article("z"), at[1]), *items[3:]]
    take(Model(), tmp_path, mended)
    assert [each.source for each in RunResults(tmp_path).failures()] == ["in.jsonl, line 3"]


def test_a_source_that_breaks_loses_nothing_that_came_before(tmp_path: Path) -> None:
    """What was drawn is made; then the source's own error comes."""

    def source() -> Iterator[Article]:
        yield from articles(3)
        raise InputError("the folder is gone", path="in")

    with pytest.raises(InputError, match="the folder is gone"):
        take(Model(seconds=0.05), tmp_path, source())
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM articles").fetchone() == (3,)
        assert "the folder is gone" in database.execute("SELECT outcome FROM sessions").fetchone()[0]
    with pytest.raises(TypeError, match="None stands among"):
        take(Model(), tmp_path, [None])


def test_what_failed_is_passed_over_until_it_is_retried(tmp_path: Path) -> None:
    """``results`` leaves failures alone; ``retry`` needs no input and does what failed and what was left waiting."""

    def fail(id: str, call: int) -> None:  # noqa: ARG001
        if id == "a1":
            raise TransientModelError("no answer", model="fake")

    assert sum(isinstance(each, Failure) for each in take(Model(fail), tmp_path, articles(4))) == 1
    model = Model()
    assert take(model, tmp_path, articles(4)) == []
    assert model.asked == []
    with Extractor(model) as extractor, BatchRun(extractor, tmp_path) as run:
        (result,) = run.retry()
        assert run.progress.counts.failed == 0
    assert (result.article_id, model.asked) == ("a1", ["a1"])
    (row,) = [row for row in RunResults(tmp_path).articles() if row["id"] == "a1"]
    assert (row["state"], row["attempts"], row["error"]) == ("done", 2, None)


@pytest.mark.parametrize("refused", [5, 40])
def test_an_endpoint_that_goes_away_for_a_while_fails_no_article(tmp_path: Path, refused: int) -> None:
    """In a short trouble articles get another chance; in a long one the run waits, and tries one now and then."""
    gone: list[str] = []

    def answer_not(id: str, call: int) -> None:  # noqa: ARG001
        if len(model.asked) > 10 and len(gone) < refused:
            gone.append(id)
            raise TransientModelError("connection refused", model="fake")

    model = Model(answer_not, seconds=0.01)
    endurance = Endurance(silent=8, waits=(0.01, 0.02), longest=60)
    options = BatchOptions(limits=Limits(concurrency=4), endurance=endurance)
    results = take(model, tmp_path, articles(60), options)
    assert len(gone) == refused
    assert all(isinstance(each, Extraction) for each in results)
    assert len(results) == len(done(tmp_path)) == 60
    assert len(model.asked) == 60 + refused


def test_articles_that_never_get_an_answer_fail_in_the_end(tmp_path: Path) -> None:
    """One that is alone at once; several on end after another try, while the others are done."""
    alone, together = {"a5"}, {"a20", "a21", "a22", "a23"}

    def answer_not(id: str, call: int) -> None:  # noqa: ARG001
        if id in alone | together:
            raise TransientModelError("timed out", model="fake")

    model = Model(answer_not)
    results = take(model, tmp_path, articles(40), ONE)
    assert {each.article_id for each in results if isinstance(each, Failure)} == alone | together
    assert {id: model.asked.count(id) for id in ("a5", "a20", "a23")} == {"a5": 1, "a20": 2, "a23": 2}
    assert len(done(tmp_path)) == 35
    assert {failed.reason for failed in RunResults(tmp_path).failures()} == {"no_answer"}


def test_an_endpoint_that_stays_away_stops_the_run_and_fails_nothing(tmp_path: Path) -> None:
    """After its endurance, or at once where nothing was ever answered; all that got no answer is waiting."""

    def gone(id: str, call: int) -> None:  # noqa: ARG001
        if len(model.asked) > answered:
            raise TransientModelError("connection refused", model="fake")

    endurance = Endurance(silent=5, waits=(0.02,), longest=0.2)
    # One after the other where some are answered: an answer that comes after a failure would say that it is no outage.
    for answered, most, concurrency in ((0, 1 + 2, 5), (6, 40, 1)):
        options = BatchOptions(limits=Limits(concurrency=concurrency), endurance=endurance)
        model = Model(gone)
        with pytest.raises(TransientModelError, match=r"articles on end got no answer.*connection refused"):
            take(model, tmp_path / str(answered), articles(100), options)
        assert len(model.asked) - answered <= most
        standing = RunResults(tmp_path / str(answered)).standing()
        assert (standing.counts.failed, standing.counts.done) == (0, answered)
        assert standing.outcome is not None
        assert "no answer" in standing.outcome


def test_a_run_is_drained_from_another_thread(tmp_path: Path) -> None:
    """What is in progress comes to its end, nothing more is begun, and the rest is for the next turn."""
    model = Model(seconds=0.05)
    results: list[Extraction | Failure] = []

    def drain() -> None:
        while len(model.asked) < 10:
            time.sleep(0.01)
        run.drain()

    with (
        Extractor(model) as extractor,
        BatchRun(extractor, tmp_path, BatchOptions(limits=Limits(concurrency=5))) as run,
    ):
        threading.Thread(target=drain).start()
        with pytest.raises(StoppedError, match="the same command goes on"):
            results.extend(run.results(articles(200)))
    assert 0 < len(done(tmp_path)) == len(model.asked) < 100
    assert len(take(Model(), tmp_path, articles(200))) == 200 - len(model.asked)


def test_an_interrupted_consumer_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    """Leaving the loop early closes the run in order; the next turn does the rest."""
    with Extractor(Model()) as extractor, BatchRun(extractor, tmp_path, ONE) as run:
        for _ in run.results(articles(30)):
            break
    before = len(done(tmp_path))
    assert 0 < before < 30
    assert len(take(Model(), tmp_path, articles(30))) == 30 - before


def test_the_same_in_a_loop_of_ones_own(tmp_path: Path) -> None:
    """``aresults`` and ``aretry`` are for those who await."""

    async def work() -> int:
        async with Extractor(Model()) as extractor:
            with BatchRun(extractor, tmp_path) as run:
                made = [result async for result in run.aresults(articles(5))]
                return len(made) + len([result async for result in run.aretry()])

    assert asyncio.run(work()) == 5


def test_shards_make_everything_once(tmp_path: Path) -> None:
    """Each part asks about its own articles; together they are one run to whoever reads it."""
    models = [Model(), Model()]
    for number, model in enumerate(models, start=1):
        take(model, tmp_path, articles(40), BatchOptions(shard=Shard(number, 2)))
    assert sorted(models[0].asked + models[1].asked) == sorted(each.id for each in articles(40))
    assert models[0].asked
    assert models[1].asked
    standing = RunResults(tmp_path).standing()
    assert standing.counts.done == 40
    assert len({each.article_id for each in RunResults(tmp_path).extractions()}) == 40


def test_money_that_cannot_be_kept_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """A budget in money without a price; a price table in another currency than the costs so far."""
    with pytest.raises(ConfigError, match="needs the price"):
        take(Model(), tmp_path, articles(1), BatchOptions(limits=Limits(budget=Budget(5.0, "USD"))))
    assert list(tmp_path.iterdir()) == []
    take(Model(), tmp_path, articles(1), BatchOptions(limits=Limits(price=Price(1.0, 2.0, "USD"))))
    with pytest.raises(ConfigError, match="in USD so far, and the price table is in EUR"):
        take(Model(), tmp_path, articles(1), BatchOptions(limits=Limits(price=Price(1.0, 2.0, "EUR"))))


def test_calls_of_a_real_client_are_journalled_with_their_cost(tmp_path: Path) -> None:
    """Each article has the calls, tokens and money that it took; equal texts cost one call."""
    price = Price(1_000_000.0, 2_000_000.0, "USD")
    same = [Article(id=f"s{number}", text=making.TEXT) for number in range(3)]
    with serving(completion(making.reply_text())) as server, Extractor.connect("m", base_url=server.url) as extractor:
        with BatchRun(extractor, tmp_path, BatchOptions(limits=Limits(price=price))) as run:
            assert len(list(run.results([*same, article("x")]))) == 4
            assert run.progress.spent.cost == 2 * (100 * 1.0 + 10 * 2.0)
        assert len(server.calls) == 2
    rows = {row["id"]: (row["state"], row["calls"], row["cost"]) for row in RunResults(tmp_path).articles()}
    assert rows["x"] == ("done", 1, 120.0)
    assert sum(cost or 0 for _, _, cost in rows.values()) == 240.0
    assert RunResults(tmp_path).standing().currency == "USD"


def test_a_directory_without_a_run_says_so(tmp_path: Path) -> None:
    """Also one in which a run died before it began."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(LedgerError, match="there is no run here"):
            RunResults(folder)
    (tmp_path / "ledger.sqlite3").touch()
    with pytest.raises(LedgerError, match="died before it began"):
        RunResults(tmp_path).standing()
    take(Model(), tmp_path, articles(1))
    assert RunResults(tmp_path).standing().counts.done == 1
