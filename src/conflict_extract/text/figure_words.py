"""The words around a figure's number, as tables of phrases: modifiers, vague words, words that spoil a reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from conflict_extract.text.numbers import Token

Phrase = tuple[str, ...]
Value = TypeVar("Value")

_LONGEST = 6


def longest(table: Mapping[Phrase, Value], tokens: list[Token], position: int) -> tuple[int, Value | None]:
    """The longest phrase of a table that begins at a token; hyphens inside count as spaces ("three-quarters").

    Returns:
        How many tokens it takes, and its value; (0, None) where there is none.
    """
    best: tuple[int, Value | None] = (0, None)
    read: list[str] = []
    for index in range(position, len(tokens)):
        if tokens[index].text == "-" and read:
            continue
        read.append(tokens[index].text)
        if len(read) > _LONGEST:
            break
        phrase = tuple(read)
        if phrase in table:
            best = (index + 1 - position, table[phrase])
    return best


def _phrases(lines: Mapping[str, str]) -> dict[Phrase, str]:
    return {tuple(phrase.split()): role for role, text in lines.items() for phrase in text.split(",")}


FRONT: Mapping[Phrase, str] = _phrases(
    {
        "ge": """
            at least, at the least, at the very least, no fewer than, no less than, not fewer than, not less
            than, a minimum of, minimum, as few as, as little as, ≥, > =, starting at
        """,
        "gt": """
            more than, above, in excess of, exceeding, greater than, upwards of, upward of, surpassing, north
            of, >, for over, after over, lasting over
        """,
        "over": "over",
        "le": """
            up to, at most, at the most, no more than, not more than, as many as, as much as, a maximum of,
            maximum, no greater than, no higher than, anything up to, ≤, < =
        """,
        "within": "within",
        "lt": """
            fewer than, less than, under, below, short of, just short of, shy of, just shy of, not quite, not even,
            lower than, <
        """,
        "approx": """
            some, about, around, approximately, approx, approx ., roughly, nearly, almost, close to, near,
            nearing, approaching, circa, ca, ca ., c ., in the region of, in the vicinity of, in the order of,
            on the order of, of the order of, something like, ~, ≈, perhaps, maybe, possibly, probably, likely
        """,
        "est": "estimated, an estimated, the estimated, estimates of, an estimate of",
        "eq": """
            exactly, precisely, only, just, merely, a mere, well, slightly, far, much, a little, a bit,
            significantly, considerably, somewhat, even, a full, a whole
        """,
        "between": "between, anywhere between, somewhere between",
        "span": """
            in, for, during, after, since, lasting, last, past, previous, next, coming, the last, the past, the next,
            the previous, in the last, in the past, for the last, for the past, during the last, during the past,
            over the past, over the last, over the next, over the course of
        """,
        "skip": """
            the, these, those, all, all of, all the, another, yet another, still another, an additional,
            additional, a further, further, a total of, total of, total, a combined, a combined total of,
            combined, other, the other, its, their, his, her, our, the same, including, and, also, with,
            reportedly, allegedly, apparently, a reported, a confirmed, a group of, groups of, a family of,
            a crew of, a convoy of, a population of, a toll of, a death toll of, a record, in total, in all
        """,
    }
)
"""Before the number. "est" goes along with any bound; "eq" changes nothing; "within" and "span" go with time only."""

SUFFIX: Mapping[Phrase, str] = _phrases(
    {
        "ge": """
            +, plus, or more, or above, or over, or higher, or greater, and more, and above, and counting, and
            rising, if not more, possibly more, perhaps more, maybe more, probably more, likely more, or even
            more, or possibly more, and possibly more, at least, at the least, at the very least, at a minimum, minimum
        """,
        "le": """
            or fewer, or less, or below, or under, at most, at the most, at the very most, at a maximum,
            maximum, max
        """,
        "approx": "or so, or thereabouts, odd, or thereabout, give or take, approximately, roughly",
        "skip": """
            more, others, other, another, additional, further, in total, total, in all, all told, altogether,
            alone, strong, man, member, person, vehicle, truck, aircraft, ship, straight, consecutive, full,
            whole, long, times
        """,
        "spoils": """
            more than, times more, times the, times as, times higher, times larger, times fewer, as many, as
            much, as high, as large, fold, than, per, each, every, daily, weekly, monthly, hourly, yearly,
            annually, apiece, minus, fewer, less, half, quarter, quarters, third, thirds, fourth, fourths,
            second, fifth, fifths, sixth, sixths, tenth, tenths, percentage, versus, vs, tens, dozens, scores,
            hundreds, thousands, millions, billions, score, several, many, few, numerous, multiple, couple,
            both, first, january, february, march, april, may, june, july, august, september, october, november,
            december, k, after another, after the other
        """,
    }
)
"""After the number: what bounds it, what changes nothing, and what makes one reading of it unsafe."""

HYPHENATED = frozenset(
    {"plus", "odd", "strong", "man", "member", "person", "vehicle", "truck", "aircraft", "ship", "long"}
)
"""What may be tied to a number without making it a property of one thing ("12-storey", "9-year-old")."""

FRACTIONS: Mapping[Phrase, int] = {
    tuple(phrase.split()): percent
    for percent, phrases in {
        50: "half, a half, one half",
        25: "a quarter, one quarter",
        75: "three quarters",
        20: "a fifth, one fifth",
        40: "two fifths",
        60: "three fifths",
        80: "four fifths",
        10: "a tenth, one tenth",
    }.items()
    for phrase in phrases.split(", ")
}
"""Fractions that are whole percentages. A third is none: no decimal is made up for it."""

ZERO: Mapping[Phrase, int] = {
    tuple(phrase.split()): 0 for phrase in ("no", "none", "nil", "no one", "nobody", "not a single", "not one", "not a")
}
_NOT_ZERO = """
report reports indication indications word confirmed immediate sign signs information known figure figures
evidence significant major serious heavy large longer doubt more great substantial clear official independent
"""
NOT_ZERO = frozenset(_NOT_ZERO.split())
"""After "no", words that make it something else than a count of none: "no reports of", "no significant"."""

GROUPS: Mapping[Phrase, int] = {
    ("both",): 2,
    ("a", "score"): 20,
    ("a", "pair"): 2,
    ("pair",): 2,
    ("a", "trio"): 3,
    ("trio",): 3,
    ("once",): 1,
    ("twice",): 2,
    ("thrice",): 3,
}

PLURALS = frozenset({"tens", "dozens", "scores", "hundreds", "thousands", "millions", "billions"})
SINGULARS = {
    "dozen": "dozens",
    "score": "scores",
    "hundred": "hundreds",
    "thousand": "thousands",
    "million": "millions",
    "billion": "billions",
}
"""After "several" or "a few" these say what their plurals say."""

QUANTIFIERS: Mapping[Phrase, str] = _phrases(
    {
        "couple": "a couple, a couple of, couple of",
        "many": """
            several, a few, few, very few, quite a few, many, very many, so many, a great many, a good many,
            many many, multiple, numerous, various, countless, untold
        """,
    }
)
VAGUE: Mapping[Phrase, str] = _phrases(
    {
        "vague": """
            heavy, significant, massive, large, huge, substantial, considerable, serious, severe, high, mass,
            great, light, limited, minor, extensive, unprecedented, sizeable, a number, a large number, a
            small number, a great number, a growing number, a significant number, a considerable number, a
            high number, an unknown number, an unspecified number, an undisclosed number, an untold number, an
            unconfirmed number, large numbers, great numbers, small numbers, significant numbers, a handful, a
            lot, lots, plenty, a series, series, a string, a spate, a wave, waves, a barrage, barrages, a
            group, groups, crowds, a majority
        """,
    }
)
ALTERNATIVE = frozenset(
    {",", "or", "even", "possibly", "perhaps", "maybe", "if", "not", "to", "and", "upon", "probably"}
)
"""Between two vague words: "hundreds, possibly thousands"; the lesser one is the bound."""

OPENING = frozenset("\"'“”‘’«»([{,:")
PUNCTUATION = OPENING | frozenset(")]}.;!-…•")
LINKS = frozenset({"and", "or", "to", "-", "between"})
COLLECTIVES = frozenset(
    {"family", "group", "crew", "unit", "team", "squad", "platoon", "battalion", "brigade", "crowd"}
)
"""One of these is no one person."""
BEFORE_A = frozenset(
    {"in", "on", "at", "by", "from", "during", "near", "after", "of", "into", "outside", "inside", "under"}
)
"""After these "a" counts nothing: "20 killed in a raid". "20 a day" is a rate, "20 men and a boy" two counts."""
