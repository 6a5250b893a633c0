"""A forecast table → the rows that are kept of it, under the hash of the prices that it was made from."""

import hashlib
import json
import time

import numpy as np

from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.record.ledger import ForecastRow

HASHED = 16  # hexadecimal digits of a hash that are kept


def forecast_rows(table: ForecastTable, model: str, input_sha256: str) -> list[ForecastRow]:
    """A ticker's forecast as it is kept: dates as text, prices to the digits of a file, None for NaN."""
    made, own = int(time.time()), ("ticker", "origin", "step", "date", "forecast", "last")
    return [
        ForecastRow(
            **{name: cells[name] for name in own},
            intervals={level: (cells[f"lo_{level}"], cells[f"hi_{level}"]) for level in table.intervals},
            model=model[:HASHED],
            input=input_sha256[:HASHED],
            made=made,
            further={name: cells[name] for name in table.further},
        )
        for cells in json.loads(write_table(table, "json"))
    ]


def series_sha256(series: PriceSeries, rows: int | None = None) -> str:
    """Of dates and prices, all or the first `rows`, as little-endian numbers of eight bytes; then of the
    columns beside them, and with all rows also of what is known ahead.
    """
    kind = series.dates.dtype.kind.encode()
    dates, prices = series.dates[:rows].astype("<i8"), series.prices[:rows].astype("<f8")
    digest = hashlib.sha256(kind + dates.tobytes() + prices.tobytes())
    columns = {f"{one.role} {name}": one.values[:rows] for name, one in series.columns.items()}
    if series.ahead is not None and rows is None:
        columns |= {f"ahead {name}": values for name, values in series.ahead.columns.items()}
        digest.update(series.ahead.dates.astype("<i8").tobytes())
    for name in sorted(columns):
        values = np.where(np.isnan(columns[name]), np.nan, columns[name])  # one NaN for all
        digest.update(name.encode("utf-8", "surrogatepass") + values.astype("<f8").tobytes())
    return digest.hexdigest()
