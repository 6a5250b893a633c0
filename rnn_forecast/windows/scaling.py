"""Prices into the numbers that a network sees, and back.

In model space v is log(price), or the price itself where no logs are taken. Each of the three normalisations
is affine by window, x = (v - center) / spread, and the targets go through the same:

    window   center = the window's last v, spread = the window's own mean absolute change, at least `floor`
    zscore   center, spread = mean and standard deviation of the ticker's training rows
    minmax   center, spread = least value and range of the ticker's training rows

Columns besides the price have scales of their own: see `column_scaling`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.errors import DataError, ModelError
from rnn_forecast.prices.movement import counted
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import ScalingChoice

FLOOR = 0.1  # of a mean absolute change: a window flatter than this is no guide to what follows
MOST_INPUT = 10.0  # spreads that a column's value may be from its center: one slip must not outshout all else
MOSTLY = 0.5  # of its rows: a ticker that moves at fewer is no measure of how calm a ticker may be


@dataclass(frozen=True)
class ColumnScale:
    """How a column besides the price gets to numbers of about 1: (v - center) / spread, of logs or not."""

    floor: float  # logs are taken, of no less than this; 0: none are
    center: float  # of all tickers, for those that are not in `by_ticker`
    spread: float
    by_ticker: Mapping[str, tuple[float, float]]  # center and spread

    def logs(self, values: Array) -> Array:
        """The values, or their logs where logs are taken; NaN stays NaN."""
        return np.log(np.maximum(values, self.floor)) if self.floor else values

    def scaled(self, ticker: str, values: Array) -> NDArray[np.float32]:
        """Inputs (n,) within `MOST_INPUT` of 0; 0, which is the center, where a value is NaN."""
        center, spread = self.by_ticker.get(ticker, (self.center, self.spread))
        scaled = np.clip((self.logs(values) - center) / spread, -MOST_INPUT, MOST_INPUT)
        return np.nan_to_num(scaled).astype(np.float32)


@dataclass(frozen=True)
class Scaling:
    """The numbers learnt from training rows; with the recipe's choice they say how any window is scaled."""

    normalize: str  # window | zscore | minmax
    log: bool
    floor: float  # least spread of a window, model space
    by_ticker: Mapping[str, tuple[float, float]]  # zscore, minmax: center and spread of each ticker
    columns: Mapping[str, ColumnScale] = field(default_factory=dict)  # of each column besides the price

    def to_model_space(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log(prices) if self.log else prices

    def to_prices(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.exp(values) if self.log else values

    def centers_and_spreads(self, tickers: Sequence[str]) -> NDArray[np.float64]:
        """Center and spread (s, 2) of each ticker, for zscore and minmax.

        Raises ModelError for a ticker that was not in the training rows: its level is not known.
        """
        unknown = [t for t in tickers if t not in self.by_ticker]
        if unknown and len(self.by_ticker) == 1:  # a model of one ticker, meant for another: its level serves
            return np.array(list(self.by_ticker.values()) * len(tickers))
        if unknown:
            raise ModelError(
                f"{unknown[0]!r} was not among the tickers that this {self.normalize} model was trained on.",
                "Train with --normalize window to forecast tickers that training has not seen.",
            )
        return np.array([self.by_ticker[t] for t in tickers]).reshape(-1, 2)


def fit_scaling(series: Sequence[PriceSeries], fit_rows: NDArray[np.int64], choice: ScalingChoice) -> Scaling:
    """Learn the scaling from the first `fit_rows` (s,) rows of each series: later rows would leak.

    The floor is a part of the calmest ticker's mean absolute change, over rows at which it moved: that of all
    rows alike would fall with each that stands still, and lie above all that a calm ticker does among wild
    ones. Where no ticker moves at most of its rows, all rows that moved count alike.

    Raises DataError when prices that a logarithm is to be taken of are not positive.
    """
    log = choice.takes_logs
    if log:
        _require_positive(series)
    by_ticker: dict[str, tuple[float, float]] = {}
    changes, counts = np.zeros(len(series)), np.zeros(len(series), np.int64)
    for i, (s, n) in enumerate(zip(series, fit_rows, strict=True)):  # no copy of all of them at once
        values = np.log(s.prices[:n]) if log else s.prices[:n]
        steps = np.diff(values)
        changes[i] = np.abs(steps, out=steps).sum()
        counts[i] = np.count_nonzero(counted(values))
        if choice.normalize != "window" and len(values) > 1:
            by_ticker[s.ticker] = _level(choice.normalize, values)
    floor = FLOOR * _calmest(changes, counts, fit_rows)
    if floor <= 0:
        raise DataError("the price never changes over the training rows.", "Give a series that moves.")
    return Scaling(choice.normalize, log, floor, by_ticker)


def _calmest(changes: Array, counts: Positions, rows: Positions) -> float:
    """The least mean change of a ticker that mostly moves; all arrays (s,), sums over and numbers of rows."""
    mostly = (counts > 0) & (counts >= MOSTLY * (rows - 1))
    if not mostly.any():
        return float(changes.sum() / max(counts.sum(), 1))
    return float((changes[mostly] / counts[mostly]).min())


def window_spread(values: NDArray[Any], mask: NDArray[np.bool_], floor: float) -> NDArray[np.float64]:
    """Mean absolute change (n,) of each window's known values (n, lookback), at least `floor`."""
    changes = np.where(mask[:, :-1], np.abs(np.diff(values, axis=1)), 0.0)
    spread: NDArray[np.float64] = changes.sum(axis=1) / np.maximum(mask[:, :-1].sum(axis=1), 1)
    return np.maximum(spread, floor)


def _level(normalize: str, values: NDArray[np.float64]) -> tuple[float, float]:
    if normalize == "zscore":
        center, spread = float(values.mean()), float(values.std())
    else:
        center, spread = float(values.min()), float(np.ptp(values))
    return center, spread if spread > 0 else 1.0


def _require_positive(series: Sequence[PriceSeries]) -> None:
    for s in series:
        if len(s) and s.prices.min() <= 0:
            raise DataError(
                f"{s.ticker} has a price of {s.prices.min():g}, and no logarithm can be taken of it.",
                "Use --no-log, or --normalize zscore, for series that can be zero or negative.",
            )
