"""Each input of the catalogue ends as it says: as its clean twin, or in one error with place and remedy."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from catalogue import CLEAN, HANDLED, REFUSED, ROWS, WARNED, Entry

from rnn_forecast.errors import DataError, ForecastError
from rnn_forecast.prices import ReadOptions, read_prices


def write(folder: Path, entry: Entry) -> str:
    path = folder / "AAPL.csv"
    path.write_bytes(entry.data)
    return str(path)


@pytest.mark.parametrize("entry", HANDLED, ids=lambda entry: entry.name)
def test_handled_as_its_clean_twin(entry: Entry, tmp_path: Path) -> None:
    reading = read_prices([write(tmp_path, entry)], ReadOptions(**entry.options))
    (series,) = reading.series
    rows = entry.rows or ROWS
    assert series.ticker == (entry.ticker or "AAPL")
    assert series.dates.tolist() == np.array([d for d, _ in rows], "datetime64[s]").tolist()
    assert series.prices.tolist() == [p for _, p in rows]
    assert len(reading.decisions.notices) <= 1 and reading.decisions.warnings == ()
    if entry.phrase:
        assert entry.phrase in reading.decisions.notices[0]


@pytest.mark.parametrize("entry", REFUSED, ids=lambda entry: entry.name)
def test_refused_with_place_and_remedy(entry: Entry, tmp_path: Path) -> None:
    with pytest.raises(ForecastError) as caught:
        read_prices([write(tmp_path, entry)], ReadOptions(**entry.options))
    error = caught.value
    assert error.exit_code == entry.code, error
    assert entry.phrase in str(error)
    assert error.message.isprintable() and error.remedy.isprintable() and error.remedy


@pytest.mark.parametrize("entry", WARNED, ids=lambda entry: entry.name)
def test_warned_of_and_refused_when_strict(entry: Entry, tmp_path: Path) -> None:
    path = write(tmp_path, entry)
    warnings = read_prices([path], ReadOptions(**entry.options)).decisions.warnings
    assert any(entry.warns in warning for warning in warnings)
    with pytest.raises(DataError, match="--strict"):
        read_prices([path], ReadOptions(**entry.options, strict=True))


def test_the_clean_file_is_said_nothing_about(tmp_path: Path) -> None:
    reading = read_prices([write(tmp_path, Entry("", CLEAN.encode()))], ReadOptions(strict=True))
    assert reading.decisions.notices == reading.decisions.warnings == ()
    assert asdict(ReadOptions())["max_bytes"] == 4 * 2**30
