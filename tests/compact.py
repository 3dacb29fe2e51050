"""Full replies in the compact form, as a model would write them: for tests that think in full items."""

from __future__ import annotations

from typing import Any

from conflict_extract.models.attribution import Attribution
from conflict_extract.models.base import Model
from conflict_extract.models.claim import Claim
from conflict_extract.models.event import Event
from conflict_extract.reply.wire import (
    BAR,
    SHORT,
    USUAL,
    USUAL_ROLE,
    WITHIN,
    _quotes_of_events,
    counts,
    kinds_of_source,
    marks_of,
)


def compact(reply: dict[str, Any]) -> dict[str, Any]:
    """The compact form of a full reply; what is broken in it stays broken."""
    sources, actors = _Table("s"), _Table("p")
    full = dict(reply)
    if isinstance(full.get("attributions"), list):
        full["attributions"] = [_attribution(item, sources) for item in full["attributions"]]
    if isinstance(full.get("events"), list):
        quotes = _quotes_of_events(full.get("claims"))
        full["events"] = [_event(item, actors, quotes) for item in full["events"]]
    if isinstance(full.get("claims"), list):
        full["claims"] = [_claim(item) for item in full["claims"]]
    full = {name: _short(items) for name, items in full.items()}
    return {"sources": [_source(row) for row in sources.rows], "actors": actors.rows, **full}


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(each) for each in value]
    if isinstance(value, dict):
        return {SHORT.get(name, name): _short(each) for name, each in value.items()}
    return value


def _source(row: dict[str, Any]) -> dict[str, Any]:
    """The compact source; one whose type or identification does not exist stays broken."""
    if not {"name", "type", "identification", "alignment"} <= row.keys():
        return row
    names = {full: name for name, full in kinds_of_source().items()}
    kind, who = row["type"], row["identification"]
    rest = {name: value for name, value in row.items() if name not in ("identification", "alignment")}
    name = row["name"] + BAR + row["alignment"] if row["alignment"] else row["name"]
    return {**rest, "name": name, "type": names.get((kind, who), f"{kind} {who}")}


class _Table:
    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.rows: list[dict[str, Any]] = []

    def id_of(self, content: dict[str, Any]) -> str:
        for row in self.rows:
            if {name: value for name, value in row.items() if name != "id"} == content:
                return str(row["id"])
        self.rows.append({"id": f"{self.letter}{len(self.rows) + 1}", **content})
        return str(self.rows[-1]["id"])


def _attribution(item: Any, sources: _Table) -> Any:
    if not isinstance(item, dict) or not isinstance(item.get("chain"), list):
        return item
    chain = [sources.id_of(each) if isinstance(each, dict) else each for each in item["chain"]]
    return _marked({**item, "chain": chain}, Attribution)


def _event(item: Any, actors: _Table, quotes: dict[str, str]) -> Any:
    if not isinstance(item, dict) or not {"id", "quote", "actors", "places"} <= item.keys():
        return item
    item = dict(item)
    item["actors"] = [
        actors.id_of({"name": each["name"], "type": each["type"]})
        + ("" if each["role"] == USUAL_ROLE else f" {each['role']}")
        for each in item["actors"]
    ]
    item["places"] = [each["name"] + (WITHIN + each["within"] if each["within"] else "") for each in item["places"]]
    if quotes.get(item["id"]) == item["quote"]:
        item["quote"] = None
    return _marked(item, Event)


def _claim(item: Any) -> Any:
    if not isinstance(item, dict) or not {"relations", "statement", "quote", "figures"} <= item.keys():
        return item
    small = dict(item)
    relations = small.pop("relations")
    small["events"] = [*item["events"], *(f"{each['kind']} {each['claim']}" for each in relations)]
    small["figures"] = [_figure(each) for each in item["figures"]]
    if small["statement"] == small["quote"]:
        small["statement"] = None
    return _marked(small, Claim)


def _figure(figure: Any) -> Any:
    """The compact figure; one whose measure or category does not exist stays broken."""
    if not isinstance(figure, dict) or not {"text", "measure", "of", "category", "window"} <= figure.keys():
        return figure
    names = {full: name for name, full in counts().items()}
    parts = [figure["text"], figure["of"] or "", figure["window"] or ""]
    while not parts[-1]:
        parts.pop()
    rest = {name: value for name, value in figure.items() if name not in ("measure", "category", "of", "window")}
    counted = names.get((figure["measure"], figure["category"]), f"{figure['measure']} {figure['category']}")
    return {**rest, "text": BAR.join(parts), "as": counted}


def _marked(item: dict[str, Any], model: type[Model]) -> dict[str, Any]:
    usual = USUAL[model]
    if not usual.keys() <= item.keys():
        return item
    known = {(field, str(value)) for field, value in marks_of(model).values()}
    for field, value in usual.items():
        if not isinstance(value, list) and item[field] != value and (field, str(item[field])) not in known:
            return item
    marks = [
        mark
        for mark, (field, value) in marks_of(model).items()
        if (value in item[field] if isinstance(usual[field], list) else item[field] == value)
    ]
    return {**{name: value for name, value in item.items() if name not in usual}, "marks": marks}
