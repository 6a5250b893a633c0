"""A backtest's fits know of columns what was known at their origin, and what is known ahead from there."""

from dataclasses import replace

import numpy as np
from toys import COLUMNS, small_recipe, with_columns

from rnn_forecast.scores.leak_audit import changed_after
from rnn_forecast.windows.rolling_origins import Plan, datasets_of, roll

SERIES = [with_columns(300, seed=1, ticker="A"), with_columns(290, seed=2, ticker="B")]
RECIPE = small_recipe(**COLUMNS, horizon=3)
ROLLING = roll(SERIES, RECIPE, Plan(origins=30, refit_every=10))


def test_each_fit_sees_of_columns_what_was_known_at_its_origin():
    fits = datasets_of(SERIES, RECIPE, ROLLING)
    assert len(fits) == 3
    for number, fit in enumerate(fits):
        origin = max(s.dates[-1] for s in fit.series)
        rng = np.random.default_rng(number)
        shaken = [changed_after(s, origin, rng, reach=RECIPE.window.horizon) for s in SERIES]
        again = datasets_of(shaken, RECIPE, ROLLING)[number]
        assert again.scaling == fit.scaling
        np.testing.assert_array_equal(again.panel.inputs, fit.panel.inputs)
        other = datasets_of([changed_after(s, origin, rng) for s in SERIES], RECIPE, ROLLING)[number]
        np.testing.assert_array_equal(other.panel.inputs[:3], fit.panel.inputs[:3])
        assert not np.array_equal(other.panel.inputs[3], fit.panel.inputs[3])  # it is known ahead


def test_a_fit_needs_no_rows_ahead_where_the_series_ends():
    whole = [replace(s, ahead=None) for s in SERIES]
    for some, same in zip(
        datasets_of(whole, RECIPE, ROLLING), datasets_of(SERIES, RECIPE, ROLLING), strict=True
    ):
        np.testing.assert_array_equal(some.panel.inputs, same.panel.inputs)
