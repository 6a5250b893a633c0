"""Is an expected shortfall right, and whose is better: naked functions of returns.

Returns and both forecasts are signed and in one unit (a return, or a price change): a loss of 3 % is -0.03,
so the `quantile` at alpha (value at risk with its sign turned) and the `shortfall` below it, the mean of what
is beyond, are usually negative, and shortfall <= quantile. All `(n,)`; `alpha` in (0, 1), such as 0.025.
"""

import math

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.statistics import cosine_variance, few_cosines, student_two_sided


def acerbi_szekely_z2(returns: Array, quantile: Array, shortfall: Array, alpha: float) -> float | None:
    """Z2: 0 on average where both forecasts are right, below it where losses are more or worse; no unit.

        Z2 = 1 - sum over t of r_t [r_t < q_t] / (n alpha e_t)

    For alpha = 0.025 and 250 days, -0.7 is the 5 % limit for returns of almost any tails. Every shortfall
    must be below zero. None without a return. Source: Acerbi and Szekely 2014, test 2.
    """
    if not len(returns):
        return None
    return float(1 - z2_terms(returns, quantile, shortfall, alpha).mean())


def z2_terms(returns: Array, quantile: Array, shortfall: Array, alpha: float) -> Array:
    """(n,) what each outcome adds to 1 - Z2: 1 on average where both forecasts are right, usually 0."""
    return np.where(returns < quantile, returns / shortfall, 0.0) / alpha


def z2_p_value(terms: Array) -> float | None:
    """p-value of "losses beyond the quantile are not more, and not worse": one-sided, from terms (t,).

    Oldest first: those of one series, or their means over many by day. With V from the slowest cosines of the
    terms (B of them, `few_cosines`), as losses may come in clusters,

        (mean - 1) / sqrt(V / t)

    is held against Student's t with B degrees. Terms are mostly 0 and seldom large, which makes the test too
    careful, not too sure: with 250 to 1,000 days of normal or t(4) returns it rejects 1 to 3 % of true nulls
    at 5 %, and for losses 1.5 times as large 62 % (250 days, 1 %) to all. None with fewer than two.
    """
    if len(terms) < 2:
        return None
    excess = float(terms.mean()) - 1
    variance, degrees = cosine_variance(terms - terms.mean(), 1, few_cosines(len(terms)))
    if variance <= 0:
        return 1.0 if excess <= 0 else 0.0
    t = excess / math.sqrt(variance / len(terms))
    half = student_two_sided(t, degrees) / 2
    return half if t > 0 else 1 - half


def fissler_ziegel(returns: Array, quantile: Array, shortfall: Array, alpha: float) -> float | None:
    """The joint score of quantile and shortfall, lower is better; differences of it have no unit.

        FZ0 = mean(-[r <= q] (q - r) / (alpha e) + q / e + log(-e) - 1)

    The mean is least for the true pair, which no score of a shortfall alone can have; FZ0 is the one whose
    differences do not depend on the unit. Every shortfall must be below zero. None without a return.
    Source: Fissler and Ziegel 2016; Patton, Ziegel and Chen 2019, equation 6.
    """
    if not len(returns):
        return None
    beyond = np.where(returns <= quantile, quantile - returns, 0.0)
    score = -beyond / (alpha * shortfall) + quantile / shortfall + np.log(-shortfall) - 1
    return float(np.mean(score))


def historical_shortfall(changes: Array, alpha: float) -> tuple[float, float]:
    """Quantile and shortfall of past `changes` (n,) as they were: what any other forecast must improve on.

    With the rank k = floor((n + 1) alpha), the k-th smallest change and the mean of the k smallest; NaN where
    k is 0. Known as historical simulation.
    """
    rank = math.floor((len(changes) + 1) * alpha + 1e-9)
    if rank < 1:
        return math.nan, math.nan
    least = np.partition(changes, rank - 1)[:rank]
    return float(least.max()), float(least.mean())
