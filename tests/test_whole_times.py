"""A part of a time is never resolved as the whole."""

from __future__ import annotations

from datetime import date

import pytest

from conflict_extract.text.whole_times import whole_time

PUBLISHED = date(2019, 5, 30)


def _resolved(text: str, part: str) -> tuple[date, date] | None:
    start = text.index(part)
    days = whole_time(text, start, start + len(part), published=PUBLISHED)
    return (days.earliest, days.latest) if days else None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("It fell before May 6 or so.", "May 6"),
        ("It was 6 May last year.", "6 May"),
        ("It came two days before the May 6 offensive.", "May 6"),
        ("It was the day after Thursday.", "Thursday"),
        ("It went on from May 6 to May 9.", "May 6"),
        ("It was in 2017 or 2018.", "2017"),
        ("It is Tuesday next week.", "Tuesday"),
        ("It was Monday and Tuesday.", "Monday"),
        ("It was Monday and Tuesday.", "Tuesday"),
        ("It was not on Sunday, but not Monday.", "Monday"),
        ("It was May 6-9.", "May 6"),
    ],
)
def test_words_beside_a_time_that_make_it_another_leave_it_open(text: str, part: str) -> None:
    """A false day is worse than none."""
    assert _resolved(text, part) is None


@pytest.mark.parametrize(
    ("text", "part", "first"),
    [
        ("It took place on May 6, 2017 in Hama.", "May 6", date(2017, 5, 6)),
        ("It took place in May 2016 there.", "May", date(2016, 5, 1)),
        ("It took place on May 6 in Hama.", "May 6", date(2019, 5, 6)),
        ("He spoke after Tuesday's attack.", "Tuesday", date(2019, 5, 28)),
        ("The May 6 offensive took towns.", "May 6", date(2019, 5, 6)),
        ("On Tuesday and in the night, shells fell.", "On Tuesday", date(2019, 5, 28)),
    ],
)
def test_a_time_that_stands_alone_is_resolved_with_its_year(text: str, part: str, first: date) -> None:
    """The year behind it belongs to it."""
    found = _resolved(text, part)
    assert found is not None
    assert found[0] == first
