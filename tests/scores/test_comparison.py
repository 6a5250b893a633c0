"""What forecasts are held against follows from the prices, and knows no more than the model does."""

import numpy as np
from toys import toy_model, walk

from rnn_forecast.intervals.conformal import naive_intervals
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.comparison import compare, joined
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.windows.panel import make_panel

SERIES = [walk(200, seed=1, ticker="A"), walk(180, seed=2, ticker="B", start="2020-01-21")]


def test_drift_goes_on_by_the_mean_change_of_all_prices_up_to_the_origin():
    found = evaluation_of(toy_model(SERIES), SERIES, "toy").rows.comparison
    pairs = found.pairs()
    assert len(set(pairs.ticker.tolist())) == 2
    for i in (0, len(pairs) - 1):
        series = SERIES[pairs.ticker[i]]
        known = series.prices[: int(np.searchsorted(series.dates, pairs.origin[i])) + 1]
        change = np.diff(known).mean()
        np.testing.assert_allclose(pairs.drift[i], known[-1] + change * np.arange(1, 3))


def test_every_outcome_has_its_date_also_where_comparisons_are_joined():
    found = evaluation_of(toy_model(SERIES), SERIES, "toy").rows.comparison
    half = len(found) // 2
    parts = [found.pairs(slice(half, None)), found.pairs(slice(0, half))]
    whole, _ = joined(parts, [found.origins[half:], found.origins[:half]])
    for pairs in (found.pairs(), whole):
        for i in range(0, len(pairs), 7):
            series = SERIES[pairs.ticker[i]]
            rows = np.searchsorted(series.dates, pairs.ahead[i])
            np.testing.assert_allclose(series.prices[rows], pairs.actual[i])
            assert rows[0] == np.searchsorted(series.dates, pairs.origin[i]) + 1


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
