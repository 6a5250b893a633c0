"""What serves besides the prices is said, and what has ended."""

from dataclasses import replace

import numpy as np
import pytest
from toys import walk, with_ranges

from rnn_forecast.prices.series import Column
from rnn_forecast.recipe import Data, Recipe, with_choices
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.serving import crowd_notices, stale_columns, without_crowd
from rnn_forecast.windows.sizes import FEWEST

SERIES = [with_ranges(300, seed=i, ticker=f"T{i}") for i in range(11)]


def test_what_serves_is_said() -> None:
    recipe = with_choices(Recipe(), {"lookback": 5, "valid_fraction": 0.0, "shrink": False})
    (every,) = crowd_notices(make_dataset(SERIES, recipe))
    assert every.text.startswith("how far all tickers moved on a date serves the intervals of each (")
    assert crowd_notices(make_dataset(SERIES[: FEWEST - 1], recipe)) == []


def test_a_model_that_has_learnt_from_a_crowd_says_where_there_is_none() -> None:
    assert without_crowd(("within", "crowd"), SERIES) == []
    assert without_crowd(("within", "between"), SERIES[:1]) == []
    (alone,) = without_crowd(("within", "crowd"), SERIES[:1])
    assert f"{FEWEST} are needed" in alone.text


@pytest.mark.parametrize(
    ("said", "since"),
    [
        (lambda rows: rows < 200, "after"),  # it has ended
        (lambda rows: rows % 22 == 0, None),  # a figure of each month
        (lambda rows: rows < 297, None),  # late by two days
        (lambda rows: rows < 0, None),  # never there: another message's
    ],
)
def test_a_column_that_has_ended_is_named(said: object, since: str | None) -> None:
    values = np.where(said(np.arange(300)), 1.0, np.nan)  # type: ignore[operator]
    for data, name in ((Data(past=("vix",)), "vix"), (Data(market="SPY"), "market")):
        s = replace(walk(300), columns={name: Column(values, "market" if name == "market" else "past")})
        notices = [*stale_columns([s], data)]
        assert len(notices) == (since is not None)
        for notice in notices:
            assert notice.kind == "warning" and str(s.dates[199].astype("M8[D]")) in notice.text
