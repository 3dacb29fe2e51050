"""From a figure's words to the numbers that they bound: "more than 110" killed are 111 or more.

The rules are the codebook's (section 2, "A figure"). What cannot be read without guessing is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any

from conflict_extract.models.vocabulary import Comparator, Measure
from conflict_extract.text import figure_words as words
from conflict_extract.text.amounts import PEOPLE, Amount, Unit, amount_at, currency_at, unit_at
from conflict_extract.text.numbers import Token, lex, number_at
from conflict_extract.text.units import UNCLEAR, UNITS, UnitKind

_SPACED_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)")
_COUNTS: frozenset[Measure] = PEOPLE | {"vehicles", "aircraft", "munitions", "attacks", "places"}
_UNIT_KINDS: Mapping[Measure, frozenset[UnitKind]] = {
    "percent": frozenset({"percent"}),
    "money": frozenset({"money"}),
    "duration": frozenset({"time"}),
    "munitions": frozenset({"mass"}),
    "places": frozenset({"area"}),
    "other": frozenset({"percent", "money", "time", "length", "area", "mass"}),
}
"""The units that may stand with a measure: "20%" is no count of people killed."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a figure's words say, as numbers.

    Attributes:
        low: Lowest value that the words allow, None where they set no lower bound.
        high: Highest value that the words allow, None where they set no upper bound.
        comparator: How the words bound the number. For "gt" and "lt", counts have the next whole number as their
            bound; percentages, money, durations and sizes have the number itself, which is then excluded.
        unit: "percent", an ISO 4217 code ("USD"), a unit of time ("hours") or of size ("km"); None for plain counts
            and where the words name none.
    """

    low: int | float | None
    high: int | float | None
    comparator: Comparator
    unit: str | None


@dataclass(frozen=True, slots=True)
class VaguePolicy:
    """Lower bounds for vague number words.

    Attributes:
        name: Goes into provenance.
        low: The least that a word allows: "couple", "tens", "dozens", "scores", "hundreds", "thousands", "millions",
            "billions". A word that is absent or None has no bound. Words in a row multiply ("tens of thousands").
    """

    name: str
    low: Mapping[str, int | None]

    def __reduce__(self) -> tuple[Any, ...]:
        return VaguePolicy, (self.name, dict(self.low))  # read-only views do not go to other processes (pickle)


ACLED = VaguePolicy(
    "acled",
    MappingProxyType(
        {
            "couple": 2,
            "tens": 10,
            "dozens": 12,
            "scores": 20,
            "hundreds": 100,
            "thousands": 1000,
            "millions": 10**6,
            "billions": 10**9,
        }
    ),
)
"""ACLED's reading of tens, dozens and hundreds (ACLED codebook, fatalities); the others by analogy."""

OPEN = VaguePolicy("open", MappingProxyType({}))
"""Keeps vague words open: no bound for any of them."""


def read_figure(text: str, *, measure: Measure, policy: VaguePolicy = ACLED) -> Quantity | None:
    """Read a figure's words.

    "almost" and "nearly" give "approx", like "close to": they name a value that the number is near to, and a bare
    upper bound would throw that away ("just under" and "fewer than" do give "lt"). "a couple" is vague, two or more.

    Args:
        text: The number with its modifiers ("At least 180"); nouns after it do no harm ("1,000 troops killed").
        measure: What is measured. It tells counts from percentages, money and durations, and a unit that does not
            go with it ("48 hours" as people killed) makes the words unreadable.
        policy: Lower bounds for vague number words.

    Returns:
        The quantity; None where no number can be read, where there are two that are no range, and where the words
        are ambiguous or contradict themselves.
    """
    tokens = lex(_tidied(text))
    position, roles = _front(tokens)
    amount = amount_at(tokens, position, measure, between="between" in roles)
    if amount is None:
        return None
    tail = _tail(tokens, amount)
    if tail is None or not _stands_alone(tokens, position, amount, measure):
        return None
    roles += tail[0]
    unit = _fitting_unit(tokens, tail[1], measure)
    if unit is None or ("over" in roles and tokens[0].text == "over" and unit.kind == "time"):
        return None  # "over two weeks" is during them, or more than them
    if ("within" in roles and unit.kind not in {"time", "length"}) or ("span" in roles and unit.kind != "time"):
        return None
    return _quantity(amount, roles, unit, policy, is_count=measure in _COUNTS or (measure == "other" and not unit.name))


def _tidied(text: str) -> str:
    """One space between words, and none inside numbers such as "62 000"."""
    text = " ".join(text.split())
    return _SPACED_NUMBER.sub(lambda found: found.group().replace(" ", ""), text)


def _front(tokens: list[Token]) -> tuple[int, list[str]]:
    """Read the words before the number: the index of the first that is none of them, and the roles of the others."""
    position, roles = 0, []
    while position < len(tokens) and number_at(tokens, position) is None:
        length, role = words.longest(words.FRONT, tokens, position)
        if role is not None and role != "skip":
            roles.append(role)
        elif not length:
            if tokens[position].text not in words.OPENING and not _is_idle_article(tokens, position):
                break
            length = 1
        position += length
    return position, roles


def _is_idle_article(tokens: list[Token], position: int) -> bool:
    """Whether "a" only leads up to a number: "a 30-strong group", "a $5 million grant"."""
    if tokens[position].text not in {"a", "an"}:
        return False
    return number_at(tokens, currency_at(tokens, position + 1).next) is not None


def _tail(tokens: list[Token], amount: Amount) -> tuple[list[str], Unit] | None:
    """Read the words after the number.

    Returns:
        The roles of its modifiers, and the amount's unit, which may stand after one ("10 or more days"); None where
        a word makes the reading unsafe.
    """
    unit, roles, is_near = amount.unit, [], True
    position = unit.next
    if _is_tied(tokens, position):
        position += tokens[position].text == "-"
        if position == len(tokens) or tokens[position].text not in words.HYPHENATED:
            return None
    while position < len(tokens):
        length, role = words.longest(words.SUFFIX, tokens, position)
        found = unit_at(tokens, position)
        if role == "spoils" or (amount.is_zero_word and tokens[position].text in words.NOT_ZERO):
            return None
        if role is not None:
            roles += [role] if role != "skip" else []
        elif is_near and unit.name is None and found.name is not None:
            unit, length = found, found.next - position
        elif _is_harmless(tokens, position, amount):
            is_near, length = False, 1
        else:
            return None
        position += length
    return roles, unit


def _stands_alone(tokens: list[Token], position: int, amount: Amount, measure: Measure) -> bool:
    """Whether nothing is cut off ("hundred", "20 and"), and one person is one ("a man and his son" are not)."""
    if position == 0 and tokens[0].text in words.SINGULARS:
        return False
    rest = [token.text for token in tokens[position:]]
    if tokens[-1].text in words.LINKS:
        return False
    if not amount.low == amount.high == 1 or measure not in PEOPLE:
        return True
    return "and" not in rest and words.COLLECTIVES.isdisjoint(rest)


def _is_tied(tokens: list[Token], position: int) -> bool:
    """Whether a word or hyphen sticks to the token before it: "5th", "12-storey"."""
    if not 0 < position < len(tokens) or tokens[position].start != tokens[position - 1].end:
        return False
    return tokens[position].kind != "sign" or tokens[position].text == "-"


def _is_harmless(tokens: list[Token], position: int, amount: Amount) -> bool:
    """Whether a token after the number leaves it as it is."""
    token = tokens[position]
    if token.kind == "sign":
        return token.text in words.PUNCTUATION
    number = number_at(tokens, position)
    if number is not None:  # "twenty (20)" says one thing twice
        return tokens[position - 1].text == "(" and number.value == amount.low == amount.high
    if token.text in {"a", "an"}:
        return tokens[position - 1].text in words.BEFORE_A and not words.longest(UNITS, tokens, position + 1)[0]
    return True


def _fitting_unit(tokens: list[Token], unit: Unit, measure: Measure) -> Unit | None:
    """The unit as it is given out; None where it does not go with the measure."""
    if unit.kind is None:
        return unit
    if unit.kind not in _UNIT_KINDS.get(measure, ()):
        return None
    if unit.name == UNCLEAR:
        return unit._replace(name=None) if measure == "money" else None
    if measure == "munitions" and unit.next < len(tokens) and tokens[unit.next].text != "of":
        return None  # "500 kg bombs" are not 500 kg of bombs
    return unit


def _quantity(amount: Amount, roles: list[str], unit: Unit, policy: VaguePolicy, *, is_count: bool) -> Quantity | None:
    comparator = _comparator(roles)
    if comparator is None:
        return None
    if amount.vague is not None:
        is_bounded = comparator in {"eq", "ge", "gt"} or set(roles) <= {"est", "eq", "span"}
        return Quantity(_least(amount.vague, policy) if is_bounded else None, None, "vague", unit.name)
    low, high = amount.low, amount.high
    if low is None or high is None or (is_count and not (isinstance(low, int) and isinstance(high, int))):
        return None
    if low != high or amount.is_zero_word:
        if comparator not in ({"eq"} if amount.is_zero_word else {"eq", "approx"}):
            return None
        return Quantity(low, high, comparator if amount.is_zero_word else "range", unit.name)
    return _bounded(low, comparator, unit.name, is_count=is_count)


def _bounded(value: int | float, comparator: Comparator, unit: str | None, *, is_count: bool) -> Quantity | None:
    step = 1 if is_count else 0
    match comparator:
        case "ge":
            return Quantity(value, None, comparator, unit)
        case "gt":
            return Quantity(value + step, None, comparator, unit)
        case "le":
            return Quantity(None, value, comparator, unit)
        case "lt":
            return Quantity(None, value - step, comparator, unit) if value > 0 else None
        case _:
            return Quantity(value, value, comparator, unit)


def _comparator(roles: list[str]) -> Comparator | None:
    """One comparator for all modifiers, or None where they contradict each other."""
    as_comparator: dict[str, Comparator] = {
        "ge": "ge",
        "gt": "gt",
        "over": "gt",
        "le": "le",
        "within": "le",
        "lt": "lt",
    }
    bounds = {as_comparator.get(role, "approx") for role in roles if role not in {"eq", "est", "between", "span"}}
    if len(bounds) > 1:
        return None
    return bounds.pop() if bounds else "approx" if "est" in roles else "eq"


def _least(alternatives: tuple[tuple[str, ...], ...], policy: VaguePolicy) -> int | None:
    """The bound of the lesser of "hundreds, possibly thousands"; factors multiply ("tens of thousands")."""
    bounds = []
    for factors in alternatives:
        known = [bound for factor in factors if (bound := policy.low.get(factor)) is not None]
        if not known or len(known) < len(factors):
            return None
        bounds.append(prod(known))
    return min(bounds)
