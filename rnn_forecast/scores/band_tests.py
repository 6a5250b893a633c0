"""Do bands hold as often as they say, and do their misses come alone? Of each level and tail, and by ticker.

The first step is tested: outcomes of later ones overlap, and misses that share an outcome come in clusters
whatever the band. The last step's coverage is tested over origins that are so far apart that none of their
outcomes overlap. Of one ticker its own outcomes are tested; of several the share that misses on
each day, for shares move together. Where their first steps overlap as well (weekly prices that are stamped on
five weekdays), only every so many-th day is tested for clusters.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import metrics
from rnn_forecast.arrays import Array
from rnn_forecast.metrics import daily_misses
from rnn_forecast.scores.outcomes import overlaps
from rnn_forecast.scores.outcomes.metrics_document import (
    BandPValues,
    BandTests,
    FirstStepTests,
    HorizonTest,
    Number,
    TailTests,
)
from rnn_forecast.scores.outcomes.pairs import ManyPairs, Pairs
from rnn_forecast.scores.outcomes.skill import FEWEST_OUTCOMES, SIGNIFICANT, by_day

UNTOLD: BandPValues = {"p_coverage": None, "p_clusters": None, "p_conditional": None, "p_dynamic": None}
HOURS = (12, 48)  # of a step that is a day: clocks change, and most days have no weekend after them


class Outcomes(NamedTuple):
    """Of one ticker and level, one step ahead, oldest first: the band's, then its low and high end's."""

    day: NDArray[np.integer[Any]]  # (n,)
    missed: NDArray[np.bool_]  # (3, n)
    size: Array  # (3, n) width, and either end's distance from the last price, in its own mean one


class _Days:
    """Of one level, summed over tickers, by each of `days` dates; of one ticker alone there are no sums."""

    def __init__(self, days: int) -> None:
        self.missed, self.size = np.zeros((3, 0)), np.zeros((3, 0))  # (3, days) of several tickers
        self.count = np.zeros(days)
        self.tickers: dict[int, BandPValues] = {}
        self.alone: Outcomes | None = None  # of the only ticker
        self.far_missed, self.far_count = np.zeros(days), np.zeros(days)  # at the last step

    def add(self, ticker: int, found: Outcomes, alpha: float) -> None:
        self.count[_stretch(found.day)] += 1
        self.tickers[ticker] = _p_values(found, 0, alpha)
        if len(self.tickers) == 1:
            self.alone = found
            return
        if self.alone is not None:  # the second one
            self.missed, self.size = np.zeros((3, len(self.count))), np.zeros((3, len(self.count)))
            self._sum(self.alone)
            self.alone = None
        self._sum(found)

    def _sum(self, found: Outcomes) -> None:
        day = _stretch(found.day)
        self.missed[:, day] += found.missed
        self.size[:, day] += found.size

    def add_far(self, day: NDArray[np.integer[Any]], part: Pairs, level: float) -> None:
        low, high = (side[:, -1] for side in part.intervals[level])
        there, actual = np.isfinite(low) & np.isfinite(high), part.actual[:, -1]
        missed = there & ((actual < low) | (actual > high))
        self.far_missed += np.bincount(day, missed, len(self.count))
        self.far_count += np.bincount(day, there, len(self.count))


def _stretch(day: NDArray[np.integer[Any]]) -> Any:
    """The same days as a slice where none is left out: several times as fast, and the usual case."""
    return slice(day[0], day[-1] + 1) if day[-1] - day[0] + 1 == len(day) else day


def band_tests(pairs: ManyPairs, every: int) -> tuple[dict[str, BandTests], list[dict[str, BandPValues]]]:
    """By level, and of each ticker that the pairs name its p-values by level; see `score` for `every`."""
    days, shared, far, units = pairs.days(), Counter[int](), Counter[int](), Counter[str]()
    found: dict[float, _Days] = {}

    def noted() -> Iterator[Pairs]:
        for part in pairs.parts():
            shared.update(overlaps.shared(days, part, 1, every))
            if pairs.horizon > 1:
                far.update(overlaps.shared(days, part, pairs.horizon, every))
            units[_unit(part)] += len(part)
            day = np.searchsorted(days, part.origin)
            for level in part.intervals:
                found.setdefault(level, _Days(len(days))).add_far(day, part, level)
            yield part

    for ticker, rows in _whole_tickers(noted()):
        day = np.searchsorted(days, rows[0])
        for i, (level, sums) in enumerate(found.items()):
            outcomes = _outcomes(day, rows[1], i)
            if len(outcomes.day):
                sums.add(ticker, outcomes, 1 - level / 100)
    overlap, apart = (overlaps.overlap_of(counts, len(days)).dates for counts in (shared, far or shared))
    ((unit, _),) = units.most_common(1)
    by_level: dict[str, BandTests] = {
        f"{level:g}": {
            **_tests(sums, 1 - level / 100, overlap, unit),
            "horizon": _at_horizon(sums, 1 - level / 100, pairs.horizon, apart),
        }
        for level, sums in found.items()
    }
    by_ticker = [
        {f"{level:g}": sums.tickers.get(i, UNTOLD) for level, sums in found.items()}
        for i in range(len(pairs.tickers))
    ]
    return by_level, by_ticker


def _unit(part: Pairs) -> str:
    """What the first step is."""
    if part.ahead is None or part.ahead.dtype.kind != "M":
        return "row"
    step = np.median((part.ahead[:, 0] - part.origin) / np.timedelta64(1, "h"))
    return "day" if HOURS[0] < step < HOURS[1] else "row"


def _whole_tickers(parts: Iterator[Pairs]) -> Iterator[tuple[int, tuple[NDArray[Any], Array]]]:
    """Of a ticker at a time the origins (n,) and, one step ahead, last, actual, low, high, low, … (n, k)."""
    kept: tuple[Any, ...] = ()
    for part in parts:
        order = np.lexsort((part.origin, part.ticker))
        ends = [side[:, 0] for interval in part.intervals.values() for side in interval]
        table = np.stack([part.last, part.actual[:, 0], *ends], axis=1)
        columns: tuple[Any, ...] = tuple(column[order] for column in (part.ticker, part.origin, table))
        if kept:
            columns = tuple(np.concatenate(two) for two in zip(kept, columns, strict=True))
        ticker, origin, table = columns
        starts = [0, *(np.flatnonzero(np.diff(ticker)) + 1).tolist()]
        for start, stop in pairwise(starts):
            yield int(ticker[start]), (origin[start:stop], table[start:stop])
        kept = tuple(column[starts[-1] :] for column in columns)
    yield int(kept[0][0]), (kept[1], kept[2])


def _outcomes(day: NDArray[np.integer[Any]], table: Array, level: int) -> Outcomes:
    """`level`: its place among the bands. Sizes are parts of the last price, where it is above zero."""
    low, high = table[:, 2 + 2 * level], table[:, 3 + 2 * level]
    there = np.isfinite(low) & np.isfinite(high)
    last, actual, low, high = table[there, 0], table[there, 1], low[there], high[there]
    below, above = actual < low, actual > high
    size = np.stack([high - low, last - low, high - last])
    if (last > 0).all():
        size /= last
    usual = np.abs(size).mean(axis=1, keepdims=True) if len(last) else 1.0
    missed = np.stack([below | above, below, above])
    return Outcomes(day[there], missed, size / np.where(usual > 0, usual, 1.0))


def _tests(sums: _Days, alpha: float, overlap: int, unit: str) -> FirstStepTests:
    parts = (alpha, alpha / 2, alpha / 2)
    if sums.alone is not None:
        band, low, high = (_of_one(sums.alone, i, part) for i, part in enumerate(parts))
    else:
        band, low, high = (_of_many(sums, i, part, overlap) for i, part in enumerate(parts))
    told = [] if sums.alone else [p["p_conditional"] for p in sums.tickers.values()]
    failing = [p_value < SIGNIFICANT for p_value in told if p_value is not None]
    return {
        **band,
        "days": int(sums.count.sum()),
        "unit": unit,
        "low": low,
        "high": high,
        "tickers_failing": float(np.mean(failing)) if failing else None,
    }


def _at_horizon(sums: _Days, alpha: float, step: int, apart: int) -> HorizonTest:
    """Of every so many-th of all dates: `apart` of them wait for the same outcomes."""
    missed, count = sums.far_missed[::apart], sums.far_count[::apart]
    missed, count = missed[count > 0], count[count > 0]
    n, days = int(count.sum()), len(count)
    if not n:
        nothing: HorizonTest = {
            "step": step, "days": 0,
            "coverage": None, "coverage_from": None, "coverage_to": None, "p_coverage": None,
        }  # fmt: skip
        return nothing
    coverage = 1 - float(missed.sum() / n)
    if len(sums.tickers) == 1:
        low, high = metrics.coverage_interval(coverage, n)
        p_value = metrics.kupiec(missed > 0, alpha)
    else:
        share = by_day(missed, count, 1 - coverage)
        low, high, p_value = daily_misses.coverage_over_days(share, alpha, n)
    return {
        "step": step,
        "days": n,
        "coverage": coverage,
        "coverage_from": low,
        "coverage_to": high,
        "p_coverage": p_value if days >= FEWEST_OUTCOMES else None,
    }


def _of_one(found: Outcomes, kind: int, alpha: float) -> TailTests:
    missed = found.missed[kind]
    coverage = 1 - float(missed.mean())
    low, high = metrics.coverage_interval(coverage, len(missed))
    return {
        "coverage": coverage,
        "coverage_from": low,
        "coverage_to": high,
        "missed_after_miss": _after_miss(missed.astype(float)),
        **_p_values(found, kind, alpha),
    }


def _p_values(found: Outcomes, kind: int, alpha: float) -> BandPValues:
    missed = found.missed[kind]
    if len(missed) < FEWEST_OUTCOMES:
        return UNTOLD
    clusters, conditional = metrics.christoffersen(missed, alpha)
    return {
        "p_coverage": metrics.kupiec(missed, alpha),
        "p_clusters": clusters,
        "p_conditional": conditional,
        "p_dynamic": metrics.dynamic_quantile(missed, alpha, found.size[kind]),
    }


def _of_many(sums: _Days, kind: int, alpha: float, overlap: int) -> TailTests:
    there = sums.count > 0
    if not there.any():
        nothing: TailTests = {
            "coverage": None, "coverage_from": None, "coverage_to": None, "missed_after_miss": None, **UNTOLD,
        }  # fmt: skip
        return nothing
    total, count = sums.missed[kind, there], sums.count[there]
    share = by_day(total, count, float(total.sum() / count.sum()))  # (t,)
    low, high, p_coverage = daily_misses.coverage_over_days(share, alpha, int(count.sum()), overlap)
    apart, size = share[::overlap], (sums.size[kind, there] / count)[::overlap]
    found: TailTests = {
        "coverage": 1 - float(share.mean()),
        "coverage_from": low,
        "coverage_to": high,
        "missed_after_miss": _after_miss(apart),
        **UNTOLD,
    }
    if len(apart) >= FEWEST_OUTCOMES:
        found["p_coverage"] = p_coverage
        found["p_clusters"] = daily_misses.clusters_over_days(apart)
        found["p_conditional"] = daily_misses.conditional_over_days(apart, alpha)
        found["p_dynamic"] = daily_misses.dynamic_over_days(apart, alpha, size)
    return found


def _after_miss(share: Array) -> Number:
    """What part misses the day after one missed: above the usual part, misses come in clusters."""
    before = float(share[:-1].sum())
    return float(share[1:] @ share[:-1]) / before if before > 0 else None
