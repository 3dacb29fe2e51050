"""Attributions: one act of telling, with its chain of sources (after PolNeAR and PARC3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from conflict_extract.models.base import COMPUTED, Model, Span, Verbatim
from conflict_extract.models.item import Item
from conflict_extract.models.vocabulary import CueClass, Identification, Mode, SourceType


class Source(Model):
    """One link of a chain of telling.

    Attributes:
        name: The fullest naming of the source in the article.
        name_span: Its place.
        type: What kind of source it is.
        identification: Whether it is named, unnamed (by role only) or a collective.
        alignment: The words with which the article places it on a side, or None. Never inferred.
        alignment_span: Their place.
    """

    name: Verbatim
    name_span: Annotated[Span, COMPUTED]
    type: SourceType
    identification: Identification
    alignment: Verbatim | None = None
    alignment_span: Annotated[Span | None, COMPUTED] = None


class Attribution(Item):
    """One act of telling: who, through whom, with which words.

    Attributes:
        chain: The sources, from the speaker whom the article hears first to the origin.
        cue: The words that mark the telling, or None where there are none.
        cue_span: Their place.
        cue_class: What the cue does, by its words alone.
        mode: Direct, indirect or mixed quotation.
    """

    chain: Annotated[tuple[Source, ...], Field(min_length=1)]
    cue: Verbatim | None = None
    cue_span: Annotated[Span | None, COMPUTED] = None
    cue_class: CueClass
    mode: Mode

    @property
    def speaker(self) -> Source:
        """The source whom the article hears first."""
        return self.chain[0]

    @property
    def origin(self) -> Source:
        """The source where the chain ends: who is said to know."""
        return self.chain[-1]
