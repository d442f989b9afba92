"""The few statistics that a score is reported with: AUROC, balanced accuracy, bootstrap intervals, a paired test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score with its 95 % percentile-bootstrap interval over `n` pictures or questions."""

    value: float
    low: float
    high: float
    n: int


def auroc(scores: NDArray[np.float64], truths: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve (Mann-Whitney U with ties counted half); NaN with one class only."""
    positive, negative = scores[truths], scores[~truths]
    if not len(positive) or not len(negative):
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float((below + not_above).sum() / 2 / (len(positive) * len(negative)))


def balanced_accuracy(scores: NDArray[np.float64], truths: NDArray[np.bool_]) -> float:
    """Return the mean of sensitivity and specificity at a probability of 0.5; NaN with one class only."""
    if truths.all() or not truths.any():
        return float("nan")
    called = scores > 0.5
    return float((called[truths].mean() + (~called[~truths]).mean()) / 2)


def bootstrap(
    metric: Callable[[NDArray[np.float64], NDArray[np.bool_]], float],
    scores: NDArray[np.float64],
    truths: NDArray[np.bool_],
    seed: int = 0,
) -> Estimate:
    """Estimate `metric` with an interval from 2,000 resamples of the pictures."""
    rng = np.random.default_rng(seed)
    count = len(scores)
    drawn = [metric(scores[rows], truths[rows]) for rows in rng.integers(0, count, (RESAMPLES, count))]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Estimate(metric(scores, truths), float(low), float(high), count)


def accuracy(scores: NDArray[np.float64], truths: NDArray[np.bool_]) -> float:
    """Return the share of rows where a score above 0.5 agrees with the truth."""
    return float(((scores > 0.5) == truths).mean())


def paired_p_value(differences: NDArray[np.float64], seed: int = 0, flips: int = 10_000) -> float:
    """Return the one-sided p of a paired sign-flip test that the mean difference is above 0.

    The smallest value it can return is `1 / (flips + 1)`.
    """
    rng = np.random.default_rng(seed)
    observed = differences.mean()
    signs = rng.integers(0, 2, (flips, len(differences)), dtype=np.int8) * 2 - 1
    as_extreme = int(((signs * differences).mean(axis=1) >= observed).sum())
    return (as_extreme + 1) / (flips + 1)


def mean(scores: NDArray[np.float64], _truths: NDArray[np.bool_]) -> float:
    """Return the mean of the scores, as a metric for `bootstrap`."""
    return float(scores.mean())
