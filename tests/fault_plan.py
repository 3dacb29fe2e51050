"""Which report meets which faults of an endpoint, in which order: decided by a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.written_reports import is_reasked

RECOVERABLE = (
    "429_retry_after",
    "503_retry_after",
    "429_reset",
    "500",
    "502",
    "503",
    "529",
    "reset",
    "timeout",
    "drip",
    "cut",
    "html",
    "error_200",
    "empty_choices",
    "not_utf8",
    "repeated_key",
    "repeated_key_in_reply",
    "other_model",
    "fence",
    "length",
)
"""Faults after which the same article can still be had."""

LASTING = ("refusal", "content_filter", "too_long", "bad_request")
"""Faults that an article meets at every call: it fails, and no other article does."""

STOPPING = ("quota", "wrong_key", "unknown_model")
"""Faults that every further call would meet too: the run stops."""

_ONCE = {"repeated_key_in_reply", "length"}
"""Faults that a good client asks about once and not twice: a second one of these would change the result."""


@dataclass(frozen=True)
class Plan:
    """A seeded plan.

    Attributes:
        articles: Reports are numbered from 0 up to this.
        seed: Decides everything.
        share: Of the articles, how many meet one to three recoverable faults.
        lasting: Of the articles, how many meet a lasting fault.
    """

    articles: int
    seed: int = 1
    share: float = 0.3
    lasting: float = 0.02

    def faults(self) -> dict[int, tuple[str, ...]]:
        """For each article that meets any: its faults in order; a lasting one stands alone, and for ever.

        Each kind is met by about as many articles as any other, and by at least one where there are enough of them.
        """
        dice = random.Random(f"{self.seed} {self.articles}")
        order = list(range(self.articles))
        dice.shuffle(order)
        failing = order[: round(self.lasting * self.articles)]
        planned = {number: (LASTING[place % len(LASTING)],) for place, number in enumerate(failing)}
        hit = order[len(failing) : len(failing) + round(self.share * self.articles)]
        for place, number in enumerate(hit):
            more = dice.choices((0, 1, 2), weights=(70, 20, 10))[0]
            kinds = [RECOVERABLE[place % len(RECOVERABLE)], *dice.choices(RECOVERABLE, k=more)]
            planned[number] = tuple(_met(number, kinds))
        return planned


def _met(number: int, kinds: list[str]) -> list[str]:
    """The kinds that a report can meet and still come to the same result."""
    met: list[str] = []
    for kind in kinds:
        # The one repair round of a report with a faulty first reply is spoken for.
        spent = kind == "repeated_key_in_reply" and is_reasked(number)
        # The first answer of a run says which model it is: nobody could know that it is the wrong one.
        unknowable = kind == "other_model" and number == 0
        met.append("500" if spent or unknowable or (kind in _ONCE and kind in met) else kind)
    return met
