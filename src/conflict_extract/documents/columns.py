"""Which columns or keys hold an article in other people's tables, and how their cells are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conflict_extract.documents.decoding import MAX_BYTES, refuse_markup, too_large
from conflict_extract.documents.records import Known, parse_published
from conflict_extract.documents.sourced import Place, make_article
from conflict_extract.models import Article

_SHOWN = 20
"""Names of columns that a message lists at most."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns (CSV, Parquet) or keys (JSON Lines) that hold an article.

    ``title`` and ``url`` are taken from columns of these names, where there are such. Other columns are left alone.

    Attributes:
        text: The text; None means "text".
        id: The id, a string or a whole number; None means "id".
        date: The day of publication: YYYY-MM-DD, or a timestamp that begins so, whose day is taken as it is written
            (in its own time zone). None means "published", where there is such a column.
    """

    text: str | None = None
    id: str | None = None
    date: str | None = None

    @property
    def named(self) -> bool:
        """Whether any name was given; then JSON Lines are read as somebody else's, unknown keys and all."""
        return any(name is not None for name in (self.text, self.id, self.date))

    @property
    def text_name(self) -> str:
        """The column of the text."""
        return self.text or "text"

    @property
    def id_name(self) -> str:
        """The column of the id."""
        return self.id or "id"

    @property
    def date_name(self) -> str:
        """The column of the day of publication."""
        return self.date or "published"

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return (self.id_name, self.text_name, *([self.date] if self.date is not None else []))

    @property
    def wanted(self) -> frozenset[str]:
        """All columns that are read where they are there."""
        return frozenset({self.id_name, self.text_name, self.date_name, "title", "url"})

    def problem(self, there: Sequence[str]) -> str | None:
        """What is wrong with a table of these columns: one that is needed is not there, or stands twice."""
        missing = [name for name in self.required if name not in there]
        if missing:
            shown = [repr(_shortened(name)) for name in there[:_SHOWN]]
            more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
            return (
                f"there is no column {' and no column '.join(map(repr, missing))}; the columns are "
                f"{', '.join(shown) or 'none'}{more}. "
                "Say which ones hold text, id and date with --text-column, --id-column and --date-column; "
                "a table without articles does not belong among the inputs"
            )
        twice = sorted(name for name in self.wanted if there.count(name) > 1)
        return f"there are several columns {twice[0]!r}" if twice else None


def article_of(cells: Mapping[str, object], columns: Columns, place: Place) -> Article:
    """The article of one row.

    Args:
        cells: The row's cells by column; other columns than the wanted ones may be there, optional ones may not.
        columns: Which are which.
        place: Where the row stands.

    Raises:
        InputError: A cell is missing or has a value that it cannot have.
    """
    try:
        id = _id(cells.get(columns.id_name), columns.id_name)
        text = _text(cells.get(columns.text_name), columns.text_name)
        if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
            raise ValueError(too_large())
        day = _day(cells.get(columns.date_name), columns.date_name)
    except ValueError as error:
        raise place.error(str(error)) from None
    refuse_markup(text, place)
    known = Known(title=_words(cells.get("title")), published=day, url=_words(cells.get("url")))
    return make_article(id, text, known, place)


def _id(value: object, name: str) -> str:
    if value is None or value == "":
        raise ValueError(f"there is no id: {name!r} is empty or missing here")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"the id in {name!r} is neither a string nor a whole number")
    if not value.strip():
        raise ValueError(f"there is no id: {name!r} has only white space")
    return value


def _text(value: object, name: str) -> str:
    if value is None or value == "":
        raise ValueError(f"there is no text: {name!r} is empty or missing here")
    if not isinstance(value, str):
        raise ValueError(f"the text in {name!r} is not a string")
    return value


def _day(value: object, name: str) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{name}: this is not a date as YYYY-MM-DD")
    try:
        return parse_published(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _words(value: object) -> str | None:
    """A title or an address where there is one; other people's columns of these names may hold anything."""
    return value if isinstance(value, str) and value.strip() else None


def _shortened(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
