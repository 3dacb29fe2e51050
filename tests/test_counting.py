"""How many articles there are, without reading them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from conflict_extract.documents import stream_articles
from conflict_extract.documents.counting import count_articles


def test_the_count_is_that_of_the_stream(tmp_path: Path) -> None:
    """Of every kind of file, with lines in quotation marks, blank lines, and places that cannot be read."""
    from pyarrow import Table, parquet

    lines = "".join(json.dumps({"id": str(number), "text": "A text.\nOf two lines."}) + "\n" for number in range(7))
    (tmp_path / "a.jsonl").write_text(lines + "\n{broken\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "c.csv").write_text('id,text\n1,"one\nwith ""two"" lines"\n2,plain\n\n3,"last"')
    (tmp_path / "d.txt").write_text("One article.")
    (tmp_path / ".hidden.txt").write_text("None.")
    (tmp_path / "notes.md").write_text("None.")
    parquet.write_table(
        Table.from_pylist([{"id": str(n), "text": "A text."} for n in range(5)]), tmp_path / "e.parquet"
    )
    assert count_articles([tmp_path]) == sum(1 for _ in stream_articles([tmp_path])) == 8 + 7 + 3 + 1 + 5
    assert count_articles([tmp_path / "c.csv", tmp_path / "d.txt"]) == 4


def test_what_cannot_be_opened_counts_as_one(tmp_path: Path) -> None:
    """It is one error in the stream; counting must not end the run that it is for."""
    (tmp_path / "x.parquet").write_bytes(b"no parquet")
    (tmp_path / "y.jsonl.gz").write_bytes(b"no gzip")
    assert count_articles([tmp_path, tmp_path / "gone.jsonl"]) == 3
