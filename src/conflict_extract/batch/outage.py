"""When an endpoint answers no article any more: hold what failed, wait, try one article now and then, go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from conflict_extract.errors import TransientModelError
from conflict_extract.models import Article


@dataclass(frozen=True, slots=True)
class Endurance:
    """How long a run waits for an endpoint that has gone.

    Attributes:
        silent: So many articles on end without an answer, each after all its attempts, are no accident.
        silent_at_first: The same as long as nothing was ever answered: then rather the address is wrong.
        together: So many on end are rather a short trouble of the endpoint than each one's own.
        waits: Seconds before each try with one article; the last one again and again.
        longest: Seconds after which the run stops.
    """

    silent: int = 16
    silent_at_first: int = 3
    together: int = 4
    waits: tuple[float, ...] = (15.0, 30.0, 60.0, 120.0, 300.0)
    longest: float = 3_600.0


class Released(NamedTuple):
    """What is no longer held: articles to be tried again, and those that have failed."""

    again: list[Article]
    failed: list[tuple[Article, TransientModelError]]


class Silence:
    """The articles on end that got no answer.

    One article may time out for reasons of its own, and fails. Where all of them do, the endpoint is down, and to go
    on would fail one article after the other all night. Nobody knows which it is before the next answer, so that
    what got none is held until then.

    Args:
        endurance: How long to wait for what.
        most: Articles in progress, at the most: so many can meet the same short trouble.
        clock: Seconds, from any point in time.
    """

    def __init__(self, endurance: Endurance, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._endurance = endurance
        self._most = most
        self._clock = clock
        self._held: list[tuple[Article, TransientModelError]] = []
        self._heard = False
        self._since: float | None = None
        self._next = 0.0
        self._tries = 0
        self._had_another: set[str] = set()

    @property
    def is_outage(self) -> bool:
        """Whether the endpoint is taken to be down."""
        return self._since is not None

    def take(self) -> Article:
        """The article that is tried next, in an outage; it is held no more."""
        return self._held.pop(0)[0]

    def heard(self) -> Released:
        """An answer came: what was held is to be tried again, or has failed."""
        self._heard = True
        return self.release()

    def release(self) -> Released:
        """Hold nothing any more.

        After an outage all is tried again. What was held together with others, as in a short trouble, is tried once
        more; what was alone, or had that chance before, has failed.
        """
        held, self._held = self._held, []
        was_outage, self._since, self._tries = self.is_outage, None, 0
        if was_outage:
            return Released([article for article, _ in held], [])
        together = len(held) >= self._endurance.together
        again = [article for article, _ in held if together and article.id not in self._had_another]
        self._had_another.update(article.id for article in again)
        ids = {article.id for article in again}
        return Released(again, [each for each in held if each[0].id not in ids])

    def add(self, article: Article, error: TransientModelError) -> TransientModelError | None:
        """An article got no answer. Returns the error that stops the run, where it has waited long enough."""
        self._held.append((article, error))
        if not self._heard:
            return self._over(error) if len(self._held) >= self._endurance.silent_at_first else None
        if self._since is None:
            if len(self._held) < max(self._endurance.silent, self._most):
                return None
            self._since = self._clock()
        elif self._clock() - self._since >= self._endurance.longest:
            return self._over(error)
        waits = self._endurance.waits
        if self._clock() >= self._next:
            self._next = self._clock() + waits[min(self._tries, len(waits) - 1)]
            self._tries += 1
        return None

    def room(self) -> int:
        """How many articles may be in progress: in an outage none, and then one."""
        if self._since is None:
            return self._most
        return int(self._clock() >= self._next)

    @property
    def wait(self) -> float | None:
        """Seconds until the next try, None where there is no outage."""
        return max(0.0, self._next - self._clock()) if self._since is not None else None

    def _over(self, last: TransientModelError) -> TransientModelError:
        problem = (
            f"{len(self._held)} articles on end got no answer, the last one because of this: {last.problem}. They are "
            "as they were before: when the endpoint answers again, the same command goes on from here"
        )
        return TransientModelError(problem, model=last.model, attempts=last.attempts, status=last.status)
