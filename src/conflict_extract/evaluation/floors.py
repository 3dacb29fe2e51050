"""Floors: scores that recorded answers must not fall below, with how they came to be what they are.

A file of floors has one object for each set of gold: its digest, the floors, and a history whose last entry is what
stands. A floor can be raised by a new entry; one that is lowered must be named in the entry that lowers it, so that
it cannot happen by accident.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.gold import read_labels, read_text, replace_text
from conflict_extract.evaluation.positions import read_object
from conflict_extract.evaluation.results import Evaluation
from conflict_extract.models.base import Model

SCORES = (
    "end_to_end",
    "attributions.detection",
    "events.detection",
    "claims.detection",
    "figures.strict",
)
"""The scores that have floors; each by its F1."""

_DIGITS = 3

F1 = Annotated[float, Field(ge=0, le=1)]


class FloorEntry(Model):
    """One step in the history of floors.

    Attributes:
        date: When it was measured.
        prompt: Version of the prompt behind the answers.
        gold: Digest of the gold that was scored against, as ``gold_digest`` gives it.
        floors: F1 by score.
        why: What moved them.
        lowered: The scores whose floors are lowered on purpose.
    """

    date: date
    prompt: str
    gold: str
    floors: dict[str, F1]
    why: Annotated[str, Field(min_length=1)]
    lowered: tuple[str, ...] = ()


class FloorSet(Model):
    """The floors of one set of gold.

    Attributes:
        gold: Digest of the gold.
        floors: F1 by score.
        history: How they came about, oldest first.
    """

    gold: str
    floors: dict[str, F1]
    history: Annotated[tuple[FloorEntry, ...], Field(min_length=1)]


_FILE = TypeAdapter(dict[str, FloorSet])


def gold_digest(files: Sequence[Path]) -> str:
    """SHA-256 over the gold: over its manifest, as ``gold freeze`` would write it now.

    Of the whole frozen gold of a folder it is the SHA-256 of ``manifest.json``.

    Args:
        files: The label files.

    Raises:
        GoldError: One of them is no label file.
    """
    entries = {}
    for path in files:
        labels = read_labels(path)
        entries[labels.article] = {"text": labels.sha256, "gold": hashlib.sha256(path.read_bytes()).hexdigest()}
    text = json.dumps(dict(sorted(entries.items())), indent=2, ensure_ascii=False) + "\n"
    return hashlib.sha256(text.encode()).hexdigest()


def read_floors(path: Path) -> dict[str, FloorSet]:
    """Read a file of floors, each set by its name.

    Raises:
        GoldError: It is no such file, or a floor was lowered in a way that could be by accident.
    """
    value, lines = read_object(read_text(path), path)
    try:
        sets = _FILE.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise GoldError(f"{where}: {first['msg']}", path=path, line=lines.of(first["loc"])) from None
    for name, each in sets.items():
        for fault in _faults(each):
            raise GoldError(f"{name}: {fault}", path=path, line=lines.of((name,)))
    return sets


def _faults(found: FloorSet) -> Iterator[str]:
    last = found.history[-1]
    if found.gold != last.gold:
        yield "the digest of the gold is not that of the last entry of the history"
    if found.floors.keys() != set(SCORES) or last.floors.keys() != set(SCORES):
        yield f"there must be a floor for each of {', '.join(SCORES)}, here and in the last entry of the history"
        return
    for score in SCORES:
        if found.floors[score] < last.floors[score]:
            yield (
                f"the floor of {score} is lower than the last entry of the history has it; a floor is raised by "
                "a new entry, and lowered by one that names it under 'lowered'"
            )
    for position, (older, newer) in enumerate(zip(found.history, found.history[1:], strict=False), start=1):
        for score in _lowered(older, newer):
            if score not in newer.lowered:
                yield f"entry {position} of the history lowers {score} and does not name it under 'lowered'"


def _lowered(older: FloorEntry, newer: FloorEntry) -> Iterator[str]:
    """What is lower than before against the same gold; other gold begins afresh."""
    if older.gold == newer.gold:
        yield from (score for score, f1 in older.floors.items() if newer.floors.get(score, 0.0) < f1)


def shortfalls(floors: FloorSet, evaluation: Evaluation, digest: str) -> list[str]:
    """What a score falls short of; nothing where all is well.

    Args:
        floors: The floors.
        evaluation: The scores.
        digest: Of the gold that they were measured against.
    """
    if floors.gold != digest:
        return ["the floors were measured against other gold; measure them afresh"]
    return [
        f"{score}: F1 {evaluation.scores[score].f1:.4f} is below its floor {floor:.3f}"
        for score, floor in floors.floors.items()
        if evaluation.scores[score].f1 < floor
    ]


def raised(
    before: FloorSet | None, evaluation: Evaluation, *, digest: str, prompt: str, day: date, why: str
) -> FloorSet:
    """The floors at what was measured now, cut to three decimals, with a new entry in the history.

    Args:
        before: The floors so far.
        evaluation: The scores.
        digest: Of the gold that they were measured against.
        prompt: Version of the prompt behind the answers.
        day: Today.
        why: What moved the scores.
    """
    unit = 10**_DIGITS
    # The small term keeps 0.345 at 0.345, whatever its binary form.
    floors = {score: math.floor(evaluation.scores[score].f1 * unit + 1e-9) / unit for score in SCORES}
    entry = FloorEntry(date=day, prompt=prompt, gold=digest, floors=floors, why=why)
    history = before.history if before is not None else ()
    if history:
        entry = entry.model_copy(update={"lowered": tuple(_lowered(history[-1], entry))})
    return FloorSet(gold=digest, floors=floors, history=(*history, entry))


def write_floors(sets: Mapping[str, FloorSet], path: Path) -> None:
    """Write a file of floors; what stood there is replaced whole or not at all."""
    value = {name: each.model_dump(mode="json") for name, each in sorted(sets.items())}
    replace_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
