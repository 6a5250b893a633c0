"""The sample files: the same bytes as ever, like prices, with or without something to find, as they claim."""

import csv
import datetime
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

FOLDER = Path(__file__).resolve().parents[1] / "sample_data"
NAMES = ("stock_prices.csv", "random_walk.csv")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", FOLDER / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_samples"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[tuple[datetime.date, float]]:
    with (FOLDER / name).open(newline="", encoding="ascii") as file:
        reader = csv.reader(file)
        assert next(reader) == ["date", "price"]
        return [(datetime.date.fromisoformat(date), float(price)) for date, price in reader]


def prices(name: str) -> NDArray[np.float64]:
    return np.array([price for _, price in rows(name)])


def test_the_generator_gives_the_same_bytes_again(generator: ModuleType, tmp_path: Path) -> None:
    generator.main(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_are_trading_days_with_prices(name: str) -> None:
    dates = [date for date, _ in rows(name)]
    assert len(dates) == 2_500
    assert dates == sorted(set(dates))
    assert all(date.weekday() < 5 for date in dates)
    assert dates[-1].year <= 2025
    assert all(1 < price < 1_000 for _, price in rows(name))


@pytest.mark.parametrize("name", NAMES)
def test_volatility_clusters_as_in_a_market(name: str) -> None:
    changes = np.diff(np.log(prices(name)))
    assert 0.1 < changes.std() * np.sqrt(252) < 0.4  # a year's volatility
    assert stats.kurtosis(changes) > 0.5  # more large changes than a normal distribution has
    size = changes**2
    assert np.corrcoef(size[:-1], size[1:])[0, 1] > 0.1


def linear_prediction(
    p: NDArray[np.float64], spans: tuple[int, ...] = (5, 10, 20, 40)
) -> NDArray[np.float64]:
    """One-step forecasts by least squares on the distance to past means, fitted on the first 80 percent."""
    change = np.diff(p) / p[:-1]
    means = np.empty((len(p), len(spans)))
    means[0] = p[0]
    for i in range(1, len(p)):
        means[i] = means[i - 1] + (p[i] - means[i - 1]) / np.array(spans)
    distance = np.column_stack([p[:, None] / means - 1, np.ones(len(p))])[:-1]
    train = slice(100, int(0.8 * len(p)) - 1)
    weights, *_ = np.linalg.lstsq(distance[train], change[train], rcond=None)
    return p[:-1] * (1 + distance @ weights)


def against_last_value(p: NDArray[np.float64]) -> tuple[float, float]:
    """RMSE ratio and Diebold-Mariano p-value (one step, two-sided) on the last 20 percent."""
    test = slice(int(0.8 * len(p)) - 1, None)
    error, naive = (p[1:] - linear_prediction(p))[test], (p[1:] - p[:-1])[test]
    gain = naive**2 - error**2
    t = gain.mean() / (gain.std(ddof=1) / np.sqrt(len(gain)))
    return float(np.sqrt((error**2).mean() / (naive**2).mean())), float(2 * stats.t.sf(abs(t), len(gain) - 1))


def test_the_stock_has_something_to_find() -> None:
    ratio, p_value = against_last_value(prices("stock_prices.csv"))
    assert 0.94 < ratio < 0.985
    assert p_value < 0.01


def test_the_random_walk_has_nothing_to_find() -> None:
    ratio, p_value = against_last_value(prices("random_walk.csv"))
    assert ratio > 0.995
    assert p_value > 0.05
