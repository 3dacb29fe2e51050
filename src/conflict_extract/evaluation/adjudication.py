"""From two labellings to gold: a worksheet with what both agree on and what is to be decided, then the gold file.

A worksheet is one JSON file that people fill in. All ids in it are its own, the same for both labellers, so that
links can be followed. Each entry under ``open`` takes a ``decision`` and the ``rule`` of the codebook that it rests on;
``note`` may say more. A decision is ``"a"``, ``"b"``, ``"both"``, ``"neither"``, or an object with the fields that are
to replace those of a (of b, where only b has the item).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.checking import check_labels
from conflict_extract.evaluation.difference import Difference, difference, with_links
from conflict_extract.evaluation.form import Fault, check_form
from conflict_extract.evaluation.gold import ADJUDICATED
from conflict_extract.evaluation.items import LINKS, LISTS, ListName
from conflict_extract.evaluation.labelling import place
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.models import Article

DECISIONS = ("a", "b", "both", "neither")
_CHOICES = f"{', '.join(DECISIONS)}, or an object with the fields to replace"
_HEAD = ("article", "sha256", "codebook")
_KEYS = frozenset({*_HEAD, "annotators", "drafted_by_model", "agreed", "open"})
_ENTRY_KEYS = frozenset({"item", "list", "differs", "a", "b", "decision", "rule", "note"})


def worksheet(a: LabelFile, b: LabelFile, article: Article) -> dict[str, Any]:
    """What there is to decide between two labellings of an article.

    Args:
        a: The one, with offsets.
        b: The other.
        article: What both are about.

    Raises:
        GoldError: They are of different texts, by one annotator, or by different versions of the codebook.
        InputError: An item has no offsets, or a link leads nowhere.
    """
    if a.annotator == b.annotator:
        raise GoldError(f"both labellings are by {a.annotator}")
    if a.codebook != b.codebook:
        raise GoldError(f"the labellings are by different versions of the codebook: {a.codebook} and {b.codebook}")
    found = difference(a, b, article)
    ids = _unit_ids(found)
    agreed: dict[str, list[Any]] = {name: [] for name in LISTS}
    entries: list[dict[str, Any]] = []
    for number, unit in enumerate(found.units):
        own = ids.units[number]
        sides = {
            key: with_links(side.fields, lambda name, id, key=key: ids.of[key, name, id]) | {"id": own}
            if side is not None
            else None
            for key, side in (("a", unit.a), ("b", unit.b))
        }
        if unit.agreed:
            agreed[unit.name].append(sides["a"])
        else:
            entry = {"item": own, "list": unit.name, "differs": list(unit.differs), **sides}
            entries.append({**entry, "decision": None, "rule": "", "note": ""})
    return {
        **{name: getattr(a, name) for name in _HEAD},
        "annotators": [a.annotator, b.annotator],
        "drafted_by_model": a.drafted_by_model or b.drafted_by_model,
        "agreed": agreed,
        "open": entries,
    }


@dataclass(frozen=True, slots=True)
class _UnitIds:
    """The worksheet's own ids: of each unit, and of each labeller's items."""

    units: Sequence[str]
    of: Mapping[tuple[str, str, str], str]


def _unit_ids(found: Difference) -> _UnitIds:
    units: list[str] = []
    of: dict[tuple[str, str, str], str] = {}
    for name in LISTS:
        for number, unit in enumerate(found.of(name), start=1):
            units.append(f"{name[0]}{number}")
            for key, side in (("a", unit.a), ("b", unit.b)):
                if side is not None:
                    of[key, name, side.id] = units[-1]
    return _UnitIds(units, of)


# -- the filled worksheet ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gold:
    """What a filled worksheet comes to.

    Attributes:
        labels: The gold, ids numbered in the order of the text.
        log: The decisions as a section of Markdown, with the rule that each rests on.
    """

    labels: LabelFile
    log: str


def conclude(sheet: Mapping[str, Any], article: Article) -> tuple[Gold | None, list[Fault]]:
    """Make gold of a filled worksheet.

    An event or a relation that leads to an item decided away is taken out of the claims, and logged. A claim whose
    attribution was decided away is not made the article's own: it has to be decided anew.

    Args:
        sheet: The worksheet, as JSON values.
        article: The article.

    Returns:
        The gold and no faults, or None and all that is undecided or wrong; their places are the worksheet's.
    """
    faults = list(_sheet_faults(sheet, article))
    if faults:
        return None, faults
    kept, faults = _decided(sheet)
    gone = _gone(sheet)
    dropped: list[tuple[str, list[str]]] = []
    for item in kept:
        if item.name == "claims":
            faults += _drop_links(item, gone, dropped)
    if faults:
        return None, faults
    ids = _numbered(kept, article)
    lists: dict[str, list[Any]] = {name: [] for name in LISTS}
    for item in sorted(kept, key=lambda each: int(ids[each.id][1:])):
        fields = with_links(item.fields, lambda _, id: ids.get(id, id))
        lists[item.name].append(fields | {"id": ids[item.id]})
    head = {name: sheet[name] for name in _HEAD} | {"drafted_by_model": sheet["drafted_by_model"]}
    labels, faults = check_form({**head, "annotator": ADJUDICATED, **lists})
    if labels is not None:
        labels, faults = place(labels, article)
        faults = faults or list(check_labels(labels, article))
    if labels is None or faults:
        return None, [Fault(("open",), f"in the gold as decided: {fault.message}") for fault in faults]
    return Gold(labels, _log(sheet, kept, ids, dropped)), []


@dataclass(slots=True)
class _Kept:
    """An item that is to be gold: whose version it is, and where it stands in the worksheet."""

    id: str
    name: ListName
    fields: dict[str, Any]
    entry: int | None = None


def _sheet_faults(sheet: Mapping[str, Any], article: Article) -> Iterator[Fault]:
    """What makes a worksheet unusable, and all that is still open in it."""
    if sheet.keys() != _KEYS or not isinstance(sheet["open"], list) or not isinstance(sheet["agreed"], dict):
        yield Fault((), f"this is no worksheet of an adjudication: its keys are {', '.join(sorted(_KEYS))}")
        return
    if (sheet["article"], sheet["sha256"]) != (article.id, article.sha256):
        yield Fault(("sha256",), f"the worksheet is for another text of {sheet['article']}")
        return
    for number, entry in enumerate(sheet["open"]):
        message = _entry_fault(entry)
        if message:
            name = entry.get("item", number) if isinstance(entry, dict) else number
            yield Fault(("open", number, message[0]), f"{name}: {message[1]}")


def _entry_fault(entry: Any) -> tuple[str, str] | None:
    if not isinstance(entry, dict) or entry.keys() != _ENTRY_KEYS or entry["list"] not in LISTS:
        return "item", f"an entry has the keys {', '.join(sorted(_ENTRY_KEYS))}"
    decision = entry["decision"]
    if decision is None:
        return "decision", f"not decided yet: {_CHOICES}"
    if not isinstance(decision, dict):
        if decision not in DECISIONS:
            return "decision", f"{json.dumps(decision)} is no decision: {_CHOICES}"
        wanted = {"a": ("a",), "b": ("b",), "both": ("a", "b"), "neither": ()}[decision]
        if any(entry[side] is None for side in wanted):
            return "decision", f"{decision}: only one of the two has this item"
    if not isinstance(entry["rule"], str) or not entry["rule"].strip():
        return "rule", "the rule that the decision rests on is missing"
    return None


def _decided(sheet: Mapping[str, Any]) -> tuple[list[_Kept], list[Fault]]:
    kept = [_Kept(each["id"], name, dict(each)) for name in LISTS for each in sheet["agreed"].get(name, [])]
    doubled = {entry["item"] for entry in sheet["open"] if entry["decision"] == "both"}

    def others(_: str, id: str) -> str:
        return f"{id}b" if id in doubled else id

    faults: list[Fault] = []
    for number, entry in enumerate(sheet["open"]):
        decision, id, name = entry["decision"], entry["item"], entry["list"]
        if isinstance(decision, dict):
            try:
                kept.append(
                    _Kept(
                        id,
                        name,
                        with_links({**(entry["a"] or entry["b"]), **decision, "id": id}, lambda _, target: target),
                        number,
                    )
                )
            except (TypeError, KeyError, ValueError, AttributeError):
                message = "the item has links of another form than the labellers'"
                faults.append(Fault(("open", number, "decision"), f"{id}: {message}"))
        if decision in ("a", "both"):
            kept.append(_Kept(id, name, dict(entry["a"]), number))
        if decision in ("b", "both"):
            own = f"{id}b" if decision == "both" else id
            kept.append(_Kept(own, name, with_links(entry["b"], others), number))
    return kept, faults


def _gone(sheet: Mapping[str, Any]) -> set[str]:
    return {entry["item"] for entry in sheet["open"] if entry["decision"] == "neither"}


def _drop_links(claim: _Kept, gone: set[str], dropped: list[tuple[str, list[str]]]) -> Iterator[Fault]:
    fields = claim.fields
    if fields.get("attribution") in gone:
        where = ("open",) if claim.entry is None else ("open", claim.entry, "decision")
        yield Fault(
            where, f"{claim.id} hangs on {fields['attribution']}, which was decided away: decide one of them anew"
        )
    lost = [id for id in fields.get("events", []) if id in gone]
    lost += [each["claim"] for each in fields.get("relations", []) if each["claim"] in gone]
    if lost:
        fields["events"] = [id for id in fields["events"] if id not in gone]
        fields["relations"] = [each for each in fields["relations"] if each["claim"] not in gone]
        dropped.append((claim.id, lost))
    _drop_alternatives(fields, gone)


def _drop_alternatives(fields: dict[str, Any], gone: set[str]) -> None:
    """Alternatives that link to what is gone are no alternatives any more."""
    alternatives = dict(fields.get("alternatives", {}))
    for link in LINKS.keys() & alternatives.keys():
        alternatives[link] = [
            each for each in alternatives[link] if not any(f'"{id}"' in json.dumps(each) for id in gone)
        ]
    fields["alternatives"] = {name: values for name, values in alternatives.items() if values}


def _numbered(kept: Sequence[_Kept], article: Article) -> dict[str, str]:
    """The ids of gold: numbered in each list in the order of the text."""
    ids: dict[str, str] = {}
    for name in LISTS:
        own = [item for item in kept if item.name == name]
        own.sort(key=lambda item: (_start(item.fields, article), item.fields.get("end") or 0, len(item.id), item.id))
        ids |= {item.id: f"{name[0]}{number}" for number, item in enumerate(own, start=1)}
    return ids


def _start(fields: Mapping[str, Any], article: Article) -> int:
    start = fields.get("start")
    return start if isinstance(start, int) else article.text.find(str(fields.get("quote", "")))


def _log(
    sheet: Mapping[str, Any], kept: Sequence[_Kept], ids: Mapping[str, str], dropped: Sequence[tuple[str, list[str]]]
) -> str:
    one, other = sheet["annotators"]
    agreed = sum(item.entry is None for item in kept)
    lines = [
        f"## {sheet['article']}",
        "",
        f"a is {one}, b is {other}; codebook {sheet['codebook']}. Agreed: {agreed}. Decided: {len(sheet['open'])}.",
        "",
        "| gold | quote | differed in | decision | rule | note |",
        "|---|---|---|---|---|---|",
    ]
    for number, entry in enumerate(sheet["open"]):
        own = ", ".join(ids[item.id] for item in kept if item.entry == number) or "none"
        version = entry["a"] or entry["b"]
        differs = ", ".join(entry["differs"]) or ("only a has it" if entry["a"] else "only b has it")
        decision = entry["decision"]
        if isinstance(decision, dict):
            decision = f"{'a' if entry['a'] else 'b'} with another {', '.join(decision)}"
        cells = (own, version["quote"], differs, decision, entry["rule"], entry["note"] or "")
        lines.append("| " + " | ".join(_cell(each) for each in cells) + " |")
    quotes = {entry["item"]: (entry["a"] or entry["b"])["quote"] for entry in sheet["open"]}
    if dropped:
        lines.append("")
        lines += [
            f"- {ids[id]} no longer links to: {'; '.join(_cell(quotes[each]) for each in lost)}" for id, lost in dropped
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(str(text).replace("|", "\\|").split())


def with_section(log: str, section: str) -> str:
    """A decision log with one article's section put in, or in place of the one that is there."""
    title = section.partition("\n")[0]
    head, *sections = ("\n" + log).split("\n## ")
    own = [f"{each.rstrip()}\n" for each in sections if f"## {each.partition(chr(10))[0]}" != title]
    parts = [head.strip() or "# Decisions", *(f"## {each.rstrip()}" for each in own), section.rstrip()]
    return "\n\n".join(parts) + "\n"
