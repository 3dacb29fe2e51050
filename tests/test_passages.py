"""Cutting long articles."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.text.passages import cut

PARAGRAPHS = "\n\n".join(f"Paragraph {number}. It has a second sentence, too." for number in range(100))


def test_a_short_text_is_one_passage() -> None:
    """What fits is not cut."""
    assert cut("short", size=100, overlap=10) == ((0, 5),)


def test_cuts_are_at_paragraph_ends() -> None:
    """Each passage begins and ends with whole paragraphs."""
    for start, end in cut(PARAGRAPHS, size=1_000, overlap=100):
        assert PARAGRAPHS[start:end].startswith("Paragraph")
        assert PARAGRAPHS[start:end].rstrip().endswith("too.")


@pytest.mark.parametrize(
    ("unit", "ends"),
    [("One line of a log\n", "\n"), ("One sentence of many. ", " "), ("word ", " "), ("x", "x")],
)
def test_texts_without_paragraphs_are_cut_at_the_next_best_place(unit: str, ends: str) -> None:
    """Lines, else sentences, else words, else anywhere."""
    text = unit * 2_000
    spans = cut(text, size=500, overlap=50)
    assert len(spans) > 1
    assert all(text[:end].endswith(ends) for _, end in spans)


@given(
    text=st.text(alphabet="ab .\n\r\u00e9\U0001f54a", max_size=600),
    size=st.integers(8, 200),
    share=st.integers(0, 2),
)
def test_passages_cover_the_text_and_overlap(text: str, size: int, share: int) -> None:
    """No code point is lost, none is too far from its passage's start, and neighbours share what was asked for."""
    overlap = size * share // 8
    spans = cut(text, size=size, overlap=overlap)
    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    for one, other in itertools.pairwise(spans):
        assert one.start < other.start <= one.end - overlap
        assert one.end < other.end
    assert all(end - start <= size for start, end in spans)


def test_an_overlap_too_long_for_its_passage_is_refused() -> None:
    """Passages must move on."""
    with pytest.raises(ValueError, match="four times"):
        cut("text", size=100, overlap=50)
