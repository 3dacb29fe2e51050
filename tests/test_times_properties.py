"""Time phrases: what holds for any day, any publication day and any text."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.text.times import Days, resolve_time
from tests.test_times import ROWS, SEED_ROWS
from tests.test_times import day as day_of

MONTHS = list(calendar.month_name)[1:]
WEEKDAYS = list(calendar.day_name)
DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31))
MODERN = st.dates(min_value=date(1950, 1, 10), max_value=date(2080, 12, 20))
PUBLISHED = st.none() | st.dates() | MODERN
PHRASES = [(row[0], day_of(row[1])) for row in ROWS]
RESOLVED = [(phrase, published) for phrase, published in PHRASES if resolve_time(phrase, published=published)]
WORDS = sorted({word for row in [*ROWS, *SEED_ROWS] for word in row[0].split()})
PREPOSITIONS = ("on", "in", "during", "over", "at", "throughout", "within")


def length(days: Days) -> int:
    """How many days."""
    return (days.latest - days.earliest).days + 1


def precision(days: Days) -> int:
    """UCDP's code for so many days, counted apart from the library."""
    return next(code for code, longest in ((1, 1), (2, 6), (3, 7), (4, 31), (5, 10**7)) if length(days) <= longest)


def written_forms(day: date) -> list[str]:
    """The ways to write a full date."""
    month, short, weekday = MONTHS[day.month - 1], MONTHS[day.month - 1][:3], WEEKDAYS[day.weekday()]
    ordinal = f"{day.day}{'th' if 4 <= day.day <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day.day % 10, 'th')}"
    year = f"{day.year:04d}"
    return [
        f"{month} {day.day}, {year}",
        f"on {day.day} {month} {year}",
        f"{short}. {day.day}, {year}",
        f"the {ordinal} of {month} {year}",
        f"{weekday}, {month} {day.day}, {year}",
        f"{weekday} {day.day} {month} {year}",
        f"{day.day} {month} {year} ({weekday})",
        day.isoformat(),
        f"{year}/{day.month:02d}/{day.day:02d}",
        f"{day.isoformat()}T06:30:00Z",
        f"early on {month} {day.day}, {year}",
        f"at 5:30 a.m. on {day.day} {month} {year}",
    ]


@given(day=DAYS, published=PUBLISHED, anchor=st.none() | st.dates())
def test_each_way_to_write_a_full_date_gives_the_day(day: date, published: date | None, anchor: date | None) -> None:
    """A full date is that day, whatever the publication day and the anchor."""
    for text in written_forms(day):
        assert resolve_time(text, published=published, anchor=anchor) == Days(day, day, 1), text


@given(day=DAYS)
def test_a_date_in_figures_resolves_only_where_it_has_one_reading(day: date) -> None:
    """Day and month may stand in either order; where both orders give a day, and not the same, it stays open."""
    for text in (f"{day.day}/{day.month}/{day.year}", f"{day.month:02d}.{day.day:02d}.{day.year}"):
        days = resolve_time(text, published=None)
        assert days == (None if day.day <= 12 and day.day != day.month else Days(day, day, 1)), text


@given(day=DAYS, wrong=st.integers(1, 6))
def test_a_weekday_that_does_not_fit_its_date_leaves_it_unresolved(day: date, wrong: int) -> None:
    """One of the two is a mistake, and nobody knows which."""
    weekday = WEEKDAYS[(day.weekday() + wrong) % 7]
    assert resolve_time(f"{weekday}, {MONTHS[day.month - 1]} {day.day}, {day.year}", published=day) is None


@given(published=MODERN, weekday=st.sampled_from(WEEKDAYS))
def test_a_day_name_is_the_last_such_day_up_to_publication(published: date, weekday: str) -> None:
    """Within the seven days that end with the publication day, and on the right weekday."""
    for text in (weekday, f"on {weekday}", f"early {weekday}", f"{weekday} morning", f"at dawn on {weekday}"):
        days = resolve_time(text, published=published)
        assert days is not None
        assert days.precision == 1
        assert 0 <= (published - days.earliest).days < 7
        assert WEEKDAYS[days.earliest.weekday()] == weekday


@given(published=MODERN, weekday=st.sampled_from(WEEKDAYS))
def test_last_with_a_day_name_holds_both_of_its_readings(published: date, weekday: str) -> None:
    """The latest such day before publication, and the one of the calendar week before, both lie in the range."""
    days = resolve_time(f"last {weekday}", published=published)
    assert days is not None
    latest = next(
        day for back in range(1, 8) if WEEKDAYS[(day := published - timedelta(days=back)).weekday()] == weekday
    )
    monday = published - timedelta(days=published.weekday() + 7)
    of_last_week = monday + timedelta(days=WEEKDAYS.index(weekday))
    assert {days.earliest, days.latest} == {latest, of_last_week}


@given(published=MODERN, back=st.integers(0, 330))
def test_a_date_without_a_year_is_its_last_occurrence(published: date, back: int) -> None:
    """A day of the last eleven months is found by month and number, unless its name is a byword or a leap day."""
    day = published - timedelta(days=back)
    days = resolve_time(f"{MONTHS[day.month - 1]} {day.day}", published=published)
    bywords = {(9, 11), (2, 1), (8, 15), (2, 24), (4, 15), (10, 7)}
    if (day.month, day.day) in bywords and day.year > 2000:
        assert days is None or days.earliest == day
    else:
        assert days == Days(day, day, 1)


@given(published=MODERN, ahead=st.integers(1, 28))
def test_a_date_just_ahead_of_publication_stays_unresolved(published: date, ahead: int) -> None:
    """It is a plan, or nearly a year old; the phrase does not say which."""
    day = published + timedelta(days=ahead)
    assert resolve_time(f"{MONTHS[day.month - 1]} {day.day}", published=published) is None


@given(published=MODERN)
def test_calendar_words_keep_to_the_calendar(published: date) -> None:
    """Last week is Monday to Sunday, last month and last year are whole, and all end before the running one begins."""
    week, month, year = (resolve_time(f"last {unit}", published=published) for unit in ("week", "month", "year"))
    assert week is not None
    assert month is not None
    assert year is not None
    assert (week.earliest.weekday(), length(week), week.precision) == (0, 7, 3)
    assert 1 <= (published - week.latest).days <= 7
    assert (month.earliest.day, month.precision) == (1, 4)
    assert month.latest == published.replace(day=1) - timedelta(days=1)
    assert (year.earliest, year.latest) == (date(published.year - 1, 1, 1), date(published.year - 1, 12, 31))


@given(first=MODERN, span=st.integers(1, 300), published=PUBLISHED)
def test_a_range_of_two_full_dates_is_those_days(first: date, span: int, published: date | None) -> None:
    """However it is put, with the year at both ends or at the last one; and the wrong way round it is none."""
    last = first + timedelta(days=span)
    start, end = (f"{day.day} {MONTHS[day.month - 1]}" for day in (first, last))
    for text in (
        f"between {start} {first.year} and {end} {last.year}",
        f"from {start} to {end} {last.year}",
        f"{first.isoformat()} to {last.isoformat()}",
    ):
        if text.startswith("from") and (first.month, first.day) == (2, 29) and first.year != last.year:
            continue
        days = resolve_time(text, published=published)
        assert days is not None
        assert (days.earliest, days.latest) == (first, last), text
    assert resolve_time(f"from {last.isoformat()} to {first.isoformat()}", published=published) is None


@given(
    phrase=st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join) | st.text(max_size=150) | st.sampled_from(WORDS),
    published=PUBLISHED,
    anchor=PUBLISHED,
)
def test_any_text_gives_sound_days_or_nothing(phrase: str, published: date | None, anchor: date | None) -> None:
    """Never an error; the first day is not after the last, and the precision is that of their number."""
    days = resolve_time(phrase, published=published, anchor=anchor)
    assert days is None or (days.earliest <= days.latest and days.precision == precision(days))


@given(row=st.sampled_from(PHRASES), published=MODERN)
def test_whatever_resolves_tells_of_the_past_unless_it_says_so(row: tuple[str, date | None], published: date) -> None:
    """Nothing without a year of its own reaches beyond the publication day, but for next, coming and tomorrow."""
    phrase = row[0]
    if any(word in phrase for word in ("next", "coming", "tomorrow")) or any(char.isdigit() for char in phrase):
        return
    days = resolve_time(phrase, published=published)
    assert days is None or days.latest <= published


@given(row=st.sampled_from(PHRASES), blanks=st.sampled_from(["  ", "\n", "\u00a0", "\t "]), trailing=st.booleans())
def test_case_and_blanks_do_not_matter(row: tuple[str, date | None], blanks: str, trailing: bool) -> None:
    """The same days in capitals, in small letters, with other blanks, and with a full stop or comma behind."""
    phrase, published = row
    days = resolve_time(phrase, published=published)
    spaced = blanks.join(phrase.split(" "))
    for text in (phrase.upper(), phrase.lower(), phrase.title().replace("’S", "’s"), spaced, f" {phrase}\n"):
        assert resolve_time(text, published=published) == days
    if trailing:
        assert resolve_time(f"{phrase},", published=published) == days


@given(row=st.sampled_from(RESOLVED), preposition=st.sampled_from(PREPOSITIONS))
def test_a_leading_preposition_does_not_matter(row: tuple[str, date | None], preposition: str) -> None:
    """ "Thursday", "on Thursday" and "during Thursday" are one day; "at" is left to words, for figures are a clock."""
    phrase, published = row
    if phrase.split()[0].lower() in {*PREPOSITIONS, "since", "between", "from"} or phrase[0].isdigit():
        return
    assert resolve_time(f"{preposition} {phrase}", published=published) == resolve_time(phrase, published=published)


@given(
    row=st.sampled_from(RESOLVED),
    word=st.sampled_from(
        [
            "not",
            "before",
            "after",
            "by",
            "until",
            "about",
            "nearly",
            "the offensive of",
            "two days before",
            "every",
        ]
    ),
)
def test_a_phrase_with_a_word_more_in_front_is_another_phrase(row: tuple[str, date | None], word: str) -> None:
    """Words that are not understood are never passed over."""
    phrase, published = row
    if word == "about" and phrase.startswith("1400"):
        return  # about that hour it is still that day
    assert resolve_time(f"{word} {phrase}", published=published) is None


@given(
    row=st.sampled_from(RESOLVED),
    word=st.sampled_from(
        ["offensive", "at the earliest", "or so", "2,000 men", "brigade", "onwards", "week", "in Hama", "deal"]
    ),
)
def test_a_phrase_with_a_word_more_behind_is_another_phrase(row: tuple[str, date | None], word: str) -> None:
    """ "May 6" resolves, "May 6 offensive" and "May 6 or so" do not."""
    phrase, published = row
    assert resolve_time(f"{phrase} {word}", published=published) is None


@pytest.mark.parametrize("phrase", ["early " * 16 + "thursday", "thursday and " * 7 + "friday", "may " * 25, "6-" * 45])
def test_words_heaped_up_give_nothing(phrase: str) -> None:
    """No depth of nesting is followed; such phrases come from text that is not written to be read."""
    assert resolve_time(phrase, published=date(2019, 6, 22)) is None
