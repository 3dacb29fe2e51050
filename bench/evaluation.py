"""CPU time to score 10,000 documents of 20 items with all intervals, beside nervaluate on the same spans in that run.

Each document has 5 tellings, 5 events and 10 claims; the prediction is the same with places shifted, words and fields
changed, items dropped, doubled and made up. nervaluate is given the places and the type of each item alone, which is
all that it can compare. The documents are there before the clock starts.
"""

from __future__ import annotations

import dataclasses
import pickle
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import compare, evaluate
from conflict_extract.evaluation.items import LISTS, TYPE_FIELD, Amount, Item, When
from conflict_extract.models import Span

DOCUMENTS = 10_000
LIMIT = 10.0
"""Seconds of CPU that the whole report may take."""

NAMES = ("health ministry", "idris fenn", "radio kesh", "omar tesh", "northern command", "white relief", "residents")
PLACES = ("marsa dhul", "adun", "bek", "cray", "dorn", "essa", "fell", "garu", "holt")
NOUNS = ("guns", "shelled", "port", "town", "road", "depot", "camp", "school", "convoy", "fighters", "people", "army")


def telling(number: int, chance: random.Random) -> Item:
    start = 260 * number
    names = chance.sample(NAMES, chance.choice((1, 1, 2)))
    chain = tuple(
        {"name": (name,), "type": ("military",), "identification": ("named",), "alignment": (None,)} for name in names
    )
    fields = {
        "cue": ("said",),
        "cue_class": (chance.choice(("neutral", "denying", "distancing")),),
        "mode": ("indirect",),
    }
    words = (" ".join(sorted([*" ".join(names).split(), "said"])),)
    return Item(f"a{number}", (Span(start, start + chance.randint(40, 110)),), words, fields, {"chain": (chain,)})


def event(number: int, chance: random.Random) -> Item:
    start = 260 * number + 30
    day = date(2024, 5, chance.randint(1, 28))
    fields = {
        "type": ("explosions_remote_violence",), "sub_type": (chance.choice(("grenade", "air_drone_strike")),),
        "granularity": ("incident",), "reality": ("occurred",), "territory": (None,), "time": (When(day, day),),
        "weapons": (frozenset({"artillery"}),),
    }  # fmt: skip
    actors = tuple(
        {"name": (name,), "role": (role,), "type": ("state_forces",)}
        for name, role in zip(chance.sample(NAMES, 2), ("initiator", "target"), strict=True)
    )
    places = ({"name": (chance.choice(PLACES),), "within": (None,)},)
    parts = {"actors": (actors,), "places": (places,)}
    return Item(f"e{number}", (Span(start, start + chance.randint(40, 90)),), (sentence(chance, 6),), fields, parts)


def claim(number: int, chance: random.Random) -> Item:
    start = 130 * number + chance.randint(0, 40)
    count = chance.randint(1, 300)
    figure = {
        "value": (Amount(count, chance.choice((None, count)), "eq", None),), "measure": ("killed",), "of": ("people",),
        "category": ("unspecified",), "window": (None,),
    }  # fmt: skip
    fields = {
        "kind": (chance.choice(("casualties", "attack", "territory")),), "polarity": ("affirmed",),
        "certainty": ("certain",), "verification": ("none",), "background": (False,),
    }  # fmt: skip
    related = frozenset({("part_of", f"c{number - 1}")}) if number and chance.random() < 0.3 else frozenset()
    links = {
        "attribution": (frozenset({("", f"a{number // 2}")}),), "events": (frozenset({("", f"e{number // 2}")}),),
        "relations": (related,),
    }  # fmt: skip
    parts = {"figures": ((figure,) if chance.random() < 0.6 else (),)}
    return Item(
        f"c{number}", (Span(start, start + chance.randint(40, 110)),), (sentence(chance, 12),), fields, parts, links
    )


def sentence(chance: random.Random, words: int) -> str:
    return " ".join(sorted(chance.choices(NOUNS, k=words)))


def gold(number: int, chance: random.Random) -> Document:
    return Document(
        f"d{number:05}", "0", tuple(telling(each, chance) for each in range(5)),
        tuple(event(each, chance) for each in range(5)), tuple(claim(each, chance) for each in range(10)),
    )  # fmt: skip


def noisy(document: Document, chance: random.Random, rate: float) -> Document:
    """A prediction: each thing that can go wrong does so in the given share of the items."""
    lists: dict[str, list[Item]] = {}
    for name in LISTS:
        lists[name] = []
        for item in document.items(name):
            if name == "claims" and chance.random() < rate / 2:
                continue
            lists[name].append(changed(item, TYPE_FIELD[name], chance, rate))
            if chance.random() < rate / 3:
                lists[name].append(dataclasses.replace(lists[name][-1], id=item.id + "x"))
    kept = {item.id for item in lists["claims"]}
    lists["claims"] = [
        dataclasses.replace(
            item, links={**item.links, "relations": (frozenset(r for r in item.links["relations"][0] if r[1] in kept),)}
        )
        for item in lists["claims"]
    ]
    changed_lists = {name: tuple(items) for name, items in lists.items()}
    # A prediction shares no objects with gold, which would make comparing them cheaper than it is.
    copied: Document = pickle.loads(pickle.dumps(dataclasses.replace(document, **changed_lists)))
    return copied


def changed(item: Item, type_field: str, chance: random.Random, rate: float) -> Item:
    spans, words, fields = item.spans, item.words, dict(item.fields)
    if chance.random() < rate:
        shift = chance.randint(-15, 15)
        spans = (Span(max(spans[0].start + shift, 0), spans[0].end + shift),)
    if chance.random() < rate:
        words = (" ".join(sorted([*words[0].split()[1:], chance.choice(NOUNS)])),)
    links = item.links
    if links and chance.random() < rate / 3:
        links = {**links, "events": (frozenset({("", f"e{chance.randrange(5)}")}),)}
    if chance.random() < rate:
        fields[type_field] = ({"cue_class": "admitting", "sub_type": "armed_clash", "kind": "combat"}[type_field],)
    return dataclasses.replace(item, spans=spans, words=words, fields=fields, links=links)


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def spans_of(document: Document) -> list[dict[str, Any]]:
    return [
        {"label": name, "start": item.span.start, "end": item.span.end}
        for name in LISTS
        for item in document.items(name)
    ]


def nervaluate_seconds(pairs: list[tuple[Document, Document]]) -> float | None:
    try:
        from nervaluate import Evaluator
    except ImportError:
        return None
    true, predicted = ([spans_of(pair[side]) for pair in pairs] for side in (0, 1))
    return cpu(lambda: Evaluator(true, predicted, tags=list(LISTS), loader="dict").evaluate())[0]


def main() -> int:
    chance = random.Random(1)
    golds = [gold(number, chance) for number in range(DOCUMENTS)]
    pairs = [(document, noisy(document, chance, 0.3)) for document in golds]
    worse = [(document, noisy(document, chance, 0.5)) for document in golds]
    groups = {document.article_id: f"phenomenon {number % 30}" for number, document in enumerate(golds)}
    seconds, report = cpu(lambda: evaluate(pairs, groups=groups))
    writing, written = cpu(report.to_json)
    other = evaluate(worse, groups=groups)
    comparing, comparison = cpu(lambda: compare(report, other))
    for name in ("end_to_end", "claims.detection", "claims.strict", "links.events"):
        score = report.scores[name]
        low, high = score.f1_interval or (0.0, 0.0)
        print(f"{name:20} F1 {score.f1:.3f} [{low:.3f}, {high:.3f}], over B {comparison.scores[name].difference:+.3f}")
    rate = DOCUMENTS / seconds
    print(
        f"report, {DOCUMENTS:,} documents:   {seconds:6.2f} s of CPU ({rate:,.0f} documents/s; at most {LIMIT:.0f} s)"
    )
    print(f"its JSON ({len(written) / 1e6:.0f} MB):           {writing:6.2f} s of CPU")
    print(f"comparison of two runs:      {comparing:6.2f} s of CPU")
    yardstick = nervaluate_seconds(pairs)
    if yardstick is None:
        print("nervaluate is not installed: nothing to measure against (pip install nervaluate)")
    else:
        print(f"nervaluate, places alone:    {yardstick:6.2f} s of CPU ({yardstick / seconds:.2f} of it is our report)")
    return int(seconds > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
