"""What a model forecasts from some origins, beside the outcome: the one way from a model to its scores."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.forecasts.adaptation import Forecasts, widths_since
from rnn_forecast.forecasts.forecast_table import ForecastTable, Style, is_special, is_timed
from rnn_forecast.forecasts.forecasting import Interval, in_prices
from rnn_forecast.forecasts.network_weight import forecast_values
from rnn_forecast.forecasts.wanted import Wanted, further_columns
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.distribution import Distribution
from rnn_forecast.intervals.naive import naive_ends, naive_intervals
from rnn_forecast.metrics.baselines import drift, seasonal_naive
from rnn_forecast.metrics.point_errors import training_scale
from rnn_forecast.model.model import Model, floored_moves
from rnn_forecast.prices.movement import counted
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.scores.outcomes.metrics_document import Moment
from rnn_forecast.scores.outcomes.outlooks import (
    GRID_LEVELS,
    USUAL_RISK,
    Outcome,
    Outlook,
    Plain,
    joined_outlooks,
    outlook_of,
    plain_of,
)
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.windows.panel import Panel, dates_at

ROWS = 65_536  # of a comparison, worked out at a time


@dataclass(frozen=True, eq=False)
class Comparison:
    """Forecasts from `origins` beside the outcome, and beside the baselines.

    Only what the network took its time for is kept, one number a window and step and one a window: with a
    million windows the twenty columns that follow from them and from the prices take more memory than all
    else. They are worked out for some windows at a time, as often as they are asked for: by the scores, and
    again by the table.
    """

    model: Model
    series: Sequence[PriceSeries]
    panel: Panel
    origins: Positions  # (n,), ascending: ticker by ticker, oldest first
    values: Array  # (n, horizon) forecasts in model space
    network_weight: Array  # (horizon,) in the network, the mean over these origins
    spread: Array  # (n, horizon) what their intervals are in units of
    wide: Array  # (n, horizon, knots) logs of what widths are multiplied by, by what came true
    scale: Array  # (s,)
    rms_scale: Array  # (s,)
    naive: Mapping[int, Intervals]  # the naive baseline's, by series
    plain: Plain  # its whole distribution

    def __len__(self) -> int:
        return len(self.origins)

    @property
    def tickers(self) -> tuple[str, ...]:
        return self.panel.tickers

    @property
    def horizon(self) -> int:
        return int(self.values.shape[1])

    def pairs(self, part: slice = slice(None)) -> Pairs:
        """Some of the windows, or all, in price units."""
        origins, to_prices = self.origins[part], self.model.scaling.to_prices
        came = self._outcome(part)
        which, last, start = came.ticker, came.last, self.panel.offsets[came.ticker]
        naive = naive_ends(self.naive, which, came.latest, self.horizon)
        found = self._distribution(part)
        wanted = Wanted.by(self.model.recipe.forecast)
        prices, intervals = in_prices(self.model, found, wanted.levels, lambda i: self.tickers[which[i]])
        season = self.model.recipe.window.season
        return Pairs(
            tickers=self.tickers,
            ticker=which,
            origin=came.origin,
            actual=came.actual,
            forecast=prices,
            last=last,
            drift=drift(to_prices(self.panel.prices[start]), last, origins - start + 1, self.horizon),
            scale=self.scale,
            rms_scale=self.rms_scale,
            intervals=intervals,
            further=further_columns(self.model, found, wanted, last),
            naive_intervals=_in_prices(naive, to_prices),
            season=to_prices(seasonal_naive(self.panel.prices, start, origins, season, self.horizon))
            if season
            else None,
            ahead=self.dates_ahead(part),
        )

    def parts(self) -> Iterator[Pairs]:
        for part in self.slices():
            yield self.pairs(part)

    def outlooks(self) -> Iterator[Outlook]:
        for part in self.slices():
            yield self.outlook(part)

    def with_outlook(self) -> Pairs:
        """All of the windows, for who keeps the pairs and not the comparison."""
        return replace(self.pairs(), outlook=self.outlook(slice(None)))

    def outlook(self, part: slice) -> Outlook:
        """What the whole distributions of some of the windows said."""
        found, scaling = self._distribution(part), self.model.scaling
        return outlook_of(found, self.plain, self._outcome(part), scaling.to_prices, log=scaling.log)

    def _outcome(self, part: slice) -> Outcome:
        origins, to_prices = self.origins[part], self.model.scaling.to_prices
        latest = self.panel.prices[origins]
        return Outcome(
            ticker=self.panel.series_of(origins),
            origin=dates_at(self.series, self.panel, origins),
            latest=latest,
            last=to_prices(latest),
            actual=to_prices(self.panel.prices[origins[:, None] + np.arange(1, self.horizon + 1)]),
        )

    def _distribution(self, part: slice) -> Distribution:
        return Distribution(self.model.intervals, self.values[part], self.spread[part], self.wide[part])

    def days(self) -> NDArray[Any]:
        """The distinct dates (t,) of the origins, oldest first."""
        if len(self.series) == 1:
            return dates_at(self.series, self.panel, self.origins)
        each = [np.unique(dates_at(self.series, self.panel, self.origins[part])) for part in self.slices()]
        return np.unique(np.concatenate(each))

    def dates_ahead(self, part: slice) -> NDArray[Any]:
        """The dates (n, horizon) that some of the forecasts are for."""
        steps = np.arange(1, self.horizon + 1)
        return dates_at(self.series, self.panel, self.origins[part, None] + steps)

    def slices(self) -> Iterator[slice]:
        for start in range(0, len(self), self._size()):
            yield slice(start, start + self._size())

    def _size(self) -> int:
        return max(ROWS // self.horizon, 1)


@dataclass(frozen=True, eq=False)
class ComparedRows:
    """A comparison as a table: a row for each origin and step, with the outcome as `actual`."""

    comparison: Comparison

    def style(self) -> Style:
        found = self.comparison
        present = {found.tickers[i] for i in np.unique(found.panel.series_of(found.origins))}
        origins = (dates_at(found.series, found.panel, found.origins[part]) for part in found.slices())
        dates = (found.dates_ahead(part) for part in found.slices())
        return Style(any(map(is_timed, origins)), any(map(is_timed, dates)), is_special(present))

    def parts(self) -> Iterator[ForecastTable]:
        for part in self.comparison.slices():
            yield table_of(self.comparison.pairs(part), self.comparison.dates_ahead(part))

    def whole(self) -> ForecastTable:
        every = slice(None)
        return table_of(self.comparison.pairs(every), self.comparison.dates_ahead(every))


def compare(
    model: Model, series: Sequence[PriceSeries], panel: Panel, origins: Positions, seen: NDArray[np.int64]
) -> Comparison:
    """Forecasts from `origins` (n,), ascending, whose targets must exist, to be held against the outcome.

    `seen (s,)`: how many rows of each series the model, and so its baselines too, may have learnt from.
    """
    window = model.recipe.window
    scales = np.array(
        [
            training_scale(s.prices[:n], counted(panel.prices[start : start + n]))
            for s, n, start in zip(series, seen, panel.offsets[:-1], strict=True)
        ]
    )
    choice = model.recipe.forecast
    learnt = {
        int(i): panel.prices[panel.offsets[i] : panel.offsets[i] + seen[i]]
        for i in np.unique(panel.series_of(origins))
    }
    levels = sorted({*map(float, choice.levels), *GRID_LEVELS})
    naive = {i: naive_intervals(rows, window.horizon, levels) for i, rows in learnt.items()}
    values, weight = forecast_values(model, panel, origins, seen)
    spread = floored_moves(model, panel, origins)
    return Comparison(
        model=model,
        series=series,
        panel=panel,
        origins=origins,
        values=values,
        network_weight=weight,
        spread=spread,
        wide=widths_since(model, series, panel, origins, seen, Forecasts(values, spread)),
        scale=scales[:, 0],
        rms_scale=scales[:, 1],
        naive={i: _only(intervals, choice.levels) for i, intervals in naive.items()},
        plain=plain_of(learnt, naive, len(series), choice.risk or USUAL_RISK, model.scaling.to_prices),
    )


def _only(intervals: Intervals, levels: Sequence[float]) -> Intervals:
    """The same of some of its levels."""
    kept = [i for i, level in enumerate(intervals.levels) if level in levels]
    low, high = (tuple(side[i] for i in kept) for side in (intervals.low, intervals.high))
    exact, below = (intervals.exact, intervals.below) if kept else ((), ())
    of = tuple(intervals.levels[i] for i in kept)
    return replace(intervals, levels=of, low=low, high=high, exact=exact, below=below)


def forecasts_in_prices(
    model: Model, series: Sequence[PriceSeries], panel: Panel, origins: Positions, seen: NDArray[np.int64]
) -> tuple[Array, dict[float, Interval]]:
    """The model's forecasts (n, horizon) and intervals by level: all of an evaluation that it answers for."""
    values, _ = forecast_values(model, panel, origins, seen)
    spread, which = floored_moves(model, panel, origins), panel.series_of(origins)
    wide = widths_since(model, series, panel, origins, seen, Forecasts(values, spread))
    found = Distribution(model.intervals, values, spread, wide)
    return in_prices(model, found, model.recipe.forecast.levels, lambda i: panel.tickers[which[i]])


def joined(parts: Sequence[Pairs], origins: Sequence[Positions]) -> tuple[Pairs, Positions]:
    """The pairs of several comparisons over the same series as one, in order: ticker by ticker, then by time.

    Each ticker keeps the scales of the first part, whose model has seen the fewest rows.
    """
    positions = np.concatenate(origins)
    order = np.argsort(positions, kind="stable")

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])[order]

    def intervals(name: str) -> dict[float, Interval]:
        each = [getattr(part, name) for part in parts]
        return {
            level: (
                np.concatenate([interval[level][0] for interval in each])[order],
                np.concatenate([interval[level][1] for interval in each])[order],
            )
            for level in each[0]
        }

    names = ["ticker", "origin", "actual", "forecast", "last", "drift"]
    names += [name for name in ("season", "ahead") if getattr(parts[0], name) is not None]
    columns: dict[str, Any] = {name: column(name) for name in names}
    columns |= {name: intervals(name) for name in ("intervals", "naive_intervals")}
    further = {n: np.concatenate([part.further[n] for part in parts])[order] for n in parts[0].further}
    outlooks = [part.outlook for part in parts if part.outlook is not None]
    outlook = joined_outlooks(outlooks, order) if len(outlooks) == len(parts) else None
    whole = replace(parts[0], **columns, further=further, outlook=outlook)
    return whole, positions[order]


def table_of(pairs: Pairs, dates: NDArray[Any]) -> ForecastTable:
    """A row for each window and step, the outcome as `actual`; `dates (n, horizon)` are the forecasts'."""
    n, horizon = pairs.actual.shape
    return ForecastTable(
        ticker=np.repeat(np.array(pairs.tickers, dtype=object)[pairs.ticker], horizon),
        origin=np.repeat(pairs.origin, horizon),
        step=np.tile(np.arange(1, horizon + 1), n),
        date=dates.ravel(),
        forecast=pairs.forecast.ravel(),
        last=np.repeat(pairs.last, horizon),
        intervals={
            f"{level:g}": (low.ravel(), high.ravel()) for level, (low, high) in pairs.intervals.items()
        },
        further={name: column.ravel() for name, column in pairs.further.items()},
        actual=pairs.actual.ravel(),
    )


def span_of(dates: Iterable[NDArray[Any]]) -> tuple[Moment, Moment]:
    """The first and the last date that was forecast, as metrics.json has them."""
    least = [(some.min(), some.max()) for some in dates]
    ends = np.array([min(first for first, _ in least), max(last for _, last in least)])
    first, last = iso(ends) if ends.dtype.kind == "M" else ends.tolist()
    return first, last


def _in_prices(
    intervals: Mapping[float, Interval], to_prices: Callable[[Array], Array]
) -> dict[float, Interval]:
    return {level: (to_prices(low), to_prices(high)) for level, (low, high) in intervals.items()}
