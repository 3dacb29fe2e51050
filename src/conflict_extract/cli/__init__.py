"""The command line: parses, calls the library, prints. The only reader of the environment."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``conflict-extract``."""
    from conflict_extract.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number; it must not end a run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="conflict-extract")
