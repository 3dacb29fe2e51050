"""Reading one item, of labels or of an extraction, into its neutral form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from conflict_extract.errors import InputError
from conflict_extract.evaluation.items import (
    FIELDS,
    LINKS,
    PARTS,
    SINGLE,
    Accepted,
    Amount,
    Item,
    Link,
    ListName,
    Part,
    Value,
    When,
    folded,
)
from conflict_extract.models import Article, Span
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE
from conflict_extract.text.figures import read_figure
from conflict_extract.text.times import resolve_time

_PATH = re.compile(r"(\w+)(?:\[(\d+)\]\.(\w+))?")
_NAMES = frozenset({"name", "of", "within"})


class ItemReader:
    """Reads one item, as plain values, into its neutral form."""

    def __init__(self, name: ListName, raw: Mapping[str, Any], article: Article | None) -> None:
        self.name = name
        self.raw = raw
        self.article = article
        self.alternatives: Mapping[str, Sequence[Any]] = raw.get("alternatives") or {}

    def item(self, *, verbatim: bool = True) -> Item:
        """The item; checks that every alternative could be put to use."""
        self._check_alternatives()
        try:
            return self._item(verbatim)
        except (TypeError, KeyError, AttributeError) as error:
            raise self._fail(f"an alternative has not the form of its field ({error})") from None

    def _item(self, verbatim: bool) -> Item:
        fields = self._fields()
        parts = {part: self._part_lists(part) for part in PARTS[self.name]}
        return Item(
            id=self.raw["id"],
            spans=self._spans(),
            words=self._words(fields, parts),
            fields=fields,
            parts=parts,
            links=self._links() if self.name == "claims" else {},
            optional=bool(self.raw.get("optional")),
            verbatim=verbatim,
        )

    def _fail(self, problem: str) -> InputError:
        return InputError(f"{self.raw['id']}: {problem}", article=self.article.id if self.article else None)

    def _check_alternatives(self) -> None:
        whole = {"quote", *FIELDS[self.name], *PARTS[self.name], *(LINKS if self.name == "claims" else ())} - {"type"}
        for path in self.alternatives:
            match = _PATH.fullmatch(path)
            if match and match[2] is None and match[1] in whole:
                continue
            known = (
                {*PARTS[self.name].get(match[1], ()), *(("text",) if match[1] == "figures" else ())} if match else ()
            )
            if match and match[3] in known and match[3] != "value" and int(match[2]) < len(self.raw[match[1]]):
                continue
            raise self._fail(f"there is no field {path} that could have alternatives")

    def _accepted(self, field_name: str) -> list[Any]:
        return [self.raw[field_name], *self.alternatives.get(field_name, ())]

    def _spans(self) -> tuple[Span, ...]:
        start, end = self.raw["start"], self.raw["end"]
        if start is None or end is None:
            raise self._fail("it has no place in the text (start, end)")
        if not start < end:
            raise self._fail(f"its place [{start}, {end}) is empty")
        return (Span(start, end), *(self._nearest(words, start) for words in self.alternatives.get("quote", ())))

    def _nearest(self, words: Any, start: int) -> Span:
        """The place of other words for the quote: of several, the one nearest to the item's own."""
        text = self.article.text if self.article else ""
        if not isinstance(words, str) or not words or words not in text:
            raise self._fail("an alternative quote is not in the text")
        places = (found.start() for found in re.finditer(f"(?={re.escape(words)})", text))
        best = min(places, key=lambda place: (abs(place - start), place))
        return Span(best, best + len(words))

    def _words(self, fields: Mapping[str, Accepted], parts: Mapping[str, tuple[tuple[Part, ...], ...]]) -> Accepted:
        if self.name != "attributions":
            return (_sorted_words(folded(self.raw["statement" if self.name == "claims" else "summary"])),)
        return _distinct(
            _sorted_words(" ".join([*names, cue or ""]))
            for chain in parts["chain"]
            for names in product(*(source["name"] for source in chain))
            for cue in fields["cue"]
        )

    def _fields(self) -> dict[str, Accepted]:
        fields: dict[str, Accepted] = {}
        for name in SINGLE[self.name]:
            values = self._accepted(name)
            if not all(value is None or isinstance(value, str | bool) for value in values):
                raise self._fail(f"an alternative of {name} is no single value")
            fields[name] = _distinct(folded(value) if isinstance(value, str) else value for value in values)
        if self.name == "events":
            if unknown := [value for value in fields["sub_type"] if value not in TYPE_OF_SUB_TYPE]:
                raise self._fail(f"there is no sub_type {unknown[0]}")
            fields["type"] = _distinct(TYPE_OF_SUB_TYPE[value] for value in fields["sub_type"])
            fields["time"] = _distinct(self._when(words) for words in self._accepted("time"))
            fields["weapons"] = _distinct(frozenset(weapons) for weapons in self._accepted("weapons"))
        return fields

    def _when(self, words: str | None) -> When | None:
        if words is None:
            return None
        if "earliest" in self.raw:  # an extraction has resolved it already
            earliest, latest = self.raw["earliest"], self.raw["latest"]
        else:
            planned = self.raw["reality"] == "planned" or self.article is None
            days = resolve_time(words, published=None if planned or not self.article else self.article.published)
            earliest, latest = (days.earliest, days.latest) if days else (None, None)
        if earliest is not None and latest is not None:
            return When(earliest, latest)
        return When(None, None, re.sub(r"^(?:(?:on|in|at|during|over) )?(?:the )?", "", folded(words)))

    def _part_lists(self, name: str) -> tuple[tuple[Part, ...], ...]:
        own: list[Part] = []
        for position, raw in enumerate(self.raw[name]):
            prefix = f"{name}[{position}]."
            others = {
                path.removeprefix(prefix): each for path, each in self.alternatives.items() if path.startswith(prefix)
            }
            own.append(self._part(name, raw, others))
        return (
            tuple(own),
            *(tuple(self._part(name, raw, {}) for raw in each) for each in self.alternatives.get(name, ())),
        )

    def _part(self, name: str, raw: Mapping[str, Any], others: Mapping[str, Sequence[Any]]) -> Part:
        part: dict[str, Accepted] = {}
        for field_name in PARTS[self.name][name]:
            if field_name == "value":
                measures = [raw["measure"], *others.get("measure", ())]
                part["value"] = _distinct(
                    _amount(raw, words, measure)
                    for words in (raw["text"], *others.get("text", ()))
                    for measure in measures
                )
                continue
            part[field_name] = _distinct(
                folded(value, is_name=field_name in _NAMES) if value is not None else None
                for value in (raw[field_name], *others.get(field_name, ()))
            )
        return part

    def _links(self) -> dict[str, tuple[frozenset[Link], ...]]:
        return {
            "attribution": tuple(
                frozenset() if target is None else frozenset({("", target)}) for target in self._accepted("attribution")
            ),
            "events": tuple(frozenset(("", target) for target in targets) for targets in self._accepted("events")),
            "relations": tuple(
                frozenset((each["kind"], each["claim"]) for each in relations)
                for relations in self._accepted("relations")
            ),
        }


def _amount(raw: Mapping[str, Any], words: str, measure: Any) -> Amount:
    """What an extraction gives for the figure's words, or else what the words give; vague ones by ACLED's policy."""
    if raw.get("comparator") not in (None, "vague"):
        return Amount(raw["low"], raw["high"], raw["comparator"], raw["unit"])
    quantity = read_figure(words, measure=measure)
    if quantity is None:
        return Amount(None, None, "vague", None, folded(words))
    bare = folded(words) if quantity.low is None and quantity.high is None else ""
    return Amount(quantity.low, quantity.high, quantity.comparator, quantity.unit, bare)


def _sorted_words(words: str) -> str:
    return " ".join(sorted(re.findall(r"\w+", words)))


def _distinct(values: Iterable[Value]) -> Accepted:
    return tuple(dict.fromkeys(values))
