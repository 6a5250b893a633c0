"""The M4 benchmark's own arithmetic; the verbs that it runs are tested elsewhere."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("m4_weekly", ROOT / "benchmarks" / "m4_weekly.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_last_value_has_an_owa_of_one(benchmark: ModuleType) -> None:
    series = {"A": [("", float(p)) for p in range(100, 130)], "B": [("", 50.0 + p % 3) for p in range(40)]}
    last = {ticker: [rows[-14][1]] * 13 for ticker, rows in series.items()}
    assert benchmark.scores(series, last)[2] == pytest.approx(1)


def test_smape_is_in_percent_and_mase_is_scaled_by_earlier_changes(benchmark: ModuleType) -> None:
    """Past 1, 3, 1, 4: mean change 7/3. Actual 3, forecast 1: 2 off, sMAPE 200 · 2 / 4 = 100."""
    series = {"A": [("", p) for p in [1.0, 3.0, 1.0, 4.0, *[3.0] * 13]]}
    smape, mase, owa = benchmark.scores(series, {"A": [1.0] * 13})
    assert (smape, mase) == (pytest.approx(100), pytest.approx(2 / (7 / 3)))
    assert owa == pytest.approx((100 / (200 / 7) + 2 / 1) / 2)


def test_forecasts_are_written_one_line_a_step(benchmark: ModuleType, tmp_path: Path) -> None:
    benchmark.write(tmp_path / "out.csv", {"W1": [1.5, 2.25]})
    assert (tmp_path / "out.csv").read_text() == "ticker,step,forecast\nW1,1,1.5\nW1,2,2.25\n"


def test_msis_is_the_width_and_forty_times_what_lies_outside(benchmark: ModuleType) -> None:
    """Past 1, 3, 1, 4: mean change 7/3. All prices are 3: one below, one above, the others inside."""
    series = {"A": [("", p) for p in [1.0, 3.0, 1.0, 4.0, *[3.0] * 13]]}
    bands = {"A": [(3.5, 5.0), (1.0, 2.5), *[(2.0, 4.0)] * 11]}
    msis, share = benchmark.interval_scores(series, bands)
    assert msis == pytest.approx((1.5 + 20 + 1.5 + 20 + 11 * 2) / 13 / (7 / 3))
    assert share == pytest.approx(100 * 11 / 13)


def test_naive_intervals_grow_with_the_root_of_the_step(benchmark: ModuleType) -> None:
    bands = benchmark.naive_bands([1.0, 2.0, 1.0, 2.0])  # changes 1, -1, 1: deviation (4/3)^0.5
    low, high = bands[3]
    assert (low + high) / 2 == pytest.approx(2)
    assert high - low == pytest.approx(2 * 1.96 * (4 / 3) ** 0.5 * 2)
