"""Two labellings side by side, for the terminal and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.padding import Padding
from rich.text import Text

from conflict_extract.cli.terminal import clean
from conflict_extract.evaluation.difference import Difference, Unit
from conflict_extract.evaluation.items import LISTS

_LONGEST = 200


def as_lines(found: Sequence[Difference]) -> Iterator[Padding | Text]:
    """Lines for rich; no text in them is markup or steers the terminal."""
    for each in found:
        yield Text(f"{clean(each.article)}: a is {clean(each.a)}, b is {clean(each.b)}", "bold")
        for counts in _counts(each):
            yield _line(counts, 2, "dim")
        for unit in each.units:
            if unit.agreed:
                continue
            yield Text()
            yield Text(clean(_title(unit)), "cyan")
            yield _line(_short(unit.side.fields["quote"]), 2)
            for field, one, other in _fields(unit):
                yield _line(f"{field}: a {one} | b {other}", 4)
        yield Text()


def as_markdown(found: Sequence[Difference]) -> Iterator[str]:
    """Lines of Markdown, a table for each article."""
    for each in found:
        yield f"## {_cell(each.article)}"
        yield ""
        yield f"a is {_cell(each.a)}, b is {_cell(each.b)}."
        yield ""
        yield from (f"- {counts}" for counts in _counts(each))
        yield ""
        yield "| item | quote | field | a | b |"
        yield "|---|---|---|---|---|"
        for unit in each.units:
            if unit.agreed:
                continue
            head = [_title(unit), _short(unit.side.fields["quote"])]
            for field, one, other in _fields(unit) or [("", *_presence(unit))]:
                yield "| " + " | ".join(_cell(part) for part in (*head, field, one, other)) + " |"
                head = ["", ""]
        yield ""


def _counts(found: Difference) -> Iterator[str]:
    for name in LISTS:
        units = found.of(name)
        both = [unit for unit in units if unit.a is not None and unit.b is not None]
        a = sum(unit.a is not None for unit in units)
        b = sum(unit.b is not None for unit in units)
        f1 = found.f1[name]
        alike = sum(unit.agreed for unit in units)
        score = "" if f1 is None else f"; F1 {f1:.2f}"
        yield f"{name}: a {a}, b {b}; both have {len(both)}, {alike} of them alike in all fields{score}"


def _title(unit: Unit) -> str:
    kind = unit.name.removesuffix("s")
    if unit.a is not None and unit.b is not None:
        return f"{kind} a {unit.a.id}, b {unit.b.id}"
    return f"{kind} {unit.side.id}, only {'a' if unit.a is not None else 'b'} has it"


def _presence(unit: Unit) -> tuple[str, str]:
    return ("has it", "") if unit.a is not None else ("", "has it")


def _fields(unit: Unit) -> list[tuple[str, str, str]]:
    if unit.a is None or unit.b is None:
        return []
    return [(field, _value(unit.a.fields.get(field)), _value(unit.b.fields.get(field))) for field in unit.differs]


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, list) and all(isinstance(each, dict) for each in value) and value:
        return "; ".join(", ".join(_part(part) for part in each.values()) for each in value)
    return "none" if value in (None, []) else json.dumps(value, ensure_ascii=False)


def _part(value: Any) -> str:
    return value if isinstance(value, str) else "–" if value is None else json.dumps(value, ensure_ascii=False)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "…"


def _line(text: str, indent: int, style: str = "") -> Padding:
    return Padding(Text(clean(text), style), (0, 0, 0, indent), expand=False)


def _cell(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
