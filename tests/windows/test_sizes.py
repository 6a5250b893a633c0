"""Sizes beside prices: the crowd by loops, joined by date, of the past alone; market and columns."""

from dataclasses import replace

import numpy as np
import pytest
from toys import walk, with_ranges

from rnn_forecast.prices.series import Column, PriceSeries
from rnn_forecast.windows.panel import make_panel
from rnn_forecast.windows.scaling import Scaling
from rnn_forecast.windows.sizes import FEWEST, MOST, OF_CROWD, OF_MARKET, RANGES, size_names

LOGS = Scaling("window", True, 1e-4, {})


def gappy(s: PriceSeries, seed: int) -> PriceSeries:
    """Some of its rows, so that the same row of two tickers has two dates."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(s))[: len(s) - 40])
    columns = {name: Column(c.values[rows], c.role) for name, c in s.columns.items()}
    return replace(s, dates=s.dates[rows], prices=s.prices[rows], columns=columns)


SERIES = [gappy(with_ranges(300, seed=i, ticker=f"T{i}"), i) for i in range(11)]


def sizes(series: list[PriceSeries], name: str) -> list[np.ndarray]:
    panel = make_panel(series, LOGS)
    row = 1 + panel.sizes.index(name)
    return np.split(panel.values[row], panel.offsets[1:-1])


def slow_crowd(series: list[PriceSeries], date: np.datetime64, *, falls: bool) -> float:
    """From its definition: the mean, over the tickers of a date, of a change over the mean one so far."""
    found = []
    for s in series:
        row = np.flatnonzero(s.dates == date)
        if len(row) and row[0]:
            change = np.diff(np.log(s.prices[: row[0] + 1]))
            size = min(abs(change[-1]) / np.abs(change).mean(), MOST)
            found.append(0.0 if falls and change[-1] > 0 else size)
    return float(np.mean(found)) if len(found) >= FEWEST else float("nan")


def test_a_crowd_is_the_mean_of_all_tickers_of_a_date() -> None:
    assert size_names(SERIES) == (*RANGES, *OF_CROWD)
    for name, falls in (("crowd", False), ("crowd_falls", True)):
        for s, found in zip(SERIES[:2], sizes(SERIES, name)[:2], strict=True):
            want = [slow_crowd(SERIES, date, falls=falls) for date in s.dates]
            np.testing.assert_allclose(found, want)
    crowd = {date: value for s, c in zip(SERIES, sizes(SERIES, "crowd"), strict=True)
             for date, value in zip(s.dates, c, strict=True)}  # fmt: skip
    for s, found in zip(SERIES, sizes(SERIES, "crowd"), strict=True):
        np.testing.assert_array_equal(found, [crowd[date] for date in s.dates])


def test_the_order_of_tickers_does_not_matter() -> None:
    for name in OF_CROWD:
        for one, other in zip(sizes(SERIES, name), reversed(sizes(SERIES[::-1], name)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_ticker_whose_dates_are_shifted_is_joined_by_date() -> None:
    whole = [walk(300, seed=i, ticker=f"T{i}") for i in range(FEWEST + 1)]
    late = [*whole[:-1], replace(whole[-1], dates=whole[-1].dates[50:], prices=whole[-1].prices[50:])]
    first, last = (sizes(late, "crowd")[i] for i in (0, -1))
    np.testing.assert_array_equal(first[50:], last)
    moved = replace(whole[-1], dates=whole[-1].dates + np.timedelta64(400 * 86_400, "s"))
    assert np.isnan(sizes([*whole[:-1], moved], "crowd")[-1]).all()  # alone on all its dates


@pytest.mark.parametrize("name", [*RANGES, *OF_CROWD])
def test_nothing_later_moves_a_size(name: str) -> None:
    date = SERIES[0].dates[200]
    cut = [s.until(int(np.searchsorted(s.dates, date, side="right"))) for s in SERIES]
    for whole, known in zip(sizes(SERIES, name), sizes(cut, name), strict=True):
        np.testing.assert_array_equal(whole[: len(known)], known)


def test_few_tickers_and_rows_without_dates_are_no_crowd() -> None:
    assert size_names(SERIES[: FEWEST - 1]) == RANGES
    undated = [replace(s, dates=np.arange(1, len(s) + 1)) for s in SERIES]
    assert size_names(undated) == RANGES
    panel = make_panel(SERIES[:2], LOGS, sizes=OF_CROWD)
    assert np.isnan(panel.values[1:]).all()
    assert size_names(SERIES, ranges=False) == OF_CROWD[:2]


def test_a_ticker_that_stands_still_has_no_say() -> None:
    series = [walk(200, seed=i, ticker=f"T{i}") for i in range(FEWEST)]
    pegged = PriceSeries("P", series[0].dates, np.full(200, 7.0))
    for name in OF_CROWD[:2]:
        np.testing.assert_array_equal(sizes([*series, pegged], name)[0], sizes(series, name)[0])


def test_market_and_columns_are_sizes_where_they_are_said() -> None:
    s = walk(50)
    level = np.linspace(-2, 3, 50)
    level[7] = np.nan
    market = np.r_[np.full(10, np.nan), 100 * 1.01 ** (-1.0) ** np.arange(40)]
    s = replace(s, columns={"vix": Column(level, "past"), "m": Column(market, "market")})
    names = size_names([s], past=["vix", "other"])
    assert names == (*OF_MARKET, "past:vix")
    size, falls, vix = make_panel([s], LOGS, sizes=names).values[1:]
    stands = np.where(np.isnan(level), np.roll(level, 1), level)
    np.testing.assert_array_equal(vix, np.abs(stands))
    assert np.isnan(size[:11]).all()
    np.testing.assert_allclose(size[11:], 2 * np.log(1.01))
    np.testing.assert_allclose(falls[11:], np.resize([2 * np.log(1.01), 0.0], 39), atol=1e-12)
    bare = make_panel([walk(50)], LOGS, sizes=names)
    assert np.isnan(bare.values[1:]).all()
