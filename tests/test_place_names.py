"""Place names without the words of their kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.text.place_names import bare_name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Zelen Province", "Zelen"),
        ("upper Zelen district", "upper Zelen"),
        ("Rakhine state", "Rakhine"),
        ("the nearby town of Oro", "Oro"),
        ("outskirts of Wau", "outskirts of Wau"),
        ("Northern Province", "Northern Province"),
        ("Kurdish region", "Kurdish region"),
        ("border district", "border district"),
        ("Shan State", "Shan State"),
        ("Oro and Zelen provinces", "Oro and Zelen provinces"),
        ("Gaza City", "Gaza City"),
        ("district", "district"),
    ],
)
def test_a_word_of_kind_is_no_part_of_a_name(words: str, name: str) -> None:
    """It stays where without it no name would be left, or where it is written as part of the name."""
    start, end = bare_name(words)
    assert words[start:end] == name


@given(st.text(min_size=1))
def test_something_of_the_name_is_always_left(words: str) -> None:
    """Whatever the words: a stretch of them, not empty."""
    start, end = bare_name(words)
    assert 0 <= start < end <= len(words)
