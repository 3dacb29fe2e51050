"""What is known about an article apart from its text: read strictly, nothing guessed, nothing ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What a person has written down about an article.

    Attributes:
        title: Its headline.
        published: Its day of publication.
        url: Where it was found.
        sha256: SHA-256 of its file's bytes, 64 hex digits.
    """

    title: str | None = None
    published: date | None = None
    url: str | None = None
    sha256: str | None = None


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object, in which no key may stand twice.

    Raises:
        ValueError: It is not JSON, no object, or has a key twice; the message says where.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise ValueError("not JSON that can be read: nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("this is JSON, but not an object {…}")
    return value


def known_of(record: dict[str, Any]) -> Known:
    """Read the fields that are there; keys that ``Known`` does not have are left alone.

    Raises:
        ValueError: One of them has a value that it cannot have.
    """
    digest = string_of(record, "sha256")
    if digest is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        raise ValueError("sha256 is not 64 hex digits")
    return Known(
        title=string_of(record, "title"),
        published=_day_of(record),
        url=string_of(record, "url"),
        sha256=digest.lower() if digest else None,
    )


def string_of(record: dict[str, Any], key: str) -> str | None:
    """A string or None (null, or no such key).

    Raises:
        ValueError: It is something else, or has nothing but white space.
    """
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{key} is not a string")
    if not value.strip():
        raise ValueError(f"{key} is empty; use null where it is not known")
    return value


def refuse_unknown_keys(record: dict[str, Any], allowed: Collection[str]) -> None:
    """Refuse a key that nobody reads: a slip of the pen ("publised") would silently lose what it says.

    Raises:
        ValueError: There is one.
    """
    unknown = [key for key in record if key not in allowed]
    if unknown:
        names = ", ".join(repr(key) for key in unknown)
        raise ValueError(f"unknown key {names}; the keys are {', '.join(allowed)}")


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD and in no other way: 01/02/2019 is two days, depending on who reads it.

    Raises:
        ValueError: It is none.
    """
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is not a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None


def parse_published(text: str) -> date | None:
    """The day of publication as YYYY-MM-DD, or of an ISO 8601 timestamp the day that is written in it.

    A timestamp's day stays as it is written, in the timestamp's own time zone: nothing is converted. Where there is
    nothing but white space, the day is unknown.

    Raises:
        ValueError: It is neither.
    """
    written = text.strip()
    if not written:
        return None
    timestamp = _TIMESTAMP.fullmatch(written)
    if timestamp is None and not _DAY.fullmatch(written):
        raise ValueError(f"{_shortened(written)!r} is not a date as YYYY-MM-DD nor an ISO 8601 timestamp")
    day = parse_day(timestamp[1] if timestamp else written)
    try:
        datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{_shortened(written)!r} begins with a day, but is no ISO 8601 timestamp") from None
    return day


def _day_of(record: dict[str, Any]) -> date | None:
    written = record.get("published")
    if written is None:
        return None
    if not isinstance(written, str):
        raise ValueError("published is not a string")
    try:
        return parse_published(written)
    except ValueError as error:
        raise ValueError(f"published: {error}") from None


def _shortened(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"not JSON: {name}")
