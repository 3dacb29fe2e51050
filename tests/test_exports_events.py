"""Event tables: columns of ACLED and UCDP, and which number, if any, stands for the killed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conflict_extract.exports import LOWEST, UNDISPUTED, acled, ucdp, write
from conflict_extract.exports.csv import read_table
from conflict_extract.exports.event_tables import ADDED
from conflict_extract.exports.fatalities import BestPolicy, Fatalities, Standing, fatalities
from conflict_extract.models import Event, Extraction
from tests import making
from tests.extractions import extractions, kept


def killed(article: str, event: str, policy: BestPolicy = UNDISPUTED) -> Fatalities:
    """The killed of an event of an article."""
    extraction = kept()[article]
    found = extraction[event]
    assert isinstance(found, Event)
    return fatalities(extraction, found, policy)


def made(*claims: dict[str, Any]) -> Fatalities:
    """The killed of one event that some claims are about, each given by its figures and what is changed of it."""
    base = making.extraction().model_dump()
    (plain,), (happened,) = base["claims"], base["events"]
    (figure,) = plain["figures"]
    whole = [
        {
            **plain,
            "id": f"c{number}",
            **claim,
            "figures": [{**figure, "low": None, "high": None, **each} for each in claim["figures"]],
        }
        for number, claim in enumerate(claims, start=1)
    ]
    extraction = making.extraction(article=None, claims=whole, events=[happened])
    return fatalities(extraction, extraction.events[0])


def exactly(number: int, **changes: Any) -> dict[str, Any]:
    """A figure of so many."""
    return {"low": number, "high": number, "comparator": "eq", **changes}


def rows(to: str, article: str, tmp_path: Path, policy: BestPolicy = UNDISPUTED) -> list[dict[str, str | None]]:
    """The rows of an article."""
    write([kept()[article]], to, tmp_path / "x.csv", force=True, best=policy)  # type: ignore[arg-type]
    return list(read_table(tmp_path / "x.csv"))


CASES: list[tuple[str, str, tuple[Any, Any, Any], tuple[Standing, ...]]] = [
    # One source says at least 14, another nine: no number stands, and the span has no most.
    ("market-day-in-kasheli", "e1", (9, None, None), ("rival",)),
    # A hospital counted 38, a man who works there 34 bodies.
    ("hospital-on-the-mortar-duel", "e1", (34, None, 38), ("rival",)),
    # Soldiers, rebels and townspeople, told by their own side and by the other: different people, never added up.
    ("base-on-the-guaviare", "e1", (3, None, None), ("rival", "several_groups", "several_figures")),
    # Each side about the other's dead and its own, and a third man about both.
    ("front-at-the-dry-river", "e1", (None, None, None), ("rival", "several_groups", "no_lower_bound")),
    # "There was no counter-attack": the toll of the counter-attack is denied with it.
    ("at-least-180-troops", "e2", (75, None, None), ("denied",)),
    # 29 citizens, among them 11 children, three women, two constables: the parts are not added.
    ("queue-at-the-petrol-station", "e1", (29, 29, 29), ()),
    # "no dead" is a toll of zero.
    ("night-over-the-grain-port", "e1", (0, 0, 0), ()),
    # "As many as 40 had died", one hears.
    ("rumours-from-a-closed-valley", "e2", (None, None, 40), ("hedged", "no_lower_bound")),
    # At least 16, among them two children: a least without a most.
    ("bridge-at-kimbundo", "e1", (16, 16, None), ()),
    # 150 to 200 in a campaign, which may hold the tolls of other rows.
    ("weekly-briefing-on-the-valley", "e2", (150, None, 200), ("campaign",)),
    # 47 civilians since January 1 is not the toll of this blast.
    ("minibus-on-the-gravel-road", "e1", (6, 6, 6), ()),
    # "several rescuers" is no number.
    ("latakia-counter-attack", "e9", (None, None, None), ("no_number",)),
    # One dead of two shellings together is counted for neither.
    ("shells-on-both-banks", "e1", (1, None, 1), ("shared",)),
]


@pytest.mark.parametrize(("article", "event", "numbers", "standing"), CASES, ids=[case[0] for case in CASES])
def test_tolls_of_articles(
    article: str, event: str, numbers: tuple[Any, Any, Any], standing: tuple[Standing, ...]
) -> None:
    """Rival, denied, partial and cumulative tolls never become one number, and what stands against it is said."""
    found = killed(article, event)
    assert (found.low, found.best, found.high) == numbers
    assert found.standing == standing


@pytest.mark.parametrize(
    ("article", "event", "best"),
    [
        ("market-day-in-kasheli", "e1", 9),
        ("hospital-on-the-mortar-duel", "e1", 34),
        ("at-least-180-troops", "e2", 75),
        ("base-on-the-guaviare", "e1", None),
        ("weekly-briefing-on-the-valley", "e2", None),
        ("shells-on-both-banks", "e1", None),
    ],
)
def test_lowest_is_acled_s_rule(article: str, event: str, best: int | None) -> None:
    """The other policy takes the lowest of rivals, and no more than the first adds up, splits or guesses."""
    assert killed(article, event, LOWEST).best == best


def test_sources_that_agree_stand() -> None:
    """Two tellings of the same number of the same people are one toll; of other people they are not."""
    found = made({"figures": [exactly(21)]}, {"figures": [exactly(21)], "attribution": None})
    assert (found.low, found.best, found.high, found.standing) == (21, 21, 21, ())
    other = made({"figures": [exactly(2)]}, {"figures": [exactly(2, of="port", category="combatant")]})
    assert (other.best, other.standing) == (None, ("several_groups",))


def test_an_update_is_no_new_truth() -> None:
    """A later toll that updates an earlier one is its rival: what it updates, the words decide, not the number."""
    later = {"figures": [exactly(14)], "relations": [{"kind": "updates", "claim": "c1"}]}
    found = made({"figures": [exactly(9)]}, later)
    assert (found.low, found.best, found.high, found.standing) == (9, None, 14, ("rival",))


def test_denials_and_windows_and_parts_count_nothing() -> None:
    """A negated toll, a cumulative one and a part are in no number; what only parts tell is said."""
    whole = {"figures": [exactly(12)]}
    negated = {"figures": [exactly(50)], "polarity": "negated"}
    window = {"figures": [exactly(400, window="on Tuesday", window_span=making.span("on Tuesday"))]}
    part = {"figures": [exactly(3)], "relations": [{"kind": "part_of", "claim": "c1"}]}
    found = made(whole, negated, window, part)
    assert (found.low, found.best, found.high, found.standing) == (12, 12, 12, ())
    assert [toll.claim.id for toll in found.tolls] == ["c1"]
    assert [toll.claim.id for toll in found.parts] == ["c4"]
    alone = made({"figures": [exactly(12, measure="injured")]}, {**part})
    assert (alone.low, alone.best, alone.high, alone.standing) == (None, None, None, ("parts_only",))


def test_disputed_without_a_rival_toll_is_said() -> None:
    """A toll that the article calls disputed does not stand although no other number is there."""
    found = made({"figures": [exactly(12)], "verification": "disputed"})
    assert (found.best, found.standing) == (None, ("disputed",))


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extractions())
def test_numbers_are_told_and_in_order(extraction: Extraction) -> None:
    """Whatever the claims: each number is one that a figure of an affirmed claim about the event bounds."""
    for event in extraction.events:
        for policy in (UNDISPUTED, LOWEST):
            found = fatalities(extraction, event, policy)
            figures = [
                figure
                for claim in extraction.claims_of(event)
                for figure in claim.figures
                if claim.polarity == "affirmed" and figure.measure == "killed"
            ]
            assert found.low is None or found.low in [figure.low for figure in figures]
            assert found.high is None or found.high in [figure.high for figure in figures]
            assert found.best is None or found.best == found.low
            if found.best is not None and policy is UNDISPUTED:
                assert found.standing == ()
            assert not found.standing or fatalities(extraction, event, UNDISPUTED).best is None


@pytest.mark.parametrize("to", ["acled", "ucdp"])
def test_every_event_that_is_not_planned_is_a_row(tmp_path: Path, to: str) -> None:
    """No event is lost; planned ones are counted apart, and said."""
    written = write(kept().values(), to, tmp_path / "x.csv")  # type: ignore[arg-type]
    events = [(id, event) for id, each in kept().items() for event in each.events]
    planned = sum(event.reality == "planned" for _, event in events)
    assert written.rows == {"events": len(events) - planned}
    assert written.notes == (f"planned events left out, since they have not happened: {planned}",)
    found = [(row["article"], row["event"]) for row in read_table(tmp_path / "x.csv")]
    assert found == [(id, event.id) for id, event in events if event.reality != "planned"]


def test_acled_has_acled_s_columns(tmp_path: Path) -> None:
    """The columns are those of ACLED's files, in their order, ours after them."""
    header = (
        "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,"
        "inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,"
        "location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
    )
    row = rows("acled", "market-day-in-kasheli", tmp_path)[0]
    assert list(row) == [*header.split(","), *acled.OURS]
    unknown = ("event_id_cnty", "iso", "region", "country", "admin1", "admin2", "admin3", "latitude", "longitude")
    assert {row[name] for name in (*unknown, "geo_precision", "source_scale", "tags", "timestamp")} == {None}


def test_an_acled_row(tmp_path: Path) -> None:
    """Types, day, actors, source and toll of one blast, each from the article."""
    row = rows("acled", "minibus-on-the-gravel-road", tmp_path)[0]
    expected = {
        "event_date": "2012-06-12",
        "year": "2012",
        "time_precision": "1",
        "disorder_type": "Political violence",
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Remote explosive/landmine/IED",
        "actor1": None,
        "actor2": "members of a wedding party",
        "inter2": "Civilians",
        "interaction": None,
        "civilian_targeting": None,
        "location": "Shah Gul",
        "fatalities": "6",
        "fatalities_claims": '["c1"]',
        "fatalities_words": '["Six members of a wedding party"]',
        "fatalities_sources": '["provincial police chief"]',
        "fatalities_policy": "undisputed",
        "vague_policy": "acled",
    }
    assert {name: row[name] for name in expected} == expected


def test_rivals_stand_in_the_row(tmp_path: Path) -> None:
    """Where no number stands, who says what stands beside the empty cell."""
    row = rows("acled", "market-day-in-kasheli", tmp_path)[0]
    assert (row["fatalities"], row["fatalities_low"], row["fatalities_high"]) == (None, "9", None)
    assert json.loads(row["fatalities_standing"] or "") == ["rival"]
    told = zip(json.loads(row["fatalities_sources"] or ""), json.loads(row["fatalities_words"] or ""), strict=True)
    assert list(told) == [("traders hiding in the hills", "At least 14 people"), ("clinic at Kasheli", "nine")]


@pytest.mark.parametrize(
    ("earliest", "latest", "precision", "expected"),
    [
        (date(2024, 5, 3), date(2024, 5, 3), 1, ("2024-05-03", "2024", "1")),
        (date(2024, 5, 6), date(2024, 5, 12), 3, ("2024-05-09", "2024", "2")),
        (date(2024, 1, 1), date(2024, 1, 31), 4, ("2024-01-16", "2024", "3")),
        (date(2024, 1, 1), date(2024, 9, 30), 5, (None, "2024", None)),
        (date(2023, 12, 1), date(2024, 9, 30), 5, (None, None, None)),
        (None, None, None, (None, None, None)),
    ],
)
def test_acled_time_precision(
    tmp_path: Path, earliest: date | None, latest: date | None, precision: int | None, expected: tuple[str | None, ...]
) -> None:
    """A day, the middle of a week or month with its code, and nothing for what the codebook does not take."""
    event = making.extraction().events[0].model_dump() | {
        "earliest": earliest, "latest": latest, "precision": precision
    }  # fmt: skip
    write([making.extraction(events=[event])], "acled", tmp_path / "x.csv")
    (row,) = read_table(tmp_path / "x.csv")
    assert (row["event_date"], row["year"], row["time_precision"]) == expected
    assert (row["earliest"], row["latest"]) == (earliest and earliest.isoformat(), latest and latest.isoformat())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sub_type": "talks", "type": "political"}, None),
        ({"sub_type": "displacement", "type": "humanitarian"}, None),
        ({"sub_type": "other", "type": "strategic_developments"}, None),
        ({"reality": "attempted"}, None),
        ({"granularity": "campaign"}, None),
        ({"granularity": "series"}, "Shelling/artillery/missile attack"),
        ({"sub_type": "excessive_force_against_protesters", "type": "protests"}, "Excessive force against protesters"),
    ],
)
def test_acled_types_only_where_they_mean_the_same(
    tmp_path: Path, changes: dict[str, str], expected: str | None
) -> None:
    """What is not ACLED's has no type of ACLED's, and ours in any case."""
    event = making.extraction().events[0].model_dump() | changes
    write([making.extraction(events=[event])], "acled", tmp_path / "x.csv")
    (row,) = read_table(tmp_path / "x.csv")
    assert row["sub_event_type"] == expected
    assert (row["event_type"] is None) == (row["disorder_type"] is None) == (expected is None)
    assert row["our_sub_type"] == event["sub_type"]


def test_acled_interaction_follows_the_codes() -> None:
    """The lower code comes first, but for code 78."""
    assert acled._interaction("Rebel group", "State forces") == "State forces-Rebel group"
    assert acled._interaction("Civilians", "External/Other forces") == "External/Other forces-Civilians"
    assert acled._interaction("Rioters", None) is None


def test_ucdp_has_ged_s_columns(tmp_path: Path) -> None:
    """The 49 columns of GED, in their order, ours after them; ids, sides' deaths and coordinates stay empty."""
    row = rows("ucdp", "queue-at-the-petrol-station", tmp_path)[0]
    assert list(row) == [*ucdp.COLUMNS, *ADDED]
    assert len(ucdp.COLUMNS) == 49
    assert (ucdp.COLUMNS[0], ucdp.COLUMNS[23], ucdp.COLUMNS[-1]) == ("id", "source_original", "gwnob")
    expected = {
        "year": "2009",
        "type_of_violence": None,
        "side_a": "suicide bomber",
        "event_clarity": "1",
        "date_prec": "1",
        "date_start": "2009-10-17",
        "date_end": "2009-10-17",
        "source_article": "queue-at-the-petrol-station",
        "source_date": "2009-10-18",
        "source_original": "Home Secretary; Chief Minister",
        "low": "29",
        "best": "29",
        "high": "29",
        "deaths_civilians": "29",
        "deaths_a": None,
        "deaths_b": None,
        "deaths_unknown": None,
        "id": None,
        "latitude": None,
        "country": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_ucdp_deaths_of_civilians_apart(tmp_path: Path) -> None:
    """Where soldiers' and civilians' tolls may not be added, the civilians' still stands."""
    row = rows("ucdp", "base-on-the-guaviare", tmp_path)[0]
    assert (row["best"], row["deaths_civilians"], row["deaths_unknown"]) == (None, "3", None)


@pytest.mark.parametrize(
    ("type", "initiators", "targets", "expected"),
    [
        ("armed_clash", ["state_forces"], ["rebel_group"], 1),
        ("armed_clash", ["rebel_group"], ["state_forces", "civilians"], 1),
        ("armed_clash", ["state_forces"], ["state_forces"], 1),
        ("armed_clash", ["rebel_group"], ["political_militia"], 2),
        ("armed_clash", ["external_forces"], ["rebel_group"], None),
        ("armed_clash", ["state_forces", "rebel_group"], [], None),
        ("shelling_artillery_missile_attack", ["state_forces"], ["civilians"], None),
        ("attack", ["rebel_group"], ["civilians"], 3),
        ("attack", ["unknown"], ["civilians"], None),
    ],
)
def test_ucdp_type_of_violence(type: str, initiators: list[str], targets: list[str], expected: int | None) -> None:
    """State-based, non-state, one-sided; nothing where the sides are not known or not the country's own."""
    kinds = {"armed_clash": "battles", "attack": "violence_against_civilians"}
    event = making.extraction().events[0].model_dump() | {
        "sub_type": type,
        "type": kinds.get(type, "explosions_remote_violence"),
        "actors": [
            {"name": "Army", "name_span": making.span("Army"), "role": role, "type": each}
            for role, all in (("initiator", initiators), ("target", targets))
            for each in all
        ],
    }
    assert ucdp._type_of_violence(Event.model_validate(event)) == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extractions())
def test_random_event_tables_are_whole(tmp_path: Path, extraction: Extraction) -> None:
    """Each table takes whatever the models allow, and names no actor that the event does not have."""
    for to in ("acled", "ucdp"):
        write([extraction], to, tmp_path / "x.csv", force=True)  # type: ignore[arg-type]
        found = list(read_table(tmp_path / "x.csv"))
        assert len(found) == sum(event.reality != "planned" for event in extraction.events)
        for row in found:
            event = extraction[row["event"] or ""]
            assert isinstance(event, Event)
            side = row["actor1" if to == "acled" else "side_a"]
            assert side is None or side in [actor.name for actor in event.actors if actor.role == "initiator"]
