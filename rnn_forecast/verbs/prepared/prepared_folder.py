"""The folder that `prepare` writes and other verbs take: clean prices, windows, report, recipe."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.errors import DataError
from rnn_forecast.prices import Decisions, Reading, ReadOptions
from rnn_forecast.prices.calendar.exchange import calendar_named, described
from rnn_forecast.prices.cells.cell_positions import plain
from rnn_forecast.prices.choosing import chosen
from rnn_forecast.prices.fields.header import normal
from rnn_forecast.prices.fields.named_columns import require_apart
from rnn_forecast.prices.fields.read_options import completed, remembered
from rnn_forecast.prices.joining import as_one
from rnn_forecast.prices.series import Ahead, PriceSeries
from rnn_forecast.recipe import Data, Recipe, recipe_of, to_toml
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import PREPARED, STDIN, is_prepared
from rnn_forecast.system.verified_folder import Kind, OpenFolder, check, content, entries, read_whole, wrong
from rnn_forecast.verbs.beside.market import is_there
from rnn_forecast.verbs.prepared.prepared_prices import prices_csv, series_of
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.origins import Origins

KIND = Kind("prepared dataset", "Run prepare first.", "Run prepare again.")
LARGEST_PRICES = 2**36  # bytes; the manifest says how many
LARGEST_REPORT = 2**27  # of sixty thousand files
LARGEST_RECIPE = 2**13  # ours have under 1,000; a key of 30,000 dots takes tomllib 40 s
MOST_WINDOWS = 1_000_000  # above this many, windows.npz is written only when asked for


def prepared_source(sources: Sequence[str]) -> Path | None:
    """The only source, where it is a folder that `prepare` wrote."""
    return Path(sources[0]) if len(sources) == 1 and sources[0] != STDIN and is_prepared(sources[0]) else None


def write_prepared(
    folder: Path, series: Sequence[PriceSeries], dataset: Dataset, report: Mapping[str, Any], *, windows: bool
) -> None:
    """Write the four files into a new folder that `files.new_folder` gave.

    `series` are all that were read, those too that the dataset leaves out of a fit.
    """
    (folder / "prices.csv").write_bytes(prices_csv(series))
    (folder / "report.json").write_text(
        json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )
    (folder / "recipe.toml").write_text(to_toml(dataset.recipe), encoding="utf-8")
    if windows:
        with (folder / "windows.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **_arrays(dataset))


def read_prepared(path: Path) -> Reading:
    """The series of a prepared folder, equal to the bit to those that were prepared.

    Raises InputError when it cannot be read, ModelError (76) for anything but what `prepare` wrote, whole.
    """
    return read_whole(path, KIND, _reading)


def recipe_of_prepared(path: Path) -> Recipe:
    """The recipe in it. Raises as `read_prepared` does, and RecipeError."""
    return read_whole(path, KIND, lambda folder: _recipe(folder, entries(folder, PREPARED)))


def _reading(folder: OpenFolder) -> Reading:
    listed = entries(folder, PREPARED)
    for name in sorted(listed.keys() - PREPARED):
        check(folder, name, listed[name])
    try:
        report = strict_json.loads(content(folder, "report.json", listed["report.json"], LARGEST_REPORT))
        decisions, dated = Decisions.from_json(report), report["dated"] is True
    except (ValueError, TypeError, KeyError) as error:
        raise wrong(folder, "report.json", f"it is not what prepare wrote: {error}") from error
    prices = content(folder, "prices.csv", listed["prices.csv"], LARGEST_PRICES)
    try:
        series = series_of(prices, dated=dated, logs=_recipe(folder, listed).scaling.takes_logs)
    except (ValueError, KeyError) as error:
        raise wrong(folder, "prices.csv", f"it is not what prepare wrote: {error}") from error
    return Reading(series, decisions)


def _recipe(folder: OpenFolder, listed: Mapping[str, Mapping[str, Any]]) -> Recipe:
    data = content(folder, "recipe.toml", listed["recipe.toml"], LARGEST_RECIPE)
    return recipe_of(data.decode("utf-8", "replace"), source=f"{folder.path}/recipe.toml")


def narrowed(reading: Reading, options: ReadOptions, folder: Path) -> Reading:
    """Of the prices of a prepared folder, those that are asked for now: the column was chosen by `prepare`.

    Raises DataError for another price column, or for a ticker that is not there.
    """
    wanted, there = options.price_column, reading.decisions.price_column
    if wanted is not None and there is not None and normal(wanted) != there:
        raise DataError(
            f"{folder} was prepared from the column {there!r}; expected {wanted!r}.",
            f"Prepare it again with --price-column {shlex.quote(wanted)}.",
        )
    series = chosen(reading.series, options)
    require_apart({name: normal(name) for name in options.named}, str(folder))
    series = [_with_named(one, options, folder) for one in series]
    if options.as_ticker is not None:
        series = as_one(series, options.as_ticker, str(folder))
    both = completed(options, reading.decisions.options)
    calendar = calendar_named(both.calendar, both.holidays)
    decisions = replace(reading.decisions, options=remembered(both), calendar=described(calendar))
    return Reading([replace(one, calendar=calendar) for one in series], decisions)


def _with_named(one: PriceSeries, options: ReadOptions, folder: Path) -> PriceSeries:
    """The series with the columns that are asked for under these names. Raises DataError for one it lacks."""
    if not options.named:
        return one
    columns, later = dict(one.columns), {} if one.ahead is None else one.ahead.columns
    there = {normal(name): name for name in columns}
    ahead: dict[str, Array] = {}
    for name, role in options.named.items():
        own = there.get(normal(name), "")
        if own not in (later if role == "known" else columns):
            others = [f"{of.role} {plain(other)}" for other, of in one.columns.items() if of.role != "market"]
            has = ", ".join(others) or "no column"
            what = f"{folder} was prepared without the {role} column {name!r}; it has {has}"
            raise DataError(f"{what}.", f"Prepare it again with --{role} {shlex.quote(name)}.")
        columns[name] = replace(columns[own], role=role)
        if role == "known":
            ahead[name] = later[own]
    return replace(one, columns=columns, ahead=Ahead(one.ahead.dates, ahead) if one.ahead and ahead else None)


def has_market(path: Path, data: Data) -> bool:
    """Whether the folder's prices have the market of `data` beside them already.

    A model knows a file by its own name: where there is none at hand it is the folder's of that name.
    """
    if not data.market:
        return False
    own = recipe_of_prepared(path).data.market
    return own == data.market or (not is_there(data.market) and Path(own).name == data.market)


def _arrays(dataset: Dataset) -> dict[str, NDArray[Any]]:
    """Of each part: `fit_x (n, lookback, inputs)`, `fit_mask (n, lookback)`, `fit_y (n, horizon)`, …"""
    parts: dict[str, Origins] = {
        "fit": dataset.fit,
        "stop": dataset.validation,
        "calibrate": dataset.calibrate,
        "test": dataset.test,
    }
    arrays: dict[str, NDArray[Any]] = {}
    for name, origins in parts.items():
        windows = dataset.windows(origins.all())
        arrays |= {f"{name}_x": windows.x(), f"{name}_mask": windows.mask(), f"{name}_y": windows.y()}
    return arrays
