"""Which files hold articles, by the ends of their names."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Kind = Literal["text", "page", "json_lines", "csv", "parquet"]

KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".html": "page",
    ".htm": "page",
    ".jsonl": "json_lines",
    ".jsonl.gz": "json_lines",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "csv",
    ".tsv.gz": "csv",
    ".parquet": "parquet",
}
"""What is in a file, by the end of its name, in small letters."""


def kind_of(path: Path) -> Kind | None:
    """What kind of articles a file holds by its name; None if none."""
    name = path.name.lower()
    end = name.rfind(".", 0, -3) if name.endswith(".gz") else name.rfind(".")
    return KINDS.get(name[end:]) if end > 0 else None


def holds_many(path: Path) -> bool:
    """Whether a file by its name holds many articles, in lines or rows."""
    return kind_of(path) in ("json_lines", "csv", "parquet")
