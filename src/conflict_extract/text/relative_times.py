"""Words for a time that lean on another one: "on Thursday", "yesterday", "two weeks ago", "the day before"."""

from __future__ import annotations

import re
from datetime import timedelta

from conflict_extract.text.dates import COUNT, WEEKDAY, WEEKDAYS, Reference, count_of
from conflict_extract.text.days import WEEK, Days, Unit, about, one_day, shift, week_of

_WEEKDAY = re.compile(
    rf"(?:(?P<which>last|this past|past|this coming|this|coming|next) )?(?P<day>{WEEKDAY})"
    r"(?:(?: of)? (?P<week>last|this|next) week)?"
)
_NAMED_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1, "the day before yesterday": -2}
_PARTS_OF_TODAY = {"this morning", "this afternoon", "this evening", "tonight"}
_AGO = re.compile(rf"{COUNT} (?P<unit>hour|day|week|month|year)s? ago", re.ASCII)
_UP_TO_NOW = re.compile(
    rf"(?:the (?:last|past)|this past|past|last(?= [^ ]+ [^ ]+))(?: {COUNT})?"
    r" (?P<unit>hour|day|week|month|year)(?P<plural>s?)",
    re.ASCII,
)
_SAME_DAY = re.compile(
    r"(?:(?:later|earlier) )?(?:that|the|that very|that same) (?P<same>same )?(?:day|morning|afternoon|evening)"
)
_ONE_DAY_OFF = re.compile(
    r"the (?:day|morning|afternoon|evening) (?P<after>before|after)"
    r"|the (?P<before>previous|next|following) (?:day|morning|afternoon|evening)"
)
_OFF = re.compile(rf"{COUNT} (?P<unit>day|week)s? (?P<way>earlier|before|later|after)", re.ASCII)


def relative_day(phrase: str, reference: Reference) -> Days | None:
    """A single day named by its place in the week, or by its distance from the publication day or the anchor."""
    return _weekday(phrase, reference) or _named_day(phrase, reference) or _beside_anchor(phrase, reference)


def relative_stretch(phrase: str, reference: Reference) -> Days | None:
    """A stretch that leans on the publication day: a weekend, "two weeks ago", "in the past 24 hours"."""
    return _weekend(phrase, reference) or _ago(phrase, reference) or _up_to_now(phrase, reference)


def _weekday(phrase: str, reference: Reference) -> Days | None:
    """A day name is the latest such day up to and including the publication day.

    Newsrooms name days within seven days of publication by the name alone, today included (AP Stylebook, "time
    element" and "days of the week").
    """
    match, bound = _WEEKDAY.fullmatch(phrase), reference.bound
    if match is None or bound is None:
        return None
    wanted, which = WEEKDAYS.index(match["day"]), match["which"]
    if match["week"]:
        if which or reference.published is None:
            return None
        monday = week_of(reference.published).earliest
        day = monday + timedelta(days=wanted + WEEK * ("last", "this", "next").index(match["week"]) - WEEK)
        return one_day(day) if match["week"] == "next" or day <= reference.published else None
    behind = (bound.weekday() - wanted) % WEEK
    if which in ("next", "coming", "this coming"):
        return _coming_weekday(wanted, which, reference)
    if which == "this":
        return one_day(bound - timedelta(days=behind)) if behind <= bound.weekday() else None
    if which is None:
        return one_day(bound - timedelta(days=behind))
    latest = bound - timedelta(days=behind or WEEK)
    if which == "last" and latest >= week_of(bound).earliest:
        # Said on a Friday, "last Thursday" is yesterday to one writer and last week's to another.
        return Days.between(latest - timedelta(days=WEEK), latest)
    return one_day(latest)


def _coming_weekday(wanted: int, which: str, reference: Reference) -> Days | None:
    if reference.published is None:
        return None
    ahead = (wanted - reference.published.weekday()) % WEEK or WEEK
    first = reference.published + timedelta(days=ahead)
    if which == "next" and first <= week_of(reference.published).latest:
        return Days.between(first, first + timedelta(days=WEEK))
    return one_day(first)


def _named_day(phrase: str, reference: Reference) -> Days | None:
    today = reference.published
    if today is None:
        return None
    phrase = phrase.removeprefix("earlier ") if phrase.startswith(("earlier today", "earlier this ")) else phrase
    if phrase in _PARTS_OF_TODAY:
        return one_day(today)
    if phrase in ("last night", "overnight"):
        return Days.between(today - timedelta(days=1), today)
    if phrase == "last evening":
        phrase = "yesterday"
    if (distance := _NAMED_DAYS.get(phrase)) is not None:
        return one_day(today + timedelta(days=distance))
    return None


def _beside_anchor(phrase: str, reference: Reference) -> Days | None:
    """ "That day", "a day earlier": only where the caller has a date of the same event."""
    day = reference.anchor
    if day is None:
        return None
    if phrase in ("that night", "the same night", "that same night"):
        return Days.between(day, day + timedelta(days=1))
    if phrase in ("the night before", "the previous night"):
        return Days.between(day - timedelta(days=1), day)
    if (match := _SAME_DAY.fullmatch(phrase)) and (match["same"] or not phrase.startswith("the ")):
        return one_day(day)
    if match := _ONE_DAY_OFF.fullmatch(phrase):
        back = match["after"] == "before" or match["before"] == "previous"
        return one_day(day + timedelta(days=-1 if back else 1))
    if match := _OFF.fullmatch(phrase):
        count = count_of(match["count"]) * (-1 if match["way"] in ("earlier", "before") else 1)
        return about(day, count, "week" if match["unit"] == "week" else "day")
    return None


def _weekend(phrase: str, reference: Reference) -> Days | None:
    """The last Saturday and Sunday up to publication. On a Saturday it may be this one or the last: unresolved."""
    if phrase not in ("the weekend", "this weekend", "last weekend", "this past weekend", "the past weekend"):
        return None
    if reference.published is None or reference.published.weekday() == 5:
        return None
    sunday = reference.published - timedelta(days=(reference.published.weekday() + 1) % WEEK)
    if phrase == "this weekend" and sunday != reference.published:
        return None
    if phrase == "last weekend" and sunday == reference.published:
        sunday -= timedelta(days=WEEK)
    return Days.between(sunday - timedelta(days=1), sunday)


def _ago(phrase: str, reference: Reference) -> Days | None:
    match = _AGO.fullmatch(phrase)
    if match is None or reference.published is None:
        return None
    count = count_of(match["count"])
    if match["unit"] == "hour":
        # The hour of publication is not known, so a part of a day may reach into the day before.
        days_back = [timedelta(days=-(-count // 24)), timedelta(days=count // 24)]
        return Days.between(reference.published - days_back[0], reference.published - days_back[1])
    days = about(reference.published, -count, _unit(match["unit"]))
    return reference.told_by_publication(days)


def _up_to_now(phrase: str, reference: Reference) -> Days | None:
    """A stretch that ends with the publication day: "in the past 24 hours", "over the last two weeks".

    Counted in hours or days it reaches into the day so many days back; a week, a month or a year has its full
    number of days, the publication day included.
    """
    match, today = _UP_TO_NOW.fullmatch(phrase), reference.published
    if match is None or today is None or bool(match["plural"]) == (match["count"] in (None, "one", "a", "an")):
        return None
    if phrase == "the last day":
        return None  # of the siege, of the talks
    count, unit = count_of(match["count"] or "one"), _unit(match["unit"])
    if unit == "hour":
        count, unit = -(-count // 24), "day"
    earliest = shift(today, -count, unit)
    return Days.between(earliest if unit == "day" else earliest + timedelta(days=1), today)


def _unit(name: str) -> Unit:
    units: dict[str, Unit] = {"hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year"}
    return units[name]
