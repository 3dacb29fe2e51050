"""The neutral form of an item, in which labels and extractions can be compared.

Words are folded (case, white space, quotation marks, dashes), numbers and days are resolved by the same rules on
both sides, and where labels accept several values of a field, all of them stand here, the labelled one first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

from conflict_extract.models import Span
from conflict_extract.models.vocabulary import Comparator

ListName = Literal["attributions", "events", "claims"]
LISTS: tuple[ListName, ...] = get_args(ListName)
TYPE_FIELD: Mapping[ListName, str] = {"attributions": "cue_class", "events": "sub_type", "claims": "kind"}
"""The field that says of what type an item is."""

Value = Any
"""A folded string, a bool, None for no value, an ``Amount``, a ``When``, or a frozenset of strings; hashable."""
Accepted = tuple[Value, ...]
"""The values of a field that are right, the labelled one first; a single one in an extraction."""
Part = Mapping[str, Accepted]
"""A source, an actor, a place or a figure: its fields."""
Link = tuple[str, str]
"""What links (the relation's kind, else "") and the id that it points to."""


class Amount(NamedTuple):
    """What a figure's words say.

    Attributes:
        low: Lowest value, None where there is no lower bound.
        high: Highest value, None where there is no upper bound.
        comparator: How the words bound the number.
        unit: As ``Figure.unit``.
        words: The folded words where there is no bound at all ("several"), else empty.
    """

    low: int | float | None
    high: int | float | None
    comparator: Comparator
    unit: str | None
    words: str = ""


class When(NamedTuple):
    """When an event was: the days, or the words where they do not resolve."""

    earliest: date | None
    latest: date | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An attribution, an event or a claim.

    Attributes:
        id: Its id in its own document.
        spans: Its place, half-open code points; after it, other places that are as good.
        words: What it says, as sorted folded words: statement, summary, or the sources' names and the cue; after it,
            what other accepted sources and cues give.
        fields: Its single fields.
        parts: Its lists of parts by field ("chain", "figures", "actors", "places"); each accepted list.
        links: Its links by field ("attribution", "events", "relations"); each accepted set.
        optional: Two careful readers may differ on whether it belongs.
        verbatim: Its words were found in the article but for white space, quotation marks and the like.
    """

    id: str
    spans: tuple[Span, ...]
    words: tuple[str, ...]
    fields: Mapping[str, Accepted]
    parts: Mapping[str, tuple[tuple[Part, ...], ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[frozenset[Link], ...]] = field(default_factory=dict)
    optional: bool = False
    verbatim: bool = True

    @property
    def span(self) -> Span:
        """Its own place."""
        return self.spans[0]

    def first_values(self) -> Item:
        """The same without alternatives."""
        return replace(
            self,
            spans=self.spans[:1],
            words=self.words[:1],
            fields=_first(self.fields),
            parts={name: (tuple(_first(part) for part in accepted[0]),) for name, accepted in self.parts.items()},
            links={name: accepted[:1] for name, accepted in self.links.items()},
        )


def _first(fields: Mapping[str, Accepted]) -> dict[str, Accepted]:
    return {name: accepted[:1] for name, accepted in fields.items()}


SINGLE: Mapping[ListName, tuple[str, ...]] = {
    "attributions": ("cue", "cue_class", "mode"),
    "events": ("sub_type", "granularity", "reality", "territory"),
    "claims": ("kind", "polarity", "certainty", "verification", "background"),
}
PARTS: Mapping[ListName, Mapping[str, tuple[str, ...]]] = {
    "attributions": {"chain": ("name", "type", "identification", "alignment")},
    "events": {"actors": ("name", "role", "type"), "places": ("name", "within")},
    "claims": {"figures": ("value", "measure", "of", "category", "window")},
}
"""The fields of parts, by list and by the parts' field; a figure's "value" is what its words say."""
FIELDS: Mapping[ListName, tuple[str, ...]] = {
    "attributions": SINGLE["attributions"],
    "events": ("type", *SINGLE["events"], "time", "weapons"),
    "claims": SINGLE["claims"],
}
"""The single fields, by list. Statements and summaries are free wording: they help to align, and are not scored."""

LINKS: Mapping[str, ListName] = {"attribution": "attributions", "events": "events", "relations": "claims"}
"""The links of a claim, with the list that each points into."""

_SIGNS = {ord(sign): "'" for sign in "\u2018\u2019\u02bc\u0060\u00b4"}
_SIGNS |= {ord(sign): '"' for sign in "\u201c\u201d\u201e\u00ab\u00bb"}
_SIGNS |= dict.fromkeys((*range(8208, 8214), 8722), "-")


def folded(words: str, *, is_name: bool = False) -> str:
    """Words as they are compared: Unicode form, case, white space, quotation marks and dashes do not count.

    Args:
        words: Any words.
        is_name: Leave out a leading article ("the health ministry") and a trailing possessive.
    """
    words = " ".join(unicodedata.normalize("NFC", words).translate(_SIGNS).casefold().split())
    if is_name:
        words = re.sub(r"^(?:the|an?) (?=.)", "", re.sub(r"(?<=\w)(?:'s|(?<=s)')$", "", words))
    return words
