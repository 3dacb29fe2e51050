"""The gate of a run: calls in flight, rates, pauses, budget, single flight, and what stops a run."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.batch.gate import Limits, RunGate, billing
from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.money import Budget, Price
from conflict_extract.batch.rates import Rates
from conflict_extract.batch.tally import Spent
from conflict_extract.errors import (
    BudgetError,
    ConflictExtractError,
    FatalModelError,
    InvalidReplyError,
    ReplayError,
    RequestError,
    StoppedError,
    TransientModelError,
)
from conflict_extract.llm.base import Call, Completion, Message, Parameters, Reply, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Patience, Pause
from conflict_extract.models.extraction import Usage
from tests import checks, virtual_time
from tests.fault_server import ChatServer, Prepared, completion, error, serving

PRICE = Price(prompt=1.0, completion=4.0, currency="USD")


def request(number: int) -> Request:
    """A request of its own."""
    return Request((Message("user", f"article {number}"),), {"type": "object"}, "reply")


async def asked(model: OpenAIModel, number: int) -> Reply | ConflictExtractError:
    """What one request comes to."""
    try:
        return (await model.ask(request(number), checks.good, reasks=0)).replies[0]
    except ConflictExtractError as error:
        return error


async def ask_many(
    server: ChatServer, ledger: Ledger, limits: Limits, count: int, *, attempts: int = 4, rates: Rates | None = None
) -> tuple[list[Any], RunGate]:
    """Requests through a gate, all at once; waits between attempts take no time."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    patience = Patience(attempts, sleep=at_once)
    patience.pause = Pause()
    model = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=100), patience=patience)
    gate = RunGate.before(model, ledger, limits)
    if rates is not None:
        gate._rates = rates
    results = await asyncio.gather(*(asked(model, number) for number in range(count)))
    await gate.drained()
    await model.aclose()
    return list(results), gate


def opened(folder: Path) -> Ledger:
    """The ledger of a run in this folder."""
    return Ledger.open(folder / "run", {"model": "m"})


def test_answers_are_kept_and_paid_once(tmp_path: Path) -> None:
    """A second session of the same run makes no call, and gets the same replies."""
    with serving(completion("{}")) as server:
        with opened(tmp_path) as ledger:
            first, _ = asyncio.run(ask_many(server, ledger, Limits(), 6))
        with opened(tmp_path) as ledger:
            second, _ = asyncio.run(ask_many(server, ledger, Limits(), 7))
            assert ledger.spent() == Spent(7 * 110, 0.0)
    assert first == second[:6]
    assert len(server.calls) == 7


def calls_at_once(server: ChatServer, *, alone_until: float) -> int:
    """Calls that came before this time."""
    return sum(call.at < alone_until for call in server.calls)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (error(429, "insufficient_quota", kind="insufficient_quota"), "no quota is left"),
        (error(401, "invalid_api_key"), "key is not accepted"),
        (error(404, "model_not_found"), "does not know the model"),
    ],
)
def test_what_fails_every_call_costs_one_call(tmp_path: Path, fault: Prepared, said: str) -> None:
    """A first call goes ahead alone; what it meets is the cause, and no other call is made."""
    with serving(fault) as server, opened(tmp_path) as ledger:
        results, gate = asyncio.run(ask_many(server, ledger, Limits(), 40))
        assert ledger.spent() == Spent()
    assert len(server.calls) == 1
    assert isinstance(gate.cause, FatalModelError)
    assert said in str(gate.cause)
    assert [type(result) for result in results] == [FatalModelError] + [StoppedError] * 39
    assert said in str(results[1])


def test_no_quota_in_the_middle_stops_with_the_calls_in_flight(tmp_path: Path) -> None:
    """From the first word of it on no call goes out; what was answered is kept."""
    good = [completion("{}")] * 30
    with serving(*good, error(429, "insufficient_quota")) as server, opened(tmp_path) as ledger:
        results, gate = asyncio.run(ask_many(server, ledger, Limits(concurrency=8), 200))
        assert ledger.spent().tokens == 30 * 110
    assert sum(isinstance(result, Reply) for result in results) == 30
    assert len(server.calls) <= 30 + 8
    assert isinstance(gate.cause, FatalModelError)


def test_trouble_with_one_article_stops_nothing(tmp_path: Path) -> None:
    """A first article that is too long, a refusal, passing errors: the others go on."""
    answers = [error(400, "context_length_exceeded"), completion(None, refusal="no"), error(503), error(500)]
    with serving(*answers, completion("{}")) as server, opened(tmp_path) as ledger:
        results, gate = asyncio.run(ask_many(server, ledger, Limits(), 20))
        assert ledger.spent().tokens == 19 * 110
    assert sorted(type(result).__name__ for result in results) == ["InvalidReplyError"] + ["Reply"] * 18 + [
        "RequestError"
    ]
    assert gate.cause is None


def test_equal_requests_under_way_are_one_call(tmp_path: Path) -> None:
    """The second waits for the first and takes its answer; where that fails, it makes its own call."""

    async def run(server: ChatServer, ledger: Ledger) -> list[Any]:
        model = OpenAIModel(Endpoint("m", server.url, attempts=1), Parameters(max_tokens=100))
        RunGate.before(model, ledger, Limits())
        return await asyncio.gather(*(asked(model, 1) for _ in range(6)))

    with serving(completion("{}")) as server, opened(tmp_path) as ledger:
        results = asyncio.run(run(server, ledger))
    assert len(server.calls) == 1
    assert len({repr(result) for result in results}) == 1
    with serving(error(500), completion("{}")) as server, opened(tmp_path / "two") as ledger:
        results = asyncio.run(run(server, ledger))
    assert [type(result) for result in results] == [TransientModelError] + [Reply] * 5
    assert len(server.calls) == 2


def test_no_call_goes_out_in_a_pause(tmp_path: Path) -> None:
    """From a 429 with Retry-After on, for its time, no call comes from any of the articles."""
    limited = error(429, retry_after="1")
    answers = [*[completion("{}")] * 20, limited, *[completion("{}")] * 20, limited, completion("{}")]
    with serving(*answers) as server, opened(tmp_path) as ledger:
        results, _ = asyncio.run(ask_many(server, ledger, Limits(concurrency=16), 60))
    assert all(isinstance(result, Reply) for result in results)
    told = [server.calls[20].at, server.calls[41].at]
    on_the_wire = 0.1  # what was sent before the answer was there
    early = [call.at - at for at in told for call in server.calls if on_the_wire < call.at - at < 1.0]
    assert not early


def test_requests_a_minute_are_kept_at_the_server(tmp_path: Path) -> None:
    """Measured where the calls arrive, in any window of a (short) minute, repeated calls among them."""
    answers = [completion("{}"), error(503), completion("{}"), error(500), completion("{}")]
    with serving(*answers) as server, opened(tmp_path) as ledger:
        asyncio.run(ask_many(server, ledger, Limits(), 23, rates=Rates(10, minute=1.0)))
    arrived = [call.at for call in server.calls]
    assert len(arrived) == 25
    assert max(sum(start <= at < start + 1.0 for at in arrived) for start in arrived) <= 10
    assert arrived[-1] - arrived[0] < 5


def test_tokens_a_minute_are_kept_at_the_server(tmp_path: Path) -> None:
    """The tokens that the endpoint counted, in any window of a (short) minute."""
    with serving(completion("{}", usage=(40, 60))) as server, opened(tmp_path) as ledger:
        asyncio.run(ask_many(server, ledger, Limits(), 15, rates=Rates(tokens=500, minute=1.0)))
    arrived = [call.at for call in server.calls]
    assert max(100 * sum(start <= at < start + 1.0 for at in arrived) for start in arrived) <= 500


def test_the_budget_ends_the_run_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    """What is answered is kept, and counts; with more money the rest is asked for, and nothing again."""
    with serving(completion("{}")) as server:
        with opened(tmp_path) as ledger:
            results, gate = asyncio.run(ask_many(server, ledger, Limits(budget=Budget(2000)), 50))
            assert isinstance(gate.cause, BudgetError)
            assert 0 < ledger.spent().tokens <= 2000
            assert gate.cause.spent + gate.cause.needed > 2000
        done = sum(isinstance(result, Reply) for result in results)
        assert len(server.calls) == done >= 2000 / 110 - 3
        assert {type(result) for result in results if not isinstance(result, Reply)} <= {BudgetError, StoppedError}
        with opened(tmp_path) as ledger:
            results, gate = asyncio.run(ask_many(server, ledger, Limits(budget=Budget(1_000_000)), 50))
            assert ledger.spent().tokens == 50 * 110
    assert gate.cause is None
    assert len(server.calls) == 50


def test_a_budget_in_money_is_settled_at_the_price(tmp_path: Path) -> None:
    """The ledger has each call's cost, and the run stops before its budget."""
    limits = Limits(budget=Budget(0.002, "USD"), price=PRICE)
    with serving(completion("{}")) as server, opened(tmp_path) as ledger:
        asyncio.run(ask_many(server, ledger, limits, 50))
        assert ledger.spent().cost == pytest.approx(len(server.calls) * 140 / 1_000_000)
        assert ledger.spent().cost <= 0.002


def test_a_call_that_nobody_waits_for_is_kept_all_the_same(tmp_path: Path) -> None:
    """An article that is given up does not throw away what is paid for."""
    with serving(Prepared(completion("{}").body, drip=0.002)) as server, opened(tmp_path) as ledger:

        async def run() -> None:
            model = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=100))
            gate = RunGate.before(model, ledger, Limits())
            task = asyncio.create_task(asked(model, 1))
            while not server.calls:
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            gate.stop()
            await gate.drained()
            assert isinstance(await asked(model, 2), StoppedError)
            assert isinstance(await asked(model, 1), Reply)

        asyncio.run(run())
        assert ledger.spent() == Spent(110)
    assert len(server.calls) == 1


def test_a_call_that_is_given_up_counts_at_its_reserve(tmp_path: Path) -> None:
    """Whether it is billed nobody knows."""
    with serving(Prepared(completion("{}").body, drip=0.05)) as server, opened(tmp_path) as ledger:

        async def run() -> None:
            model = OpenAIModel(Endpoint("m", server.url), Parameters(max_tokens=100))
            gate = RunGate.before(model, ledger, Limits())
            task = asyncio.create_task(asked(model, 1))
            while not server.calls:
                await asyncio.sleep(0.01)
            gate.abort()
            await gate.drained()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(run())
        assert ledger.spent().tokens > 100
        assert ledger.spent().open_tokens == 0


def test_a_run_goes_on_with_the_model_that_answered(tmp_path: Path) -> None:
    """In a later session another model's answers are not taken either."""
    with serving(completion("{}", model="one")) as server, opened(tmp_path) as ledger:
        asyncio.run(ask_many(server, ledger, Limits(), 1))
    with serving(completion("{}", model="two")) as server, opened(tmp_path) as ledger:
        results, _ = asyncio.run(ask_many(server, ledger, Limits(), 2, attempts=2))
    assert isinstance(results[0], Reply)
    assert isinstance(results[1], FatalModelError)
    assert "'two' now and answered as 'one'" in str(results[1])


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TransientModelError("", model="m", status=503), "unpaid"),
        (TransientModelError("", model="m", status=429), "unpaid"),
        (TransientModelError("", model="m", status=504), "presumed"),
        (TransientModelError("", model="m", status=200), "presumed"),
        (TransientModelError("", model="m", timed_out=True), "presumed"),
        (TransientModelError("", model="m"), "presumed"),
        (TransientModelError("", model="m", sent=False), "unpaid"),
        (FatalModelError("", model="m", status=401), "unpaid"),
        (RequestError("", model="m", status=400), "unpaid"),
        (ReplayError(""), "unpaid"),
        (StoppedError(""), "unpaid"),
        (asyncio.CancelledError(), "presumed"),
        (ValueError(), "presumed"),
    ],
)
def test_what_may_have_been_billed_counts(error: BaseException, state: str) -> None:
    """An error status was not billed, a broken answer or none may have been."""
    assert billing(error) == state


# The budget, whatever happens: calls, failures, answers without usage, and kills, in virtual time.


class Book:
    """A ledger in memory. What was reserved is in it before the call goes out, also when the process dies."""

    def __init__(self, delay: float = 0.001) -> None:
        self.delay = delay
        self.settled = Spent()
        self.open: dict[int, tuple[int, float]] = {}
        self.answers: dict[str, bytes] = {}
        self.notes: dict[str, str] = {}
        self.is_dead = False

    async def _written(self) -> None:
        await asyncio.sleep(self.delay)
        if self.is_dead:
            await asyncio.sleep(math.inf)

    def answer_of(self, key: str) -> bytes | None:
        """A kept answer."""
        return self.answers.get(key)

    async def reserve(self, request: str, tokens: int, cost: float | None = None) -> int:  # noqa: ARG002
        """A call is about to be made."""
        number = len(self.open) and max(self.open) + 1
        self.open[number] = (tokens, cost or 0.0)
        await self._written()
        return number

    async def settle(
        self,
        call: int,
        state: str,
        *,
        request: str | None = None,
        answer: bytes | None = None,
        usage: Usage | None = None,
        cost: float | None = None,
        status: int | None = None,  # noqa: ARG002
        error: str | None = None,  # noqa: ARG002
    ) -> None:
        """What it came to."""
        await self._written()
        tokens, reserved = self.open.pop(call)
        if state != "unpaid":
            took = tokens if usage is None else usage.prompt_tokens + usage.completion_tokens
            money = reserved if cost is None else cost
            self.settled = Spent(self.settled.tokens + took, self.settled.cost + money)
        if answer is not None:
            assert request is not None
            self.answers[request] = answer

    def spent(self) -> Spent:
        """Settled and reserved."""
        return Spent(
            self.settled.tokens,
            self.settled.cost,
            sum(tokens for tokens, _ in self.open.values()),
            sum(cost for _, cost in self.open.values()),
        )

    def note(self, name: str) -> str | None:
        """What was noted."""
        return self.notes.get(name)

    async def write_note(self, name: str, value: str) -> None:
        """Note it."""
        self.notes[name] = value


def test_a_pause_holds_also_for_calls_that_are_being_booked() -> None:
    """With a slow disk: what is let out but not sent waits, and goes out after the pause, by the rates."""
    book, posted = Book(delay=2.0), []

    async def post() -> Completion:
        posted.append(virtual_time.clock())
        number = len(posted)
        await asyncio.sleep(0.2 if number == 2 else 0.5)  # after the second the next one is let out, and booked
        if number == 4:
            raise TransientModelError("", model="m", status=429, retry_after=100.0)
        return Completion(b"", None, Reply("{}", "m"))

    async def run() -> RunGate:
        clock = virtual_time.clock
        rates = Rates(60, clock=clock)  # six in a tenth of a minute
        gate = RunGate(book, Limits(), model="m", pause=Pause(clock=clock), rates=rates, clock=clock)
        calls = (gate.send(Call(str(number), {}, 30, 10), post) for number in range(12))
        await asyncio.gather(*calls, return_exceptions=True)
        return gate

    gate = virtual_time.run(run())
    told = posted[3] + 0.5
    assert not [at for at in posted if told < at < told + 100]
    assert len(posted) == 12
    within = 6 - book.delay  # what was booked before the pause is not booked again
    assert max(sum(start <= at < start + within for at in posted) for start in posted) <= 6
    assert gate.concurrency.in_flight == 0


def test_calls_that_wait_for_the_end_of_a_pause_are_not_waited_for() -> None:
    """A cut may leave room for no more than these: they must not stand behind the next call, which waits for theirs."""
    book, posted = Book(delay=2.0), []

    async def post() -> Completion:
        posted.append(virtual_time.clock())
        number = len(posted)
        await asyncio.sleep(0.5 if number == 9 else 0.1)
        if number in (2, 3, 9):  # the last of these ends a window: a cut, while three calls are being booked
            raise TransientModelError("", model="m", status=429, retry_after=100.0 if number == 9 else None)
        return Completion(b"", None, Reply("{}", "m"))

    async def run() -> None:
        clock = virtual_time.clock
        gate = RunGate(book, Limits(concurrency=4), model="m", pause=Pause(clock=clock), clock=clock)
        calls = (gate.send(Call(str(number), {}, 30, 10), post) for number in range(16))
        async with asyncio.timeout(1_000):
            await asyncio.gather(*calls, return_exceptions=True)

    virtual_time.run(run())
    assert len(posted) == 16


Fate = tuple[str, float, float]
"""What becomes of a call, after how many seconds, and the share of its reserve that it really takes."""

fates = st.tuples(
    st.sampled_from(["answer", "answer", "answer", "no usage", "503", "504", "cut", "refusal"]),
    st.floats(0.0, 3.0),
    st.floats(0.0, 1.0),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(fates, min_size=5, max_size=60),
    st.integers(200, 6000),
    st.booleans(),
    st.lists(st.floats(0.1, 4.0), max_size=3),
)
def test_the_budget_is_never_passed(plan: list[Fate], limit: int, in_money: bool, kills: list[float]) -> None:
    """Whatever comes of calls in whatever order, also over kills: what is billed, and what is booked, stay within."""
    book, waiting, billed = Book(), iter(plan), [0, 0.0]
    budget = Budget(limit / 1_000_000, "USD") if in_money else Budget(limit)

    def bill() -> float:
        return billed[1] if in_money else billed[0]

    async def post(call: Call) -> Completion:
        fate, seconds, share = next(waiting, ("answer", 0.1, 0.5))
        took = Usage(prompt_tokens=int(call.size / 3 * share), completion_tokens=int(call.room * share))
        if fate not in ("503",):
            billed[0] += took.prompt_tokens + took.completion_tokens
            billed[1] += PRICE.of(took)
        assert bill() <= budget.limit * (1 + 1e-9)
        await asyncio.sleep(seconds)
        if fate in ("503", "504", "cut"):
            status = 200 if fate == "cut" else int(fate)
            raise TransientModelError("", model="m", status=status)
        usage = None if fate == "no usage" else took
        if fate == "refusal":
            return Completion(b"no", usage, None, InvalidReplyError("", model="m", reason="refusal"))
        return Completion(b"yes", usage, Reply("{}", "m", usage=usage))

    async def session(kill: float | None) -> RunGate:
        loop_clock = virtual_time.clock
        limits = Limits(concurrency=8, budget=budget, price=PRICE)
        gate = RunGate(book, limits, model="m", pause=Pause(clock=loop_clock), clock=loop_clock)

        async def one(number: int) -> None:
            call = Call(str(number), {}, size=30 * (number % 7 + 1), room=40)
            async with gate.kept(call) as kept:
                if kept is None:
                    await gate.send(call, lambda: post(call))

        work = [asyncio.create_task(one(number)) for number in range(len(plan))]
        await asyncio.wait(work, timeout=kill)
        if kill is not None:
            book.is_dead = True
            for task in (*work, *gate._under_way):
                task.cancel()
        for result in await asyncio.gather(*work, return_exceptions=True):
            assert result is None or isinstance(result, ConflictExtractError | asyncio.CancelledError), result
        return gate

    for kill in (*kills, None):
        gate = virtual_time.run(session(kill))
        book.is_dead = False
        spent = book.spent()
        assert bill() <= budget.limit * (1 + 1e-9)
        assert (spent.cost + spent.open_cost if in_money else spent.tokens + spent.open_tokens) <= budget.limit * (
            1 + 1e-9
        )
    if isinstance(gate.cause, BudgetError):
        assert gate.cause.spent + gate.cause.needed > budget.limit
    else:
        assert gate.cause is None
    assert gate.concurrency.in_flight == 0
    assert gate.purse.is_settled
