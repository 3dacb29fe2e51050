"""Article files of all kinds to articles, each bad one as an error in its place."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from conflict_extract.documents.decoding import MAX_BYTES, decode, read_bytes, refuse_markup, too_large
from conflict_extract.documents.metadata import METADATA, read_metadata, verify
from conflict_extract.documents.page import main_text
from conflict_extract.documents.records import Known, known_of, parse_object, refuse_unknown_keys, string_of
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article

SUFFIXES = (".txt", ".html", ".htm", ".jsonl")
LINE_KEYS = ("id", "text", "title", "published", "url")

_Found = tuple[Article | InputError, Path, int | None]
"""What stood in one place, and the place: file, and line of a .jsonl."""


def read_articles(paths: Sequence[Path]) -> Iterator[Article | InputError]:
    """Read articles from files and folders, in the order given; the files of a folder in the order of their names.

    - ``.txt``: the file is the text (UTF-8, kept as it is but for a byte order mark); its name without .txt is the id.
    - ``.html``, ``.htm``: the main text of the page (needs the extra ``html``); id as above.
    - ``.jsonl``: an article a line: ``{"id", "text"}`` and, where known, ``"title"``, ``"published"``
      (YYYY-MM-DD) and ``"url"``.
    - A folder: all such files in it, without those in its subfolders and those with a leading dot.
      ``metadata.json`` beside a file says what else is known about it (see ``read_metadata``).

    What cannot work at all is raised before anything is read; what is wrong with one article comes in its
    place, so that it never loses the rest.

    Args:
        paths: Files and folders.

    Returns:
        The articles, ids unique, and an error for each that cannot be read.

    Raises:
        ConfigError: A path is not there or of no known kind, or a folder has no articles.
        InputError: A folder or its ``metadata.json`` cannot be read.
    """
    files = [file for path in paths for file in _files_of(Path(path))]
    known = {folder: read_metadata(folder) for folder in dict.fromkeys(file.parent for file in files)}
    return _unique(found for file in files for found in _read(file, known[file.parent].get(file.name, Known())))


def _kind(path: Path) -> str:
    return path.suffix.lower()


def _files_of(path: Path) -> list[Path]:
    try:
        is_folder = path.is_dir()
        path.stat()
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if is_folder:
        return _files_in(path)
    if _kind(path) not in SUFFIXES:
        hint = "; give its folder, and it is applied" if path.name == METADATA else ""
        raise ConfigError(f"{path}: articles are read from {', '.join(SUFFIXES)} and folders of them{hint}")
    return [path]


def _files_in(folder: Path) -> list[Path]:
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        raise InputError(f"the folder cannot be read: {error.strerror}", path=folder) from None
    files = [folder / name for name in names if not name.startswith(".") and _kind(folder / name) in SUFFIXES]
    if not files:
        raise ConfigError(
            f"{folder}: there are no articles in this folder ({', '.join(SUFFIXES)}; subfolders are not looked into)"
        )
    return files


def _read(path: Path, known: Known) -> Iterator[_Found]:
    try:
        if _kind(path) == ".jsonl":
            yield from _read_lines(path, known)
        else:
            yield _read_file(path, known), path, None
    except InputError as error:
        yield error, path, None


def _read_file(path: Path, known: Known) -> Article:
    data = read_bytes(path)
    verify(hashlib.sha256(data).hexdigest(), known, path)
    if _kind(path) == ".txt":
        text = decode(data, path)
        refuse_markup(text, path)
    else:
        text = main_text(data, path)
    return _article(path.stem, text, known, path)


def _read_lines(path: Path, known: Known) -> Iterator[_Found]:
    empty = True
    try:
        with path.open("rb") as file:
            if known.sha256 is not None:
                verify(hashlib.file_digest(file, "sha256").hexdigest(), known, path)
                file.seek(0)
            for number, offset, data in _lines(file):
                if data.strip():
                    empty = False
                    yield _read_line(data, path, number, offset), path, number
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None
    if empty:
        raise InputError("the file is empty, or has only white space", path=path)


def _lines(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """One-based number, offset and bytes of each line; of one that is too long, the first ``MAX_BYTES + 1`` bytes."""
    number = offset = 0
    while data := file.readline(MAX_BYTES + 1):
        number += 1
        yield number, offset, data
        offset += len(data)
        while len(data) > MAX_BYTES and not data.endswith(b"\n"):
            data = file.readline(MAX_BYTES + 1)
            offset += len(data)


def _read_line(data: bytes, path: Path, number: int, offset: int) -> Article | InputError:
    try:
        if len(data) > MAX_BYTES:
            raise InputError(too_large(), path=path, line=number)
        record = parse_object(decode(data, path, line=number, first_byte=offset))
        refuse_unknown_keys(record, LINE_KEYS)
        id, text = string_of(record, "id"), string_of(record, "text")
        missing = [key for key, value in (("id", id), ("text", text)) if value is None]
        if id is None or text is None:
            raise ValueError(f"there is no {' and no '.join(missing)}")
        refuse_markup(text, path, line=number)
        return _article(id, text, known_of(record), path, line=number)
    except InputError as error:
        return error
    except ValueError as error:
        return InputError(str(error), path=path, line=number)


def _article(id: str, text: str, known: Known, path: Path, *, line: int | None = None) -> Article:
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in id):
        raise InputError(f"the id {id!r} has control characters or is not UTF-8", path=path, line=line)
    try:
        return Article(id=id, text=text, title=known.title, published=known.published, url=known.url)
    except ValidationError as error:
        faults = "; ".join(str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors())
        raise InputError(faults, path=path, article=id, line=line) from None


def _unique(found: Iterator[_Found]) -> Iterator[Article | InputError]:
    places: dict[str, str] = {}
    for each, path, line in found:
        if isinstance(each, InputError):
            yield each
        elif each.id in places:
            problem = f"the id {each.id} is taken already, by {places[each.id]}; this article is left out"
            yield InputError(problem, path=path, article=each.id, line=line)
        else:
            places[each.id] = f"{path}, line {line}" if line else str(path)
            yield each
