"""How far two people who labelled the same articles agree.

F1 of the one labelling against the other, by the scorer itself (Hripcsak and Rothschild 2005: where nobody can say
how many items there are not, F1 takes the place of kappa), and Krippendorff's alpha on the fields of the items that
both have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from conflict_extract.evaluation.alignment import Pair, align
from conflict_extract.evaluation.document import Document
from conflict_extract.evaluation.evaluate import evaluate, paired
from conflict_extract.evaluation.fields import pair_parts
from conflict_extract.evaluation.items import LISTS, PARTS, ListName
from conflict_extract.evaluation.results import Comparison, Evaluation
from conflict_extract.evaluation.settings import Settings

NOMINAL: Mapping[ListName, tuple[str, ...]] = {
    "attributions": ("cue_class", "mode"),
    "events": ("type", "sub_type", "granularity", "reality", "territory"),
    "claims": ("kind", "polarity", "certainty", "verification", "background"),
}
"""The fields with a closed vocabulary; only those have categories to agree on."""
NOMINAL_PARTS: Mapping[ListName, Mapping[str, tuple[str, ...]]] = {
    "attributions": {"chain": ("type", "identification")},
    "events": {"actors": ("role", "type")},
    "claims": {"figures": ("measure", "category")},
}


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha of one field.

    Attributes:
        alpha: 1 for full agreement, 0 for what chance gives; None where all values are the same, so that chance
            could not have given anything else.
        units: Pairs of values that it rests on.
    """

    alpha: float | None
    units: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two labellings of the same articles.

    The one is gold with all the values that it accepts, the other stands as a prediction does, with the value that it
    gives first: that is how a model is scored, so that the two can be set side by side. Items that are optional on
    either side count for nothing.

    Attributes:
        evaluation: The second labelling scored against the first, with intervals.
        reverse: The first scored against the second. F1 differs between the two only by alternatives.
        alphas: By list and field, over the items that both have and the values given first: "claims.kind",
            "claims.figures.measure" …
    """

    evaluation: Evaluation
    reverse: Evaluation
    alphas: Mapping[str, Alpha]


def agreement(pairs: Iterable[tuple[Document, Document]], *, settings: Settings | None = None) -> Agreement:
    """Measure the agreement of two labellings.

    Args:
        pairs: For each article the one labeller's document and the other's.
        settings: As for ``evaluate``.

    Raises:
        ConfigError: There is no article.
        InputError: An article is there twice, or the two label different texts.
    """
    settings = settings or Settings()
    labellings = list(pairs)
    evaluation = evaluate([(one, other.first_values()) for one, other in labellings], settings=settings)
    reverse = evaluate([(other, one.first_values()) for one, other in labellings], settings=settings)
    units: dict[str, list[tuple[Hashable, Hashable]]] = {}
    for one, other in labellings:
        aligned = align(one.first_values(), other.first_values(), settings)
        for name in LISTS:
            for pair in aligned[name].pairs:
                for field, unit in _units(name, pair):
                    units.setdefault(f"{name}.{field}", []).append(unit)
    alphas = {field: Alpha(krippendorff_alpha(units[field]), len(units[field])) for field in sorted(units)}
    return Agreement(evaluation, reverse, alphas)


def in_place_of_a_labeller(
    triples: Iterable[tuple[Document, Document, Document | None]], *, settings: Settings | None = None
) -> tuple[Comparison, Comparison]:
    """Whether predictions agree with one labeller as well as the other labeller does.

    Adjudicated gold is made from the two labellings, and so flatters them; a single labelling as gold favours neither
    the other one nor the predictions.

    Args:
        triples: For each article the one labeller's document, the other's, and the predicted one (None where the
            extraction failed, which counts as all missed).
        settings: As for ``evaluate``.

    Returns:
        Predictions less the second labelling, both scored against the first; predictions less the first labelling, both
        scored against the second.

    Raises:
        ConfigError: There is no article.
        InputError: An article is there twice, or the three are of different texts.
    """
    settings = settings or Settings()
    found = list(triples)
    first = evaluate([(one, predicted) for one, _, predicted in found], settings=settings)
    second = evaluate([(other, predicted) for _, other, predicted in found], settings=settings)
    labelled = agreement([(one, other) for one, other, _ in found], settings=settings)
    return paired(first, labelled.evaluation), paired(second, labelled.reverse)


def _units(name: ListName, pair: Pair) -> Iterable[tuple[str, tuple[Hashable, Hashable]]]:
    """The pairs of values of an aligned pair; no value where one is allowed is a category of its own."""
    for field in NOMINAL[name]:
        yield field, (_category(pair.gold.fields[field][0]), _category(pair.predicted.fields[field][0]))
    for part, fields in NOMINAL_PARTS[name].items():
        for one, other in pair_parts(PARTS[name][part], pair.gold.parts[part][0], pair.predicted.parts[part][0]):
            if one is not None and other is not None:
                for field in fields:
                    yield f"{part}.{field}", (_category(one[field][0]), _category(other[field][0]))


def _category(value: Hashable) -> Hashable:
    return "(none)" if value is None else value


def krippendorff_alpha(units: Sequence[Sequence[Hashable | None]]) -> float | None:
    """Krippendorff's alpha for nominal data (Krippendorff, Content Analysis, 2004, chapter 11).

    Args:
        units: For each unit the labellers' values, None for a labeller who gave none; units with fewer than two values
            do not count.

    Returns:
        1 - observed over expected disagreement; None where no disagreement could be expected.
    """
    coincidences: defaultdict[tuple[Hashable, Hashable], float] = defaultdict(float)
    for unit in units:
        values = [value for value in unit if value is not None]
        for at, one in enumerate(values):
            for other_at, other in enumerate(values):
                if at != other_at:
                    coincidences[one, other] += 1 / (len(values) - 1)
    totals: defaultdict[Hashable, float] = defaultdict(float)
    for (one, _), weight in coincidences.items():
        totals[one] += weight
    whole = sum(totals.values())
    expected = whole**2 - sum(total**2 for total in totals.values())
    if not expected > 1e-9:
        return None
    observed = sum(weight for (one, other), weight in coincidences.items() if one != other)
    return 1 - (whole - 1) * observed / expected
