"""A provider's batch files: requests written as JSON Lines, and the lines that come back for them.

The form is that of OpenAI's Batch API (reference, "Batch": "The request input object", "The request output object"),
which vLLM's ``run-batch`` reads and writes too. Nothing here knows a run: bodies go in, results come out.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from conflict_extract.documents.byte_lines import ByteLines, opened
from conflict_extract.documents.decoding import MAX_BYTES
from conflict_extract.errors import ConfigError, cause_of
from conflict_extract.llm import wire

URL = "/v1/chat/completions"
"""What a line asks. It is the same for every provider, whatever the path of its live endpoint."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold; by default what OpenAI takes (reference, "Create batch", ``input_file_id``).

    Attributes:
        requests: Lines.
        size: Bytes.
    """

    requests: int = 50_000
    size: int = 200_000_000


@dataclass(frozen=True, slots=True)
class RequestFile:
    """One file of requests, as it was written.

    Attributes:
        name: Its name in the folder of its round.
        requests: Its lines.
        size: Its bytes.
        sha256: Of its bytes.
    """

    name: str
    requests: int
    size: int
    sha256: str


class RequestFiles:
    """The files of one round, cut where a limit is reached.

    They grow under the ending ``.part`` and get their names, with a manifest beside them, when the block is left
    without an error; after an error none of them is left.

    Args:
        folder: Where they are written; it is made where it is missing.
        number: The number of the round, which their names hold.
        model: The model that is asked, for the manifest.
        limits: How much one file may hold.

    Raises:
        ConfigError: The folder cannot be written, or has files of these names.
    """

    def __init__(self, folder: Path, number: int, *, model: str, limits: Limits = Limits()) -> None:
        self.folder = folder
        self.files: list[RequestFile] = []
        self._stem = f"round-{number:03}"
        self._manifest = {"round": number, "model": model, "url": URL}
        self._limits = limits
        self._file: BinaryIO | None = None
        self._name, self._requests, self._size, self._hash = "", 0, 0, hashlib.sha256()
        if folder.exists() and not folder.is_dir():
            raise ConfigError(f"{folder}: this is a file; --out names a folder")
        taken = sorted(path.name for path in folder.glob(f"{self._stem}*")) if folder.is_dir() else []
        if taken:
            raise ConfigError(f"{folder / taken[0]} is there already; give another folder, or move it away")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{folder}: cannot be made: {cause_of(error)}") from None

    def __enter__(self) -> Self:
        return self

    def write(self, key: str, body: Mapping[str, Any]) -> str:
        """Write one request and return the name of the file that it stands in.

        Args:
            key: What the result will be found by; no key may be written twice in one round.
            body: The body of the call.

        Raises:
            ConfigError: The request alone is larger than a file may be.
            OSError: It cannot be written (disk full).
        """
        line = wire.encode({"custom_id": key, "method": "POST", "url": URL, "body": body}) + b"\n"
        if len(line) > self._limits.size:
            raise ConfigError(f"a request of {len(line)} bytes is larger than a batch file may be")
        full = self._requests >= self._limits.requests or self._size + len(line) > self._limits.size
        if self._file is None or full:
            self._close()
            self._open()
        assert self._file is not None
        self._file.write(line)
        self._hash.update(line)
        self._requests += 1
        self._size += len(line)
        return self._name

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._close()
            elif self._file is not None:
                with suppress(OSError):  # the error that ends the round is the one to be told
                    self._file.close()
            if kind is None and self.files:
                for each in self.files:
                    os.replace(self._part(each.name), self.folder / each.name)
                self._write_manifest()
        finally:
            for part in self.folder.glob(f"{self._stem}-*.part"):
                part.unlink()

    def _open(self) -> None:
        self._name = f"{self._stem}-file-{len(self.files) + 1:03}.jsonl"
        self._file = self._part(self._name).open("wb")
        self._requests, self._size, self._hash = 0, 0, hashlib.sha256()

    def _close(self) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        self.files.append(RequestFile(self._name, self._requests, self._size, self._hash.hexdigest()))

    def _part(self, name: str) -> Path:
        return self.folder / f"{name}.part"

    def _write_manifest(self) -> None:
        manifest = {
            **self._manifest,
            "requests": sum(each.requests for each in self.files),
            "files": [asdict(each) for each in self.files],
        }
        path = self.folder / f"{self._stem}.json"
        part = self._part(f"{self._stem}-manifest")
        part.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(part, path)


def remove_round(folder: Path, number: int) -> None:
    """Remove what a round that was broken off has left in its folder."""
    for path in folder.glob(f"round-{number:03}*"):
        path.unlink()


@dataclass(frozen=True, slots=True)
class Result:
    """What came back for one request.

    Attributes:
        custom_id: Which request.
        path: The file it stands in.
        line: Its one-based line.
        status: The HTTP status of the answer; None where the provider never got as far as asking the model.
        content: The answer's body; of a failure ``{"error": …}``, whichever of its two places that stood in.
    """

    custom_id: str
    path: Path
    line: int
    status: int | None
    content: bytes


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that says nothing about any request.

    Attributes:
        path: The file.
        line: Its one-based line.
        problem: What is wrong with it.
    """

    path: Path
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.problem}"


def read_results(path: Path) -> Iterator[Result | BrokenLine]:
    """The lines of an output or error file (also compressed, ``.gz``), one after the other; empty ones are passed over.

    Raises:
        InputError: The file cannot be read.
    """
    with opened(path) as file:
        lines = ByteLines(file)
        for line in lines:
            if len(line) > MAX_BYTES:
                yield BrokenLine(path, lines.number, f"it is longer than {MAX_BYTES} bytes")
            elif line.strip():
                yield _read(line.removeprefix(_BOM) if lines.number == 1 else line, path, lines.number)


def _read(line: bytes, path: Path, number: int) -> Result | BrokenLine:
    try:
        said = wire.loads(line)
    except UnicodeDecodeError:
        return BrokenLine(path, number, "it is not UTF-8")
    except wire.RepeatedKeyError:
        return BrokenLine(path, number, "it has a key twice")
    except (ValueError, RecursionError):
        return BrokenLine(path, number, "it is no whole JSON (cut off?)")
    if not isinstance(said, dict):
        return BrokenLine(path, number, "it is no JSON object")
    if "method" in said or "url" in said:
        return BrokenLine(path, number, "it is a request; give the files that the provider made of it")
    custom_id, response, error = said.get("custom_id"), said.get("response"), said.get("error")
    if not isinstance(custom_id, str) or not custom_id:
        return BrokenLine(path, number, "it has no custom_id")
    if not isinstance(response, dict):
        if response is not None or error is None:
            return BrokenLine(path, number, "it has neither a response nor an error")
        return Result(custom_id, path, number, None, _failure(error))
    status, body = response.get("status_code"), response.get("body")
    if type(status) is not int:
        return BrokenLine(path, number, "its response has no status_code")
    # OpenAI puts the error of a refused request in the body, vLLM beside the response, and neither into both.
    if error is not None and body is None:
        return Result(custom_id, path, number, status if status != 200 else 500, _failure(error))
    return Result(custom_id, path, number, status, wire.encode(body))


def _failure(error: object) -> bytes:
    """An error as the body of an answer has it; vLLM gives it as a text, bare, or inside of another ``error``."""
    inner = error.get("error") if isinstance(error, dict) else None
    return wire.encode({"error": inner if isinstance(inner, (dict, str)) and inner else error})
