"""Events: what happened, or is said to, where, when, by and to whom (ACLED types, UCDP precision)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from conflict_extract.models.base import COMPUTED, Model, Span, Verbatim
from conflict_extract.models.item import Item
from conflict_extract.models.vocabulary import (
    TYPE_OF_SUB_TYPE,
    ActorRole,
    ActorType,
    DatePrecision,
    EventType,
    Granularity,
    Reality,
    SubType,
    Territory,
    Weapon,
)


class Actor(Model):
    """Who did it, or to whom it was done.

    Attributes:
        name: The fullest naming in the article.
        name_span: Its place.
        role: initiator, target, supporter or other.
        type: ACLED's inter code.
    """

    name: Verbatim
    name_span: Annotated[Span, COMPUTED]
    role: ActorRole
    type: ActorType


class Place(Model):
    """Where it happened.

    Attributes:
        name: As the article names it.
        name_span: Its place in the text.
        within: The next larger place that the article gives, or None.
        within_span: Its place in the text.
    """

    name: Verbatim
    name_span: Annotated[Span, COMPUTED]
    within: Verbatim | None = None
    within_span: Annotated[Span | None, COMPUTED] = None


class Event(Item):
    """One thing that happened, or is said to. It has no numbers and no source: the claims about it have.

    Attributes:
        type: ACLED's event type; it follows from the sub-type.
        sub_type: ACLED's sub-event type.
        summary: A short phrase. The model's words.
        granularity: One incident, a series of acts, or a campaign that holds many.
        reality: Whether it occurred, was attempted and did not come off, or is planned.
        actors: Who, and in which role.
        places: Where.
        time: The words for when, or None.
        time_span: Their place.
        earliest: First day that the words allow, where they resolve.
        latest: Last day that the words allow.
        precision: UCDP's date precision, 1 to 5, None where unresolved.
        territory: What became of ground, as seen from the initiator.
        weapons: Only those named.
    """

    type: Annotated[EventType, COMPUTED]
    sub_type: SubType
    summary: Annotated[str, Field(min_length=1)]
    granularity: Granularity
    reality: Reality
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    time: Verbatim | None = None
    time_span: Annotated[Span | None, COMPUTED] = None
    earliest: Annotated[date | None, COMPUTED] = None
    latest: Annotated[date | None, COMPUTED] = None
    precision: Annotated[DatePrecision | None, COMPUTED] = None
    territory: Territory | None = None
    weapons: tuple[Weapon, ...] = ()

    @model_validator(mode="after")
    def _type_follows_sub_type(self) -> Event:
        if TYPE_OF_SUB_TYPE[self.sub_type] != self.type:
            raise ValueError(f"sub-type {self.sub_type} belongs to {TYPE_OF_SUB_TYPE[self.sub_type]}, not {self.type}")
        return self
