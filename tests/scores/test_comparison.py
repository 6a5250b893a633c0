"""What a model's forecasts are held against: baselines and dates as they follow from the prices."""

import numpy as np
from toys import toy_model, walk

from rnn_forecast.scores.comparison import joined
from rnn_forecast.scores.evaluation import evaluation_of

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
