"""What annotation tools have in common: marked stretches of text with fields, that become labels once whole."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, count
from typing import Any, Literal, Union, get_args, get_origin

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.form import check_form, part_of
from conflict_extract.evaluation.items import LINKS
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.models import Article
from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS, draft_of

Shape = Literal["choice", "choices", "flag", "words", "parts", "link"]
"""How a field is filled in: one value of a vocabulary, several, yes or no, words, a list of parts, or a link."""

HEADER = ("article", "sha256", "codebook", "annotator", "drafted_by_model")
"""What a label file says of itself."""


@dataclass(slots=True)
class Region:
    """One marked stretch of text.

    Attributes:
        key: The tool's own id of it; links use it.
        name: The list that its item belongs to.
        start: Offset of the first character, in the tool's unit.
        end: Offset after the last.
        quote: The words that it is said to mark.
        shown: What to call it in an error.
        line: Its line, where the file has one.
        fields: The item's fields, links as keys of regions.
    """

    key: str
    name: str
    start: int
    end: int
    quote: str
    shown: str
    line: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)


@cache
def shape(model: type[Model], name: str) -> Shape:
    """How a field of a model is filled in."""
    annotation = draft_of(model).model_fields[name].annotation
    if model is LISTS["claims"] and name in LINKS:
        return "link"
    if part_of(model, name) is not None:
        return "parts"
    if vocabulary(model, name):
        return "choices" if get_origin(annotation) is tuple else "choice"
    return "flag" if annotation is bool else "words"


@cache
def vocabulary(model: type[Model], name: str) -> tuple[str, ...]:
    """The values that a field can have; () where it has no closed vocabulary."""
    return _literals(draft_of(model).model_fields[name].annotation)


def _literals(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(value for part in get_args(annotation) for value in _literals(part))


def blank(model: type[Model]) -> dict[str, Any]:
    """The fields of an item or part that may be left out, with what that means."""
    fields: dict[str, Any] = {}
    for name, info in draft_of(model).model_fields.items():
        origin = get_origin(info.annotation)
        if origin is tuple:
            fields[name] = []
        elif origin in (Union, types.UnionType) and type(None) in get_args(info.annotation):
            fields[name] = None
        elif info.annotation is bool:
            fields[name] = False
    return fields


def verify(regions: Sequence[Region], text: str, same: Callable[[str, str], bool], path: Any = None) -> None:
    """Hold the offsets to the words that they mark, and bring them into code points.

    Offsets are code points where all regions fit so; else UTF-16 code units, where all fit so. Nothing is guessed for
    single regions.

    Args:
        regions: The regions of one labelling; their offsets and quotes are corrected in place.
        text: The article's text.
        same: Whether the words that a tool gives are those of the text, as the tool writes them.
        path: The file, for errors.

    Raises:
        GoldError: Some do not fit; names each.
    """
    units = [0, *accumulate(1 + (ord(char) > 0xFFFF) for char in text)]
    points = {unit: point for point, unit in enumerate(units)}
    as_points = [(each.start, each.end) for each in regions]
    as_units = [(points.get(each.start, -1), points.get(each.end, -1)) for each in regions]
    readings = [as_points, as_units]
    fitting = [[_fits(text, each, span, same) for each, span in zip(regions, spans, strict=True)] for spans in readings]
    for spans, fits in zip(readings, fitting, strict=True):
        if all(fits):
            for each, (start, end) in zip(regions, spans, strict=True):
                each.start, each.end, each.quote = start, end, text[start:end]
            return
    neither = [each for each, *fits in zip(regions, *fitting, strict=True) if not any(fits)]
    if not neither:
        raise GoldError("some offsets count code points and others UTF-16 code units", path=path)
    shown = ", ".join(f"{each.shown} [{each.start}, {each.end})" for each in neither)
    problem = f"the offsets do not fit the marked words, in code points or UTF-16 code units: {shown}"
    raise GoldError(problem, path=path, line=neither[0].line)


def _fits(text: str, region: Region, span: tuple[int, int], same: Callable[[str, str], bool]) -> bool:
    start, end = span
    return 0 <= start < end <= len(text) and same(region.quote, text[start:end])


def assemble(header: dict[str, Any], regions: Sequence[Region], path: Any = None) -> LabelFile:
    """Labels of regions whose offsets have been verified. Items without an id of the codebook's form get a new one.

    Raises:
        GoldError: A link leads nowhere or to the wrong kind of item, or an item is not whole.
    """
    ids = _ids(regions)
    by_key = {each.key: each for each in regions}
    raw: dict[str, Any] = {**header, **{name: [] for name in LISTS}}
    for each in regions:
        place = {"start": each.start, "end": each.end}
        item = {**blank(LISTS[each.name]), **each.fields, "id": ids[each.key], "quote": each.quote, **place}
        if each.name == "claims":
            for link in LINKS:
                item[link] = _linked(item[link], link, each, ids, by_key, path)
        raw[each.name].append(item)
    labels, faults = check_form(raw)
    if labels is None:
        where = faults[0].where
        found = [each for each in regions if each.name == where[0]] if len(where) > 1 else []
        region = found[int(where[1])] if found else None
        shown = f"{region.shown}: " if region else ""
        raise GoldError(
            shown + "; ".join(fault.message for fault in faults), path=path, line=region.line if region else None
        )
    return labels


def _ids(regions: Sequence[Region]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name in LISTS:
        own = [each for each in regions if each.name == name]
        kept: set[str] = set()
        for each in own:
            id = str(each.fields.get("id", ""))
            if id[:1] == name[0] and id[1:].isascii() and id[1:].isdecimal() and id not in kept:
                ids[each.key] = id
                kept.add(id)
        free = (id for number in count(1) if (id := f"{name[0]}{number}") not in kept)
        for each in own:
            if each.key not in ids:
                ids[each.key] = next(free)
    return ids


def _linked(value: Any, link: str, claim: Region, ids: dict[str, str], by_key: dict[str, Region], path: Any) -> Any:
    def id_of(key: str) -> str:
        target = by_key.get(key)
        if target is None or target.name != LINKS[link]:
            found = "is not there" if target is None else f"is none of the {LINKS[link]}"
            raise GoldError(f"{claim.shown}: {link} leads to {key}, which {found}", path=path, line=claim.line)
        return ids[key]

    if link == "attribution":
        return None if value is None else id_of(value)
    if link == "events":
        return [id_of(key) for key in value]
    return [{"kind": each["kind"], "claim": id_of(each["claim"])} for each in value]


def require_places(labels: LabelFile, article: Article) -> None:
    """Refuse labels that no tool could show.

    Raises:
        GoldError: They are for another text, or a quote has no offsets or wrong ones.
    """
    if labels.sha256 != article.sha256:
        raise GoldError(f"these are labels of another text than {article.id} (SHA-256)")
    for name in LISTS:
        for item in getattr(labels, name):
            if item.start is None or item.end is None:
                raise GoldError(f"{item.id} has no offsets: run conflict-extract gold place first")
            if article.text[item.start : item.end] != item.quote:
                raise GoldError(f"the offsets of {item.id} do not fit its quote: run conflict-extract gold check")
