"""Numbers in running text, in digits and in words, each with its place and its value.

No package for number words is used. Tried on the phrases of the tests: word2number raises on "1,000" and reads "two
or three" as 5 and "1.5 million" as 1,000,000; text2num and number-parser leave "1,000", "a dozen" and "1.5m" as they
are and break "1.5 million" into 1.5 and 1000000; quantulum3 reads "1.5m" as metres, "£2bn" as "pound sterling barn
newton" and "6-8" as 7, and drops "tens of thousands". A figure read wrongly is the worst that can happen here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

_DIGITS_AT_MOST = 100
"""A longer run of digits is no number that anybody reports; it also keeps floats finite."""

_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_UNITS = {word: value for value, word in enumerate(_SMALL.split())}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES = {
    "thousand": 10**3,
    "lakh": 10**5,
    "million": 10**6,
    "crore": 10**7,
    "billion": 10**9,
    "trillion": 10**12,
}
_MULTIPLIERS = _SCALES | {"hundred": 100, "dozen": 12}
_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "tn": 10**12}
"""Letters glued to digits. Written apart, only those of two letters or more count ("5 m" is five metres)."""

_TOKEN = re.compile(
    r"""
    (?P<word> [^\W\d_]+ (?:['’][^\W\d_]+)* )
    | (?P<number>
        (?<!\d) \d{1,3} (?P<mark>[,'’\u00a0\u2007\u2009\u202f]) \d{3} (?:(?P=mark)\d{3})* (?!\d) (?:\.\d+)?
      | (?<!\d) \d{1,2} (?:,\d{2})+ ,\d{3} (?!\d)                 # 1,50,000 as written in South Asia
      | \d+ (?:\.\d+)?
    )
    | (?P<sign> \S )
    """,
    re.VERBOSE,
)
_DASHES = frozenset("-‐‑‒–—−")
_FIRST_WORDS = frozenset({*_UNITS, *_TENS, *_MULTIPLIERS, "a", "an", "half"})
"""Words that a number in words can begin with."""


def _by_first_letter(words: Iterable[str]) -> str:
    """A pattern for some words that looks at their first letters first: three times as fast as one after the other."""
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{letter}(?:{'|'.join(ends)})" for letter, ends in rests.items())


_HINT = re.compile(rf"\d|\b(?:{_by_first_letter([*_UNITS, *_TENS, *_MULTIPLIERS])})\b")
"""No number is without one of these; "a" and "half" come before one."""
_ASCII_HINT = re.compile(_HINT.pattern, re.ASCII)  # the same, and faster, where all is ASCII
_BESIDE = 24
"""Code points around a hint that may belong to its number, or say that it is none ("no one", "half a dozen")."""
_MARKS = re.compile(r"[^\d.]")
_AS_ON_THE_CONTINENT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")


class Token(NamedTuple):
    """A digit number, a word or a sign; ``text`` is in lower case and every dash is ``-``."""

    text: str
    kind: Literal["number", "word", "sign"]
    start: int
    end: int


class Number(NamedTuple):
    """One number of a text.

    Attributes:
        value: Its value.
        other: A second value that the same writing may have ("62.000", "300m"), or None.
        scale: The 1,000,000 of "3 million" and "3m", the 100 of "three hundred"; 1 where there is none.
        start: First code point.
        end: Code point after the last.
        next: Index of the token after it.
    """

    value: int | float
    other: int | float | None
    scale: int
    start: int
    end: int
    next: int


def number_words() -> frozenset[str]:
    """The words that numbers are written with, and the letters that stand for thousands and more."""
    return frozenset({*_UNITS, *_TENS, *_MULTIPLIERS, *_SUFFIXES})


def numbers_in(text: str) -> tuple[int | float, ...]:
    """The values of all numbers of a text, in order: digits and words, dates and years included.

    Ordinals in digits ("5th") count, in words ("fifth") they do not; nor do "a", "no" and vague words ("dozens").
    """
    return tuple(number.value for number in find_numbers(text))


def find_numbers(text: str) -> list[Number]:
    """All numbers of a text, in order, with their places."""
    text = _with_ascii_digits(text)
    found: list[Number] = []
    for start, end in _neighbourhoods(text):
        tokens = lex(text, start, end)
        position = 0
        while position < len(tokens):
            number = number_at(tokens, position) if _may_begin_one(tokens[position]) else None
            if number is None or _is_no_number(tokens, position):
                position += 1
            else:
                found.append(number)
                position = number.next
    return found


def _may_begin_one(token: Token) -> bool:
    return token.kind == "number" or token.text in _FIRST_WORDS


def _neighbourhoods(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text, cut at white space, outside which no number can stand.

    Most of an article has no number in it, and cutting all of it into tokens is what would take the time.
    """
    start = end = -1
    for hit in (_ASCII_HINT if text.isascii() else _HINT).finditer(lowered(text)):
        if hit.start() > end:
            if end >= 0:
                yield start, end
            start = hit.start()
            # Nothing that is set apart from digits belongs to the number that they begin.
            if not text[start].isdigit() or text[start - 1 : start].isalnum() or text[start - 1 : start] == "_":
                start = max(text.rfind(" ", 0, max(0, start - _BESIDE)), 0)
        after = text.find(" ", hit.end() + _BESIDE)
        end = after if after >= 0 else len(text)
    if end >= 0:
        yield start, end


def lex(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Cut a text, or a stretch of it, into digit numbers, words and signs. Offsets are code points of ``text``."""
    text = _with_ascii_digits(text)
    new, tokens = tuple.__new__, []  # half of the time of a Token(...), of which an article takes hundreds
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        plain, kind, (first, after) = match[0], match.lastgroup, match.span()
        if kind == "sign":
            plain = "-" if plain in _DASHES else plain
        else:
            plain = plain.lower()
            plain = plain if plain.isascii() else plain.replace("’", "'")
        tokens.append(new(Token, (plain, kind, first, after)))
    return tokens


def lowered(text: str) -> str:
    """A text in lower case, each character in its place: looking through it is three times as fast as without case."""
    return text.replace("İ", "i").lower()  # the one character that becomes two


def _with_ascii_digits(text: str) -> str:
    if text.isascii() or _FOREIGN_DIGIT.search(text) is None:
        return text
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)


def number_at(tokens: list[Token], position: int) -> Number | None:
    """The number that begins at a token, or None. "a" and "an" begin one only before a word such as "hundred"."""
    if position >= len(tokens):
        return None
    token = tokens[position]
    if token.kind == "number":
        return _number_in_digits(tokens, position)
    return _number_in_words(tokens, position) if token.kind == "word" else None


def after_hyphen(tokens: list[Token], position: int) -> int:
    """The index after a hyphen that ties two words together ("twenty-one"), or the same index."""
    if (
        0 < position < len(tokens) - 1
        and tokens[position].text == "-"
        and tokens[position - 1].end == tokens[position].start
        and tokens[position].end == tokens[position + 1].start
    ):
        return position + 1
    return position


def _text(tokens: list[Token], position: int) -> str:
    return tokens[position].text if position < len(tokens) else ""


def _number(value: Fraction | int) -> int | float:
    if isinstance(value, int):
        return value
    return int(value) if Fraction(value).denominator == 1 else float(value)


def _is_no_number(tokens: list[Token], position: int) -> bool:
    """Whether a number word counts nothing here: "no one", "one another", "several hundred"."""
    word, before = tokens[position].text, _text(tokens, position - 1) if position else ""
    if word == "one":
        return before in {"no", "any", "every"} or _text(tokens, position + 1) in {"another", "another's"}
    return word in _MULTIPLIERS and before in {"several", "few", "many", "couple", "some"}


def _number_in_digits(tokens: list[Token], position: int) -> Number | None:
    token = tokens[position]
    digits = token.text if token.text.isdigit() else _MARKS.sub("", token.text)
    if len(digits) > _DIGITS_AT_MOST:
        return None
    value: Fraction | int = int(digits) if digits.isdigit() else Fraction(digits)
    end, other = position + 1, None
    if _AS_ON_THE_CONTINENT.fullmatch(token.text):
        other = value * 1000  # "62.000": a decimal, or thousands as written on the Continent
    value, end = _and_a_half(tokens, value, end)
    scale = 1
    if end < len(tokens) and tokens[end].start == tokens[end - 1].end and tokens[end].text in _SUFFIXES:
        scale = _SUFFIXES[tokens[end].text]
        other = value if tokens[end].text == "m" else None  # metres, or millions
        end += 1
    else:
        scale, end = _scale(tokens, end, abbreviated=True)
        other = other if scale == 1 else None
    return Number(
        _number(value * scale),
        None if other is None else _number(other),
        scale,
        token.start,
        tokens[end - 1].end,
        end,
    )


def _scale(tokens: list[Token], position: int, *, abbreviated: bool = False) -> tuple[int, int]:
    """The product of at most two words such as "hundred thousand", and the index after them."""
    scale = 1
    for _ in range(2):
        word_at = after_hyphen(tokens, position)
        word = _text(tokens, word_at)
        factor = _MULTIPLIERS.get(word) or (_SUFFIXES.get(word) if abbreviated and len(word) > 1 else None)
        if factor is None or factor < scale:
            break
        scale, position = scale * factor, word_at + 1
    return scale, position


def _and_a_half(tokens: list[Token], value: Fraction | int, position: int) -> tuple[Fraction | int, int]:
    if _text(tokens, position) != "and":
        return value, position
    if [token.text for token in tokens[position + 1 : position + 3]] == ["a", "half"]:
        return value + Fraction(1, 2), position + 3
    return value, position


def _number_in_words(tokens: list[Token], position: int) -> Number | None:
    first = tokens[position]
    value: Fraction | int
    coefficient: Fraction | int
    half = _half_a_scale(tokens, position)
    if half is not None:
        value, end = half
        return Number(_number(value), None, 1, first.start, tokens[end - 1].end, end)
    if first.text in {"a", "an"}:
        if _text(tokens, position + 1) not in _MULTIPLIERS:
            return None
        coefficient, end = 1, position + 1
    elif first.text in _MULTIPLIERS:
        coefficient, end = 1, position
    else:
        small = _below_hundred(tokens, position)
        if small is None:
            return None
        coefficient, end = _and_a_half(tokens, small[0], small[1])
    value, end, scale = _scaled(tokens, coefficient, end)
    return Number(_number(value), None, scale, first.start, tokens[end - 1].end, end)


def _half_a_scale(tokens: list[Token], position: int) -> tuple[Fraction, int] | None:
    """ "half a dozen", "half-million"."""
    if tokens[position].text != "half":
        return None
    end = after_hyphen(tokens, position + 1)
    end += _text(tokens, end) == "a"
    factor = _MULTIPLIERS.get(_text(tokens, end))
    return None if factor is None else (Fraction(factor, 2), end + 1)


def _below_hundred(tokens: list[Token], position: int) -> tuple[int, int] | None:
    word = _text(tokens, position)
    if word in _UNITS:
        return _UNITS[word], position + 1
    if word not in _TENS:
        return None
    one_at = after_hyphen(tokens, position + 1)
    one = _UNITS.get(_text(tokens, one_at), 0)
    return (_TENS[word] + one, one_at + 1) if 1 <= one <= 9 else (_TENS[word], position + 1)


def _scaled(tokens: list[Token], coefficient: Fraction | int, position: int) -> tuple[Fraction | int, int, int]:
    """Read on after the first small number: "two" "hundred and fifty thousand three hundred".

    Returns:
        The value, the index after it, and its scale (1 where it is a sum).
    """
    total: Fraction | int = 0
    group, last, plain, scale = coefficient, 10**15, True, 1
    while True:
        word_at = after_hyphen(tokens, position)
        word = _text(tokens, word_at)
        if word == "hundred" and group < 100:
            group, position, scale = group * 100, word_at + 1, scale * 100
            rest = _rest(tokens, position)
            if rest is not None:
                group, position, plain = group + rest[0], rest[1], False
        elif word == "dozen" and total == 0:
            return group * 12, word_at + 1, scale * 12 if plain else 1
        elif word in _SCALES and _SCALES[word] < last:
            last = _SCALES[word]
            total, position, scale = total + group * last, word_at + 1, scale * last
            group, rest = 0, _rest(tokens, position)
            if rest is None:
                return total, position, scale if plain else 1
            group, position, plain = rest[0], rest[1], False
        else:
            return total + group, position, scale if plain else 1


def _rest(tokens: list[Token], position: int) -> tuple[int, int] | None:
    """The small number that goes on a sum: "fifty" or "and fifty"."""
    start = after_hyphen(tokens, position)
    if _text(tokens, start) == "and":
        start = after_hyphen(tokens, start + 1)
    found = _below_hundred(tokens, start)
    return found if found is not None and found[0] > 0 else None
