"""The folder that `prepare` writes and other verbs take: clean prices, windows, report, recipe."""

import json
import shlex
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError, InputError
from rnn_forecast.prices import Decisions, Reading, ReadOptions
from rnn_forecast.prices.fields.columns import normal
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.recipe import Recipe, load_recipe, to_toml
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.windows import Origins

MOST_WINDOWS = 1_000_000  # above this many, windows.npz is written only when asked for


def is_prepared(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("prices.csv", "report.json", "recipe.toml"))


def write_prepared(folder: Path, dataset: Dataset, report: Mapping[str, Any], *, windows: bool) -> None:
    """Write the four files into a new folder that `files.new_folder` gave."""
    (folder / "prices.csv").write_bytes(_prices_csv(dataset.series))
    (folder / "report.json").write_text(
        json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )
    (folder / "recipe.toml").write_text(to_toml(dataset.recipe), encoding="utf-8")
    if windows:
        with (folder / "windows.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **_arrays(dataset))


def read_prepared(folder: Path) -> tuple[Reading, Recipe]:
    """The series and the recipe of a prepared folder, equal to the bit to those that were prepared.

    Raises InputError or DataError when the folder is not what `prepare` wrote.
    """
    import pyarrow as pa
    from pyarrow import csv

    recipe = load_recipe(folder / "recipe.toml")
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        date = pa.timestamp("s") if report["dated"] else pa.int64()
        types = csv.ConvertOptions(
            column_types={"ticker": pa.string(), "date": date, "price": pa.float64()},
            strings_can_be_null=False,
        )
        table = csv.read_csv(folder / "prices.csv", convert_options=types)
        decisions = Decisions.from_json(report)
        columns = [table.column(name).to_numpy() for name in ("ticker", "date", "price")]
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.", "Run prepare again.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder} is not what prepare wrote: {error}.", "Run prepare again.") from error
    return Reading(_series(*columns), decisions), recipe


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
    missing = set(options.tickers) - {s.ticker for s in reading.series}
    if missing:
        raise DataError(
            f"there is no ticker {min(missing)!r} in {folder}.", "See the column ticker of its prices.csv."
        )
    kept = [s for s in reading.series if not options.tickers or s.ticker in options.tickers]
    return Reading(kept, reading.decisions)


def _series(ticker: NDArray[Any], date: NDArray[Any], price: NDArray[np.float64]) -> list[PriceSeries]:
    """Rows of one ticker stand together, in order, as they were written."""
    starts = np.flatnonzero(np.concatenate([[True], ticker[1:] != ticker[:-1]]))
    stops = [*starts[1:], len(ticker)]
    return [PriceSeries(str(ticker[a]), date[a:b], price[a:b]) for a, b in zip(starts, stops, strict=True)]


def _prices_csv(series: Sequence[PriceSeries]) -> bytes:
    """Every digit of a price is kept, so that training on this file is training on the source."""
    import pyarrow as pa
    from pyarrow import csv

    table = pa.table(
        {
            "ticker": np.repeat([s.ticker for s in series], [len(s) for s in series]),
            "date": pa.array([date for s in series for date in iso(s.dates)]),
            "price": np.concatenate([s.prices for s in series]),
        }
    )
    out = BytesIO()
    csv.write_csv(table, out)
    return out.getvalue()


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
