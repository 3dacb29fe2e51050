"""Figures: the table of phrases, and what holds for every number."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.text.figures import ACLED, OPEN, Quantity, VaguePolicy, read_figure
from conflict_extract.text.numbers import numbers_in

TABLE = Path(__file__).parent / "data" / "figures.tsv"
MEASURES = ("killed", "displaced", "places", "money", "percent", "duration", "other")
MODIFIERS = {
    "{}": "eq",
    "exactly {}": "eq",
    "another {}": "eq",
    "a total of {}": "eq",
    "{} more": "eq",
    "at least {}": "ge",
    "no fewer than {}": "ge",
    "{} or more": "ge",
    "more than {}": "gt",
    "just over {}": "gt",
    "fewer than {}": "lt",
    "just under {}": "lt",
    "up to {}": "le",
    "as many as {}": "le",
    "about {}": "approx",
    "an estimated {}": "approx",
    "almost {}": "approx",
    "{} or so": "approx",
}
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety"


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _value(cell: str) -> int | float | None:
    return None if cell == "-" else float(cell) if "." in cell else int(cell)


def _spelled(number: int) -> str:
    """English words for a number below a billion, as a British news agency writes them."""
    if number < 20:
        return SMALL.split()[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return TENS.split()[ten] + (f"-{SMALL.split()[one]}" if one else "")
    for scale, name in ((10**6, "million"), (10**3, "thousand"), (100, "hundred")):
        if number >= scale:
            head, rest = divmod(number, scale)
            link = " and " if rest < 100 else " "
            return f"{_spelled(head)} {name}" + (f"{link}{_spelled(rest)}" if rest else "")
    raise AssertionError(number)


def _expected(number: int, comparator: str) -> Quantity | None:
    if comparator == "lt" and number == 0:
        return None
    low = {"ge": number, "gt": number + 1, "lt": None, "le": None}.get(comparator, number)
    high = {"ge": None, "gt": None, "lt": number - 1, "le": number}.get(comparator, number)
    return Quantity(low, high, comparator, None)


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row['text']} ({row['measure']})")
def test_each_phrase_of_the_table_is_read_as_the_table_says(row: dict[str, str]) -> None:
    """Each row: the words, what they measure, and what they say; "unreadable" where a reading would be a guess."""
    read = read_figure(row["text"], measure=row["measure"])
    if row["comparator"] == "unreadable":
        assert read is None
    else:
        unit = None if row["unit"] == "-" else row["unit"]
        assert read == Quantity(_value(row["low"]), _value(row["high"]), row["comparator"], unit)


def test_the_table_is_large_and_its_seed_phrases_stand_in_the_seeds() -> None:
    """At least 200 phrases; what is said to come from a seed article is in it, word for word."""
    rows = _rows()
    seeds = {path.stem: path.read_text("utf-8") for path in Path(__file__).parents[1].glob("seeds/articles/*.txt")}
    from_seeds = [row for row in rows if row["where"].startswith("seed ")]
    assert len(rows) >= 200
    assert len({row["where"] for row in from_seeds}) == len(seeds) == 5
    for row in from_seeds:
        assert row["text"] in seeds[row["where"].removeprefix("seed ")], row


def test_whole_numbers_are_read_as_integers() -> None:
    """A count never comes out as 1500000.0."""
    read = read_figure("1.5 million", measure="displaced")
    assert read is not None
    assert isinstance(read.low, int)


@given(st.integers(0, 10**12), st.sampled_from(sorted(MODIFIERS)), st.sampled_from(["{:d}", "{:,d}"]))
def test_digits_with_a_modifier_read_back(number: int, modifier: str, layout: str) -> None:
    """Any whole number, with or without commas, with each modifier."""
    words = modifier.format(layout.format(number))
    assert read_figure(words, measure="killed") == _expected(number, MODIFIERS[modifier])


@given(
    st.integers(0, 999) | st.integers(0, 10**9 - 1) | st.sampled_from([10**n for n in range(9)]),
    st.sampled_from(sorted(MODIFIERS)),
    st.booleans(),
)
def test_words_with_a_modifier_read_back(number: int, modifier: str, american: bool) -> None:
    """Any number below a billion in words, with and without "and", with each modifier."""
    spelled = _spelled(number).replace(" and ", " ") if american else _spelled(number)
    assert read_figure(modifier.format(spelled), measure="killed") == _expected(number, MODIFIERS[modifier])


@given(
    st.integers(0, 10**7),
    st.integers(1, 10**7),
    st.sampled_from(["{:,d}-{:,d}", "{:,d}–{:,d}", "between {:,d} and {:,d}"]),
)
def test_a_range_keeps_its_ends_or_is_unreadable(low: int, more: int, layout: str) -> None:
    """Nothing else than the two ends; "5 to 6,000" could be read in two ways and is not read."""
    high = low + more
    read = read_figure(layout.format(low, high), measure="killed")
    if low < 1000 <= high and high % 1000 == 0 and low < high // 1000:
        assert read is None
    else:
        assert read == Quantity(low, high, "range", None)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u202f"])
def test_spaces_inside_a_number_are_no_gap(space: str) -> None:
    """Thousands set apart by a space of any width."""
    assert read_figure(f"at least 1{space}250{space}000", measure="displaced") == Quantity(1_250_000, None, "ge", None)


@given(
    st.sampled_from(_rows()),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from([" ", "  ", "\n", "\t "]),
)
def test_case_and_spaces_change_nothing(row: dict[str, str], case: object, space: str) -> None:
    """Headlines and line breaks read the same; no phrase depends on case."""
    measure = row["measure"]
    plain = read_figure(row["text"], measure=measure)
    changed = " " + space.join(case(row["text"]).split(" ")) + space
    assert read_figure(changed, measure=measure) == plain


WORDS = (
    "at least more than between 6 8 1,000 and to or - a an dozens of hundreds several half million % $ no other killed "
    "( ) m another hundred dozen couple"
)


@given(
    st.text()
    | st.lists(st.sampled_from(WORDS.split())).map(" ".join)
    | st.lists(st.sampled_from(WORDS.split())).map("".join),
    st.sampled_from(MEASURES),
    st.sampled_from([ACLED, OPEN]),
)
def test_any_text_is_read_or_refused_and_low_is_never_above_high(text: str, measure: str, policy: VaguePolicy) -> None:
    """No exception, no negative bound, no interval the wrong way round."""
    read = read_figure(text, measure=measure, policy=policy)
    if read is not None:
        assert read.low is None or read.low >= 0
        assert read.high is None or read.high >= 0
        assert read.low is None or read.high is None or read.low <= read.high
        assert (read.comparator == "vague") <= (read.high is None)


@given(st.text(alphabet="0123456789.,'% mbnk$-\u00a0", max_size=120))
def test_runs_of_digits_and_signs_do_no_harm(text: str) -> None:
    """Long and odd numbers neither raise nor turn around."""
    read = read_figure(text, measure="money")
    assert read is None or read.low is None or read.high is None or read.low <= read.high


@pytest.mark.parametrize(
    "text", ["tens", "dozens", "scores", "hundreds", "tens of thousands", "several hundred", "a couple"]
)
def test_the_open_policy_keeps_vague_words_open(text: str) -> None:
    """Only the policy bounds a vague word."""
    assert read_figure(text, measure="killed", policy=OPEN) == Quantity(None, None, "vague", None)
    bounded = read_figure(text, measure="killed", policy=ACLED)
    assert bounded is not None
    assert bounded.low is not None


def test_a_policy_of_ones_own_is_followed() -> None:
    """ "dozens" as two dozen, "hundreds" open: a product with an open factor is open."""
    policy = VaguePolicy("mine", {"dozens": 24, "thousands": 2000, "hundreds": None})
    assert read_figure("dozens", measure="killed", policy=policy) == Quantity(24, None, "vague", None)
    assert read_figure("dozens of thousands", measure="killed", policy=policy) == Quantity(48_000, None, "vague", None)
    assert read_figure("hundreds of thousands", measure="killed", policy=policy) == Quantity(None, None, "vague", None)


@given(
    st.lists(st.sampled_from(["two", "hundred", "and", "a", "half", "1,000", "5", "-", "no", "one", "several", "bn"])),
    st.integers(0, 200),
)
def test_numbers_far_into_a_text_are_found_like_those_at_its_start(words: list[str], before: int) -> None:
    """What stands around a number, however long, does not change how it is read."""
    number = " ".join(words)
    far = "So it was said. " * before + number + " people were there." + " So it was said." * before
    assert numbers_in(far) == numbers_in("was said. " + number + " people were there. So it")
