"""What a user writes, under `mypy --strict`: run by a test, and checked with the package."""

from typing import TYPE_CHECKING, assert_type

import rnn_forecast as rf

if TYPE_CHECKING:
    import pandas as pd


def forecasts(prices: "pd.DataFrame", files: list[str]) -> "pd.DataFrame":
    model = rf.train(prices, lookback=12, units=4, cell="gru", levels=[80], price_column="price")
    assert_type(model, rf.Fitted)
    found = rf.predict(model, prices["price"] if len(files) > 1 else prices, steps=2, p_up=True)
    assert_type(found, rf.Forecast)
    assert_type(found.summary, str)
    scores = rf.evaluate(model, files)
    assert_type(scores.table, "pd.DataFrame")
    assert_type(rf.backtest(prices, origins=20, refit_every=0, lookback=12, units=4), rf.Scores)
    try:
        rf.prepare("nothing.csv")
    except rf.InputError as error:
        assert_type(error.remedy, str)
    return found.table
