"""Series and a recipe → what a fit needs: one panel, its scaling, the origins of each part of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError, Notice
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.windows.column_inputs import with_inputs
from rnn_forecast.windows.column_scaling import fit_columns
from rnn_forecast.windows.origins import Origins, origins_between
from rnn_forecast.windows.panel import Panel, make_panel
from rnn_forecast.windows.scaling import Scaling, fit_scaling
from rnn_forecast.windows.sizes import size_names
from rnn_forecast.windows.splits import Split, held_back, split_series
from rnn_forecast.windows.windows import Windows, windows_at

HELD_BACK = 2  # horizons, where no part is left to calibrate on
TRYING = 2  # members of the fit that is calibrated on them: it only says how wide intervals are
FEW_ALIKE = 30  # windows that end as those do that are forecast from


@dataclass(frozen=True)
class Dataset:
    """The series made ready for a fit: one panel, its scaling, and the origins of each part."""

    series: tuple[PriceSeries, ...]
    recipe: Recipe
    split: Split
    scaling: Scaling
    panel: Panel
    fit: Origins
    validation: Origins
    calibrate: Origins
    test: Origins

    def windows(self, positions: NDArray[np.int64]) -> Windows:
        return windows_at(self.panel, positions, self.scaling, self.recipe.window)

    def recurring(self, origins: Origins) -> Origins | None:
        """Those a multiple of `origin_every` rows before the last; None where the recipe asks for none."""
        every = self.recipe.training.origin_every
        return origins.like(self.panel.offsets[1:] - 1, every) if every else None


def make_dataset(series: Sequence[PriceSeries], recipe: Recipe, *, split: Split | None = None) -> Dataset:
    """Split, scale and find the windows. Raises DataError when there are too few rows to fit.

    `split`: cuts that were made before, in place of the recipe's.
    """
    _require_rows(series, recipe)
    if split is None:
        split = split_series(series, recipe.data, stopping=recipe.training.patience > 0)
    scaling = fit_scaling(series, split.fit, recipe.scaling)
    scaling = replace(scaling, columns=fit_columns(series, split.fit, recipe.data))
    sizes = size_names(series, ranges=recipe.data.ranges, past=recipe.data.past)
    panel = with_inputs(make_panel(series, scaling, sizes=sizes), series, scaling, recipe)
    starts = (np.zeros_like(split.fit), *split.since)
    ends = (split.fit, split.validation, split.train, split.rows)
    parts = [origins_between(panel, *part, recipe.window) for part in zip(starts, ends, strict=True)]
    dataset = Dataset(tuple(series), recipe, split, scaling, panel, *parts)
    if not len(dataset.fit):
        raise _nothing_to_fit(max(series, key=len), recipe)
    return dataset


def without_last_rows(dataset: Dataset) -> Dataset | None:
    """For a network that is trusted untried, for all rows are trained on: the same with its last rows to try
    it on, and `TRYING` members at most. None where the recipe has a part for that or trusts nothing untried,
    or too few rows are left.
    """
    tried = _tried(dataset)
    return None if tried is None else make_dataset(dataset.series, _of_few(dataset.recipe), split=tried)


def _of_few(recipe: Recipe) -> Recipe:
    return with_choices(recipe, {"members": min(recipe.training.members, TRYING)})


def _tried(dataset: Dataset) -> Split | None:
    """The cuts of that."""
    split, recipe, window = dataset.split, dataset.recipe, dataset.recipe.window
    if recipe.forecast.shrink or (split.fit < split.train).any():
        return None
    tried = held_back(dataset.series, split, recipe.data, HELD_BACK * window.horizon)
    return tried if tried.fit.max() >= window.lookback + window.horizon else None


def calibrating_to_the_end(dataset: Dataset) -> Dataset:
    """The same without a test part: its windows calibrate, as those before it do."""
    split = dataset.split
    split = replace(split, train=split.rows, cuts=None, since=(*split.since[:2], split.rows))
    calibrate, test = (
        origins_between(dataset.panel, since, split.rows, dataset.recipe.window) for since in split.since[1:]
    )
    return replace(dataset, split=split, calibrate=calibrate, test=test)


def shortcomings(dataset: Dataset) -> list[Notice]:
    """What the recipe asks for and the rows do not give."""
    recipe, horizon, lines = dataset.recipe, dataset.recipe.window.horizon, []
    longest = int(dataset.split.fit.max())
    if recipe.window.season and recipe.window.season + 1 > longest - horizon:
        lines.append(
            f"season {recipe.window.season} is too long for {longest} rows to fit: no window sees the season "
            "before its targets."
        )
    lines += _of_origin_every(dataset)
    valid = recipe.data.valid_fraction > 0
    if valid and recipe.training.patience and not len(dataset.validation):
        lines.append(
            f"the valid part is too short for early stopping at horizon {horizon}: all epochs are trained "
            "(raise --valid-fraction or add rows)."
        )
    if recipe.forecast.toward == "drift" and not recipe.forecast.shrink:
        lines.append("nothing pulls the network towards the drift: shrinkage is off (--shrink).")
    if not len(dataset.calibrate) and (tried := _tried(dataset)) is not None:
        windows = origins_between(dataset.panel, tried.since[1], tried.train, recipe.window)
        longer = 1 + _of_few(recipe).training.members / recipe.training.members
        lines.append(
            f"all rows are trained on: intervals come of a fit without the last {HELD_BACK * horizon}, made "
            f"first, and its errors there ({len(windows):,} windows); training takes {longer:.2g} times the "
            "processor time."
        )
    elif not len(dataset.calibrate):
        why = f"the valid part is too short at horizon {horizon}" if valid else "there is no valid part"
        target = (
            "the last value" if recipe.forecast.toward == "last_value" else "the last value and the drift"
        )
        what = f"the forecast is {target}" if recipe.forecast.shrink else "there are no intervals"
        lines.append(f"{why}, so nothing says how far to trust the network: {what}.")
    return [Notice(line) for line in lines]


def _of_origin_every(dataset: Dataset) -> list[str]:
    """What there is to say of `origin_every`."""
    every, alike = dataset.recipe.training.origin_every, dataset.recurring(dataset.fit)
    if alike is None:
        return []
    if not alike:
        why = f"the rows to fit are too few for a window that ends {every:,} rows before the last"
        return [f"origin_every {every} has no effect: {why}."]
    if len(alike) < FEW_ALIKE:
        few = f"only {len(alike)} of {len(dataset.fit):,} windows to fit end a multiple of {every} rows"
        return [f"{few} before the last, and late epochs repeat them: lower --origin-every, or add rows."]
    return []


def _require_rows(series: Sequence[PriceSeries], recipe: Recipe) -> None:
    if not series:
        raise DataError("no prices were found.", "Give a file with at least one series.")
    if len({s.dated for s in series}) > 1:
        raise DataError("some series have dates and some have none.", "Give files of one kind.")
    longest = max(series, key=len)
    if len(longest) < recipe.window.lookback + recipe.window.horizon:
        raise _too_few(longest, recipe)


def _too_few(longest: PriceSeries, recipe: Recipe) -> DataError:
    lookback, horizon = recipe.window.lookback, recipe.window.horizon
    return DataError(
        f"{longest.ticker} has {len(longest)} prices; lookback {lookback} with horizon {horizon} needs "
        f"{lookback + horizon}.",
        "Lower --lookback or add rows.",
    )


def _nothing_to_fit(longest: PriceSeries, recipe: Recipe) -> DataError:
    data, window = recipe.data, recipe.window
    return DataError(
        f"{longest.ticker} has {len(longest)} prices, and train_fraction {data.train_fraction:g} with "
        f"valid_fraction {data.valid_fraction:g} leaves too few to fit lookback {window.lookback} and "
        f"horizon {window.horizon}.",
        "Raise --train-fraction, lower --valid-fraction or --lookback, or add rows.",
    )
