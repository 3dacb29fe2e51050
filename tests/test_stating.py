"""Statements whose gap is filled from the quote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.reply.stating import as_sentence, filled


@pytest.mark.parametrize(
    ("sentence", "quote", "whole"),
    [
        ("Omar Tesh's men …", "his men had taken the mill", "Omar Tesh's men had taken the mill"),
        ("The attack on Ghor …", "the attack had failed", "The attack on Ghor had failed"),
        ("The Salt Front … at Ghor.", "seized a dozen lorries", "The Salt Front seized a dozen lorries at Ghor."),
        ("Rebels took … in May.", "took the mill and the dam in May", "Rebels took the mill and the dam in May."),
        ("There was …", "heavy shelling", "There was heavy shelling"),
        ("The Front …", "the pass was theirs", "The Front the pass was theirs"),
        ("… at Ghor", "nobody died", "nobody died at Ghor"),
        ("The men left...", "the men left on Monday", "The men left on Monday"),
        ("Nothing is left out.", "they left", "Nothing is left out."),
    ],
)
def test_a_gap_is_filled_from_the_quote(sentence: str, quote: str, whole: str) -> None:
    """From behind the words before the gap to those behind it, where the quote has them."""
    assert filled(sentence, quote) == whole


@pytest.mark.parametrize(("sentence", "quote"), [("A … b … c", "x y z"), ("He left the mill …", "left the mill")])
def test_what_cannot_be_filled_is_none(sentence: str, quote: str) -> None:
    """Two gaps, or nothing to put in."""
    assert filled(sentence, quote) is None


def test_a_quote_becomes_a_sentence() -> None:
    """With a capital and a full stop, once."""
    assert as_sentence("the mill burnt") == "The mill burnt."
    assert as_sentence("Was it lost?") == "Was it lost?"


@given(st.text(alphabet="ab …", max_size=30), st.text(alphabet="ab ", min_size=1, max_size=30))
def test_a_filled_sentence_has_no_words_of_its_own(sentence: str, quote: str) -> None:
    """Each word of what comes out stands in the sentence or in the quote, and no gap is left."""
    whole = filled(sentence, quote)
    if whole is not None and "…" in sentence:
        assert "…" not in whole
        assert set(whole.split()) <= set(sentence.replace("…", " ").split()) | set(quote.split())
