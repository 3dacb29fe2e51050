"""The drafts of items: what a model gives of each, derived from the domain models.

Every field that the library computes itself (offsets, resolved numbers and days, an event's type) is left out; the
rest keeps its name and its vocabulary. The JSON Schema lies in the strict subset of structured-output engines: each
key required, no further keys, no defaults, no lengths of strings.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, create_model

from conflict_extract.models.attribution import Attribution
from conflict_extract.models.base import COMPUTED, Model, has_mark
from conflict_extract.models.claim import Claim
from conflict_extract.models.event import Event

LISTS: dict[str, type[Model]] = {"attributions": Attribution, "events": Event, "claims": Claim}
"""The lists of a reply, in the order in which the model writes them: claims last, since they link to the others."""


class Draft(BaseModel):
    """Base of the reply's models: a domain model without what the library computes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@cache
def draft_of(model: type[Model]) -> type[Draft]:
    """The draft that the model fills in for a domain model."""
    fields: dict[str, Any] = {
        name: (
            Annotated[(_drafted(info.annotation), *info.metadata)] if info.metadata else _drafted(info.annotation),
            ...,
        )
        for name, info in model.model_fields.items()
        if not has_mark(info.metadata, COMPUTED)
    }
    return create_model(f"{model.__name__}Draft", __base__=Draft, **fields)


def _drafted(annotation: Any) -> Any:
    """The annotation with each domain model in it replaced by its draft."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return draft_of(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return tuple[_drafted(arguments[0]), ...]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(_drafted(each) for each in arguments)]  # noqa: UP007 - built at run time
    return annotation


_NOT_IN_SUBSET = {"title", "description", "default", "minLength", "maxLength"}


def strict(node: Any) -> Any:
    """A copy of a schema without what structured-output engines do not take."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: ({name: strict(each) for name, each in value.items()} if key in ("properties", "$defs") else strict(value))
        for key, value in node.items()
        if key not in _NOT_IN_SUBSET
    }
    if "properties" in kept:
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    return kept
