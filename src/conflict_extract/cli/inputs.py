"""The options that say where articles are read from, the same for each command that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from conflict_extract.documents import Columns, Sourced
    from conflict_extract.errors import InputError
    from conflict_extract.models import Article

PATHS_HELP = "Articles (.txt, .html, .jsonl, .csv, .tsv, .parquet) and folders of them; .jsonl.gz and .csv.gz too."

TextColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column or JSON key that holds the text (else: text)."),
]
IdColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column or JSON key that holds the id (else: id)."),
]
DateColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column or JSON key with the day of publication (else: published, if there)."),
]
Published = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM-DD", help="Day of publication of the articles that come without one."),
]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a command was told about its articles: paths, columns, and a day for those without one."""

    paths: Sequence[Path]
    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    published: str | None = None

    @property
    def columns(self) -> Columns:
        """The columns as the reader takes them."""
        from conflict_extract.documents import Columns

        return Columns(text=self.text_column, id=self.id_column, date=self.date_column)

    def articles(self) -> Iterator[Article | InputError]:
        """All articles, ids unique, folders in the order of names (``documents.read_articles``).

        Raises:
            ConfigError: The input cannot work at all; nothing has been read.
        """
        from conflict_extract.documents import read_articles
        from conflict_extract.errors import ConfigError, InputError

        day = self._day()
        try:
            found = read_articles(self.paths, self.columns)
        except InputError as error:  # a folder or its metadata
            raise ConfigError(str(error)) from None
        return (_dated(each, day) for each in found)

    def stream(self) -> Iterator[Sourced]:
        """All articles with their places, at constant memory (``documents.stream_articles``).

        Raises:
            ConfigError: The input cannot work at all; nothing has been read.
        """
        from conflict_extract.documents import stream_articles
        from conflict_extract.errors import ConfigError, InputError

        day = self._day()
        try:
            found = stream_articles(self.paths, self.columns)
        except InputError as error:
            raise ConfigError(str(error)) from None
        return (replace(each, found=_dated(each.found, day)) for each in found)

    def count(self) -> int:
        """About how many articles there are, at the price of looking at the files once (``count_articles``)."""
        from conflict_extract.documents.counting import count_articles

        return count_articles(self.paths)

    def _day(self) -> date | None:
        from conflict_extract.documents.records import parse_day
        from conflict_extract.errors import ConfigError

        try:
            return parse_day(self.published) if self.published is not None else None
        except ValueError as error:
            raise ConfigError(f"--published {error}") from None


def _dated(found: Article | InputError, day: date | None) -> Article | InputError:
    from conflict_extract.errors import InputError

    if day is None or isinstance(found, InputError) or found.published:
        return found
    return found.model_copy(update={"published": day})
