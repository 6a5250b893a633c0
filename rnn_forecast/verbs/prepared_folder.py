"""The folder that `prepare` writes and other verbs take: clean prices, windows, report, recipe."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Positions
from rnn_forecast.errors import DataError
from rnn_forecast.prices import Decisions, Reading, ReadOptions
from rnn_forecast.prices.choosing import chosen
from rnn_forecast.prices.fields.column_names import KEPT
from rnn_forecast.prices.fields.header import normal
from rnn_forecast.prices.fields.read_options import completed, remembered
from rnn_forecast.prices.joining import as_one
from rnn_forecast.prices.merging import Rows, in_order
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.prices.text.written_cells import unwritten, written
from rnn_forecast.recipe import Recipe, recipe_of, to_toml
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import PREPARED, STDIN, is_prepared
from rnn_forecast.system.verified_folder import Kind, OpenFolder, check, content, entries, read_whole, wrong
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.windows import Origins

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
    (folder / "prices.csv").write_bytes(_prices_csv(series))
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
        series = _series(prices, dated=dated, logs=_recipe(folder, listed).scaling.takes_logs)
    except (ValueError, KeyError) as error:
        raise wrong(folder, "prices.csv", f"it is not what prepare wrote: {error}") from error
    return Reading(series, decisions)


def _recipe(folder: OpenFolder, listed: Mapping[str, Mapping[str, Any]]) -> Recipe:
    data = content(folder, "recipe.toml", listed["recipe.toml"], LARGEST_RECIPE)
    return recipe_of(data.decode("utf-8", "replace"), source=f"{folder.path}/recipe.toml")


def _series(data: bytes, *, dated: bool, logs: bool) -> list[PriceSeries]:
    """What a reader promises of series holds of these too. Raises ValueError or KeyError where not."""
    import pyarrow as pa
    from pyarrow import csv

    date = pa.timestamp("s") if dated else pa.int64()
    kinds = {"ticker": pa.string(), "date": date, "price": pa.float64()}
    types = csv.ConvertOptions(
        column_types=kinds | dict.fromkeys(KEPT, pa.float64()), strings_can_be_null=False
    )
    table = csv.read_csv(pa.BufferReader(data), convert_options=types)
    if table.column_names[:3] != list(kinds) or not set(table.column_names[3:]) <= set(KEPT):
        raise ValueError(
            f"expected ticker, date, price and what is kept beside it, got {', '.join(table.column_names)}"
        )
    ticker = table.column("ticker").combine_chunks().dictionary_encode()
    dates, prices = table.column("date"), table.column("price").to_numpy()
    if not len(table) or dates.null_count or not np.isfinite(prices).all():
        raise ValueError("a date or a price is missing, or no number")
    if logs and prices.min() <= 0:
        raise ValueError("a price is not above 0, and its recipe takes logs")
    codes = ticker.indices.to_numpy()
    names = [unwritten(cell) for cell in ticker.dictionary.to_pylist()]
    beside = {name: table.column(name).to_numpy() for name in table.column_names[3:]}
    found = in_order(names, Rows(codes, dates.to_numpy(), prices, beside), _conflict)
    if found.sorted or found.repeated:
        raise _conflict()
    return found.series


def _conflict(*_rows: Positions) -> ValueError:
    return ValueError("its rows are not in order, each date of a ticker once")


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
    if options.as_ticker is not None:
        series = as_one(series, options.as_ticker, str(folder))
    said = remembered(completed(options, reading.decisions.options))
    return Reading(series, replace(reading.decisions, options=said))


def _prices_csv(series: Sequence[PriceSeries]) -> bytes:
    """Every digit of a price is kept, so that training on this file is training on the source."""
    import pyarrow as pa
    from pyarrow import csv

    table = pa.table(
        {
            "ticker": np.repeat([written(s.ticker) for s in series], [len(s) for s in series]),
            "date": pa.array([date for s in series for date in iso(s.dates)]),
            "price": np.concatenate([s.prices for s in series]),
        }
        | {name: pa.array(_column(series, name), from_pandas=True) for name in KEPT if _held(series, name)}
    )
    out = BytesIO()
    csv.write_csv(table, out)
    return out.getvalue()


def _held(series: Sequence[PriceSeries], name: str) -> bool:
    return any(name in one.columns for one in series)


def _column(series: Sequence[PriceSeries], name: str) -> NDArray[np.float64]:
    """What stands beside the prices, NaN where nothing does, for all rows of all series."""
    return np.concatenate(
        [one.columns[name].values if name in one.columns else np.full(len(one), np.nan) for one in series]
    )


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
