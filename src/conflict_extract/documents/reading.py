"""Article files of all kinds to articles, drawn one by one, each bad one as an error in its place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from conflict_extract.documents.columns import Columns
from conflict_extract.documents.csv_rows import csv_problem, read_csv
from conflict_extract.documents.decoding import decode, read_bytes, refuse_markup
from conflict_extract.documents.json_lines import json_lines_problem, read_json_lines
from conflict_extract.documents.kinds import KINDS, holds_many, kind_of
from conflict_extract.documents.metadata import METADATA, read_metadata, verify
from conflict_extract.documents.page import main_text
from conflict_extract.documents.parquet_rows import parquet_problem, read_parquet
from conflict_extract.documents.records import Known
from conflict_extract.documents.sourced import Place, Sourced, make_article
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article

_READERS: dict[str, Callable[[Path, Columns], Iterator[Sourced]]] = {
    "json_lines": read_json_lines,
    "csv": read_csv,
    "parquet": read_parquet,
}
_PROBLEMS: dict[str, Callable[[Path, Columns], str | None]] = {
    "json_lines": json_lines_problem,
    "csv": csv_problem,
    "parquet": parquet_problem,
}
_ENDS = ", ".join(KINDS)


def stream_articles(paths: Sequence[Path], columns: Columns = Columns()) -> Iterator[Sourced]:  # noqa: B008 - frozen
    """Read articles from files and folders as a stream: memory does not grow with their number.

    - ``.txt``: the file is the text (UTF-8, kept as it is but for a byte order mark); its name without .txt is the id.
    - ``.html``, ``.htm``: the main text of the page (needs the extra ``html``); id as above.
    - ``.jsonl``: an article a line: ``{"id", "text"}`` and, where known, ``"title"``, ``"published"``
      (YYYY-MM-DD) and ``"url"``. Other keys are slips of the pen and refused, unless ``columns`` names one.
    - ``.csv``, ``.tsv``: an article a row under a header; comma, semicolon, tab or bar between the cells.
    - ``.parquet``: an article a row (needs the extra ``parquet``).
    - ``.jsonl.gz``, ``.csv.gz``, ``.tsv.gz``: the same, compressed.
    - A folder: all such files in it, in the order that the system gives them, without those in its subfolders and
      those with a leading dot. ``metadata.json`` beside a file says what else is known about it (see
      ``read_metadata``).

    What cannot work at all is raised before anything is read; what is wrong with one article comes in its
    place, so that it never loses the rest. Ids are not compared: see ``read_articles``, or a batch's ledger.

    Args:
        paths: Files and folders, read in this order.
        columns: Which columns or keys hold what.

    Returns:
        What stood in each place: an article, or an error for one that cannot be read.

    Raises:
        ConfigError: A path is not there or of no known kind, a folder has no articles, a table lacks a column that is
            needed, columns are named where there is no table, or a Parquet file is given without pyarrow.
        InputError: A folder or its ``metadata.json`` cannot be read.
    """
    return _stream(paths, columns, in_order=False)


def read_articles(paths: Sequence[Path], columns: Columns = Columns()) -> Iterator[Article | InputError]:  # noqa: B008
    """The same, with the files of a folder in the order of their names, and no id twice.

    Each id is remembered, as a digest: for millions of articles take ``stream_articles``.

    Args:
        paths: Files and folders.
        columns: Which columns or keys hold what.

    Returns:
        The articles, ids unique, and an error for each that cannot be read.

    Raises:
        ConfigError: As above.
        InputError: As above.
    """
    return _unique(_stream(paths, columns, in_order=True))


def _stream(paths: Sequence[Path], columns: Columns, *, in_order: bool) -> Iterator[Sourced]:
    sources = [Path(path) for path in paths]
    folders = {path for path in sources if _is_folder(path)}
    tables = [_check(path, columns, is_folder=path in folders) for path in sources]
    if columns.named and not any(tables):
        raise ConfigError("a column is named, but there is no table among the inputs (CSV, Parquet or JSON Lines)")
    homes = dict.fromkeys(path if path in folders else path.parent for path in sources)
    known = {home: read_metadata(home) for home in homes}
    return (
        sourced
        for path in sources
        for file in (_files_in(path, in_order=in_order) if path in folders else [path])
        for sourced in _read(file, known[file.parent].get(file.name, Known()), columns)
    )


def _is_folder(path: Path) -> bool:
    try:
        path.stat()
        return path.is_dir()
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _check(path: Path, columns: Columns, *, is_folder: bool) -> bool:
    """Refuse what cannot work at all; whether there are tables."""
    if not is_folder:
        if kind_of(path) is None:
            hint = "; give its folder, and it is applied" if path.name == METADATA else ""
            raise ConfigError(f"{path}: articles are read from {_ENDS} and folders of them{hint}")
        _check_columns(path, columns)
        return holds_many(path)
    empty, tables = True, False
    for file in _files_in(path, in_order=False):
        empty = False
        tables |= holds_many(file)
        _check_columns(file, columns)
    if empty:
        raise ConfigError(f"{path}: there are no articles in this folder ({_ENDS}; subfolders are not looked into)")
    return tables


def _check_columns(path: Path, columns: Columns) -> None:
    if not holds_many(path) or not path.is_file():
        return
    try:
        problem = _PROBLEMS[str(kind_of(path))](path, columns)
    except InputError:
        return  # said in its place, when it is read
    if problem:
        raise ConfigError(f"{path}: {problem}")


def _files_in(folder: Path, *, in_order: bool) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            names = (each.name for each in entries if not each.name.startswith("."))
            for name in sorted(names) if in_order else names:
                if kind_of(file := folder / name) is not None:
                    yield file
    except OSError as error:
        raise InputError(f"the folder cannot be read: {error.strerror}", path=folder) from None


def _read(path: Path, known: Known, columns: Columns) -> Iterator[Sourced]:
    try:
        if holds_many(path):
            if known.sha256 is not None:
                verify(_digest(path), known, path)
            yield from _READERS[str(kind_of(path))](path, columns)
        else:
            yield Sourced(_read_file(path, known), Place(path))
    except InputError as error:
        yield Sourced(error, Place(path, line=error.line))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None


def _read_file(path: Path, known: Known) -> Article:
    data = read_bytes(path)
    verify(hashlib.sha256(data).hexdigest(), known, path)
    place = Place(path)
    if kind_of(path) == "text":
        text = decode(data, path)
        refuse_markup(text, place)
    else:
        text = main_text(data, path)
    return make_article(path.stem, text, known, place)


def _unique(stream: Iterator[Sourced]) -> Iterator[Article | InputError]:
    places: dict[bytes, Place] = {}
    for sourced in stream:
        found, place = sourced.found, sourced.place
        if isinstance(found, InputError):
            yield found
            continue
        digest = hashlib.sha256(found.id.encode("utf-8")).digest()[:16]
        first = places.setdefault(digest, place)
        if first is not place:
            problem = f"the id {found.id} is taken already, by {first}; this article is left out"
            found = place.error(problem, article=found.id)
        yield found
