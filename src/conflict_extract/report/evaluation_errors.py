"""Each error of a scored run with its passage, gold and prediction side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from conflict_extract.evaluation.diagnosis import Matched, Unmatched
from conflict_extract.evaluation.items import LINKS, ListName
from conflict_extract.evaluation.results import ArticleResult
from conflict_extract.models import Span
from conflict_extract.reply.schema import LISTS, draft_of
from conflict_extract.report.scored_run import Case
from conflict_extract.text.printable import clean, shortened, visible

_AROUND = 160
"""Code points of the article shown on either side of an item."""
_LONGEST_BETWEEN = 240
"""Unmarked words between two marked places that are shown whole."""
_QUOTE = 70

Side = tuple[str, ...]
"""The lines of a field's value; none where the side has no such item."""


class Piece(NamedTuple):
    """A stretch of a passage.

    Attributes:
        words: Its words.
        marks: "gold", "predicted", both with a space between, or nothing.
    """

    words: str
    marks: str


class Line(NamedTuple):
    """One line of a field's value, and whether the other side has it otherwise."""

    words: str
    differs: bool


class FieldView(NamedTuple):
    """A field on both sides.

    Attributes:
        name: Its name.
        gold: What the labels say.
        predicted: What was extracted.
        differs: Whether the scorer counts it as wrong.
    """

    name: str
    gold: tuple[Line, ...]
    predicted: tuple[Line, ...]
    differs: bool


class ErrorView(NamedTuple):
    """One error.

    Attributes:
        error: Its class; "wrong_link" for an item that has nothing wrong but its links.
        title: Which items, and what is wrong.
        quote: The beginning of the item's quote, to know it by.
        passage: Where it is in the article.
        fields: Gold and prediction, field by field.
        remark: What else there is to say of it, or nothing.
    """

    error: str
    title: str
    quote: str
    passage: tuple[Piece, ...]
    fields: tuple[FieldView, ...]
    remark: str


def errors_of(result: ArticleResult, case: Case) -> tuple[ErrorView, ...]:
    """The errors of one article, in the order of the text; optional gold and what is right are left out."""
    sides = _Sides(case)
    placed = [
        (pair.gold_span, sides.pair(pair))
        for pair in result.matched
        if pair.error != "neutral" and (pair.error != "correct" or pair.wrong)
    ]
    placed += [(item.span, sides.single(item)) for item in result.unmatched]
    return tuple(view for _, view in sorted(placed, key=lambda each: each[0]))


class _Sides:
    """The items of an article's labels and of its extraction, by list and id."""

    def __init__(self, case: Case) -> None:
        self.text = case.article.text
        self.gold = _items_by_id(case.labels)
        self.predicted = _items_by_id(case.extraction) if case.extraction is not None else {}

    def pair(self, pair: Matched) -> ErrorView:
        gold, predicted = self.gold[pair.list, pair.gold], self.predicted[pair.list, pair.predicted]
        error = "wrong_link" if pair.error in ("correct", "boundary") and pair.wrong else pair.error
        others = gold["alternatives"].get("quote", ())
        is_placed = pair.gold_span == pair.predicted_span or predicted["quote"] in others
        wrong = (*pair.wrong, *(() if is_placed else ("quote",)))
        named = ", ".join(pair.wrong) or "another passage"
        return ErrorView(
            error,
            f"{_singular(pair.list)} {pair.gold}, predicted as {pair.predicted}: {named}",
            shortened(clean(gold["quote"]), _QUOTE),
            _passage(self.text, gold=pair.gold_span, predicted=pair.predicted_span),
            tuple(self._fields(pair.list, gold, predicted, wrong)),
            f"Likeness {pair.similarity:.2f}."
            + (" Right from end to end all the same." if pair.list == "claims" and pair.end_to_end else ""),
        )

    def single(self, item: Unmatched) -> ErrorView:
        is_gold = item.side == "gold"
        value = (self.gold if is_gold else self.predicted)[item.list, item.id]
        near = f"See the {'prediction' if is_gold else 'gold item'} {item.near}." if item.near else ""
        return ErrorView(
            item.error,
            f"{_singular(item.list)} {item.id}, only {'in gold' if is_gold else 'predicted'}",
            shortened(clean(value["quote"]), _QUOTE),
            _passage(self.text, **{item.side: item.span}),
            tuple(self._fields(item.list, value if is_gold else None, None if is_gold else value, ())),
            near,
        )

    def _fields(
        self, name: ListName, gold: dict[str, Any] | None, predicted: dict[str, Any] | None, wrong: Sequence[str]
    ) -> Iterator[FieldView]:
        for field in draft_of(LISTS[name]).model_fields:
            if field == "id":
                continue
            ours = _lines(field, gold, self.gold)
            theirs = _lines(field, predicted, self.predicted)
            differs = field in wrong
            ours_shown, theirs_shown = _marked(ours, theirs, differs), _marked(theirs, ours, differs)
            if gold is not None:
                ours_shown += tuple(Line(f"or: {each}", False) for each in _alternatives(field, gold))
            yield FieldView(field, ours_shown, theirs_shown, differs)


_ById = Mapping[tuple[str, str], dict[str, Any]]


def _items_by_id(lists: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return {(name, item["id"]): item for name in LISTS for item in (each.model_dump() for each in getattr(lists, name))}


def _singular(name: ListName) -> str:
    return name.removesuffix("s")


# -- values ----------------------------------------------------------------------------------------------------


def _lines(field: str, item: dict[str, Any] | None, items: _ById) -> Side:
    """A field's value as lines of words: one for each part, for each link, for each member of a list."""
    if item is None:
        return ()
    value = item[field]
    if value is None or value == ():
        return ("–",)
    if field in LINKS:
        links = (value,) if isinstance(value, str) else value
        return tuple(_link(LINKS[field], link, items) for link in links)
    return tuple(_words(each) for each in value) if isinstance(value, (tuple, list)) else (_words(value),)


def _link(target: ListName, link: Any, items: _ById) -> str:
    id = link["claim"] if isinstance(link, dict) else link
    kind = f"{link['kind']} " if isinstance(link, dict) else ""
    found = items.get((target, id))
    quote = f" “{shortened(clean(found['quote']), _QUOTE)}”" if found else ""
    return f"{kind}{id}{quote}"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        first, *rest = [(key, each) for key, each in value.items() if _is_told(key) and each is not None]
        others = ", ".join(f"{key} {_words(each)}" for key, each in rest)
        return f"{_words(first[1])} ({others})" if others else _words(first[1])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


_COMPUTED = frozenset({"low", "high", "comparator", "unit"})


def _is_told(key: str) -> bool:
    """Whether labels have the field too: places and readings of figures are computed."""
    return not key.endswith("_span") and key not in _COMPUTED


def _alternatives(field: str, item: dict[str, Any]) -> Iterator[str]:
    for key, values in item["alternatives"].items():
        if key == field or key.startswith((f"{field}[", f"{field}.")):
            inside = key.removeprefix(field)
            for value in values:
                shown = ", ".join(map(_words, value)) if isinstance(value, (tuple, list)) else _words(value)
                yield f"{inside.lstrip('.')} {shown}".strip()


def _marked(ours: Side, theirs: Side, differs: bool) -> tuple[Line, ...]:
    there = {line.casefold() for line in theirs}
    marks = [differs and line.casefold() not in there for line in ours]
    if differs and not any(marks):  # the same words in another order, or with another place
        marks = [True] * len(marks)
    return tuple(Line(line, mark) for line, mark in zip(ours, marks, strict=True))


# -- passages --------------------------------------------------------------------------------------------------


def _passage(text: str, *, gold: Span | None = None, predicted: Span | None = None) -> tuple[Piece, ...]:
    """The words around one or two places, cut where what marks them changes."""
    spans = {"gold": gold, "predicted": predicted}
    there = {name: span for name, span in spans.items() if span is not None}
    start = _word_edge(text, min(span.start for span in there.values()) - _AROUND, step=1)
    end = _word_edge(text, max(span.end for span in there.values()) + _AROUND, step=-1)
    cuts = sorted({start, end, *(edge for span in there.values() for edge in span)})
    pieces = []
    for one, other in pairwise(cuts):
        marks = " ".join(name for name, span in there.items() if span.start <= one < span.end)
        words = visible(text[one:other])
        if not marks and len(words) > _LONGEST_BETWEEN:
            words = f"{words[:_AROUND]} […] {words[-_AROUND // 2 :]}"
        pieces.append(Piece(words, marks))
    first, last = "… " if start > 0 else "", " …" if end < len(text) else ""
    return (Piece(first, ""), *pieces, Piece(last, ""))


def _word_edge(text: str, at: int, *, step: int) -> int:
    """The nearest offset inwards that does not cut a word."""
    at = min(max(at, 0), len(text))
    for edge in range(at, at + 20 * step, step):
        if edge in (0, len(text)) or not (0 < edge < len(text)) or text[edge - 1].isspace() or text[edge].isspace():
            return min(max(edge, 0), len(text))
    return at
