"""What the relations between claims say of their standing (rule 2.18), so that the model need not say it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conflict_extract.models.claim import Claim
from conflict_extract.models.vocabulary import Verification

STRENGTH: tuple[Verification, ...] = ("none", "unconfirmed", "disputed", "admitted", "confirmed")
"""Weakest first: of several that fit, the last counts."""


def verified(claims: Sequence[Claim]) -> Mapping[str, Verification]:
    """The verification of each claim that its relations change, by id.

    A claim that a source denies is disputed; of two that differ or confirm each other, both are disputed or confirmed,
    as far as the other one is a source's: the article's own voice does neither. An act that is confirmed while its toll
    is not stays disputed.
    """
    disputed, confirmed = set[str](), set[str]()
    voiced = {claim.id for claim in claims if claim.attribution is not None}
    for claim in claims:
        for link in claim.relations:
            into = confirmed if link.kind == "confirms" else disputed if link.kind in ("denies", "differs") else None
            if into is not None:
                into |= {link.claim} if claim.id in voiced else set()
                into |= {claim.id} if link.claim in voiced and link.kind != "denies" else set()
    found: dict[str, Verification] = {}
    for claim in claims:
        value: Verification = "disputed" if claim.id in disputed else "confirmed" if claim.id in confirmed else "none"
        if STRENGTH.index(value) > STRENGTH.index(claim.verification):
            found[claim.id] = value
    return found
