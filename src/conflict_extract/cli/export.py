"""The command ``export``: results in the formats of other tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

Format = Literal["csv", "parquet", "acled", "ucdp", "geojson", "webannotation"]
"""The formats of the exports; written out here, since the exports themselves take long to load."""

if TYPE_CHECKING:
    from conflict_extract.errors import InputError
    from conflict_extract.models import Extraction


def export(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULTS", help="Files written by extract (JSON Lines), and run directories of batch."),
    ],
    to: Annotated[
        Format,
        typer.Option(
            help="csv: tables of articles, attributions, claims, events and figures. parquet: all in one typed file. "
            "acled, ucdp: a table of events with the columns of these projects. "
            "geojson: the events whose places GeoNames has, the others listed apart. "
            "webannotation: W3C Web Annotations, with PROV for the chain of telling."
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE_OR_FOLDER", help="Where to write: a file, for csv a folder of tables.")
    ],
    best: Annotated[
        Literal["undisputed", "lowest"],
        typer.Option(
            help="acled, ucdp: the fatalities of an event that has rival, denied or unsure tolls: none, or the lowest, "
            "as ACLED codes them. Rivals stand beside either."
        ),
    ] = "undisputed",
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write results as tables and in the formats of other tools.

    A line that is no extraction, or of another schema version, or of an article that was there before, is named on
    standard error and left out, and the exit code is 1; the others are written. An article whose text is missing or has
    changed is exported without it.
    """
    from conflict_extract.cli.output import refuse_stdout
    from conflict_extract.cli.terminal import warn
    from conflict_extract.errors import ConfigError
    from conflict_extract.exports import write
    from conflict_extract.exports.fatalities import POLICIES

    refuse_stdout(out)
    for path in results:
        if not path.exists():
            raise ConfigError(f"{path}: there is no such file or run directory")
        if out.exists() and out.resolve() == path.resolve():
            raise ConfigError(f"{out}: --out would overwrite the results; name another")
    reading = _Reading(results)
    written = write(reading, to, out, force=force, best=POLICIES[best])
    for note in written.notes:
        warn(note)
    counts = ", ".join(f"{count} {name}" for name, count in written.rows.items())
    typer.echo(f"{written.extractions} extractions written to {out}: {counts}", err=True)
    if reading.left_out:
        raise typer.Exit(1)


class _Reading:
    """The extractions of several results, each article once; what is left out is named at once and counted."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self.left_out = 0

    def __iter__(self) -> Iterator[Extraction]:
        from conflict_extract.cli.terminal import complain
        from conflict_extract.documents.seen import Seen
        from conflict_extract.errors import ConflictExtractError, InputError

        read = 0
        with Seen() as seen:
            for path in self._paths:
                for found in _of_run(path) if path.is_dir() else _of_file(path):
                    if isinstance(found, InputError):
                        complain(str(found))
                    elif not seen.add(found.article_id):
                        complain(f"{path}: the article {found.article_id} was there before; the first is kept")
                    else:
                        read += 1
                        yield found
                        continue
                    self.left_out += 1
        if self.left_out and not read:
            raise ConflictExtractError("there is nothing to export; nothing was written")


def _of_run(path: Path) -> Iterator[Extraction]:
    from conflict_extract.batch.results import RunResults

    return RunResults(path).extractions()


def _of_file(path: Path) -> Iterator[Extraction | InputError]:
    from conflict_extract.cli.terminal import warn
    from conflict_extract.documents import read_stored
    from conflict_extract.errors import InputError

    for found in read_stored(path):
        if isinstance(found, InputError):
            yield found
            continue
        if found.problem:
            warn(f"{found.problem}; it is exported without its text")
        yield found.extraction
