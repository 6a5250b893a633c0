"""Is an expected shortfall right, and whose is better: naked functions of returns.

Returns and both forecasts are signed and in one unit (a return, or a price change): a loss of 3 % is -0.03,
so the `quantile` at alpha (value at risk with its sign turned) and the `shortfall` below it, the mean of what
is beyond, are usually negative, and shortfall <= quantile. All `(n,)`; `alpha` in (0, 1), such as 0.025.
"""

import numpy as np

from rnn_forecast.arrays import Array


def acerbi_szekely_z2(returns: Array, quantile: Array, shortfall: Array, alpha: float) -> float | None:
    """Z2: 0 on average where both forecasts are right, below it where losses are more or worse; no unit.

        Z2 = 1 - sum over t of r_t [r_t < q_t] / (n alpha e_t)

    For alpha = 0.025 and 250 days, -0.7 is the 5 % limit for returns of almost any tails. Every shortfall
    must be below zero. None without a return. Source: Acerbi and Szekely 2014, test 2.
    """
    if not len(returns):
        return None
    return float(1 - np.mean(np.where(returns < quantile, returns / shortfall, 0.0)) / alpha)


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
