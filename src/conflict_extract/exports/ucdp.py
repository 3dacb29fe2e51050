"""An event table with the columns of UCDP GED, for tools that read GED's.

Columns and codes follow the UCDP Georeferenced Event Dataset codebook, versions 25.1 and 26.1 (49 columns). What the
article does not give stays empty: UCDP's own ids, dyads, coordinates, admin units, countries. It is no UCDP data: GED
has lethal events of organised violence only, by known actors; here each event that is not planned is a row.

- ``best``, ``low`` and ``high`` are those of ``exports.fatalities``; best is empty where the policy lets no number
  stand.
- ``deaths_civilians`` is the same over the tolls that count civilians, ``deaths_unknown`` is ``best`` where nothing
  says who they were. Which side lost how many is not in the data: ``deaths_a`` and ``deaths_b`` stay empty.
- ``date_prec`` is GED's; ``event_clarity`` is 1 for an incident, 2 for a series or a campaign.
- ``type_of_violence`` is 1 where state forces are on a side and the others are state forces or armed groups of the
  country, 2 where both sides are such groups, 3 for violence against civilians by any of them (not for shells that hit
  civilians); else empty.
- ``side_a`` is the first initiator and ``side_b`` the first target, as printed.
- ``source_original`` has the ends of the chains of telling: who is said to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conflict_extract.exports.csv import write_table
from conflict_extract.exports.event_tables import ADDED, EventRows, Row, joined, origins, year_of
from conflict_extract.exports.fatalities import BestPolicy, Fatalities, weigh
from conflict_extract.models import Event, Extraction
from conflict_extract.models.vocabulary import ActorRole, ActorType

COLUMNS = (
    *("id", "relid", "year", "active_year", "code_status", "type_of_violence"),
    *("conflict_dset_id", "conflict_new_id", "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name"),
    *("side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b"),
    *("number_of_sources", "source_article", "source_office", "source_date", "source_headline", "source_original"),
    *("where_prec", "where_coordinates", "where_description", "adm_1", "adm_2", "latitude", "longitude"),
    *("geom_wkt", "priogrid_gid", "country", "country_id", "region"),
    *("event_clarity", "date_prec", "date_start", "date_end"),
    *("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob"),
)
"""GED's columns, in GED's order."""
_GROUPS = frozenset[ActorType]({"rebel_group", "political_militia", "identity_militia"})


def write_ucdp(extractions: Iterable[Extraction], path: Path, policy: BestPolicy) -> tuple[dict[str, int], int]:
    """Write the table.

    Returns:
        Rows written, and events left out as planned.
    """

    def row(extraction: Extraction, event: Event, killed: Fatalities) -> Row:
        return _row(extraction, event, killed, policy)

    rows = EventRows(extractions, row, policy)
    return {"events": write_table(rows, (*COLUMNS, *ADDED), path)}, rows.planned


def _row(extraction: Extraction, event: Event, killed: Fatalities, policy: BestPolicy) -> Row:
    article = extraction.article
    empty: Row = dict.fromkeys(COLUMNS)
    return {
        **empty,
        "year": year_of(event),
        "type_of_violence": _type_of_violence(event),
        "side_a": _first(event, "initiator"),
        "side_b": _first(event, "target"),
        "source_article": (article.url if article else None) or extraction.article_id,
        "source_date": article.published if article else None,
        "source_headline": article.title if article else None,
        "source_original": joined(origins(extraction, event)),
        "where_description": joined(
            f"{place.name} ({place.within})" if place.within else place.name for place in event.places
        ),
        "event_clarity": 1 if event.granularity == "incident" else 2,
        "date_prec": event.precision,
        "date_start": event.earliest,
        "date_end": event.latest,
        **_deaths(extraction, event, killed, policy),
        "best": killed.best,
        "high": killed.high,
        "low": killed.low,
    }


def _first(event: Event, role: ActorRole) -> str | None:
    return next((actor.name for actor in event.actors if actor.role == role), None)


def _deaths(extraction: Extraction, event: Event, killed: Fatalities, policy: BestPolicy) -> Row:
    civilians = [toll for toll in killed.tolls if {figure.category for figure in toll.figures} == {"civilian"}]
    unknown = all(figure.category == "unspecified" for toll in killed.tolls for figure in toll.figures)
    return {
        "deaths_civilians": weigh(extraction, event, civilians, policy).best,
        "deaths_unknown": killed.best if unknown else None,
    }


def _type_of_violence(event: Event) -> int | None:
    one = {actor.type for actor in event.actors if actor.role == "initiator"}
    two = {actor.type for actor in event.actors if actor.role == "target"} - {"civilians"}
    if event.type == "violence_against_civilians":
        return 3 if one and one <= _GROUPS | {"state_forces", "external_forces"} else None
    if not one or not two or not one | two <= _GROUPS | {"state_forces"}:
        return None
    return 1 if "state_forces" in one | two else 2
