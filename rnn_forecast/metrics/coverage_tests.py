"""Does a band hold as often as it says, and do its misses come alone? Tests of one series.

`missed (n,)` says of each outcome, oldest first, whether it lay outside the band; `alpha` is how often that
should be (0.05 for 95 %, half of it for one tail). Outcomes must not overlap: one step ahead, or every h-th
origin of h steps. A p-value is None where there is nothing to tell by, never NaN.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.statistics import chi_square_upper_tail

LAGS = 4  # of `dynamic_quantile`
NORMAL = 1.959963984540054  # P(|Z| > it) is 0.05
SINGULAR = 1e-9  # of a correlation matrix's largest eigenvalue: below, its columns are not told apart
BLOCK = 65_536  # outcomes that are multiplied at a time

Missed = NDArray[np.bool_]


def coverage_interval(share: float, n: float, critical: float = NORMAL) -> tuple[float, float]:
    """Wilson's 95 % interval of a coverage, or of any share (0 to 1) of n outcomes.

        (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n)

    It holds 95 % on average over all shares, near 0 and 1 too, where the usual p -+ z sqrt(p (1 - p)/n) does
    not; the "exact" one of Clopper and Pearson holds more than it says, so it would hide bands that fail.
    `n` may be a number of outcomes that dependent ones are worth, and `critical` Student's for it.
    Source: Wilson 1927; Brown, Cai and DasGupta 2001, who recommend it.
    """
    squared = critical**2 / n
    half = critical * math.sqrt(share * (1 - share) / n + squared / (4 * n))
    low, high = ((share + squared / 2 + side) / (1 + squared) for side in (-half, half))
    return max(low, 0.0), min(high, 1.0)


def kupiec(missed: Missed, alpha: float) -> float | None:
    """p-value of "the band misses with chance alpha" (unconditional coverage), if misses are independent.

        LR = 2 (x log(pi/alpha) + (n - x) log((1 - pi)/(1 - alpha))),  pi = x/n, x misses of n

    is held against chi-square with one degree; 0 log 0 is 0, so no miss at all has a p-value too. None
    without an outcome. Source: Kupiec 1995.
    """
    if not len(missed):
        return None
    return chi_square_upper_tail(_unconditional(missed, alpha), 1)


class Christoffersen(NamedTuple):
    """p-values."""

    independence: float | None  # of "a miss is as likely after a miss as after none"
    conditional: float | None  # of "and its chance is alpha"


def christoffersen(missed: Missed, alpha: float) -> Christoffersen:
    """Do misses come in clusters, and is it that or their number that is wrong?

    With n_ij outcomes of kind j after one of kind i (1: missed), pi_i = n_i1/(n_i0 + n_i1) and pi of both:

        LR_ind = 2 (log L(pi_0, pi_1) - log L(pi, pi)),  log L = sum of n_i0 log(1 - pi_i) + n_i1 log(pi_i)

    has one degree, and the sum with Kupiec's LR two. Where no outcome follows a miss, or none a hit, there
    are no clusters to tell: independence is None, and the conditional test has Kupiec's LR alone (with both
    degrees). Both None below two outcomes. With few misses the first is wrong too often: with
    a thousand outcomes of a 95 % band 8 % of the time at 5 %. Source: Christoffersen 1998.
    """
    if len(missed) < 2:
        return Christoffersen(None, None)
    n = np.bincount(2 * missed[:-1] + missed[1:], minlength=4).reshape(2, 2).tolist()  # [before][after]
    ratio = _unconditional(missed, alpha)
    independence = None
    if sum(n[0]) and sum(n[1]):
        pooled = (n[0][0] + n[1][0], n[0][1] + n[1][1])
        apart = max(2 * (_likelihood(*n[0]) + _likelihood(*n[1]) - _likelihood(*pooled)), 0.0)
        independence = chi_square_upper_tail(apart, 1)
        ratio += apart
    return Christoffersen(independence, chi_square_upper_tail(ratio, 2))


def dynamic_quantile(missed: Missed, alpha: float, size: Array, lags: int = LAGS) -> float | None:
    """p-value of "nothing known before says whether the band will miss, and it does so with chance alpha".

    The hits Hit_t = missed_t - alpha are regressed on a constant, the hits of the `lags` outcomes before and
    the band's own `size (n,)` (its width, or its end's distance from the last price; in any unit), which was
    known before. With X the regressors (n - lags, lags + 2),

        DQ = Hit' X (X'X)^-1 X' Hit / (alpha (1 - alpha))

    is held against chi-square with lags + 2 degrees. None where the regressors are not told apart (a size
    that never changes, no miss, too few outcomes). Source: Engle and Manganelli 2004, section 5, test DQ.
    """
    return regression_p_value(missed.astype(float) - alpha, [size], alpha * (1 - alpha), lags)


def regression_p_value(e: Array, known: Sequence[Array], variance: float, lags: int = LAGS) -> float | None:
    """p-value of "the mean of e is zero, and neither its `lags` values before nor what is `known` say more".

    `e (n,)` and each of `known (n,)` oldest first; `variance` is that of e if so. With the regressors X (a
    constant, the lags and the known), e' X (X'X)^-1 X' e / variance is held against chi-square with as many
    degrees as X has columns. None where these are not told apart.
    """
    count = len(e) - lags
    if count <= lags + 1 + len(known) or any(_constant(each) for each in known):
        return None
    design = [np.ones(count), *_lagged(e, lags), *(each[lags:] - each.mean() for each in known)]
    return _explained(e[lags:], design, variance)


def autocorrelation_p_value(e: Array, lags: int = LAGS) -> float | None:
    """p-value of "the `lags` values before say nothing of e": the same with its own mean and variance."""
    if len(e) <= 2 * lags:
        return None
    e = e - e.mean()
    return _explained(e[lags:], _lagged(e, lags), float(np.square(e).mean()))


def _lagged(e: Array, lags: int) -> list[Array]:
    return [e[lags - lag : len(e) - lag] for lag in range(1, lags + 1)]


def _constant(values: Array) -> bool:
    return bool(np.ptp(values) <= SINGULAR * np.abs(values).max())


def _explained(e: Array, design: Sequence[Array], variance: float) -> float | None:
    """P(X > e' D' (D D')^-1 D e / variance) of chi-square, D the k rows `design`, each (n,), k degrees; None:
    singular.
    """
    squares, along = np.zeros((len(design), len(design))), np.zeros(len(design))
    for start in range(0, len(e), BLOCK):
        part = np.stack([row[start : start + BLOCK] for row in design])
        squares += part @ part.T
        along += part @ e[start : start + BLOCK]
    size = np.sqrt(squares.diagonal())
    if variance <= 0 or not size.all():
        return None
    values, vectors = np.linalg.eigh(squares / np.outer(size, size))
    if values[0] <= SINGULAR * values[-1]:
        return None
    parts = (along / size) @ vectors
    return chi_square_upper_tail(float((np.square(parts) / values).sum()) / variance, len(values))


def _unconditional(missed: Missed, alpha: float) -> float:
    n, misses = len(missed), int(np.count_nonzero(missed))
    expected = (n - misses) * math.log1p(-alpha) + misses * math.log(alpha)
    return max(2 * (_likelihood(n - misses, misses) - expected), 0.0)


def _likelihood(hits: int, misses: int) -> float:
    """log L of the share of misses that there were, the likeliest; 0 log 0 is 0."""
    n = hits + misses
    return sum(count * math.log(count / n) for count in (hits, misses) if count)
