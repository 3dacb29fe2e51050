"""The main text of an HTML page, by trafilatura (the extra ``html``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conflict_extract.documents.decoding import decode_page
from conflict_extract.errors import InputError


def main_text(data: bytes, path: Path) -> str:
    """The headline and body of a page, without menus, comments and scripts.

    trafilatura brings the text into Unicode's composed form (NFC) and joins white space: it is this text, not
    the page, that all offsets point into. What it guesses about the page (date, title, author) is not taken.

    Args:
        data: The page as it was saved.
        path: Its file, for errors.

    Raises:
        InputError: The page cannot be decoded, or has no main text; or trafilatura is not installed.
    """
    extract = _extractor(path)
    page = decode_page(data, path)
    try:
        text = extract(page, include_comments=False)
    except Exception as error:  # one page that trips the parser must not lose the articles after it
        raise InputError(f"trafilatura fails on this page ({type(error).__name__})", path=path) from error
    if not text:
        raise InputError("no main text can be found in this page; save its text as UTF-8 (.txt) instead", path=path)
    return text


def _extractor(path: Path) -> Callable[..., str | None]:
    try:
        from trafilatura import extract
    except ImportError:
        problem = "HTML pages need the package trafilatura: pip install 'conflict-extract[html]'"
        raise InputError(problem, path=path) from None
    return extract
