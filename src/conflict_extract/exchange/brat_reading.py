"""Reading brat standoff back: see ``brat`` for the form."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.items import LINKS
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.exchange.brat import ARTICLE, KINDS, MARKED, PART_TYPES, PARTS, TYPES, one_line
from conflict_extract.exchange.regions import HEADER, Region, assemble, blank, shape, verify
from conflict_extract.models import Article
from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS, draft_of

_TEXT_BOUND = re.compile(r"(T\d+)\t(\S+) (\d+) (\d+)\t(.*)", re.DOTALL)
_FRAGMENTS = re.compile(r"T\d+\t\S+ \d+ \d+;")
_ATTRIBUTE = re.compile(r"[AM]\d+\t(\S+) (T\d+)(?: (\S+))?")
_RELATION = re.compile(r"R\d+\t(\S+) Arg1:(T\d+) Arg2:(T\d+)\t?")
_NOTE = re.compile(r"#\d+\tAnnotatorNotes (T\d+)\t(.*)", re.DOTALL)


@dataclass(slots=True)
class _Ann:
    """What an ``.ann`` file says, line by line."""

    marks: dict[str, Region] = field(default_factory=dict)
    attributes: list[tuple[int, str, str, str | None]] = field(default_factory=list)
    relations: list[tuple[int, str, str, str]] = field(default_factory=list)
    notes: list[tuple[int, str, str]] = field(default_factory=list)


def read_ann(ann: str, text: str, annotator: str | None = None, path: Path | None = None) -> LabelFile:
    """Labels of an ``.ann`` file.

    Args:
        ann: Its content.
        text: The article's text, as in the ``.txt`` beside it.
        annotator: Who labelled; by default whom the file names.
        path: The file, for errors.

    Raises:
        GoldError: A line is not understood, a span has several fragments, offsets do not fit the words, the text is
            another, or an item is not whole; with the line.
    """
    found = _parse(ann, path)
    verify(list(found.marks.values()), text, lambda given, words: given == one_line(words), path)
    notes = _notes(found, path)
    header = _header(found, notes, text, annotator, path)
    for mark, region in found.marks.items():
        if region.name != ARTICLE:
            _fill(region, notes.get(mark, {}), path)
    for line, name, mark, value in found.attributes:
        _attribute(found, line, name, mark, value, path)
    for line, kind, one, other in found.relations:
        _relate(found, line, kind, one, other, path)
    _require_owners(found, path)
    return assemble(header, [each for each in found.marks.values() if each.name in LISTS], path)


def _parse(ann: str, path: Path | None) -> _Ann:
    found = _Ann()
    for number, line in enumerate(ann.split("\n"), start=1):
        line = line.removesuffix("\r")
        if _FRAGMENTS.match(line):
            problem = f"{line.split()[0]} has several fragments; a quote is one contiguous passage"
            raise GoldError(problem, path=path, line=number)
        if match := _TEXT_BOUND.fullmatch(line):
            mark, kind, start, end, words = match.groups()
            if kind not in (ARTICLE, *TYPES, *PART_TYPES) or mark in found.marks:
                problem = f"{mark}: {kind} is no type of annotation here, or {mark} is there twice"
                raise GoldError(problem, path=path, line=number)
            found.marks[mark] = Region(mark, kind, int(start), int(end), words, f"{kind} {mark}", number)
        elif match := _ATTRIBUTE.fullmatch(line):
            found.attributes.append((number, match[1], match[2], match[3]))
        elif match := _RELATION.fullmatch(line):
            found.relations.append((number, match[1], match[2], match[3]))
        elif match := _NOTE.fullmatch(line):
            found.notes.append((number, match[1], match[2]))
        elif line.strip():
            raise GoldError(f"this line has no meaning here: {line[:60]}", path=path, line=number)
    return found


def _notes(found: _Ann, path: Path | None) -> dict[str, dict[str, Any]]:
    notes: dict[str, dict[str, Any]] = {}
    for line, mark, text in found.notes:
        try:
            note = json.loads(text)
        except json.JSONDecodeError:
            note = None
        if mark not in found.marks or mark in notes or not isinstance(note, dict):
            raise GoldError(f"{mark}: one note of an annotation, a JSON object, is expected", path=path, line=line)
        notes[mark] = note
    return notes


def _header(
    found: _Ann, notes: dict[str, dict[str, Any]], text: str, annotator: str | None, path: Path | None
) -> dict[str, Any]:
    marks = [mark for mark, region in found.marks.items() if region.name == ARTICLE]
    header = notes.get(marks[0], {}) if len(marks) == 1 else {}
    missing = [name for name in HEADER[:4] if not isinstance(header.get(name), str)]
    if missing:
        problem = f"one annotation Article is expected, with a note that gives {', '.join(missing)}"
        raise GoldError(problem, path=path)
    if Article(id=header["article"], text=text).sha256 != header["sha256"]:
        raise GoldError("the text beside it is not the one that was labelled (SHA-256)", path=path)
    return header | ({"annotator": annotator} if annotator else {})


def _fill(region: Region, note: dict[str, Any], path: Path | None) -> None:
    model = _model(region)
    allowed = {name for name in draft_of(model).model_fields if not _is_link(model, name)} - {"quote"}
    allowed = {name for name in allowed if shape(model, name) == "words"} | {"alternatives"}
    unknown = sorted(note.keys() - allowed)
    if unknown:
        problem = f"{region.shown}: its note has {', '.join(unknown)}; there may be {', '.join(sorted(allowed))}"
        raise GoldError(problem, path=path, line=region.line)
    if region.name in PART_TYPES:
        region.fields |= blank(model) | {MARKED[region.name]: region.quote}
    region.fields |= note


def _model(region: Region) -> type[Model]:
    return LISTS[TYPES[region.name]] if region.name in TYPES else PART_TYPES[region.name][2]


def _is_link(model: type[Model], name: str) -> bool:
    return model is LISTS["claims"] and name in LINKS


def _attribute(found: _Ann, line: int, name: str, mark: str, value: str | None, path: Path | None) -> None:
    region = found.marks.get(mark)
    owner, _, rest = name.partition("_")
    if region is None or region.name != owner or region.name == ARTICLE:
        raise GoldError(f"the attribute {name} does not belong to {mark}", path=path, line=line)
    model, fields = _model(region), region.fields
    for each in (*draft_of(model).model_fields, "optional"):
        kind = "flag" if each == "optional" else shape(model, each)
        if rest == each and kind in ("choice", "flag"):
            if (kind == "choice") != (value is not None) or (each in fields and fields[each] is not None):
                raise GoldError(f"{region.shown}: {name} is there twice, or its value is amiss", path=path, line=line)
            fields[each] = True if kind == "flag" else value
            return
        if kind == "choices" and rest.startswith(f"{each}_"):
            fields.setdefault(each, []).append(rest.removeprefix(f"{each}_"))
            return
    raise GoldError(f"{region.shown}: there is no attribute {name}", path=path, line=line)


def _relate(found: _Ann, line: int, kind: str, one: str, other: str, path: Path | None) -> None:
    source, target = found.marks.get(one), found.marks.get(other)
    if source is not None and target is not None:
        part = PART_TYPES.get(target.name)
        if part is not None and TYPES.get(source.name) == part[0] and kind == part[1]:
            if "owner" in target.fields:
                raise GoldError(f"{target.shown} belongs to two items", path=path, line=line)
            source.fields.setdefault(kind, []).append((int(other[1:]), target.fields))
            target.fields["owner"] = one
            return
        if source.name == "Claim" and kind in ("attribution", "events", *KINDS):
            _link(source, kind, other, line, path)
            return
    raise GoldError(f"there is no relation {kind} from {one} to {other}", path=path, line=line)


def _link(claim: Region, kind: str, target: str, line: int, path: Path | None) -> None:
    if kind == "attribution":
        if "attribution" in claim.fields:
            raise GoldError(f"{claim.shown}: it has two attributions", path=path, line=line)
        claim.fields["attribution"] = target
    elif kind == "events":
        claim.fields.setdefault("events", []).append(target)
    else:
        claim.fields.setdefault("relations", []).append({"kind": kind, "claim": target})


def _require_owners(found: _Ann, path: Path | None) -> None:
    """Parts into the order of their numbers, and none that belongs to no item; items get their list's name."""
    for region in found.marks.values():
        if region.name in PART_TYPES and region.fields.pop("owner", None) is None:
            raise GoldError(f"{region.shown} belongs to no item", path=path, line=region.line)
    for region in found.marks.values():
        if region.name in TYPES:
            region.name = TYPES[region.name]
            for parts in PARTS[region.name]:
                numbered: list[Any] = region.fields.get(parts, [])
                region.fields[parts] = [fields for _, fields in sorted(numbered, key=lambda each: each[0])]
