"""Rolling origins: how many rows of each series are known at each of them, and at which a model is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError, UsageError
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.splits import time_line
from rnn_forecast.windows.windows import MIN_PRICES

MOST_ORIGINS = 250  # by default: a year of days
LEAST_SHARE = 5  # by default the origins take a fifth of the time line at most: there must be rows to fit on
FITS = 5  # by default


@dataclass(frozen=True)
class Plan:
    """What a person asks of a backtest. Refused where it cannot be meant, when it is made."""

    origins: int | None = None  # None: a fifth of the time line, at most MOST_ORIGINS
    every: int = 1  # rows between neighbouring origins
    refit_every: int | None = None  # origins between fits; 0: one fit for all; None: FITS fits

    def __post_init__(self) -> None:
        least = {"origins": 1, "every": 1, "refit_every": 0}
        for name, value in least.items():
            given = getattr(self, name)
            if given is not None and given < value:
                flag = f"--{name.replace('_', '-')}"
                raise UsageError(
                    f"{flag} must be a whole number, at least {value}, got {given}.", f"Set {flag}."
                )


@dataclass(frozen=True)
class Rolling:
    """The plan on given series; `j` counts origins from the oldest, `i` series."""

    known: NDArray[np.int64]  # (origins, s) rows of series i up to origin j, that origin's own among them
    included: NDArray[np.bool_]  # (origins, s) whether series i is forecast from origin j
    fits: NDArray[np.int64]  # (f,) the origins at which a model is fitted, ascending, the first 0
    every: int

    def blocks(self) -> list[range]:
        """The origins that each fit serves: from its own to the next fit's."""
        stops = [*self.fits[1:].tolist(), len(self.known)]
        return [range(start, stop) for start, stop in zip(self.fits.tolist(), stops, strict=True)]


def roll(series: Sequence[PriceSeries], recipe: Recipe, plan: Plan) -> Rolling:
    """Lay the plan's origins on the time line, the last one `horizon` rows before its end.

    Index example, 100 rows, horizon 2, 3 origins every 5: the last known rows are numbers 88, 93 and 98.
    With `split = "date"` the time line is all dates of all series; a series is forecast from an origin when
    it has a price since the one before and `horizon` more after it. With `"rows"` or `"series"` each series
    has its own line and counts from its own end. Raises DataError when the first origin lies before
    the first row.
    """
    horizon, by_date = recipe.window.horizon, recipe.data.split == "date"
    line = time_line(series) if by_date else None
    rows = len(line) if line is not None else max(len(s) for s in series)
    count = plan.origins if plan.origins is not None else _origins(rows, plan.every)
    if rows - horizon - plan.every * (count - 1) < 1:  # before the origins are made: they may be a billion
        raise too_long(count, plan.every, rows, horizon, "there is nothing to fit on.")
    known_rows = rows - horizon - plan.every * np.arange(count - 1, -1, -1, dtype=np.int64)  # (origins,)
    known = _known(series, line, known_rows)
    before = _known(series, line, known_rows - plan.every)
    lengths = np.array([len(s) for s in series], dtype=np.int64)
    fewest = min(MIN_PRICES, recipe.window.lookback)
    included = (known > before) & (known >= fewest) & (known + horizon <= lengths)
    refit = -(-count // FITS) if plan.refit_every is None else plan.refit_every or count
    return Rolling(known, included, np.arange(0, count, refit, dtype=np.int64), plan.every)


def too_long(origins: int, every: int, rows: int, horizon: int, why: str) -> DataError:
    """The error of a plan that leaves too little to fit the first model on."""
    left = max(rows - horizon - every * (origins - 1), 0)
    return DataError(
        f"{origins} origins {every} rows apart leave {left} of {rows} rows before the first: {why}",
        "Lower --origins, --every or --lookback, or add rows.",
    )


def dataset_at(series: Sequence[PriceSeries], recipe: Recipe, known: NDArray[np.int64]) -> Dataset:
    """What a fit learns from that knows the first `known` (s,) rows of each series, all of them to train on.

    Raises DataError when those are too few.
    """
    some = [s.until(n) for s, n in zip(series, known.tolist(), strict=True) if n]
    return make_dataset(some, with_choices(recipe, {"train_fraction": 1.0}))


def datasets_of(series: Sequence[PriceSeries], recipe: Recipe, rolling: Rolling) -> list[Dataset]:
    """What each fit learns from: nothing later than its origin is in there to be looked at.

    Raises DataError when the first has too few rows, ModelError when its levels would not be known.
    """
    try:
        datasets = [dataset_at(series, recipe, known) for known in rolling.known[rolling.fits]]
    except DataError as error:
        horizon = recipe.window.horizon
        rows = int(rolling.known[0].max()) + rolling.every * (len(rolling.known) - 1) + horizon
        raise too_long(len(rolling.known), rolling.every, rows, horizon, error.message) from error
    if recipe.scaling.normalize != "window":
        datasets[0].scaling.centers_and_spreads([s.ticker for s in series])
    return datasets


def _origins(rows: int, every: int) -> int:
    return min(MOST_ORIGINS, max(1, rows // LEAST_SHARE // every))


def _known(
    series: Sequence[PriceSeries], line: NDArray[Any] | None, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Rows (origins, s) of each series among the first `rows` (origins,) of the time line."""
    if line is None:
        longest = max(len(s) for s in series)
        each = [rows - (longest - len(s)) for s in series]
    else:
        last = line[np.maximum(rows, 1) - 1]
        each = [np.where(rows > 0, np.searchsorted(s.dates, last, side="right"), 0) for s in series]
    return np.maximum(np.stack(each, axis=1), 0)
