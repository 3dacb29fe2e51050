"""The closed vocabularies of the codebook, as string literals.

Event types and sub-types are ACLED's (ACLED codebook), with two of our own for displacement, aid and talks;
actor types are ACLED's inter codes; date precision is UCDP GED's ``date_prec``.
"""

from __future__ import annotations

from typing import Literal

CueClass = Literal[
    "neutral",
    "distancing",
    "confirming",
    "admitting",
    "denying",
    "estimating",
    "documenting",
    "expressing",
    "silence",
]
Mode = Literal["direct", "indirect", "mixed"]
SourceType = Literal[
    "government",
    "military",
    "armed_group",
    "state_media",
    "partisan_media",
    "news_media",
    "journalist",
    "activist",
    "monitor",
    "rescue_medical",
    "international_org",
    "witness",
    "expert",
    "other",
    "unspecified",
]
Identification = Literal["named", "unnamed", "collective"]

ClaimKind = Literal[
    "casualties",
    "displacement",
    "attack",
    "combat",
    "territory",
    "equipment",
    "detention",
    "weapons",
    "infrastructure",
    "humanitarian",
    "political",
    "information",
    "assessment",
    "other",
]
Polarity = Literal["affirmed", "negated"]
Certainty = Literal["certain", "hedged"]
Verification = Literal["none", "unconfirmed", "confirmed", "admitted", "disputed"]
RelationKind = Literal["denies", "confirms", "part_of", "updates", "differs"]

Measure = Literal[
    "killed",
    "injured",
    "casualties",
    "captured",
    "missing",
    "displaced",
    "people",
    "vehicles",
    "aircraft",
    "munitions",
    "attacks",
    "places",
    "money",
    "percent",
    "duration",
    "other",
]
Category = Literal["combatant", "civilian", "mixed", "unspecified", "not_people"]
Comparator = Literal["eq", "ge", "gt", "le", "lt", "approx", "range", "vague"]
"""How a figure's words bound the number: equal, at least, more than, at most, fewer than, about, from-to,
or a vague word such as "dozens"."""

EventType = Literal[
    "battles",
    "explosions_remote_violence",
    "violence_against_civilians",
    "protests",
    "riots",
    "strategic_developments",
    "humanitarian",
    "political",
]
SubType = Literal[
    "armed_clash",
    "government_regains_territory",
    "non_state_actor_overtakes_territory",
    "chemical_weapon",
    "air_drone_strike",
    "suicide_bomb",
    "shelling_artillery_missile_attack",
    "remote_explosive_landmine_ied",
    "grenade",
    "sexual_violence",
    "attack",
    "abduction_forced_disappearance",
    "peaceful_protest",
    "protest_with_intervention",
    "excessive_force_against_protesters",
    "violent_demonstration",
    "mob_violence",
    "agreement",
    "arrests",
    "change_to_group_activity",
    "disrupted_weapons_use",
    "headquarters_or_base_established",
    "looting_property_destruction",
    "non_violent_transfer_of_territory",
    "other",
    "displacement",
    "aid_access",
    "talks",
    "statement_or_visit",
]
TYPE_OF_SUB_TYPE: dict[SubType, EventType] = {
    "armed_clash": "battles",
    "government_regains_territory": "battles",
    "non_state_actor_overtakes_territory": "battles",
    "chemical_weapon": "explosions_remote_violence",
    "air_drone_strike": "explosions_remote_violence",
    "suicide_bomb": "explosions_remote_violence",
    "shelling_artillery_missile_attack": "explosions_remote_violence",
    "remote_explosive_landmine_ied": "explosions_remote_violence",
    "grenade": "explosions_remote_violence",
    "sexual_violence": "violence_against_civilians",
    "attack": "violence_against_civilians",
    "abduction_forced_disappearance": "violence_against_civilians",
    "peaceful_protest": "protests",
    "protest_with_intervention": "protests",
    "excessive_force_against_protesters": "protests",
    "violent_demonstration": "riots",
    "mob_violence": "riots",
    "agreement": "strategic_developments",
    "arrests": "strategic_developments",
    "change_to_group_activity": "strategic_developments",
    "disrupted_weapons_use": "strategic_developments",
    "headquarters_or_base_established": "strategic_developments",
    "looting_property_destruction": "strategic_developments",
    "non_violent_transfer_of_territory": "strategic_developments",
    "other": "strategic_developments",
    "displacement": "humanitarian",
    "aid_access": "humanitarian",
    "talks": "political",
    "statement_or_visit": "political",
}
"""The event type that each sub-type belongs to: the type is never chosen apart from the sub-type."""

Granularity = Literal["incident", "series", "campaign"]
Reality = Literal["occurred", "attempted", "planned"]
ActorRole = Literal["initiator", "target", "supporter", "other"]
ActorType = Literal[
    "state_forces",
    "rebel_group",
    "political_militia",
    "identity_militia",
    "rioters",
    "protesters",
    "civilians",
    "external_forces",
    "unknown",
]
Territory = Literal["captured", "recaptured", "lost", "held", "repelled", "contested"]
Weapon = Literal[
    "airstrike",
    "artillery",
    "rocket",
    "missile",
    "drone",
    "ied",
    "landmine",
    "suicide_attack",
    "small_arms",
    "anti_tank",
    "armour",
    "cluster",
    "chemical",
    "incendiary",
    "other",
]
DatePrecision = Literal[1, 2, 3, 4, 5]
"""UCDP GED ``date_prec``: 1 the day is known, 2 a range of 2 to 6 days, 3 the week, 4 the month or 8 to 31
days, 5 a longer stretch."""

GroundingStatus = Literal["exact", "normalised", "fuzzy"]
"""How a quote was found in the article: letter for letter; up to white space, quotation marks, dashes,
ellipses, Unicode form and case; or with small slips that leave the meaning as it is."""
