"""Is the forecast better than the baseline, or was it luck: tests, and one plain verdict.

A loss differential is loss(forecast) - loss(baseline) at one origin: below zero, the forecast was better.
No p-value is ever NaN: it is None where there are too few origins to test at all. Who gives a verdict asks
`enough` first.
"""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.metrics.point_errors import Mean
from rnn_forecast.statistics import cosine_variance, normal_upper_tail, student_two_sided

Verdict = Literal["better", "no better", "worse", "same forecast", "too few to say"]

SIGNIFICANT = 0.05  # two-sided
NEGLIGIBLE = 1e-9  # differentials below this part of the loss are rounding, not skill
FEWEST_OUTCOMES = 20  # that a verdict rests on, one step long each
FEWEST_SPANS = 8  # times that the horizon, or the step, goes into the time of these outcomes


def diebold_mariano(differential: Array, overlap: int = 1, *, loss: float = 0.0) -> float | None:
    """Two-sided p-value of "both forecasts are equally good", from the loss differentials of one series.

    `differential (n,)` in order of origin; `overlap`: how many neighbouring origins share forecast rows, the
    horizon where every row is an origin. With optimal forecasts differentials further apart than that are
    uncorrelated, so

        S = mean(d) / sqrt(V / n),  V and its degrees of freedom from `statistics.cosine_variance`

    is held against Student's t. With `overlap` 1 that is the t test of the mean. Differentials of persistent
    forecasts that are far from each other are dependent beyond the overlap, and the test is too sure of them:
    docs/PERFORMANCE.md has how much.
    `loss`: the mean loss of the baseline. Differentials that are nothing beside it (the same forecasts, but
    for rounding) give 1.0. None when n <= overlap or n < 3.
    Sources: Diebold and Mariano 1995; Coroneo and Iacone 2020. The sum of h - 1 autocovariances, corrected as
    in Harvey, Leybourne and Newbold 1997, rejects 11 % of true nulls at 5 % where n is 8 horizons.
    """
    return _mean_is_zero(differential, float(np.abs(differential).max(initial=0.0)), overlap, loss)


def pooled_diebold_mariano(
    differential: Array, date: NDArray[np.generic], overlap: int = 1, *, loss: float = 0.0
) -> float | None:
    """The same test over many tickers, with the dependence between tickers of one day in the variance.

    All shares move together: five hundred tickers on one day are far from five hundred observations, and a
    test that counts them so finds skill in noise. So the differentials (already scaled, each by its ticker's
    own size of move) are first averaged over the tickers of each origin date, and the test runs on that one
    series of days: whatever correlation there is within a day, of any form, is in its variance, and what
    neighbouring days share is in its autocovariances. With n_t tickers on day t, of n in all on T days,

        d   = the mean over all n
        x_t = d + (n_t / (n / T)) (mean of day t - d)

    so that a day counts as the tickers that it has; with equally many on each day, x_t is the day's mean.
    `overlap` counts origin dates of all tickers together (`overlaps.py`): of weekly prices stamped on five
    weekdays, one step overlaps five of them. None with too few dates, however many tickers.
    Sources: Driscoll and Kraay 1998 (sums over the cross-section, then their variance over time); Pesaran,
    Pick and Timmermann 2011 and Akgun, Pirotte, Urga and Yang 2024 (panel Diebold-Mariano tests).
    """
    days, position = np.unique(date, return_inverse=True)
    daily = Daily(len(days))
    daily.add(differential, position)
    return daily.p_value(np.bincount(position, minlength=len(days)), overlap, loss=loss)


class Daily:
    """Loss differentials that come part by part, summed over the tickers of each of `days` dates.

    What `pooled_diebold_mariano` needs of them: one number a date, however many tickers there are.
    """

    def __init__(self, days: int) -> None:
        self._total = np.zeros(days)
        self._mean = Mean()
        self._largest = 0.0

    def add(self, differential: Array, day: NDArray[np.integer[Any]]) -> None:
        """Some more (n,), each of the day (n,) in 0…days-1."""
        np.add.at(self._total, day, differential)
        self._mean.add(float(differential.mean()), len(differential))
        self._largest = max(self._largest, float(np.abs(differential).max()))

    def p_value(self, count: NDArray[np.integer[Any]], overlap: int, *, loss: float) -> float | None:
        """Of the test; `count` (days,) says how many differentials each day has."""
        series = by_day(self._total, count, self._mean.value)
        return _mean_is_zero(series, self._largest, overlap, loss)


def by_day(total: Array, count: NDArray[Any], mean: float) -> Array:
    """x_t of `pooled_diebold_mariano`, (days,): of sums over tickers, how many they are, the mean of all."""
    series = total - count * mean
    series *= len(count) / int(count.sum())
    series += mean
    return series


def pesaran_timmermann(actual_up: NDArray[np.bool_], forecast_up: NDArray[np.bool_]) -> float | None:
    """One-sided p-value of "the forecast directions say nothing about the actual ones", one-step forecasts.

    Hits alone mislead: always saying "up" in a rising market is often right. The test compares the part of
    hits P with the part expected from two independent directions with the same frequencies, y and x:

        P* = y x + (1 - y)(1 - x);  S = (P - P*) / sqrt(var(P) - var(P*)),  normal
        var(P) = P* (1 - P*) / n
        var(P*) = ((2y - 1)^2 x (1 - x) + (2x - 1)^2 y (1 - y)) / n + 4 y x (1 - y)(1 - x) / n^2

    1.0 when one of the two never changes direction: there is nothing to tell apart. None below three cells.
    Give only cells where both have a direction. Source: Pesaran and Timmermann 1992, section 1.
    """
    n = len(actual_up)
    if n < 3:
        return None
    y, x = float(np.mean(actual_up)), float(np.mean(forecast_up))
    if y in (0.0, 1.0) or x in (0.0, 1.0):
        return 1.0
    hits = float(np.mean(actual_up == forecast_up))
    expected = y * x + (1 - y) * (1 - x)
    spread = (2 * y - 1) ** 2 * x * (1 - x) + (2 * x - 1) ** 2 * y * (1 - y)
    spread += 4 * y * x * (1 - y) * (1 - x) / n
    variance = (expected * (1 - expected) - spread) / n
    if variance <= 0:
        return 1.0
    return normal_upper_tail((hits - expected) / math.sqrt(variance))


def pooled_direction(
    actual_up: NDArray[np.bool_],
    forecast_up: NDArray[np.bool_],
    date: NDArray[np.generic],
    overlap: int = 1,
) -> float | None:
    """Pesaran and Timmermann's question for many tickers, or steps that overlap; one-sided p-value.

    Their P - P* is twice the covariance of the two directions, mean((a - mean a)(f - mean f)). Its terms are
    averaged over the tickers of each date and tested as in `pooled_diebold_mariano`, since directions of one
    day are as dependent as losses are. Source: Pesaran and Timmermann 2009, who cast the test as a regression
    of one direction on the other, robust to dependence in time.
    """
    if len(np.unique(actual_up)) < 2 or len(np.unique(forecast_up)) < 2:
        return 1.0
    terms = (actual_up - np.mean(actual_up)) * (forecast_up - np.mean(forecast_up))
    p_value = pooled_diebold_mariano(terms, date, overlap, loss=1.0)
    if p_value is None:
        return None
    return p_value / 2 if terms.mean() > 0 else 1 - p_value / 2


def enough(outcomes: float, spans: float) -> bool:
    """Whether a test is worth its verdict; `outcomes` are targets of one step, `spans` of all steps."""
    return outcomes >= FEWEST_OUTCOMES and spans >= FEWEST_SPANS


def verdict(ratio: float | None, p_value: float | None) -> Verdict:
    """ "better" or "worse" only where the test says so (5 %, two-sided), else "no better".

    `ratio`: error of the forecast over error of the baseline; None where the baseline is exact and the
    forecast is not. `p_value`: None where too little was there to be tested.
    """
    if p_value is None:
        return "too few to say"
    if p_value >= SIGNIFICANT or ratio == 1.0:
        return "no better"
    return "better" if ratio is not None and ratio < 1.0 else "worse"


def judged(found: Verdict, p_value: float | None) -> str:
    """`no better than last value (p = 0.41)`, and the words where there is no test."""
    if found == "same forecast":
        return "same forecast as last value"
    if p_value is None:
        least = f"{FEWEST_OUTCOMES} outcomes in {FEWEST_SPANS} spans of the horizon"
        return f"too few to say ({least} are needed)"
    return f"{found} than last value ({chance(p_value)})"


def chance(p_value: float) -> str:
    """`p = 0.21`, `p < 0.001`."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.2f}" if p_value >= 0.095 else f"p = {p_value:.2g}"


def surviving(found: Iterable[tuple[str | None, float | None]]) -> dict[str, int]:
    """Of (verdict, q-value) of many tests: how many "better" and "worse" are left by their number.

    Of a hundred tests without any skill five are significant by p, none by q (`statistics.adjusted`).
    """
    kept = Counter(verdict for verdict, q_value in found if q_value is not None and q_value < SIGNIFICANT)
    return {verdict: kept[verdict] for verdict in ("better", "worse")}


def _mean_is_zero(series: Array, largest: float, overlap: int, loss: float) -> float | None:
    """`largest`: the largest absolute differential that is in the series."""
    n = len(series)
    if largest <= NEGLIGIBLE * loss:
        return 1.0
    if n <= overlap or n < 3:
        return None
    mean = float(series.mean())
    variance, degrees = cosine_variance(series - mean, overlap)
    if variance <= 0:
        return 1.0 if mean == 0 else 0.0
    return student_two_sided(mean / math.sqrt(variance / n), degrees)
