"""The fault suite's own provider: each fault of the plan, as the client meets it and as the journal tells it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import Any

import pytest

from conflict_extract import Article, Extraction, Extractor
from conflict_extract.errors import ConflictExtractError, FatalModelError, InvalidReplyError, RequestError
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Patience
from tests.fault_plan import LASTING, RECOVERABLE, STOPPING, Plan
from tests.provider import RunningProvider, serving
from tests.provider_server import Call, Setting
from tests.written_reports import id_of, is_long, is_reasked, number_in, reply_to, text_of

PLAN = Plan(articles=300, share=0.8, lasting=0.1)

BILLED_FOR_NOTHING = {"drip", "cut", "empty_choices", "not_utf8", "repeated_key", "other_model"}
USED = {"fence", "length", "repeated_key_in_reply"}


async def _at_once(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.1))


def extractor_for(server: RunningProvider) -> Extractor:
    """An extractor whose waits are short."""
    endpoint = Endpoint("reporter", server.url, deadline=4.0)  # a busy machine may be late
    return Extractor(OpenAIModel(endpoint, patience=Patience(5, sleep=_at_once)))


def content(extraction: Extraction) -> dict[str, Any]:
    """An extraction without its provenance."""
    return extraction.model_dump(mode="json", exclude={"provenance"})


@pytest.fixture(scope="module")
def met() -> dict[str, tuple[Extraction | ConflictExtractError, Extraction, list[Call]]]:
    """For each kind of fault: what an article that meets it comes to, the same without it, and its calls."""
    alone = {faults[0]: number for number, faults in PLAN.faults().items() if len(faults) == 1}
    clean = next(number for number in range(PLAN.articles) if number not in PLAN.faults())

    async def results(server: RunningProvider, kinds: list[str]) -> list[Any]:
        async with extractor_for(server) as extractor:
            # The first answer fixes the model's name, so it must be a good one.
            await extractor.aextract(Article(id="first", text=text_of(clean)))
            articles = [Article(id=kind, text=text_of(alone[kind])) for kind in kinds]
            return await asyncio.gather(*map(extractor.aextract, articles), return_exceptions=True)

    kinds = [*RECOVERABLE, *LASTING]
    with serving(Setting({**vars(PLAN), "share": 0.0, "lasting": 0.0})) as server:
        without = asyncio.run(results(server, kinds))
    with serving(Setting(vars(PLAN), pause=0.05)) as server:
        came = asyncio.run(results(server, kinds))
        journal = server.journal()
    calls = {kind: [call for call in journal if call.article == alone[kind]] for kind in kinds}
    return {kind: (came[place], without[place], calls[kind]) for place, kind in enumerate(kinds)}


@pytest.mark.parametrize("kind", RECOVERABLE)
def test_an_article_comes_out_the_same_with_each_recoverable_fault(kind: str, met: dict[str, Any]) -> None:
    """One fault costs one call more, and changes nothing but provenance."""
    came, without, calls = met[kind]
    assert isinstance(came, Extraction), came
    assert came.claims
    assert content(came) == content(without)
    assert calls[0].fault == kind
    assert [call.fault for call in calls[1:]] == [None] * (without.provenance.calls - (kind == "fence"))
    assert calls[0].billed == (kind in BILLED_FOR_NOTHING | USED)
    assert calls[0].usable == (kind in USED)
    assert all(call.billed and call.usable for call in calls[1:])


@pytest.mark.parametrize("kind", LASTING)
def test_a_lasting_fault_fails_its_article_after_one_call(kind: str, met: dict[str, Any]) -> None:
    """Refusals, filters and requests that are refused are not tried again."""
    came, _, calls = met[kind]
    assert isinstance(came, InvalidReplyError if kind in ("refusal", "content_filter") else RequestError)
    assert {call.fault for call in calls} == {kind}
    assert len(calls) == len({call.body for call in calls})


@pytest.mark.parametrize("kind", STOPPING)
def test_a_stopping_fault_is_told_after_one_call(kind: str) -> None:
    """Quota, key and model: every further call would meet the same."""
    with serving(Setting(vars(Plan(4)), stop=kind)) as server:
        with extractor_for(server) as extractor, pytest.raises(FatalModelError):
            extractor.extract(Article(id="x", text=text_of(0)))
        (call,) = server.journal()
    assert (call.fault, call.billed) == (kind, False)


def test_a_pause_is_noted_with_the_answer_that_asks_for_it(met: dict[str, Any]) -> None:
    """Breaches are counted from the journal: it says when a pause was announced, and for how long."""
    for kind in ("429_retry_after", "503_retry_after", "429_reset"):
        first, second = met[kind][2][:2]
        assert first.pause == 0.05
        assert second.at >= first.ended + 0.05
    assert met["500"][2][0].pause is None


def test_the_answer_to_a_caller_who_hung_up_is_billed_all_the_same() -> None:
    """A provider makes the completion whether or not anybody waits for it."""
    with serving(Setting(vars(Plan(4, share=0)), latency=0.3)) as server:
        endpoint = Endpoint("reporter", server.url, deadline=0.1, attempts=1)
        with Extractor(OpenAIModel(endpoint)) as extractor, pytest.raises(ConflictExtractError):
            extractor.extract(Article(id="x", text=text_of(0)))
        while not server.good():
            time.sleep(0.01)
        (call,) = server.journal()
    assert call.gone
    assert call.billed


def test_a_plan_is_the_same_every_time_and_has_every_kind() -> None:
    """The seed decides it: three in ten articles meet a fault, of each kind about as many."""
    plan = Plan(1000)
    assert plan.faults() == Plan(1000).faults() != Plan(1000, seed=2).faults()
    planned = plan.faults().values()
    lasting = [faults for faults in planned if faults[0] in LASTING]
    assert (len(lasting), len(planned) - len(lasting)) == (20, 300)
    assert all(len(faults) == 1 for faults in lasting)
    counted = Counter(kind for faults in planned for kind in faults)
    assert set(counted) == {*RECOVERABLE, *LASTING}
    assert min(counted[kind] for kind in RECOVERABLE) >= 10


def test_reports_and_replies_fit_each_other() -> None:
    """Every reply is about its report; only the first reply to a report that is to be reasked has a fault."""
    for number in range(0, 200, 7):
        text = text_of(number)
        assert (number_in(text), len(text) > 6_000) == (number, is_long(number))
        first, second = reply_to(text), reply_to(text, asked_again=True)
        assert (first != second) == is_reasked(number)
        assert all(claim["q"] in text for claim in json.loads(second)["claims"])
    assert len({id_of(number) for number in range(200)}) == len({text_of(number) for number in range(200)}) == 200
