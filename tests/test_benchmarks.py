"""The benchmarks that reach into the program still find what they reach for."""

import importlib
import io
import os
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.prices.series import Column, PriceSeries

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
EPOCHS = FOLDER / "_epochs.py"


@pytest.mark.keras
def test_an_epoch_of_ours_can_be_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, os.environ.get(name, "1"))  # the script sets them: as before, afterwards
    monkeypatch.setattr(sys, "argv", [str(EPOCHS), "ours", "simple_rnn", "32"])
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    runpy.run_path(str(EPOCHS), run_name="__main__")
    assert capsys.readouterr().out.startswith("ready")


def test_what_stands_still_does_not_narrow_the_bands_of_what_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of docs/internals/LOG.md, with fewer seeds."""
    monkeypatch.syspath_prepend(str(FOLDER))
    pegs = importlib.import_module("pegs")
    for case in pegs.CASES:
        covered, width = pegs.measured(case, 12 if "share" in case else 4)
        np.testing.assert_array_less(np.abs(covered - [80, 95]), [4, 2], err_msg=case)
        np.testing.assert_array_less(np.abs(width - 1), 0.1, err_msg=case)


def two_walks_with_ranges() -> list[PriceSeries]:
    dates = np.arange("2009-06-01", "2013-01-01", dtype="datetime64[D]")
    dates = dates[np.is_busday(dates)].astype("datetime64[s]")
    found = []
    for seed, ticker in enumerate(("A", "B")):
        chance = np.random.default_rng(seed)
        size = 0.01 * np.exp(0.5 * np.sin(np.arange(len(dates)) / 60))[:, None] / np.sqrt(50)
        moves = size * chance.normal(size=(len(dates), 50))
        close = 100 * np.exp(np.cumsum(moves.sum(axis=1)))
        within = np.cumsum(moves, axis=1) - moves.sum(axis=1, keepdims=True)  # over the close
        ends = {"open": within[:, 0], "high": within.max(axis=1), "low": within.min(axis=1)}
        columns = {name: Column(close * np.exp(over), "range") for name, over in ends.items()}
        found.append(PriceSeries(ticker, dates, close, columns))
    return found


def test_bands_of_a_year_are_judged_beside_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of docs/BANDS.md, of two tickers and one year."""
    monkeypatch.syspath_prepend(str(FOLDER))
    bands, tables = importlib.import_module("bands"), importlib.import_module("_bands_tables")
    found = bands.judged(two_walks_with_ranges(), 2012)
    assert {"plain historical", "ours, as shipped", "EWMA(0.94), normal", "GJR-GARCH-t"} <= found.keys()
    for name, one in found.items():
        assert one.windows.tolist() == [257, 257], name
        assert (np.abs(one.coverage - [[80], [95]]) < [[16], [9]]).all(), name
        np.testing.assert_allclose(one.winkler, 1, atol=0.3, err_msg=name)
    assert (found["ours, with ranges"].winkler[:, 0] < found["ours, closes only"].winkler[:, 0]).all()
    text = tables.summary([found], [found]) + tables.by_year({2012: found}) + tables.remarks({2012: found})
    assert "nan" not in text
    assert "| ours, as shipped |" in tables.in_short([found])


def test_bands_of_others_do_not_look_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all prices after the fit, only those up to an origin are in its bands."""
    monkeypatch.syspath_prepend(str(FOLDER))
    rivals = importlib.import_module("_rivals")
    logs = np.log(two_walks_with_ranges()[0].prices)[:800]
    origins = np.arange(699, 795)
    otherwise = np.r_[logs[:751], logs[751:] + np.linspace(1, 2, 49)]
    for name, rival in rivals.installed().items():
        ends, others = rival(logs, 700, origins), rival(otherwise, 700, origins)
        assert ends.shape == (2, 2, len(origins), 5), name
        assert (ends[:, 1] > ends[:, 0]).all(), name
        np.testing.assert_array_equal(ends[:, :, :52], others[:, :, :52], err_msg=name)
        assert (ends[:, :, 53:] != others[:, :, 53:]).any(), name


@pytest.mark.parametrize(("rows", "horizon"), [(60, 20), (200, 5)])
def test_bands_of_few_rows_hold_or_are_empty(
    rows: int, horizon: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of docs/BANDS.md, of fewer series."""
    monkeypatch.syspath_prepend(str(FOLDER))
    few = importlib.import_module("few_rows")
    for network in (False, True):
        found = [few.held(few.Case("returns", rows, horizon, network), seed) for seed in range(12)]
        percent = np.array([one.percent for one in found])
        if rows == 60:
            assert np.isnan(percent[:, :, 1]).all()
        else:
            off = np.abs(percent.mean(axis=0) - [[80], [95]])
            assert (off < [[10], [6]]).all(), (network, percent.mean(axis=0))
    cells = few.measured(few.Case("returns", rows, horizon), 2)
    assert len(cells) == 2
    assert "| 60 |" in few.table(
        {"AR(1)": "returns"}, [60], {few.Case("returns", 60, h): ["", ""] for h in few.HORIZONS}
    )
