"""What can be chosen about a score; all of it is printed with the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose

from conflict_extract.errors import ConfigError
from conflict_extract.evaluation.items import ListName

KEY_FIELDS: Mapping[ListName, tuple[str, ...]] = {
    "attributions": ("cue_class",),
    "events": ("type", "reality"),
    "claims": ("kind", "polarity"),
}
"""The fields that must be right for an item to be right in the lenient sense; for an attribution its origin, too."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What makes two items alike: shares of one.

    Tuning them on what is known of labelled and recorded items gains nothing (docs/scorer-weights.md).

    Attributes:
        span: Dice coefficient of their places, in code points.
        text: Likeness of their words, whatever their order (rapidfuzz, ``ratio`` of the sorted words).
        type: cue_class; sub_type (half of it for the type alone); kind and polarity, half each.
        value: The origin's name of attributions, the time of events, the figures of claims.
    """

    span: float = 0.45
    text: float = 0.30
    type: float = 0.15
    value: float = 0.10


@dataclass(frozen=True, slots=True)
class Settings:
    """How to align and how to resample.

    Attributes:
        weights: What makes two items alike.
        threshold: The least likeness of two items that may be aligned.
        resamples: Bootstrap samples of documents behind each interval.
        confidence: Share of them that an interval holds.
        seed: Where the random numbers start: equal input and seed, equal intervals.

    Raises:
        ConfigError: The settings cannot work.
    """

    weights: Weights = Weights()
    threshold: float = 0.5
    resamples: int = 2000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        weights = self.weights
        shares = (weights.span, weights.text, weights.type, weights.value)
        if min(shares) < 0 or not isclose(sum(shares), 1):
            raise ConfigError(f"the weights of likeness must be shares that add up to 1, not {shares}")
        if not 0 < self.threshold <= 1:
            raise ConfigError(f"the threshold of likeness must be over 0 and at most 1, not {self.threshold}")
        if self.resamples < 1 or not 0 < self.confidence < 1:
            raise ConfigError("an interval needs at least one resample and a confidence between 0 and 1")
