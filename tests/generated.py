"""Small random documents for properties of the scorer."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.items import Amount, Item, ListName, When
from conflict_extract.models import Span

_WORDS = st.lists(st.sampled_from(("army", "dead", "port", "rebels", "shelled", "said")), max_size=3).map(
    lambda words: " ".join(sorted(words))
)
_NAMES = st.sampled_from(("omar tesh", "radio kesh", "residents"))
_DAYS = st.integers(1, 4).map(lambda day: date(2024, 5, day))
_AMOUNTS = st.one_of(
    st.integers(1, 3).map(lambda number: Amount(number, number, "eq", None)),
    st.integers(1, 3).map(lambda number: Amount(number, None, "ge", None)),
    st.just(Amount(None, None, "vague", None, "many")),
)


def _one(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return values.map(lambda value: (value,))


def _choice(*values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return _one(st.sampled_from(values))


_SOURCES = st.fixed_dictionaries(
    {
        "name": _one(_NAMES),
        "type": _choice("military", "witness"),
        "identification": _choice("named", "unnamed"),
        "alignment": _choice(None, "state"),
    }
)
_ACTORS = st.fixed_dictionaries({"name": _one(_NAMES), "role": _choice("initiator"), "type": _choice("unknown")})
_PLACES = st.fixed_dictionaries({"name": _choice("adun", "bek"), "within": _choice(None, "north")})
_FIGURES = st.fixed_dictionaries(
    {
        "value": _one(_AMOUNTS),
        "measure": _choice("killed", "injured"),
        "of": _choice(None, "people"),
        "category": _choice("civilian"),
        "window": _choice(None, "since may"),
    }
)
_FIELDS: dict[ListName, st.SearchStrategy[Any]] = {
    "attributions": st.fixed_dictionaries(
        {"cue": _choice(None, "said"), "cue_class": _choice("neutral", "denying"), "mode": _choice("direct")}
    ),
    "events": st.fixed_dictionaries(
        {
            "type": _choice("battles"),
            "sub_type": _choice("armed_clash", "government_regains_territory"),
            "granularity": _choice("incident"),
            "reality": _choice("occurred", "planned"),
            "territory": _choice(None, "held"),
            "time": st.one_of(_choice(None), st.builds(lambda day: (When(day, day),), _DAYS)),
            "weapons": _choice(frozenset(), frozenset({"drone"}), frozenset({"drone", "rocket"})),
        }
    ),
    "claims": st.fixed_dictionaries(
        {
            "kind": _choice("casualties", "attack"),
            "polarity": _choice("affirmed", "negated"),
            "certainty": _choice("certain"),
            "verification": _choice("none"),
            "background": _choice(True, False),
        }
    ),
}


@st.composite
def documents(draw: st.DrawFn, article: str = "d") -> Document:
    """A document of up to four items a list, close to each other and often alike."""
    lists: dict[ListName, tuple[Item, ...]] = {}
    for name, prefix in (("attributions", "a"), ("events", "e"), ("claims", "c")):
        lists[name] = tuple(
            _item(draw, name, f"{prefix}{number}", lists)
            for number in range(draw(st.integers(0, 4)))  # type: ignore[arg-type]
        )
    return Document(article, "0", **lists)  # type: ignore[arg-type]


def _item(draw: st.DrawFn, name: ListName, id: str, lists: dict[ListName, tuple[Item, ...]]) -> Item:
    start = draw(st.integers(0, 30))
    part: dict[ListName, dict[str, st.SearchStrategy[Any]]] = {
        "attributions": {"chain": st.lists(_SOURCES, min_size=1, max_size=2)},
        "events": {"actors": st.lists(_ACTORS, max_size=2), "places": st.lists(_PLACES, max_size=2)},
        "claims": {"figures": st.lists(_FIGURES, max_size=2)},
    }
    links = {}
    if name == "claims":
        tellings = [frozenset({("", each.id)}) for each in lists["attributions"]]
        events = st.frozensets(st.sampled_from([("", each.id) for each in lists["events"]] or [("", "")]), max_size=2)
        links = {
            "attribution": (draw(st.sampled_from([frozenset(), *tellings])),),
            "events": (draw(events) if lists["events"] else frozenset(),),
            "relations": (frozenset({("denies", "c0")}) if id != "c0" and draw(st.booleans()) else frozenset(),),
        }
    return Item(
        id,
        (Span(start, start + draw(st.integers(1, 12))),),
        (draw(_WORDS),),
        draw(_FIELDS[name]),
        {field: (tuple(draw(strategy)),) for field, strategy in part[name].items()},
        links,
        optional=draw(st.integers(0, 5)) == 0,
    )
