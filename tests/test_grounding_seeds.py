"""Altered sentences of the seed articles, and properties of any text: placed right, or missing."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conflict_extract.text.grounding import Grounder
from tests.quote_mutations import (
    ARTICLES,
    GOVERNING,
    changed_names,
    changed_numbers,
    function_word_dropped,
    function_word_exchanged,
    middle_left_out,
    negated,
    other_meanings,
    phrase_left_out,
    sentences,
    swapped_sides,
)

GROUNDERS = {name: Grounder(text) for name, text in ARTICLES.items()}
SENTENCES = [(name, sentence) for name, text in ARTICLES.items() for sentence in sentences(text)]


def spans(name: str, quote: str) -> set[tuple[int, int]]:
    """Where a quote stands in a seed article."""
    return {(place.start, place.end) for place in GROUNDERS[name].find(quote)}


# -- what must be missing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mutate", [changed_numbers, changed_names, negated, other_meanings, swapped_sides], ids=lambda each: each.__name__
)
def test_another_meaning_is_missing(mutate: Callable[[str], Iterator[str]]) -> None:
    """No sentence of the seeds is placed with another number, name, negation, verb or side."""
    tried, placed = 0, []
    for name, sentence in SENTENCES:
        for quote in mutate(sentence):
            if quote.strip(" .,“”?)") in sentence:  # what was cut off its edge leaves a part of the sentence itself
                continue
            tried += 1
            if spans(name, quote):
                placed.append(quote)
    assert tried > 200
    assert placed == []


def test_other_articles_are_missing() -> None:
    """No sentence of one seed article is placed in another one."""
    placed = [
        (sentence, other)
        for name, sentence in SENTENCES
        for other in GROUNDERS
        if other != name
        if spans(other, sentence)
    ]
    assert placed == []


# -- what must be placed -------------------------------------------------------------------------------------------


def _rate(label: str, cases: Iterator[tuple[str, str, str]]) -> float:
    """The share of altered quotes that are placed exactly where the sentence stands; printed (pytest -s)."""
    tried = right = wrong = 0
    for name, sentence, quote in cases:
        expected, got = spans(name, sentence), spans(name, quote)
        tried += 1
        right += got == expected
        wrong += bool(got) and got != expected
    assert wrong == 0
    assert tried >= 30
    print(f"{label}: {right} of {tried} placed right ({right / tried:.1%}), none wrong")
    return right / tried


def test_function_word_dropped() -> None:
    """A dropped article, "that", "of", "which" or "also" does not hide a sentence, but where it is a figure."""
    cases = ((name, each, quote) for name, each in SENTENCES for quote in function_word_dropped(each))
    assert _rate("one function word dropped", cases) >= 0.95


def test_function_word_exchanged() -> None:
    """An exchanged article or relative pronoun does not hide a sentence, but where it is a figure."""
    cases = ((name, each, quote) for name, each in SENTENCES for quote in function_word_exchanged(each))
    assert _rate("one function word exchanged", cases) >= 0.95


def test_phrase_left_out() -> None:
    """A whole phrase left out with "…" does not hide a sentence."""
    cases = ((name, each, quote) for name, each in SENTENCES for quote, _ in phrase_left_out(each))
    assert _rate("a phrase left out with …", cases) >= 0.95


def test_any_middle_left_out() -> None:
    """Stretches cut out blindly are placed right or not at all: a cut may make another statement."""
    cases = [(name, each, quote, out) for name, each in SENTENCES for quote, out in middle_left_out(each)]
    assert _rate("any 2 to 6 words left out with …", (case[:3] for case in cases)) > 0.6
    assert _rate("the same, no governing words", (case[:3] for case in cases if not GOVERNING.search(case[3]))) > 0.7


@pytest.mark.parametrize(
    ("label", "mutate"),
    [
        ("straight quotation marks", lambda each: each.translate(str.maketrans("“”’‘", "\"\"''"))),
        ("a full stop added", lambda each: each + "."),
        ("quotation marks around", lambda each: f"“{each}”"),
        ("other dashes", lambda each: each.replace(" — ", " - ").replace("-", "‑")),
        ("line breaks", lambda each: each.replace(" ", "\r\n")),
        ("no-break spaces", lambda each: each.replace(" ", "\u00a0")),
        ("lower case", str.lower),
        ("capitals", str.upper),
        ("decomposed letters", lambda each: unicodedata.normalize("NFD", each)),
        ("soft hyphens", lambda each: re.sub(r"(?<=[a-z]{3})(?=[a-z]{3})", "\u00ad", each)),
    ],
)
def test_typography_of_the_seeds(label: str, mutate: Callable[[str], str]) -> None:
    """Every sentence of the seeds is placed right, however it is typeset."""
    assert _rate(label, ((name, each, mutate(each)) for name, each in SENTENCES)) == 1.0


# -- properties ----------------------------------------------------------------------------------------------------

ODD_TEXT = st.text(
    st.one_of(
        st.sampled_from("ab 1,.-'’“”…\n\r\t%$~\u00a0\u200b\u0301\u202b—ßİﬁ²½👩🚒\u200d_"),
        st.sampled_from("noTheAOf"),
        st.characters(),
    ),
    max_size=60,
)


def letters(text: str) -> str:
    """Only letters and digits, in one form and case."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(each for each in folded if each.isalnum())


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_every_slice_of_a_seed_is_found_where_it_is(data: st.DataObject) -> None:
    """Any run of words of a seed is found exactly, at its own place among others."""
    name = data.draw(st.sampled_from(sorted(ARTICLES)))
    text = ARTICLES[name]
    words = list(re.finditer(r"\S*\w\S*", text))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, min(first + 40, len(words) - 1)))
    start, end = words[first].start(), words[last].end()
    places = GROUNDERS[name].find(text[start:end])
    here = [place for place in places if start <= place.start and place.end <= end]
    assert [place.status for place in here] == ["exact"]
    assert letters(text[here[0].start : here[0].end]) == letters(text[start:end])
    assert list(places) == sorted(places, key=lambda place: place.start)


@given(ODD_TEXT, ODD_TEXT)
@settings(max_examples=400, deadline=None)
def test_any_text_and_quote(text: str, quote: str) -> None:
    """Nothing raises; a place lies in the text and holds the quote's words by the rule of its tier; twice the same."""
    places = Grounder(text).find(quote)
    assert places == Grounder(text).find(quote)
    for place in places:
        assert 0 <= place.start < place.end <= len(text)
        words = text[place.start : place.end]
        assert words[0].strip()
        assert words[-1].strip()
        if place.status == "exact":
            assert words in quote
        if place.status == "normalised":
            assert words not in quote
        if place.status != "fuzzy":
            assert letters(words) == letters(quote)
            assert place.similarity == 1.0
        else:
            assert 0 < place.similarity < 1


@given(
    st.lists(st.text(st.characters(categories=["L", "Mn"]), min_size=1, max_size=6), min_size=1, max_size=30), st.data()
)
@settings(max_examples=200, deadline=None)
def test_every_slice_of_any_words_is_found(words: list[str], data: st.DataObject) -> None:
    """In any script, a run of words between spaces is found exactly where it stands."""
    assume(all(unicodedata.category(word[0])[0] == "L" and letters(word) for word in words))
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = sum(len(word) + 1 for word in words[:first])
    end = start + len(" ".join(words[first : last + 1]))
    places = Grounder(text).find(text[start:end])
    assert any(place.start == start and place.end <= end and place.status == "exact" for place in places)


@given(st.sampled_from(SENTENCES), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_shuffled_words_are_missing(case: tuple[str, str], seed: int) -> None:
    """The words of a sentence in another order say something else."""
    name, sentence = case
    words = sentence.split()
    bare = [word.lower().strip("“”.,") for word in words]
    shuffled = random.Random(seed).sample(words, len(words))
    content = [word for word in bare if len(word) > 4]
    assume([word for word in (each.lower().strip("“”.,") for each in shuffled) if len(word) > 4] != content)
    assert spans(name, " ".join(shuffled)) == set()
