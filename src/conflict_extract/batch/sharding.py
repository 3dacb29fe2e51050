"""One part of the articles out of n, told by each article's id alone: no coordination, on any number of machines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from conflict_extract.documents import Sourced
from conflict_extract.errors import ConfigError
from conflict_extract.models import Article

if TYPE_CHECKING:
    from conflict_extract.batch.gate import Limits

_WRITTEN = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """The i-th of n parts of any set of articles.

    An article is in the part that SHA-256 of its id says, wherever it stands in the input: articles that are added
    move no other one, and each is in exactly one part.

    Attributes:
        number: Which part, from 1.
        count: How many parts there are.

    Raises:
        ConfigError: There is no such part.
    """

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise ConfigError(f"{self.number}/{self.count}: there is no such shard; the first of three is 1/3")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "i/n".

        Raises:
            ConfigError: It is none.
        """
        written = _WRITTEN.fullmatch(text)
        if not written:
            raise ConfigError(f"{text!r} is no shard as i/n; the first of three is 1/3")
        return cls(int(written[1]), int(written[2]))

    def has(self, name: str) -> bool:
        """Whether the article of this id is in this part."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1

    def select(self, stream: Iterable[Sourced]) -> Iterator[Sourced]:
        """Leave out what other parts have.

        What could not be read and has no id is in the part that its place says (the file's name, line and row), so
        that one part reports it, and only one.
        """
        return (sourced for sourced in stream if self.has(_name_of(sourced)))

    def share_of(self, limits: Limits) -> Limits:
        """This part's share of what all parts together may do: of rates and budget, not of the calls in flight.

        Raises:
            ConfigError: There are fewer requests or tokens a minute than parts.
        """
        for what in (limits.requests_per_minute, limits.tokens_per_minute):
            if what is not None and what < self.count:
                raise ConfigError(f"{what} per minute cannot be divided among {self.count} shards: take fewer shards")
        budget = limits.budget
        return replace(
            limits,
            requests_per_minute=limits.requests_per_minute and limits.requests_per_minute // self.count,
            tokens_per_minute=limits.tokens_per_minute and limits.tokens_per_minute // self.count,
            budget=budget and replace(budget, limit=budget.limit / self.count),
        )


def _name_of(sourced: Sourced) -> str:
    if isinstance(sourced.found, Article):
        return sourced.found.id
    place = sourced.place
    return sourced.found.article or f"{place.path.name}\n{place.line}\n{place.row}"
