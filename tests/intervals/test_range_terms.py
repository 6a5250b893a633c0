"""Ranges as measures of how far a price may move: by hand, without a look ahead, and what they are worth."""

from dataclasses import replace

import numpy as np
import pytest
from toys import with_ranges

from rnn_forecast.intervals.range_terms import RANGE_NAMES, range_terms
from rnn_forecast.intervals.volatility import expected_moves, fit_volatility
from rnn_forecast.intervals.volatility_terms import SPANS, stretches
from rnn_forecast.prices.series import Column, PriceSeries
from rnn_forecast.windows.panel import Panel, make_panel
from rnn_forecast.windows.scaling import Scaling

LOGS = Scaling("window", True, 1e-4, {})
PRICES = Scaling("window", False, 1e-4, {})
WITH_RANGES = [with_ranges(3000, seed=i, ticker=f"T{i}") for i in range(4)]


def origins(panel: Panel, first: int, stop: int) -> np.ndarray:
    return np.concatenate([np.arange(start + first, start + stop) for start in panel.offsets[:-1]])


@pytest.mark.parametrize("scaling", [LOGS, PRICES])
def test_terms_are_means_over_the_rows_that_have_a_range(scaling: Scaling) -> None:
    s = with_ranges(200)
    missing = s.columns["high"].values.copy()
    missing[[150, 160]] = np.nan
    s = replace(s, columns={**s.columns, "high": Column(missing, "range")})
    panel = make_panel([s], scaling)
    (some,) = stretches(panel.prices, 1, 100, panel.ranges)
    at = np.array([161, 170, 199])
    found = dict(zip(RANGE_NAMES, range_terms(some, np.ones(201), at), strict=True))
    close = np.log(s.prices) if scaling.log else s.prices
    opened = np.log(s.columns["open"].values) if scaling.log else s.columns["open"].values
    between = np.abs(opened[1:] - close[:-1])
    for i, row in enumerate(at.tolist()):
        for span in SPANS:
            rows = [r for r in range(row - span + 1, row + 1) if r not in (150, 160)]
            assert found[f"between_{span}"][i] == pytest.approx(np.mean([between[r - 1] for r in rows]))


def test_nothing_after_an_origin_is_used() -> None:
    panel = make_panel(WITH_RANGES, LOGS)
    at = origins(panel, 500, 2000)
    volatility = fit_volatility(panel, at, 2)
    before = expected_moves(volatility, panel, at)
    spoilt = panel.values.copy()
    for start in panel.offsets[:-1]:
        spoilt[:, start + 2000 : start + 3000] *= 3.0
    assert np.array_equal(expected_moves(volatility, replace(panel, values=spoilt), at), before)


def test_ranges_foresee_the_size_of_moves_better_than_closes() -> None:
    """On days whose volatility wanders; likelihood of later moves, as both were fitted to."""
    loss = {}
    for ranges in (True, False):
        panel = make_panel(WITH_RANGES, LOGS, ranges=ranges)
        volatility = fit_volatility(panel, origins(panel, 100, 2000), 1)
        assert bool(volatility.range_weights) is ranges
        later = origins(panel, 2000, 2990)
        expected = expected_moves(volatility, panel, later)[:, 0]
        moved = np.abs(panel.prices[later + 1] - panel.prices[later])
        loss[ranges] = float(np.mean(np.log(expected) + moved / expected))
    assert loss[True] < loss[False] - 0.01


def test_closes_serve_where_a_row_has_no_range() -> None:
    closes = PriceSeries("C", WITH_RANGES[0].dates, WITH_RANGES[0].prices)
    both = make_panel([WITH_RANGES[0], closes], LOGS)
    at = origins(both, 300, 2990)
    volatility = fit_volatility(both, at, 1)
    alone = make_panel([closes], LOGS)
    found = expected_moves(volatility, both, at)
    assert np.array_equal(found[2690:], expected_moves(volatility, alone, origins(alone, 300, 2990)))
    assert not np.array_equal(found[:2690], found[2690:])


def test_few_ranges_teach_nothing() -> None:
    s, late = WITH_RANGES[0], np.arange(3000) >= 2950
    blank = {name: Column(np.where(late, c.values, np.nan), "range") for name, c in s.columns.items()}
    panel = make_panel([replace(s, columns=blank)], LOGS)
    assert fit_volatility(panel, origins(panel, 100, 2990), 1).range_weights == ()
