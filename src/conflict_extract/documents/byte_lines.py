"""Lines of a file as bytes, compressed or not, none of them longer in memory than an article may be."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self, cast

from conflict_extract.documents.decoding import MAX_BYTES
from conflict_extract.errors import InputError

_CHUNK = 1 << 20


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read bytes from, decompressed where its name ends in .gz.

    Raises:
        InputError: It cannot be opened; or, while it is read, it cannot be read on or its compressed data is damaged.
    """
    try:
        with cast(BinaryIO, gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield file
    except (gzip.BadGzipFile, EOFError, zlib.error):
        problem = "the gzip data is damaged or cut off; what stands after the damage cannot be read"
        raise InputError(problem, path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None


class ByteLines:
    """The lines of a file; of one that is too long, the first ``MAX_BYTES + 1`` bytes.

    Attributes:
        number: One-based number of the line that was given last.
        offset: Where it starts in the (decompressed) file, in bytes.
        quotes_skipped: How many quotation marks stand in what was left out of it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self.offset = 0
        self.quotes_skipped = 0
        self._next = 0
        self._file = file

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        data = self._file.readline(MAX_BYTES + 1)
        if not data:
            raise StopIteration
        self.number += 1
        self.offset = self._next
        self._next += len(data)
        self.quotes_skipped = 0
        last = data
        while len(data) > MAX_BYTES and not last.endswith(b"\n") and (last := self._file.readline(_CHUNK)):
            self._next += len(last)
            self.quotes_skipped += last.count(b'"')
        return data
