"""Which trial is chosen: the recipe as it is, or the cheapest that is as good as the best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_forecast.arrays import Array

ROUNDING = 1e-9  # of an error: where a single block differs, mean and error are one number
GIVEN = 0  # the trial of the recipe as it is


@dataclass(frozen=True)
class Choice:
    """Trials by their place among those that were scored; 0 is the recipe as it is."""

    chosen: int
    best: int  # of the least mean
    as_good: tuple[int, ...]  # those that are not worse than the best by more than the error of that


def choose(scores: Array, costs: Sequence[float]) -> Choice:
    """The one-standard-error rule on scores (t, b) of t trials at the same b blocks of origins, b > 1.

    A trial is as good as the best where its mean is above it by at most the standard error of the mean of
    their differences, block by block (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3, have the error
    of the best alone; blocks that are hard are so for all trials). If the recipe as it is is as good, it is
    kept: nothing says that another is better. Else the cheapest is chosen, and of those the best.
    """
    means = scores.mean(axis=1)
    best = int(means.argmin())
    as_good = [i for i in range(len(scores)) if _within(scores[i], scores[best])]
    cheapest = min(as_good, key=lambda i: (costs[i], means[i], i))
    return Choice(GIVEN if GIVEN in as_good else cheapest, best, tuple(as_good))


def difference(one: Array, other: Array) -> tuple[float, float]:
    """The mean of one - other over blocks (b,), and its standard error."""
    apart = one - other
    return float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(len(apart)))


def _within(one: Array, best: Array) -> bool:
    mean, error = difference(one, best)
    return mean <= error * (1 + ROUNDING)
