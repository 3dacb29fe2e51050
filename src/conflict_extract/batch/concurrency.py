"""How many HTTP calls may be in flight: starts low, grows as long as it pays, gives way to errors, recovers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from conflict_extract.errors import ConfigError

START = 4
"""Calls in flight after the first one, which goes out alone."""

_CUT = 0.9
"""What is left of the concurrency after a cut."""

_STEP = 0.05
"""By how much it grows, window by window, after the first cut."""

_LEAST_WINDOW = 8  # calls
_SURE = 32  # answers of a window that decides for long
_SHARE = 0.1  # of a window's calls that have to be turned away before a cut
_GAIN = 1.05  # times the best throughput so far: more than chance
_AS_GOOD = 0.97  # times the best throughput so far: the same
_TRUE = 0.8  # times what few answers said of the same concurrency: they were right, by and large
_SLACK = 1.5  # how far it goes past the concurrency that had the best throughput before it goes back
_BACK = 0.8  # where it goes back to, so that a lower one has its chance to be as good
_AGEING = 0.98  # of the best throughput, window by window: endpoints and articles change


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one call in flight, and its number among all calls."""

    number: int


class Concurrency:
    """The number of calls that may be in flight, between 1 and a ceiling.

    The first call goes alone: until one is answered nobody knows whether key, model and quota are good. Then it begins
    with ``START`` and doubles with each window of calls, as soon as half of them are back, until a window brings no
    more throughput or is cut. Few answers can deceive: at the first such window it goes back a step, and doubles from
    there only by what many answers say, until a second one.

    A cut takes a tenth. It needs at least two calls and a tenth of a window that were turned away (rate limit,
    overload, timeout), and the next one a whole window of calls that went out after it: a burst of errors takes a tenth
    or two and no more, and a single error nothing. After a cut it grows by a twentieth with each good window.

    Where answers show that more calls at once bring no more (the endpoint puts them in a queue), it goes back to where
    the throughput was best.

    Source: additive increase, multiplicative decrease (Chiu and Jain 1989), at most one cut a round (as TCP has it,
    RFC 6582); window and threshold against a collapse by one burst.

    Attributes:
        ceiling: Never more than this.
        in_flight: Calls in flight now.
    """

    def __init__(self, ceiling: int) -> None:
        if ceiling < 1:
            raise ConfigError("concurrency must be 1 or more")
        self.ceiling = ceiling
        self.in_flight = 0
        self._level = 1.0
        self._alone = True
        self._doubling = True
        self._doubted = False
        self._best = (0.0, 0.0)
        self._best_level = 1.0
        self._taken = 0
        self._was_full = False
        self._measured_from: int | None = None
        self._waits: list[tuple[float, int]] = []
        self._begin_window()

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
        self._taken += 1
        self._was_full = self._was_full or self.in_flight >= self.limit
        return Slot(self._taken)

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
        if slot.number <= self._begun_at:
            return
        if self._measured_from is None:
            self._measured_from = self._begun_at if self._is_quick else self._taken
        if slot.number > self._measured_from:
            self._waits.append((seconds, size))
        self._count_return()

    def declined(self, _: Slot) -> None:
        """A call came back with an error that is about this one request: the endpoint works."""
        self.in_flight -= 1
        if self._alone:
            self._alone = False
            self._level = float(min(START, self.ceiling))
            self._begin_window()

    def turned_away(self, slot: Slot) -> None:
        """A call came back because there was too much: rate limit, overload, no answer in time."""
        self.in_flight -= 1
        if not self._alone and slot.number > self._begun_at:
            self._refused += 1
            self._count_return()

    def failed(self, _: Slot) -> None:
        """A call came back with an error that says nothing about how much is too much."""
        self.in_flight -= 1

    def _begin_window(self) -> None:
        """From now on count what goes out from now on.

        How long answers take at a new level is seen once the first call at that level is back: only then do calls wait
        behind as many others as there may be. What goes out from then on is measured; at first, what went out before as
        well: one level too far is soon seen.
        """
        self._begun_at = self._taken
        self._measured_from = None
        self._returned = self._refused = 0
        self._waits = []
        self._was_full = self.in_flight >= self.limit

    def _count_return(self) -> None:
        self._returned += 1
        if self._returned < (max(START, self.limit // 2) if self._is_quick else max(_LEAST_WINDOW, self.limit)):
            return
        if self._refused >= max(2, _SHARE * self._returned):
            self._level = max(1.0, self._level * _CUT)
            self._doubling = False
            self._best = (self._best[0] * _CUT, self._best[1] * _CUT)
        elif len(self._waits) < self._enough and not (self._is_quick and self._was_full and self._gains()):
            return
        elif self._was_full:  # else nobody knows whether more would have been too much
            self._adapt()
        self._begin_window()

    @property
    def _is_quick(self) -> bool:
        """Whether half a window that looks good is believed."""
        return self._doubling and not self._doubted

    @property
    def _enough(self) -> int:
        """Answers by which a window is judged."""
        if self._is_quick:
            return max(_LEAST_WINDOW, self.limit)
        return _SURE if self._doubling else 2 * _LEAST_WINDOW

    def _throughput(self) -> tuple[float, float]:
        """By Little's law, in calls and in bytes: articles that get shorter answers show in one of the two only."""
        seconds, sizes = [wait for wait, _ in self._waits], [size for _, size in self._waits]
        return self.limit / max(fmean(seconds), 1e-6), self.limit * sum(sizes) / max(sum(seconds), 1e-6)

    def _gains(self) -> bool:
        """Whether the window shows more throughput than there ever was."""
        return bool(self._waits) and _all_at_least(self._throughput(), self._best, _GAIN)

    def _adapt(self) -> None:
        now = self._throughput()
        if self._gains():
            self._best, self._best_level = now, self._level
        elif self._is_quick and self._level == self._best_level and _all_at_least(now, self._best, _TRUE):
            self._doubling, self._best = False, now  # at the ceiling, and the first look at it did not deceive
        elif self._is_quick:
            self._doubted, self._best = True, (0.0, 0.0)
            self._level = self._best_level = max(self._level / 2, 1.0)
            return
        else:
            self._doubling = False
            if self._level < self._best_level and _all_at_least(now, self._best, _AS_GOOD):
                self._best_level = self._level
            if self._level > self._best_level:  # it grew by steps too small to be told from chance
                grown = min(new / max(best, 1e-9) for new, best in zip(now, self._best, strict=True))
                self._best_level = min(self._level, self._best_level * max(1.0, grown))
            self._best = (max(now[0], self._best[0] * _AGEING), max(now[1], self._best[1] * _AGEING))
        if self._level > _SLACK * self._best_level:
            self._level = min(max(2.0, _BACK * self._best_level), self._level)
        else:
            more = self._level if self._doubling else max(1.0, _STEP * self._level)
            self._level = min(float(self.ceiling), self._level + more)


def _all_at_least(new: tuple[float, float], best: tuple[float, float], times: float) -> bool:
    return all(each >= times * before for each, before in zip(new, best, strict=True))
