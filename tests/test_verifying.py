"""What relations between claims say of their standing."""

from __future__ import annotations

import pytest

from conflict_extract.models import Claim
from conflict_extract.reply.verifying import verified
from tests import making


def _claim(id: str, by: str | None, *relations: str, verification: str = "none") -> Claim:
    links = [dict(zip(("kind", "claim"), each.split(), strict=True)) for each in relations]
    draft = making.claim(id, "it fell", "It fell.", attribution=by, relations=links, verification=verification)
    return Claim.model_validate({**draft, "start": 0, "end": 7, "grounding": "exact", "similarity": 1.0})


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ([_claim("c1", "a1"), _claim("c2", "a2", "denies c1")], {"c1": "disputed"}),
        ([_claim("c1", None), _claim("c2", "a2", "denies c1")], {"c1": "disputed"}),
        ([_claim("c1", "a1"), _claim("c2", None, "denies c1")], {}),
        ([_claim("c1", "a1"), _claim("c2", "a2", "differs c1")], {"c1": "disputed", "c2": "disputed"}),
        ([_claim("c1", None), _claim("c2", "a2", "differs c1")], {"c1": "disputed"}),
        ([_claim("c1", "a1"), _claim("c2", "a2", "confirms c1")], {"c1": "confirmed", "c2": "confirmed"}),
        ([_claim("c1", "a1"), _claim("c2", "a2", "part_of c1"), _claim("c3", "a2", "updates c1")], {}),
        (
            [_claim("c1", "a1"), _claim("c2", "a2", "confirms c1"), _claim("c3", "a3", "differs c1")],
            {"c1": "disputed", "c2": "confirmed", "c3": "disputed"},
        ),
    ],
)
def test_relations_tell_what_is_disputed_and_confirmed(claims: list[Claim], told: dict[str, str]) -> None:
    """Denied: the target; rival or borne out: both; the article's own voice does neither to a source."""
    assert verified(claims) == told


def test_what_the_model_said_that_is_stronger_stays() -> None:
    """An admitted loss with a rival figure is admitted; an unconfirmed one becomes disputed."""
    claims = [
        _claim("c1", "a1", verification="admitted"),
        _claim("c2", "a2", "differs c1", verification="unconfirmed"),
    ]
    assert verified(claims) == {"c2": "disputed"}


def test_a_link_to_a_claim_that_is_not_there_tells_nothing() -> None:
    """Nor does it fall over."""
    assert verified([_claim("c1", "a1", "differs c9")]) == {}
