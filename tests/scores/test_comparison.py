"""What a model is held against knows no more than the model does."""

import numpy as np
from toys import toy_model, walk

from rnn_forecast.intervals.conformal import naive_intervals
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.comparison import compare
from rnn_forecast.windows.panel import make_panel

CALM = walk(300)
SEEN = 240
WILD = PriceSeries(
    "T", CALM.dates, np.append(CALM.prices[:SEEN], CALM.prices[SEEN:] * np.resize([1.0, 3.0], 60))
)


def test_scales_and_naive_intervals_are_those_of_the_rows_that_the_model_has_seen():
    model = toy_model([CALM])
    panel = make_panel([WILD], model.scaling)
    found = compare(model, [WILD], panel, np.arange(250, 290), np.array([SEEN]))
    changes = np.diff(CALM.prices[:SEEN])
    np.testing.assert_allclose(found.scale, [np.abs(changes).mean()])
    np.testing.assert_allclose(found.rms_scale, [np.sqrt((changes**2).mean())])
    assert found.rms_scale > found.scale
    pairs = found.pairs()
    assert (pairs.scale, pairs.rms_scale) == (found.scale, found.rms_scale)
    assert found.naive == {0: naive_intervals(np.log(CALM.prices[:SEEN]), 2, [80, 95])}


def test_a_suspension_is_no_year_of_easy_forecasts():
    prices = CALM.prices.copy()
    prices[100:180] = prices[99]
    model = toy_model([CALM])
    series = PriceSeries("T", CALM.dates, prices)
    found = compare(
        model, [series], make_panel([series], model.scaling), np.arange(250, 290), np.array([SEEN])
    )
    changes = np.concatenate([np.diff(prices[:111]), np.diff(prices[179:SEEN])])  # eleven rows till it is one
    np.testing.assert_allclose(found.scale, [np.abs(changes).mean()])
