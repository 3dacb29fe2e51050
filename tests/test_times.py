"""Time phrases: the table of what each resolves to, the seeds' phrases, and traps that must stay unresolved."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from conflict_extract.text.times import Days, resolve_time

SEEDS = Path(__file__).parents[1] / "seeds" / "articles"
TABLE = Path(__file__).parent / "data" / "time_phrases.txt"

# phrase, article, publication day made up for the test, earliest, latest, precision
SEED_PHRASES = """
May 2019                                   | 1000-troops-killed-claim | 2019-07-05 | 2019-05-01 | 2019-05-31 | 4
on May 6                                   | 1000-troops-killed-claim | 2019-07-05 | 2019-05-06 | 2019-05-06 | 1
last month                                 | 1000-troops-killed-claim | 2019-07-05 | 2019-06-01 | 2019-06-30 | 4
soon                                       | 1000-troops-killed-claim | 2019-07-05 | -          | -          | -
June 29                                    | 1000-troops-killed-claim | 2019-07-05 | 2019-06-29 | 2019-06-29 | 1
on Thursday                                | 1000-troops-killed-claim | 2019-07-05 | 2019-07-04 | 2019-07-04 | 1
last September                             | 1000-troops-killed-claim | 2019-07-05 | 2018-09-01 | 2018-09-30 | 4
from mid-February                          | 1000-troops-killed-claim | 2019-07-05 | -          | -          | -
mid-February                               | 1000-troops-killed-claim | 2019-07-05 | 2019-02-11 | 2019-02-20 | 4
with the launch of the Hama offensive      | 1000-troops-killed-claim | 2019-07-05 | -          | -          | -
Since April 28                             | 1000-troops-killed-claim | 2019-07-05 | 2019-04-28 | 2019-07-05 | 5
100-month                                  | 1000-troops-killed-claim | 2019-07-05 | -          | -          | -
months-long                                | 1000-troops-killed-claim | 2019-07-05 | -          | -          | -
June 20, 2019                              | another-21-civilians     | 2019-06-21 | 2019-06-20 | 2019-06-20 | 1
1200 GMT                                   | another-21-civilians     | 2019-06-21 | -          | -          | -
on Thursday                                | another-21-civilians     | 2019-06-21 | 2019-06-20 | 2019-06-20 | 1
yesterday’s                                | another-21-civilians     | 2019-06-21 | 2019-06-20 | 2019-06-20 | 1
on Friday                                  | another-21-civilians     | 2019-06-21 | 2019-06-21 | 2019-06-21 | 1
on May 6                                   | another-21-civilians     | 2019-06-21 | 2019-05-06 | 2019-05-06 | 1
The May 6 offensive                        | another-21-civilians     | 2019-06-21 | -          | -          | -
May 6                                      | another-21-civilians     | 2019-06-21 | 2019-05-06 | 2019-05-06 | 1
two weeks ago                              | another-21-civilians     | 2019-06-21 | 2019-06-04 | 2019-06-10 | 3
Since Wednesday                            | another-21-civilians     | 2019-06-21 | 2019-06-19 | 2019-06-21 | 2
last September                             | another-21-civilians     | 2019-06-21 | 2018-09-01 | 2018-09-30 | 4
Since late April                           | another-21-civilians     | 2019-06-21 | 2019-04-21 | 2019-06-21 | 5
June 20                                    | another-21-civilians     | 2019-06-21 | 2019-06-20 | 2019-06-20 | 1
While pursuing the offensive               | another-21-civilians     | 2019-06-21 | -          | -          | -
in five weeks                              | at-least-180-troops      | 2018-01-12 | -          | -          | -
on Thursday                                | at-least-180-troops      | 2018-01-12 | 2018-01-11 | 2018-01-11 | 1
on Thursday when rebels launched a counterattack | at-least-180-troops | 2018-01-12 | -          | -          | -
when rebels launched a counterattack       | at-least-180-troops      | 2018-01-12 | -          | -          | -
in recent weeks                            | at-least-180-troops      | 2018-01-12 | -          | -          | -
in May                                     | at-least-180-troops      | 2018-01-12 | 2017-05-01 | 2017-05-31 | 4
Since the "de-escalation zone" deal went into effect in May | at-least-180-troops | 2018-01-12 | - | -       | -
after almost five months of calm           | at-least-180-troops      | 2018-01-12 | -          | -          | -
July 9, 2019                               | latakia-counter-attack   | 2019-07-10 | 2019-07-09 | 2019-07-09 | 1
for hours                                  | latakia-counter-attack   | 2019-07-10 | -          | -          | -
on May 6                                   | latakia-counter-attack   | 2019-07-10 | 2019-05-06 | 2019-05-06 | 1
last September                             | latakia-counter-attack   | 2019-07-10 | 2018-09-01 | 2018-09-30 | 4
last month                                 | latakia-counter-attack   | 2019-07-10 | 2019-06-01 | 2019-06-30 | 4
July 5                                     | latakia-counter-attack   | 2019-07-10 | 2019-07-05 | 2019-07-05 | 1
since late April                           | latakia-counter-attack   | 2019-07-10 | 2019-04-21 | 2019-07-10 | 5
July 8                                     | latakia-counter-attack   | 2019-07-10 | 2019-07-08 | 2019-07-08 | 1
in 2 Months                                | latakia-counter-attack   | 2019-07-10 | -          | -          | -
a second week                              | offensive-second-week    | 2019-05-12 | -          | -          | -
On Saturday                                | offensive-second-week    | 2019-05-12 | 2019-05-11 | 2019-05-11 | 1
after capturing the towns of Qalaat al-Mudiq and Kafr Naboudeh | offensive-second-week | 2019-05-12 | - | - | -
After months of escalating regime bombardment | offensive-second-week | 2019-05-12 | -          | -          | -
on May 6                                   | offensive-second-week    | 2019-05-12 | 2019-05-06 | 2019-05-06 | 1
last September                             | offensive-second-week    | 2019-05-12 | 2018-09-01 | 2018-09-30 | 4
since August 2016                          | offensive-second-week    | 2019-05-12 | 2016-08-01 | 2019-05-12 | 5
on Friday                                  | offensive-second-week    | 2019-05-12 | 2019-05-10 | 2019-05-10 | 1
in the last two weeks                      | offensive-second-week    | 2019-05-12 | 2019-04-29 | 2019-05-12 | 4
since September                            | offensive-second-week    | 2019-05-12 | 2018-09-01 | 2019-05-12 | 5
"""


def cells(text: str) -> list[list[str]]:
    """Rows of a table with columns between bars; blank lines and lines with # are left out."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter="|", quoting=csv.QUOTE_NONE)]


def day(cell: str) -> date | None:
    """A day of the table; "-" is none."""
    return None if cell == "-" else date.fromisoformat(cell)


def expected(earliest: str, latest: str, precision: str) -> tuple[date | None, date | None, int] | None:
    """What a row says, None for unresolved."""
    return None if earliest == "-" else (day(earliest), day(latest), int(precision))


def found(days: Days | None) -> tuple[date, date, int] | None:
    """The same of a result."""
    return days and (days.earliest, days.latest, days.precision)


ROWS = cells(TABLE.read_text(encoding="utf-8"))
SEED_ROWS = cells(SEED_PHRASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} ({row[1]})")
def test_each_phrase_of_the_table_resolves_as_it_says(row: list[str]) -> None:
    """A phrase and its publication day give the days and the precision of the row, or nothing where it has none."""
    phrase, published, *days, _ = row
    assert found(resolve_time(phrase, published=day(published))) == expected(*days)


def test_the_table_is_large_and_says_nothing_twice() -> None:
    """At least 250 rows, each with another phrase or publication day, at least a quarter of them unresolved."""
    keys = [(phrase.lower(), published) for phrase, published, *_ in ROWS]
    assert len(keys) == len(set(keys)) >= 250
    assert sum(row[2] == "-" for row in ROWS) * 4 >= len(ROWS)


@pytest.mark.parametrize("row", SEED_ROWS, ids=lambda row: f"{row[0]} ({row[1]})")
def test_each_time_phrase_of_the_seeds_resolves_against_a_supposed_publication_day(row: list[str]) -> None:
    """The phrase stands in the seed, and with a publication day made up for the test it gives the days of the row."""
    phrase, seed, published, *days = row
    assert phrase in (SEEDS / f"{seed}.txt").read_text(encoding="utf-8")
    assert found(resolve_time(phrase, published=day(published))) == expected(*days)


def test_without_a_publication_day_only_full_dates_of_the_seeds_resolve() -> None:
    """The seeds do not say when they were published, so of all their phrases three resolve."""
    resolved = {phrase for phrase, *_ in SEED_ROWS if resolve_time(phrase, published=None)}
    assert resolved == {"May 2019", "June 20, 2019", "July 9, 2019"}


@pytest.mark.parametrize(
    ("phrase", "anchor", "earliest", "latest"),
    [
        ("that day", "2019-06-20", "2019-06-20", "2019-06-20"),
        ("later that day", "2019-06-20", "2019-06-20", "2019-06-20"),
        ("on the same day", "2019-06-20", "2019-06-20", "2019-06-20"),
        ("that evening", "2019-06-20", "2019-06-20", "2019-06-20"),
        ("that night", "2019-06-20", "2019-06-20", "2019-06-21"),
        ("the day before", "2019-06-20", "2019-06-19", "2019-06-19"),
        ("a day earlier", "2019-06-20", "2019-06-19", "2019-06-19"),
        ("the previous day", "2019-06-20", "2019-06-19", "2019-06-19"),
        ("the night before", "2019-06-20", "2019-06-19", "2019-06-20"),
        ("two days earlier", "2019-06-20", "2019-06-18", "2019-06-18"),
        ("three days before", "2019-03-02", "2019-02-27", "2019-02-27"),
        ("the following day", "2019-06-30", "2019-07-01", "2019-07-01"),
        ("the next morning", "2019-06-20", "2019-06-21", "2019-06-21"),
        ("the day after", "2019-12-31", "2020-01-01", "2020-01-01"),
        ("two days later", "2020-02-27", "2020-02-29", "2020-02-29"),
        ("a week later", "2019-06-20", "2019-06-24", "2019-06-30"),
        ("May 6", "2019-07-09", "2019-05-06", "2019-05-06"),
        ("in May", "2019-07-09", "2019-05-01", "2019-05-31"),
        ("December 30", "2020-01-02", "2019-12-30", "2019-12-30"),
        ("Tuesday, July 9", "2019-07-09", "2019-07-09", "2019-07-09"),
        ("between July 7 and July 9", "2019-07-09", "2019-07-07", "2019-07-09"),
        ("May 6, 2018", "2019-07-09", "2018-05-06", "2018-05-06"),
    ],
)
def test_an_anchor_serves_words_that_lean_on_it(phrase: str, anchor: str, earliest: str, latest: str) -> None:
    """A full date of the same event fixes "the day before" and the year of a date, and never beats a stated year."""
    days = resolve_time(phrase, published=None, anchor=day(anchor))
    assert days is not None
    assert (days.earliest, days.latest) == (day(earliest), day(latest))


@pytest.mark.parametrize(
    "phrase",
    ["on Thursday", "today", "yesterday", "last week", "last month", "two weeks ago", "overnight", "since May 6"],
)
def test_an_anchor_is_no_publication_day(phrase: str) -> None:
    """Words that lean on the day of publication stay unresolved where only the event has a date."""
    assert resolve_time(phrase, published=None, anchor=date(2019, 6, 20)) is None


@pytest.mark.parametrize(
    "phrase", ["the day before", "that day", "a day earlier", "the following day", "two days later", "the same day"]
)
def test_without_an_anchor_words_that_lean_on_it_stay_unresolved(phrase: str) -> None:
    """ "A day earlier" than what is not known, and the publication day is no stand-in."""
    assert resolve_time(phrase, published=date(2019, 6, 22)) is None


def test_an_anchor_may_be_the_publication_day() -> None:
    """A captioned date of the same day as the publication resolves to that day."""
    anchor = date(2019, 7, 9)
    assert resolve_time("July 9", published=anchor, anchor=anchor) == Days(anchor, anchor, 1)


def test_an_anchor_gives_no_day_after_publication() -> None:
    """Where the reading nearest to the anchor would lie after the publication day, the date stays unresolved."""
    assert resolve_time("January 3", published=date(2019, 12, 31), anchor=date(2019, 12, 30)) is None


@pytest.mark.parametrize("published", [date(1, 1, 1), date(1, 1, 3), date(9999, 12, 31), date(9999, 12, 28)])
def test_the_calendar_may_end_without_an_error(published: date) -> None:
    """On the first and last days that Python knows, each phrase of the table gives days or nothing."""
    for phrase, *_ in [*ROWS, *SEED_ROWS]:
        days = resolve_time(phrase, published=published, anchor=published)
        assert days is None or days.earliest <= days.latest
