"""The M4 benchmark's own arithmetic; the verbs that it runs are tested elsewhere."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("m4", ROOT / "benchmarks" / "m4.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_last_value_has_an_owa_of_one(benchmark: ModuleType) -> None:
    series = {"A": [("", float(p)) for p in range(100, 130)], "B": [("", 50.0 + p % 3) for p in range(40)]}
    last = {ticker: [rows[-14][1]] * 13 for ticker, rows in series.items()}
    assert benchmark.scores(series, last, benchmark.KINDS["weekly"])[2] == pytest.approx(1)


def test_smape_is_in_percent_and_mase_is_scaled_by_earlier_changes(benchmark: ModuleType) -> None:
    """Past 1, 3, 1, 4: mean change 7/3. Actual 3, forecast 1: 2 off, sMAPE 200 · 2 / 4 = 100."""
    series = {"A": [("", p) for p in [1.0, 3.0, 1.0, 4.0, *[3.0] * 13]]}
    smape, mase, owa = benchmark.scores(series, {"A": [1.0] * 13}, benchmark.KINDS["weekly"])
    assert (smape, mase) == (pytest.approx(100), pytest.approx(2 / (7 / 3)))
    assert owa == pytest.approx((100 / (200 / 7) + 2 / 1) / 2)


def test_forecasts_are_written_one_line_a_step(benchmark: ModuleType, tmp_path: Path) -> None:
    benchmark.write(tmp_path / "out.csv", {"W1": [1.5, 2.25]})
    assert (tmp_path / "out.csv").read_text() == "ticker,step,forecast\nW1,1,1.5\nW1,2,2.25\n"


def test_msis_is_the_width_and_forty_times_what_lies_outside(benchmark: ModuleType) -> None:
    """Past 1, 3, 1, 4: mean change 7/3. All prices are 3: one below, one above, the others inside."""
    series = {"A": [("", p) for p in [1.0, 3.0, 1.0, 4.0, *[3.0] * 13]]}
    bands = {"A": [(3.5, 5.0), (1.0, 2.5), *[(2.0, 4.0)] * 11]}
    msis, share = benchmark.interval_scores(series, bands, benchmark.KINDS["weekly"])
    assert msis == pytest.approx((1.5 + 20 + 1.5 + 20 + 11 * 2) / 13 / (7 / 3))
    assert share == pytest.approx(100 * 11 / 13)


def test_naive_intervals_grow_with_the_root_of_the_step(benchmark: ModuleType) -> None:
    bands = benchmark.naive_bands([1.0, 2.0, 1.0, 2.0], 13)  # changes 1, -1, 1: deviation (4/3)^0.5
    low, high = bands[3]
    assert (low + high) / 2 == pytest.approx(2)
    assert high - low == pytest.approx(2 * 1.96 * (4 / 3) ** 0.5 * 2)


def test_a_season_without_noise_is_naive2_forecast_to_the_last_digit(benchmark: ModuleType) -> None:
    kind = benchmark.KINDS["hourly"]
    day = 10 + 3 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    past = np.tile(day / day.mean(), 20)[:-7] * 50
    expected = np.tile(day / day.mean(), 4)[-7 % 24 :][: kind.steps] * 50
    np.testing.assert_allclose(benchmark.naive2(past.tolist(), kind), expected, rtol=1e-12)


def test_naive2_is_the_last_value_where_no_day_is_like_the_one_before(benchmark: ModuleType) -> None:
    past = np.random.default_rng(0).lognormal(size=500).tolist()
    assert benchmark.naive2(past, benchmark.KINDS["hourly"]) == [past[-1]] * 48


def test_mase_of_hours_is_scaled_by_the_day_before(benchmark: ModuleType) -> None:
    """Each day 1 above the one before; a forecast 2 off has a MASE of 2."""
    past = [float(10 + i // 24) for i in range(240)]
    series = {"A": [("", p) for p in [*past, *[30.0] * 48]]}
    assert benchmark.scores(series, {"A": [32.0] * 48}, benchmark.KINDS["hourly"])[1] == pytest.approx(2)
