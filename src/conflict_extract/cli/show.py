"""The command ``show``: extractions readably in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def show(
    file: Annotated[Path, typer.Argument(help="A file written by extract (JSON Lines).", metavar="FILE")],
    article: Annotated[str | None, typer.Option(help="Only the article with this id.", metavar="ID")] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Also what the model gave and the library left out, with reasons.")
    ] = False,
) -> None:
    """Print extractions: claims by who makes them, figures with their ranges, events.

    Without --article, all of FILE in its order. A line that is no extraction is named on standard error, and the
    exit code is 1; the other lines are shown.
    """
    from conflict_extract.cli.results_file import require_results_file
    from conflict_extract.cli.terminal import complain, console
    from conflict_extract.cli.view import view
    from conflict_extract.documents import read_extractions
    from conflict_extract.errors import ConfigError, InputError

    require_results_file(file)
    screen = console(data=True)
    broken = False
    ids: list[str] = []
    for found in read_extractions(file):
        if isinstance(found, InputError):
            complain(str(found))
            broken = True
            continue
        ids.append(found.article_id)
        if article in (None, found.article_id):
            for part in view(found, rejected=rejected):
                screen.print(part)
    if article is not None and article not in ids:
        raise ConfigError(
            f"{file}: there is no article {article}; there are: {', '.join(dict.fromkeys(ids)) or 'none'}"
        )
    if broken:
        raise typer.Exit(1)
