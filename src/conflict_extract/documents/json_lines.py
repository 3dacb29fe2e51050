"""Articles from JSON Lines: our own keys held to the letter, other people's by named columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from conflict_extract.documents.byte_lines import ByteLines, opened
from conflict_extract.documents.columns import Columns, article_of
from conflict_extract.documents.decoding import MAX_BYTES, decode, refuse_markup, too_large
from conflict_extract.documents.records import known_of, parse_object, refuse_unknown_keys
from conflict_extract.documents.sourced import Place, Sourced, make_article
from conflict_extract.errors import InputError
from conflict_extract.models import Article

LINE_KEYS = ("id", "text", "title", "published", "url")
_RESULT_KEYS = {"article_id", "claims", "events", "provenance"}
_HEAD_LINES = 100
_HEAD_BYTES = 4_000_000


def read_json_lines(path: Path, columns: Columns) -> Iterator[Sourced]:
    """One article a line, blank lines left out.

    Raises:
        InputError: The file cannot be opened or is empty, or breaks off; what stood before has been given.
    """
    empty = True
    with opened(path) as file:
        lines = ByteLines(file)
        for data in lines:
            if not data.strip():
                continue
            place = Place(path, line=lines.number)
            try:
                record = _record(data, place, lines.offset)
                if record.keys() >= _RESULT_KEYS:
                    if empty:
                        raise InputError(
                            "these are results of conflict-extract, not articles; keep them in another folder",
                            path=path,
                        )
                    raise place.error("this line is a result of conflict-extract, not an article")
                found: Article | InputError = _article(record, columns, place)
            except InputError as error:
                if error.line is None:
                    raise
                found = error
            empty = False
            yield Sourced(found, place)
    if empty:
        raise InputError("the file is empty, or has only white space", path=path)


def _record(data: bytes, place: Place, offset: int) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise place.error(too_large())
    try:
        return parse_object(decode(data, place.path, line=place.line, first_byte=offset))
    except ValueError as error:
        raise place.error(str(error)) from None


def _article(record: dict[str, Any], columns: Columns, place: Place) -> Article:
    if columns.named:
        return article_of(record, columns, place)
    try:
        refuse_unknown_keys(record, LINE_KEYS)
        id, text = _id(record.get("id")), _text(record.get("text"))
        missing = [key for key, value in (("id", id), ("text", text)) if value is None]
        if id is None or text is None:
            raise ValueError(f"there is no {' and no '.join(missing)}")
        known = known_of(record)
    except ValueError as error:
        raise place.error(str(error)) from None
    refuse_markup(text, place)
    return make_article(id, text, known, place)


def _id(value: object) -> str | None:
    """A whole number as its decimal digits, as in tables; None where there is no id, or an empty one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str | None):
        raise ValueError("id is neither a string nor a whole number")
    return value if value and value.strip() else None


def _text(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise ValueError("text is not a string")
    return value if value and value.strip() else None


def json_lines_problem(path: Path, columns: Columns) -> str | None:
    """What is wrong with the file as a whole: a named key that none of its first lines has.

    Raises:
        InputError: It cannot be read.
    """
    if not columns.named:
        return None
    keys: dict[str, None] = {}
    with opened(path) as file:
        lines = ByteLines(file)
        for data in itertools.islice(lines, _HEAD_LINES):
            if data.strip():
                with suppress(InputError):  # said in its place, when it is read
                    keys |= dict.fromkeys(_record(data, Place(path, line=lines.number), lines.offset))
            if lines.offset > _HEAD_BYTES:
                break
    if keys.keys() >= _RESULT_KEYS:
        return None
    return columns.problem(list(keys)) if keys else None
