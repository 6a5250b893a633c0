"""Columns besides the price → further inputs of the network: rows of the panel, each on a scale of about 1.

A column of the past is one input, and so is the market; one that is known ahead is two: its value at a row,
and the value a horizon later. So the last `horizon` rows of a window show all the steps that are forecast.
Index example, horizon 2, origin t: the row t - 1 shows the values of t - 1 and t + 1, the origin's row those
of t and t + 2.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import RecipeError
from rnn_forecast.prices.series import Ahead, PriceSeries
from rnn_forecast.recipe import Data, Recipe, at_odds
from rnn_forecast.windows.column_scaling import signal, usable
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.scaling import Scaling

Inputs = NDArray[np.float32]
SEVERAL_WEEKS = 30  # rows of days that show on which weekdays there is trade


def with_inputs(panel: Panel, series: Sequence[PriceSeries], scaling: Scaling, recipe: Recipe) -> Panel:
    """The panel of these series with the inputs that the recipe's columns are; as it is without any.

    Raises DataError for a series that lacks a column, RecipeError for a recipe that is at odds with itself.
    """
    data = recipe.data
    if not data.columns:
        return panel
    if (odds := at_odds(recipe)) is not None:
        raise RecipeError(odds.why, odds.remedy)
    inputs = np.zeros((len(data.inputs), panel.values.shape[1]), np.float32)
    ahead = [rows_ahead(s) if data.known else Ahead(s.dates[:0], {}) for s in series]
    most = max(len(of_one.dates) for of_one in ahead)
    after = np.zeros((len(series), len(data.inputs), most), np.float32)
    for i, s in enumerate(series):
        rows = _input_rows(s, ahead[i], scaling, recipe)
        inputs[:, panel.offsets[i] : panel.offsets[i + 1]] = rows[:, : len(s)]
        after[i, :, : rows.shape[1] - len(s)] = rows[:, len(s) :]
    return replace(panel, inputs=inputs, after=after)


def inputs_after(panel: Panel, data: Data, origin: int, steps: int) -> Inputs:
    """The inputs (p, steps) of the rows that follow an origin, as far as they are known there.

    Columns of the past stay at their last value, the market where it is; what is known ahead is that of these
    rows, 0 where nobody says it.
    """
    i = int(panel.series_of(np.array([origin]))[0])
    found = np.zeros((len(data.inputs), steps), np.float32)
    for row, role in enumerate(data.inputs):
        if role == "past":
            found[row] = panel.inputs[row, origin]
        elif role == "known":
            later = panel.inputs[row, origin + 1 : panel.offsets[i + 1]]
            known = np.concatenate([later[:steps], panel.after[i, row]])[:steps]
            found[row, : len(known)] = known
    return found


def rows_ahead(s: PriceSeries) -> Ahead:
    """What is said of the rows after the last price, but for weekdays on which this series never trades.

    A calendar may list every day; the rows of its weekends are no days that a price will have.
    """
    ahead = s.ahead or Ahead(s.dates[:0], {})
    if s.frequency != "daily" or len(s) < SEVERAL_WEEKS:
        return ahead
    weekdays, there = (dates.astype("M8[D]").astype(np.int64) % 7 for dates in (s.dates, ahead.dates))
    kept = np.isin(there, weekdays)
    return Ahead(ahead.dates[kept], {name: values[kept] for name, values in ahead.columns.items()})


def _input_rows(s: PriceSeries, ahead: Ahead, scaling: Scaling, recipe: Recipe) -> Inputs:
    """(p, n + rows ahead); after the last row of the series only what is known ahead counts."""
    rows, nothing = [], np.full(len(ahead.dates), np.nan)
    for name, role in recipe.data.columns:
        values = signal(s, name, role)
        further = usable(ahead.columns.get(name, nothing)) if role == "known" else nothing
        scaled = scaling.columns[name].scaled(s.ticker, np.concatenate([values, further]))
        rows.append(scaled)
        if role == "known":
            rows.append(_a_horizon_later(scaled, recipe.window.horizon))
    return np.stack(rows)


def _a_horizon_later(values: Inputs, horizon: int) -> Inputs:
    later = np.zeros_like(values)
    later[:-horizon] = values[horizon:]
    return later
