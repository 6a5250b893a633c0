"""Outcomes → model folders; models → the forecast rows that are kept of each ticker → forecasts.csv."""

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.batch.inputs import Found
from rnn_forecast.errors import ForecastError, InputError, ModelError, Notice
from rnn_forecast.forecasts.forecast_table import ForecastTable, Style
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.forecasts.wanted import Wanted
from rnn_forecast.model.compatibility import require_match
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_files import MODEL
from rnn_forecast.prices.text.written_cells import unwritten
from rnn_forecast.record.ledger import ForecastRow
from rnn_forecast.system import verified_folder
from rnn_forecast.system.files import create_file, new_folder

AT_ONCE = 8  # folders at a time; a disk syncs several in little more than the time of one


def publish_all(made: Sequence[tuple[Mapping[str, bytes], Path]]) -> list[ForecastError | None]:
    """Each model that came back into its folder: None, or the OutputError or WriteError that it met."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda one: _error_of(*one), made))


def _error_of(files: Mapping[str, bytes], folder: Path) -> ForecastError | None:
    try:
        publish(files, folder)
    except ForecastError as error:
        return error
    return None


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Make `folder` hold the model that came back, by one rename. Raises OutputError or WriteError."""
    with new_folder(folder) as draft:
        for name, data in files.items():
            create_file(draft / name, data)


def fingerprint(folder: Path) -> str | None:
    """The hash of a model folder's manifest; None unless every file is there and as the manifest says."""
    try:
        return verified_folder.fingerprint(folder, MODEL)
    except (InputError, ModelError):
        return None


def forecast_of(
    found: Found, model: Model, steps: int | None, *, tell: Callable[[Notice], None], any_ticker: bool
) -> ForecastTable:
    """A ticker's forecast. Raises DataError where model and prices do not fit."""
    series, _ = found.read()
    for warning in require_match(model, [series], any_ticker=any_ticker):
        tell(warning)
    return forecast(model, [series], steps or model.horizon)


def one_table(kept: Iterable[Sequence[ForecastRow]]) -> bytes:
    """CSV: the tickers' rows below each other; what one of them lacks is empty there."""
    kept = list(kept)
    levels = list(dict.fromkeys(level for rows in kept for level in rows[0].intervals))
    further = list(dict.fromkeys(name for rows in kept for row in rows for name in row.further))
    texts = [
        write_table(_table([row for rows in alike for row in rows], levels, further), "csv")
        for _, alike in groupby(kept, _style)
    ]
    return b"".join([*texts[:1], *(text.partition(b"\n")[2] for text in texts[1:])])


def header(wanted: Wanted) -> bytes:
    """The first line of a table without rows, for what a recipe asks for."""
    none, numbers = np.empty(0), np.empty(0, "i8")
    ends = {f"{level:g}": (none, none) for level in wanted.levels}
    further = dict.fromkeys(wanted.further(), none)
    table = ForecastTable(np.empty(0, "O"), numbers, numbers, numbers, none, none, ends, further)
    return write_table(table, "csv")


def in_place(tickers: Sequence[str], more: Collection[str], table: Path) -> list[str]:
    """`tickers`, and each of `more` behind the one that it stood behind in the table before; else at the end.

    Only so far as the table tells: who changed or removed it changes the order of rows and nothing else.
    """
    if not more:
        return list(tickers)
    placed, before = [*tickers], _tickers_of(table)
    last: str | None = None
    for ticker in before:
        if ticker in more:
            placed.insert(0 if last is None else placed.index(last) + 1, ticker)
        last = ticker if ticker in placed else last
    return [*placed, *(ticker for ticker in more if ticker not in before)]


def _tickers_of(table: Path) -> list[str]:
    try:
        if not table.is_file():
            return []
        with table.open(encoding="utf-8", newline="") as lines:
            return list(dict.fromkeys(unwritten(row[0]) for row in list(csv.reader(lines))[1:] if row))
    except (OSError, ValueError, csv.Error):
        return []


def _style(rows: Sequence[ForecastRow]) -> tuple[str, Style]:
    """How a ticker's dates and name are written: no other ticker in the file may change that."""
    table = _table(rows, ())
    return table.origin.dtype.kind, table.style()


def _table(rows: Sequence[ForecastRow], levels: Iterable[str], further: Iterable[str] = ()) -> ForecastTable:
    """What `forecast_rows` was made of."""

    def column(name: str, kind: str) -> NDArray[Any]:
        return np.array([getattr(row, name) for row in rows], kind)

    dates = "datetime64[s]" if isinstance(rows[0].origin, str) else "i8"
    ends = {level: [row.intervals.get(level, (None, None)) for row in rows] for level in levels}
    return ForecastTable(
        column("ticker", "O"),  # a fixed width would lose a NUL at the end
        column("origin", dates),
        column("step", "i8"),
        column("date", dates),
        column("forecast", "f8"),
        column("last", "f8"),
        {level: tuple(np.array(pairs, "f8").T) for level, pairs in ends.items()},
        {name: np.array([row.further.get(name) for row in rows], "f8") for name in further},
    )
