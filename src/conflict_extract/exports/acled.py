"""An event table with the columns of ACLED, for tools that read ACLED's.

Columns and codes follow the ACLED Codebook (acleddata.com/methodology/acled-codebook, as of 2025), with the columns of
the change of 20 March 2023 and actor types as words. What the article does not give stays empty: ACLED's own id and
timestamp, country, admin units, coordinates, scale of the source. It is no ACLED data: nobody has coded it by hand.

- ``event_type``, ``sub_event_type`` and ``disorder_type`` stand where our sub-type is ACLED's and means the same: not
  for humanitarian and political events, not for "other", nor for attempts (ACLED has types of its own for what was
  foiled) and campaigns (ACLED has none). Ours always stand in ``our_type`` and ``our_sub_type``.
- ``event_date`` is the day; for a week (``time_precision`` 2) and a month (3) the middle, as the codebook has it. For
  longer or unresolved times both are empty. The first and the last day stand in ``earliest`` and ``latest``.
- ``actor1`` is the first initiator and ``actor2`` the first target, as printed; the others are associated actors.
- ``source`` has those whom the article hears first, ``original_sources`` those who are said to know.
- ``fatalities`` is the best number of ``exports.fatalities``, empty where there is none, never 0 for "not told".
- ``notes`` is the article's own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conflict_extract.exports.cells import Cell
from conflict_extract.exports.csv import write_table
from conflict_extract.exports.event_tables import ADDED, EventRows, Row, joined, middle, tellings, year_of
from conflict_extract.exports.fatalities import BestPolicy, Fatalities
from conflict_extract.models import Actor, Event, Extraction
from conflict_extract.models.vocabulary import ActorRole, ActorType, EventType, SubType

COLUMNS = (
    *("event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type"),
    *("actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting"),
    *("iso", "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision"),
    *("source", "source_scale", "notes", "fatalities", "tags", "timestamp"),
)
"""ACLED's columns, in ACLED's order."""
OURS = ("fatalities_low", "fatalities_high", *ADDED)
_TYPES: dict[EventType, str] = {
    "battles": "Battles",
    "explosions_remote_violence": "Explosions/Remote violence",
    "violence_against_civilians": "Violence against civilians",
    "protests": "Protests",
    "riots": "Riots",
    "strategic_developments": "Strategic developments",
}
_SUB_TYPES: dict[SubType, str] = {
    "armed_clash": "Armed clash",
    "government_regains_territory": "Government regains territory",
    "non_state_actor_overtakes_territory": "Non-state actor overtakes territory",
    "chemical_weapon": "Chemical weapon",
    "air_drone_strike": "Air/drone strike",
    "suicide_bomb": "Suicide bomb",
    "shelling_artillery_missile_attack": "Shelling/artillery/missile attack",
    "remote_explosive_landmine_ied": "Remote explosive/landmine/IED",
    "grenade": "Grenade",
    "sexual_violence": "Sexual violence",
    "attack": "Attack",
    "abduction_forced_disappearance": "Abduction/forced disappearance",
    "peaceful_protest": "Peaceful protest",
    "protest_with_intervention": "Protest with intervention",
    "excessive_force_against_protesters": "Excessive force against protesters",
    "violent_demonstration": "Violent demonstration",
    "mob_violence": "Mob violence",
    "agreement": "Agreement",
    "arrests": "Arrests",
    "change_to_group_activity": "Change to group/activity",
    "disrupted_weapons_use": "Disrupted weapons use",
    "headquarters_or_base_established": "Headquarters or base established",
    "looting_property_destruction": "Looting/property destruction",
    "non_violent_transfer_of_territory": "Non-violent transfer of territory",
}
_INTER: dict[ActorType, str] = {
    "state_forces": "State forces",
    "rebel_group": "Rebel group",
    "political_militia": "Political militia",
    "identity_militia": "Identity militia",
    "rioters": "Rioters",
    "protesters": "Protesters",
    "civilians": "Civilians",
    "external_forces": "External/Other forces",
}
"""In the order of ACLED's codes 1 to 8."""
_TIME_PRECISION = {1: 1, 2: 2, 3: 2, 4: 3}
"""From UCDP's codes: a day; up to a week; a month. "ACLED does not include events with less temporal information." """


def write_acled(extractions: Iterable[Extraction], path: Path, policy: BestPolicy) -> tuple[dict[str, int], int]:
    """Write the table.

    Returns:
        Rows written, and events left out as planned.
    """
    rows = EventRows(extractions, _row, policy)
    return {"events": write_table(rows, (*COLUMNS, *OURS), path)}, rows.planned


def _row(extraction: Extraction, event: Event, killed: Fatalities) -> Row:
    empty: Row = dict.fromkeys(COLUMNS)
    return {
        **empty,
        **_date(event),
        **_kind(event),
        **_sides(event),
        "civilian_targeting": "Civilian targeting" if event.type == "violence_against_civilians" else None,
        "location": joined(place.name for place in event.places),
        "source": joined(dict.fromkeys(told.speaker.name for told in tellings(extraction, event))),
        "notes": event.quote,
        "fatalities": killed.best,
        "fatalities_low": killed.low,
        "fatalities_high": killed.high,
    }


def _date(event: Event) -> Row:
    precision = _TIME_PRECISION.get(event.precision or 0)
    if precision is None or event.earliest is None or event.latest is None:
        return {"year": year_of(event)}
    day = middle(event.earliest, event.latest)
    return {"event_date": day, "year": day.year, "time_precision": precision}


def _kind(event: Event) -> Row:
    if event.reality != "occurred" or event.granularity == "campaign" or event.sub_type not in _SUB_TYPES:
        return {}
    return {
        "disorder_type": _disorder(event),
        "event_type": _TYPES[event.type],
        "sub_event_type": _SUB_TYPES[event.sub_type],
    }


def _disorder(event: Event) -> str:
    if event.sub_type == "excessive_force_against_protesters":
        return "Political violence; Demonstrations"
    if event.type == "protests" or event.sub_type == "violent_demonstration":
        return "Demonstrations"
    return "Strategic developments" if event.type == "strategic_developments" else "Political violence"


def _sides(event: Event) -> Row:
    row: Row = {}
    inters: list[str | None] = []
    roles: tuple[tuple[ActorRole, ...], ...] = (("initiator", "supporter"), ("target",))
    for side, (first, *others) in enumerate(roles, start=1):
        leading: list[Actor] = [actor for actor in event.actors if actor.role == first]
        rest = [*leading[1:], *(actor for actor in event.actors if actor.role in others)]
        inters.append(_INTER.get(leading[0].type) if leading else None)
        row[f"actor{side}"] = leading[0].name if leading else None
        row[f"assoc_actor_{side}"] = joined(actor.name for actor in rest)
        row[f"inter{side}"] = inters[-1]
    return {**row, "interaction": _interaction(*inters)}


def _interaction(one: str | None, two: str | None) -> Cell:
    """Both actor types in ACLED's order, which is that of the codes but for code 78."""
    if one is None or two is None:
        return None
    labels = list(_INTER.values())
    first, second = sorted((one, two), key=labels.index)
    if (first, second) == ("Civilians", "External/Other forces"):
        first, second = second, first
    return f"{first}-{second}"
