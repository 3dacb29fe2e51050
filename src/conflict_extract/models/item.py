"""What attributions, claims and events have in common: an id, and the words that they rest on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from conflict_extract.models.base import COMPUTED, Model, Span, Verbatim
from conflict_extract.models.vocabulary import GroundingStatus


class Item(Model):
    """One extracted item, tied to the article.

    Attributes:
        id: Unique in the extraction: a1, a2 … for attributions, c1 … for claims, e1 … for events.
        quote: One contiguous passage, as it stands in the article: ``article.text[start:end]``.
        start: First code point of the quote in ``Article.text``.
        end: Code point after its last.
        grounding: How the model's quote was found in the article.
        similarity: 1.0 unless the grounding is fuzzy; then the share of characters that agree.
    """

    id: Annotated[str, Field(min_length=1)]
    quote: Verbatim
    start: Annotated[int, Field(ge=0), COMPUTED]
    end: Annotated[int, Field(ge=1), COMPUTED]
    grounding: Annotated[GroundingStatus, COMPUTED] = "exact"
    similarity: Annotated[float, Field(gt=0, le=1), COMPUTED] = 1.0

    @property
    def span(self) -> Span:
        """The quote's place in the article."""
        return Span(self.start, self.end)
