"""What is counted in each document: one column for each count, and which columns make up which score.

Counts add up over documents and ratios are derived from their sums, so that every score of every resample comes from
one matrix of documents by columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from conflict_extract.evaluation.items import FIELDS, LINKS, LISTS, PARTS, ListName
from conflict_extract.models.vocabulary import ClaimKind, CueClass, SubType

ErrorClass = Literal[
    "correct",
    "boundary",
    "wrong_field",
    "wrong_type",
    "duplicate",
    "split_or_merged",
    "spurious_grounded",
    "spurious_not_verbatim",
    "missing",
]
"""What became of an item; each has one class:

- correct: aligned, the same place, every field right;
- boundary: aligned, every field right, another place;
- wrong_field: aligned, the type right, another field wrong;
- wrong_type: aligned, the type wrong (cue_class, sub_type, kind);
- duplicate: predicted, and as much alike as is needed to a gold item that another prediction is aligned with;
- split_or_merged: predicted, and a further piece of a gold item that is aligned already; or gold, and swallowed by a
  prediction that is aligned with another gold item;
- spurious_grounded: any other prediction, its words in the article;
- spurious_not_verbatim: the same, its words not letter for letter in the article;
- missing: any other gold item.
"""
ERROR_CLASSES: tuple[ErrorClass, ...] = get_args(ErrorClass)

TYPES: Mapping[ListName, tuple[str, ...]] = {
    "attributions": get_args(CueClass),
    "events": get_args(SubType),
    "claims": get_args(ClaimKind),
}

_names: list[str] = []


def _new(name: str) -> int:
    _names.append(name)
    return len(_names) - 1


class ScoreColumns(NamedTuple):
    """The columns of a score: precision is right over predicted, recall right over gold."""

    right: int
    predicted: int
    gold: int


class FieldColumns(NamedTuple):
    """MUC counts of a field in aligned items, and its fills in all items."""

    correct: int
    incorrect: int
    missing: int
    spurious: int
    predicted: int
    gold: int


class LinkColumns(NamedTuple):
    """What became of links, and how many there are on each side."""

    correct: int
    wrong: int
    missing: int
    spurious: int
    propagated: int
    predicted: int
    gold: int


class ListColumns(NamedTuple):
    """The columns of a list, or of the items of one type."""

    aligned: int
    lenient: int
    strict: int
    soft: int
    predicted: int
    gold: int


def _list(name: str) -> ListColumns:
    return ListColumns(*(_new(f"{name}.{each}") for each in ListColumns._fields))


def _field(name: str) -> FieldColumns:
    return FieldColumns(*(_new(f"{name}.{each}") for each in FieldColumns._fields))


ITEMS: Mapping[ListName, ListColumns] = {name: _list(name) for name in LISTS}
BY_TYPE: Mapping[ListName, Mapping[str, ListColumns]] = {
    name: {each: _list(f"{name}.{each}") for each in TYPES[name]} for name in LISTS
}
SINGLE_FIELDS: Mapping[ListName, Mapping[str, FieldColumns]] = {
    name: {each: _field(f"{name}.{each}") for each in FIELDS[name]} for name in LISTS
}
PART_FIELDS: Mapping[ListName, Mapping[str, Mapping[str, FieldColumns]]] = {
    name: {part: {each: _field(f"{name}.{part}.{each}") for each in fields} for part, fields in PARTS[name].items()}
    for name in LISTS
}
LINK_COLUMNS: Mapping[str, LinkColumns] = {
    name: LinkColumns(*(_new(f"links.{name}.{each}") for each in LinkColumns._fields)) for name in LINKS
}
ERRORS: Mapping[ListName, Mapping[ErrorClass, int]] = {
    name: {each: _new(f"{name}.errors.{each}") for each in ERROR_CLASSES} for name in LISTS
}
MERGED: Mapping[ListName, int] = {name: _new(f"{name}.errors.merged") for name in LISTS}
"""The gold items among those that are split or merged."""

FIGURES = {each: _new(f"figures.{each}") for each in ("strict", "lenient", "predicted", "gold")}
AT_LEAST = ScoreColumns(*(_new(f"figures.at_least.{each}") for each in ScoreColumns._fields))
TIMES = {each: _new(f"times.{each}") for each in ("exact", "containment", "predicted", "gold")}
CHAINS = {each: _new(f"chains.{each}") for each in ("whole", "origin", "speaker")}
END_TO_END = _new("end_to_end.right")

WIDTH = len(_names)


def _headlines() -> dict[str, ScoreColumns]:
    claims, tellings = ITEMS["claims"], ITEMS["attributions"]
    scores = {"end_to_end": ScoreColumns(END_TO_END, claims.predicted, claims.gold)}
    for name in LISTS:
        scores |= _of_list(name, ITEMS[name])
    scores |= {f"figures.{each}": _over(FIGURES[each], FIGURES) for each in ("strict", "lenient")}
    scores["figures.at_least"] = AT_LEAST
    scores |= {f"times.{each}": _over(TIMES[each], TIMES) for each in ("exact", "containment")}
    scores |= {
        f"chains.{each}": ScoreColumns(column, tellings.predicted, tellings.gold) for each, column in CHAINS.items()
    }
    scores |= {
        f"links.{each}": ScoreColumns(columns.correct, columns.predicted, columns.gold)
        for each, columns in LINK_COLUMNS.items()
    }
    return scores


def _of_list(name: str, columns: ListColumns) -> dict[str, ScoreColumns]:
    return {
        f"{name}.detection": ScoreColumns(columns.aligned, columns.predicted, columns.gold),
        f"{name}.lenient": ScoreColumns(columns.lenient, columns.predicted, columns.gold),
        f"{name}.strict": ScoreColumns(columns.strict, columns.predicted, columns.gold),
        f"{name}.soft": ScoreColumns(columns.soft, columns.predicted, columns.gold),
    }


def _over(right: int, columns: Mapping[str, int]) -> ScoreColumns:
    return ScoreColumns(right, columns["predicted"], columns["gold"])


HEADLINES: Mapping[str, ScoreColumns] = _headlines()
"""The scores that stand for themselves: "end_to_end", "claims.detection", "figures.strict", "links.events" …"""

FIELD_SCORES: Mapping[str, FieldColumns] = {
    **{f"{name}.{each}": columns for name in LISTS for each, columns in SINGLE_FIELDS[name].items()},
    **{
        f"{name}.{part}.{each}": columns
        for name in LISTS
        for part, fields in PART_FIELDS[name].items()
        for each, columns in fields.items()
    },
}
"""The columns of each field: "claims.polarity", "claims.figures.value", "attributions.chain.name" …"""

TYPE_SCORES: Mapping[str, ScoreColumns] = {
    key: columns
    for name in LISTS
    for each in TYPES[name]
    for key, columns in _of_list(f"{name}.{each}", BY_TYPE[name][each]).items()
}
"""The scores of the items of one type, detection being of items of this type: "claims.casualties.detection" …"""
