"""Articles from Parquet, a few rows at a time (the extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conflict_extract.documents.columns import Columns, article_of
from conflict_extract.documents.sourced import Place, Sourced
from conflict_extract.errors import ConfigError, InputError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS = 64
"""Rows that are decoded at once: an article may be large."""
_BUFFER = 1 << 20
"""Bytes of a column that are read at once; without it, a whole row group is."""


def read_parquet(path: Path, columns: Columns) -> Iterator[Sourced]:
    """One article a row.

    Where a row group is damaged, the rest of it is one error and the next group is read.

    Raises:
        InputError: The file cannot be opened or has no such columns.
        ConfigError: pyarrow is not installed.
    """
    with _opened(path) as file:
        schema = file.schema_arrow
        problem = _schema_problem(schema, columns)
        if problem:
            raise InputError(problem, path=path)
        names = [name for name in schema.names if name in columns.wanted]
        first = 1
        for group in range(file.num_row_groups):
            yield from _read_group(file, group, first, names, columns, path)
            first += file.metadata.row_group(group).num_rows


def parquet_problem(path: Path, columns: Columns) -> str | None:
    """What is wrong with the columns of the file, if anything.

    Raises:
        InputError: It cannot be read.
        ConfigError: pyarrow is not installed.
    """
    with _opened(path) as file:
        return _schema_problem(file.schema_arrow, columns)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigError(f"{path}: Parquet needs pyarrow: pip install 'conflict-extract[parquet]'") from None
    try:
        file = pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged or no Parquet file"
        raise InputError(f"cannot be read: {reason}", path=path) from None
    with file:
        yield file


def _read_group(
    file: pq.ParquetFile, group: int, first: int, names: list[str], columns: Columns, path: Path
) -> Iterator[Sourced]:
    import pyarrow as pa

    row = first
    try:
        for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group], columns=names, use_threads=False):
            cells = {name: _readable(batch.column(name)) for name in names}
            for index in range(batch.num_rows):
                yield _sourced(cells, index, columns, Place(path, row=row))
                row += 1
    except (pa.ArrowException, OSError):
        last = first + file.metadata.row_group(group).num_rows - 1
        place = Place(path, row=row)
        yield Sourced(place.error(f"the file is damaged here: rows {row} to {last} cannot be read"), place)


def _schema_problem(schema: pa.Schema, columns: Columns) -> str | None:
    import pyarrow.types as kinds

    problem = columns.problem(schema.names)
    if problem:
        return problem

    def is_words(type: pa.DataType) -> bool:
        type = type.value_type if kinds.is_dictionary(type) else type
        return bool(kinds.is_string(type) or kinds.is_large_string(type) or kinds.is_string_view(type))

    def is_day(type: pa.DataType) -> bool:
        return bool(is_words(type) or kinds.is_date(type) or kinds.is_timestamp(type) or kinds.is_null(type))

    def is_name(type: pa.DataType) -> bool:
        return bool(is_words(type) or kinds.is_integer(type))

    for name, fits, needed in (
        (columns.text_name, is_words, "strings"),
        (columns.id_name, is_name, "strings or whole numbers"),
        (columns.date_name, is_day, "dates, timestamps or strings"),
    ):
        if name in schema.names and not fits(schema.field(name).type):
            return f"the column {name!r} holds {schema.field(name).type}, not {needed}"
    return None


def _readable(column: pa.Array) -> pa.Array:
    """Nanoseconds are cut: Python's timestamps have none, and a day needs none."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return column


def _sourced(arrays: dict[str, Any], index: int, columns: Columns, place: Place) -> Sourced:
    cells: dict[str, object] = {}
    for name, array in arrays.items():
        try:
            cells[name] = array[index].as_py()
        except UnicodeDecodeError:
            return Sourced(place.error(f"{name!r} is not UTF-8 here"), place)
        except (ValueError, OverflowError):
            return Sourced(place.error(f"{name!r} holds a time that no calendar has"), place)
    try:
        return Sourced(article_of(cells, columns, place), place)
    except InputError as error:
        return Sourced(error, place)
