"""Small article files for tests, and what reading them gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conflict_extract.documents import read_articles
from conflict_extract.errors import InputError
from conflict_extract.models import Article

TEXT = "Medics in the town said that at least 12 people were killed on Thursday.\n"


def written(path: Path, content: str | bytes) -> Path:
    """Write a file."""
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def only(found: Iterator[Article | InputError]) -> Article | InputError:
    """The one thing that was found."""
    (each,) = found
    return each


def article(path: Path) -> Article:
    """The one article of a good file."""
    found = only(read_articles([path]))
    assert isinstance(found, Article), found
    return found


def fault(path: Path) -> InputError:
    """What is wrong with a bad file."""
    found = only(read_articles([path]))
    assert isinstance(found, InputError)
    assert str(path) in str(found), "an error names the file"
    return found
