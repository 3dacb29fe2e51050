"""Files that are there whole or not at all: they grow under another name and get theirs together at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from conflict_extract.errors import ConfigError, cause_of


@contextmanager
def growing(files: Sequence[Path], *, force: bool) -> Iterator[tuple[Path, ...]]:
    """Where to write files: each as ``FILE.exporting``, which becomes ``FILE`` when the block ends well.

    A block that fails leaves nothing of its own, and what was there before as it was.

    Args:
        files: The files, all of one folder; the folder is made.
        force: Replace files that are there.

    Raises:
        ConfigError: A file is there already, is a folder, or cannot be written.
    """
    for file in files:
        if file.is_dir():
            raise ConfigError(f"{file}: this is a folder; --out names a file")
        if file.exists() and not force:
            raise ConfigError(f"{file} is there already; --force overwrites it")
    parts = tuple(file.with_name(file.name + ".exporting") for file in files)
    try:
        for part in parts:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.touch()
    except OSError as error:
        _remove(parts)
        raise ConfigError(f"{files[0]}: cannot be written: {cause_of(error)}") from None
    try:
        yield parts
        for part, file in zip(parts, files, strict=True):
            os.replace(part, file)
    except OSError as error:
        error.filename = error.filename or str(files[0])
        _remove(parts)
        raise
    except BaseException:
        _remove(parts)
        raise


def _remove(parts: Sequence[Path]) -> None:
    for part in parts:
        try:
            part.unlink(missing_ok=True)
        except OSError:  # the folder cannot be written: then nothing of ours is there
            continue
