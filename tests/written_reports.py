"""Made-up reports of fighting, and the grounded reply that a good model would give to any passage of them.

A report is a function of its number, and so is the reply to what stands in a request: whoever has the request can
answer it, without a table. Each village has the number of its report in its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
_VILLAGE = re.compile(r"Wadi ([A-Z][a-z]{5})\b")

_PEOPLE = ("Adan Voss", "Bekir Tal", "Ciro Lenz", "Dima Orr", "Elif Sarn")
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday")
_COUNTS = ("more than {n}", "at least {n}", "about {n}", "{n}")

LONG_EVERY, REASKED_EVERY = 20, 15
"""Every 20th report takes two passages, and to every 15th a first reply comes that has to be asked again."""

_SECTIONS_OF_LONG = 26


def id_of(number: int) -> str:
    """The article id of a report."""
    return f"report-{number:05d}"


def is_long(number: int) -> bool:
    """Whether a report takes two passages (of at most 6,000 code points)."""
    return number % LONG_EVERY == LONG_EVERY - 1


def is_reasked(number: int) -> bool:
    """Whether the first reply to each passage of a report has a claim that the report does not bear out."""
    return number % REASKED_EVERY == 4


def text_of(number: int) -> str:
    """A report: two sections, or as many as make two passages of it."""
    return "\n\n".join(section["text"] for section in _sections(number))


def lines_of(numbers: Iterable[int]) -> str:
    """Reports as JSON Lines, to be read by ``conflict-extract``."""
    return "".join(json.dumps({"id": id_of(number), "text": text_of(number)}) + "\n" for number in numbers)


def number_in(text: str) -> int | None:
    """The number of the report that a text is a part of."""
    village = _VILLAGE.search(text)
    if village is None:
        return None
    name, base = village[1].lower(), len(_SYLLABLES)
    syllables = [_SYLLABLES.index(name[start : start + 2]) for start in (0, 2, 4)]
    # The last syllable is that of the section.
    return syllables[0] * base + syllables[1]


def reply_to(text: str, *, asked_again: bool = False) -> str:
    """The compact reply to a text that has whole sections of one report in it.

    Args:
        text: The passage, or a message that holds it.
        asked_again: The first reply had faults: this is the one without.
    """
    number = number_in(text)
    if number is None:
        raise ValueError("the text is no part of a report")
    present = tuple(index for index, section in enumerate(_sections(number)) if section["text"] in text)
    return _reply(number, present, is_reasked(number) and not asked_again)


def _village(number: int, section: int) -> str:
    base = len(_SYLLABLES)
    if not 0 <= number < base * base:
        raise ValueError(f"reports are numbered from 0 to {base * base - 1}")
    return "Wadi " + (_SYLLABLES[number // base] + _SYLLABLES[number % base] + _SYLLABLES[section]).capitalize()


@lru_cache(maxsize=4096)
def _sections(number: int) -> tuple[dict[str, Any], ...]:
    return tuple(_section(number, index) for index in range(_SECTIONS_OF_LONG if is_long(number) else 2))


def _section(number: int, index: int) -> dict[str, Any]:
    """One telling: its text, and what is to be coded in it."""
    turn = number + index
    village, day = _village(number, index), _DAYS[turn % len(_DAYS)]
    count = _COUNTS[turn % len(_COUNTS)].format(n=11 + (7 * number + 3 * index) % 80)
    match turn % 3:
        case 0:
            source = {"name": f"Colonel {_PEOPLE[turn % len(_PEOPLE)]}", "type": "military"}
            start, cue = f"{source['name']} of the northern command said", "said"
            act = f"rebel rockets struck the grain depot of {village} on {day} night"
            toll = f"{count} soldiers were killed near {village}"
            noun, counted = "soldiers", "killed combatant"
            event = {"act": "shelling_artillery_missile_attack", "time": f"on {day} night", "is": ["rocket"]}
            actor, summary = ("rebel", "rebel_group"), f"Rockets on the grain depot of {village}"
        case 1:
            source = {"name": "Safe Roads", "type": "monitor"}
            start, cue = "The monitoring group Safe Roads reported", "reported"
            act = f"army shells hit the market of {village} on {day} morning"
            toll = f"{count} civilians were injured in {village}"
            noun, counted = "civilians", "injured civilian"
            event = {
                "act": "shelling_artillery_missile_attack", "time": f"on {day} morning", "is": ["artillery"]
            }  # fmt: skip
            actor, summary = ("army", "state_forces"), f"Shells on the market of {village}"
        case _:
            source = {"name": f"residents of {village}", "type": "witness collective"}
            start, cue = f"Several residents of {village} said", "said"
            act = f"militia gunmen raided the mill of {village} on {day} evening"
            toll = f"{count} farmers were abducted from {village}"
            noun, counted = "farmers", "captured civilian"
            event = {"act": "abduction_forced_disappearance", "time": f"on {day} evening", "is": []}
            actor, summary = ("militia", "political_militia"), f"Raid on the mill of {village}"
    text = (
        f"{start} that {act}, and that {toll}. The road to {village} was closed for the whole of the following "
        f"day, and the shops in the lower quarter of {village} stayed shut."
    )
    return {
        "text": text, "source": source, "quote": f"{start} that {act}", "cue": cue, "act": act, "toll": toll,
        "figure": {"text": f"{count} | {noun}", "as": counted}, "event": event, "actor": actor, "summary": summary,
        "village": village,
    }  # fmt: skip


@lru_cache(maxsize=4096)
def _reply(number: int, present: tuple[int, ...], with_a_fault: bool) -> str:
    rows: dict[str, list[dict[str, Any]]] = {
        "sources": [], "actors": [], "attributions": [], "events": [], "claims": []
    }  # fmt: skip
    for index in present:
        for name, row in _rows(_sections(number)[index], index):
            rows[name].append(row)
    rows["actors"] = list({row["id"]: row for row in rows["actors"]}.values())
    if with_a_fault:
        unheard = {**rows["claims"][-1], "id": "c999", "q": "the bridge at Old Ferry was blown up", "fig": []}
        rows["claims"].append(unheard)
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _rows(section: dict[str, Any], index: int) -> Iterator[tuple[str, dict[str, Any]]]:
    name, kind = section["actor"]
    yield "sources", {"id": f"s{index}", **section["source"]}
    yield "actors", {"id": f"p-{name}", "name": name, "type": kind}
    yield (
        "attributions",
        {"id": f"a{index}", "q": section["quote"], "chain": [f"s{index}"], "cue": section["cue"], "is": []},
    )
    event = {**section["event"], "summary": section["summary"], "places": [section["village"]]}
    yield "events", {"id": f"e{index}", "q": None, "actors": [f"p-{name}"], **event}
    claim = {"say": None, "by": f"a{index}", "on": [f"e{index}"], "is": []}
    yield "claims", {"id": f"c{2 * index}", "q": section["act"], "kind": "attack", "fig": [], **claim}
    toll = {"id": f"c{2 * index + 1}", "q": section["toll"], "kind": "casualties", "fig": [section["figure"]]}
    yield "claims", {**toll, **claim}
