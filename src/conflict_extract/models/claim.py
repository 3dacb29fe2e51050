"""Claims: what is asserted or denied, with its figures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from conflict_extract.models.base import COMPUTED, Model, Span, Verbatim
from conflict_extract.models.item import Item
from conflict_extract.models.vocabulary import (
    Category,
    Certainty,
    ClaimKind,
    Comparator,
    Measure,
    Polarity,
    RelationKind,
    Verification,
)


class Figure(Model):
    """A number in somebody's claim. The model gives the words; code reads the number.

    Attributes:
        text: The number with its modifiers, as in the article: "more than 110".
        text_span: Its place.
        measure: What is measured.
        of: What is counted, in the article's words, or None where no noun stands there.
        of_span: Its place.
        category: What the article calls the counted people.
        window: The words for the stretch that a cumulative figure covers ("Since April 28"), or None.
        window_span: Their place.
        low: Lowest value that the words allow, None where they set no lower bound.
        high: Highest value that the words allow, None where they set no upper bound.
        comparator: How the words bound the number.
        unit: "percent", a currency ("USD"), a unit of time ("hours"), or None for plain counts.
    """

    text: Verbatim
    text_span: Annotated[Span, COMPUTED]
    measure: Measure
    of: Verbatim | None = None
    of_span: Annotated[Span | None, COMPUTED] = None
    category: Category
    window: Verbatim | None = None
    window_span: Annotated[Span | None, COMPUTED] = None
    low: Annotated[int | float | None, COMPUTED] = None
    high: Annotated[int | float | None, COMPUTED] = None
    comparator: Annotated[Comparator, COMPUTED]
    unit: Annotated[str | None, COMPUTED] = None


class Relation(Model):
    """A link from a later claim to an earlier one of the same article.

    Attributes:
        kind: denies, confirms, part_of (a part of a whole already told: never add the two), updates,
            or differs (a rival value or account of the same thing).
        claim: Id of the earlier claim.
    """

    kind: RelationKind
    claim: str


class Claim(Item):
    """One proposition that could be true or false by itself.

    Attributes:
        statement: A self-contained paraphrase in neutral English, without the attribution. The model's words.
        kind: What is asserted.
        polarity: negated where the source asserts that it is not so.
        certainty: How sure the source puts it.
        verification: What the article says of its standing.
        background: True for what came before the news that the article brings.
        attribution: Id of the telling it hangs on; None is the article's own voice.
        events: Ids of the events it is about.
        figures: Its numbers.
        relations: Links to earlier claims.
    """

    statement: Annotated[str, Field(min_length=1)]
    kind: ClaimKind
    polarity: Polarity
    certainty: Certainty
    verification: Verification
    background: bool
    attribution: str | None = None
    events: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    relations: tuple[Relation, ...] = ()
