"""One way in for all formats: extractions come as a stream and are written as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from conflict_extract.errors import ConfigError
from conflict_extract.exports.fatalities import UNDISPUTED, BestPolicy
from conflict_extract.exports.target import growing
from conflict_extract.models import Extraction

Format = Literal["csv", "parquet", "acled", "ucdp", "geojson", "webannotation"]
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
    notes: tuple[str, ...] = ()


def write(
    extractions: Iterable[Extraction], to: Format, out: Path, *, force: bool = False, best: BestPolicy = UNDISPUTED
) -> Written:
    """Write extractions in a format.

    Memory does not grow with their number. The files get their names when all is written: an export that fails leaves
    nothing, and what was there before as it was.

    Args:
        extractions: What to write; read once.
        to: The format.
        out: The file, for csv the folder.
        force: Overwrite files that are there.
        best: When a number stands as the fatalities of an event (acled and ucdp).

    Raises:
        ConfigError: A file is there already or cannot be written, or the format needs a package that is not installed.
        OSError: Writing fails half-way (disk full); names the file.
    """
    counted = _Counted(extractions)
    if to == "csv":
        from conflict_extract.exports.csv import write_csv
        from conflict_extract.exports.flat import TABLES

        if out.is_file():
            raise ConfigError(f"{out}: this is a file; --out names a folder, for the tables")
        with growing([out / f"{name}.csv" for name in TABLES], force=force) as parts:
            rows = write_csv(counted, dict(zip(TABLES, parts, strict=True)))
        return Written(counted.read, rows)
    with growing([out], force=force) as (part,):
        rows, notes = _write_file(counted, to, part, best)
    return Written(counted.read, rows, notes)


def _write_file(
    extractions: Iterable[Extraction], to: Format, part: Path, best: BestPolicy
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Write a format that is one file: counts, and notes."""
    if to == "parquet":
        from conflict_extract.exports.parquet import write_parquet

        return {"rows": write_parquet(extractions, part)}, ()
    rows: dict[str, int]
    if to == "webannotation":
        from conflict_extract.exports.webannotation import write_webannotation

        rows, textless = write_webannotation(extractions, part)
        note = f"extractions without their article's text, so that quotes have no prefix and suffix: {textless}"
        return rows, (note,) if textless else ()
    notes = []
    if to == "geojson":
        from conflict_extract.exports.geojson import write_geojson

        rows, reasons, planned = write_geojson(extractions, part)
        if reasons:
            said = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in reasons.items())
            notes.append(f"places left off the map, listed under unlocated: {said}")
    elif to == "acled":
        from conflict_extract.exports.acled import write_acled

        rows, planned = write_acled(extractions, part, best)
    else:
        from conflict_extract.exports.ucdp import write_ucdp

        rows, planned = write_ucdp(extractions, part, best)
    if planned:
        notes.append(f"planned events left out, since they have not happened: {planned}")
    return rows, tuple(notes)


class _Counted:
    def __init__(self, extractions: Iterable[Extraction]) -> None:
        self._extractions = extractions
        self.read = 0

    def __iter__(self) -> Iterator[Extraction]:
        for extraction in self._extractions:
            self.read += 1
            yield extraction
