"""One part of the articles out of n, told by each article's id alone: no coordination, on any number of machines."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Self

from conflict_extract.documents import Sourced
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article

if TYPE_CHECKING:
    from conflict_extract.batch.gate import Limits

_WRITTEN = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)


class Shard(NamedTuple):
    """The i-th of n parts of any set of articles.

    An article is in the part that SHA-256 of its id says, wherever it stands in the input: articles that are added
    move no other one, and each is in exactly one part.

    Attributes:
        number: Which part, from 1.
        of: How many parts there are.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "i/n".

        Raises:
            ConfigError: It is none.
        """
        written = _WRITTEN.fullmatch(text)
        if not written or not 1 <= int(written[1]) <= int(written[2]):
            raise ConfigError(f"{text!r} is no shard as i/n; the first of three is 1/3")
        return cls(int(written[1]), int(written[2]))

    def has(self, name: str) -> bool:
        """Whether the article of this id is in this part."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.number - 1

    def takes(self, item: Article | InputError | Sourced) -> bool:
        """Whether something that came up in the input is in this part.

        What could not be read and has no id is in the part that its place says (the file's name, line and row), so
        that one part reports it, and only one.
        """
        found = item.found if isinstance(item, Sourced) else item
        if isinstance(found, Article):
            return self.has(found.id)
        name = found.path.name if found.path is not None else None
        return self.has(found.article or f"{name}\n{found.line}\n{found.row}")

    def share_of(self, limits: Limits) -> Limits:
        """This part's share of what all parts together may do: of rates and budget, not of the calls in flight.

        Raises:
            ConfigError: There are fewer requests or tokens a minute than parts.
        """
        for what in (limits.requests_per_minute, limits.tokens_per_minute):
            if what is not None and what < self.of:
                raise ConfigError(f"{what} per minute cannot be divided among {self.of} shards: take fewer shards")
        budget = limits.budget
        return replace(
            limits,
            requests_per_minute=limits.requests_per_minute and limits.requests_per_minute // self.of,
            tokens_per_minute=limits.tokens_per_minute and limits.tokens_per_minute // self.of,
            budget=budget and replace(budget, limit=budget.limit / self.of),
        )
