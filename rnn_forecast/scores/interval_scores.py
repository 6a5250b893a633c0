"""What prediction intervals did cover, how wide they are and what they cost, beside naive ones."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from rnn_forecast import metrics
from rnn_forecast.arrays import Array
from rnn_forecast.metrics.point_errors import Mean
from rnn_forecast.scores.metrics_document import BandTests, IntervalScores, LevelScores
from rnn_forecast.scores.pairs import Interval, ManyPairs, Pairs

Key = tuple[float, str, int]  # level, whose interval, and 0 for all steps or 1, 2, 3… for one


def interval_scores(pairs: ManyPairs, units: Array, tests: Mapping[str, BandTests]) -> dict[str, LevelScores]:
    """By level: coverage (0 to 1), mean width and Winkler score in price units, all again by step and for
    last value's naive interval; `winkler_ratio` is ours over the naive one's, in each ticker's own scale,
    `units (s,)`. `tests` by level join them.
    """
    means: dict[tuple[Key, str], Mean] = defaultdict(Mean)
    windows: Counter[Key] = Counter()
    levels: list[float] = []
    for part in pairs.parts():
        levels = list(part.intervals)
        for level in levels:
            _add(part, level, units, means, windows)

    def found(key: Key) -> IntervalScores:
        coverage, width, winkler = (
            number(means[key, name].value) for name in ("coverage", "mean_width", "winkler")
        )
        return {"windows": windows[key], "coverage": coverage, "mean_width": width, "winkler": winkler}

    def ratio(level: float) -> float | None:
        ours, naive = (means[(level, whose, 0), "scaled"].value for whose in ("ours", "naive"))
        return number(ours / naive) if naive > 0 else None

    return {
        f"{level:g}": {
            **found((level, "ours", 0)),
            "winkler_ratio": ratio(level),
            "by_step": [
                {"step": step, **found((level, "ours", step))} for step in range(1, pairs.horizon + 1)
            ],
            "last_value": found((level, "naive", 0)),
            "tests": tests[f"{level:g}"],
        }
        for level in levels
    }


def ticker_coverage(pairs: ManyPairs) -> list[dict[str, float | None]]:
    """By ticker, of all that the pairs name: the part of its outcomes that the intervals cover, by level.

    None where it has no interval. Over all tickers alike, one whose price stands still hides that another's
    bands are too narrow.
    """
    count = len(pairs.tickers)
    covered: dict[str, Array] = defaultdict(lambda: np.zeros(count))
    cells: dict[str, Array] = defaultdict(lambda: np.zeros(count))
    for part in pairs.parts():
        for level, (low, high) in part.intervals.items():
            inside = ((low <= part.actual) & (part.actual <= high)).sum(axis=1)
            there = (np.isfinite(low) & np.isfinite(high)).sum(axis=1)
            covered[f"{level:g}"] += np.bincount(part.ticker, inside, count)
            cells[f"{level:g}"] += np.bincount(part.ticker, there, count)
    return [
        {level: number(covered[level][i] / cells[level][i]) if cells[level][i] else None for level in cells}
        for i in range(count)
    ]


def _add(
    part: Pairs, level: float, units: Array, means: dict[tuple[Key, str], Mean], windows: Counter[Key]
) -> None:
    intervals = {"ours": part.intervals[level], "naive": part.naive_intervals.get(level, _no_interval(part))}
    wanted = [("ours", step) for step in range(part.horizon + 1)] + [("naive", 0)]
    for whose, step in wanted:
        steps = slice(step - 1, step) if step else slice(None)
        low, high = (side[:, steps] for side in intervals[whose])
        there = np.isfinite(low) & np.isfinite(high)
        actual, low, high = part.actual[:, steps][there], low[there], high[there]
        key = (level, whose, step)
        windows[key] += int(there.any(axis=1).sum())
        means[key, "coverage"].add(metrics.coverage(actual, low, high), high.size)
        means[key, "mean_width"].add(float(np.mean(high - low)) if high.size else math.nan, high.size)
        means[key, "winkler"].add(metrics.winkler(actual, low, high, level), high.size)
    both = np.logical_and.reduce([np.isfinite(side) for interval in intervals.values() for side in interval])
    unit = np.broadcast_to(units[part.ticker][:, None], both.shape)[both]
    for whose, (low, high) in intervals.items():
        cost = metrics.winkler(part.actual[both] / unit, low[both] / unit, high[both] / unit, level)
        means[(level, whose, 0), "scaled"].add(cost, unit.size)


def _no_interval(part: Pairs) -> Interval:
    nothing = np.full_like(part.actual, math.nan)
    return nothing, nothing


def number(value: float) -> float | None:
    """None for what JSON has no number for."""
    return float(value) if math.isfinite(value) else None
