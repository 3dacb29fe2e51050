"""Dates as articles write them: "May 6, 2019", "late April", "24.02.2022", "September last year"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conflict_extract.text.days import Days, Part, half_of, month_of, months_of, one_day, part_of, week_of, year_of

MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "ninety": 90,
}  # fmt: skip
COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(COUNTS)})"
WEEKDAY = "|".join(WEEKDAYS)

_MONTH = rf"(?P<month>{'|'.join(MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_WEEKDAY = rf"(?P<weekday>{WEEKDAY}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:of )?(?:(?P<year>\d{4})|(?P<relative>last|this) year)"
_DAY_FORMS = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?:{_WEEKDAY} )?(?:the )?{_DAY}(?: of)? {_MONTH}(?: {_YEAR})?",
        rf"(?:{_WEEKDAY} )?(?:(?P<which>last|this) )?{_MONTH} (?:the )?{_DAY}(?: {_YEAR})?",
        rf"(?:the )?{_DAY}(?: of)? {_MONTH}(?: {_YEAR})? {_WEEKDAY}",
        rf"{_MONTH} (?:the )?{_DAY}(?: {_YEAR})? {_WEEKDAY}",
    )
]
_MONTH_FORM = re.compile(rf"(?:(?P<which>last|this) )?{_MONTH}(?: {_YEAR})?", re.ASCII)
_YEAR_FORM = re.compile(r"(?:the year )?(?P<year>(?:19|20)\d\d)", re.ASCII)
_RELATIVE_UNIT = re.compile(r"(?P<which>last|this|the|next) (?P<unit>week|month|year)")
_PART = re.compile(
    r"(?:(?P<part>early|mid|late)(?: in)?|(?:the )?(?:very )?(?P<edge>start|beginning|middle|end) of|earlier(?: in)?)"
    r" (?P<whole>.+)"
)
_SHARE = re.compile(
    rf"(?:the )?(?P<which>first|second|third|fourth|last) (?:{COUNT} )?(?P<share>half|quarter|days?|weeks?|months?)"
    r" of (?P<whole>.+)"
)
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:z|utc|gmt|[+-]\d{2}:?\d{2}))?)?",
    re.ASCII,
)
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_PARTS: dict[str, Part] = {
    "early": "early", "start": "early", "beginning": "early",
    "mid": "mid", "middle": "mid",
    "late": "late", "end": "late",
}  # fmt: skip
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4}

_DAYS_TURNED_NAMES = {
    (9, 11): 2001,
    (2, 1): 2021,
    (8, 15): 2021,
    (2, 24): 2022,
    (4, 15): 2023,
    (10, 7): 2023,
}
"""Days (month, day) that reporting goes on naming without the year long afterwards: the attacks on the United
States, the coup in Myanmar, the fall of Kabul, the invasion of Ukraine, the wars in Sudan and Gaza. "Since October
7" in a text of November 2024 is not 2024. So from the next year on they stay unresolved without a year."""

_COMING_SOON = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a phrase may be resolved against.

    Attributes:
        published: The publication day, or None.
        anchor: A full date that the article gives to the same event, or None.
        bound: Day names and dates without a year are the latest up to this day.
        bound_is_dated: Whether the bound is the second end of a range, given with its year.
    """

    published: date | None
    anchor: date | None
    bound: date | None
    bound_is_dated: bool = False

    def up_to(self, day: date, *, dated: bool) -> Reference:
        """The reference for the first end of a range whose second end is known."""
        return replace(self, anchor=None, bound=day, bound_is_dated=dated)

    def told_by_publication(self, days: Days) -> Days:
        """A stretch that holds the publication day, cut there: news tells of the past."""
        if self.published and days.earliest <= self.published < days.latest:
            return Days.between(days.earliest, self.published)
        return days


def written_day(phrase: str, reference: Reference) -> Days | None:
    """A single day, written with its month: "May 6", "Thursday, 20 June 2019", "2019-05-06T14:30Z", "24/2/2022".

    Raises:
        ValueError: There is no such day ("February 30").
    """
    if match := _ISO.fullmatch(phrase):
        return one_day(date(int(match[1]), int(match[3]), int(match[4])))
    if match := _NUMERIC.fullmatch(phrase):
        return _numeric_day(int(match[1]), int(match[3]), int(match[4]))
    for form in _DAY_FORMS:
        if match := form.fullmatch(phrase):
            month, day = _month_number(match["month"]), int(match["day"])
            days = _dated(match, reference, lambda year: one_day(date(year, month, day)))  # noqa: B023 - called at once
            return days if days and _is_meant(days.earliest, match, reference) else None
    return None


def _is_meant(day: date, match: re.Match[str], reference: Reference) -> bool:
    """Whether the day has the weekday that stands beside it, and is not one that its name hides (see the table)."""
    if match["weekday"] and WEEKDAYS[day.weekday()][:3] != match["weekday"][:3]:
        return False
    if match["year"] or match["relative"] or reference.anchor or reference.bound_is_dated:
        return True
    return day.year <= _DAYS_TURNED_NAMES.get((day.month, day.day), day.year)


def written_stretch(phrase: str, reference: Reference) -> Days | None:
    """A month, a year, "last week", or a part of one: "May", "late April 2019", "the first half of 2018"."""
    piece, share = _PART.fullmatch(phrase), _SHARE.fullmatch(phrase)
    if match := piece or share:
        phrase = match["whole"]
    unit = _RELATIVE_UNIT.fullmatch(phrase)
    running = unit["which"] if unit and unit["which"] in ("this", "the") else None
    if piece:
        name = _PARTS.get(piece["part"] or piece["edge"])
        if running and name == "late":
            return None  # "the end of the month" is still to come
        if not running and name is None:
            return None  # "earlier" says "up to now" of the running week, month or year only
        days = _whole(phrase, reference, lambda whole: part_of(whole, name) if name else whole)
    elif share:
        days = _whole(phrase, reference, lambda whole: _share(whole, share))
    else:
        days = None if running == "the" else _whole(phrase, reference, lambda whole: whole)
    return reference.told_by_publication(days) if days else None


def count_of(word: str) -> int:
    """The number that a match of ``COUNT`` stands for."""
    return int(word) if word.isdigit() else COUNTS[word]


def _month_number(name: str) -> int:
    return [month[:3] for month in MONTHS].index(name[:3]) + 1


def _numeric_day(first: int, second: int, year: int) -> Days | None:
    """06/05/2019 is May 6 or June 5 and stays open; 24/2/2022 and 5/5/2019 can be read in one way only."""
    if first != second and first <= 12 and second <= 12:
        return None
    day, month = (second, first) if second > 12 else (first, second)
    return one_day(date(year, month, day))


def _whole(phrase: str, reference: Reference, part: Callable[[Days], Days]) -> Days | None:
    if match := _YEAR_FORM.fullmatch(phrase):
        return part(year_of(int(match["year"])))
    if match := _RELATIVE_UNIT.fullmatch(phrase):
        return _relative_unit(match, reference, part)
    if match := _MONTH_FORM.fullmatch(phrase):
        month = _month_number(match["month"])
        if match["month"] not in MONTHS and not match["year"]:
            return None  # "Mar" or "Dec" alone is too short to be sure of
        return _dated(match, reference, lambda year: part(month_of(year, month)))
    return None


def _relative_unit(match: re.Match[str], reference: Reference, part: Callable[[Days], Days]) -> Days | None:
    """Last, this and next week, month or year; "the week" is this one, and only "earlier in the week" says so."""
    today, step = reference.published, {"last": -1, "next": 1}.get(match["which"], 0)
    if today is None:
        return None
    if match["unit"] == "week":
        days = part(week_of(today + timedelta(days=7 * step)))
    elif match["unit"] == "month":
        months = today.year * 12 + today.month - 1 + step
        days = part(month_of(months // 12, months % 12 + 1))
    else:
        days = part(year_of(today.year + step))
    return days if step == 1 or days.earliest <= today else None


def _share(whole: Days, match: re.Match[str]) -> Days:
    """The first half of a month, the last quarter of a year, the first three months of it, the last week of May.

    Raises:
        ValueError: The whole has no such part.
    """
    number, share = _NTH.get(match["which"]), match["share"].rstrip("s")
    plain, whole_year = match["count"] is None, whole.precision == 5
    length = count_of(match["count"] or "a")
    if share == "half" and plain and whole.precision >= 4:
        return half_of(whole, number or 2)
    if (share == "month" or (share == "quarter" and plain)) and whole_year:
        length *= 3 if share == "quarter" else 1
        last_month = number * length if number else 12
        return months_of(whole.earliest.year, last_month - length + 1, last_month)
    if share in ("day", "week") and whole.precision == 4:
        length *= 7 if share == "week" else 1
        last = whole.earliest + timedelta(days=number * length - 1) if number else whole.latest
        if last <= whole.latest and length <= last.day:
            return Days.between(last - timedelta(days=length - 1), last)
    raise ValueError(f"not a part of {whole}: {match[0]}")


def _dated(match: re.Match[str], reference: Reference, make: Callable[[int], Days]) -> Days | None:
    """Give a day or month its year: the stated one, or the one that the reference leaves."""
    published, which = reference.published, match.groupdict().get("which")
    if match["year"]:
        return None if which else make(int(match["year"]))
    if match["relative"] or which == "this":
        if published is None or (which and match["relative"]):
            return None
        days = make(published.year - (match["relative"] == "last"))
        return days if days.earliest <= published else None
    if which == "last":
        return _last(published, make)
    if reference.anchor:
        near = _nearest(reference.anchor, make)
        return None if near and published and near.earliest > published else near
    return _latest(reference, make)


def _last(published: date | None, make: Callable[[int], Days]) -> Days | None:
    """ "Last September": told in June it can only be last year's, told in November it may be either one."""
    if published is None:
        return None
    this_year = _try(make, published.year)
    if this_year and this_year.latest < published:
        return None
    return _try(make, published.year - 1)


def _nearest(anchor: date, make: Callable[[int], Days]) -> Days | None:
    """The reading nearest to a date of the same event: its year, but for a turn of the year in between."""
    readings = [days for year in (anchor.year - 1, anchor.year, anchor.year + 1) if (days := _try(make, year))]
    return min(readings, key=lambda days: abs(days.earliest - anchor), default=None)


def _latest(reference: Reference, make: Callable[[int], Days]) -> Days | None:
    """The latest reading, of the bound's year or the year before.

    None where the coming reading is at most a month ahead of the publication day: the past one is nearly a year old
    then, which a newsroom would not name without its year, and the coming one may well be meant.
    """
    bound = reference.bound
    if bound is None:
        return None
    days, coming = _try(make, bound.year), None
    if days is None or days.earliest > bound:
        days, coming = _try(make, bound.year - 1), days
    elif bound == reference.published:
        coming = _try(make, bound.year + 1)
    return None if coming and coming.earliest - bound <= _COMING_SOON else days


def _try(make: Callable[[int], Days], year: int) -> Days | None:
    try:
        return make(year)
    except ValueError:  # February 29 in a common year, or a year outside 1 to 9999
        return None
