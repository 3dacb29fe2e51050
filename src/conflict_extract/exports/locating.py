"""Where an event was, if the article's own words and the gazetteer leave one town.

A place is located where its whole name is a town's and exactly one such town is left by the country or region that the
article names with it: as the larger place that it lies ``within`` (followed upwards: "Hass" in "Idlib Province" in
"Syria"), or in the words right after the name ("Damascus, Syria"). Where the article names none with it, it must call
the place a city or town ("the city of Idlib") and name the country somewhere, and one town in all the world must have
the name. And since the gazetteer has no villages, quarters and provinces:

- a town of less than 15,000 people needs its region named, else a village of its name may be meant;
- a larger place that is only a town ("Salihin" in "Aleppo") settles nothing, since it may be its quarter;
- a name that the article has for a region too ("Idlib Province", "northern Hama") is the town's only where the article
  calls it a city or town.

A region that is called after a town ("Idlib Province") stands for that town's region. Everything that is not located is
listed with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from conflict_extract.exports.gazetteer import Gazetteer, Town, key
from conflict_extract.models import Extraction, Place

Reason = Literal["unknown", "ambiguous", "unconfirmed", "country", "no_place"]
"""Why a place is not located:

- unknown: the gazetteer has no town of this name;
- ambiguous: several towns fit what the article says;
- unconfirmed: a town has the name, and the article does not say, or contradicts, that it is the one;
- country: it is a whole country;
- no_place: the article gives the event no place.
"""
_KINDS = "province|governorate|region|district|state|county|oblast|prefecture|department|countryside"
_PARTS = "(?:north|south|east|west|central)(?:ern)?-?(?:east|west)?(?:ern)?"
_KIND = re.compile(rf"\s+(?:{_KINDS})$")
_PART = re.compile(rf"^{_PARTS}\s+")
"""In small letters: "eastern Libya" is in Libya, "South Sudan" not in Sudan, "Northern Ireland" not in Ireland."""
_TOWN_BEFORE = re.compile(r"\b(?:city|town|capital|port)\s+of\s+(?:the\s+)?$", re.IGNORECASE)
_TOWN_AFTER = re.compile(r"\s+(?:city|town)\b", re.IGNORECASE)
_LARGE = 15_000
"""People of a town that is known beyond its region, by the measure of GeoNames' own shorter list."""
_APPOSED = re.compile(r"\s*(?:,\s*(?:in\s+)?|\()(?:the\s+)?(?P<area>[^\W\d_][^,.;:()\n]{1,40})(?=[,.;:)\n]|$)")
_INSIDE = re.compile(r"\s+in\s+(?:the\s+)?(?P<area>[^\W\d_][^,.;:()\n]{1,40})")
"""What follows a name: "Damascus, Syria," and "Damascus in Syria was"."""


@dataclass(frozen=True, slots=True)
class Located:
    """What became of a place.

    Attributes:
        place: The place.
        town: Where it is, or None.
        reason: Why there is none.
        candidates: The towns that fit so far.
    """

    place: Place
    town: Town | None
    reason: Reason | None = None
    candidates: tuple[Town, ...] = ()


class Locator:
    """Locates the places of one extraction.

    Args:
        extraction: The extraction; without its text, only what stands in its places is known of countries.
        gazetteer: Towns and countries.
    """

    def __init__(self, extraction: Extraction, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._text = extraction.article.text if extraction.article else ""
        self._key = key(self._text)
        self._within = _larger_places(extraction)
        places = [place for event in extraction.events for place in event.places]
        self._larger = [key(name) for place in places for name in (place.name, place.within or "")]

    def locate(self, place: Place) -> Located:
        """Where a place is."""
        if self._gazetteer.country(place.name):
            return Located(place, None, "country")
        named = self._gazetteer.called(place.name)
        if not named:
            return Located(place, None, "unknown")
        around = self._around(place)
        fitting = [town for town in named if self._fits(town, around)]
        if len(fitting) > 1:
            return Located(place, None, "ambiguous", tuple(fitting or named))
        if not fitting or not self._is_confirmed(place, fitting[0], around):
            return Located(place, None, "unconfirmed", tuple(fitting or named))
        return Located(place, fitting[0])

    def _is_confirmed(self, place: Place, town: Town, around: Sequence[str]) -> bool:
        """Whether the one town that fits is the one that the article means."""
        if self._is_called_town(place):
            if not around and not self._is_named(town.country):
                return False
        elif not around or self._may_be_region(place):
            return False
        return town.people >= _LARGE or any((town.country, town.region) in self._area(name) for name in around)

    def _is_called_town(self, place: Place) -> bool:
        start, end = place.name_span
        before, after = self._text[max(0, start - 30) : start], self._text[end : end + 10]
        return bool(_TOWN_BEFORE.search(before) or _TOWN_AFTER.match(after))

    def _may_be_region(self, place: Place) -> bool:
        name = re.escape(key(place.name))
        as_region = re.compile(rf"\b(?:{name}\s+(?:{_KINDS})|(?:{_PARTS}|countryside of)\s+{name})\b")
        return any(as_region.search(words) for words in (self._key, *self._larger))

    def _around(self, place: Place) -> list[str]:
        """The larger places that the article names with a place, the next one first."""
        found = [place.within] if place.within else []
        while (larger := self._within.get(key(found[-1] if found else place.name))) and larger not in found:
            found.append(larger)
        return found or self._right_after(place)

    def _right_after(self, place: Place) -> list[str]:
        """The country or region that follows a name in the text."""
        start = place.name_span.end
        if (apposed := _APPOSED.match(self._text, start)) and self._area(apposed["area"]):
            return [apposed["area"]]
        if inside := _INSIDE.match(self._text, start):
            words = inside["area"].split()
            names = (" ".join(words[:length]) for length in range(min(len(words), 5), 0, -1))
            return [name for name in names if self._area(name)][:1]
        return []

    def _fits(self, town: Town, around: Sequence[str]) -> bool:
        """Whether every larger place allows the town, and one of them settles its country."""
        settled = not around
        for name in around:
            area = self._area(name)
            if not {(town.country, town.region), (town.country, None)} & area:
                return False
            settled = settled or len({country for country, _ in area}) == 1
        return settled

    def _area(self, name: str) -> frozenset[tuple[str, str | None]]:
        """The countries, with the regions in them, that a name may stand for."""
        plain = key(_PART.sub("", name.strip()))
        area: set[tuple[str, str | None]] = set()
        if country := self._gazetteer.country(plain):
            area.add((country, None))
        if state := self._gazetteer.states.get(_KIND.sub("", plain)):
            area.add(("US", state))
        if not area and _KIND.search(plain):
            area.update((town.country, town.region) for town in self._gazetteer.called(_KIND.sub("", plain)))
        return frozenset(area)

    def _is_named(self, country: str) -> bool:
        """Whether the article's text has the name of a country as words of their own."""
        known = {**self._gazetteer.states, **self._gazetteer.countries}
        for name in (name for name, code in self._gazetteer.countries.items() if code == country):
            longer = [other for other in known if name in other and other != name]  # "South Sudan" is not Sudan
            text = re.sub("|".join(map(re.escape, longer)), " ", self._key) if longer else self._key
            if re.search(rf"\b{re.escape(name)}\b", text):
                return True
        return False


def _larger_places(extraction: Extraction) -> Mapping[str, str]:
    """The larger place of each place, where the article gives it one and no other."""
    found: dict[str, set[str]] = {}
    for event in extraction.events:
        for place in event.places:
            if place.within is not None and key(place.within) != key(place.name):
                found.setdefault(key(place.name), set()).add(place.within)
    return {name: withins.pop() for name, withins in found.items() if len({key(each) for each in withins}) == 1}
