"""What is wrong with the form of a label file, in words for the person who wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from conflict_extract.evaluation.labels import Label, LabelFile, label_of
from conflict_extract.evaluation.positions import Where
from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS, draft_of

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


class Fault(NamedTuple):
    """Something wrong with labels.

    Attributes:
        where: Keys and positions that lead to it.
        message: What is wrong, with the item's id in front.
    """

    where: Where
    message: str


def check_form(raw: dict[str, Any]) -> tuple[LabelFile | None, list[Fault]]:
    """Make labels of a JSON object.

    A figure may carry ``alternatives`` of its own, as the codebook writes them; they are kept as the claim's.

    Returns:
        The labels and no faults, or None and what is wrong.
    """
    value = _lifted(raw)
    try:
        labels = LabelFile.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        return None, [_fault(each, value) for each in error.errors(include_url=False)]
    faults = [
        *(
            Fault((name,), f"{name} is empty")
            for name in ("article", "codebook", "annotator")
            if not value[name].strip()
        ),
        *_alternative_faults(labels),
    ]
    return (None if faults else labels), faults


def _lifted(raw: dict[str, Any]) -> dict[str, Any]:
    """The same with the alternatives of figures moved to their claims."""
    claims = raw.get("claims")
    if not isinstance(claims, list):
        return raw
    return raw | {"claims": [_lifted_claim(claim) for claim in claims]}


def _lifted_claim(claim: Any) -> Any:
    figures = claim.get("figures") if isinstance(claim, dict) else None
    if not isinstance(figures, list) or not isinstance(claim.get("alternatives", {}), dict):
        return claim
    alternatives = dict(claim.get("alternatives", {}))
    kept = []
    for position, figure in enumerate(figures):
        own = figure.get("alternatives") if isinstance(figure, dict) else None
        if isinstance(own, dict):
            alternatives |= {f"figures[{position}].{name}": values for name, values in own.items()}
            figure = {name: value for name, value in figure.items() if name != "alternatives"}
        kept.append(figure)
    return claim | {"figures": kept} | ({"alternatives": alternatives} if alternatives else {})


# -- words for pydantic's errors --------------------------------------------------------------------------------


def _fault(error: Any, value: dict[str, Any]) -> Fault:
    where = tuple(error["loc"])
    return Fault(where, f"{named(where, value)}: {_message(error, where)}")


def named(where: Where, value: Any) -> str:
    """A place as people read it: "c4.figures[0].measure", or by its position where the item has no id."""
    head, rest = _path(where), ""
    if len(where) >= 2 and where[0] in LISTS:
        try:
            id = value[where[0]][where[1]]["id"]
        except (KeyError, IndexError, TypeError):
            id = None
        if isinstance(id, str) and id:
            rest = _path(where[2:])
            return f"{id}.{rest}" if rest else id
    return head or "the file"


def _path(where: Where) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).lstrip(".")


def _message(error: Any, where: Where) -> str:
    given = error["input"]
    match error["type"]:
        case "literal_error":
            return not_allowed(given, [str(value) for value in _values(error["ctx"]["expected"])])
        case "missing":
            if where == ("codebook",):
                return "the version of the codebook is missing"
            return "the field is missing" + (" (null where there is none)" if where[-1] in _NULLABLE else "")
        case "extra_forbidden":
            return _unknown_field(where)
    shown = json.dumps(given, ensure_ascii=False)
    message = str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return f"{shown[:60] + '…' if len(shown) > 60 else shown} should be {message}"


_NULLABLE = frozenset({"alignment", "cue", "attribution", "of", "window", "within", "time", "territory"})


def _values(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)


def not_allowed(given: Any, values: Iterable[str]) -> str:
    """What to say of a value that a closed vocabulary does not have."""
    values = list(values)
    shown = json.dumps(given, ensure_ascii=False)
    near = get_close_matches(given, values, n=1, cutoff=0.5) if isinstance(given, str) else []
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{shown} is none of {', '.join(values)}{hint}"


def _unknown_field(where: Where) -> str:
    name = str(where[-1])
    model = _model_at(where[:-1])
    if model is None:
        return "unknown field"
    domain = _domain_at(where[:-1])
    if domain is not None and name in domain.model_fields:
        return "the library computes this field: leave it out"
    near = get_close_matches(name, model.model_fields, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(model.model_fields)}"
    return f"unknown field; {hint}"


def _domain_at(where: Where) -> type[Model] | None:
    """The domain model whose fields stand at a place."""
    model: type[Model] | None = LISTS.get(str(where[0])) if where else None
    for step in where[2:]:
        if isinstance(step, str) and model is not None:
            model = part_of(model, step)
    return model


def _model_at(where: Where) -> type[BaseModel] | None:
    if not where:
        return LabelFile
    domain = _domain_at(where)
    if domain is None:
        return None
    return label_of(domain) if len(where) == 2 else draft_of(domain)


@cache
def part_of(model: type[Model], field: str) -> type[Model] | None:
    """The model of a list's parts ("figures" of a claim); None where the field is no list of models."""
    info = model.model_fields.get(field)
    inner = get_args(info.annotation)[:1] if info is not None else ()
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], Model) else None


# -- alternatives -----------------------------------------------------------------------------------------------


def _alternative_faults(labels: LabelFile) -> Iterator[Fault]:
    for name, model in LISTS.items():
        for position, item in enumerate(getattr(labels, name)):
            for field, values in item.alternatives.items():
                message = _alternative_fault(model, item, field, values)
                if message:
                    where = (name, position, "alternatives", field)
                    yield Fault(where, f"{item.id}.alternatives[{field!r}]: {message}")


def _alternative_fault(model: type[Model], item: Label, field: str, values: tuple[Any, ...]) -> str | None:
    target = field_at(model, item, field)
    if target is None:
        return "there is no such field to compare; write FIELD, or figures[0].FIELD for a part"
    owner, name = target
    if not values:
        return "no other value is given"
    adapter = _adapter(owner, name)
    for value in values:
        try:
            adapter.validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return _message({**first, "input": value if not first["loc"] else first["input"]}, (name,))
    return None


@cache
def _adapter(model: type[Model], name: str) -> TypeAdapter[Any]:
    info = draft_of(model).model_fields[name]
    annotation: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return TypeAdapter(annotation)


_NOT_COMPARED = frozenset({"id", "statement", "summary"})


def field_at(model: type[Model], item: Any, path: str) -> tuple[type[Model], str] | None:
    """The model and the field that a path names in an item: "kind", "figures[0].of".

    Returns:
        Both, or None where there is no such field, or none whose values are compared.
    """
    owner: type[Model] | None = model
    steps = path.split(".")
    for number, step in enumerate(steps):
        found = _STEP.fullmatch(step)
        if found is None or owner is None or found[1] not in draft_of(owner).model_fields or found[1] in _NOT_COMPARED:
            return None
        if number == len(steps) - 1:
            return (owner, found[1]) if found[2] is None else None
        parts = getattr(item, found[1])
        owner = part_of(owner, found[1]) if found[1] != "relations" else None
        if found[2] is None or owner is None or int(found[2]) >= len(parts):
            return None
        item = parts[int(found[2])]
    return None
