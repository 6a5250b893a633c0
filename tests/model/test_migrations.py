"""A model folder of every schema that there ever was gives the forecasts that it gave then."""

import csv
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.forecasts import forecasting
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import columns
from rnn_forecast.intervals.distribution import KNOTS
from rnn_forecast.model.migrations import SCHEMA, STEPS, anchors_are_sampled_prices, upgraded
from rnn_forecast.prices import ReadOptions
from rnn_forecast.verbs.context import Run, model_and_prices

OLD = Path(__file__).with_name(
    "old_models"
)  # each written by the program of its time; prices.csv is invented


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_a_model_of_any_schema_gives_its_forecasts(schema: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for widths that follow what came true, which came later than the first of them.

    The first two are one model; that of schema 3 has two members, ranges and a column beside the price.
    """
    real = forecasting.widths_and_moves
    unmoved = np.zeros((1, 1, len(KNOTS)))
    monkeypatch.setattr(forecasting, "widths_and_moves", lambda *given: (unmoved, real(*given)[1]))
    which = f"_{schema}" if schema > 2 else ""
    model, reading = model_and_prices(
        [str(OLD / f"prices{which}.csv")], ReadOptions(), OLD / f"schema_{schema}", Run(), any_ticker=False
    )
    table = columns(forecast(model, reading.series, steps=5))
    with (OLD / f"forecasts{which}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [str(date) for date in table["date"]] == [row["date"] for row in rows]
    for name in ("forecast", "last", "lo_80", "hi_80", "lo_95", "hi_95"):
        assert table[name].tolist() == pytest.approx([float(row[name]) for row in rows], rel=1e-6)


def test_every_step_is_named_and_the_newest_schema_follows_the_last() -> None:
    assert len(STEPS) + 1 == SCHEMA
    assert upgraded({"a": 1}, SCHEMA) == {"a": 1}


@pytest.mark.parametrize("tickers", [None, 3, [], {"A": 3}, {"A": {}}])
def test_a_step_leaves_alone_what_it_does_not_know(tickers: object) -> None:
    document = {"source": {"tickers": tickers}, "more": [1]}
    assert anchors_are_sampled_prices(document) == {"source": {"tickers": tickers}, "more": [1]}


def test_weights_of_ranges_become_those_of_a_set_size_by_size() -> None:
    row = [*range(12), *(100 * span + what for span in range(4) for what in (0, 1))]
    old = {"volatility": {"weights": [[1.0]], "range_weights": [row]}}
    sizes = [*(100 * span for span in range(4)), *(100 * span + 1 for span in range(4))]
    found = {"names": ["within", "between"], "weights": [[*range(12), *sizes]]}
    assert upgraded(old, 2) == {"volatility": {"weights": [[1.0]], "with_sizes": [found]}}
    assert upgraded({"volatility": {"range_weights": []}}, 2) == {"volatility": {}}
    for other in ({"volatility": 3}, {"volatility": {"range_weights": [3]}}, {"a": 1}):
        assert upgraded(dict(other), 2) == other
