"""Parquet: one typed, nested file of extractions that reads back equal (the extra ``parquet``).

The columns are those of ``Extraction``, derived from the models: lists of structs for items and their parts, ``start``
and ``end`` for spans, dates as dates. Figures' ``low`` and ``high`` are doubles; a number that a double cannot hold
stands beside it as text, in ``low_exactly`` and ``high_exactly``. What has no fixed form (a rejected item's content,
the parameters sent to the model) is JSON text. Times are UTC. Rows are written in groups, so that memory does not grow
with their number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import ValidationError

from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import SCHEMA_VERSION, Extraction, Span
from conflict_extract.models.base import Model

if TYPE_CHECKING:
    import pyarrow

_GROUP_ROWS = 1000
_GROUP_CHARACTERS = 8_000_000
"""A row group is closed at whichever comes first: so many extractions, or so much text of articles."""
_EXACTLY = "_exactly"
"""Ends the name of the column for a number that a double cannot hold."""


def write_parquet(extractions: Iterable[Extraction], path: Path) -> int:
    """Write extractions.

    Returns:
        Rows written.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    arrow = load_arrow()
    from pyarrow import parquet

    schema = arrow_schema()
    rows = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(extractions):
            writer.write_table(arrow.Table.from_pylist([_encode(each) for each in group], schema))
            rows += len(group)
    return rows


def read_parquet(path: Path) -> Iterator[Extraction]:
    """Read extractions back, each checked again as when it is read from JSON Lines.

    Raises:
        ConfigError: pyarrow is not installed.
        InputError: The file is no such file.
    """
    arrow = load_arrow()
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except (arrow.ArrowInvalid, OSError) as error:
        raise InputError(f"cannot be read as Parquet: {error}", path=path) from None
    with file:
        for batch in file.iter_batches(batch_size=100):
            for row in batch.to_pylist():
                try:
                    yield Extraction.model_validate(_decode(Extraction, row))
                except (KeyError, ValidationError) as error:
                    raise InputError(f"has a row that is no extraction: {error}", path=path) from None


def arrow_schema() -> pyarrow.Schema:
    """The Arrow schema of a file, derived from the models.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    arrow = load_arrow()
    return arrow.schema(_fields(Extraction, arrow), metadata={"conflict_extract.schema_version": SCHEMA_VERSION})


def load_arrow() -> Any:
    """pyarrow.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        import pyarrow
    except ImportError:
        raise ConfigError("Parquet needs the package pyarrow: pip install 'conflict-extract[parquet]'") from None
    return pyarrow


def _groups(extractions: Iterable[Extraction]) -> Iterator[list[Extraction]]:
    group: list[Extraction] = []
    characters = 0
    for extraction in extractions:
        group.append(extraction)
        characters += len(extraction.article.text) if extraction.article else 0
        if len(group) >= _GROUP_ROWS or characters >= _GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


class _Column(NamedTuple):
    """How a model's field is kept.

    Attributes:
        name: The field.
        kind: plain (a text, number, truth value, day or time), number (whole or not), span, json (anything), model;
            plains and models are lists.
        inner: The type of what it holds: a Python type, or a model.
        nullable: Whether it may be None.
    """

    name: str
    kind: str
    inner: Any
    nullable: bool


@cache
def _columns(model: type[Model]) -> tuple[_Column, ...]:
    return tuple(_column(name, info.annotation) for name, info in model.model_fields.items())


def _column(name: str, annotation: Any) -> _Column:
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    nullable = type(None) in kinds
    kinds = tuple(each for each in kinds if each is not type(None))
    if set(kinds) == {int, float}:
        return _Column(name, "number", float, nullable)
    (one,) = kinds
    if get_origin(one) is tuple:
        inner = _inner(get_args(one)[0])
        return _Column(name, "models" if _is_model(inner) else "plains", inner, nullable)
    if one is Any or get_origin(one) is dict:
        return _Column(name, "json", str, False)
    if one is Span:
        return _Column(name, "span", Span, nullable)
    return _Column(name, "model" if _is_model(one) else "plain", _inner(one), nullable)


def _inner(annotation: Any) -> Any:
    """A Python type or a model: that of its values for a vocabulary, the bare one where it is annotated."""
    if get_origin(annotation) is Literal:
        return type(get_args(annotation)[0])
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


def _fields(model: type[Model], arrow: Any) -> list[pyarrow.Field]:
    scalars = {
        str: arrow.string(),
        int: arrow.int64(),
        float: arrow.float64(),
        bool: arrow.bool_(),
        date: arrow.date32(),
        datetime: arrow.timestamp("us", tz="UTC"),
        Span: arrow.struct(
            [arrow.field("start", arrow.int64(), nullable=False), arrow.field("end", arrow.int64(), nullable=False)]
        ),
    }
    fields = []
    for name, kind, inner, nullable in _columns(model):
        type_ = arrow.struct(_fields(inner, arrow)) if kind in {"model", "models"} else scalars[inner]
        if kind in {"models", "plains"}:
            type_ = arrow.list_(arrow.field("element", type_, nullable=False))
        fields.append(arrow.field(name, type_, nullable=nullable))
        if kind == "number":
            fields.append(arrow.field(f"{name}{_EXACTLY}", arrow.string()))
    return fields


def _encode(model: Model) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, kind, _, _ in _columns(type(model)):
        value = getattr(model, name)
        if kind == "json":
            value = json.dumps(value, ensure_ascii=False)
        elif kind == "number":
            value, row[f"{name}{_EXACTLY}"] = _as_double(value)
        elif value is None or kind == "plain":
            pass
        elif kind == "span":
            value = value._asdict()
        elif kind == "model":
            value = _encode(value)
        else:
            value = [_encode(each) for each in value] if kind == "models" else list(value)
        row[name] = value
    return row


def _decode(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model from a row; raises KeyError where a column is missing."""
    fields: dict[str, Any] = {}
    for name, kind, inner, _ in _columns(model):
        value = row[name]
        if kind == "json":
            value = json.loads(value)
        elif kind == "number":
            value = _as_number(value, row[f"{name}{_EXACTLY}"])
        elif value is None or kind in {"plain", "plains"}:
            pass
        elif kind == "span":
            value = Span(**value)
        else:
            value = _decode(inner, value) if kind == "model" else [_decode(inner, each) for each in value]
        fields[name] = value
    return fields


def _as_double(value: float | None) -> tuple[float | None, str | None]:
    """A number as a double, and as text where the double is another number."""
    if value is None:
        return None, None
    double = float(value)
    return double, None if double == value else str(value)


def _as_number(double: float | None, exactly: str | None) -> float | None:
    if exactly is not None:
        return int(exactly)
    return int(double) if double is not None and double.is_integer() else double
