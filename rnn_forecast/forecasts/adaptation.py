"""How a model's intervals held since it was made, and the widths that follow: see `intervals.adaptive`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.forecasts.network_weight import forecast_values
from rnn_forecast.intervals.adaptive import SPAN, Outcomes, widening
from rnn_forecast.intervals.distribution import KNOTS
from rnn_forecast.model.model import Model, floored_moves
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.panel import Panel, dates_at
from rnn_forecast.windows.standing import moving
from rnn_forecast.windows.windows import MIN_PRICES


class Forecasts(NamedTuple):
    """Made already, at the origins that are asked for: (n, horizon) each, in model space."""

    values: Array
    spread: Array  # the moves that were expected


class _Since(NamedTuple):
    """Rows of the panel from which something unseen was forecast, series by series."""

    rows: Positions  # (m,) of the panel
    made: Positions  # (m,) the number of their date among all dates of such rows
    known: Positions  # (m, horizon) that of the outcome; -1 where there is none


def widths_since(
    model: Model,
    series: Sequence[PriceSeries],
    panel: Panel,
    origins: Positions,
    seen: Positions,
    there: Forecasts | None = None,
) -> Array:
    """(n, horizon, knots) logs of what widths are multiplied by at `origins` (n,), ascending.

    What was forecast at each row from `seen` (s,) on, of every series of the panel, is held against what came
    of it by the date of the origin. Rows at which a price stands still have no say.
    """
    wide = np.zeros((len(origins), model.horizon, len(KNOTS)))
    near, counted, place = _replayed_rows(model, series, panel, origins, seen)
    if counted.any():
        outcomes, _ = _outcomes(model, panel, near, seen, origins, there)
        wide[counted] = widening(model.intervals, outcomes, place)
    return wide


def widths_and_moves(
    model: Model, series: Sequence[PriceSeries], panel: Panel, origins: Positions, seen: Positions
) -> tuple[Array, Array]:
    """The same, and the moves (n, horizon) expected from there: in one go with those of the replay."""
    near, counted, place = _replayed_rows(model, series, panel, origins, seen)
    if not counted.all():
        return widths_since(model, series, panel, origins, seen), floored_moves(model, panel, origins)
    outcomes, spread = _outcomes(model, panel, near, seen, origins, None)
    return widening(model.intervals, outcomes, place), spread[place]


def _replayed_rows(
    model: Model, series: Sequence[PriceSeries], panel: Panel, origins: Positions, seen: Positions
) -> tuple[_Since, NDArray[np.bool_], Positions]:
    """The rows that are replayed; which of the origins (n,) are among them, and where those stand."""
    since = _rows_since(model, series, panel, seen)
    if not len(since.rows) or not model.intervals.levels:
        return since, np.zeros(len(origins), np.bool_), origins[:0]
    place = np.minimum(np.searchsorted(since.rows, origins), len(since.rows) - 1)
    counted = np.asarray(since.rows[place] == origins)
    if not counted.any():
        return since, counted, place[:0]
    asked = since.made[place[counted]]
    near = (since.made >= (asked.min() // SPAN - 1) * SPAN) & (since.made <= asked.max())
    return _Since(*(column[near] for column in since)), counted, (np.cumsum(near) - 1)[place[counted]]


def _rows_since(model: Model, series: Sequence[PriceSeries], panel: Panel, seen: Positions) -> _Since:
    fewest = np.maximum(seen, min(MIN_PRICES, model.recipe.window.lookback))
    spans = zip(panel.offsets[:-1] + fewest - 1, panel.offsets[1:], strict=True)
    rows = np.concatenate([np.arange(first, stop) for first, stop in spans])
    which, made = panel.series_of(rows), np.unique(dates_at(series, panel, rows), return_inverse=True)[1]
    known = np.full((len(rows), model.horizon), -1)
    for step in range(1, model.horizon + 1):
        known[:-step, step - 1] = np.where(which[step:] == which[:-step], made[step:], -1)
    return _Since(rows, made, known)


def _outcomes(
    model: Model, panel: Panel, since: _Since, seen: Positions, origins: Positions, there: Forecasts | None
) -> tuple[Outcomes, Array]:
    """What was forecast at the rows, `there` or made now, and what came of it; and the moves expected."""
    values, spread = np.empty(since.known.shape), np.empty(since.known.shape)
    place = np.minimum(np.searchsorted(origins, since.rows), len(origins) - 1)
    made = (origins[place] == since.rows) & (there is not None)
    if there is not None:
        values[made], spread[made] = there.values[place[made]], there.spread[place[made]]
    if not made.all():
        values[~made], _ = forecast_values(model, panel, since.rows[~made], seen)
        spread[~made] = floored_moves(model, panel, since.rows[~made])
    ahead = np.minimum(since.rows[:, None] + np.arange(1, model.horizon + 1), len(panel.prices) - 1)
    known = np.where(moving(panel, since.rows)[:, None], since.known, -1)
    scores = (panel.prices[ahead] - values) / spread
    return Outcomes(panel.series_of(since.rows), since.made, known, scores), spread
