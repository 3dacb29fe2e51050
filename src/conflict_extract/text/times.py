"""Time phrases to days: "on Wednesday night", "since late April", "between May 6 and 9", against the publication day.

The whole phrase is read by a grammar, or it stays unresolved: a wrong date does harm, an open one little. No library
is used. Over the phrases of the tests, dateparser gives a day to one in four of those that name none ("in five
weeks", "after May 6, 2019", "06/05/2019"), and one day where a stretch is meant ("last month"); python-dateutil and
parsedatetime take "on Thursday" for the coming one, and May 6 out of "two days before the May 6 offensive".

Conventions, beside those stated at the functions of ``days``, ``dates`` and ``relative_times``:

- News tells of the past. A day name is the latest one up to the publication day, a date without a year its latest
  reading, and a running month is cut at the publication day. What is planned ("talks will be held on Thursday")
  cannot be told from the phrase: resolve it with ``published=None``, so that only full dates count.
- "Since" reaches to the publication day; without one there is no last day, and the phrase stays unresolved.
- A night belongs to two days, the one it is named by and the next.
- Durations ("for months"), vague stretches ("in recent weeks"), a start without an end ("from mid-February"),
  bounds ("by", "before", "after", "until"), seasons (they differ by hemisphere) and feasts (calendars and churches
  differ) are unresolved. So is "in five weeks": nothing says where the stretch ends.
- The day is the day in the article's words: nothing is converted between time zones.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from conflict_extract.text.dates import MONTHS, WEEKDAY, Reference, written_day, written_stretch
from conflict_extract.text.days import WEEK, Days
from conflict_extract.text.relative_times import relative_day, relative_stretch

__all__ = ["Days", "resolve_time"]

_LONGEST = 100
"""Code points of a phrase, white space collapsed. Whoever says when takes less; it bounds the work on any text."""

_ZONE = r"(?: ?(?:gmt|utc|z|[a-z]+ time))"
_CLOCK = (
    rf"(?:(?:\d{{1,2}}[:.]\d{{2}}(?: ?[ap]m)?|\d{{1,2}} ?[ap]m|\d{{1,2}}h\d{{2}}|\d{{4}} (?:hours|hrs)){_ZONE}?"
    rf"|\d{{4}}{_ZONE}|noon|midday)"
)
_POINT = (
    r"(?:(?:(?:shortly |just )?(?:before|after) |(?:at )?around |at )?(?:dawn|daybreak|sunrise|sunset|dusk|nightfall)"
    rf"|(?:(?:shortly|just) (?:before|after) |(?:at )?(?:around|about) |at )?{_CLOCK}|after dark)"
)
_SPELL = (
    r"(?:(?:in|during|on) )?(?:the )?(?:(?:early |late |mid )?(?:morning|afternoon|evening)(?: hours)?"
    r"|(?:early|late|small|daylight|pre dawn|predawn) hours)"
)
_HOURS_FIRST = re.compile(
    rf"(?:(?:very )?(?:early|late|earlier|later)(?: on)?|(?:{_POINT}|{_SPELL})(?: (?:of|on|in))?) (?P<day>.+)", re.ASCII
)
_HOURS_LAST = re.compile(rf"(?P<day>.+?) (?:{_POINT}|{_SPELL})", re.ASCII)
_MIDNIGHT = r"(?:(?:at |shortly after |just after |after )?midnight)"
_NIGHT_FIRST = re.compile(rf"(?:(?:late in )?(?:the )?night of|{_MIDNIGHT}(?: on)?) (?P<day>.+)")
_NIGHT_LAST = re.compile(rf"(?P<day>.+?) (?:(?:late |at |during the |in the )?night|{_MIDNIGHT})")
_NIGHT_OF_TWO = re.compile(r"(?:(?:the )?night(?: of| from| between)?|overnight(?: from| between)?) (?P<days>.+)")
_OVERNIGHT = re.compile(r"overnight(?: (?P<into>into|to))?(?: on)? (?P<day>.+)|(?P<before>.+) overnight")

_FRAMED_RANGE = re.compile(r"(?:(?P<between>between)|from) (?P<ends>.+)")
_END = r"(?: (?:to|through|until|till|into) | ?- ?)"
_AND = " (?:and|or) "
_NUMBER = rf"(?:(?:{WEEKDAY}) )?(?:the )?\d{{1,2}}(?:st|nd|rd|th)?"
_DAY_NUMBER = re.compile(rf"{_NUMBER}(?: (?:of )?\d{{4}})?", re.ASCII)
_AFTER_DAY_NUMBER = re.compile(
    rf"{_NUMBER}(?P<rest> (?:of )?[a-z]+(?: (?:of )?(?:\d{{4}}|(?:last|this) year))?)", re.ASCII
)
_BEFORE_DAY_NUMBER = re.compile(r"(?:.* )?(?P<rest>[a-z]+ (?:the )?)\d{1,2}(?:st|nd|rd|th)?", re.ASCII)
_STATED_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH_NAME = re.compile(rf"\b(?:{'|'.join(MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b")


@lru_cache(maxsize=4_096)  # one article says the same words of many events, and one day's articles of many more
def resolve_time(text: str, *, published: date | None, anchor: date | None = None) -> Days | None:
    """Read the words for when something happened.

    Args:
        text: The words, as in the article.
        published: The article's publication day. For an event that is planned, None.
        anchor: A full date that the article itself gives to the same event, as in its caption. It serves words that
            lean on it ("the day before") and gives a date without a year the nearest reading; nothing else.

    Returns:
        The days that the words allow, or None where they are not understood to the last word, or name no definite
        days, or need a publication day that is not known. Never raises.
    """
    reference = Reference(published, anchor, published)
    try:
        return _phrase(_normalised(text), reference)
    except (ValueError, OverflowError):  # there is no such day: February 30, or a year outside 1 to 9999
        return None


def _normalised(text: str) -> str:
    """Lower case, single blanks, one kind of dash; without commas, brackets and the full stops of abbreviations."""
    phrase = " ".join(text.split()).lower()
    if len(phrase) > _LONGEST:
        return ""
    phrase = re.sub(r"[\u2010-\u2015\u2212]", "-", phrase)
    phrase = re.sub(r"[\u2018\u2019\u02bc]", "'", phrase)
    phrase = re.sub(rf"\b({WEEKDAY}), (?=(?:{WEEKDAY})\b)", r"\1 and ", phrase)
    phrase = re.sub(r"\b([ap])\.m\b\.?", r"\1m", phrase)
    phrase = re.sub(r"(?<=[a-z])\.|[,()]|[.;:]$", " ", phrase).strip()
    phrase = re.sub(r"(?<=[a-z])'s$", "", phrase)
    phrase = re.sub(r"\b(early|mid|late|pre)-(?=[a-z0-9])", r"\1 ", phrase)
    phrase = phrase.replace("new year's day", "january 1").replace("new year's eve", "december 31")
    return " ".join(phrase.split())


def _phrase(phrase: str, reference: Reference) -> Days | None:
    if phrase.startswith("since "):
        return _since(_without_preposition(phrase.removeprefix("since ")), reference)
    phrase = _without_preposition(phrase)
    return _simple(phrase, reference) or _night_of_two(phrase, reference) or _range(phrase, reference)


def _without_preposition(phrase: str) -> str:
    return re.sub(r"^(?:(?:on|in|during|over|throughout|within) |at (?=[a-z]))", "", phrase)


def _since(start: str, reference: Reference) -> Days | None:
    """From a start to the publication day.

    "Since Wednesday" told on a Wednesday is about a week, "since October" told in October about a year or about
    days: the first takes the day a week before, the second stays open.
    """
    today = reference.published
    if today is None:
        return None
    days = _simple(start, reference)
    if days is None or days.earliest > today:
        return None
    if days.latest < today or _STATED_YEAR.search(start):
        return Days.between(days.earliest, today)
    if _MONTH_NAME.search(start):
        return None
    if days.earliest == today and re.search(rf"\b(?:{WEEKDAY})\b", start):
        return Days.between(today - timedelta(days=WEEK), today)
    return Days.between(days.earliest, today)


def _simple(phrase: str, reference: Reference) -> Days | None:
    """A day, a part of it, or a stretch with a name of its own; no range."""
    return (
        _part_of_day(phrase, reference)
        or written_stretch(phrase, reference)
        or relative_stretch(phrase, reference)
        or _overnight(phrase, reference)
    )


def _part_of_day(phrase: str, reference: Reference, *, layers: int = 3) -> Days | None:
    """A day, or one with its hours: "early on Thursday morning", "1400 GMT Thursday", "the night of May 6"."""
    days = written_day(phrase, reference) or relative_day(phrase, reference)
    if days or not layers:
        return days
    for form in (_HOURS_FIRST, _HOURS_LAST, _NIGHT_FIRST, _NIGHT_LAST):
        match = form.fullmatch(phrase)
        days = match and _part_of_day(_without_preposition(match["day"]), reference, layers=layers - 1)
        if days:
            return _night(days, reference) if form in (_NIGHT_FIRST, _NIGHT_LAST) else days
    return None


def _night(days: Days, reference: Reference) -> Days:
    return reference.told_by_publication(Days.between(days.earliest, days.latest + timedelta(days=1)))


def _overnight(phrase: str, reference: Reference) -> Days | None:
    """ "Overnight into Thursday" ends on that day; "overnight Thursday" may end or begin on it."""
    match = _OVERNIGHT.fullmatch(phrase)
    days = match and _part_of_day(match["day"] or match["before"], reference)
    if match is None or days is None or days.precision != 1:
        return None
    earliest = days.earliest - timedelta(days=1)
    night = Days.between(earliest, days.latest)
    return night if match["into"] else _night(night, reference)


def _night_of_two(phrase: str, reference: Reference) -> Days | None:
    """ "The night of 6 to 7 May", "overnight between Thursday and Friday": two days, one after the other."""
    match = _NIGHT_OF_TWO.fullmatch(phrase)
    days = match and _split(match["days"], f"{_END}|{_AND}", reference)
    return days if days and (days.latest - days.earliest).days == 1 else None


def _range(phrase: str, reference: Reference) -> Days | None:
    if match := _FRAMED_RANGE.fullmatch(phrase):
        return _split(match["ends"], " and " if match["between"] else _END, reference)
    return _split(phrase, f"{_END}|{_AND}", reference)


def _split(phrase: str, separator: str, reference: Reference) -> Days | None:
    """Two ends of a range, cut where both can be read to their last word."""
    for match in reversed(list(re.finditer(separator, phrase))):
        left, right = (_without_preposition(end) for end in (phrase[: match.start()], phrase[match.end() :]))
        if days := _ends(left, right, reference):
            return days
    return None


def _ends(left: str, right: str, reference: Reference) -> Days | None:
    """Resolve the second end, then the first one up to it. "6 to 9 May" and "May 6-9, 2019" share their month."""
    if _DAY_NUMBER.fullmatch(right) and (month := _BEFORE_DAY_NUMBER.fullmatch(left)):
        right = f"{month['rest']}{right}"
    elif _DAY_NUMBER.fullmatch(left) and (month := _AFTER_DAY_NUMBER.fullmatch(right)):
        left += month["rest"]
    if _STATED_YEAR.search(left) and _MONTH_NAME.search(right) and not _STATED_YEAR.search(right):
        return None  # "from May 6, 2019 to June 3": of which year?
    last = _simple("today" if right in ("now", "the present") else right, reference)
    if last is None:
        return None
    before = reference.up_to(last.earliest, dated=bool(_STATED_YEAR.search(right)))
    first = _simple(left, before) or _split(left, _AND, before)
    if first is None or first.earliest >= last.earliest or first.latest > last.latest:
        return None
    return Days.between(first.earliest, last.latest)
