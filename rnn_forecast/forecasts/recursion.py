"""Steps beyond a model's horizon: forecasts of forecasts, and how much less certain they are."""

from dataclasses import replace

import numpy as np

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.conformal import widest
from rnn_forecast.model.model import Model, floored_moves, target_values, weighted_values
from rnn_forecast.windows.column_inputs import inputs_after
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import windows_at


def recursed(model: Model, panel: Panel, origins: Positions, steps: int, weight: Array) -> Array:
    """Forecasts (n, steps) in model space from `origins` (n,): one horizon's are known prices to the next.

    `weight` is by step of the horizon, or by origin and step. The drift stays in spreads of the last window
    of real prices: one of forecasts is smooth, and in its spreads the drift would fade. Columns go on as
    `inputs_after` says.
    """
    horizon, longer = model.horizon, _lengthened(model, panel, origins, steps)
    ends = longer.offsets[1:] - steps  # after the last known value
    spread = windows_at(longer, ends - 1, model.scaling, model.recipe.window).spread
    for done in range(0, steps, horizon):
        windows = windows_at(longer, ends - 1 + done, model.scaling, model.recipe.window)
        target = target_values(model, replace(windows, spread=spread))
        ahead = np.arange(done, min(done + horizon, steps))
        longer.prices[ends[:, None] + ahead] = weighted_values(model, windows, target, weight)[
            :, : len(ahead)
        ]
    return np.asarray(longer.prices[ends[:, None] + np.arange(steps)])


def growth(model: Model, panel: Panel, origins: Positions, steps: int) -> tuple[float, ...]:
    """How much larger errors get beyond the horizon, for each step from horizon + 1 to `steps`; never less.

    The mean absolute error of recursed forecasts from `origins` (n,), whose targets must exist, in expected
    sizes, over that at the horizon's last step. A network that knows the season errs hardly more a season
    later; the errors of a random walk grow with the root of the step.
    """
    horizon = model.horizon
    size = floored_moves(model, panel, origins)[:, -1:]
    actual = panel.prices[origins[:, None] + np.arange(1, steps + 1)]
    errors = np.abs(actual - recursed(model, panel, origins, steps, model.shrinkage)) / size
    means = errors[:, horizon - 1 :].mean(axis=0)
    if not means[0] > 0:
        return ()
    grown = np.maximum.accumulate(np.maximum(means[1:] / means[0], 1.0))
    # a network that feeds on itself may run away
    return tuple(np.minimum(grown, widest(horizon, len(grown))).tolist())


def _lengthened(model: Model, panel: Panel, origins: Positions, steps: int) -> Panel:
    """The values up to each origin, as far as a window reaches, a series each, with `steps` free places."""
    data, series = model.recipe.data, panel.series_of(origins)
    counts = np.minimum(origins - panel.offsets[series] + 1, model.recipe.window.reach)
    offsets = np.cumsum([0, *(counts + steps)])
    values, inputs = np.zeros((1, offsets[-1])), np.zeros((len(data.inputs), offsets[-1]), np.float32)
    for start, stop, count, origin in zip(offsets, offsets[1:], counts, origins.tolist(), strict=False):
        known = slice(origin + 1 - count, origin + 1)
        values[0, start : start + count] = panel.prices[known]
        if data.inputs:
            inputs[:, start : start + count] = panel.inputs[:, known]
            inputs[:, start + count : stop] = inputs_after(panel, data, origin, steps)
    return Panel(tuple(panel.tickers[i] for i in series), values, offsets, inputs=inputs)
