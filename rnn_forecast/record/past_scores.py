"""Were forecasts of before right, now that their prices have come? As returns on the origin's price.

Over the last 20, 60 and 250 outcomes of each ticker and step, and over all; beside the last value, which says
a return of 0; by ticker; and the days that broke the most bands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.metrics.coverage_tests import kupiec
from rnn_forecast.metrics.daily_misses import coverage_over_days
from rnn_forecast.scores.outcomes.skill import Daily, by_day, enough, verdict

YEAR = 250  # rows, about
LATEST = (20, 60, YEAR, None)  # outcomes of each ticker and step; None: all
WORST = 5  # days that are named


@dataclass(frozen=True)
class Came:
    """Forecasts that came true, a row each, by ticker, origin and step."""

    tickers: Sequence[str]
    dates: Sequence[str]  # of `came`
    ticker: NDArray[np.int64]  # (n,) places in `tickers`
    origin: NDArray[np.int64]  # places among all origins
    step: NDArray[np.int64]
    came: NDArray[np.int64]  # places in `dates`
    forecast: Array  # returns
    actual: Array
    missed: Mapping[str, Array]  # by level: 1 outside the band, 0 within, NaN where there was none

    @classmethod
    def of(
        cls,
        moments: tuple[Sequence[str], Sequence[str], Sequence[int], Sequence[str]],
        forecast: Array,
        actual: Array,
        **missed: Array,
    ) -> "Came":
        """Of tickers, origins, steps and dates that came, each (n,): texts that sort as they follow."""
        (tickers, ticker), (_, origin), (dates, came) = map(_places, (moments[0], moments[1], moments[3]))
        step = np.array(moments[2], np.int64)
        return cls(tickers, dates, ticker, origin, step, came, forecast, actual, missed)

    def __len__(self) -> int:
        return len(self.step)

    def rows(self, which: "NDArray[np.bool_] | slice") -> "Came":
        return Came(
            self.tickers, self.dates, self.ticker[which], self.origin[which], self.step[which],
            self.came[which], self.forecast[which], self.actual[which],
            {level: missed[which] for level, missed in self.missed.items()},
        )  # fmt: skip


def track_record(came: Came, latest: Sequence[int | None] = LATEST) -> dict[str, Any]:
    """`latest`: by how many rows and by step; `by_ticker`: by step over all rows; `days`: the worst."""
    back = _from_the_end(came)
    parts = []
    for rows in latest:
        part = came if rows is None else came.rows(back < rows)
        parts.append({"rows": rows, "steps": by_step(part)})
    ends = np.searchsorted(came.ticker, np.arange(len(came.tickers) + 1)).tolist()
    tickers = [
        {"ticker": name, "steps": by_step(came.rows(slice(start, end)))}
        for name, (start, end) in zip(came.tickers, pairwise(ends), strict=True)
    ]
    return {"latest": parts, "by_ticker": tickers, "days": worst_days(came)}


def by_step(came: Came) -> list[dict[str, Any]]:
    return [_scored(came.rows(came.step == step), step) for step in np.unique(came.step).tolist()]


def worst_days(came: Came) -> list[dict[str, Any]]:
    """Days on which the largest share of all bands broke, the worst first; of equal ones the latest."""
    if not came.missed:
        return []
    place, days = came.came, came.dates
    each = np.stack([*came.missed.values()])  # (levels, n)
    broke = np.bincount(place, np.nansum(each, axis=0), len(days))
    bands = np.bincount(place, np.isfinite(each).sum(axis=0), len(days))
    share = broke / np.maximum(bands, 1)
    order = np.lexsort((np.arange(len(days)), share))[::-1]
    return [
        {"date": days[i].strip(), "broken": int(broke[i]), "bands": int(bands[i])}
        for i in order[:WORST].tolist()
        if broke[i]
    ]


def held_lately(came: Came, days: int = YEAR, mean: int = 20) -> dict[str, Any]:
    """The last `dates`, and by level the share of bands that held in the `mean` days up to each."""
    if len(came.dates) < mean:
        return {"mean": mean, "dates": [], "held": {}}
    held = {}
    for level, missed in came.missed.items():
        broke = np.bincount(came.came, np.nan_to_num(missed), len(came.dates))
        bands = np.bincount(came.came, np.isfinite(missed), len(came.dates))
        sums = [np.convolve(each, np.ones(mean), "valid")[-days:] for each in (broke, bands)]
        with np.errstate(invalid="ignore"):
            held[level] = (1 - sums[0] / sums[1]).tolist()  # NaN where there were no bands
    return {"mean": mean, "dates": [date.strip() for date in came.dates[mean - 1 :][-days:]], "held": held}


def _scored(came: Came, step: int) -> dict[str, Any]:
    """One step: errors in percent of the origin's price, the test of skill, coverage.

    The ratio is of the errors that are tested, each in its ticker's own size of move: of errors in percent it
    could say better where the test says worse.
    """
    error, moved = (came.actual - came.forecast) ** 2, came.actual**2
    ours, last = (100 * float(np.sqrt(one.mean())) for one in (error, moved))
    scale = _scale(came, moved)
    ratio = _ratio(error / scale, moved / scale)
    days = int((np.bincount(came.origin) > 0).sum())
    p_value = _pooled((error - moved) / scale, came.origin, step)
    judged = verdict(ratio, p_value if enough(days, days / step) else None)
    return {
        "step": step, "outcomes": len(came), "days": days, "rmse": ours, "rmse_last_value": last,
        "rmse_ratio": ratio, "dm_p_value": p_value, "verdict": judged,
        "coverage": [_covered(came, level, missed, step) for level, missed in came.missed.items()],
    }  # fmt: skip


def _ratio(ours: Array, theirs: Array) -> float | None:
    """Of root mean squares; None where those of the last value alone are 0."""
    mine, last = float(ours.mean()), float(theirs.mean())
    return float(np.sqrt(mine / last)) if last else (1.0 if mine == 0 else None)


def _scale(came: Came, squares: Array) -> Array:
    """The mean square move of each row's ticker, (n,): no ticker counts more for being restless."""
    means = np.bincount(came.ticker, squares) / np.maximum(np.bincount(came.ticker), 1)
    return np.where(means > 0, means, 1.0)[came.ticker]


def _covered(came: Came, level: str, missed: Array, step: int) -> dict[str, Any]:
    """How often the band held, in percent. Outcomes of later steps overlap: every step-th of them is tested.

    Of one ticker by Kupiec's test; of several by the share that missed on each day, for shares move together.
    """
    there = np.isfinite(missed)
    alpha, broke, n = 1 - float(level) / 100, missed[there], int(there.sum())
    found = {"level": float(level), "outcomes": n, "held": 100 * (1 - float(broke.mean())) if n else None}
    if came.ticker[0] == came.ticker[-1]:
        return found | {"p_value": kupiec(broke[::step] > 0, alpha)}
    _, day, count = np.unique(came.origin[there], return_inverse=True, return_counts=True)
    if len(count) <= max(step, 2):
        return found | {"p_value": None}
    share = by_day(np.bincount(day, broke).astype(float), count, float(broke.mean()))
    return found | {"p_value": coverage_over_days(share, alpha, n, step).p_value}


def _pooled(differential: Array, origin: NDArray[np.int64], overlap: int) -> float | None:
    """`pooled_diebold_mariano`, loss 1, where days are places among origins: a million need not be sorted."""
    count = np.bincount(origin)
    there = count > 0
    daily = Daily(int(there.sum()))
    daily.add(differential, (np.cumsum(there) - 1)[origin])
    return daily.p_value(count[there], overlap, loss=1.0)


def _from_the_end(came: Came) -> NDArray[np.int64]:
    """For each row how many later ones its ticker and step have."""
    order = np.lexsort((came.origin, came.step, came.ticker))[::-1]
    key = np.stack([came.ticker, came.step])[:, order]  # (2, n), the last origin of each first
    first = np.flatnonzero(np.r_[True, (np.diff(key) != 0).any(axis=0)][: len(came)])
    back = np.empty(len(came), np.int64)
    back[order] = np.arange(len(came)) - np.repeat(first, np.diff(np.r_[first, len(came)]))
    return back


def _places(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct ones in order, and where each of `texts` stands among them."""
    distinct = sorted(set(texts))
    place = {text: i for i, text in enumerate(distinct)}
    return distinct, np.array([place[text] for text in texts], np.int64)
