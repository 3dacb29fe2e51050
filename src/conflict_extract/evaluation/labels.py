"""Labels made by hand: the items that a labeller writes, and the file that holds those of one article.

A labelled item has the fields that a model is asked for (``reply.schema``), its place, and two of its own: whether two
careful readers may differ on it, and which other values of a field are as good.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS, draft_of


class Label(BaseModel):
    """What every labelled item has beside the fields of its kind.

    Attributes:
        start: First code point of the quote in the article's text; None as long as nobody has placed it.
        end: Code point after its last.
        optional: Two careful readers may differ on whether it belongs: finding it earns nothing, missing it costs
            nothing (MUC-4).
        alternatives: Other values that are as good, by field: {"kind": ["combat"]}; a figure's by its position:
            {"figures[0].of": ["fighters"]}.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=1)] | None = None
    optional: bool = False
    alternatives: dict[str, tuple[Any, ...]] = {}


@cache
def label_of(model: type[Model]) -> type[Label]:
    """The labelled form of a domain model: its draft's fields, required, and those of ``Label``."""
    fields: dict[str, Any] = {
        name: (Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation, ...)
        for name, info in draft_of(model).model_fields.items()
    }
    return create_model(f"{model.__name__}Label", __base__=Label, **fields)


_LISTS: dict[str, Any] = {name: (tuple[label_of(model), ...], ...) for name, model in LISTS.items()}  # type: ignore[misc]


class LabelFile(
    create_model("LabelLists", __config__=ConfigDict(frozen=True, extra="forbid"), **_LISTS)  # type: ignore[misc]
):
    """The labels of one article, as they stand in a JSON file.

    Attributes:
        article: Id of the article.
        sha256: SHA-256 of the article's text in UTF-8.
        codebook: Version of the codebook that it was labelled by.
        annotator: Who labelled; "adjudicated" for gold.
        drafted_by_model: True where a model's draft was the beginning: such labels are kept out of agreement and of
            the frozen set.
        attributions: Tellings.
        events: Events.
        claims: Claims.
    """

    article: str
    sha256: str
    codebook: str
    annotator: str
    drafted_by_model: bool = False
