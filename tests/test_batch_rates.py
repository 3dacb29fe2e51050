"""Requests and tokens a minute, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.batch.rates import Rates
from conflict_extract.errors import ConfigError


class Clock:
    """Time that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def sent(rates: Rates, clock: Clock, sizes: list[int]) -> list[tuple[float, int]]:
    """When calls of these sizes go out, each as soon as it may."""
    out = []
    for size in sizes:
        waits = 0
        while (wait := rates.wait(size)) > 0:
            clock.now += wait
            waits += 1
            assert waits < 50
        rates.enter(size)
        out.append((clock.now, size))
    return out


def most_in_a_minute(out: list[tuple[float, int]]) -> tuple[int, int]:
    """The most calls, and the most tokens, in any minute."""
    windows = [[size for at, size in out if start <= at < start + 60] for start, _ in out]
    return max(len(window) for window in windows), max(sum(window) for window in windows)


@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=120),
    st.integers(1, 60) | st.none(),
    st.integers(900, 20_000) | st.none(),
)
def test_no_minute_has_more_than_it_may(sizes: list[int], requests: int | None, tokens: int | None) -> None:
    """Whatever the sizes, no window of 60 s holds more calls or more tokens than the limits."""
    clock = Clock()
    calls, most = most_in_a_minute(sent(Rates(requests, tokens, clock=clock), clock, sizes))
    assert requests is None or calls <= requests
    assert tokens is None or most <= tokens


def test_the_limit_is_used() -> None:
    """Over ten minutes at least nine tenths of what may go out does."""
    clock = Clock()
    out = sent(Rates(100, clock=clock), clock, [1] * 1000)
    assert out[-1][0] - out[0][0] <= 600 / 0.9


def test_calls_are_spread_over_the_minute() -> None:
    """No tenth of a minute has more than a tenth of the calls."""
    clock = Clock()
    out = sent(Rates(100, clock=clock), clock, [1] * 60)
    assert max(sum(start <= at < start + 6 for at, _ in out) for start, _ in out) <= 10


def test_a_corrected_call_makes_room() -> None:
    """What was counted at the most counts with what it took, once that is known."""
    clock = Clock()
    rates = Rates(tokens=1000, clock=clock)
    entry = rates.enter(1000)
    assert rates.wait(500) > 50
    rates.correct(entry, 10)
    clock.now += 7
    assert rates.wait(500) == 0


def test_a_call_larger_than_the_limit_goes_alone() -> None:
    """It is not held back for ever; it goes out when the window is empty, and the next one after it."""
    clock = Clock()
    rates = Rates(tokens=100, clock=clock)
    out = sent(rates, clock, [50, 500, 50])
    assert out[1][0] - out[0][0] >= 60
    assert out[2][0] - out[1][0] >= 60


def test_without_limits_nothing_waits_and_nothing_is_kept() -> None:
    """A run without limits pays nothing for them."""
    rates = Rates()
    for _ in range(3):
        assert rates.wait(10**9) == 0
        rates.correct(rates.enter(10**9), 1)
    assert not any(window._entries for window in rates._windows)


@pytest.mark.parametrize("limits", [{"requests": 0}, {"tokens": 0}, {"requests": -1}])
def test_a_limit_below_one_is_refused(limits: dict[str, int]) -> None:
    """Nothing could ever go out."""
    with pytest.raises(ConfigError, match="1 or more"):
        Rates(**limits)
