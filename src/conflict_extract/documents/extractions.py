"""Extractions read back from the JSON Lines that the command line writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from conflict_extract.documents.decoding import decode
from conflict_extract.documents.records import Known, known_of, parse_object
from conflict_extract.errors import InputError
from conflict_extract.models import SCHEMA_VERSION, Extraction


@dataclass(frozen=True, slots=True)
class Stored:
    """One line of a results file.

    Attributes:
        extraction: What stands in it; without the article where its text has changed since.
        text: Whether the article's text is here, was left out (``--no-text``), or has changed: its SHA-256 is not the
            one that the extraction was made from, so that offsets into it mean nothing.
        known: What the line says of the article apart from its text.
        path: The file.
        line: One-based line.
    """

    extraction: Extraction
    text: Literal["here", "left_out", "changed"]
    known: Known
    path: Path
    line: int

    @property
    def problem(self) -> InputError | None:
        """What is wrong with the text, or None."""
        if self.text != "changed":
            return None
        return InputError(
            f"the text of the article {self.extraction.article_id} is not the one that the extraction was made from "
            "(SHA-256)",
            path=self.path,
            article=self.extraction.article_id,
            line=self.line,
        )


def read_extractions(path: Path) -> Iterator[Extraction | InputError]:
    """Read one extraction a line; each is checked again, its quotes against its article's text.

    Args:
        path: A file as ``conflict-extract extract`` writes it.

    Yields:
        The extractions, and in its place an error (with the line) for each line that is none, or whose article's text
        has changed.

    Raises:
        InputError: The file cannot be opened.
    """
    for found in read_stored(path):
        yield found if isinstance(found, InputError) else found.problem or found.extraction


def read_stored(path: Path) -> Iterator[Stored | InputError]:
    """The same, with what a page for people can still use: an extraction whose article's text has changed.

    Yields:
        What stands in each line, or an error in its place.

    Raises:
        InputError: The file cannot be opened.
    """
    offset = 0
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                if data.strip():
                    yield parse_stored(data, path, number, first_byte=offset)
                offset += len(data)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None


def parse_stored(data: bytes, path: Path, number: int, *, first_byte: int = 0) -> Stored | InputError:
    """What one line holds, or an error in its place.

    Args:
        data: The line.
        path: Where it stands, for errors.
        number: Its one-based number there.
        first_byte: Where in the file it starts.
    """
    try:
        line = decode(data, path, line=number, first_byte=first_byte)
        try:
            extraction = Extraction.model_validate_json(line)
        except ValidationError as error:
            return _second_look(line, error, path, number)
    except InputError as error:
        return error
    if problem := _version_problem(extraction.provenance.schema_version):
        return InputError(problem, path=path, line=number)
    article = extraction.article
    known = Known(article.title, article.published, article.url) if article is not None else Known()
    return Stored(extraction, "here" if article is not None else "left_out", known, path, number)


def _second_look(line: str, error: ValidationError, path: Path, number: int) -> Stored | InputError:
    """What a line that does not validate is: of another schema version, with another text, or broken."""
    try:
        record = parse_object(line)
        provenance = record.get("provenance")
        version = provenance.get("schema_version") if isinstance(provenance, dict) else None
        if version is not None and (problem := _version_problem(version)):
            return InputError(problem, path=path, line=number)
        if _text_has_changed(record):
            extraction = Extraction.model_validate_json(_without_article(record))
            return Stored(extraction, "changed", known_of(record["article"]), path, number)
    except ValidationError as other:
        error = other
    except ValueError:
        pass
    return InputError(_said(error), path=path, line=number)


def _version_problem(version: Any) -> str | None:
    """What to say of a schema version that is not ours; there is none yet that could be migrated from."""
    if version == SCHEMA_VERSION:
        return None
    reads = f"this conflict-extract reads {SCHEMA_VERSION}"
    try:
        newer = [int(part) for part in str(version).split(".")] > [int(part) for part in SCHEMA_VERSION.split(".")]
    except ValueError:
        return f"it is of schema version {version!r}, which is unknown; {reads}"
    if newer:
        return f"it is of schema version {version}, which is newer; {reads}: update it"
    return f"it is of schema version {version}, which is older; {reads}: extract the article again"


def _text_has_changed(record: dict[str, Any]) -> bool:
    article, provenance = record.get("article"), record.get("provenance")
    if not isinstance(article, dict) or not isinstance(provenance, dict) or not isinstance(article.get("text"), str):
        return False
    text: str = article["text"]
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return bool(provenance.get("article_sha256") != digest)


def _without_article(record: dict[str, Any]) -> str:
    return json.dumps({**record, "article": None})


def _said(error: ValidationError) -> str:
    first, *more = error.errors(include_url=False, include_context=False, include_input=False)
    where = ".".join(str(part) for part in first["loc"])
    problem = f"this is no extraction: {where + ': ' if where else ''}{first['msg']}"
    return problem + (f" (and {len(more)} more)" if more else "")
