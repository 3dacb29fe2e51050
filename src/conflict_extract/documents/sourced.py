"""Where an article stood, and what was found there: the article, or what is wrong with it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from conflict_extract.documents.records import Known
from conflict_extract.errors import InputError
from conflict_extract.models import Article


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the input.

    Attributes:
        path: The file.
        line: One-based line in it, for JSON Lines and CSV (where a row begins).
        row: One-based row of a Parquet file.
    """

    path: Path
    line: int | None = None
    row: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.path}, line {self.line}"
        return f"{self.path}, row {self.row}" if self.row is not None else str(self.path)

    def error(self, problem: str, *, article: str | None = None, byte: int | None = None) -> InputError:
        """An error that names this place."""
        return InputError(problem, path=self.path, article=article, line=self.line, row=self.row, byte=byte)


@dataclass(frozen=True, slots=True)
class Sourced:
    """What stood in one place.

    Attributes:
        found: The article, or what is wrong with what stands there.
        place: Where it stood.
    """

    found: Article | InputError
    place: Place


def make_article(id: str, text: str, known: Known, place: Place) -> Article:
    """An article of what was read.

    Raises:
        InputError: The id cannot be printed, or the text is empty or no text.
    """
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in id):
        raise place.error(f"the id {id!r} has control characters or is not UTF-8")
    try:
        return Article(id=id, text=text, title=known.title, published=known.published, url=known.url)
    except ValidationError as error:
        faults = "; ".join(str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors())
        raise place.error(faults, article=id) from None
