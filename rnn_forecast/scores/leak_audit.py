"""Does any forecast know what comes after its origin? Change all of it, forecast again, compare the bits.

A network that peeks scores well and is worthless, and no score shows it. So this asks the forecasts
themselves: they are made again by the same code, in the same batches, from the prices as they are and from
prices that differ after a date, and none from that date or before may differ by one bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.model.model import Model, first_unseen, panel_of
from rnn_forecast.prices.series import Ahead, PriceSeries, iso
from rnn_forecast.scores.comparison import forecasts_in_prices
from rnn_forecast.scores.evaluation import Evaluation
from rnn_forecast.scores.outcomes.metrics_document import Audited
from rnn_forecast.seeds import generator
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.windows import CHUNK

MOST_WINDOWS = 20_000  # forecast again in all, so that an audit takes some ten evaluations
LEAST_TRIALS, MOST_TRIALS = 5, 40
AGREEING = 1e-6  # of a forecast and of a usual move: a batch of another size sums in another order
SHOCK = 0.5  # standard deviation of the changes: logs of prices, or standard deviations of a series


class LeakError(Exception):
    """A forecast moved when later prices did: a bug, and none that a user could do anything about."""


@dataclass(frozen=True)
class Audit:
    origins: int  # that were forecast from again, with every later price changed
    compared: int  # forecasts from these origins and earlier ones, each held to the bit
    changed: int  # of them, that came out otherwise

    def to_json(self) -> Audited:
        return {"origins": self.origins, "compared": self.compared, "changed": self.changed}


def audit(model: Model, series: Sequence[PriceSeries], evaluation: Evaluation, *, seed: int = 0) -> Audit:
    """Hold a sample of the evaluation's forecasts and intervals to this. Raises LeakError where one moved.

    A trial takes one batch (sums in another order differ in their last bit) and the date of one of its
    origins; after that date every price and column of every series is changed at random. What the batch gives
    before the change is also what was scored, up to that last bit.
    """
    rng = generator(seed, "audit")
    size = min(len(evaluation.origins), CHUNK)
    trials = int(np.clip(MOST_WINDOWS // max(size, 1), LEAST_TRIALS, MOST_TRIALS))
    dates = np.concatenate([s.dates for s in series])[evaluation.origins]  # (n,)
    at_cut, moved = np.zeros(len(dates), bool), np.zeros(len(dates), bool)
    compared, scored = 0, _columns(evaluation.table, model.horizon)
    seen, usual = first_unseen(model, series), _usual_move(evaluation.table)
    panel = panel_of(model, series)

    @cache  # of the few batches, not of each trial
    def unchanged(start: int) -> list[Array]:
        return _forecast(model, series, panel, evaluation.origins[start : start + CHUNK], seen)

    for pick in rng.integers(len(dates), size=trials).tolist():
        start = pick // CHUNK * CHUNK
        batch = slice(start, start + CHUNK)
        changed = [changed_after(s, dates[pick], rng, reach=model.horizon) for s in series]
        held = dates[batch] <= dates[pick]
        was = unchanged(start)
        now = _forecast(model, changed, panel_of(model, changed), evaluation.origins[batch], seen)
        same = _alike(was, now, 0.0) & _alike(was, [c[batch] for c in scored], AGREEING, usual)
        moved[batch] |= held & ~same
        at_cut[batch] |= dates[batch] == dates[pick]
        compared += int(held.sum())
    if moved.any():
        raise _leak(evaluation, moved)
    return Audit(int(at_cut.sum()), compared, 0)


def changed_after(s: PriceSeries, date: Any, rng: np.random.Generator, *, reach: int = 0) -> PriceSeries:
    """The series with every price, and all else, after `date` another one; what is positive stays positive.

    The market's prices too, of each series on its own: what one share sees of them says nothing of another's.
    What is known ahead is so at most `reach` rows, a horizon, after an origin: it changes from there on.
    """
    n = int(np.searchsorted(s.dates, date, side="right"))
    prices = _moved(s.prices, n, rng)
    columns = {
        name: replace(column, values=_moved(column.values, n + reach * (column.role == "known"), rng))
        for name, column in s.columns.items()
    }
    return replace(s, prices=prices, columns=columns, ahead=_moved_ahead(s, n + reach, rng))


def _moved_ahead(s: PriceSeries, n: int, rng: np.random.Generator) -> Ahead | None:
    """What is known of the rows after the last one, from row `n` of the series on another."""
    if s.ahead is None:
        return None
    first = max(n - len(s), 0)
    return replace(
        s.ahead, columns={name: _moved(values, first, rng) for name, values in s.ahead.columns.items()}
    )


def _moved(values: Array, n: int, rng: np.random.Generator) -> Array:
    """The values, from the `n`-th on other ones; NaN, where nothing is said, stays."""
    later, said = values[n:], values[~np.isnan(values)]
    shocks = SHOCK * rng.normal(size=len(later))
    positive = bool((said > 0).all())
    spread = float(said.std()) if len(said) else 0.0
    moved = later * np.exp(shocks) if positive else later + shocks * (spread or 1.0)
    return np.concatenate([values[:n], moved])


def _forecast(
    model: Model, series: Sequence[PriceSeries], panel: Panel, origins: Positions, seen: Positions
) -> list[Array]:
    """Forecasts and ends of intervals, (b, horizon) each."""
    forecast, intervals = forecasts_in_prices(model, series, panel, origins, seen)
    return [forecast, *(end for interval in intervals.values() for end in interval)]


def _usual_move(table: ForecastTable) -> float:
    assert table.actual is not None  # it was scored
    return float(np.mean(np.abs(table.actual - table.last)))


def _alike(
    some: Sequence[Array], others: Sequence[Array], part: float, usual: float = 0.0
) -> NDArray[np.bool_]:
    """Which rows (b,) of some columns are those of the others, up to a `part` of them and of a usual move."""
    both = zip(some, others, strict=True)
    alike = [np.isclose(a, b, rtol=part, atol=part * usual, equal_nan=True).all(axis=1) for a, b in both]
    return np.asarray(np.logical_and.reduce(alike))


def _columns(table: ForecastTable, horizon: int) -> list[Array]:
    """The table's forecasts and ends of intervals, (n, horizon) each."""
    intervals: Mapping[str, tuple[Array, Array]] = table.intervals
    columns = [table.forecast, *(end for interval in intervals.values() for end in interval)]
    return [column.reshape(-1, horizon) for column in columns]


def _leak(evaluation: Evaluation, moved: NDArray[np.bool_]) -> LeakError:
    table = evaluation.table
    row = int(np.flatnonzero(moved)[0]) * (len(table) // len(moved))
    origin = iso(table.origin[row : row + 1])[0]
    return LeakError(
        f"{int(moved.sum())} of {len(moved)} forecasts moved when prices after their origin did, the first "
        f"that of {table.ticker[row]} from {origin}"
    )
