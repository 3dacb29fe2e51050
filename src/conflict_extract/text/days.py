"""Stretches of days, and the calendar's conventions for weeks, months, years and their parts."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from conflict_extract.models.vocabulary import DatePrecision

Part = Literal["early", "mid", "late"]
Unit = Literal["hour", "day", "week", "month", "year"]

WEEK = 7
LONGEST_MONTH = 31
_ROUNDING: dict[Unit, int] = {"week": 3, "month": 15, "year": 182}
"""Half of a unit in days: "two weeks ago" is what rounds to two weeks, three days either way."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a time phrase allows.

    Attributes:
        earliest: First day.
        latest: Last day, included.
        precision: UCDP GED ``date_prec`` by the number of days: 1 one day, 2 two to six, 3 seven, 4 eight to
            thirty-one (a month), 5 more.
    """

    earliest: date
    latest: date
    precision: DatePrecision

    @classmethod
    def between(cls, earliest: date, latest: date) -> Days:
        """The stretch from one day to another, both included.

        Raises:
            ValueError: ``latest`` lies before ``earliest``.
        """
        length = (latest - earliest).days + 1
        if length < 1:
            raise ValueError(f"{latest} lies before {earliest}")
        return cls(earliest, latest, _precision(length))


def _precision(length: int) -> DatePrecision:
    if length == 1:
        return 1
    if length < WEEK:
        return 2
    if length == WEEK:
        return 3
    return 4 if length <= LONGEST_MONTH else 5


def one_day(day: date) -> Days:
    """A single day."""
    return Days.between(day, day)


def week_of(day: date) -> Days:
    """The calendar week that holds a day, Monday to Sunday (ISO 8601)."""
    monday = day - timedelta(days=day.weekday())
    return Days.between(monday, monday + timedelta(days=WEEK - 1))


def month_of(year: int, month: int) -> Days:
    """A calendar month."""
    return Days.between(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def months_of(year: int, first: int, last: int) -> Days:
    """Calendar months of one year, both included."""
    return Days.between(month_of(year, first).earliest, month_of(year, last).latest)


def year_of(year: int) -> Days:
    """A calendar year."""
    return months_of(year, 1, 12)


def part_of(whole: Days, part: Part) -> Days:
    """The early, middle or late part of a month or a year; of a week, the week.

    Newsrooms do not define these words. Ours are thirds: of a month the 1st to the 10th, the 11th to the 20th, and
    the 21st to its end; of a year January to April, May to August, September to December. "Early last week" has
    no firm edge within the week, so the week stays whole.
    """
    third = ("early", "mid", "late").index(part)
    if whole.precision == 5:
        return months_of(whole.earliest.year, 4 * third + 1, 4 * third + 4)
    if whole.precision == 4:
        first = whole.earliest + timedelta(days=10 * third)
        return Days.between(first, whole.latest if part == "late" else first + timedelta(days=9))
    return whole


def half_of(whole: Days, half: int) -> Days:
    """The first (1) or second (2) half of a month (to the 15th, from the 16th) or of a year.

    Raises:
        ValueError: There is no such half.
    """
    if half not in (1, 2):
        raise ValueError(f"no half {half}")
    if whole.precision == 5:
        return months_of(whole.earliest.year, 6 * half - 5, 6 * half)
    middle = whole.earliest + timedelta(days=15)
    return Days.between(whole.earliest, middle - timedelta(days=1)) if half == 1 else Days.between(middle, whole.latest)


def shift(day: date, count: int, unit: Unit) -> date:
    """The day ``count`` units after another (before it where negative); the 31st becomes a short month's last day.

    Raises:
        ValueError: The day lies outside the years 1 to 9999.
        OverflowError: The same, where days are counted.
    """
    if unit in ("day", "week"):
        return day + timedelta(days=count * (WEEK if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    whole = month_of(months // 12, months % 12 + 1)
    return whole.earliest.replace(day=min(day.day, whole.latest.day))


def about(day: date, count: int, unit: Unit) -> Days:
    """The days that people call ``count`` units before or after a day.

    Counted in days it is the day itself up to six, and a day either side from seven on (ten days are often a round
    number). Counted in weeks, months and years it is the stretch that rounds to that number: 7, 31 and 365 days.
    """
    middle = shift(day, count, unit)
    slack = int(abs(count) >= WEEK) if unit == "day" else _ROUNDING[unit]
    return Days.between(middle - timedelta(days=slack), middle + timedelta(days=slack))
