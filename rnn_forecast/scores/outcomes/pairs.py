"""Forecasts beside the outcome: what scores are made of, whole or a part at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.metrics.baselines import last_value
from rnn_forecast.scores.outcomes.outlooks import Outlook

Interval = tuple[Array, Array]  # low, high: (n, horizon) each, NaN where there is no interval


@dataclass(frozen=True, eq=False)
class Pairs:
    """Forecasts beside the outcome: row i of each array is one window. All in price units, all finite.

    `scale` and `rms_scale` are each ticker's `metrics.training_scale`, from its own training rows.
    `intervals` and `naive_intervals` (those of last value) go by level in percent: `{80.0: (low, high)}`.
    """

    tickers: tuple[str, ...]  # (s,)
    ticker: NDArray[np.int64]  # (n,) index into tickers
    origin: NDArray[Any]  # (n,) date of the last known price, or its row number
    actual: Array  # (n, horizon)
    forecast: Array  # (n, horizon)
    last: Array  # (n,)
    drift: Array  # (n, horizon)
    scale: Array  # (s,)
    rms_scale: Array  # (s,)
    intervals: Mapping[float, Interval] = field(default_factory=dict)
    naive_intervals: Mapping[float, Interval] = field(default_factory=dict)
    further: Mapping[str, Array] = field(default_factory=dict)  # (n, horizon) each: quantiles, risk
    season: Array | None = None  # (n, horizon) the price one season before, where the recipe has a season
    ahead: NDArray[Any] | None = None  # (n, horizon) the dates of `actual`, in the unit of `origin`
    outlook: Outlook | None = None  # of the same windows

    def __post_init__(self) -> None:
        intervals = [
            side
            for each in (self.intervals, self.naive_intervals)
            for interval in each.values()
            for side in interval
        ]
        further = [table for table in (self.season, self.ahead) if table is not None]
        if any(
            table.shape != self.actual.shape for table in (self.forecast, self.drift, *further, *intervals)
        ):
            raise ValueError(f"forecasts and intervals must have the shape of actual, {self.actual.shape}")
        if any(row.shape != self.actual.shape[:1] for row in (self.ticker, self.origin, self.last)):
            raise ValueError(
                f"ticker, origin and last must have one cell for each of {len(self.actual)} windows"
            )
        if any(scale.shape != (len(self.tickers),) for scale in (self.scale, self.rms_scale)):
            raise ValueError(f"each of {len(self.tickers)} tickers needs one scale and one rms_scale")
        if len(self.actual) == 0:
            raise ValueError("there is no window to score")

    def __len__(self) -> int:
        return len(self.actual)

    @property
    def horizon(self) -> int:
        return int(self.actual.shape[1])

    def parts(self) -> "Iterator[Pairs]":
        yield self

    def outlooks(self) -> "Iterator[Outlook]":
        if self.outlook is not None:
            yield self.outlook

    def days(self) -> NDArray[Any]:
        return np.unique(self.origin)

    @cached_property
    def forecasts(self) -> dict[str, Array]:
        """Every forecast that is scored, by its name in metrics.json."""
        return {
            "forecast": self.forecast,
            "last_value": last_value(self.last, self.horizon),
            "drift": self.drift,
            **({} if self.season is None else {"seasonal_naive": self.season}),
        }


class ManyPairs(Protocol):
    """Windows that may be too many to be held with all that is known of them."""

    @property
    def tickers(self) -> tuple[str, ...]: ...  # (s,)

    @property
    def scale(self) -> Array: ...  # (s,) as in Pairs

    @property
    def rms_scale(self) -> Array: ...  # (s,)

    @property
    def horizon(self) -> int: ...

    def __len__(self) -> int:
        """How many windows."""

    def parts(self) -> Iterator[Pairs]:
        """All windows, a bounded number at a time, anew each time.

        Several parts come ticker by ticker, oldest first; a single one may be in any order.
        """

    def outlooks(self) -> Iterator[Outlook]:
        """What whole distributions said of the same windows, in the same order; none where unknown."""

    def days(self) -> NDArray[Any]:
        """The distinct dates (t,) of the origins, oldest first."""
