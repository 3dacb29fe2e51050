"""Articles from CSV, read record by record; where its quoting breaks, nothing is taken that may be no row."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from conflict_extract.documents.byte_lines import ByteLines, opened
from conflict_extract.documents.columns import Columns, article_of
from conflict_extract.documents.decoding import MAX_BYTES, decode, too_large
from conflict_extract.documents.sourced import Place, Sourced
from conflict_extract.errors import InputError
from conflict_extract.models import Article

DELIMITERS = (",", ";", "\t", "|")
"""What may stand between cells; the header tells which."""

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_HEAD_LINES = 1000

_ENOUGH = 10
"""After so many rows of a line each, header included, they all are."""

_QUOTES = "the quotation marks of this row are wrong: one is not closed, or one inside a cell is not doubled"
_OLD_MAC = "a carriage return stands alone, as line ends on old Macs; save the file as CSV UTF-8 once more"


def read_csv(path: Path, columns: Columns) -> Iterator[Sourced]:
    """One article a row, its place the line that the row begins on; blank lines left out.

    The first row is the header; the delimiter is the one that makes the needed columns of it.

    Raises:
        InputError: The file cannot be opened, has no header or no such columns, or breaks off, or its quoting breaks
            so that nobody can tell where the next row begins; what stood before has been given.
    """
    header = _header(path, columns)
    problem = columns.problem(header.names)
    if problem:
        raise InputError(problem, path=path, line=header.line)
    with opened(path) as file:
        records = _Records(path, ByteLines(file), header.delimiter, quoted=_is_quoted(path, header))
        next(records)
        for record in records:
            yield Sourced(_found(record, header, columns), record.place)


def csv_problem(path: Path, columns: Columns) -> str | None:
    """What is wrong with the columns of the file, if anything.

    Raises:
        InputError: It cannot be read, or has no header.
    """
    return columns.problem(_header(path, columns).names)


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    delimiter: str
    line: int | None


@dataclass(frozen=True, slots=True)
class _Record:
    """A row; of the header and of a row that is not UTF-8 also the bytes, and where they start in the file."""

    cells: list[str]
    place: Place
    fault: InputError | None = None
    offset: int = 0
    data: bytes = b""


def _header(path: Path, columns: Columns) -> _Header:
    """The first row, cut by the delimiter that makes the needed columns; else by the one that makes most."""
    headers, faults = [], []
    for delimiter in DELIMITERS:
        try:
            header = _cut(path, delimiter)
        except InputError as fault:
            faults.append(fault)
            continue
        if all(name in header.names for name in columns.required):
            return header
        headers.append(header)
    if not headers:
        raise faults[0]
    return max(headers, key=lambda each: len(each.names))


def _cut(path: Path, delimiter: str) -> _Header:
    with opened(path) as file:
        record = next(_Records(path, ByteLines(file), delimiter), None)
    if record is None:
        raise InputError("the file is empty, or has only white space", path=path)
    if record.fault is not None:
        raise record.fault
    decode(record.data, path, line=record.place.line, first_byte=record.offset)
    return _Header([name.strip() for name in record.cells], delimiter, record.place.line)


def _is_quoted(path: Path, header: _Header) -> bool:
    """Whether quotation marks around a cell mean anything: told from the first lines, where tabs stand between cells.

    IANA's text/tab-separated-values knows no quoting, and spreadsheets quote all the same. A mark that stands as no
    writer of quotes would put it shows that there is none.
    """
    if header.delimiter != "\t":
        return True
    bare = False
    with opened(path) as file:
        for data in itertools.islice(ByteLines(file), _HEAD_LINES):
            cells = data.decode("utf-8", "replace").rstrip("\r\n").split("\t")
            if data.strip() and len(cells) != len(header.names):  # a line of a quoted cell
                return True
            bare |= any('"' in cell and not _QUOTED.fullmatch(cell) for cell in cells)
    return not bare


def _found(record: _Record, header: _Header, columns: Columns) -> Article | InputError:
    if record.fault is not None:
        return record.fault
    place = record.place
    try:
        cells = {name: cell for name, cell in zip(header.names, record.cells, strict=True) if name in columns.wanted}
        if record.data and any("\udc80" <= sign <= "\udcff" for cell in cells.values() for sign in cell):
            decode(record.data, place.path, line=place.line, first_byte=record.offset)
        return article_of(cells, columns, place)
    except InputError as error:
        return error


class _TooLongError(Exception):
    """The record is longer than an article may be."""


class _Records:
    """The records of a file by the standard library's parser, and what it cannot be trusted with.

    A quotation mark too many or too few makes the parser take rows for cells, or lines of a text for rows. Where all
    rows before stood on a line each, and there were some, a row that does not fit is given up alone and the next line
    is a row again. In a file with texts over several lines nothing tells where the next row begins: there the file
    is not read on, since a line of a text that looks like a row would become a false article.
    """

    def __init__(self, path: Path, lines: ByteLines, delimiter: str, *, quoted: bool = True) -> None:
        # The standard library's limit is one for the whole process; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES + 1))
        self._path = path
        self._lines = lines
        self._again: deque[tuple[int, int, bytes]] = deque()
        self._record: list[tuple[int, int, bytes]] = []
        self._size = 0
        self._is_utf8 = True
        self._width = 0
        self._rows = 0
        self._rows_of_one_line = True
        self._delimiter, self._quoted = delimiter, quoted
        self._parser = self._new_parser()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Record:
        """The next record, or what is wrong with it.

        Raises:
            InputError: Nobody can tell where the next record begins.
        """
        while True:
            self._record, self._size, self._is_utf8 = [], 0, True
            try:
                cells = next(self._parser)
            except csv.Error as error:
                return self._given_up(_OLD_MAC if "new-line character" in str(error) else _QUOTES)
            except _TooLongError:
                return self._too_long()
            if cells and any(cells):
                break
        self._width = self._width or len(cells)
        if len(cells) != self._width:
            return self._given_up(f"this row has {len(cells)} cells, the header {self._width}")
        if not self._rows_of_one_line and self._has_bare_marks(cells):
            return self._given_up(_QUOTES)
        number, offset, _ = self._record[0]
        self._rows += 1
        self._rows_of_one_line &= len(self._record) == 1
        data = b"" if self._is_utf8 and self._rows > 1 else b"".join(data for _, _, data in self._record)
        return _Record(cells, Place(self._path, line=number), offset=offset, data=data)

    def _new_parser(self) -> Iterator[list[str]]:
        lines = iter(self._feed, None)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self._quoted else csv.QUOTE_NONE
        return csv.reader(lines, delimiter=self._delimiter, quoting=quoting, strict=True)

    def _feed(self) -> str:
        number, offset, data = self._next_line()
        self._record.append((number, offset, data))
        self._size += len(data)
        if self._size > MAX_BYTES:
            raise _TooLongError
        if number == 1:
            data = data.removeprefix(codecs.BOM_UTF8)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self._is_utf8 = False
            return data.decode("utf-8", "surrogateescape")

    def _next_line(self) -> tuple[int, int, bytes]:
        if self._again:
            return self._again.popleft()
        data = next(self._lines)
        return self._lines.number, self._lines.offset, data

    def _given_up(self, problem: str) -> _Record:
        """Leave a record out, and stand at the line after its first one; or give the file up."""
        place = self._begin_anew()
        if self._rows_of_one_line and self._rows > _ENOUGH:
            self._again.extendleft(reversed(self._record[1:]))
            return _Record([], place, fault=place.error(problem))
        raise place.error(
            f"{problem}; the file is not read from here on, since nobody can tell where the next row begins"
        )

    def _has_bare_marks(self, cells: list[str]) -> bool:
        """Whether a quotation mark stands in a cell that is not quoted: a line of a text, rather than a row."""
        marks = sum(data.count(b'"') for _, _, data in self._record)
        return marks % 2 == 1 or marks < sum(2 + 2 * cell.count('"') for cell in cells if '"' in cell)

    def _too_long(self) -> _Record:
        if len(self._record) > 1 and self._rows_of_one_line and self._rows > _ENOUGH:
            return self._given_up(_QUOTES)
        place = self._begin_anew()
        last = self._skip_to_end()
        upto = f" (it goes up to line {last})" if last != place.line else ""
        return _Record([], place, fault=place.error(too_large() + upto))

    def _begin_anew(self) -> Place:
        self._parser = self._new_parser()
        return Place(self._path, line=self._record[0][0])

    def _skip_to_end(self) -> int:
        """Go to the end of a record that is too long: where all quotation marks are closed.

        Returns:
            The last line of the record.
        """
        number = self._record[-1][0]
        marks = sum(data.count(b'"') for _, _, data in self._record) + self._lines.quotes_skipped
        while marks % 2:
            try:
                number, _, data = self._next_line()
            except StopIteration:
                break
            marks += data.count(b'"') + self._lines.quotes_skipped
        return number
