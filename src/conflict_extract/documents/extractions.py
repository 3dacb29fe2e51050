"""Extractions read back from the JSON Lines that the command line writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from conflict_extract.documents.decoding import decode
from conflict_extract.errors import InputError
from conflict_extract.models import Extraction


def read_extractions(path: Path) -> Iterator[Extraction | InputError]:
    """Read one extraction a line; each is checked again, its quotes against its article's text.

    Args:
        path: A file as ``conflict-extract extract`` writes it.

    Yields:
        The extractions, and in its place an error (with the line) for each line that is none.

    Raises:
        InputError: The file cannot be opened.
    """
    offset = 0
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                if data.strip():
                    yield _read(data, path, number, offset)
                offset += len(data)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None


def _read(data: bytes, path: Path, number: int, offset: int) -> Extraction | InputError:
    try:
        return Extraction.model_validate_json(decode(data, path, line=number, first_byte=offset))
    except InputError as error:
        return error
    except ValidationError as error:
        first, *more = error.errors(include_url=False, include_context=False, include_input=False)
        where = ".".join(str(part) for part in first["loc"])
        problem = f"this is no extraction: {where + ': ' if where else ''}{first['msg']}"
        if more:
            problem += f" (and {len(more)} more)"
        return InputError(problem, path=path, line=number)
