"""Rounds of batch files: what goes out, what comes back, and that it comes to what a live run comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from conflict_extract import Article, Extraction, Extractor
from conflict_extract.batch.provider_results import Collected, collect
from conflict_extract.batch.provider_rounds import Round, prepare
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.batch.store import unpack
from conflict_extract.llm.client import Endpoint
from conflict_extract.llm.replay import recorded_settings
from tests.batch_provider import answered, recorded_answers, requests_in, write_results
from tests.seeds import CHALLENGE, ROOT, SEEDS

CASSETTES = ROOT / "tests" / "cassettes"


def recorded_run(folder: Path) -> ProviderRun:
    """A run with the settings of the recordings."""
    endpoint, parameters = recorded_settings(CASSETTES)
    return ProviderRun(folder, Endpoint(endpoint.model, endpoint.base_url), parameters)


def extractions_in(run: ProviderRun) -> dict[str, Extraction]:
    """All extractions of a run's ledger, by article."""
    rows = run.ledger.rows("SELECT id, body FROM extractions")
    return {id: Extraction.model_validate_json(unpack(body)) for id, body in rows}


def without_times(extraction: Extraction) -> dict[str, object]:
    """An extraction without its text and without the moment at which it was made."""
    fields = extraction.without_text().model_dump(mode="json")
    del fields["provenance"]["created"]
    return fields


async def rounds(run: ProviderRun, articles: Sequence[Article], folder: Path) -> tuple[list[Round], list[Collected]]:
    """Prepare and collect until there is nothing left to ask."""
    answers = recorded_answers(CASSETTES)
    await run.take_in(articles, pytest.fail)
    made: list[Round] = []
    found: list[Collected] = []
    while (made := [*made, await prepare(run, folder)])[-1].number is not None:
        lines = requests_in(folder / each.name for each in made[-1].files)
        results = {line["custom_id"]: answered(answers[line["custom_id"]]) for line in lines}
        path = write_results(folder / f"results-{len(made)}.jsonl", results)
        found.append(await collect(run, [path], pytest.fail))
    return made, found


def test_rounds_come_to_what_a_replay_comes_to(tmp_path: Path) -> None:
    """All recorded articles, over files answered from the recordings: reasks in the second round, all else equal."""
    articles = (*SEEDS, *CHALLENGE)
    with Extractor.replaying(CASSETTES) as extractor:
        live = {each.article_id: without_times(each) for each in extractor.extract_many(articles)}
    with recorded_run(tmp_path / "run") as run:
        made, found = asyncio.run(rounds(run, articles, tmp_path / "out"))
        collected = {id: without_times(each) for id, each in extractions_in(run).items()}
        spent = run.ledger.rows("SELECT state, count(*) FROM calls GROUP BY state")
    assert collected == live
    assert [each.requests for each in made][:1] == [len(articles)]
    assert len(made) > 2
    assert sum(each.done for each in found) == len(articles)
    assert spent == [("paid", len(recorded_answers(CASSETTES)))]
