"""What prediction intervals did cover, how wide they are and what they cost, beside naive ones."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from rnn_forecast import metrics
from rnn_forecast.arrays import Array
from rnn_forecast.metrics.point_errors import Mean
from rnn_forecast.scores.outcomes.metrics_document import BandTests, Ends, IntervalScores, LevelScores, number
from rnn_forecast.scores.outcomes.pairs import Interval, ManyPairs, Pairs

Key = tuple[float, str, int]  # level, whose interval, and 0 for all steps or 1, 2, 3… for one


def interval_scores(pairs: ManyPairs, units: Array, tests: Mapping[str, BandTests]) -> dict[str, LevelScores]:
    """By level: coverage (0 to 1), mean width and Winkler score in price units, all again by step and for
    last value's naive interval; pinball of both ends; `winkler_ratio` and `pinball_ratio` are ours over the
    naive one's, in each ticker's own scale, `units (s,)`. `tests` by level join them.
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

    def ratio(level: float, name: str) -> float | None:
        ours, naive = (means[(level, whose, 0), f"scaled {name}"].value for whose in ("ours", "naive"))
        return number(ours / naive) if naive > 0 else None

    def pinball(level: float) -> Ends:
        low, high = (number(means[(level, "ours", 0), side].value) for side in ("low", "high"))
        return {"low": low, "high": high}

    return {
        f"{level:g}": {
            **found((level, "ours", 0)),
            "winkler_ratio": ratio(level, "winkler"),
            "pinball": pinball(level),
            "pinball_ratio": {"low": ratio(level, "low"), "high": ratio(level, "high")},
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
        if key == (level, "ours", 0):
            for name, end, share in _tails(low, high, level):
                means[key, name].add(metrics.pinball(actual, end, share), high.size)
    both = np.logical_and.reduce([np.isfinite(side) for interval in intervals.values() for side in interval])
    unit = np.broadcast_to(units[part.ticker][:, None], both.shape)[both]
    for whose, ends in intervals.items():
        actual, low, high = (table[both] / unit for table in (part.actual, *ends))
        key = (level, whose, 0)
        means[key, "scaled winkler"].add(metrics.winkler(actual, low, high, level), unit.size)
        for name, end, share in _tails(low, high, level):
            means[key, f"scaled {name}"].add(metrics.pinball(actual, end, share), unit.size)


def _tails(low: Array, high: Array, level: float) -> Iterator[tuple[str, Array, float]]:
    """Each end and what quantile it is."""
    yield "low", low, (100 - level) / 200
    yield "high", high, (100 + level) / 200


def _no_interval(part: Pairs) -> Interval:
    nothing = np.full_like(part.actual, math.nan)
    return nothing, nothing
