"""What the page of extractions calls things, and how it explains them: the codebook's terms for its readers."""

from __future__ import annotations

from typing import Any

FAMILIES: dict[str, dict[str, Any]] = {
    "people": {"label": "People", "kinds": ["casualties", "displacement", "detention", "humanitarian"]},
    "fighting": {"label": "Fighting", "kinds": ["attack", "combat", "weapons"]},
    "ground": {"label": "Ground and means", "kinds": ["territory", "equipment", "infrastructure"]},
    "words": {"label": "Politics and judgement", "kinds": ["political", "information", "assessment", "other"]},
}
"""Kinds of claims in four families: as many as can be told apart in a text without relying on hue alone."""

STANDINGS = {
    "confirmed": ("Confirmed", "In this article an independent or opposing source bears it out."),
    "admitted": ("Admitted", "Told by the side that it harms: an admission against interest."),
    "disputed": ("Disputed", "In this article another source denies it or gives a rival account or figure."),
    "unconfirmed": ("Unconfirmed", "The article says that it could not be confirmed."),
    "single": ("One source", "Nobody else in this article bears it out."),
    "own": ("No source given", "The article says so in its own voice."),
}
"""How a claim stands (see ``standing_of``)."""

MEASURES = {
    "killed": "Killed",
    "injured": "Injured",
    "casualties": "Killed or injured",
    "captured": "Captured",
    "missing": "Missing",
    "displaced": "Displaced",
    "people": "People",
    "vehicles": "Vehicles",
    "aircraft": "Aircraft",
    "munitions": "Munitions",
    "attacks": "Attacks",
    "places": "Places",
    "money": "Money",
    "percent": "Percent",
    "duration": "Duration",
    "other": "Other figures",
}
"""Quantities, in the order in which they are shown."""

CUE_CLASSES = {
    "neutral": "Said, told, reported, according to: no stance.",
    "distancing": "Claims, alleges, asserts: the writer keeps a distance.",
    "confirming": "Confirmed.",
    "admitting": "Acknowledged, conceded.",
    "denying": "Denied, rejected, dismissed.",
    "estimating": "Estimates, puts the toll at.",
    "documenting": "Documented, video, photos, death notices.",
    "expressing": "Condemned, called for, vowed, threatened, accused.",
    "silence": "Has not mentioned, declined to comment. Silence is never a denial.",
}
"""What the words that mark a telling do, by the words alone."""

RELATIONS = {
    "denies": ("denies", "denied by"),
    "confirms": ("confirms", "confirmed by"),
    "part_of": ("part of", "has the part"),
    "updates": ("updates", "updated by"),
    "differs": ("differs from", "told differently in"),
}
"""A link, said from the later claim and from the earlier one."""

NAMES = {
    "rescue_medical": "rescue or medical",
    "international_org": "international organisation",
    "explosions_remote_violence": "explosions and remote violence",
    "air_drone_strike": "air or drone strike",
    "shelling_artillery_missile_attack": "shelling, artillery or missile attack",
    "remote_explosive_landmine_ied": "remote explosive, landmine or IED",
    "abduction_forced_disappearance": "abduction or forced disappearance",
    "looting_property_destruction": "looting or property destruction",
    "non_violent_transfer_of_territory": "non-violent transfer of territory",
    "ied": "IED",
}
"""Names of the vocabulary that are not words as they stand."""

SOURCE_TYPES = {"unspecified": "kind not said", "other": "other kind"}
"""Types of sources that say nothing without the word "source" beside them."""

PRECISIONS = {1: "the day", 2: "2 to 6 days", 3: "the week", 4: "the month", 5: "more than a month"}
"""UCDP's date precision."""

GROUNDINGS = {
    "exact": "word for word",
    "normalised": "up to white space, quotation marks, dashes and case",
    "fuzzy": "with small slips that leave the meaning",
}

REASONS = {
    "invalid": "does not fit the schema",
    "not_in_article": "its words do not stand in the article",
    "ambiguous": "its words stand in several places",
    "unreadable_figure": "no number can be read from its words",
    "unsupported_statement": "has a number or a name that the article does not have",
    "duplicate_id": "another item has the same id",
    "dangling_link": "links to something that is not there",
    "self_link": "links to itself",
    "unlinked_event": "no claim that was kept names it",
    "unresolved_part": "part of a whole that is not there",
    "repeated": "stands there already",
    "no_reply": "the model gave nothing usable for this passage",
    "not_repeated": "stood in another reply only",
}
"""Why something was left out, in few words."""

TEXTS = {
    "left_out": "The article's text is not in the results: the quotes stand here without it. "
    "Give the folder that has it with --articles.",
    "changed": "The article's text has changed since the extraction was made from it (its SHA-256 differs), so it is "
    "not shown and nothing is marked. The quotes are those of the text as it was.",
}
"""Said in place of an article's text."""

WORDS: dict[str, Any] = {
    "families": FAMILIES,
    "standings": STANDINGS,
    "measures": MEASURES,
    "cueClasses": CUE_CLASSES,
    "relations": RELATIONS,
    "names": NAMES,
    "sourceTypes": SOURCE_TYPES,
    "precisions": PRECISIONS,
    "groundings": GROUNDINGS,
    "reasons": REASONS,
    "texts": TEXTS,
}
