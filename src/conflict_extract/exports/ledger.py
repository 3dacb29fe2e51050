"""A run's ledger as Parquet: each article's state, why it failed, what it took and cost (the extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from conflict_extract.exports.parquet import load_arrow

_GROUP_ROWS = 10_000


def write_ledger(rows: Iterable[Mapping[str, Any]], path: Path) -> int:
    """Write the rows of a ledger (``RunResults.articles``), in groups, so that memory does not grow with their number.

    Returns:
        Rows written.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    pa = load_arrow()
    from pyarrow import parquet

    text, count = pa.string(), pa.int64()
    schema = pa.schema(
        {
            "id": text,
            "state": pa.dictionary(pa.int8(), text),
            "reason": text,
            "error": text,
            "attempts": count,
            "calls": count,
            "prompt_tokens": count,
            "completion_tokens": count,
            "cost": pa.float64(),
            "source": text,
            "session": count,
            "updated": pa.timestamp("ms", tz="UTC"),
            "key": text,
            "text_sha256": text,
            "ledger": text,
        }
    )
    remaining = iter(rows)
    written = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(remaining, _GROUP_ROWS)):
            dated = [{**row, "updated": datetime.fromtimestamp(row["updated"], UTC)} for row in group]
            writer.write_table(pa.Table.from_pylist(dated, schema=schema))
            written += len(group)
    return written
