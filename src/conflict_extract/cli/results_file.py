"""A file of results that a command reads: it is there, or what is there instead is said."""

from __future__ import annotations

import shlex
from pathlib import Path


def require_results_file(path: Path) -> None:
    """Refuse what is no file of results; of a run directory, say how it becomes one.

    Raises:
        ConfigError: There is no such file, or it is a folder.
    """
    from conflict_extract.batch.opening import ledgers_in
    from conflict_extract.errors import ConfigError

    if path.is_dir():
        if ledgers_in(path):
            raise ConfigError(
                f"{path}: this is a run directory of batch, not a file; write its results to one first: "
                f"conflict-extract batch export {shlex.quote(str(path))} --to jsonl --out FILE"
            )
        raise ConfigError(f"{path}: this is a folder, not a file of results")
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file")
