"""How many died in an event: what the claims about it say, and when one number may stand for them.

A toll is what one affirmed claim says of the killed in an event: its figures with measure ``killed``, without
``window`` (a total of several weeks is no event's toll), of a claim that is not ``part_of`` another (children among the
dead are never added to them). Nothing is ever added up.

``low`` and ``high`` span the tolls: the least and the most that any of them allows; empty where one of them sets no
such bound ("at least 14" has no most), and the most also where the tolls count different people. ``best`` is the least
that the words allow ("at least 14" is 14, "6 to 8" is 6), and stands only where the policy lets it: see ``BestPolicy``.
``standing`` says what keeps a number from being one that the article leaves unquestioned.

Sources: UCDP GED codebook (best, low and high); ACLED codebook, "Reported fatalities" ("if the source material differs
or a vague estimate is provided, the lowest number of reported fatalities is recorded"). Unlike ACLED, no toll is no
number here: a 0 would be a claim that nobody made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from conflict_extract.models import Attribution, Claim, Event, Extraction, Figure

Standing = Literal[
    "rival",
    "denied",
    "disputed",
    "hedged",
    "several_groups",
    "several_figures",
    "shared",
    "campaign",
    "parts_only",
    "no_number",
    "no_lower_bound",
]
"""What stands against a single number:

- rival: tolls of the same people differ, or one updates another;
- denied: a claim denies one of them;
- disputed: the article calls one of them disputed, and the rival gives no toll;
- hedged: a source is not sure itself;
- several_groups: they count different people, as far as their words show, and may have to be added or not;
- several_figures: one claim has several, and whether they are a whole and its parts or add up is not said;
- shared: the claim tells it of several events together;
- campaign: the event holds many acts, which may have tolls in rows of their own;
- parts_only: all that is told are parts of a whole that is not told of this event alone;
- no_number: words without a number ("several");
- no_lower_bound: a most and no least ("up to 40").
"""
QUESTIONED = frozenset[Standing]({"rival", "denied", "disputed", "hedged"})


@dataclass(frozen=True, slots=True)
class BestPolicy:
    """When a number stands as best.

    Attributes:
        name: Goes into each row.
        in_spite_of: What may stand against a toll; then the lowest is taken.
    """

    name: str
    in_spite_of: frozenset[Standing]


UNDISPUTED = BestPolicy("undisputed", frozenset())
"""A number only where every toll of the event says the same of the same people, and nothing stands against it."""

LOWEST = BestPolicy("lowest", QUESTIONED)
"""ACLED's rule: where tolls of the same people differ, or are denied, the lowest that anybody tells."""

POLICIES = {policy.name: policy for policy in (UNDISPUTED, LOWEST)}


@dataclass(frozen=True, slots=True)
class Toll:
    """What one claim says of the killed in an event.

    Attributes:
        claim: The claim.
        told_by: The telling it hangs on; None is the article's own voice.
        figures: Its figures that count.
    """

    claim: Claim
    told_by: Attribution | None
    figures: tuple[Figure, ...]

    @property
    def low(self) -> float | None:
        """The least; of several figures the greatest least, which holds whether they add up or not."""
        return max((figure.low for figure in self.figures if figure.low is not None), default=None)

    @property
    def words(self) -> str:
        """The words that count, as the article has them."""
        return ", ".join(" ".join(filter(None, (figure.text, figure.of))) for figure in self.figures)

    @property
    def high(self) -> float | None:
        """The most; None for several figures."""
        return self.figures[0].high if len(self.figures) == 1 else None


@dataclass(frozen=True, slots=True)
class Fatalities:
    """The killed of one event, as its claims tell them.

    Attributes:
        low: The least that any toll allows.
        best: The number that the policy lets stand.
        high: The most that any toll allows.
        standing: What stands against a single number, in the order of ``Standing``.
        tolls: What it all rests on.
        parts: What is told of parts of the killed; it is in none of the numbers.
        denied_by: Ids of the claims that deny a toll.
    """

    low: float | None
    best: float | None
    high: float | None
    standing: tuple[Standing, ...]
    tolls: tuple[Toll, ...]
    parts: tuple[Toll, ...]
    denied_by: tuple[str, ...]


def fatalities(extraction: Extraction, event: Event, policy: BestPolicy = UNDISPUTED) -> Fatalities:
    """The killed of an event, over all claims about it."""
    tolls, parts = tolls_of(extraction, event)
    return weigh(extraction, event, tolls, policy, parts=parts)


def tolls_of(extraction: Extraction, event: Event) -> tuple[tuple[Toll, ...], tuple[Toll, ...]]:
    """The tolls of an event, and apart from them those that are parts of a whole."""
    wholes: list[Toll] = []
    parts: list[Toll] = []
    for claim in extraction.claims_of(event):
        figures = tuple(figure for figure in claim.figures if figure.measure == "killed" and figure.window is None)
        if figures and claim.polarity == "affirmed":
            is_part = any(relation.kind == "part_of" for relation in claim.relations)
            (parts if is_part else wholes).append(Toll(claim, extraction.attribution_of(claim), figures))
    return tuple(wholes), tuple(parts)


def weigh(
    extraction: Extraction, event: Event, tolls: Sequence[Toll], policy: BestPolicy, parts: Sequence[Toll] = ()
) -> Fatalities:
    """What some tolls of an event come to together."""
    numbered = [toll for toll in tolls if not (toll.low is None and toll.high is None)]
    groups = _groups(numbered)
    denied_by = tuple(
        dict.fromkeys(denial.id for toll in tolls for denial in extraction.relating(toll.claim, "denies"))
    )
    standing = _standing(event, tolls, groups, is_denied=bool(denied_by), has_parts=bool(parts))
    low = _bound([toll.low for toll in numbered], min)
    is_one_count = len(groups) == 1 and "several_figures" not in standing
    high = _bound([toll.high for toll in numbered], max) if is_one_count else None
    best = low if low is not None and policy.in_spite_of.issuperset(standing) else None
    return Fatalities(low, best, high, standing, tuple(tolls), tuple(parts), denied_by)


def _standing(
    event: Event, tolls: Sequence[Toll], groups: Sequence[Sequence[Toll]], *, is_denied: bool, has_parts: bool
) -> tuple[Standing, ...]:
    is_rival = any(_differ(one, two) for group in groups for one, two in combinations(group, 2))
    found: dict[Standing, bool] = {
        "rival": is_rival,
        "denied": is_denied,
        "disputed": not is_rival and not is_denied and any(toll.claim.verification == "disputed" for toll in tolls),
        "hedged": any(toll.claim.certainty == "hedged" for toll in tolls),
        "several_groups": len(groups) > 1,
        "several_figures": any(len(toll.figures) > 1 for toll in tolls),
        "shared": any(len(toll.claim.events) > 1 for toll in tolls),
        "campaign": bool(tolls) and event.granularity == "campaign",
        "parts_only": has_parts and not tolls,
        "no_number": any(figure.low is None and figure.high is None for toll in tolls for figure in toll.figures),
        "no_lower_bound": any(toll.low is None and toll.high is not None for toll in tolls),
    }
    return tuple(name for name, holds in found.items() if holds)


def _bound(values: Sequence[float | None], outermost: Callable[[Sequence[float]], float]) -> float | None:
    """The outermost of the bounds; None where one is open."""
    known = [value for value in values if value is not None]
    return outermost(known) if known and len(known) == len(values) else None


def _groups(tolls: Sequence[Toll]) -> list[list[Toll]]:
    """Tolls put together that count the same people, as far as their links and words show."""
    groups: list[list[Toll]] = []
    for toll in tolls:
        near = [group for group in groups if any(_same_people(toll, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), toll])
    return groups


def _same_people(one: Toll, two: Toll) -> bool:
    return bool(_links(one, two)) or _counted(one) == _counted(two)


def _differ(one: Toll, two: Toll) -> bool:
    return bool(_links(one, two) & {"differs", "updates"}) or (one.low, one.high) != (two.low, two.high)


def _links(one: Toll, two: Toll) -> set[str]:
    """How two claims are linked, of the ways in which two tellings of one thing are."""
    pairs = ((one.claim, two.claim), (two.claim, one.claim))
    return {
        relation.kind
        for later, earlier in pairs
        for relation in later.relations
        if relation.claim == earlier.id and relation.kind in {"differs", "updates", "confirms"}
    }


def _counted(toll: Toll) -> tuple[tuple[str, str | None], ...]:
    return tuple((figure.category, figure.of.casefold() if figure.of else None) for figure in toll.figures)
