"""Intervals from past errors: conformal in form, by step, scaled by how far each window's price may move.

All in model space (log price, or price). A past window's error at step k, divided by the size of move that
was expected at its origin (`volatility`), is a score; the interval of a new window is its forecast plus its
own expected size times two quantiles of those scores, and widths move with what came true since
(`adaptive`). Calm windows get narrow intervals and wild ones wide, though one set of quantiles serves all.

The guarantee of split conformal (Lei et al. 2018, theorem 2.2: coverage at least 1 - alpha) asks for
exchangeable scores from rows that nothing was fitted to. Neighbouring windows overlap, all tickers of a day
move together, and `fitting.calibration` takes scores from all training windows: so here it is a good aim and
not a theorem, and `evaluate` reports what the intervals did cover.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rnn_forecast.arrays import Array
from rnn_forecast.intervals.score_quantiles import ends_of, exact_ends

LARGEST_STEP = 4.0  # what the first of the next horizon's forecasts adds: of a learnt square law, 1.2
HORIZONS_BEYOND, LEAST_BEYOND = 4, 24  # horizons, and rows, that intervals are learnt for; or a season
Quantiles = tuple[float | None, ...]  # by step; None where the calibration windows are too few
# of all, what each tail of a stored distribution has, from half outward
TAILS = (0.49, 0.475, 0.45, 0.425, 0.4, 0.375, 0.35, 0.325, 0.3, 0.275, 0.25, 0.225, 0.2, 0.175, 0.15, 0.125,
         0.1, 0.075, 0.05, 0.04, 0.03, 0.025, 0.02, 0.015, 0.01, 0.0075, 0.005, 0.004, 0.0025, 0.002, 0.001,
         0.0005, 0.00025, 0.0001, 0.00005)  # fmt: skip


@dataclass(frozen=True)
class Intervals:
    """What intervals need to know of the past: score quantiles by level and step, in expected moves.

    Plain tuples of numbers, so that `Intervals.from_json(json.loads(json.dumps(intervals.to_json()))) ==
    intervals`.
    """

    windows: int  # how many calibration windows the quantiles come from, at the step that has fewest
    levels: tuple[float, ...]  # percent, ascending
    low: tuple[Quantiles, ...]  # (levels, horizon), usually below zero
    high: tuple[Quantiles, ...]  # (levels, horizon)
    beyond: tuple[float, ...] = ()  # by how much wider than the horizon's last step those after it are
    exact: tuple[float, ...] = ()  # by step, the share of scores that were 0; () of a model of before
    below: tuple[float, ...] = ()  # and the share below 0; () of a model of before

    def __post_init__(self) -> None:
        rows = [*self.low, *self.high]
        if not len(self.low) == len(self.high) == len(self.levels) or len({len(row) for row in rows}) > 1:
            raise ValueError("intervals need one low and one high quantile for each level and step")
        if any(value is not None and not math.isfinite(value) for row in rows for value in row):
            raise ValueError("an interval's quantiles must be finite")
        if any(not 0 < level < 100 for level in self.levels) or list(self.levels) != sorted(set(self.levels)):
            raise ValueError("levels must be in (0, 100), ascending, each once")
        if self.windows < 0:
            raise ValueError(f"expected 0 or more calibration windows, got {self.windows}")
        for low, high in zip(zip(*self.low, strict=True), zip(*self.high, strict=True), strict=True):
            below, above = ([value for value in side if value is not None] for side in (low, high))
            ends = [*reversed(below), 0.0, *above]  # of one step, from the widest level's to the widest's
            if [value is None for value in low] != [value is None for value in high] or ends != sorted(ends):
                raise ValueError("low, 0 and high must ascend, and a higher level hold a lower one")
        if any(not before <= after for before, after in pairwise((1.0, *self.beyond))):
            raise ValueError("intervals beyond the horizon must not get narrower")
        limits = widest(self.horizon, len(self.beyond))
        if any(after > most for after, most in zip(self.beyond, limits, strict=True)):
            raise ValueError("intervals beyond the horizon must not be wider than errors can grow")
        if any(some and len(some) != self.horizon for some in (self.exact, self.below)) or any(
            not 0 <= share <= 1 for share in (*self.exact, *self.below)
        ):
            raise ValueError("an interval's share of exact forecasts must be 0 to 1 at each step")

    @property
    def horizon(self) -> int:
        return len(self.low[0]) if self.low else 0

    def to_json(self) -> dict[str, Any]:
        return {
            "windows": self.windows,
            "levels": list(self.levels),
            "low": [list(row) for row in self.low],
            "high": [list(row) for row in self.high],
            "beyond": list(self.beyond),
            "exact": list(self.exact),
            "below": list(self.below),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Intervals":
        """Raises ValueError, KeyError or TypeError when `record` is not what `to_json` gives."""
        if unknown := record.keys() - cls.__dataclass_fields__.keys():
            raise ValueError(f"there is no key {min(unknown)!r}")
        if type(record["windows"]) is not int:
            raise TypeError(f"windows must be a whole number, got {record['windows']!r}")
        low, high = (
            tuple(tuple(None if value is None else _number(value) for value in row) for row in record[side])
            for side in ("low", "high")
        )
        optional = (record.get(name, ()) for name in ("exact", "below"))
        levels, beyond, exact, below = (
            tuple(_number(value) for value in values)
            for values in (record["levels"], record["beyond"], *optional)
        )
        return cls(record["windows"], levels, low, high, beyond, exact, below)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, got {value!r}")
    return float(value)


def most_beyond(horizon: int, season: int) -> int:
    """The last step that intervals beyond the horizon are learnt for, in rows from the origin."""
    return max(HORIZONS_BEYOND * horizon, horizon + season, LEAST_BEYOND)


def widest(horizon: int, steps: int) -> Array:
    """By how much errors may grow from the horizon h to each of the `steps` steps k after it: 4 (k / h)^1.5.

    A random walk's grow with the root of the step, those of one whose slope is a random walk with the power
    1.5. Networks that were fitted to an exact square law reached 2.2 at step 2 and 79 at step 24 of horizon
    1, those of a price that seldom moves 2.9 and 21. More is a network that feeds on itself, or forged.
    """
    return np.asarray(LARGEST_STEP * (1 + np.arange(1, steps + 1) / max(horizon, 1)) ** 1.5)


def stored_levels(levels: Sequence[float]) -> list[float]:
    """The levels that a model keeps: those asked for, and enough others to read any level or quantile of."""
    return sorted({*map(float, levels), *(round(100 - 200 * tail, 6) for tail in TAILS)})


def calibrate(scores: Array, levels: Sequence[float], independent: Array | None = None) -> Intervals:
    """The quantiles of the scores `(actual - forecast) / spread`, `(n, horizon)`; NaN cells are unknown.

    Each tail gets alpha / 2 = (1 - level / 100) / 2 and its own quantile, so that intervals are asymmetric
    where the errors are. With n + 1 in place of n (the new score is one more of the same kind), the high end
    is the ceil((n + 1)(1 - alpha / 2))-th smallest score and the low end the floor((n + 1) alpha / 2)-th.
    Both exist from 2 / alpha - 1 scores (39 for 95 %); from ceil(1 / alpha) scores (20) the ceil((n + 1)(1 -
    alpha))-th smallest |score| serves on both sides; below that there is no interval. A higher level's
    interval holds a lower's, and every interval holds the forecast itself, also where calibration saw errors
    of one sign only. Sources: Lei et al. 2018; Romano, Patterson and Candes 2019, theorem 2, for two tails
    apart. Where it is known how many `independent` ones (horizon,) they are worth: see `score_quantiles`.
    """
    ordered = (np.sort(column[np.isfinite(column)]) for column in scores.T)
    return intervals_of(ordered, levels, independent)


def intervals_of(
    columns: Iterable[Array], levels: Sequence[float], independent: Array | None = None
) -> Intervals:
    """The same from the known scores of each step, in order; one step's are held at a time."""
    ascending = sorted(float(level) for level in levels)
    ends, counts, exact, below = [], [], [], []  # by step, of all levels
    for step, column in enumerate(columns):
        alphas = [1 - level / 100 for level in ascending]
        if independent is None:
            ends.append([exact_ends(column, alpha) for alpha in alphas])
        else:
            ends.append([ends_of(column, alpha, float(independent[step])) for alpha in alphas])
        counts.append(len(column))
        exact.append(float(np.count_nonzero(column == 0) / max(len(column), 1)))
        below.append(float(np.count_nonzero(column < 0) / max(len(column), 1)))
    low = [[end[0] if end else None for end in of_level] for of_level in zip(*ends, strict=True)]
    high = [[end[1] if end else None for end in of_level] for of_level in zip(*ends, strict=True)]
    sides = (_nested(low, min), _nested(high, max))
    shares = (tuple(exact), tuple(below)) if ascending else ((), ())
    return Intervals(min(counts), tuple(ascending), *sides, exact=shares[0], below=shares[1])


def _nested(rows: list[list[float | None]], widest: Any) -> tuple[Quantiles, ...]:
    """Rows by ascending level, none narrower than one before it (one may be symmetric, the other not)."""
    for before, row in pairwise(rows):
        for step, value in enumerate(row):
            if value is not None and before[step] is not None:
                row[step] = widest(value, before[step])
    return tuple(tuple(row) for row in rows)
