"""Widths that follow what came true: alike in a forecast and in scores, and of unseen rows alone."""

from dataclasses import replace

import numpy as np
import pytest
from toys import toy_model, walk

from rnn_forecast.forecasts.adaptation import Forecasts, widths_since
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.network_weight import forecast_values
from rnn_forecast.model.model import first_unseen, floored_moves, panel_of
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.evaluation import evaluation_of


def wilder(n: int, *, seed: int, ticker: str, since: int, times: float) -> PriceSeries:
    """A walk whose steps are so many times as large from a row on, by jumps that nothing foresees."""
    s = walk(n, seed=seed, ticker=ticker)
    change = np.diff(np.log(s.prices))
    jumps = np.random.default_rng(seed).random(n - 1) < 0.3
    change[since:] *= np.where(jumps, times, 1.0)[since:]
    return s.with_prices(100 * np.exp(np.cumsum(np.r_[0.0, change])))


SERIES = [wilder(700, seed=i, ticker=f"T{i}", since=560, times=4.0) for i in range(5)]


@pytest.mark.parametrize("followed", [False, True])
def test_the_last_row_of_a_file_and_one_of_many_scored_have_the_same_widths(followed: bool) -> None:
    model = toy_model(SERIES)
    if not followed:
        model = replace(model, shrinkage=np.zeros(2))
    scored = evaluation_of(model, SERIES, "m").table
    for n in (570, 620, 690):
        table = forecast(model, [s.until(n) for s in SERIES], 2)
        same = scored.origin == SERIES[0].dates[n - 1]
        for level, (low, high) in table.intervals.items():
            np.testing.assert_allclose(low, scored.intervals[level][0][same], rtol=1e-6)
            np.testing.assert_allclose(high, scored.intervals[level][1][same], rtol=1e-6)


def test_only_rows_that_the_model_has_not_learnt_from_have_a_say() -> None:
    model = toy_model(SERIES)
    panel, seen = panel_of(model, SERIES), first_unseen(model, SERIES)
    first = panel.offsets[:-1] + seen - 1
    wide = widths_since(model, SERIES, panel, np.sort(np.concatenate([first, first + 1, first - 1])), seen)
    assert not wide[[0, 1, 3, 4]].any()  # before, and at the first: nothing was known
    assert wide[2].any()


def test_bands_hold_as_often_as_they_say_where_they_were_too_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    model = toy_model(SERIES)
    third = tuple(tuple(weight / 3 for weight in row) for row in model.volatility.weights)
    narrow = replace(model.volatility, weights=third)
    model = replace(model, shrinkage=np.zeros(2), volatility=narrow)

    def held() -> float:
        coverage = evaluation_of(model, SERIES, "m").metrics["intervals"]["80"]["by_step"][0]["coverage"]
        assert coverage is not None
        return coverage

    followed = held()
    monkeypatch.setattr("rnn_forecast.scores.comparison.widths_since", lambda *a: np.zeros((len(a[3]), 2, 4)))
    narrow_ones = held()
    assert narrow_ones < 0.7
    assert narrow_ones + 0.08 < followed < 0.84


def test_forecasts_that_are_there_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = toy_model(SERIES)
    panel, seen = panel_of(model, SERIES), first_unseen(model, SERIES)
    origins = np.concatenate(
        [np.arange(a + n - 1, b - 2) for a, b, n in zip(panel.offsets, panel.offsets[1:], seen, strict=False)]
    )
    there = Forecasts(forecast_values(model, panel, origins, seen)[0], floored_moves(model, panel, origins))
    made = widths_since(model, SERIES, panel, origins, seen)
    asked: list[int] = []

    def counted(model, panel, rows, seen):
        asked.append(len(rows))
        return forecast_values(model, panel, rows, seen)

    monkeypatch.setattr("rnn_forecast.forecasts.adaptation.forecast_values", counted)
    np.testing.assert_allclose(widths_since(model, SERIES, panel, origins, seen, there), made, atol=1e-9)
    assert sum(asked) == 0


def test_a_price_that_stands_still_has_no_say() -> None:
    still = walk(700, seed=9, ticker="U").with_prices(
        np.r_[walk(700, seed=9).prices[:500], np.full(200, 7.0)]
    )
    model = replace(toy_model(SERIES), shrinkage=np.zeros(2))
    alone, among = ([*SERIES], [*SERIES, still])
    found = []
    for some in (alone, among):
        panel = panel_of(model, some)
        found.append(widths_since(model, some, panel, panel.offsets[1:6] - 1, first_unseen(model, some)))
    np.testing.assert_allclose(found[0], found[1], atol=0.02)
