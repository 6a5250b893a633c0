"""What a model forecasts: from any origins of a panel, and the next prices of series."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Dates
from rnn_forecast.errors import DataError, TrainingError
from rnn_forecast.forecasts.adaptation import widths_and_moves
from rnn_forecast.forecasts.dates_ahead import dates_ahead
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.network_weight import QUIET, weight_at
from rnn_forecast.forecasts.recursion import recursed
from rnn_forecast.forecasts.wanted import Wanted, further_columns
from rnn_forecast.intervals.distribution import KNOTS, Distribution, scores_at
from rnn_forecast.model.model import Model, first_unseen, floored_moves, panel_of
from rnn_forecast.prices.checks import is_constant
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import MIN_PRICES

Interval = tuple[Array, Array]  # low, high: (n, steps) each


@np.errstate(**QUIET)
def forecast(
    model: Model, series: Sequence[PriceSeries], steps: int, wanted: Wanted | None = None
) -> ForecastTable:
    """The next `steps` prices of every series, with what is `wanted` of their distributions.

    Steps beyond the model's horizon go on recursively: the forecasts made so far are taken for known prices.
    A series whose price never changes stays where it is, whether or not the model has met it; its intervals
    are as wide as those of the calmest windows, see `floored_moves`.
    Raises DataError for a series with too few prices to say anything about its volatility, for one that lacks
    a column of the model's recipe, and where what has to be known ahead is not.
    """
    for error in too_short(model, series).values():
        raise error
    dates = dates_ahead(series, steps, model.recipe.data.known, model.horizon)
    panel = panel_of(model, series)
    ends = panel.offsets[1:] - 1
    values = np.repeat(panel.prices[ends][:, None], steps, axis=1)  # (s, steps)
    goes = np.array([not is_constant(s) for s in series])
    wide = np.zeros((len(series), model.horizon, len(KNOTS)))
    spread = np.empty((len(series), model.horizon))
    spread[~goes] = floored_moves(model, panel, ends[~goes])
    if goes.any():
        moving = [s for s, go in zip(series, goes, strict=True) if go]
        among = panel if goes.all() else panel_of(model, moving)
        values[goes], wide[goes], spread[goes] = _values_and_widths(model, moving, among, steps)
    found = Distribution(model.intervals, values, spread, wide)
    wanted = wanted or Wanted.by(model.recipe.forecast)
    prices, intervals = in_prices(model, found, wanted.levels, lambda i: series[i].ticker)
    last = np.array([s.prices[-1] for s in series])
    return table_of(series, dates, prices, intervals, further_columns(model, found, wanted, last))


def in_prices(
    model: Model, found: Distribution, levels: Sequence[float], ticker_of: Callable[[int], str]
) -> tuple[Array, dict[float, Interval]]:
    """The forecasts (n, steps) as prices, and the ends of their intervals by level.

    The one way from a model to prices that are written or scored. `ticker_of` says of which series a row is.
    An end is NaN only where the model has no quantile.

    Raises TrainingError where a forecast or an end is no finite number, or 0 where a model of logs says so:
    the exponential of less than -745 is 0, which is no price, and the next log of it none either.
    """
    to_prices, steps = model.scaling.to_prices, np.arange(found.forecast.shape[1])
    prices = as_prices(model, found.forecast, ticker_of)
    with np.errstate(**QUIET):
        ends = {level: found.ends(level) for level in levels}
        intervals = {level: (to_prices(low), to_prices(high)) for level, (low, high) in ends.items()}
    for level in levels:
        stored = np.isfinite(scores_at(model.intervals, (100 - level) / 200)[0])
        there = stored[np.minimum(steps, len(stored) - 1)] if len(stored) else np.zeros(len(steps), bool)
        for side, end in zip(("low", "high"), intervals[level], strict=True):
            _require_prices(model, f"{side} end of the {level:g} % interval", end, there, ticker_of)
    return prices, intervals


def as_prices(model: Model, values: Array, ticker_of: Callable[[int], str]) -> Array:
    """Forecasts (n, steps) in model space as prices. Raises TrainingError where one is none."""
    with np.errstate(**QUIET):
        prices = np.asarray(model.scaling.to_prices(values))
    _require_prices(model, "forecast", prices, np.ones(prices.shape[1], bool), ticker_of)
    return prices


def _require_prices(
    model: Model, what: str, prices: Array, there: NDArray[np.bool_], ticker_of: Callable[[int], str]
) -> None:
    """Raises TrainingError for the first of the prices (n, steps) that is none, at steps `there`."""
    bad = ~(np.isfinite(prices) & (prices > 0)) if model.scaling.log else ~np.isfinite(prices)
    bad &= there
    if bad.any():
        row, step = np.argwhere(bad)[0].tolist()
        expected = "a price above 0" if model.scaling.log else "a finite price"
        raise TrainingError(
            f"{ticker_of(row)}, step {step + 1}: expected {expected} as {what}, found {prices[row, step]:g}.",
            "Train the model again; forecast fewer --steps where only late ones are wrong.",
        )


def _values_and_widths(
    model: Model, series: Sequence[PriceSeries], panel: Panel, steps: int
) -> tuple[Array, Array, Array]:
    """Forecasts (s, steps) in model space, logs (s, horizon, knots) of what widths are multiplied by, and the
    moves (s, horizon) that are expected."""
    ends = panel.offsets[1:] - 1
    seen = first_unseen(model, series)
    weight = weight_at(model, panel, ends, seen)
    wide, spread = widths_and_moves(model, series, panel, ends, seen)
    return recursed(model, panel, ends, steps, weight), wide, spread


def too_short(model: Model, series: Sequence[PriceSeries]) -> dict[str, DataError]:
    """Of the series that no forecast can be made of, by ticker, why."""
    needed = min(MIN_PRICES, model.recipe.window.lookback)
    return {s.ticker: _too_few(s, needed) for s in series if len(s) < needed}


def _too_few(s: PriceSeries, needed: int) -> DataError:
    has = "1 price" if len(s) == 1 else f"{len(s)} prices"
    what = f"{s.ticker} has {has}; a forecast needs {needed}."
    return DataError(what, "Add rows, or name the others with --ticker.")


def table_of(
    series: Sequence[PriceSeries],
    dates: Dates,  # (s, steps)
    prices: Array,
    intervals: Mapping[float, Interval] = MappingProxyType({}),
    further: Mapping[str, Array] = MappingProxyType({}),
) -> ForecastTable:
    """One row for each series and step."""
    n, steps = prices.shape
    return ForecastTable(
        ticker=np.repeat(np.array([s.ticker for s in series], dtype=object), steps),
        origin=np.repeat(np.array([s.dates[-1] for s in series]), steps),
        step=np.tile(np.arange(1, steps + 1), n),
        date=dates.ravel(),
        forecast=prices.ravel(),
        last=np.repeat([s.prices[-1] for s in series], steps),
        intervals={f"{level:g}": (low.ravel(), high.ravel()) for level, (low, high) in intervals.items()},
        further={name: column.ravel() for name, column in further.items()},
    )
