"""The numbers of a text with what they are: a count, a percentage, a duration, an ordinal, the day of a date.

The "6" of "May 6" is no support for six soldiers, nor "20%" for twenty, nor a "100-month conflict" for a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from conflict_extract.text.numbers import Number, find_numbers, lowered

Key = tuple[str, int | float]
"""What a number is, and its value: "count"; "percent"; a unit of time ("month"); "ordinal", any nth; "nth", an nth of
no named month; "day", with 100 times the month and the day as its value."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_AFTER_MONTH = re.compile(rf"(?<!\d )\b{_MONTH}\.?\s+$", re.IGNORECASE)
_BEFORE_MONTH = re.compile(rf"(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}\b", re.IGNORECASE)
_NOUN_MAY_FOLLOW = re.compile(
    r"\s+(?!(?:in|on|at|by|and|to|when|after|as|of|was|were|has|had|with|against|from)\b)[a-z]"
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_PERCENT = re.compile(r"[\s-]*(?:%|per\s?cent\b|pct\b|percentage\b)", re.IGNORECASE)
_LINK = re.compile(r"(?:\s?[-–—]\s?|\s+(?:to|or|and)\s+)(?:[$£€]\s?)?")
_TIME = re.compile(
    r"[\s-]*(?:(?:more|further|full|straight|consecutive|or\s+more)\s+)?(minute|hour|day|week|month|year|decade)s?\b",
    re.IGNORECASE,
)
_OLD = re.compile(r"[\s-]*years?[\s-]*(?:old|of\s+age)\b", re.IGNORECASE)
_NTH = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
ORDINALS: dict[str, int] = {word: value for value, word in enumerate(_NTH, start=1)}
_ORDINAL_WORDS = re.compile(rf"\b(?:{'|'.join(ORDINALS)})\b")
_SPACED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?: \d{3}){1,4}(?![\d,])")
_MAKES_TWO = re.compile(r"\b(?:both|pair|couple|twice|duo)\b")
_MAKES_NONE = re.compile(r"\b(?:no|none|nobody)\b")
_VAGUE = re.compile(
    r"\b(?:(?:several|a\s+few|many|a\s+couple\s+of)\s+(?P<singular>(?:dozen|hundred|thousand|million|billion)"
    r"(?:\s+(?:thousand|million))?)"
    r"|(?P<plural>(?:tens|dozens|scores|hundreds|thousands|millions|billions)"
    r"(?:\s+of\s+(?:dozens|hundreds|thousands|millions|billions))*))\b"
)


class Counted(NamedTuple):
    """A number with its place: the keys any of which it needs, and the keys that it supports."""

    start: int
    end: int
    needs: frozenset[Key]
    supports: frozenset[Key]


def counted_in(text: str) -> list[Counted]:
    """All numbers of a text, in order."""
    numbers = find_numbers(text)
    linked = [_LINK.fullmatch(text, one.end, two.start) is not None for one, two in pairwise(numbers)]
    linked = [False, *linked, False]
    months = [None, *(_month(text, number) for number in numbers), None]
    units = [*(_unit(text, number) for number in numbers), None]
    found = []
    for index, number in enumerate(numbers):
        next_one = numbers[index + 1] if linked[index + 1] else None
        unit = units[index] or (units[index + 1] if next_one else None)
        month = months[index + 1]
        beside = (months[index] if linked[index] else None) or (months[index + 2] if next_one else None)
        if unit:
            needs = supports = {(unit, number.value)}
            if _OLD.match(text, number.end):
                needs = supports = needs | {("count", number.value)}
        elif month or (beside and number.value <= 31):
            needs, supports = _day_keys(text, number, month, beside)
        elif _ORDINAL.match(text, number.end):
            needs, supports = {("ordinal", number.value)}, {("ordinal", number.value), ("nth", number.value)}
        else:
            scale = next_one.scale if next_one and number.scale == 1 else 1  # "2-3 million"
            needs = {("count", number.value), ("count", number.value * scale)}
            supports = needs if number.other is None else needs | {("count", number.other)}
        found.append(Counted(number.start, number.end, frozenset(needs), frozenset(supports)))
    return found


def keys_beside(text: str) -> set[Key]:
    """What a text supports beside its numbers: "fifth", "both", thousands set apart by a plain space."""
    text = lowered(text)
    keys: set[Key] = set()
    for match in _ORDINAL_WORDS.finditer(text):
        value = ORDINALS[match.group()]
        keys |= {("ordinal", value), ("nth", value)}
    keys |= {("count", int(match.group().replace(" ", ""))) for match in _SPACED.finditer(text)}
    if _MAKES_TWO.search(text):
        keys.add(("count", 2))
    if _MAKES_NONE.search(text):
        keys.add(("count", 0))
    return keys


def vague_in(text: str) -> Iterator[tuple[str, int, int]]:
    """The vague number words ("tens of thousands"; "several hundred" as "hundreds"), each with its start and end."""
    for match in _VAGUE.finditer(lowered(text)):
        if match["plural"]:
            phrase = " ".join(match["plural"].split())
        else:
            phrase = " of ".join(f"{word}s" for word in match["singular"].split())
        yield phrase, match.start(), match.end()


def _day_keys(text: str, number: Number, month: int | None, beside: int | None) -> tuple[set[Key], set[Key]]:
    """What a day needs and supports; with the month only ``beside`` it ("May 6 and 20 others") it may be a count."""
    day: Key = ("day", 100 * (month or beside or 0) + number.value)
    count: Key = ("count", number.value)
    needs, supports = {day, ("nth", number.value)}, {day, ("ordinal", number.value)}
    if month is None:
        return needs | {count}, supports | {count}
    if _NOUN_MAY_FOLLOW.match(text, number.end):  # "In May 20 people"
        supports.add(count)
    return needs, supports


def _unit(text: str, number: Number) -> str | None:
    """ "percent", or the unit of time that a number stands before."""
    if _PERCENT.match(text, number.end):
        return "percent"
    match = _TIME.match(text, number.end)
    return match.group(1).lower() if match else None


def _month(text: str, number: Number) -> int | None:
    """The month, 1 to 12, that a number stands beside as its day."""
    if not (isinstance(number.value, int) and 1 <= number.value <= 31 and text[number.start].isdigit()):
        return None
    before = _AFTER_MONTH.search(text, max(0, number.start - 12), number.start)
    match = before or _BEFORE_MONTH.match(text, number.end)
    return _MONTHS.index(match.group(1)[:3].lower()) + 1 if match else None
