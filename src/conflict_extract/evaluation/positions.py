"""JSON with the line of each value, so that an error can say where to look."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from conflict_extract.errors import GoldError

Where = tuple[str | int, ...]
"""Where a value stands: keys and positions, from the outermost."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_NO_JSON = frozenset({"NaN", "Infinity", "-Infinity"})


class Lines:
    """The line of each key and value of a JSON text.

    Args:
        text: JSON that has been read already.
        path: Its file, for errors.

    Raises:
        GoldError: A key is there twice in one object, or a number is none (NaN).
    """

    def __init__(self, text: str, path: Path | None = None) -> None:
        self._lines: dict[Where, int] = {}
        here: list[Any] = []  # the key or position in each open container; None where a key is to come
        line, counted = 1, 0
        for found in _TOKEN.finditer(text):
            token = found.group()
            line += text.count("\n", counted, found.start())
            counted = found.start()
            if token == ":":
                continue
            if token == ",":
                here[-1] = here[-1] + 1 if isinstance(here[-1], int) else None
            elif token in "}]":
                here.pop()
            elif here and here[-1] is None:
                here[-1] = json.loads(token)
                if tuple(here) in self._lines:
                    raise GoldError(f"the key {token} is there twice", path=path, line=line)
                self._lines[tuple(here)] = line
            else:
                if token in _NO_JSON:
                    raise GoldError(f"not JSON: {token}", path=path, line=line)
                self._lines.setdefault(tuple(here), line)
                if token in "{[":
                    here.append(None if token == "{" else 0)

    def of(self, where: Where) -> int:
        """The line of a value; where it is missing, of what should hold it."""
        while where not in self._lines and where:
            where = where[:-1]
        return self._lines.get(where, 1)


def read_object(text: str, path: Path | None = None) -> tuple[dict[str, Any], Lines]:
    """A JSON object and the lines of its values.

    Args:
        text: The JSON.
        path: Its file, for errors.

    Raises:
        GoldError: It is not JSON, no object, or has a key twice; with the line.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise GoldError(f"not JSON: {error.msg} (column {error.colno})", path=path, line=error.lineno) from None
    except RecursionError:
        raise GoldError("not JSON that can be read: nested too deeply", path=path) from None
    if not isinstance(value, dict):
        raise GoldError("this is JSON, but not an object {…}", path=path, line=1)
    return value, Lines(text, path)
