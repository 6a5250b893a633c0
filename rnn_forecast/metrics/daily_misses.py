"""Do the bands of many series hold as often as they say? Tests over days, for shares move together.

`share (t,)` is the part of the series that missed their band on each day, oldest first. Five hundred shares
on one day are far from five hundred outcomes: whatever dependence there is within a day is in the variance of
this one series. Days must not overlap but in `coverage_over_days`. None where there is nothing to tell by.
"""

import math
from typing import NamedTuple

from rnn_forecast.arrays import Array
from rnn_forecast.metrics.coverage_tests import (
    autocorrelation_p_value,
    coverage_interval,
    regression_p_value,
)
from rnn_forecast.statistics import cosine_variance, few_cosines, student_quantile, student_two_sided

CHANCE = 0.05  # that the interval does not hold


class Coverage(NamedTuple):
    low: float  # of the 95 % interval of the coverage
    high: float
    p_value: float  # of "bands miss with chance alpha"; below 0.05 where the interval leaves 1 - alpha out


def coverage_over_days(share: Array, alpha: float, outcomes: int, overlap: int = 1) -> Coverage:
    """The interval of the coverage, 1 - mean(share), and whether alpha is in it.

    `outcomes` on t days are worth as many independent ones as give the variance that the mean has,

        n = p (1 - p) / (V / t),  p = mean(share),  V from the slowest cosines (`few_cosines`)

    at most `outcomes`, and one a day where no day differs from another in having none or all missed. Only
    slow cosines, since misses may come in clusters, and then the mean is less sure. Wilson's interval for
    n outcomes with Student's t follows, and its inversion, the test

        z = (p - alpha) / sqrt(alpha (1 - alpha) / n)

    `overlap`: how many neighbouring days wait for the same outcome. Sources: Driscoll and Kraay 1998 (sums
    over the cross-section, then their variance over time); Kish 1965 (what dependent ones are worth).
    """
    p, days = float(share.mean()), len(share)
    p = min(max(p, 0.0), 1.0)
    worth, degrees = float(days), max(days - 1, 1)
    if 0 < p < 1 and days > 1:
        variance, degrees = cosine_variance(share - share.mean(), overlap, few_cosines(days))
        worth = min(p * (1 - p) * days / variance, outcomes) if variance > 0 else outcomes
    low, high = coverage_interval(1 - p, worth, student_quantile(CHANCE, degrees))
    z = (p - alpha) / math.sqrt(alpha * (1 - alpha) / worth)
    return Coverage(low, high, student_two_sided(z, degrees))


def clusters_over_days(share: Array) -> float | None:
    """p-value of "how many miss today says nothing of how many will on the next days".

    A regression of the share on those of the four days before, n R^2 against chi-square with four degrees.
    It takes days for alike: where shares move together at 0.1 in some weeks and at 0.8 in others, it rejects
    33 % of true nulls at 5 %. One that does not (Wooldridge 1990) rejects 40 % where few days have a miss,
    and finds a third fewer of the clusters that there are.
    """
    return autocorrelation_p_value(share)


def conditional_over_days(share: Array, alpha: float) -> float | None:
    """p-value of "and their chance is alpha": Engle and Manganelli's regression of share - alpha.

    Its variance is alpha (1 - alpha) times what the shares' own is beside p (1 - p): one series has the
    former, a hundred that move together nearly, and a hundred that do not a hundredth.
    """
    return regression_p_value(share - alpha, [], _variance(share, alpha))


def dynamic_over_days(share: Array, alpha: float, size: Array) -> float | None:
    """The same with the bands' mean `size (t,)` of each day beside what was known: the test DQ over days."""
    return regression_p_value(share - alpha, [size], _variance(share, alpha))


def _variance(share: Array, alpha: float) -> float:
    p = float(share.mean())
    return alpha * (1 - alpha) * float(share.var()) / (p * (1 - p)) if 0 < p < 1 else 0.0
