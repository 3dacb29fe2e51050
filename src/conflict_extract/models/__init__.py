"""The objects of the codebook, as frozen pydantic models."""

from conflict_extract.models.article import Article
from conflict_extract.models.attribution import Attribution, Source
from conflict_extract.models.base import Span
from conflict_extract.models.claim import Claim, Figure, Relation
from conflict_extract.models.event import Actor, Event, Place
from conflict_extract.models.extraction import (
    SCHEMA_VERSION,
    Extraction,
    Provenance,
    Rejected,
    RejectionReason,
    Told,
    Usage,
)
from conflict_extract.models.item import Item

__all__ = [
    "SCHEMA_VERSION",
    "Actor",
    "Article",
    "Attribution",
    "Claim",
    "Event",
    "Extraction",
    "Figure",
    "Item",
    "Place",
    "Provenance",
    "Rejected",
    "RejectionReason",
    "Relation",
    "Source",
    "Span",
    "Told",
    "Usage",
]
