"""The compact form in which a model writes its reply, and its expansion into drafts.

Most of the cost and of the waiting is the reply's length. So fields have short names; what repeats is said once
(sources and actors stand in tables, an event may take the quote of its claim, a claim's quote may be its statement);
what is usual goes without saying (a plain claim has no marks, an actor without a role is the initiator, a source is
named); and fields that are mostly empty stand in another one (a source's side behind its name, a claim's relations
among its events). The form is derived from the domain models, as the drafts are. That a long quote may be its first and
last words is a matter for ``placing``, that a statement may leave out the words of its quote one for ``stating``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, create_model

from conflict_extract.models.attribution import Attribution, Source
from conflict_extract.models.base import Model
from conflict_extract.models.claim import Claim, Figure
from conflict_extract.models.event import Actor, Event
from conflict_extract.reply.schema import Draft, draft_of, strict
from conflict_extract.reply.verifying import STRENGTH
from conflict_extract.text.amounts import PEOPLE

SCHEMA_NAME = "extraction"

USUAL: dict[type[Model], dict[str, Any]] = {
    Attribution: {"cue_class": "neutral", "mode": "indirect"},
    Event: {"granularity": "incident", "reality": "occurred", "territory": None, "weapons": []},
    Claim: {"polarity": "affirmed", "certainty": "certain", "verification": "none", "background": False},
}
"""Fields that marks stand for, with the value that goes without saying: "mixed" among an attribution's marks is its
mode, and an attribution without marks is neutral and indirect."""

TABLES = ("sources", "actors")
"""The lists of a compact reply that are no items, but what items refer to."""

WITHIN = " < "
"""Stands between a place and the next larger one: "Zelen < Upper Valley"."""

BAR = " | "
"""Stands between a figure's number, what is counted, and the stretch it covers: "some 15 | villages | since March"; and
between a source's name and its side: "Radio Kesh | pro-government"."""

USUAL_ROLE = "initiator"
USUAL_IDENTIFICATION = "named"


SHORT = {
    "quote": "q",
    "cue_class": "class",
    "sub_type": "act",
    "granularity": "scale",
    "territory": "ground",
    "statement": "say",
    "attribution": "by",
    "events": "on",
    "figures": "fig",
    "marks": "is",
}
"""The short name of a field inside an item; the others keep theirs."""
_LONG = {short: long for long, short in SHORT.items()}
_NESTED = (list, dict)


@cache
def reply_model() -> type[Draft]:
    """The compact reply as a pydantic model."""
    words = tuple[str, ...]
    lists = {
        "sources": _compact(
            Source, id=str, type=Literal.__getitem__(tuple(kinds_of_source())), identification=None, alignment=None
        ),
        "actors": _compact(Actor, id=str, role=None),
        "attributions": _compact(Attribution, chain=Annotated[words, Field(min_length=1)]),
        "events": _compact(Event, quote=str | None, actors=words, places=words),
        "claims": _compact(
            Claim,
            statement=str | None,
            figures=tuple[_figure_model(), ...],  # type: ignore[misc]
            relations=None,
        ),
    }
    fields: dict[str, Any] = {name: (tuple[model, ...], ...) for name, model in lists.items()}  # type: ignore[valid-type]
    return create_model("Reply", __base__=Draft, **fields)


@cache
def reply_schema() -> dict[str, Any]:
    """The JSON Schema that the model has to answer in (strict subset). Treat it as read-only."""
    schema: dict[str, Any] = strict(reply_model().model_json_schema())
    return schema


def _figure_model() -> type[Draft]:
    """A figure in two fields: its words, and what they count as."""
    values: Any = Literal.__getitem__(tuple(counts()))
    fields: dict[str, Any] = {"text": (str, ...), "as": (values, ...)}
    return create_model("CompactFigure", __base__=Draft, **fields)


@cache
def counts() -> dict[str, tuple[str, str]]:
    """What a figure may count as, with the measure and the category that it stands for.

    The category that goes without saying is "unspecified" for counts of people, "not_people" for all else.
    """
    found = {}
    for measure in _values(Figure.model_fields["measure"].annotation):
        for category in _values(Figure.model_fields["category"].annotation):
            usual = "unspecified" if measure in PEOPLE else "not_people"
            found[measure if category == usual else f"{measure} {category}"] = (measure, category)
    return found


@cache
def kinds_of_source() -> dict[str, tuple[str, str]]:
    """What a source may be, with the type and the identification that it stands for; one that is named says no more."""
    return {
        kind if identification == USUAL_IDENTIFICATION else f"{kind} {identification}": (kind, identification)
        for kind in _values(Source.model_fields["type"].annotation)
        for identification in _values(Source.model_fields["identification"].annotation)
    }


def _compact(model: type[Model], **changes: Any) -> type[Draft]:
    """A model's draft with short names and marks; fields are replaced or, by None, left out; an id is added."""
    if model in USUAL:
        values: Any = Literal.__getitem__(tuple(marks_of(model)))
        changes |= {**dict.fromkeys(USUAL[model]), "marks": tuple.__class_getitem__((values, ...))}
    fields: dict[str, Any] = {"id": str} if "id" in changes else {}
    for name, info in draft_of(model).model_fields.items():
        annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        fields[name] = changes.get(name, annotation)
    fields.update((name, annotation) for name, annotation in changes.items() if name not in fields)
    named: dict[str, Any] = {SHORT.get(name, name): (each, ...) for name, each in fields.items() if each is not None}
    return create_model(f"Compact{model.__name__}", __base__=Draft, **named)


@cache
def marks_of(model: type[Model]) -> dict[str, tuple[str, Any]]:
    """What each mark says of an item: a field and its value."""
    marks: dict[str, tuple[str, Any]] = {}
    for name, usual in USUAL[model].items():
        if isinstance(usual, bool):
            marks[name] = (name, not usual)
        else:
            marks.update(
                (value, (name, value)) for value in _values(model.model_fields[name].annotation) if value != usual
            )
    return marks


def _values(annotation: Any) -> list[str]:
    """The string literals of an annotation, in their order."""
    if get_origin(annotation) is Literal:
        return [value for value in get_args(annotation) if isinstance(value, str)]
    return [value for part in get_args(annotation) for value in _values(part)]


def expand(reply: dict[str, Any]) -> dict[str, Any]:
    """A compact reply as the lists of full drafts that it stands for.

    What is not as it should be (an id that no table has, a mark that does not exist) is left as it is: it will not fit
    the drafts, and falls there with its reason.
    """
    reply = {name: _with_long_names(value) for name, value in reply.items()}
    sources, actors = _table(reply.pop("sources", None)), _table(reply.pop("actors", None))
    sources = {id: _source(row) for id, row in sources.items()}
    quotes = _quotes_of_events(reply.get("claims"))
    expanding: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "attributions": lambda item: _unmarked(_each(item, "chain", lambda id: sources.get(id, id)), Attribution),
        "events": lambda item: _unmarked(_event(item, actors, quotes), Event),
        "claims": lambda item: _unmarked(_claim(item), Claim),
    }
    for name, expanded in expanding.items():
        items = reply.get(name)
        if isinstance(items, list):
            reply[name] = [expanded(item) if isinstance(item, dict) else item for item in items]
    return reply


def _with_long_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_long_names(each) if isinstance(each, _NESTED) else each for each in value]
    if isinstance(value, dict):
        # Where both names of a field are given, the short one stays as it is, and falls as a field too many.
        return {
            (_LONG[name] if name in _LONG and _LONG[name] not in value else name): _with_long_names(each)
            if isinstance(each, _NESTED)
            else each
            for name, each in value.items()
        }
    return value


def _table(rows: Any) -> dict[str, dict[str, Any]]:
    """The rows of a table by id. An id that two different rows bear names neither."""
    found: dict[str, Any] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            rest = {name: value for name, value in row.items() if name != "id"}
            if found.setdefault(row["id"], rest) != rest:
                found[row["id"]] = None
    return {id: row for id, row in found.items() if row is not None}


def _quotes_of_events(claims: Any) -> dict[str, str]:
    """For each event the quote of the first claim that names it."""
    quotes: dict[str, str] = {}
    for claim in claims if isinstance(claims, list) else ():
        if isinstance(claim, dict) and isinstance(claim.get("events"), list) and isinstance(claim.get("quote"), str):
            for event in claim["events"]:
                if isinstance(event, str):
                    quotes.setdefault(event, claim["quote"])
    return quotes


def _each(item: dict[str, Any], name: str, change: Callable[[str], Any]) -> dict[str, Any]:
    """The item with a function applied to each string of a list."""
    value = item.get(name)
    if not isinstance(value, list) or not value:
        return item
    return {**item, name: [change(each) if isinstance(each, str) else each for each in value]}


def _source(row: dict[str, Any]) -> dict[str, Any]:
    """A source's full form; as it is where its words are not of the compact one."""
    name, kind = row.get("name"), row.get("type")
    if row.keys() != {"name", "type"} or not isinstance(name, str) or kind not in kinds_of_source():
        return row
    name, _, side = (part.strip() for part in name.partition(BAR.strip()))
    type, identification = kinds_of_source()[kind]
    return {"name": name, "type": type, "identification": identification, "alignment": side or None}


def _event(item: dict[str, Any], actors: dict[str, dict[str, Any]], quotes: dict[str, str]) -> dict[str, Any]:
    def actor(words: str) -> Any:
        id, _, role = words.partition(" ")
        return {**actors[id], "role": role or USUAL_ROLE} if id in actors else words

    def place(words: str) -> dict[str, Any]:
        name, _, within = words.partition(WITHIN)
        return {"name": name, "within": within or None}

    item = _each(_each(item, "actors", actor), "places", place)
    if item.get("quote", "") is None and isinstance(item.get("id"), str):
        item["quote"] = quotes.get(item["id"])
    return item


def _claim(item: dict[str, Any]) -> dict[str, Any]:
    links = item.get("events")
    if isinstance(links, list) and "relations" not in item:
        related = [isinstance(link, str) and " " in link for link in links]
        item = {
            **item,
            "events": [link for link, is_relation in zip(links, related, strict=True) if not is_relation],
            "relations": [
                dict(zip(("kind", "claim"), link.split(" ", 1), strict=True))
                for link, is_relation in zip(links, related, strict=True)
                if is_relation
            ],
        }
    if isinstance(item.get("figures"), list):
        item["figures"] = [_figure(each) for each in item["figures"]]
    if item.get("statement", "") is None:
        item["statement"] = item.get("quote")
    return item


def _figure(figure: Any) -> Any:
    """A figure's full form; as it is where it does not say what it counts."""
    if not isinstance(figure, dict) or figure.keys() != {"text", "as"}:
        return figure
    words, counted = figure["text"], figure["as"]
    if not isinstance(words, str) or not isinstance(counted, str) or counted not in counts():
        return figure
    text, of, window = (*(part.strip() for part in words.split(BAR.strip(), 2)), "", "")[:3]
    measure, category = counts()[counted]
    return {"text": text, "measure": measure, "of": of or None, "category": category, "window": window or None}


def _unmarked(item: dict[str, Any], model: type[Model]) -> dict[str, Any]:
    """The item with the fields that its marks stand for; as it is where they contradict each other or do not exist."""
    known, marks = marks_of(model), item.get("marks")
    if not isinstance(marks, list) or not all(isinstance(mark, str) and mark in known for mark in marks):
        return item
    said: dict[str, list[Any]] = {}
    for mark in dict.fromkeys(marks):
        field, value = known[mark]
        said.setdefault(field, []).append(value)
    full = {name: value for name, value in item.items() if name != "marks"} | USUAL[model]
    for field, values in said.items():
        if isinstance(USUAL[model][field], list):
            full[field] = values
        elif field == "verification":
            full[field] = max(values, key=STRENGTH.index)
        elif len(values) == 1:
            full[field] = values[0]
        else:
            return item
    return full
