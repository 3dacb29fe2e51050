"""Label Studio: label files as tasks with annotations, and back.

Each item is a region with one of the labels Attribution, Event, Claim. Its fields are controls for each region:
choices, and text areas for words; the parts of an item (sources, actors, places, figures) are the lines of a text
area, each a JSON object. Links are relations from the claim. All of a label file is kept.

What the format cannot hold: ids of regions that people make in the tool are not of the codebook's form, and are given
anew; a text area's words lose white space at their edges if somebody edits them there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.gold import item_fields
from conflict_extract.evaluation.items import LINKS
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.exchange.regions import HEADER, Region, assemble, require_places, shape, verify, vocabulary
from conflict_extract.models import Article
from conflict_extract.models.vocabulary import RelationKind
from conflict_extract.reply.schema import LISTS, draft_of

_LABELS = {"attributions": "Attribution", "events": "Event", "claims": "Claim"}
_LISTS = {label: name for name, label in _LABELS.items()}
_RELATIONS = (*LINKS, *RelationKind.__args__)  # type: ignore[attr-defined]
_REGION, _TEXT, _YES = "item", "text", "yes"
_TYPES = {"choice": "choices", "choices": "choices", "flag": "choices", "words": "textarea", "parts": "textarea"}


def labelling_interface() -> str:
    """The configuration of a Label Studio project for these tasks (XML)."""
    lines = ["<View>", "  <Relations>"]
    lines += [f"    <Relation value={quoteattr(kind)}/>" for kind in _RELATIONS if kind != "relations"]
    lines += ["  </Relations>", f'  <Labels name="{_REGION}" toName="{_TEXT}">']
    lines += [f'    <Label value="{label}"/>' for label in _LABELS.values()]
    lines += ["  </Labels>", f'  <Text name="{_TEXT}" value="$text" saveTextResult="yes"/>']
    for name, model in LISTS.items():
        for field in draft_of(model).model_fields:
            if field not in ("id", "quote") and shape(model, field) != "link":
                lines += _control(field, shape(model, field), vocabulary(model, field), _LABELS[name])
    lines += _control("optional", "flag", (), None) + _control("alternatives", "words", (), None)
    return "\n".join([*lines, "</View>"]) + "\n"


def _control(field: str, kind: str, values: Sequence[str], label: str | None) -> list[str]:
    where = f'name="{field}" toName="{_TEXT}" perRegion="true"'
    if label is not None:
        where += f' whenTagName="{_REGION}" whenLabelValue="{label}" visibleWhen="region-selected"'
    head = f'  <Header value="{field}" size="6"/>'
    if _TYPES[kind] == "textarea":
        several = "" if kind == "parts" else ' maxSubmissions="1"'
        return [head, f'  <TextArea {where} editable="true"{several}/>']
    many = "multiple" if kind == "choices" else "single"
    choices = [f'    <Choice value="{value}"/>' for value in values or (_YES,)]
    return [head, f'  <Choices {where} choice="{many}">', *choices, "  </Choices>"]


# -- out --------------------------------------------------------------------------------------------------------


def to_task(labels: LabelFile, article: Article) -> dict[str, Any]:
    """One task with one annotation; offsets are code points, as newer versions of Label Studio store them (PR 1559).

    Raises:
        GoldError: The labels are for another text, or a quote has no offsets.
    """
    require_places(labels, article)
    header = {name: getattr(labels, name) for name in HEADER}
    result = [each for name in LISTS for item in getattr(labels, name) for each in _results(name, item)]
    return {"data": {"text": article.text, **header}, "annotations": [{"result": result}]}


def _results(name: str, item: Any) -> Iterator[dict[str, Any]]:
    model = LISTS[name]
    place = {"start": item.start, "end": item.end}
    yield _result(item.id, _REGION, "labels", {**place, "text": item.quote, "labels": [_LABELS[name]]})
    fields = item_fields(model, item)
    for field, value in fields.items():
        if field in ("id", "quote", "start", "end"):
            continue
        kind = "flag" if field == "optional" else "words" if field == "alternatives" else shape(model, field)
        if kind == "link":
            yield from _links(item.id, field, value)
        elif value not in (None, [], False):
            key = "choices" if _TYPES[kind] == "choices" else "text"
            yield _result(item.id, field, _TYPES[kind], {**place, key: _entries(field, kind, value)})


def _result(id: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "from_name": control, "to_name": _TEXT, "type": kind, "value": value}


def _entries(field: str, kind: str, value: Any) -> list[str]:
    if kind == "flag":
        return [_YES]
    if kind == "parts" or field == "alternatives":
        return [json.dumps(each, ensure_ascii=False) for each in (value if kind == "parts" else [value])]
    return value if kind == "choices" else [value]


def _links(id: str, field: str, value: Any) -> Iterator[dict[str, Any]]:
    if field == "relations":
        targets = [(each["kind"], each["claim"]) for each in value]
    else:
        targets = [(field, target) for target in (value if field == "events" else [value]) if target is not None]
    for kind, target in targets:
        yield {"from_id": id, "to_id": target, "type": "relation", "direction": "right", "labels": [kind]}


# -- in ---------------------------------------------------------------------------------------------------------


def read_tasks(tasks: Any, annotator: str | None = None, path: Path | None = None) -> list[LabelFile]:
    """Labels of the annotations in a JSON export of Label Studio; annotations that were cancelled are left out.

    Args:
        tasks: The export, as JSON values: a list of tasks, their data as ``to_task`` gave it.
        annotator: Who labelled. By default whom the task names, and where a task has several annotations, who
            completed each.
        path: The file, for errors.

    Raises:
        GoldError: It is no such export, offsets do not fit the words, or an item is not whole; with the task and
            the region.
    """
    if not isinstance(tasks, list):
        raise GoldError("this is no export of Label Studio: a list of tasks is expected", path=path)
    found: list[LabelFile] = []
    for number, task in enumerate(tasks, start=1):
        try:
            found += _read_task(task, annotator, f"task {number}", path)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            problem = f"task {number} has not the form of Label Studio's export ({type(error).__name__}: {error})"
            raise GoldError(problem, path=path) from None
    return found


def _read_task(task: dict[str, Any], annotator: str | None, shown: str, path: Path | None) -> Iterator[LabelFile]:
    data = task["data"]
    missing = [name for name in ("text", *HEADER[:4]) if not isinstance(data.get(name), str)]
    if missing:
        raise GoldError(f"{shown}: its data has no {', '.join(missing)}", path=path)
    article = Article(id=data["article"], text=data["text"])
    if article.sha256 != data["sha256"]:
        raise GoldError(f"{shown}: the text is not the one of the SHA-256 beside it", path=path)
    done = [each for each in task["annotations"] if not each.get("was_cancelled")]
    for annotation in done:
        who = annotator or (data["annotator"] if len(done) == 1 else _who(annotation, shown, path))
        header = {**{name: data[name] for name in HEADER if name in data}, "annotator": who}
        regions = _regions(annotation["result"], shown, path)
        verify(regions, article.text, _same, path)
        yield assemble(header, regions, path)


def _who(annotation: dict[str, Any], shown: str, path: Path | None) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    if who is None:
        raise GoldError(f"{shown} has several annotations, and one does not say who completed it", path=path)
    return str(who)


def _same(given: str, words: str) -> bool:
    """Whether the words are the same; Label Studio writes line ends in them as backslash and n."""
    return given == words or given.replace("\\n", "\n") == words.replace("\r\n", "\n")


def _regions(results: list[dict[str, Any]], shown: str, path: Path | None) -> list[Region]:
    regions: dict[str, Region] = {}
    for each in results:
        if each["type"] == "labels":
            regions[each["id"]] = _region(each, regions, shown, path)
    for each in results:
        if each["type"] == "relation":
            _link(each, regions, shown, path)
        elif each["type"] != "labels":
            _fill(each, regions, shown, path)
    return list(regions.values())


def _region(result: dict[str, Any], regions: dict[str, Region], shown: str, path: Path | None) -> Region:
    id, value = result["id"], result["value"]
    labels = value["labels"]
    if id in regions or len(labels) != 1 or labels[0] not in _LISTS:
        problem = f"{shown}, region {id}: a region has one label of {', '.join(_LISTS)}, not {', '.join(labels)}"
        raise GoldError(problem, path=path)
    if not isinstance(value.get("text"), str):
        problem = f"{shown}, region {id}: it has no words to verify its offsets by (saveTextResult in the interface)"
        raise GoldError(problem, path=path)
    name = _LISTS[labels[0]]
    region = Region(id, name, value["start"], value["end"], value["text"], f"{shown}, region {id}")
    region.fields["id"] = id
    return region


def _fill(result: dict[str, Any], regions: dict[str, Region], shown: str, path: Path | None) -> None:
    region = regions.get(result["id"])
    control = result["from_name"]
    if region is None:
        raise GoldError(f"{shown}, region {result['id']}: it has {control} and no label", path=path)
    model = LISTS[region.name]
    if control in ("optional", "alternatives"):
        kind = "flag" if control == "optional" else "words"
    elif control in draft_of(model).model_fields and control not in ("id", "quote"):
        kind = shape(model, control)
    else:
        raise GoldError(f"{region.shown}: {_LABELS[region.name]} has no field {control}", path=path)
    entries = result["value"]["choices" if _TYPES[kind] == "choices" else "text"]
    entries = [entries] if isinstance(entries, str) else entries
    if kind in ("choice", "words", "flag") and len(entries) != 1:
        raise GoldError(f"{region.shown}: {control} has {len(entries)} entries, not one", path=path)
    try:
        region.fields[control] = _value(control, kind, entries)
    except json.JSONDecodeError as error:
        raise GoldError(f"{region.shown}: {control} is not JSON: {error}", path=path) from None


def _value(control: str, kind: str, entries: list[str]) -> Any:
    if kind == "flag":
        return True
    if kind == "parts":
        return [json.loads(each) for each in entries]
    if control == "alternatives":
        return json.loads(entries[0])
    return entries if kind == "choices" else entries[0]


def _link(result: dict[str, Any], regions: dict[str, Region], shown: str, path: Path | None) -> None:
    source, target = result["from_id"], result["to_id"]
    if result.get("direction") == "left":
        source, target = target, source
    kinds = result.get("labels") or []
    region = regions.get(source)
    if region is None or region.name != "claims" or len(kinds) != 1 or kinds[0] not in _RELATIONS:
        problem = f"{shown}, relation from {source} to {target}: it leads from a claim and is one of {_RELATIONS}"
        raise GoldError(problem, path=path)
    if kinds[0] == "attribution":
        if "attribution" in region.fields:
            raise GoldError(f"{region.shown}: it has two attributions", path=path)
        region.fields["attribution"] = target
    elif kinds[0] == "events":
        region.fields.setdefault("events", []).append(target)
    else:
        region.fields.setdefault("relations", []).append({"kind": kinds[0], "claim": target})
