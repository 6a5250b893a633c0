"""Scales of columns: learnt from fitted rows, each ticker's own, and what stands for what is not said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import walk, with_columns

from rnn_forecast.errors import DataError
from rnn_forecast.prices.series import Column, PriceSeries
from rnn_forecast.recipe import Data
from rnn_forecast.windows.column_scaling import FEWEST, fit_columns, signal
from rnn_forecast.windows.scaling import MOST_INPUT, ColumnScale


def series_of(values, role="past", name="c", ticker="T") -> PriceSeries:
    s = walk(len(values), ticker=ticker)
    return replace(s, columns={name: Column(np.asarray(values, float), role)})


def fitted(*parts, rows=None, role="past") -> ColumnScale:
    series = [series_of(values, role, ticker=str(i)) for i, values in enumerate(parts)]
    rows = np.array([len(s) for s in series]) if rows is None else np.array(rows)
    return fit_columns(series, rows, Data(**{role: ("c",)}))["c"]


def test_each_ticker_has_its_own_center_and_spread_of_logs_where_volumes_differ_a_thousandfold():
    rng = np.random.default_rng(0)
    small, large = rng.lognormal(8, 1, 200), rng.lognormal(15, 0.5, 300)
    scale = fitted(small, large)
    assert scale.floor == small.min() / 2
    for ticker, volume in (("0", small), ("1", large)):
        logs = np.log(volume)
        assert scale.by_ticker[ticker] == pytest.approx((logs.mean(), logs.std()))
        x = scale.scaled(ticker, volume)
        assert x.dtype == np.float32
        np.testing.assert_allclose([x.mean(), x.std()], [0, 1], atol=1e-5)
    both = np.log(np.concatenate([small, large]))
    assert (scale.center, scale.spread) == pytest.approx((both.mean(), both.std()))
    unknown = scale.scaled("NEW", large)
    np.testing.assert_allclose(unknown, (np.log(large) - both.mean()) / both.std(), rtol=1e-5)


@pytest.mark.parametrize(
    ("values", "logs"),
    [
        ([1.0, 11.0] * 20, True),
        ([1.0, 9.0] * 20, False),
        ([0.0, 1.0] * 20, False),  # a flag
        ([0.0, 1.0, 20.0] * 20, True),  # a count: 0 is half of the least
        ([-1.0, 100.0] * 20, False),
        ([0.0] * 40, False),
    ],
)
def test_logs_are_taken_of_what_is_wide_and_nowhere_below_0(values, logs):
    assert bool(fitted(values).floor) == logs


def test_one_wide_ticker_of_three_decides_nothing():
    narrow = np.linspace(10, 20, 50)
    assert fitted(narrow, narrow, np.linspace(1, 1000, 50)).floor == 0


@given(st.floats(1e-6, 1e6), st.integers(0, 5))
def test_a_column_in_other_units_is_the_same_input(factor, seed):
    values = np.random.default_rng(seed).lognormal(0, 1.5, 100)
    one, other = fitted(values), fitted(factor * values)
    np.testing.assert_allclose(one.scaled("0", values), other.scaled("0", factor * values), atol=1e-4)


def test_later_rows_say_nothing():
    values = np.random.default_rng(0).lognormal(0, 2, 100)
    other = np.concatenate([values[:60], [-1e9, np.nan, *values[62:] * 1e6]])
    assert fitted(values, rows=[60]) == fitted(other, rows=[60])
    assert fitted(values, rows=[60]) != fitted(other, rows=[61])


def test_a_ticker_with_few_values_or_no_spread_has_what_all_rows_have():
    many = np.random.default_rng(0).normal(5, 2, 300)
    scale = fitted(many, [3.0] * (FEWEST - 1), [7.0] * 50)
    assert scale.by_ticker.keys() == {"0", "2"}
    assert scale.by_ticker["2"] == (7.0, scale.spread)


def test_what_is_never_said_or_never_moves_is_0():
    for values in ([np.nan] * 50, [4.2] * 50, [0.1 + 0.2, 0.3] * 30):
        scale = fitted(values)
        assert np.abs(scale.scaled("0", np.array(values))).max() < 1e-12
        assert np.isfinite([scale.center, scale.spread]).all()
        assert scale.spread == 1


def test_slips_are_cut_and_infinite_values_are_none():
    scale = fitted(np.random.default_rng(0).normal(size=100))
    np.testing.assert_array_equal(scale.scaled("0", np.array([1e300, -1e300])), [MOST_INPUT, -MOST_INPUT])
    s = series_of([1.0, np.inf, -np.inf, 1e300, 2.0])
    np.testing.assert_array_equal(signal(s, "c", "past"), [1, 1, 1, 1, 2])


def test_the_past_stands_until_it_is_said_anew_and_a_flag_does_not():
    values = [np.nan, 1, np.nan, np.nan, 0, np.nan]
    np.testing.assert_array_equal(signal(series_of(values), "c", "past"), [np.nan, 1, 1, 1, 0, 0])
    known = signal(series_of(values, "known"), "c", "known")
    np.testing.assert_array_equal(known, [np.nan, 1, np.nan, np.nan, 0, np.nan])


def test_the_market_is_its_move_since_the_row_before():
    s = series_of([np.nan, 100, np.nan, 110, 0, 121], "market", "market")
    expected = [np.nan, np.nan, 0, np.log(1.1), 0, np.log(1.1)]
    np.testing.assert_allclose(signal(s, "market", "market"), expected)


@pytest.mark.parametrize("role", ["past", "known", "market"])
def test_a_signal_hangs_on_no_later_row(role):
    name = {"past": "volume", "known": "event", "market": "market"}[role]
    s = with_columns(80, ahead=5)
    whole = signal(s, name, role)
    for n in (1, 6, 40):
        np.testing.assert_array_equal(signal(s.until(n), name, role), whole[:n])


def test_a_series_without_the_column_is_refused_with_those_that_it_has():
    data = Data(past=("vix",))
    with pytest.raises(DataError, match=r"T has no column 'vix', .* its columns are: volume, event, market"):
        fit_columns([with_columns(50)], np.array([40]), data)
    with pytest.raises(DataError, match=r"T has no price of the market.*: none but the price"):
        fit_columns([walk(50)], np.array([40]), Data(market="SPY"))
