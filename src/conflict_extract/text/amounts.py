"""The part of a figure that carries the number: a number, a range, none, or a vague word."""

from __future__ import annotations

from typing import NamedTuple

from conflict_extract.models.vocabulary import Measure
from conflict_extract.text import figure_words as words
from conflict_extract.text.numbers import Number, Token, after_hyphen, number_at
from conflict_extract.text.units import UNITS, UnitKind

PEOPLE: frozenset[Measure] = frozenset(
    {"killed", "injured", "casualties", "captured", "missing", "displaced", "people"}
)


class Unit(NamedTuple):
    """A unit and the index of the token after it; without a unit, the index where one was looked for."""

    name: str | None
    kind: UnitKind | None
    next: int


class Amount(NamedTuple):
    """A number, a range or a vague word, before its modifiers are weighed.

    ``low`` and ``high`` are the ends of a range or the number twice; for vague words they are None, and ``vague``
    holds the words that a policy bounds: alternatives ("hundreds or thousands") of factors ("tens of thousands").
    """

    low: int | float | None
    high: int | float | None
    unit: Unit
    is_zero_word: bool = False
    vague: tuple[tuple[str, ...], ...] | None = None


def amount_at(tokens: list[Token], position: int, measure: Measure, *, between: bool) -> Amount | None:
    """The amount that begins at a token, or None; ``between`` asks for a range."""
    if not between:
        exact = _exact_word(tokens, position, measure)
        if exact is not None:
            return exact
    currency = currency_at(tokens, position)
    number = number_at(tokens, currency.next)
    if number is not None:
        return _number_or_range(tokens, number, measure, currency, between=between)
    if between or currency.name is not None:
        return None
    vague = _vague(tokens, position, measure)
    if vague is not None:
        return vague
    if position < len(tokens) and tokens[position].text in {"a", "an"}:
        return Amount(1, 1, unit_at(tokens, position + 1))
    if position and tokens[position - 1].text == "another":
        return Amount(1, 1, unit_at(tokens, position))
    return None


def unit_at(tokens: list[Token], position: int) -> Unit:
    """The unit at a token, or tied to the word before it by a hyphen ("48-hour")."""
    length, found = words.longest(UNITS, tokens, after_hyphen(tokens, position))
    return Unit(*found, after_hyphen(tokens, position) + length) if found else Unit(None, None, position)


def currency_at(tokens: list[Token], position: int) -> Unit:
    """The currency that stands before a number."""
    unit = unit_at(tokens, position)
    return unit if unit.kind == "money" else Unit(None, None, position)


def _exact_word(tokens: list[Token], position: int, measure: Measure) -> Amount | None:
    """ "half" of a percentage, "none", "both"."""
    length, value = words.longest(words.FRACTIONS, tokens, position)
    if length and measure == "percent":
        return Amount(value, value, Unit("percent", "percent", position + length))
    length, value = words.longest(words.ZERO, tokens, position)
    if length:
        return Amount(value, value, Unit(None, None, position + length), is_zero_word=True)
    length, value = words.longest(words.GROUPS, tokens, position)
    return Amount(value, value, Unit(None, None, position + length)) if length else None


def _number_or_range(
    tokens: list[Token], number: Number, measure: Measure, currency: Unit, *, between: bool
) -> Amount | None:
    if not _has_one_reading(number, measure) or _is_foreign_plural(tokens, number):
        return None
    unit = _unit_of(tokens, number, currency)
    second = _second_number(tokens, unit.next, between=between)
    if second is None:
        return None if between else Amount(number.value, number.value, unit)
    number_two, currency_two = second
    unit_two = _unit_of(tokens, number_two, currency_two)
    ends = _ends(number, number_two)
    if ends is None or not _has_one_reading(number_two, measure):
        return None
    if unit.name is not None and unit_two.name is not None and unit.name != unit_two.name:
        return None
    return Amount(*ends, Unit(unit.name or unit_two.name, unit.kind or unit_two.kind, unit_two.next))


def _unit_of(tokens: list[Token], number: Number, currency: Unit) -> Unit:
    return unit_at(tokens, number.next) if currency.name is None else currency._replace(next=number.next)


def _has_one_reading(number: Number, measure: Measure) -> bool:
    """ "m" after digits is a million only of people or of money; "62.000" has two readings always."""
    return number.other is None or (number.scale > 1 and (measure in PEOPLE or measure == "money"))


def _is_foreign_plural(tokens: list[Token], number: Number) -> bool:
    """Whether it says "dozen of", which is twelve or dozens in many a translation."""
    last, after = tokens[number.next - 1], tokens[number.next : number.next + 1]
    return last.start == number.start and last.text in words.SINGULARS and [token.text for token in after] == ["of"]


def _second_number(tokens: list[Token], position: int, *, between: bool) -> tuple[Number, Unit] | None:
    """The number after "-", "to" or "or" (after "between": "and"), and the currency before it."""
    if position + 1 >= len(tokens) or tokens[position].text not in ({"and"} if between else {"-", "to", "or"}):
        return None
    currency = currency_at(tokens, position + 1)
    number = number_at(tokens, currency.next)
    return None if number is None else (number, currency)


def _ends(first: Number, second: Number) -> tuple[int | float, int | float] | None:
    """The ends of a range: "2 to 3 million" shares its scale. None where it falls or could be read in two ways."""
    low, high = first.value, second.value
    if first.scale == 1 and second.scale > 1 and low < 1000:
        if low >= high / second.scale:
            return None
        low = low * second.scale
    elif first.scale == second.scale == 1 and low < 1000 <= high and high % 1000 == 0 and low < high / 1000:
        return None  # "5 to 6,000": from five, or from five thousand
    return (low, high) if low < high else None


def _vague(tokens: list[Token], position: int, measure: Measure) -> Amount | None:
    length, quantifier = words.longest(words.QUANTIFIERS, tokens, position)
    factors, end = _factors(tokens, position + length, quantified=length > 0)
    unit = unit_at(tokens, _after_of(tokens, end))
    if unit.name is None:
        unit = Unit(None, None, end)
    if not factors and not length:
        if measure == "duration" and unit.kind == "time" and tokens[position].text.endswith("s"):
            return Amount(None, None, unit, vague=((),))
        length, _ = words.longest(words.VAGUE, tokens, position)
        return Amount(None, None, Unit(None, None, position + length), vague=((),)) if length else None
    alternatives: tuple[tuple[str, ...], ...] = ((*(("couple",) if quantifier == "couple" else ()), *factors),)
    other_at = _alternative_at(tokens, unit.next)
    other = _vague(tokens, other_at, measure) if other_at else None
    if other is not None and other.vague is not None:
        alternatives += other.vague
        unit = Unit(unit.name or other.unit.name, unit.kind or other.unit.kind, other.unit.next)
    return Amount(None, None, unit, vague=alternatives)


def _factors(tokens: list[Token], position: int, *, quantified: bool) -> tuple[list[str], int]:
    """ "tens of thousands"; after "several" also "hundred thousand". And the index after it."""
    factors: list[str] = []
    while True:
        start = _after_of(tokens, position) if factors or quantified else position
        word = tokens[start].text if start < len(tokens) else ""
        plural = word if word in words.PLURALS else words.SINGULARS.get(word) if quantified else None
        if plural is None:
            return factors, position
        factors.append(plural)
        position = start + 1


def _after_of(tokens: list[Token], position: int) -> int:
    return position + (position < len(tokens) and tokens[position].text == "of")


def _alternative_at(tokens: list[Token], position: int) -> int | None:
    start = position
    while position < len(tokens) and tokens[position].text in words.ALTERNATIVE:
        position += 1
    return position if start < position < len(tokens) and tokens[position].text in words.PLURALS else None
