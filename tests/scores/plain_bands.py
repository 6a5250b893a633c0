"""The tests of bands in metrics.json, by plain loops over windows: what `test_document` holds them to."""

import math
from statistics import fmean
from typing import Any

import numpy as np

from rnn_forecast import metrics
from rnn_forecast.metrics import daily_misses
from rnn_forecast.scores.outcomes.pairs import Pairs

P_VALUES = ("p_coverage", "p_clusters", "p_conditional", "p_dynamic")


def misses(j: Pairs, level: float, kind: int, ticker: int) -> dict[Any, tuple[bool, float]]:
    """By origin, one step ahead: whether band, low or high end was missed, and its size in its mean one."""
    found = {}
    for w in range(len(j)):
        a, b, c = j.actual[w, 0], j.intervals[level][0][w, 0], j.intervals[level][1][w, 0]
        if j.ticker[w] == ticker and not math.isnan(b + c):
            missed = (a < b or a > c, a < b, a > c)[kind]
            size = (c - b, j.last[w] - b, c - j.last[w])[kind] / j.last[w]
            found[j.origin[w]] = bool(missed), size
    usual = fmean([abs(size) for _, size in found.values()]) if found else 1.0
    return {day: (missed, size / usual) for day, (missed, size) in sorted(found.items())}


def of_ticker(j: Pairs, level: float, ticker: int) -> dict[str, float | None]:
    found = misses(j, level, 0, ticker).values()
    if len(found) < 20:
        return dict.fromkeys(P_VALUES)
    missed, size = (np.array(column) for column in zip(*found, strict=True))
    alpha = 1 - level / 100
    p_values = [metrics.kupiec(missed, alpha), *metrics.christoffersen(missed, alpha)]
    return dict(zip(P_VALUES, [*p_values, metrics.dynamic_quantile(missed, alpha, size)], strict=True))


def over_days(j: Pairs, level: float, kind: int) -> dict[str, Any]:
    cells = [misses(j, level, kind, i) for i in range(len(j.tickers))]
    days = sorted({day for each in cells for day in each})
    here = [[each[day] for each in cells if day in each] for day in days]
    n = sum(map(len, here))
    p = sum(missed for day in here for missed, _ in day) / n
    share = np.array([p + len(day) * len(days) / n * (fmean([m for m, _ in day]) - p) for day in here])
    size = np.array([fmean([size for _, size in day]) for day in here])
    alpha = (1 - level / 100) / (2 if kind else 1)
    low, high, p_coverage = daily_misses.coverage_over_days(share, alpha, n)
    before = sum(share[:-1])
    return {
        "coverage": 1 - p, "coverage_from": low, "coverage_to": high,
        "missed_after_miss": share[1:] @ share[:-1] / before if before else None,
        "p_coverage": p_coverage, "p_clusters": daily_misses.clusters_over_days(share),
        "p_conditional": daily_misses.conditional_over_days(share, alpha),
        "p_dynamic": daily_misses.dynamic_over_days(share, alpha, size),
    }  # fmt: skip


def at_horizon(j: Pairs, level: float) -> dict[str, Any]:
    """Of the last step, every horizon-th of all dates."""
    low, high = (side[:, -1] for side in j.intervals[level])
    here = []
    for day in sorted(set(j.origin.tolist()))[:: j.horizon]:
        own = [w for w in np.flatnonzero(j.origin.astype("O") == day) if not math.isnan(low[w] + high[w])]
        here += [[not low[w] <= j.actual[w, -1] <= high[w] for w in own]] if own else []
    n = sum(map(len, here))
    p = sum(map(sum, here)) / n
    share = np.array([p + len(day) * len(here) / n * (fmean(day) - p) for day in here])
    found = daily_misses.coverage_over_days(share, 1 - level / 100, n)
    names = ("coverage_from", "coverage_to", "p_coverage")
    return {"step": j.horizon, "days": n, "coverage": 1 - p, **dict(zip(names, found, strict=True))}


def of_bands(j: Pairs, level: float) -> dict[str, Any]:
    tickers = [of_ticker(j, level, i)["p_conditional"] for i in range(len(j.tickers))]
    known = [p_value for p_value in tickers if p_value is not None]
    return {
        **over_days(j, level, 0), "low": over_days(j, level, 1), "high": over_days(j, level, 2),
        "days": sum(len(misses(j, level, 0, i)) for i in range(len(j.tickers))),
        "unit": "row" if j.ahead is None else "day",
        "tickers_failing": fmean([p_value < 0.05 for p_value in known]),
        "horizon": at_horizon(j, level),
    }  # fmt: skip
