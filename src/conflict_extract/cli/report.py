"""The command ``report``: results as one page for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

MOST_NOTES = 20
"""How many warnings are printed; a run of thousands can have failures by the hundred, and the page has them."""


def report(
    results: Annotated[
        list[Path],
        typer.Argument(help="Files written by extract (JSON Lines), or run directories of batch.", metavar="RESULTS"),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write (HTML).")],
    articles: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the articles are, for results written with --no-text."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write one self-contained page: articles with their passages marked, who says what, figures, a timeline.

    The page loads nothing from anywhere. What is left out (a line that is no extraction, or of another schema
    version, or of an article that was there before) is named on standard error and on the page, and the exit code is
    1. An article whose text is missing or has changed is shown by its quotes alone, and the page says so.
    """
    from conflict_extract.cli.output import refuse_stdout
    from conflict_extract.cli.terminal import complain, warn
    from conflict_extract.errors import ConfigError, ConflictExtractError
    from conflict_extract.exports.target import growing
    from conflict_extract.report.extractions_page import as_page
    from conflict_extract.report.extractions_reading import collect

    refuse_stdout(out)
    for path in results:
        if not path.exists():
            raise ConfigError(f"{path}: there is no such file or run directory")
        if out.exists() and out.resolve() == path.resolve():
            raise ConfigError(f"{out}: --out would overwrite the results; name another file")
    with growing([out], force=force) as (part,):
        found = collect(results, articles)
        for note in found.notes[:MOST_NOTES]:
            warn(note)
        if len(found.notes) > MOST_NOTES:
            warn(f"{len(found.notes) - MOST_NOTES} more of this kind; the page has them all")
        for error in found.errors:
            complain(error)
        if not found.entries:
            raise ConflictExtractError("there is nothing to report; nothing was written")
        source = ", ".join(path.name or str(path) for path in results)
        page = as_page(found.entries, source=source, problems=[*found.errors, *found.notes])
        part.write_text(page, encoding="utf-8", newline="")
    claims = sum(len(each.extraction.claims) for each in found.entries)
    typer.echo(f"{out} written: articles {len(found.entries)}, claims {claims}", err=True)
    if found.errors:
        raise typer.Exit(1)
