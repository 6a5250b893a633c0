"""Outcomes → model folders; models → the forecast rows that are kept of each ticker → forecasts.csv."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from rnn_forecast.model.compatibility import require_match
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_files import MODEL
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


def forecast_rows(table: ForecastTable, model: str, input_sha256: str) -> list[ForecastRow]:
    """A ticker's forecast as it is kept: dates as text, prices to the digits of a file, None for NaN."""
    made, own = int(time.time()), ("ticker", "origin", "step", "date", "forecast", "last")
    return [
        ForecastRow(
            **{name: cells[name] for name in own},
            intervals={level: (cells[f"lo_{level}"], cells[f"hi_{level}"]) for level in table.intervals},
            model=model,
            input=input_sha256[:16],
            made=made,
        )
        for cells in json.loads(write_table(table, "json"))
    ]


def one_table(kept: Iterable[Sequence[ForecastRow]]) -> bytes:
    """CSV: the tickers' rows below each other; an interval that one of them lacks is empty there."""
    kept = list(kept)
    levels = list(dict.fromkeys(level for rows in kept for level in rows[0].intervals))
    texts = [
        write_table(_table([row for rows in alike for row in rows], levels), "csv")
        for _, alike in groupby(kept, _style)
    ]
    return b"".join([*texts[:1], *(text.partition(b"\n")[2] for text in texts[1:])])


def _style(rows: Sequence[ForecastRow]) -> tuple[str, Style]:
    """How a ticker's dates and name are written: no other ticker in the file may change that."""
    table = _table(rows, ())
    return table.origin.dtype.kind, table.style()


def _table(rows: Sequence[ForecastRow], levels: Iterable[str]) -> ForecastTable:
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
    )
