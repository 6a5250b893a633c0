"""Periods of pandas, which Parquet holds as bare whole numbers, are the moments at which they start."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sheets import bare_periods

from rnn_forecast.errors import DataError
from rnn_forecast.prices import PriceSeries, ReadOptions, read_prices
from rnn_forecast.prices.sources.parquet_periods import _starts, without_periods

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")
PRICES = [100.5 + i for i in range(40)]
FREQUENCIES = ["D", "M", "B", "2M", "h", "4h", "min", "15min", "s"]
FREQUENCIES += [f"W-{day}" for day in ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")]
FREQUENCIES += [
    f"{length}-{month}" for length in "QY" for month in ("JAN", "FEB", "MAR", "JUN", "NOV", "DEC")
]


def frame(freq: str) -> pd.DataFrame:
    start = "1965-03-04" if freq[0] in "QY" else "2019-01-02"
    return pd.DataFrame({"when": pd.period_range(start, periods=40, freq=freq), "close": PRICES})


def read(folder: Path, data: bytes) -> PriceSeries:
    path = folder / "AAPL.parquet"
    path.write_bytes(data)
    return read_prices([str(path)], ReadOptions()).series[0]


@pytest.mark.parametrize("freq", FREQUENCIES)
def test_periods_are_their_first_moments(freq: str, tmp_path: Path) -> None:
    whole = frame(freq)
    want = whole["when"].dt.start_time.to_numpy().astype("datetime64[s]").tolist()
    for indexed in (False, True):
        out = io.BytesIO()
        (whole.set_index("when") if indexed else whole).to_parquet(out)
        found = read(tmp_path, out.getvalue())
        assert (found.dates.tolist(), found.prices.tolist()) == (want, PRICES)
    numbers = whole["when"].map(lambda one: one.ordinal).tolist()
    found = read(tmp_path, bare_periods(numbers, PRICES, json.dumps({"freq": freq})))
    assert (found.dates.tolist(), found.prices.tolist()) == (want, PRICES)


def test_an_index_without_a_name_where_pandas_is_not_loaded(tmp_path: Path) -> None:
    frame("W-FRI").set_index("when").rename_axis(None).to_parquet(tmp_path / "AAPL.parquet")
    code = (
        "import sys; from rnn_forecast.prices import read_prices, ReadOptions; "
        "print(read_prices([sys.argv[1]], ReadOptions()).series[0].dates[[0, -1]])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "AAPL.parquet")]
    (tmp_path / "pandas.py").write_text("raise ImportError")  # pyarrow would load it
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "2018-12-29T00:00:00" in done.stdout and "2019-09-28T00:00:00" in done.stdout


def test_a_period_that_is_missing_is_no_date(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row 40, column 'when': .* is no date"):
        read(tmp_path, bare_periods([*range(17_000, 17_039), None], PRICES, '{"freq": "D"}'))


@pytest.mark.parametrize(
    "said", [b'{"freq": "fortnight"}', b"{", b"{}", b"[1]", b"[" * 9999, b'{"freq": 3}', b'{"freq": "W-XYZ"}']
)
def test_periods_of_no_known_length_are_refused(said: bytes) -> None:
    marks = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": said}
    with pytest.raises(DataError, match=r"X: column 'when' holds periods"):
        without_periods([pa.array([17_000])], [pa.field("when", pa.int64(), metadata=marks)], "X")


def test_all_starts_from_1900_on() -> None:
    for freq in FREQUENCIES[:3] + FREQUENCIES[10:]:
        periods = pd.period_range("1900-01-01", "2030-12-31", freq=freq)
        want = periods.start_time.to_numpy().astype("datetime64[s]")
        np.testing.assert_array_equal(_starts(periods.asi8, freq), want)
