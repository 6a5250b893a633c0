"""Quantiles of past errors, also of few and of overlapping ones: how many independent ones they are worth.

Errors k steps ahead of neighbouring origins share k - 1 of their changes, and tickers move on the same days:
181 errors twenty steps ahead are worth thirteen. Their own quantiles are then too near to each other, as all
know one market, and how wide the next errors will be is itself uncertain. So ends are moved outward by what
Student's t with so few degrees asks for beside the many, a side has its own quantile only where enough stand
behind it, and a level that even so has too little evidence has no ends. Measured by `benchmarks/few_rows.py`.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array

FEW = 200  # scores, below which ends lie between ranks: a whole rank is half a percent and more
LEAST = 4.0  # independent scores that ends are said from
LEAST_BEYOND = 0.2  # of those must lie outside of a level, on average
OF_ONE_SIDE = 2.0  # and so many beyond an end of a side's own, where scores are dependent

Ends = tuple[float, float] | None  # below and above 0; None where scores are too few


def independent_scores(scores: Array, dates: NDArray[np.generic]) -> Array:
    """How many independent ones the `scores` (n, horizon) of origins at `dates` (n,) are worth, by step.

    The sizes c of scores, about their mean, are summed over each date t: tickers that move as one are one.
    Of k-step sums of independent changes those whose origins are j rows apart have the correlation 1 - j/k,
    and their squares the square of that, so that overlapping ones count for less (k = 1: all):

        n sum(c^2) / sum_t((sum_i c_ti)^2) / overlap,  overlap = 1 + 2 sum_j (1 - j/k)^2 = (2 k^2 + 1) / (3 k)

    Bartlett 1946 has the sum; the sum over dates is that of standard errors for clusters. At most n.
    """
    n, steps = len(scores), np.arange(1, scores.shape[1] + 1)
    overlap = (2 * steps**2 + 1) / (3 * steps)
    _, day = np.unique(dates, return_inverse=True)
    if day.max(initial=-1) + 1 == n:
        return np.asarray(n / overlap)
    sizes = np.abs(scores) - np.abs(scores).mean(axis=0)
    alone = (sizes**2).sum(axis=0)
    together = np.array([(np.bincount(day, weights=column) ** 2).sum() for column in sizes.T])
    share = np.divide(alone, together, out=np.ones_like(alone), where=together > alone)
    return np.asarray(n * share / overlap)


def exact_ends(ordered: Array, alpha: float) -> Ends:
    """Of independent scores (n,), ascending, by whole ranks: see `conformal.calibrate`."""
    n = len(ordered)
    rank = math.floor((n + 1) * alpha / 2 + 1e-9)  # + 1e-9: 40 * (1 - 0.95) / 2 is 0.9999999999999998
    if rank >= 1:
        return min(float(ordered[rank - 1]), 0.0), max(float(ordered[n - rank]), 0.0)
    rank = math.ceil((n + 1) * (1 - alpha) - 1e-9)
    if n < math.ceil(1 / alpha - 1e-9) or rank > n:
        return None
    size = float(np.sort(np.abs(ordered))[rank - 1])
    return -size, size


def ends_of(ordered: Array, alpha: float, independent: float) -> Ends:
    """The same of scores (n,), ascending, that are worth `independent` ones: n where they depend on nothing.

    Then, and with `FEW` scores or more, these are the exact ends; of fewer they lie between two ranks.
    """
    n = len(ordered)
    if n < math.ceil(1 / alpha - 1e-9) or independent < max(LEAST, LEAST_BEYOND / alpha):
        return None
    alone = OF_ONE_SIDE if independent < n else 1.0
    if (independent + 1) * alpha / 2 >= alone - 1e-9:
        rank = (n + 1) * alpha / 2
        ends = -_ranked(-ordered[::-1], n + 1 - rank), _ranked(ordered, n + 1 - rank)
    else:
        size = _ranked(np.sort(np.abs(ordered)), (n + 1) * (1 - alpha))
        ends = -size, size
    out = 1.0 if independent >= n else _student(alpha, independent) / _student(alpha, n)
    return min(out * ends[0], 0.0), max(out * ends[1], 0.0)


def _ranked(ordered: Array, rank: float) -> float:
    """The score (n,) at a rank from 1, between two of few, the outer one of many."""
    outer = min(math.ceil(rank - 1e-9), len(ordered))
    if len(ordered) >= FEW:
        return float(ordered[outer - 1])
    inner = max(outer - 1, 1)
    return float(ordered[inner - 1] + (rank - inner) * (ordered[outer - 1] - ordered[inner - 1]))


def _student(alpha: float, degrees: float) -> float:
    """The t with P(|T| > t) = alpha, within 0.6 % where ends are said: that of a normal z, by Wallace 1959.

    t = sqrt(v (exp(u^2 / v) - 1)),  u = z (8 v + 3) / (8 v + 1)
    """
    normal = NormalDist().inv_cdf(1 - alpha / 2) * (8 * degrees + 3) / (8 * degrees + 1)
    return math.sqrt(degrees * math.expm1(normal**2 / degrees))
