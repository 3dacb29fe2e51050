"""Prompt templates by version, their rendering, and the hash by which recordings and caches know them.

A version is a folder of three files. A version that recordings were made with is never changed: a new one is added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

from conflict_extract.errors import ConfigError
from conflict_extract.llm.base import Message

LATEST = "v6"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of the prompt.

    Attributes:
        version: Its name.
        sha256: SHA-256 over its files, as 64 hex digits.
    """

    version: str
    sha256: str
    _system: str = field(repr=False)
    _article: str = field(repr=False)
    _reask: str = field(repr=False)

    def messages(self, text: str, *, published: date | None = None) -> tuple[Message, ...]:
        """The conversation that asks for an extraction of a text.

        The text is fenced by a marker made from its own hash: no text can hold it and so close the fence.
        """
        marker = _marker(text)
        day = f" It was published on {published.isoformat()}." if published else ""
        article = self._article.replace("{marker}", marker).replace("{published}", day).replace("{article}", text)
        return (Message("system", self._system), Message("user", article))

    def reask(self, faults: Sequence[str]) -> str:
        """The message that names the faults of a reply and asks for a better one."""
        return self._reask.replace("{faults}", "\n".join(f"- {fault}" for fault in faults))


def _marker(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return next(mark for start in range(0, 52) if (mark := digest[start : start + 12]) not in text)


@cache
def load(version: str = LATEST) -> Prompt:
    """The prompt of a version.

    Raises:
        ConfigError: There is no such version.
    """
    folder = files(__name__) / version
    if not version.isalnum() or not (folder / "system.md").is_file():
        raise ConfigError(f"there is no prompt version {version!r}; there is: {', '.join(versions())}")
    parts = [(folder / name).read_text(encoding="utf-8").strip() for name in ("system.md", "article.md", "reask.md")]
    return Prompt(version, hashlib.sha256("\x00".join(parts).encode()).hexdigest(), *parts)


def versions() -> tuple[str, ...]:
    """The versions that there are, oldest first."""
    return tuple(sorted(entry.name for entry in files(__name__).iterdir() if (entry / "system.md").is_file()))
