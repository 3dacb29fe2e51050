"""How many HTTP calls may be in flight: starts low, grows as long as it pays, gives way to errors, recovers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from conflict_extract.errors import ConfigError

START = 4
"""Calls in flight after the first one, which goes out alone."""

_CUT = 0.9
"""What is left of the concurrency after a cut."""

_STEP = 0.05
"""By how much it grows, window by window, after the first cut."""

_LEAST_WINDOW = 8  # calls
_SHARE = 0.1  # of a window's calls that have to be turned away before a cut
_GAIN = 1.05  # times the best throughput so far: more than chance
_AS_GOOD = 0.97  # times the best throughput so far: the same
_SLACK = 1.5  # how far it goes past the concurrency that had the best throughput before it goes back
_BACK = 0.8  # where it goes back to, so that a lower one has its chance to be as good
_AGEING = 0.98  # of the best throughput, window by window: endpoints and articles change


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one call in flight, and the round in which it went out."""

    round: int


class Concurrency:
    """The number of calls that may be in flight, between 1 and a ceiling.

    The first call goes alone: until one is answered nobody knows whether key, model and quota are good. Then it begins
    with ``START`` and doubles with each window of calls, until a window brings no more throughput or is cut.

    A cut takes a tenth. It needs at least two calls and a tenth of a window that were turned away (rate limit,
    overload, timeout), and what went out before a cut does not count for the next: a burst of errors takes one tenth
    and no more, and a single error nothing. After a cut it grows by a twentieth with each good window.

    Where longer answers show that more calls at once bring no more (the endpoint puts them in a queue), it goes back
    to where the throughput was best.

    Source: additive increase, multiplicative decrease (Chiu and Jain 1989), at most one cut a round (as TCP has it,
    RFC 6582); window and threshold against a collapse by one burst.

    Attributes:
        ceiling: Never more than this.
        in_flight: Calls in flight now.
        limit: How many there may be now.
    """

    def __init__(self, ceiling: int) -> None:
        if ceiling < 1:
            raise ConfigError("concurrency must be 1 or more")
        self.ceiling = ceiling
        self.in_flight = 0
        self._level = 1.0
        self._alone = True
        self._doubling = True
        self._round = 0
        self._best = (0.0, 0.0)
        self._best_level = 1.0
        self._was_full = False
        self._next_round()

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return int(self._level)

    @property
    def has_room(self) -> bool:
        """Whether one more may go out."""
        return self.in_flight < self.limit

    def take(self) -> Slot:
        """A call goes out."""
        self.in_flight += 1
        self._was_full = self._was_full or self.in_flight >= self.limit
        return Slot(self._round)

    def answered(self, slot: Slot, seconds: float, size: int) -> None:
        """A call came back with an answer.

        Args:
            slot: Its place.
            seconds: From sending to the whole answer.
            size: Bytes of the answer: a long one takes longer, and says nothing about the endpoint.
        """
        if self._alone:
            self.declined(slot)
            return
        self.in_flight -= 1
        if slot.round == self._round:
            self._waits.append((seconds, size))
            self._end_window_when_full()

    def declined(self, _: Slot) -> None:
        """A call came back with an error that is about this one request: the endpoint works."""
        self.in_flight -= 1
        if self._alone:
            self._alone = False
            self._level = float(min(START, self.ceiling))
            self._next_round()

    def turned_away(self, slot: Slot) -> None:
        """A call came back because there was too much: rate limit, overload, no answer in time."""
        self.in_flight -= 1
        if self._alone or slot.round != self._round:
            return
        self._refused += 1
        if self._refused >= max(2, _SHARE * self._window):
            self._level = max(1.0, self._level * _CUT)
            self._doubling = False
            self._best = (self._best[0] * _CUT, self._best[1] * _CUT)
            self._next_round()
        else:
            self._end_window_when_full()

    def failed(self, _: Slot) -> None:
        """A call came back with an error that says nothing about how much is too much."""
        self.in_flight -= 1

    def _next_round(self) -> None:
        """Begin a window: what went out before it does not count in it."""
        self._round += 1
        self._window = max(_LEAST_WINDOW, self.limit)
        self._waits: list[tuple[float, int]] = []
        self._refused = 0
        self._was_full = self.in_flight >= self.limit

    def _end_window_when_full(self) -> None:
        if len(self._waits) + self._refused < self._window:
            return
        if self._was_full and self._waits:  # else nobody knows whether more would have been too much
            self._adapt()
        self._next_round()

    def _adapt(self) -> None:
        seconds, sizes = [wait for wait, _ in self._waits], [size for _, size in self._waits]
        # Little's law, in calls and in bytes: the second is not fooled by articles that get longer answers.
        now = (self.limit / max(median(seconds), 1e-6), self.limit * sum(sizes) / max(sum(seconds), 1e-6))
        if any(new > _GAIN * best for new, best in zip(now, self._best, strict=True)):
            self._best, self._best_level = now, self._level
        else:
            self._doubling = False
            if self._level < self._best_level and all(
                new >= _AS_GOOD * best for new, best in zip(now, self._best, strict=True)
            ):
                self._best_level = self._level
            self._best = (max(now[0], self._best[0] * _AGEING), max(now[1], self._best[1] * _AGEING))
        if self._level > _SLACK * self._best_level:
            self._level = min(max(2.0, _BACK * self._best_level), self._level)
        else:
            more = self._level if self._doubling else max(1.0, _STEP * self._level)
            self._level = min(float(self.ceiling), self._level + more)
