"""How many calls are in flight, against endpoints of several kinds, in virtual time."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from conflict_extract.batch.concurrency import START, Concurrency
from conflict_extract.errors import ConfigError
from tests import virtual_time


@dataclass
class Endpoint:
    """An endpoint in virtual time.

    Attributes:
        latency: Seconds for an answer of 4,000 bytes.
        spread: Of the seconds for a byte, as the standard deviation of their logarithm.
        places: More calls than this at once are turned away.
        workers: Calls that are worked on at once; the others wait in a queue.
        refuses: Says of a call, by its number, whether it is turned away all the same.
    """

    latency: float = 1.0
    spread: float = 0.0
    places: int = 10_000
    workers: int = 10_000
    refuses: Callable[[int], bool] = lambda _: False
    calls: int = 0
    in_flight: int = 0
    peak: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def answer(self, room: asyncio.Semaphore) -> int:
        """Bytes of the answer, 0 where the call is turned away."""
        self.calls += 1
        number = self.calls
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            if self.in_flight > self.places or self.refuses(number):
                await asyncio.sleep(0.05)
                return 0
            size = self.chance.randint(2000, 6000)
            async with room:
                await asyncio.sleep(self.latency * size / 4000 * math.exp(self.chance.gauss(0, self.spread)))
            return size
        finally:
            self.in_flight -= 1


def levels(endpoint: Endpoint, calls: int, ceiling: int) -> list[int]:
    """The limit after each call, with as many calls in flight as there may be."""

    async def drive() -> list[int]:
        concurrency, room = Concurrency(ceiling), asyncio.Semaphore(endpoint.workers)
        seen: list[int] = []
        given_back = asyncio.Event()

        async def one() -> None:
            slot, started = concurrency.take(), virtual_time.clock()
            size = await endpoint.answer(room)
            if size:
                concurrency.answered(slot, virtual_time.clock() - started, size)
            else:
                concurrency.turned_away(slot)
            assert 1 <= concurrency.limit <= ceiling
            seen.append(concurrency.limit)
            given_back.set()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(calls):
                while not concurrency.has_room:
                    given_back.clear()
                    await given_back.wait()
                tasks.create_task(one())
                await asyncio.sleep(0)
        assert concurrency.in_flight == 0
        return seen

    return virtual_time.run(drive())


def test_it_starts_alone_and_grows_to_the_ceiling() -> None:
    """One call, then a few, then as many as there may be, within a few windows."""
    endpoint = Endpoint()
    seen = levels(endpoint, 400, 64)
    assert seen[0] == START
    assert seen == sorted(seen)
    assert seen[300:] == [64] * 100
    assert endpoint.peak == 64


def test_the_first_call_goes_alone() -> None:
    """Before it is answered nothing else goes out, also where it is turned away first."""
    concurrency = Concurrency(8)
    slot = concurrency.take()
    assert not concurrency.has_room
    concurrency.turned_away(slot)
    slot = concurrency.take()
    assert not concurrency.has_room
    concurrency.answered(slot, 1.0, 1000)
    assert concurrency.limit == START


def test_an_error_about_one_request_shows_that_the_endpoint_works() -> None:
    """A first article that is too long does not keep the others back."""
    concurrency = Concurrency(8)
    concurrency.declined(concurrency.take())
    assert concurrency.limit == START


def test_one_isolated_refusal_costs_at_most_a_tenth() -> None:
    """A single 429 among hundreds of answers is no reason to slow down by more."""
    seen = levels(Endpoint(refuses=lambda number: number == 300), 600, 64)
    assert min(seen[290:]) >= 0.9 * 64


def test_a_burst_costs_a_tenth_and_is_recovered_from() -> None:
    """All that is in flight turned away at once is one cut, not one for each call."""
    seen = levels(Endpoint(refuses=lambda number: 600 <= number < 728), 2000, 128)
    assert seen[460] == 128
    assert min(seen[460:]) >= 0.8 * 128
    assert seen[-1] == 128


def test_bursts_again_and_again_do_not_bring_it_down() -> None:
    """Burst after burst: the level stays high."""
    seen = levels(Endpoint(refuses=lambda number: number > 500 and number % 800 < 40), 6000, 128)
    assert min(seen[500:]) >= 64
    assert max(seen[-300:]) >= 100


@pytest.mark.parametrize("places", [5, 16, 40])
def test_it_settles_below_what_the_endpoint_takes(places: int) -> None:
    """Of the calls in the long run few are turned away, and most of the places are used."""
    endpoint = Endpoint(places=places)
    seen = levels(endpoint, 3000, 64)
    late = seen[1500:]
    assert 0.6 * places <= sum(late) / len(late) <= 1.2 * places


def test_it_recovers_when_the_endpoint_does() -> None:
    """An endpoint that takes little for a while is used in full again afterwards."""
    endpoint = Endpoint()
    endpoint.refuses = lambda number: 300 < number < 900 and endpoint.in_flight > 6
    seen = levels(endpoint, 3000, 32)
    assert min(seen[300:900]) <= 8
    assert seen[-1] == 32


def test_it_doubles_with_each_round_of_answers() -> None:
    """From the first call to the ceiling it takes little more than a round for each doubling."""
    endpoint = Endpoint(latency=1.0, chance=random.Random(3))
    endpoint.chance.randint = lambda *_: 4000  # type: ignore[method-assign]
    rounds = levels(endpoint, 400, 64).index(64)
    assert rounds <= START + 8 + 16 + 32


@pytest.mark.parametrize("seed", range(8))
def test_a_few_answers_that_deceive_do_not_hold_it_back(seed: int) -> None:
    """Answers of all lengths at speeds that vary widely: sooner or later the ceiling is reached, and kept."""
    seen = levels(Endpoint(spread=0.6, chance=random.Random(seed)), 1000, 64)
    assert min(seen[400:]) >= 56
    assert sum(seen[400:]) / 600 >= 62


@pytest.mark.parametrize("workers", [1, 8])
def test_a_queue_at_the_endpoint_is_not_made_longer(workers: int) -> None:
    """Where more calls at once only wait longer, there are not many more than are worked on."""
    endpoint = Endpoint(workers=workers)
    seen = levels(endpoint, 2000, 64)
    late = seen[500:]
    assert sum(late) / len(late) <= 2 * workers + 6
    assert min(late) >= max(1, workers // 2)


def test_slower_answers_that_are_longer_are_no_reason_to_slow_down() -> None:
    """Answers of all lengths, at a speed that does not change: the ceiling is reached."""
    endpoint = Endpoint(chance=random.Random(7))
    assert levels(endpoint, 600, 64)[-1] == 64


def test_a_ceiling_below_one_is_refused() -> None:
    """No call could go out."""
    with pytest.raises(ConfigError, match="1 or more"):
        Concurrency(0)
