"""From the text of a reply to drafts: JSON, then each item by itself, so that one bad item never loses the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from conflict_extract.models.extraction import Rejected, RejectionReason
from conflict_extract.reply.schema import LISTS, draft_of
from conflict_extract.reply.wire import TABLES, expand

SALVAGED_LISTS = frozenset({"figures", "relations", "actors", "places", "events"})
"""Lists inside an item whose bad elements fall alone. A chain is none: without a link it would name another origin."""

FORGIVEN_FIELDS = frozenset({"time"})
"""Fields that become null where their value is no good. Not ``attribution`` and ``cue``: there, null says something."""


_DEEPEST = 30
"""Levels of nesting that a reply may have; a good one has six."""
_NESTED = (list, dict)
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class UnreadableReplyError(ValueError):
    """The reply as a whole cannot be read: not JSON, not an object, a key twice."""


@dataclass(slots=True)
class Candidate:
    """One item of a reply on its way to becoming part of the extraction.

    Attributes:
        kind: "attributions", "events" or "claims".
        path: Where it stands in the reply: "claims[3]".
        raw: As the model gave it.
        draft: The same, validated: an instance of the kind's draft model.
    """

    kind: str
    path: str
    raw: Any
    draft: Any


@dataclass(slots=True)
class Rejections:
    """The list of what falls, with the one way to write into it."""

    items: list[Rejected] = field(default_factory=list)

    def add(self, path: str, reason: RejectionReason, message: str, content: Any, id: str | None = None) -> None:
        """Note one thing that is left out."""
        self.items.append(Rejected(path=path, id=id, reason=reason, message=message, content=content))


def load(text: str, *, truncated: bool) -> dict[str, Any]:
    """The reply's JSON object.

    Args:
        text: The reply.
        truncated: The reply ran out of room: the items that are whole are read, the cut one is not.

    Raises:
        UnreadableReplyError: It is not one JSON object, or has a key twice (which value counts would be a guess).
    """
    try:
        value = _json(text)
    except (ValueError, RecursionError) as error:
        if not truncated or isinstance(error, UnreadableReplyError):
            raise UnreadableReplyError(_say(error)) from None
        try:
            value = _json(_whole_items(text))
        except (ValueError, RecursionError) as second:
            raise UnreadableReplyError(_say(second)) from None
    if not isinstance(value, dict):
        raise UnreadableReplyError("the reply is not a JSON object")
    return value


def _json(text: str) -> Any:
    """JSON, without what would not survive being written again: NaN, half surrogate pairs, bottomless nesting."""
    value = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_such_number)
    may_have_halves = "\\u" in text or not _is_utf8(text)
    level: list[Any] = [[value]]
    depth = 0
    while level:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.keys() if may_have_halves else ()
                inner += each.values()
            else:
                inner += each
        depth += 1
        if inner and depth > _DEEPEST:
            raise UnreadableReplyError("the reply is nested too deeply")
        if may_have_halves and any(isinstance(each, str) and _has_half_pair(each) for each in inner):
            raise UnreadableReplyError("a string of the reply has half a surrogate pair")
        level = [each for each in inner if isinstance(each, _NESTED)]
    return value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _has_half_pair(text: str) -> bool:
    return not text.isascii() and _HALF_PAIR.search(text) is not None


def _no_such_number(name: str) -> Any:
    raise UnreadableReplyError(f"{name} is no JSON number")


def _say(error: Exception) -> str:
    if isinstance(error, UnreadableReplyError):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"the reply is not valid JSON ({error.msg.lower()} at character {error.pos})"
    return "the reply is not valid JSON"


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise UnreadableReplyError(f'an object of the reply has the key "{twice}" twice')
    return found


def _whole_items(text: str) -> str:
    """A truncated reply cut back to its last whole item and closed."""
    depth, in_string, escaped, end = 0, False, False, 0
    for position, character in enumerate(text):
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
            if depth == 2 and character == "}":
                end = position + 1
    return text[:end] + "]}" if end else "{}"


def candidates(reply: dict[str, Any], rejections: Rejections, *, truncated: bool) -> list[Candidate]:
    """The items of a reply that fit the schema; what does not is noted in ``rejections``."""
    _check_tables(reply, rejections, truncated=truncated)
    reply = expand(reply)
    for key, value in reply.items():
        if key not in LISTS:
            rejections.add(key, "invalid", f'a reply has no "{key}"', value)
    found: list[Candidate] = []
    for kind in LISTS:
        items = reply.get(kind)
        if isinstance(items, list):
            for position, raw in enumerate(items):
                candidate = _candidate(kind, f"{kind}[{position}]", raw, rejections)
                if candidate is not None:
                    found.append(candidate)
        elif not (items is None and truncated):
            rejections.add(kind, "invalid", f'the reply has no list "{kind}"', items)
    return found


def _check_tables(reply: dict[str, Any], rejections: Rejections, *, truncated: bool) -> None:
    """Note what is wrong with the tables of sources and actors: whoever refers to it falls, and should know why."""
    for name in TABLES:
        rows = reply.get(name)
        if not isinstance(rows, list):
            needed = reply.get("attributions") if name == "sources" else reply.get("events")
            if rows is not None or (needed and not truncated):
                rejections.add(name, "invalid", f'the reply has no list "{name}"', rows)
            continue
        first: dict[str, Any] = {}
        for position, row in enumerate(rows):
            id = row.get("id") if isinstance(row, dict) else None
            if not isinstance(id, str):
                rejections.add(f"{name}[{position}]", "invalid", "a row of the table needs an id", row)
            elif first.setdefault(id, row) != row:
                rejections.add(f"{name}[{position}]", "duplicate_id", f"the id {id} is given to two rows", row)


def _candidate(kind: str, path: str, raw: Any, rejections: Rejections) -> Candidate | None:
    draft = draft_of(LISTS[kind])
    try:
        return Candidate(kind, path, raw, draft.model_validate(raw))
    except ValidationError as error:
        faults = list(_faults(error))
    id = raw.get("id") if isinstance(raw, dict) and isinstance(raw.get("id"), str) else None
    if not all(_is_salvageable(place) for place, _ in faults):
        rejections.add(path, "invalid", "; ".join(dict.fromkeys(message for _, message in faults)), raw, id)
        return None
    salvaged = dict(raw)
    dropped: dict[str, set[int]] = {}
    for place, message in faults:
        name = str(place[0])
        if name in FORGIVEN_FIELDS:
            rejections.add(f"{path}.{name}", "invalid", message, raw.get(name), id)
            salvaged[name] = None
        elif int(place[1]) not in dropped.setdefault(name, set()):
            dropped[name].add(int(place[1]))
            rejections.add(f"{path}.{name}[{place[1]}]", "invalid", message, raw[name][int(place[1])], id)
    for name, positions in dropped.items():
        salvaged[name] = [each for position, each in enumerate(raw[name]) if position not in positions]
    return Candidate(kind, path, raw, draft.model_validate(salvaged))


def _is_salvageable(place: tuple[int | str, ...]) -> bool:
    if len(place) > 1:
        return place[0] in SALVAGED_LISTS and isinstance(place[1], int)
    return bool(place) and place[0] in FORGIVEN_FIELDS


def _faults(error: ValidationError) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Place and message of each fault. The words are ours: pydantic's change with its version, and with them the
    message that asks the model again, which recordings must find unchanged."""
    for fault in error.errors(include_url=False, include_context=True):
        place = fault["loc"]
        name = ".".join(str(part) for part in place) or "the item"
        match fault["type"]:
            case "missing":
                message = f"{name} is missing"
            case "extra_forbidden":
                message = f"there is no field {name}"
            case "literal_error":
                given = json.dumps(fault["input"], ensure_ascii=False, default=str)[:60]
                message = f"{name} is {given}, which is not one of its values"
            case "string_too_short" | "too_short":
                message = f"{name} is empty"
            case "model_type" if place and isinstance(fault["input"], str):
                message = f'{name} is "{fault["input"][:60]}", which is in no table of the reply'
            case "string_type" if fault["input"] is None:
                message = f"{name} is null"
            case _:
                message = f"{name} has the wrong type"
        yield place, message
