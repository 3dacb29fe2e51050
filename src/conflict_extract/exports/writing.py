"""One way in for all formats: extractions come as a stream and are written as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from conflict_extract.exports.target import growing
from conflict_extract.models import Extraction

Format = Literal["csv", "parquet"]
FORMATS: tuple[Format, ...] = Format.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Written:
    """What an export has written.

    Attributes:
        extractions: How many were read.
        rows: Rows (or features, or annotations) by the name of the table or list.
        notes: What the format had to leave out, in sentences for people.
    """

    extractions: int
    rows: dict[str, int]
    notes: tuple[str, ...] = field(default=())


def write(extractions: Iterable[Extraction], to: Format, out: Path, *, force: bool = False) -> Written:
    """Write extractions in a format.

    Memory does not grow with their number. The files get their names when all is written: an export that fails leaves
    nothing, and what was there before as it was.

    Args:
        extractions: What to write; read once.
        to: The format.
        out: The file, for csv the folder.
        force: Overwrite files that are there.

    Raises:
        ConfigError: A file is there already or cannot be written, or the format needs a package that is not installed.
        OSError: Writing fails half-way (disk full); names the file.
    """
    counted = _Counted(extractions)
    if to == "csv":
        from conflict_extract.exports.csv import write_csv
        from conflict_extract.exports.flat import TABLES

        with growing([out / f"{name}.csv" for name in TABLES], force=force) as parts:
            rows = write_csv(counted, dict(zip(TABLES, parts, strict=True)))
    else:
        from conflict_extract.exports.parquet import write_parquet

        with growing([out], force=force) as (part,):
            rows = {"extractions": write_parquet(counted, part)}
    return Written(counted.read, rows)


class _Counted:
    def __init__(self, extractions: Iterable[Extraction]) -> None:
        self._extractions = extractions
        self.read = 0

    def __iter__(self) -> Iterator[Extraction]:
        for extraction in self._extractions:
            self.read += 1
            yield extraction
