"""Small objects for tests: an article of our own, a reply to it, and the objects that come of them."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from conflict_extract.models import Article, Extraction, Provenance
from tests.compact import compact

TEXT = """\
Army guns shelled the port of Marsa Dhul on Tuesday, killing at least 12 people, the health ministry said. \
Three children were among the dead, it added. An army spokesman, Idris Fenn, denied that its guns had fired on the town.

Rebel commander Omar Tesh told pro-government Radio Kesh that his men had captured some 15 villages since March. \
Dozens of his fighters had died, he conceded.

The army launched its offensive on 2 May.
"""


def article(**changes: Any) -> Article:
    """The article that the other objects are about."""
    return Article.model_validate({"id": "marsa-dhul", "text": TEXT, **changes})


def source(name: str, type: str = "government", identification: str = "named", alignment: str | None = None) -> dict:
    """A source of a chain, as a model gives it."""
    return {"name": name, "type": type, "identification": identification, "alignment": alignment}


def figure(text: str, measure: str = "killed", of: str | None = None, **changes: Any) -> dict:
    """A figure, as a model gives it."""
    return {"text": text, "measure": measure, "of": of, "category": "unspecified", "window": None, **changes}


def attribution(id: str, quote: str, chain: list[dict], cue: str | None = "said", **changes: Any) -> dict:
    """An attribution, as a model gives it."""
    return {
        "id": id, "quote": quote, "chain": chain, "cue": cue, "cue_class": "neutral", "mode": "indirect", **changes
    }  # fmt: skip


def event(id: str, quote: str, summary: str, **changes: Any) -> dict:
    """An event, as a model gives it."""
    return {
        "id": id,
        "quote": quote,
        "sub_type": "shelling_artillery_missile_attack",
        "summary": summary,
        "granularity": "incident",
        "reality": "occurred",
        "actors": [],
        "places": [],
        "time": None,
        "territory": None,
        "weapons": [],
        **changes,
    }


def claim(id: str, quote: str, statement: str, **changes: Any) -> dict:
    """A claim, as a model gives it."""
    return {
        "id": id,
        "quote": quote,
        "statement": statement,
        "kind": "casualties",
        "polarity": "affirmed",
        "certainty": "certain",
        "verification": "none",
        "background": False,
        "attribution": None,
        "events": [],
        "figures": [],
        "relations": [],
        **changes,
    }


_REPLY = {
    "attributions": [
        attribution(
            "a1",
            "Army guns shelled the port of Marsa Dhul on Tuesday, killing at least 12 people, the health ministry said",
            [source("the health ministry")],
        ),
        attribution("a2", "Three children were among the dead, it added", [source("the health ministry")], cue="added"),
        attribution(
            "a3",
            "An army spokesman, Idris Fenn, denied that its guns had fired on the town",
            [source("Idris Fenn", "military")],
            cue="denied",
            cue_class="denying",
        ),
        attribution(
            "a4",
            "Rebel commander Omar Tesh told pro-government Radio Kesh that his men had captured some 15 villages",
            [source("Radio Kesh", "partisan_media", alignment="pro-government"), source("Omar Tesh", "armed_group")],
            cue="told",
        ),
        attribution(
            "a5",
            "Dozens of his fighters had died, he conceded",
            [source("Omar Tesh", "armed_group")],
            cue="conceded",
            cue_class="admitting",
        ),
    ],
    "events": [
        event(
            "e1",
            "Army guns shelled the port of Marsa Dhul on Tuesday",
            "Shelling of the port of Marsa Dhul",
            actors=[{"name": "Army", "role": "initiator", "type": "state_forces"}],
            places=[{"name": "port of Marsa Dhul", "within": None}],
            time="on Tuesday",
            weapons=["artillery"],
        ),
        event(
            "e2",
            "his men had captured some 15 villages since March",
            "Capture of villages by rebels",
            sub_type="non_state_actor_overtakes_territory",
            granularity="series",
            actors=[{"name": "Omar Tesh", "role": "initiator", "type": "rebel_group"}],
            time="since March",
            territory="captured",
        ),
        event(
            "e3",
            "The army launched its offensive on 2 May",
            "Army offensive",
            sub_type="armed_clash",
            granularity="campaign",
            actors=[{"name": "army", "role": "initiator", "type": "state_forces"}],
            time="on 2 May",
        ),
    ],
    "claims": [
        claim(
            "c1",
            "Army guns shelled the port of Marsa Dhul on Tuesday, killing at least 12 people",
            "Army guns shelled the port of Marsa Dhul on Tuesday and killed at least 12 people.",
            verification="disputed",
            attribution="a1",
            events=["e1"],
            figures=[figure("at least 12", of="people")],
        ),
        claim(
            "c2",
            "Three children were among the dead",
            "Three children were among the dead in Marsa Dhul.",
            attribution="a2",
            events=["e1"],
            figures=[figure("Three", of="children", category="civilian")],
            relations=[{"kind": "part_of", "claim": "c1"}],
        ),
        claim(
            "c3",
            "its guns had fired on the town",
            "The army's guns did not fire on the town.",
            kind="attack",
            polarity="negated",
            attribution="a3",
            events=["e1"],
            relations=[{"kind": "denies", "claim": "c1"}],
        ),
        claim(
            "c4",
            "his men had captured some 15 villages since March",
            "Omar Tesh's men have captured some 15 villages since March.",
            kind="territory",
            attribution="a4",
            events=["e2"],
            figures=[figure("some 15", "places", "villages", category="not_people", window="since March")],
        ),
        claim(
            "c5",
            "Dozens of his fighters had died",
            "Dozens of Omar Tesh's fighters died.",
            verification="admitted",
            attribution="a5",
            events=["e2"],
            figures=[figure("Dozens", of="his fighters", category="combatant")],
        ),
        claim(
            "c6",
            "The army launched its offensive on 2 May",
            "The army launched its offensive on 2 May.",
            kind="combat",
            background=True,
            events=["e3"],
        ),
    ],
}


def reply() -> dict[str, Any]:
    """A faultless reply about the article, to be changed at will."""
    return copy.deepcopy(_REPLY)


def reply_text() -> str:
    """The same as the text that a model gives."""
    return as_text(_REPLY)


def as_text(reply: dict[str, Any]) -> str:
    """A reply as the text that a model gives: compact."""
    return json.dumps(compact(reply), ensure_ascii=False)


def provenance(of: Article | None = None) -> Provenance:
    """Where a hand-made extraction comes from."""
    return Provenance(
        key="0" * 64,
        article_sha256=(of or article()).sha256,
        model="none",
        answered_by="none",
        prompt_version="none",
        prompt_sha256="0" * 64,
        reply_schema_sha256="0" * 64,
        parameters={},
        vague_policy="acled",
        library_version="0",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        calls=1,
        passages=1,
    )


def extraction(**changes: Any) -> Extraction:
    """An extraction by hand: one telling, one claim with a figure, one event."""
    quote = "Army guns shelled the port of Marsa Dhul on Tuesday, killing at least 12 people"
    start = TEXT.index("at least 12")
    fields: dict[str, Any] = {
        "article_id": "marsa-dhul",
        "article": article(),
        "attributions": [
            {
                **attribution("a1", "the health ministry said", []),
                "chain": [{**source("the health ministry"), "name_span": span("the health ministry")}],
                "cue_span": span("said"),
                **place("the health ministry said"),
            }
        ],
        "claims": [
            {
                **claim("c1", quote, "At least 12 people were killed.", attribution="a1", events=["e1"]),
                **place(quote),
                "figures": [
                    {
                        **figure("at least 12", of="people"),
                        "text_span": (start, start + 11),
                        "of_span": span("people"),
                        "low": 12,
                        "comparator": "ge",
                    }
                ],
            }
        ],
        "events": [
            {
                **event("e1", "Army guns shelled the port of Marsa Dhul on Tuesday", "Shelling of Marsa Dhul"),
                **place("Army guns shelled the port of Marsa Dhul on Tuesday"),
                "type": "explosions_remote_violence",
            }
        ],
        "provenance": provenance(),
        **changes,
    }
    return Extraction.model_validate(fields)


def span(words: str) -> tuple[int, int]:
    """The place of words in the article."""
    return TEXT.index(words), TEXT.index(words) + len(words)


def place(words: str) -> dict[str, int]:
    """The same as the fields of an item."""
    return {"start": span(words)[0], "end": span(words)[1]}


IDS = [item["id"] for items in _REPLY.values() for item in items]
"""The ids of the faultless reply, in its order."""
