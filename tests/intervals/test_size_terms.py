"""Sizes beside prices say how far they may move: by hand, without a look ahead, and what they are worth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from toys import with_ranges

from rnn_forecast.intervals.size_terms import BASE, COURSE, EACH, size_terms, terms_of
from rnn_forecast.intervals.volatility import expected_moves
from rnn_forecast.intervals.volatility_fit import fit_volatility
from rnn_forecast.intervals.volatility_terms import SPANS, Stretch, stretches
from rnn_forecast.prices.series import Column, PriceSeries
from rnn_forecast.windows.panel import Panel, make_panel
from rnn_forecast.windows.scaling import Scaling
from rnn_forecast.windows.sizes import RANGES, size_names

LOGS = Scaling("window", True, 1e-4, {})
PRICES = Scaling("window", False, 1e-4, {})
WITH_RANGES = [with_ranges(3000, seed=i, ticker=f"T{i}") for i in range(4)]

VIX = terms_of(["past:vix"], ["past:vix"])


def origins(panel: Panel, first: int, stop: int) -> np.ndarray:
    return np.concatenate([np.arange(start + first, start + stop) for start in panel.offsets[:-1]])


def crowded(n: int, tickers: int = 10) -> list[PriceSeries]:
    """Tickers that all are wild at the same times."""
    rng = np.random.default_rng(0)
    wild = 0.01 * np.exp(0.95 * np.sin(np.cumsum(rng.normal(0, 0.15, n))))
    dates = np.datetime64("2000-01-01", "s") + np.arange(n) * np.timedelta64(86_400, "s")
    return [
        PriceSeries(f"C{i}", dates, 100 * np.exp(np.cumsum((1 + i / 3) * wild * rng.normal(size=n))))
        for i in range(tickers)
    ]


def only(panel: Panel) -> Stretch:
    (some,) = stretches(panel.prices, 1, 100, panel.values[1:])
    return some


@pytest.mark.parametrize("scaling", [LOGS, PRICES])
def test_terms_of_ranges_are_means_over_the_rows_that_have_one(scaling: Scaling) -> None:
    s = with_ranges(200)
    missing = s.columns["high"].values.copy()
    missing[[150, 160]] = np.nan
    s = replace(s, columns={**s.columns, "high": Column(missing, "range")})
    some, at = only(make_panel([s], scaling)), np.array([161, 170, 199])
    found = [*size_terms(some, terms_of(RANGES, ["between"]), np.ones(201), at)]
    close = np.log(s.prices) if scaling.log else s.prices
    opened = np.log(s.columns["open"].values) if scaling.log else s.columns["open"].values
    between = np.abs(opened[1:] - close[:-1])
    for i, row in enumerate(at.tolist()):
        for span, term in zip(SPANS, found, strict=True):
            rows = [r for r in range(row - span + 1, row + 1) if r not in (150, 160)]
            assert term[i] == pytest.approx(np.mean([between[r - 1] for r in rows]))


def test_of_other_sizes_the_course_counts_in_the_tickers_own_moves() -> None:
    rng = np.random.default_rng(0)
    level = rng.gamma(1.0, size=400)
    level[::7] = np.nan
    stands = pd.Series(level).ffill().to_numpy()
    s = replace(with_ranges(400), columns={"vix": Column(level, "past")})
    some, at, shape = only(make_panel([s], LOGS, sizes=["past:vix"])), np.array([150, 399]), np.full(401, 2.0)
    found = [*size_terms(some, VIX, shape, at)]
    assert len(found) == EACH == len(COURSE)
    change = np.abs(np.diff(np.log(s.prices)))
    for i, row in enumerate(at.tolist()):
        half_year = np.nanmean(stands[row - BASE + 1 : row + 1])
        for span, term in zip(COURSE, found, strict=True):
            want = stands[row - span + 1 : row + 1].mean()
            own = change[row - BASE : row].mean() / 2
            assert term[i] == pytest.approx(own * want / half_year)
    other = replace(s, columns={"vix": Column(1000 * level, "past")})
    again = size_terms(only(make_panel([other], LOGS, sizes=["past:vix"])), VIX, shape, at)
    np.testing.assert_allclose([*again], found)


def test_a_size_of_nothing_but_zeros_says_nothing() -> None:
    s = replace(with_ranges(300), columns={"flag": Column(np.zeros(300), "past")})
    some = only(make_panel([s], LOGS, sizes=["past:flag"]))
    assert not np.any(
        [*size_terms(some, terms_of(["past:flag"], ["past:flag"]), np.ones(301), np.arange(300))]
    )


@pytest.mark.parametrize("series", [WITH_RANGES, crowded(3000)])
def test_nothing_after_an_origin_is_used(series: list[PriceSeries]) -> None:
    """Prices after a date change in all tickers: the crowd of later dates is another one."""
    panel = make_panel(series, LOGS)
    at = origins(panel, 500, 2000)
    volatility = fit_volatility(panel, at, 2)
    assert volatility.with_sizes
    factor = np.exp(np.random.default_rng(1).normal(0, 0.2, 3000)) * (np.arange(3000) >= 2000)
    spoilt = [
        replace(
            s.with_prices(s.prices * np.where(factor, factor, 1.0)),
            columns={n: Column(c.values * np.where(factor, factor, 1), c.role) for n, c in s.columns.items()},
        )
        for s in series
    ]
    later = make_panel(spoilt, LOGS)
    assert np.array_equal(expected_moves(volatility, later, at), expected_moves(volatility, panel, at))
    after = origins(panel, 2500, 2600)
    assert not np.array_equal(
        expected_moves(volatility, later, after), expected_moves(volatility, panel, after)
    )


@pytest.mark.parametrize("series", [WITH_RANGES, crowded(3000)])
def test_sizes_foresee_moves_better_than_closes(series: list[PriceSeries]) -> None:
    """On days whose volatility wanders; likelihood of later moves, as both were fitted to."""
    loss = {}
    for sizes in (None, ()):
        panel = make_panel(series, LOGS, sizes=sizes)
        volatility = fit_volatility(panel, origins(panel, 100, 2000), 1)
        assert bool(volatility.with_sizes) is (sizes is None)
        later = origins(panel, 2000, 2990)
        expected = expected_moves(volatility, panel, later)[:, 0]
        moved = np.abs(panel.prices[later + 1] - panel.prices[later])
        loss[sizes] = float(np.mean(np.log(expected) + moved / expected))
    assert loss[None] < loss[()] - 0.005


def test_a_row_is_served_by_the_richest_set_that_it_has() -> None:
    """Nine tickers, one of them without ranges: with the crowd, without it, and with neither."""
    bare = PriceSeries("C", WITH_RANGES[0].dates, WITH_RANGES[0].prices)
    series = [*(with_ranges(1500, seed=i, ticker=f"T{i}") for i in range(8)), bare.until(1500)]
    panel = make_panel(series, LOGS)
    volatility = fit_volatility(panel, origins(panel, 200, 1400), 1)
    ranged, crowd = {*RANGES}, {"crowd_falls", "crowd", "crowd_within"}
    both, without, closes = ({*some.names} for some in volatility.with_sizes)
    assert both & ranged and both & crowd and without <= crowd and closes <= ranged

    def alone(s: PriceSeries, which: list[int]) -> np.ndarray:
        some = replace(volatility, with_sizes=tuple(volatility.with_sizes[i] for i in which))
        one = make_panel([s], LOGS, sizes=volatility.sizes)
        return expected_moves(some, one, origins(one, 300, 1400))

    for s, own in ((series[0], [2]), (bare.until(1500), [])):
        np.testing.assert_array_equal(alone(s, [0, 1, 2]), alone(s, own))
    found = expected_moves(volatility, panel, origins(panel, 300, 1400)).reshape(9, -1)
    for i, own in ((0, [0]), (8, [1])):
        some = replace(volatility, with_sizes=tuple(volatility.with_sizes[k] for k in own))
        np.testing.assert_array_equal(
            expected_moves(some, panel, origins(panel, 300, 1400)).reshape(9, -1)[i], found[i]
        )


def test_few_rows_with_sizes_teach_nothing() -> None:
    s, late = WITH_RANGES[0], np.arange(3000) >= 2950
    blank = {name: Column(np.where(late, c.values, np.nan), "range") for name, c in s.columns.items()}
    panel = make_panel([replace(s, columns=blank)], LOGS)
    assert fit_volatility(panel, origins(panel, 100, 2990), 1).with_sizes == ()


def test_a_column_of_fridays_does_not_bring_weights_of_fridays_to_all_days() -> None:
    s = with_ranges(3000)
    friday = np.where(np.arange(3000) % 5 == 4, np.random.default_rng(1).gamma(1.0, size=3000), np.nan)
    market = np.where(np.arange(3000) % 5 == 4, np.nan, 100 + np.arange(3000) % 2)
    for column, role in ((friday, "past"), (market, "market")):
        with_it = replace(s, columns={**s.columns, "beside": Column(column, role)})
        names = size_names([with_it], past=["beside"] if role == "past" else [])
        panel = make_panel([with_it], LOGS, sizes=names)
        learnt = fit_volatility(panel, origins(panel, 200, 2900), 1)
        bare = fit_volatility(make_panel([s], LOGS), origins(panel, 200, 2900), 1)
        own = {some.names: some.weights for some in bare.with_sizes}
        for some in learnt.with_sizes:
            if {*some.names} <= {*RANGES}:
                np.testing.assert_allclose(some.weights, own[some.names], atol=1e-9)


@pytest.mark.parametrize("times", [1e-3, 1e4])
def test_what_is_expected_scales_with_prices(times: float) -> None:
    series = [with_ranges(900, seed=i, ticker=f"T{i}") for i in range(8)]
    small = make_panel(series, PRICES)
    volatility = fit_volatility(small, origins(small, 200, 890), 2)
    larger = [
        replace(
            s.with_prices(s.prices * times),
            columns={name: Column(c.values * times, c.role) for name, c in s.columns.items()},
        )
        for s in series
    ]
    at = origins(small, 200, 890)
    found = expected_moves(volatility, make_panel(larger, PRICES), at)
    np.testing.assert_allclose(found, times * expected_moves(volatility, small, at), rtol=1e-6)
