"""`prices.csv` of a prepared folder, written and read: every series, equal to the bit, with its columns.

A row each: ticker, date, price, then what stands beside it. Open, high, low, close, volume, dividend and
split go by these names; a column that a recipe names is `past:vix` or `known:earnings`, the market `market`.
Rows without a price are those of the days to come, of which something is known.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.prices.fields.column_names import KEPT
from rnn_forecast.prices.merging import Rows, in_order, usual_role, with_ahead
from rnn_forecast.prices.series import PriceSeries, Role, iso
from rnn_forecast.prices.text.written_cells import unwritten, written
from rnn_forecast.verbs.beside.market import COLUMN

_NAMED: Mapping[str, Role] = {"past": "past", "known": "known"}


def prices_csv(series: Sequence[PriceSeries]) -> bytes:
    """Every digit of a price is kept, so that training on this file is training on the source."""
    import pyarrow as pa
    from pyarrow import csv

    dates = [one.dates if one.ahead is None else np.r_[one.dates, one.ahead.dates] for one in series]
    held = {name: column.role for one in series for name, column in one.columns.items()}
    names = [name for name in KEPT if name in held] + [name for name in held if name not in KEPT]
    beside = {_header(name, held[name]): [_values(one, name) for one in series] for name in names}
    values = {"price": [_with_nothing_ahead(one, one.prices) for one in series], **beside}
    table = pa.table(
        {
            "ticker": np.repeat([written(one.ticker) for one in series], [len(some) for some in dates]),
            "date": pa.array([date for some in dates for date in iso(some)]),
        }
        | {header: pa.array(np.concatenate(some), from_pandas=True) for header, some in values.items()}
    )
    out = BytesIO()
    csv.write_csv(table, out)
    return out.getvalue()


def _values(one: PriceSeries, name: str) -> Array:
    """What stands beside the prices, and ahead of them; NaN where nothing does."""
    if one.ahead is None or name not in one.ahead.columns:
        return _with_nothing_ahead(one, one.values_of(name))
    return np.concatenate([one.values_of(name), one.ahead.columns[name]])


def _with_nothing_ahead(one: PriceSeries, values: Array) -> Array:
    return values if one.ahead is None else np.concatenate([values, np.full(len(one.ahead.dates), np.nan)])


def _header(name: str, role: Role) -> str:
    usual = (name in KEPT and role == usual_role(name)) or role == "market"
    return name if usual else f"{role}:{name}"


def _name_and_role(header: str) -> tuple[str, Role]:
    """The name and the role of a column. Raises ValueError where `_header` writes no such thing."""
    if header in KEPT:
        return header, usual_role(header)
    if header == COLUMN:
        return header, "market"
    role, _, name = header.partition(":")
    if role not in _NAMED or not name:
        raise ValueError(f"expected ticker, date, price and what is kept beside it, got {header}")
    return name, _NAMED[role]


def series_of(data: bytes, *, dated: bool, logs: bool) -> list[PriceSeries]:
    """What a reader promises of series holds of these too. Raises ValueError or KeyError where not."""
    import pyarrow as pa
    from pyarrow import csv

    kinds = {"ticker": pa.string(), "date": pa.timestamp("s") if dated else pa.int64(), "price": pa.float64()}
    headers = csv.open_csv(pa.BufferReader(data)).schema.names
    if headers[:3] != list(kinds):
        raise ValueError(f"expected ticker, date and price first, got {', '.join(headers)}")
    named = {header: _name_and_role(header) for header in headers[3:]}
    roles = dict(named.values())
    if len(roles) < len(headers) - 3:
        raise ValueError("a column stands there twice")
    types = kinds | dict.fromkeys(named, pa.float64())
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    table = csv.read_csv(pa.BufferReader(data), convert_options=options)
    ticker = table.column("ticker").combine_chunks().dictionary_encode()
    beside = {name: table.column(header).to_numpy() for header, (name, _) in named.items()}
    dates, prices = table.column("date"), table.column("price").to_numpy()
    if not len(table) or dates.null_count:
        raise ValueError("a date or a price is missing, or no number")
    names = [unwritten(cell) for cell in ticker.dictionary.to_pylist()]
    return _in_order(names, Rows(ticker.indices.to_numpy(), dates.to_numpy(), prices, beside, roles), logs)


def _in_order(names: Sequence[str], rows: Rows, logs: bool) -> list[PriceSeries]:
    """The series of these rows; those without a price are what is known ahead, or the file is not ours."""
    known = [name for name, role in rows.roles.items() if role == "known"]
    given = ~np.isnan(rows.prices)
    if np.isinf(rows.prices).any() or not (given.all() or known):
        raise ValueError("a date or a price is missing, or no number")
    if logs and np.nanmin(rows.prices) <= 0:
        raise ValueError("a price is not above 0, and its recipe takes logs")
    found = in_order(names, rows if given.all() else rows.take(given), _conflict)
    if found.sorted or found.repeated:
        raise _conflict()
    if not known:
        return found.series
    series = with_ahead(found.series, names, rows.take(~given), dict.fromkeys(known, _conflict))
    if sum(len(one.ahead.dates) for one in series if one.ahead is not None) < (~given).sum():
        raise _conflict()
    return series


def _conflict(*_rows: Positions) -> ValueError:
    return ValueError("its rows are not in order, each date of a ticker once")
