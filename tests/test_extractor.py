"""From an article to an extraction, over the real client with scripted answers."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from conflict_extract import Article, Extraction, Extractor, Failure, Options
from conflict_extract.errors import (
    ConfigError,
    FatalModelError,
    InvalidReplyError,
    ModelError,
    RequestError,
    TransientModelError,
)
from conflict_extract.llm.base import Answer, Check, Parameters, Reply, Request
from conflict_extract.llm.scripted import ScriptedModel
from conflict_extract.models.extraction import Usage
from tests import making


def _extract(*replies: str | Reply | ModelError, **options: Any) -> tuple[Extraction, ScriptedModel]:
    model = ScriptedModel(replies)
    with Extractor(model, Options(**options)) as extractor:
        return extractor.extract(making.article()), model


def _with_fault() -> str:
    reply = making.reply()
    reply["claims"][5]["quote"] = "Nobody was hurt"
    return making.as_text(reply)


def test_a_faultless_reply_becomes_an_extraction_with_provenance() -> None:
    """One call, all items, and where they come from."""
    usage = Usage(prompt_tokens=10, completion_tokens=20)
    extraction, model = _extract(Reply(making.reply_text(), "the-model-2026", usage=usage))
    assert [len(items) for items in (extraction.attributions, extraction.events, extraction.claims)] == [5, 3, 6]
    assert extraction.rejected == ()
    assert extraction.complete
    origin = extraction.provenance
    assert (origin.model, origin.answered_by, origin.calls, origin.passages) == ("scripted", "the-model-2026", 1, 1)
    assert origin.usage == usage
    assert origin.article_sha256 == making.article().sha256
    assert origin.parameters["temperature"] == 0.0
    assert Extraction.model_validate_json(extraction.model_dump_json()) == extraction
    (request,) = model.requests
    assert making.TEXT in request.messages[-1].content


def test_a_reply_with_faults_is_asked_for_again_with_the_faults_named() -> None:
    """The mended reply counts; both calls are in the provenance."""
    extraction, model = _extract(_with_fault(), making.reply_text())
    assert len(extraction.claims) == 6
    assert extraction.rejected == ()
    assert extraction.provenance.calls == 2
    asked = model.requests[1].messages
    assert [message.role for message in asked] == ["system", "user", "assistant", "user"]
    assert asked[2].content == _with_fault()
    assert "claims[5] (id c6): its quote does not stand in the article" in asked[3].content


def test_after_the_last_attempt_what_stands_is_kept() -> None:
    """The bad item is rejected with what hangs on it, the others stay."""
    extraction, model = _extract(_with_fault(), _with_fault())
    assert len(model.requests) == 2
    assert [claim.id for claim in extraction.claims] == ["c1", "c2", "c3", "c4", "c5"]
    assert [(fault.path, fault.reason) for fault in extraction.rejected] == [
        ("claims[5]", "not_in_article"),
        ("events[2]", "unlinked_event"),
    ]


def test_a_mended_reply_that_lost_items_does_not_replace_the_better_one() -> None:
    """A model that answers a reask with empty lists loses nothing."""
    extraction, _ = _extract(_with_fault(), '{"attributions": [], "events": [], "claims": []}')
    assert len(extraction.claims) == 5
    assert extraction.provenance.calls == 2


def test_what_only_the_other_reply_had_is_noted() -> None:
    """A reask that loses a good item for another one does not lose it without a word."""
    first, second = making.reply(), making.reply()
    first["claims"] = [claim for claim in first["claims"] if claim["id"] != "c5"] + [
        making.claim("c7", "Nobody was hurt", "Nobody was hurt.")
    ]
    second["claims"] = [claim for claim in second["claims"] if claim["id"] != "c6"]
    second["events"] = [event for event in second["events"] if event["id"] != "e3"]
    first["events"] = [event for event in first["events"] if event["id"] != "e2"]
    first["claims"][3]["events"] = []
    extraction, _ = _extract(making.as_text(first), making.as_text(second))
    kept = {claim.quote for claim in extraction.claims}
    lost = {fault.content["quote"] for fault in extraction.rejected if fault.reason == "not_repeated"}
    assert "Dozens of his fighters had died" in kept
    assert lost == {"The army launched its offensive on 2 May"}


def test_strict_raises_instead_of_rejecting() -> None:
    """For those who want all or nothing."""
    with pytest.raises(InvalidReplyError, match=r"claims\[5\]") as caught:
        _extract(_with_fault(), _with_fault(), strict=True)
    assert caught.value.reason == "faults"
    extraction, _ = _extract(_with_fault(), making.reply_text(), strict=True)
    assert extraction.rejected == ()


def test_reasks_are_as_many_as_the_options_say() -> None:
    """None, or several."""
    assert len(_extract(_with_fault(), reasks=0)[1].requests) == 1
    assert len(_extract(*[_with_fault()] * 4, reasks=3)[1].requests) == 4


def test_an_article_without_conflict_gives_empty_lists() -> None:
    """That is a fine answer, in one call."""
    extraction, model = _extract('{"attributions": [], "events": [], "claims": []}')
    assert (extraction.attributions, extraction.events, extraction.claims, extraction.rejected) == ((), (), (), ())
    assert len(model.requests) == 1


def test_a_truncated_reply_gives_what_is_whole_and_says_so() -> None:
    """Items after the cut are missing, and the extraction is not complete."""
    cut = making.reply_text()[: making.reply_text().index('"id": "c3"')]
    extraction, _ = _extract(Reply(cut, "m", finish_reason="length"), reasks=0)
    assert [claim.id for claim in extraction.claims] == ["c1", "c2"]
    assert not extraction.complete


@pytest.mark.parametrize(("text", "reason"), [("Sorry, here it is:", "not_schema"), ("[]", "not_schema")])
def test_a_reply_that_is_no_json_after_the_last_attempt_is_an_error(text: str, reason: str) -> None:
    """It keeps the reply, and its message does not show it."""
    with pytest.raises(InvalidReplyError) as caught:
        _extract(text, text)
    assert (caught.value.reason, caught.value.reply, caught.value.attempts) == (reason, text, 2)
    assert text not in str(caught.value)


def test_a_refusal_is_an_error_of_its_own() -> None:
    """The article failed, and why is said."""
    refusal = InvalidReplyError("the model refused", model="m", reason="refusal")
    with pytest.raises(InvalidReplyError) as caught:
        _extract(refusal)
    assert caught.value.reason == "refusal"


def test_an_error_in_the_repair_round_does_not_lose_the_first_reply() -> None:
    """What was paid for is used."""
    extraction, _ = _extract(_with_fault(), TransientModelError("busy", model="m"))
    assert len(extraction.claims) == 5


def test_the_key_changes_with_all_that_decides_the_request() -> None:
    """Equal keys, equal requests; another text, date, parameter or model is another key."""
    article = making.article()
    with Extractor(ScriptedModel([])) as extractor:
        keys = {
            extractor.key(article),
            extractor.key(making.article(text=making.TEXT + ".")),
            extractor.key(making.article(published="2023-05-11")),
        }
        assert extractor.key(making.article(id="another name")) == extractor.key(article)
    for model in (ScriptedModel([], model="other"), ScriptedModel([], parameters=Parameters(temperature=None))):
        with Extractor(model) as extractor:
            keys.add(extractor.key(article))
    assert len(keys) == 5


def test_the_await_variants_do_the_same() -> None:
    """For callers with a loop of their own."""

    async def run() -> tuple[Extraction, list[Extraction | Failure]]:
        async with Extractor(ScriptedModel([making.reply_text()] * 2)) as extractor:
            one = await extractor.aextract(making.article())
            return one, [each async for each in extractor.aextract_many([making.article()])]

    one, (other,) = asyncio.run(run())
    assert isinstance(other, Extraction)
    assert one.claims == other.claims


def test_the_sync_face_works_inside_a_running_loop() -> None:
    """As in a notebook."""

    async def run() -> Extraction:
        return _extract(making.reply_text())[0]

    assert len(asyncio.run(run()).claims) == 6


def test_an_extractor_left_open_leaves_no_thread_behind() -> None:
    """What the garbage collector takes, it closes."""
    before = threading.active_count()
    extractor = Extractor(ScriptedModel([making.reply_text()]))
    extractor.extract(making.article())
    assert threading.active_count() == before + 1
    del extractor
    gc.collect()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


class _PerArticle:
    """A model that answers by what the article says; counts how many it is asked at once."""

    name = "per-article"
    settings: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        self.now = self.most = self.asked = 0

    async def ask(self, request: Request, check: Check, *, reasks: int) -> Answer:
        del reasks
        text = request.messages[-1].content
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        for word, error in {
            "REFUSE": InvalidReplyError("the model refused", model="m", reason="refusal"),
            "TOOLONG": RequestError("the article is too long", model="m"),
            "BUSY": TransientModelError("busy", model="m"),
            "QUOTA": FatalModelError("no quota left", model="m"),
        }.items():
            if word in text:
                raise error
        reply = Reply('{"attributions": [], "events": [], "claims": []}', "m")
        assert await check(reply) is None
        return Answer((reply,))


def test_one_article_that_fails_does_not_stop_the_others() -> None:
    """Each has its extraction or its failure, and no more are under way at once than asked for."""
    texts = ["fine", "REFUSE", "fine too", "TOOLONG", "BUSY", "fine again"] * 3
    articles = [Article(id=str(number), text=text) for number, text in enumerate(texts)]
    model = _PerArticle()
    with Extractor(model) as extractor:
        results = list(extractor.extract_many(articles, concurrency=3))
    assert sorted(result.article_id for result in results) == sorted(article.id for article in articles)
    failed = {result.article_id for result in results if isinstance(result, Failure)}
    assert failed == {str(number) for number, text in enumerate(texts) if "fine" not in text}
    assert model.most == 3


def test_articles_are_drawn_as_there_is_room() -> None:
    """Memory does not grow with the number of articles, and what is not wanted is not asked."""
    drawn = 0

    def endless() -> Iterator[Article]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Article(id=str(drawn), text="fine")

    model = _PerArticle()
    with Extractor(model) as extractor:
        results = extractor.extract_many(endless(), concurrency=2)
        first = [next(results) for _ in range(3)]
        results.close()  # type: ignore[attr-defined]
        time.sleep(0.05)
        stopped_at = model.asked
        time.sleep(0.05)
    assert len(first) == 3
    assert model.asked == stopped_at


def test_a_fatal_error_stops_the_run() -> None:
    """Key, quota, unknown model: the next article would fail, too."""
    articles = [Article(id=str(number), text="QUOTA" if number == 4 else "fine") for number in range(500)]
    model = _PerArticle()
    results: list[Extraction | Failure] = []
    with Extractor(model) as extractor, pytest.raises(FatalModelError, match="quota"):
        results.extend(extractor.extract_many(articles, concurrency=2))
    assert len(results) >= 3
    assert model.asked <= 8


LOG = "".join(f"Entry {number}: shells fell on Adun, the mayor said.\n\n" for number in range(60))


class _Passages(_PerArticle):
    """Answers each passage with a claim for each entry in it; refuses the passage that says so."""

    async def ask(self, request: Request, check: Check, *, reasks: int) -> Answer:
        del reasks
        text = request.messages[-1].content
        if "REFUSE" in text:
            raise InvalidReplyError("the model refused", model="m", reason="refusal")
        entries = [line.split(":")[0] for line in text.splitlines() if line.startswith("Entry")]
        claims = [
            making.claim(f"c{number}", f"{entry}: shells fell on Adun", "Shells fell on Adun.", kind="attack")
            for number, entry in enumerate(entries)
        ]
        reply = Reply(making.as_text({"attributions": [], "events": [], "claims": claims}), "m")
        assert await check(reply) is None
        return Answer((reply,))


def test_a_long_article_is_read_in_passages_and_merged() -> None:
    """Every entry once, offsets into the whole text, ids in order."""
    options = Options(passage_size=400, passage_overlap=100)
    with Extractor(_Passages(), options) as extractor:
        extraction = extractor.extract(Article(id="log", text=LOG))
    assert extraction.provenance.passages > 8
    assert [claim.id for claim in extraction.claims] == [f"c{number}" for number in range(1, 61)]
    assert [claim.quote for claim in extraction.claims] == [
        f"Entry {number}: shells fell on Adun" for number in range(60)
    ]


def test_a_passage_without_an_answer_loses_only_itself() -> None:
    """The others are kept, the extraction is not complete, and the gap is named; strict raises."""
    text = LOG.replace("Entry 30:", "REFUSE 30:")
    options = Options(passage_size=400, passage_overlap=0)
    with Extractor(_Passages(), options) as extractor:
        extraction = extractor.extract(Article(id="log", text=text))
    assert 45 < len(extraction.claims) < 60
    assert not extraction.complete
    (gap,) = extraction.rejected
    assert gap.reason == "no_reply"
    assert gap.path.startswith("passages[")
    strict = Options(strict=True, passage_size=400, passage_overlap=0)
    with Extractor(_Passages(), strict) as extractor, pytest.raises(InvalidReplyError):
        extractor.extract(Article(id="log", text=text))


@pytest.mark.parametrize(
    "options",
    [Options(reasks=-1), Options(passage_size=100, passage_overlap=50), Options(prompt_version="v0")],
)
def test_options_that_cannot_work_are_refused(options: Options) -> None:
    """At once, not with the first article."""
    with pytest.raises(ConfigError):
        Extractor(ScriptedModel([]), options)


def test_no_article_and_no_reply_reach_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Not even at DEBUG, not even with faults."""
    caplog.set_level("DEBUG")
    _extract(_with_fault(), _with_fault())
    assert "Marsa Dhul" not in caplog.text
    assert "Nobody was hurt" not in caplog.text
