"""Where quotes end by the codebook: with their marks, and an act without its toll."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.reply.ends import (
    act_alone,
    with_its_article,
    with_its_hearer,
    with_its_marks,
    with_its_quotation,
    with_its_source,
    without_its_telling,
    without_outer_marks,
)


def _in(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ('He left. "All is lost," said Ruiz.', 'All is lost," said Ruiz', '"All is lost," said Ruiz'),
        ("“All is lost.” Ruiz left.", "“All is lost", "“All is lost.”"),
        ("He said it was ‘no great loss’.", "it was ‘no great loss", "it was ‘no great loss’"),
        ("It fell (source: the mayor). Then", "It fell (source: the mayor", "It fell (source: the mayor)"),
        ('Ruiz said: "All is lost." He left.', 'Ruiz said: "All is lost', 'Ruiz said: "All is lost."'),
        ('Ruiz said "all is lost" and left.', 'Ruiz said "all is lost"', 'Ruiz said "all is lost"'),
        ("Three days’ walk ‘to the sea’ he said", "Three days’ walk", "Three days’ walk"),
        ("He called it “a rout and left", "called it “a rout", "called it “a rout"),
    ],
)
def test_a_quote_takes_the_mark_whose_partner_it_holds(text: str, words: str, whole: str) -> None:
    """Only where the mark stands right beside it, at most behind the stop that it encloses."""
    start, end = with_its_marks(text, *_in(text, words))
    assert text[start:end] == whole


@pytest.mark.parametrize(
    ("words", "bare"),
    [
        ("“bandits in our hills”", "bandits in our hills"),
        ('"The pass is ours,"', "The pass is ours"),
        ("“bandits” and “thieves”", "“bandits” and “thieves”"),
        ("(in the hills)", "(in the hills)"),
        ("no marks", "no marks"),
    ],
)
def test_marks_around_all_of_it_belong_to_the_telling(words: str, bare: str) -> None:
    """They fall, with the comma before the closing one; brackets and two quotations stay."""
    start, end = without_outer_marks(words, 0, len(words))
    assert words[start:end] == bare


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("rebel radio spoke of a rout", "The rebel radio spoke of a rout"),
        ("hill had been lost", "a hill had been lost"),
        ("of a rout", "of a rout"),
    ],
)
def test_a_noun_is_not_cut_off_from_its_article(words: str, whole: str) -> None:
    """The article right before a quote belongs to it; "a" inside another word is none."""
    text = "The rebel radio spoke of a rout at Oro and said a hill had been lost."
    start, end = _in(text, words)
    assert text[with_its_article(text, start) : end] == whole


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Oro fell, residents told our correspondent on Friday.", "Oro fell, residents told our correspondent"),
        ('"It fell," he told Coast Press by telephone.', '"It fell," he told Coast Press'),
        ("It fell, the mayor tells us.", "It fell, the mayor tells us"),
        ("The mayor told that Oro fell.", "The mayor told"),
        ("It fell, the story is told, in May.", "It fell, the story is told"),
    ],
)
def test_told_takes_its_hearer(text: str, whole: str) -> None:
    """The verb needs one; the day and the medium behind it stay out."""
    end = next(text.index(verb) + len(verb) for verb in ("told", "tells") if verb in text)
    assert text[: with_its_hearer(text, 0, end)] == whole


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("which denied it", "the salt ministry, which denied it"),
        ("who blamed fog", "who blamed fog"),
        ("denied it", "denied it"),
    ],
)
def test_a_telling_in_a_relative_clause_begins_at_its_source(words: str, whole: str) -> None:
    """Only where the source stands before the clause in the same sentence."""
    text = "It fell, said the salt ministry, which denied it. Others came, who blamed fog."
    start, end = _in(text, words)
    assert text[with_its_source(text, start, "salt ministry") : end] == whole


@pytest.mark.parametrize(
    ("text", "words", "mode", "whole"),
    [
        (
            "He said the band rode in and “finished our grain in an hour”. “We ran to the river.”",
            "He said the band rode in",
            "mixed",
            "He said the band rode in and “finished our grain in an hour”",
        ),
        (
            "He put it at “ten, or at most twelve”.",
            "He put it at “ten",
            "mixed",
            "He put it at “ten, or at most twelve”",
        ),
        ("She called the “bandits” cowards.", "She called", "mixed", "She called"),
        ("He said it fell. “We ran to the river.”", "He said it fell", "mixed", "He said it fell"),
        ('"We left, and in haste," he said.', '"We left', "direct", '"We left, and in haste,"'),
        ("He said “we left it” in May", "He said", "indirect", "He said"),
        (
            '"We fled," he said, "with no shoes. It rained."',
            '"We fled," he said',
            "direct",
            '"We fled," he said, "with no shoes.',
        ),
        (
            "“We fled,” he said, “with no shoes.” It rained.",
            "“We fled,” he said",
            "direct",
            "“We fled,” he said, “with no shoes.”",
        ),
        ("“We fled,” he said. “It rained.”", "“We fled,” he said", "direct", "“We fled,” he said"),
    ],
)
def test_a_telling_holds_the_quoted_words_that_its_mode_rests_on(text: str, words: str, mode: str, whole: str) -> None:
    """As far as they stand in the same sentence; a quoted term is no quotation."""
    start, end = _in(text, words)
    assert text[start : with_its_quotation(text, start, end, mode)] == whole


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("Gunmen raided the camp at Kitgum, killing 24", "Gunmen raided the camp at Kitgum"),
        ("Nine people died when mortars struck the school", "mortars struck the school"),
        ("the bombing of the mill, which killed eight people", "the bombing of the mill"),
        ("the bomb that killed eight people at the mill", "the bomb that killed eight people at the mill"),
        ("Nine were killed on Monday in an ambush near Bor", "an ambush near Bor"),
        ("ten villagers were wounded by heavy shelling of Oro", "heavy shelling of Oro"),
        ("Raid on Kitgum, 3 May: 9 killed, 4 missing", "Raid on Kitgum, 3 May"),
        ("Raid on Kitgum: the second in May", "Raid on Kitgum: the second in May"),
        ("Troops killed nine rebels", "Troops killed nine rebels"),
        ("Rebels took the mill when it rained", "Rebels took the mill when it rained"),
        ("Nine were killed in Bor", "Nine were killed in Bor"),
    ],
)
def test_an_act_is_quoted_without_its_toll(words: str, act: str) -> None:
    """Where an act is told beside the toll; a toll alone stays what it is."""
    start, end = act_alone(words, 0, len(words))
    assert words[start:end] == act


@given(st.text(alphabet='ab "“”‘’()«».,', min_size=1, max_size=40), st.data())
def test_ends_stay_inside_the_text_and_keep_a_word(text: str, data: st.DataObject) -> None:
    """Whatever the marks: a stretch of the text comes out, grown by marks alone, and never empty."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    grown = with_its_marks(text, start, end)
    assert 0 <= grown[0] <= start < end <= grown[1] <= len(text)
    assert not any(letter.isalpha() for letter in text[grown[0] : start] + text[end : grown[1]])
    for cut in (without_outer_marks(text, start, end), act_alone(text, start, end)):
        assert start <= cut[0] < cut[1] <= end


@pytest.mark.parametrize(
    ("words", "cue", "told"),
    [
        ("announced 12 dead", "announced", "12 dead"),
        ("said that the bridge fell", "said", "the bridge fell"),
        ("It speaks of 40 wounded", "speaks of", "40 wounded"),
        ("had put its losses at nine", "had put its losses at", "its losses at nine"),
        ("where 40 families live", None, "40 families live"),
        ("Lodha, where 40 families live", "said", "40 families live"),
        ("and the bridge fell", "said", "the bridge fell"),
        ("after which the bridge fell", None, "the bridge fell"),
        ("and not one civilian", None, "and not one civilian"),
        ("did not say that it fell", "did not say", "did not say that it fell"),
        ("couldn’t say that it fell", "couldn’t say", "couldn’t say that it fell"),
        ("refused to say it fell", "refused to say", "refused to say it fell"),
        ("Nobody there, where 40 families live", None, "Nobody there, where 40 families live"),
        ("That bridge fell", None, "That bridge fell"),
        ("that no bridge fell", None, "that no bridge fell"),
        ("the army, which said it won", "said", "the army, which said it won"),
        ("saidi guns fell silent", "said", "saidi guns fell silent"),
        ("said so", "said", "said so"),
        ("the bridge fell", None, "the bridge fell"),
    ],
)
def test_a_proposition_begins_behind_what_joins_or_tells_it(words: str, cue: str | None, told: str) -> None:
    """Nothing that denies is cut off, nor more than joins and tells; a word or two that say nothing stay whole."""
    text = f"Ruiz {words}."
    start = without_its_telling(text, 5, 5 + len(words), cue)
    assert text[start : 5 + len(words)] == told


@given(st.text(alphabet="adnthwer ,.“”", max_size=40), st.sampled_from([None, "and", "that he", "put at"]))
def test_a_proposition_only_loses_words_at_its_start(text: str, cue: str | None) -> None:
    """The start stays inside, at the beginning of a word, with something left."""
    start = without_its_telling(text, 0, len(text), cue)
    assert start == 0 or (0 < start < len(text) and text[start - 1].isspace() and not text[start].isspace())
