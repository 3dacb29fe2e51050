"""Where extractions are written: a line each, at once, and under their final name only when the run is over."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from conflict_extract.errors import ConfigError, cause_of

if TYPE_CHECKING:
    from conflict_extract.models import Extraction

STDOUT = "-"


def refuse_stdout(out: Path) -> None:
    """Refuse standard output where only files are written; else there would be a file called "-".

    Raises:
        ConfigError: The target is "-".
    """
    if str(out) == STDOUT:
        raise ConfigError("--out -: this cannot be written to standard output; name a file or folder")


class Output:
    """JSON Lines to a file or to standard output.

    A file grows as ``FILE.part`` and gets its name at the end, so that a whole file is always a whole run, and a run
    that dies leaves what was done. Nothing that stands there already is overwritten unless ``force`` is set.

    Args:
        target: The file, or "-" for standard output.
        force: Overwrite what is there.

    Raises:
        ConfigError: The file, or what a broken-off run left of it, is there already; or its folder cannot be made.
    """

    def __init__(self, target: str, *, force: bool = False) -> None:
        self.path = None if target == STDOUT else Path(target)
        self.written = 0
        self._file: BinaryIO | None = None
        if self.path is None:
            return
        if self.path.is_dir():
            raise ConfigError(f"{self.path}: this is a folder; --out names a file")
        if not force:
            if self.path.exists():
                raise ConfigError(f"{self.path} is there already; --force overwrites it")
            if self.part.exists():
                raise ConfigError(
                    f"{self.part} is there, with what a run that was broken off had done; "
                    "move it away to keep it, or --force to overwrite it"
                )

    @property
    def part(self) -> Path:
        """Where the file grows."""
        assert self.path is not None
        return self.path.with_name(self.path.name + ".part")

    def __enter__(self) -> Self:
        if self.path is None:
            self._file = sys.stdout.buffer
            return self
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.part.open("wb")
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be written: {cause_of(error)}") from None
        return self

    def write(self, extraction: Extraction) -> None:
        """Write one line and hand it to the system.

        Raises:
            OSError: It cannot be written (disk full); names the file.
        """
        assert self._file is not None
        try:
            self._file.write(extraction.model_dump_json().encode("utf-8") + b"\n")
            self._file.flush()
        except OSError as error:
            error.filename = str(self.path or "standard output")
            raise
        self.written += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.path is None or self._file is None:
            return
        self._file.close()
        if not self.written:
            self.part.unlink(missing_ok=True)
        elif kind is None:
            os.replace(self.part, self.path)
