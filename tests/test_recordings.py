"""The recorded answers for the seeds: replayed whole, by our transport and by vcrpy, and held to what they gave."""

from __future__ import annotations

import asyncio
import re

import pytest
import vcr
import yaml

from conflict_extract import Article, Extraction, Extractor, Options, ReplayError
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.replay import read_recordings, recorded_settings
from conflict_extract.models.extraction import verbatims
from conflict_extract.prompts import Prompt
from tests.seeds import CHALLENGE, LONG, ROOT, SEEDS

CASSETTES = ROOT / "tests" / "cassettes"

COUNTS = {
    "1000-troops-killed-claim": (9, 29, 10, 0),
    "another-21-civilians": (10, 32, 9, 0),
    "at-least-180-troops": (7, 23, 5, 0),
    "latakia-counter-attack": (5, 24, 7, 0),
    "offensive-second-week": (7, 24, 11, 0),
}
"""Attributions, claims, events and rejected items that each recorded answer comes to."""


@pytest.fixture(scope="module")
def extractions() -> dict[str, Extraction]:
    """All seeds, replayed."""
    with Extractor.replaying(CASSETTES) as extractor:
        results = list(extractor.extract_many(SEEDS))
    assert all(isinstance(result, Extraction) for result in results)
    return {result.article_id: result for result in results if isinstance(result, Extraction)}


def test_every_seed_has_its_answer(extractions: dict[str, Extraction]) -> None:
    """What is kept and rejected of each is pinned: a change of grounding or salvage that moves it is seen."""
    counts = {
        id: (len(each.attributions), len(each.claims), len(each.events), len(each.rejected))
        for id, each in extractions.items()
    }
    assert counts == COUNTS


@pytest.mark.parametrize("article", SEEDS, ids=lambda article: article.id)
def test_every_word_taken_stands_in_the_article(article: Article, extractions: dict[str, Extraction]) -> None:
    """Quotes, names, cues, figures, windows, times: letter for letter at their offsets."""
    extraction = extractions[article.id]
    found = list(verbatims((*extraction.attributions, *extraction.claims, *extraction.events)))
    assert len(found) > 2.5 * sum(COUNTS[article.id][:3])
    assert [where for where, words, (start, end) in found if article.text[start:end] != words] == []


def test_no_seed_has_a_publication_date_and_nothing_is_guessed(extractions: dict[str, Extraction]) -> None:
    """Only times that say their year are resolved."""
    for extraction in extractions.values():
        assert extraction.article is not None
        assert extraction.article.published is None
        resolved = [event for event in extraction.events if event.earliest is not None]
        assert all(re.search(r"\b20\d\d\b", event.time or "") for event in resolved)


def test_who_denies_what_to_whom(extractions: dict[str, Extraction]) -> None:
    """The codebook's worked fragment: rebels say, a military source denies it to Reuters."""
    extraction = extractions["at-least-180-troops"]
    (villages,) = [claim for claim in extraction.claims if "some 15 villages" in claim.quote]
    (denial,) = extraction.relating(villages, "denies")
    said, denied = extraction.attribution_of(villages), extraction.attribution_of(denial)
    assert said is not None
    assert denied is not None
    assert [source.name for source in said.chain] == ["Rebels"]
    assert [source.name for source in denied.chain] == ["Reuters", "military source"]
    assert (denial.polarity, villages.verification, denied.cue_class) == ("negated", "disputed", "denying")
    assert (villages.figures[0].low, villages.figures[0].comparator) == (15, "approx")


def test_vcrpy_itself_replays_them(extractions: dict[str, Extraction]) -> None:
    """The cassettes are vcrpy's: its own player gives the same extraction over the same client."""
    endpoint, parameters = recorded_settings(CASSETTES)
    article = SEEDS[0]

    async def run() -> Extraction:
        model = OpenAIModel(Endpoint(endpoint.model, endpoint.base_url, attempts=1), parameters)
        async with Extractor(model) as extractor:
            return await extractor.aextract(article)

    player = vcr.VCR(record_mode="none", match_on=["method", "path", "body"])
    with player.use_cassette(str(CASSETTES / f"{article.id}.yaml")):
        extraction = asyncio.run(run())
    assert extraction.claims == extractions[article.id].claims


def test_a_changed_prompt_is_named_and_how_to_record_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replay fails with what changed, not with the first answer at hand."""
    monkeypatch.setattr(Prompt, "messages", lambda self, text, **_: _altered(self, text))
    with Extractor.replaying(CASSETTES) as extractor, pytest.raises(ReplayError) as caught:
        extractor.extract(SEEDS[0])
    assert "the prompt (system message)" in str(caught.value)
    assert "make record" in str(caught.value)


_messages = Prompt.messages


def _altered(prompt: Prompt, text: str) -> tuple:
    system, user = _messages(prompt, text)
    return (type(system)("system", system.content + " Be brief."), user)


def test_another_text_is_named() -> None:
    """One letter of the article changed: its recording does not fit."""
    article = SEEDS[0]
    other = article.model_copy(update={"text": article.text.replace("Assad", "Asad", 1)})
    with Extractor.replaying(CASSETTES) as extractor, pytest.raises(ReplayError, match="the article's text"):
        extractor.extract(other)


def test_a_miss_is_held_against_the_recording_of_the_same_article() -> None:
    """Whatever its first words: the article that was edited is named, not the first one of the folder."""
    for article in SEEDS:
        other = article.model_copy(update={"text": "Edited. " + article.text})
        with Extractor.replaying(CASSETTES) as extractor, pytest.raises(ReplayError, match=f"{article.id}.yaml"):
            extractor.extract(other)


def test_reasks_do_not_change_what_is_found_by(extractions: dict[str, Extraction]) -> None:
    """A run without reasks replays as well: the first request is the same."""
    with Extractor.replaying(CASSETTES, Options(reasks=0)) as extractor:
        assert extractor.extract(SEEDS[0]).claims == extractions[SEEDS[0].id].claims


def test_cassettes_keep_nothing_but_the_content_type() -> None:
    """No key, no cookie, no word about the machine, on neither side."""
    for path in sorted(CASSETTES.rglob("*.yaml")):
        for call in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
            for side in ("request", "response"):
                assert {name.lower() for name in call[side]["headers"]} <= {"content-type"}
            assert call["request"]["uri"].startswith("http://127.0.0.1")
    recorded = {call.file.stem for call in read_recordings(CASSETTES)}
    assert recorded == {article.id for article in (*SEEDS, *CHALLENGE, *LONG)}
