"""The command ``schema``: the JSON Schema files of what the library reads and writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def schema(
    out: Annotated[Path, typer.Option(help="Folder of the schema files.")] = Path("schemas"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the files are not current.")
    ] = False,
) -> None:
    """Write the JSON Schema (2020-12) of extractions and their parts, and of the reply that a model has to give."""
    from conflict_extract.cli.schemas import schema_files
    from conflict_extract.cli.terminal import complain

    files = schema_files()
    if not check:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
            typer.echo(out / name)
        return
    there = {path.name: path.read_bytes() for path in out.glob("*.schema.json")}
    stale = [name for name, text in files.items() if there.get(name) != text.encode("utf-8")]
    stray = sorted(there.keys() - files.keys())
    for name in stale:
        complain(f"{out / name} is {'not current' if name in there else 'not there'}")
    for name in stray:
        complain(f"{out / name} belongs to no model")
    if stale or stray:
        complain("write the files afresh with: conflict-extract schema")
        raise typer.Exit(1)
