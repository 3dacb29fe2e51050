"""From a file's bytes to text, letter for letter, or the reason why they are not text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from conflict_extract.documents.sourced import Place
from conflict_extract.errors import InputError

MAX_BYTES = 20_000_000
"""Largest article that is read, in bytes: some 3 million words. What is larger is no article but a collection."""

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (so are .docx, .odt and .epub)"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_MARKUP_START = re.compile(
    r"\s*<(?:!doctype\s+html|\?xml|!--|(?:html|head|body|div|article|section|main|header|p|span|h[1-6]|table|meta)\b)",
    re.IGNORECASE,
)
_MARKUP_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)


def read_bytes(path: Path) -> bytes:
    """The bytes of an article's file.

    Raises:
        InputError: It cannot be opened, is no regular file, or is larger than ``MAX_BYTES``.
    """
    try:
        if not path.is_file() and path.exists():
            raise InputError("this is not a file that can be read as an article", path=path)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None
    if len(data) > MAX_BYTES:
        raise InputError(too_large(), path=path)
    return data


def too_large() -> str:
    """What an error says of an article above the limit."""
    return (
        f"larger than {MAX_BYTES // 1_000_000} MB, the most that is read as one article; if it holds several, split it"
    )


def decode(data: bytes, path: Path, *, line: int | None = None, first_byte: int = 0) -> str:
    """Decode UTF-8 as it stands: line ends and Unicode form are kept, only a byte order mark at the start goes.

    Args:
        data: The bytes of the file, or of one line of it.
        path: The file, for the error.
        line: Its one-based line, if ``data`` is one.
        first_byte: Where in the file ``data`` starts.

    Raises:
        InputError: It is empty, binary, or not UTF-8; with the offset of the first bad byte in the file.
    """
    _refuse_other_kinds(data, path, first_byte)
    body = data.removeprefix(codecs.BOM_UTF8)
    offset = first_byte + len(data) - len(body)
    if not body.strip():
        raise InputError("the file has only white space" if body else "the file is empty", path=path, line=line)
    if b"\0" in body:
        raise InputError(
            "there is a NUL byte: this is a binary file, not text",
            path=path,
            line=line,
            byte=offset + body.index(b"\0"),
        )
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8: the byte 0x{body[error.start]:02X} cannot stand here; convert the file to UTF-8 "
            "(it may be Windows-1252 or another older encoding)",
            path=path,
            line=line,
            byte=offset + error.start,
        ) from None


def _refuse_other_kinds(data: bytes, path: Path, first_byte: int) -> None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"this is {kind}, not text: save its text as UTF-8 (.txt)", path=path, byte=first_byte)
    wide = None
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        wide = "UTF-32"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _has_the_look_of_utf16(data):
        wide = "UTF-16"
    if wide:
        raise InputError(
            f"the text is in {wide}; convert it to UTF-8, for example with: iconv -f {wide} -t UTF-8",
            path=path,
            byte=first_byte,
        )


def _has_the_look_of_utf16(data: bytes) -> bool:
    """Whether every other byte at the start is NUL, as in UTF-16 of a Latin script without a byte order mark."""
    head = data[:64]
    return len(head) >= 8 and any(not any(head[nul::2]) and all(head[other::2]) for nul, other in ((0, 1), (1, 0)))


def refuse_markup(text: str, place: Place) -> None:
    """Refuse text that is an HTML page: quotes would be looked for among its tags.

    Raises:
        InputError: It is HTML.
    """
    if _MARKUP_START.match(text) or _MARKUP_END.search(text):
        if place.line is None and place.row is None:
            way_out = "name the file .html to have its main text read (needs pip install 'conflict-extract[html]')"
        else:
            way_out = "give its main text here, or save each page as a file of its own (.html)"
        raise place.error(f"this is HTML, not text: {way_out}")


def decode_page(data: bytes, path: Path) -> str:
    """Decode an HTML page by its own declaration, or as UTF-8 where it makes none; never by guessing.

    Labels of Latin-1 and ASCII mean Windows-1252 on the web (WHATWG Encoding Standard, "Names and labels").

    Raises:
        InputError: It is empty, or its bytes do not fit the encoding.
    """
    _refuse_other_kinds(data, path, 0)
    declared = _DECLARED.search(data[:4096])
    label = declared[1].decode("ascii").lower() if declared and not data.startswith(codecs.BOM_UTF8) else "utf-8"
    try:
        codec = codecs.lookup(label).name
    except LookupError:
        raise InputError(f"the page declares an encoding that does not exist: {label}", path=path) from None
    if codec in ("utf-8", "utf-16", "utf-16-le", "utf-16-be"):
        # A page in which the declaration can be read byte by byte is not in UTF-16, whatever it says (WHATWG).
        return decode(data, path)
    codec = "cp1252" if codec in ("iso8859-1", "ascii") else codec
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise InputError(
            f"the page declares {label}, and the byte 0x{data[error.start]:02X} cannot stand here in it",
            path=path,
            byte=error.start,
        ) from None
    except (LookupError, UnicodeError):
        raise InputError(f"the page declares {label}, in which it cannot be read", path=path) from None
