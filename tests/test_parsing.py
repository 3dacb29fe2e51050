"""From the text of a reply to drafts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.reply.parsing import Rejections, UnreadableReplyError, candidates, load
from conflict_extract.reply.schema import LISTS
from tests import making
from tests.compact import compact


def _read(reply: object, *, truncated: bool = False) -> tuple[list, list]:
    rejections = Rejections()
    found = candidates(load(making.as_text(reply), truncated=truncated), rejections, truncated=truncated)
    return found, rejections.items


def test_a_faultless_reply_gives_all_its_items() -> None:
    """Nothing is lost and nothing rejected."""
    found, rejected = _read(making.reply())
    assert [each.draft.id for each in found] == making.IDS
    assert rejected == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not valid JSON"),
        ("Here is the extraction:", "not valid JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"claims": [], "claims": []}', '"claims" twice'),
        ('{"claims": [{"id": "c1", "id": "c2"}]}', '"id" twice'),
        ("[" * 100_000, "not valid JSON"),
        ('{"claims": [' + "[" * 100_000, "not valid JSON"),
        ('{"claims": [', "not valid JSON"),
    ],
)
def test_a_reply_that_is_not_one_object_is_unreadable(text: str, says: str) -> None:
    """No JSON, no object, a key twice: nothing can be kept."""
    with pytest.raises(UnreadableReplyError, match=says):
        load(text, truncated=False)


QUOTES = [event["quote"] for event in making.reply()["events"]]


@given(st.integers(0, len(making.reply_text()) + sum(map(len, QUOTES))))
def test_a_truncated_reply_keeps_its_whole_items(length: int) -> None:
    """Cut anywhere, the reply gives exactly the items that were closed before the cut."""
    reply = compact(making.reply())
    reply["events"][0]["q"], reply["events"][1]["q"], reply["events"][2]["q"] = QUOTES
    text = json.dumps(reply, ensure_ascii=False)[:length]
    rejections = Rejections()
    found = candidates(load(text, truncated=True), rejections, truncated=True)
    whole = [
        item["id"]
        for name, items in reply.items()
        for item in items
        if name in LISTS and json.dumps(item, ensure_ascii=False) in text
    ]
    assert [each.draft.id for each in found] == whole
    assert rejections.items == []


def test_one_bad_item_falls_alone() -> None:
    """An unknown value, a missing field, a wrong type: the item falls with the reason, the others stay."""
    reply = making.reply()
    reply["claims"][0]["kind"] = "massacre"
    reply["claims"][1].pop("polarity")
    reply["events"][0] = "an event"
    reply["attributions"][0]["chain"] = []
    found, rejected = _read(reply)
    assert len(found) == 10
    assert {fault.path: fault.message for fault in rejected} == {
        "attributions[0]": "chain is empty",
        "events[0]": "the item has the wrong type",
        "claims[0]": 'kind is "massacre", which is not one of its values',
        "claims[1]": "polarity is missing",
    }
    assert [fault.id for fault in rejected] == ["a1", None, "c1", "c2"]
    assert rejected[2].content == reply["claims"][0], "what fell is kept as it came"


def test_bad_parts_of_an_item_fall_without_it() -> None:
    """A bad figure, actor, place or relation falls alone; a bad time becomes null."""
    reply = making.reply()
    reply["claims"][0]["figures"].append({"text": "5"})
    reply["claims"][1]["relations"].append({"kind": "contradicts", "claim": "c1"})
    reply["events"][0]["actors"].insert(0, {"name": "Army", "role": "boss", "type": "state_forces"})
    reply["events"][1]["time"] = 7
    found, rejected = _read(reply)
    assert len(found) == 14
    assert [(fault.path, fault.reason) for fault in rejected] == [
        ("events[0].actors[0]", "invalid"),
        ("events[1].time", "invalid"),
        ("claims[0].figures[1]", "invalid"),
        ("claims[1].relations[1]", "invalid"),
    ]
    drafts = {each.draft.id: each.draft for each in found}
    assert len(drafts["c1"].figures) == 1
    assert [actor.role for actor in drafts["e1"].actors] == ["initiator"]
    assert drafts["e2"].time is None


def test_a_chain_never_loses_a_link() -> None:
    """A bad source takes its attribution with it: a shorter chain would name another origin."""
    reply = making.reply()
    reply["attributions"][3]["chain"][1]["type"] = "warlord"
    found, rejected = _read(reply)
    assert "a4" not in {each.draft.id for each in found}
    assert [fault.path for fault in rejected] == ["attributions[3]"]


def test_missing_lists_and_unknown_keys_are_noted() -> None:
    """Nothing that the model gave disappears without a word."""
    reply = making.reply()
    del reply["events"]
    reply["summary"] = "…"
    reply["claims"] = {"c1": {}}
    found, rejected = _read(reply)
    assert {each.kind for each in found} == {"attributions"}
    assert {fault.path for fault in rejected} == {"events", "summary", "claims"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["claims", "events", "id", "chain"]), inner),
        max_leaves=15,
    )
)
def test_any_object_is_read_without_a_crash(value: object) -> None:
    """Whatever JSON comes, it ends in items or in rejections."""
    reply = load(json.dumps({"claims": value, "attributions": [value], "events": []}), truncated=False)
    candidates(reply, Rejections(), truncated=False)


def test_an_event_whose_quote_was_left_to_a_claim_that_is_not_there_falls() -> None:
    """Nothing says where it stands."""
    reply = compact(making.reply())
    reply["claims"] = []
    rejections = Rejections()
    candidates(
        load(json.dumps({**reply, "events": [{**reply["events"][0], "q": None}]}), truncated=False),
        rejections,
        truncated=False,
    )
    assert [(fault.path, fault.message) for fault in rejections.items] == [("events[0]", "quote is null")]
