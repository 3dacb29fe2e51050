"""The article: the text that everything else points into."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, field_validator

from conflict_extract.models.base import Model


class Article(Model):
    """One article, as text. Only what is known about it: nothing here is ever guessed from the text.

    Attributes:
        id: Any name that is unique in your collection.
        text: The text, never changed by the library: all offsets are code points into it.
        title: The headline, where it is known apart from the text. It is kept and not sent to a model, since quotes
            could not point into it.
        published: The day of publication. Relative times ("on Thursday") are resolved against it; without
            it they stay unresolved.
        url: Where the article was found.
    """

    id: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(repr=False)]
    title: str | None = None
    published: date | None = None
    url: str | None = None

    @field_validator("text")
    @classmethod
    def _is_text(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("the text is empty")
        if "\x00" in text:
            raise ValueError(f"the text has a NUL character at offset {text.index(chr(0))}: this is not a text")
        return text

    @field_validator("id", "text", "title", "url")
    @classmethod
    def _can_be_written(cls, words: str | None) -> str | None:
        try:
            (words or "").encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(f"the text has half a surrogate pair at offset {error.start}") from None
        return words

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, as 64 hex digits."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()
