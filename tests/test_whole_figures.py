"""A part of a figure is never read as the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.text.whole_figures import whole_figure


@pytest.mark.parametrize(
    ("text", "part", "whole", "low", "high"),
    [
        ("The blast killed more than 110 civilians there.", "110", "more than 110", 111, None),
        ("Some 2 million people fled.", "2", "Some 2 million", 2_000_000, 2_000_000),
        ("They lost three hundred soldiers.", "three", "three hundred", 300, 300),
        ("Twenty five were hurt.", "five", "Twenty five", 25, 25),
        ("Two dozen were hurt.", "Two", "Two dozen", 24, 24),
        ("It cost fewer than 10 lives.", "10", "fewer than 10", None, 9),
        ("He counted 15 or more bodies.", "15", "15 or more", 15, None),
        ("Between 6 and 8 men died.", "6", "Between 6 and 8", 6, 8),
        ("Between 6 and 8 men died.", "8", "Between 6 and 8", 6, 8),
        ("They killed no fewer than 40 men.", "no", "no fewer than 40", 40, None),
        ("A few men died.", "A", "A few", None, None),
        ("Hundreds of thousands fled.", "Hundreds", "Hundreds of thousands", 100_000, None),
        ("At least 12 men died.", "At least 12", "At least 12", 12, None),
        ("Shells killed 12 men.", "12", "12", 12, 12),
        ("The army killed 6 men, and 8 fled.", "6", "6", 6, 6),
        ("A woman and 3 medics died.", "A", "A", 1, 1),
        ("A woman and 3 medics died.", "3", "3", 3, 3),
        ("On 5 May 12 men died.", "12", "12", 12, 12),
        ("They killed a 9-year-old boy.", "a", "a", 1, 1),
        ("It hit a 12-storey block.", "a", "a", 1, 1),
        ("It hit a 30-strong group.", "a", "a 30", 30, 30),
        ("It killed two hundred-and-five men.", "two", "two hundred-and-five", 205, 205),
        ("They killed 1,000 and wounded 1,700.", "1,000", "1,000", 1000, 1000),
    ],
)
def test_the_words_beside_a_figure_are_read_with_it(
    text: str, part: str, whole: str, low: int | None, high: int | None
) -> None:
    """Modifiers, scales, ranges: what the article says, not what was cut out of it; other numbers stay apart."""
    start = text.index(part)
    read = whole_figure(text, start, start + len(part), measure="killed")
    assert read is not None
    assert text[read[0] : read[1]] == whole
    assert (read[2].low, read[2].high) == (low, high)


@pytest.mark.parametrize(
    ("text", "part"), [("Some 20 percent died.", "20"), ("It was not 15 but 12 men.", "15"), ("Men died.", "Men")]
)
def test_what_is_something_else_is_unreadable(text: str, part: str) -> None:
    """A percentage is no count, and a number that is denied is none."""
    start = text.index(part)
    assert whole_figure(text, start, start + len(part), measure="killed") is None


@given(st.text(max_size=60), st.data())
def test_any_text_and_place(text: str, data: st.DataObject) -> None:
    """Nothing raises, and the whole holds its part."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    read = whole_figure(text, start, end, measure="killed")
    assert read is None or read[0] <= start <= end <= read[1]
