"""Ratios of counts, and how sure they are: bootstrap over documents and approximate randomisation.

Only the counts of each document are needed; nothing is aligned again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from conflict_extract.evaluation.columns import ScoreColumns
from conflict_extract.evaluation.extra import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_CELLS = 2_000_000
"""Random numbers drawn at a time: bounds memory, and changes no result of a given size."""


class Interval(NamedTuple):
    """A percentile interval of a bootstrap over documents."""

    low: float
    high: float


def ratios(sums: Matrix, scores: Sequence[ScoreColumns]) -> Matrix:
    """Precision, recall and F1 of each row of counts.

    Where both sides are empty all three are 1; where only one is, what has no denominator is 0.

    Args:
        sums: Rows of counts.
        scores: The columns of each score.

    Returns:
        Rows by scores by (precision, recall, F1).
    """
    columns = np.array(scores, dtype=np.intp).reshape(-1, 3)
    right, predicted, gold = (sums[:, columns[:, each]] for each in range(3))
    empty = (predicted + gold) == 0
    parts = [
        np.where(empty, 1.0, np.divide(share, whole, out=np.zeros_like(share), where=whole > 0))
        for share, whole in ((right, predicted), (right, gold), (2 * right, predicted + gold))
    ]
    return np.stack(parts, axis=-1)


def resampled_sums(counts: Matrix, resamples: int, seed: int) -> Matrix:
    """Sums of the counts over bootstrap samples of documents, each as large as the whole.

    Args:
        counts: Documents by columns.
        resamples: How many samples.
        seed: The same seed and number of documents draw the same samples.

    Returns:
        Samples by columns.
    """
    random = np.random.default_rng(seed)
    documents = len(counts)
    used = np.flatnonzero(counts.any(axis=0))
    dense = np.ascontiguousarray(counts[:, used])
    sums = np.zeros((resamples, counts.shape[1]))
    step = max(1, _CELLS // documents)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = random.integers(0, documents, size=(size, documents)) + documents * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * documents).reshape(size, documents)
        sums[start : start + size, used] = times.astype(np.float64) @ dense
    return sums


def percentile_bounds(samples: Matrix, confidence: float) -> Matrix:
    """The lower and the upper bound that hold the share of the samples (first axis)."""
    tail = 50 * (1 - confidence)
    bounds: Matrix = np.percentile(samples, [tail, 100 - tail], axis=0)
    return bounds


def randomisation_p(one: Matrix, other: Matrix, scores: Sequence[ScoreColumns], swaps: int, seed: int) -> Matrix:
    """Two-sided p-values of differences in F1, by paired approximate randomisation (Yeh 2000).

    In each round each document's two counts are exchanged or not, by a coin; the p-value is the share of rounds with
    a difference at least as great as the one seen, the seen one counted in.

    Args:
        one: Documents by columns.
        other: The same for the other run.
        scores: The columns of each score.
        swaps: Rounds.
        seed: Where the coins start.
    """
    random = np.random.default_rng(seed)
    needed = np.unique(np.array(scores, dtype=np.intp))
    place = {int(column): position for position, column in enumerate(needed)}
    local = [ScoreColumns(*(place[column] for column in score)) for score in scores]
    one, other = one[:, needed], other[:, needed]
    change = other - one
    first, second = one.sum(axis=0), other.sum(axis=0)
    seen = np.abs(_f1_difference(first[None], second[None], local))[0]
    as_great = np.zeros(len(scores))
    step = max(1, _CELLS // len(one))
    for start in range(0, swaps, step):
        size = min(step, swaps - start)
        coins = random.integers(0, 2, size=(size, len(one)), dtype=np.uint8).astype(np.float64)
        moved = coins @ change
        as_great += (np.abs(_f1_difference(first + moved, second - moved, local)) >= seen - 1e-12).sum(axis=0)
    return (as_great + 1) / (swaps + 1)


def _f1_difference(one: Matrix, other: Matrix, scores: Sequence[ScoreColumns]) -> Matrix:
    difference: Matrix = (ratios(one, scores) - ratios(other, scores))[:, :, 2]
    return difference
