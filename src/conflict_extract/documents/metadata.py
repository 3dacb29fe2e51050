"""The file ``metadata.json`` beside articles: what is known about each, and what its bytes hash to."""

from __future__ import annotations

from pathlib import Path

from conflict_extract.documents.decoding import decode, read_bytes
from conflict_extract.documents.kinds import holds_many
from conflict_extract.documents.records import Known, known_of, parse_object, refuse_unknown_keys, string_of
from conflict_extract.errors import InputError

METADATA = "metadata.json"
KEYS = ("title", "published", "url", "sha256", "note")


def read_metadata(folder: Path) -> dict[str, Known]:
    """Read ``metadata.json`` of a folder: ``{"FILE": {"title", "published", "url", "sha256", "note"}}``.

    All keys may be left out or null; ``note`` is for people and read by nobody else.

    Args:
        folder: The folder of the articles.

    Returns:
        What is known, by file name; empty where the folder has no such file.

    Raises:
        InputError: It is not such a file, or names a file that the folder does not have.
    """
    path = folder / METADATA
    try:
        if not path.exists():
            return {}
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None
    try:
        entries = parse_object(decode(read_bytes(path), path))
    except ValueError as error:
        raise InputError(str(error), path=path) from None
    return {name: _entry(name, entry, path) for name, entry in entries.items()}


def _entry(name: str, entry: object, path: Path) -> Known:
    try:
        if not isinstance(entry, dict):
            raise ValueError("this is not an object {…}")
        refuse_unknown_keys(entry, KEYS)
        string_of(entry, "note")
        known = known_of(entry)
        if "/" in name or "\\" in name or not (path.parent / name).is_file():
            raise ValueError("there is no such file in the folder")
        if holds_many(Path(name)) and (known.title or known.published or known.url):
            raise ValueError("title, published and url of its articles belong into the lines of the file")
    except ValueError as error:
        raise InputError(f"{name}: {error}", path=path) from None
    return known


def verify(found: str, known: Known, path: Path) -> None:
    """Hold a file to the hash that its metadata gives.

    Args:
        found: SHA-256 of the file's bytes, as hex digits.
        known: Its metadata; without a hash, anything goes.
        path: The file, for the error.

    Raises:
        InputError: It has another hash: the file has changed.
    """
    if known.sha256 is not None and known.sha256 != found:
        raise InputError(
            f"the file is not the one that {METADATA} describes: its SHA-256 is {found}, not {known.sha256}", path=path
        )
