"""What must hold for any prices: how a file is written changes nothing, and both ways of reading agree."""

import csv
import datetime
import gzip
import io
import random
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from catalogue import HANDLED, REFUSED
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.errors import ForecastError
from rnn_forecast.prices import PriceSeries, ReadOptions, read_prices, source_parts
from rnn_forecast.prices.checks import check_series

Rows = list[tuple[datetime.date, int]]  # date, price in cents
DATES = st.dates(datetime.date(1975, 1, 1), datetime.date(2024, 12, 31))
TABLES = st.dictionaries(DATES, st.integers(1, 10**9), min_size=3, max_size=40).filter(
    lambda d: len(set(d.values())) > 1
).map(lambda d: sorted(d.items()))  # fmt: skip
SLOW = settings(deadline=None, max_examples=40)


def read(data: bytes) -> list[PriceSeries]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "X.csv"
        path.write_bytes(data)
        return read_prices([str(path)], ReadOptions(allow_last_jump=True)).series


def as_lists(series: list[PriceSeries]) -> list[tuple[str, list[object], list[float]]]:
    return [(one.ticker, one.dates.tolist(), one.prices.tolist()) for one in series]


def written(
    rows: Rows,
    price: Callable[[int], str] = lambda c: f"{c / 100:.2f}",
    *,
    mark: str = ",",
    quote: bool = False,
    date: str = "%Y-%m-%d",
    columns: str = "dpo",
) -> bytes:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=mark, quoting=quoting, lineterminator="\n")
    writer.writerow([{"d": "date", "p": "price", "o": "note"}[c] for c in columns])
    for day, cents in rows:
        cells = {"d": day.strftime(date), "p": price(cents), "o": "x"}
        writer.writerow([cells[c] for c in columns])
    return out.getvalue().encode()


def comma(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"


def dotted(cents: int) -> str:
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


@SLOW
@given(TABLES, st.randoms(use_true_random=False))
def test_how_a_file_is_written_changes_nothing(rows: Rows, shuffle: random.Random) -> None:
    clean = written(rows)
    wanted = as_lists(read(clean))
    assert wanted[0][2] == [cents / 100 for _, cents in rows]
    mixed = rows[:]
    shuffle.shuffle(mixed)
    parquet = io.BytesIO()
    pq.write_table(pa.table({"date": [d for d, _ in rows], "price": [c / 100 for _, c in rows]}), parquet)
    twins = {
        "bom": b"\xef\xbb\xbf" + clean,
        "utf-16": clean.decode().encode("utf-16"),
        "crlf": clean.replace(b"\n", b"\r\n"),
        "cr": clean.replace(b"\n", b"\r"),
        "quotes": written(rows, quote=True),
        "semicolon": written(rows, mark=";"),
        "tab": written(rows, mark="\t"),
        "decimal comma": written(rows, comma, mark=";"),
        "decimal comma, quoted": written(rows, comma),
        "thousands": written(rows, lambda c: f"{c / 100:,.2f}"),
        "thousands points": written(rows, dotted, mark=";"),
        "currency": written(rows, lambda c: f"€{c / 100:.2f}"),
        "row order": written(mixed),
        "rows twice": written(rows + mixed),
        "column order": written(rows, columns="opd"),
        "dotted dates": written(rows, date="%d.%m.%Y"),
        "compact dates": written(rows, date="%Y%m%d"),
        "month names": written(rows, date="%b %d, %Y"),
        "gzip": gzip.compress(clean),
        "parquet": parquet.getvalue(),
        "blank lines": clean.replace(b"\n", b"\n\n"),
    }
    for name, data in twins.items():
        assert as_lists(read(data)) == wanted, name


@SLOW
@given(TABLES, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y", "%m/%d/%y"]))
def test_day_and_month_are_right_or_asked_for(rows: Rows, form: str) -> None:
    try:
        (series,) = read(written(rows, date=form))
    except ForecastError as error:
        assert "--date-format" in str(error) or "after today" in str(error)
        return
    assert [d.date() for d in series.dates.tolist()] == [d for d, _ in rows]


GOOD = st.floats(0.001, 1e9).map(repr)
CELLS = st.one_of(
    st.floats(0.001, 1e9).map(repr),
    st.integers(0, 10**6).map(str),
    st.sampled_from(
        ["", "null", "nan", "N/A", "+5", "5.", ".5", "1e3", "1e400", "inf", "1_0", " 7 ", "0", "-1", "x"]
    ),
)
TICKERS = st.sampled_from(["A", "NA", " B", "null", "", "C\nD", 'E"F', "é"])
LONG_TABLES = st.one_of(
    st.lists(st.tuples(st.just("A"), DATES, GOOD), min_size=3, max_size=30),
    st.lists(st.tuples(TICKERS, DATES, CELLS), min_size=2, max_size=30),
    st.lists(st.tuples(st.sampled_from("AB"), DATES, CELLS), min_size=20, max_size=60),
)


@SLOW
@given(LONG_TABLES, st.booleans(), st.booleans())
def test_the_fast_way_and_the_slow_way_agree(
    rows: list[tuple[str, datetime.date, str]], time: bool, quote: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerows([("ticker", "date", "price")])
    writer.writerows((t, f"{d} 09:30:00" if time else d, p) for t, d, p in rows)
    data = out.getvalue().encode()

    def outcome() -> object:
        try:
            return as_lists(read(data))
        except ForecastError as error:
            return error.message.split("X.csv")[-1]

    fast = outcome()
    with mock.patch.object(source_parts, "read_typed", lambda source: None):
        assert outcome() == fast


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(HANDLED + REFUSED), st.randoms(use_true_random=False))
def test_damage_gives_an_error_or_prices(entry, chance: random.Random) -> None:
    data = bytearray(entry.data[:20_000])
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(4)
        if what == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            data[at:at] = chance.choice(
                [b",", b";", b'"', b"\n", b"\0", b"1e400", b"inf", b"\xe2\x82\xac", b"-"]
            )
        elif what == 2:
            del data[at : at + chance.choice([1, 5, 60])]
        else:
            del data[at:]
    try:
        series = read(bytes(data))
    except ForecastError as error:
        assert error.exit_code == 65 and error.message.isprintable()
        return
    for one in series:
        assert (one.prices > 0).all() and (one.prices < float("inf")).all()
        assert (one.dates[1:] > one.dates[:-1]).all()


@pytest.mark.parametrize("order", [1, -1])
def test_a_jump_beyond_all_numbers_is_no_split_and_no_warning(order):
    prices = np.array([1e-300, 1e-300, 1e300, 1e300][::order])
    one = PriceSeries("A", np.arange(4).astype("datetime64[D]").astype("datetime64[s]"), prices)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_series([one], None, datetime.date(1970, 1, 5)) == []
