"""What forecasts are held against follows from the prices, and knows no more than the model does."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from toys import following_model, toy_model, walk

from rnn_forecast.errors import TrainingError
from rnn_forecast.forecasts.forecast_table import Style
from rnn_forecast.intervals.distribution import KNOTS
from rnn_forecast.intervals.naive import naive_intervals
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores import comparison
from rnn_forecast.scores.comparison import ComparedRows, compare, forecasts_in_prices, joined, table_of
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.outcomes.pairs import Pairs
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


def test_a_season_is_looked_back_for_and_bands_of_the_last_value_are_about_it():
    found = evaluation_of(toy_model(SERIES, season=7), SERIES, "toy").rows.comparison
    pairs = found.pairs()
    for i in (0, len(pairs) - 1):
        series, which = SERIES[pairs.ticker[i]], int(pairs.ticker[i])
        row = int(np.searchsorted(series.dates, pairs.origin[i]))
        np.testing.assert_allclose(pairs.season[i], series.prices[[row - 6, row - 5]])
        for k, level in enumerate((80.0, 95.0)):
            for ends, quantiles in zip(
                pairs.naive_intervals[level], (found.naive[which].low, found.naive[which].high), strict=True
            ):
                np.testing.assert_allclose(ends[i], pairs.last[i] * np.exp(quantiles[k]))


def test_bands_are_about_the_forecast_in_expected_moves():
    found = evaluation_of(toy_model(SERIES), SERIES, "toy").rows.comparison
    pairs, intervals = found.pairs(), found.model.intervals
    for level in (80.0, 95.0):
        k, wide = intervals.levels.index(level), np.exp(found.wide[..., KNOTS.index(level)])
        for ends, quantiles in zip(pairs.intervals[level], (intervals.low, intervals.high), strict=True):
            np.testing.assert_allclose(ends, pairs.forecast * np.exp(quantiles[k] * found.spread * wide))


@pytest.mark.parametrize(("rows", "sizes"), [(20, 10), (1, 1), (10_000, 10_000)])
def test_some_windows_at_a_time_are_all_windows_once(monkeypatch, rows, sizes):
    monkeypatch.setattr(comparison, "ROWS", rows)  # cells: windows of two steps each
    found = evaluation_of(toy_model(SERIES), SERIES, "toy").rows
    whole, cut = found.whole(), list(found.parts())
    starts = [*range(0, len(found.comparison), sizes), len(found.comparison)]
    assert [len(part) for part in cut] == [2 * (b - a) for a, b in pairwise(starts)]
    for name in ("ticker", "origin", "step", "date", "forecast", "last", "actual"):
        assert np.concatenate([getattr(part, name) for part in cut]).tolist() == getattr(whole, name).tolist()
    days = [pairs.origin for pairs in found.comparison.parts()]
    assert found.comparison.days().tolist() == sorted(set(np.concatenate(days).tolist()))


NOON = PriceSeries("C", SERIES[0].dates + np.timedelta64(43_200, "s"), SERIES[0].prices)
LATE = PriceSeries("C", np.append(SERIES[0].dates[:-1], SERIES[0].dates[-1:] + 60), SERIES[0].prices)


@pytest.mark.parametrize(
    ("series", "timed", "quoted"),
    [
        (SERIES, (False, False), False),
        ([SERIES[0], replace(SERIES[1], ticker="B,C")], (False, False), True),
        ([SERIES[0], NOON], (True, True), False),
        ([NOON, SERIES[1]], (True, True), False),
        ([LATE], (False, True), False),  # only the last date has a time of day: no origin
    ],
)
@pytest.mark.parametrize("rows", [20, 10_000])
def test_how_lines_are_written_is_known_of_all_windows(monkeypatch, rows, series, timed, quoted):
    monkeypatch.setattr(comparison, "ROWS", rows)
    found = evaluation_of(toy_model(series), series, "toy").rows
    assert found.style() == Style(*timed, quoted)


def test_a_ticker_that_is_not_forecast_asks_for_no_quotes():
    series = [SERIES[0], replace(SERIES[1], ticker="B,C")]
    found = evaluation_of(toy_model(series), series, "toy").rows.comparison
    first = slice(0, int(np.sum(found.origins < 200)))
    alone = replace(found, origins=found.origins[first], values=found.values[first])
    assert ComparedRows(alone).style() == Style(False, False, False)


def test_trust_follows_the_record_of_rows_that_the_model_has_not_seen():
    model = following_model(SERIES)
    panel, origins = make_panel(SERIES, model.scaling), np.arange(170, 190)
    late, early = (compare(model, SERIES, panel, origins, np.array(seen)) for seen in ([165, 150], [100, 90]))
    assert not np.array_equal(late.network_weight, early.network_weight)
    assert not np.array_equal(late.values, early.values)
    same, _ = forecasts_in_prices(model, SERIES, panel, origins, np.array([165, 150]))
    np.testing.assert_array_equal(same, late.pairs().forecast)


def test_a_forecast_that_is_no_number_names_its_ticker():
    model = toy_model(SERIES)
    panel = make_panel(SERIES, model.scaling)
    high = tuple(tuple(end and 1e9 for end in row) for row in model.intervals.high)
    broken = replace(model, intervals=replace(model.intervals, high=high))
    found = compare(broken, SERIES, panel, np.arange(300, 320), np.array([150, 150]))
    with pytest.raises(TrainingError, match=r"^B, step 1"):
        found.pairs()
    with pytest.raises(TrainingError, match=r"^B, step 1"):
        forecasts_in_prices(broken, SERIES, panel, np.arange(300, 320), np.array([150, 150]))


def part(ticker: list[int], origin: list[int], scale: float) -> Pairs:
    one = np.array(origin, float)
    two = one[:, None] + [[0.1, 0.2]]
    return Pairs(
        tickers=("A", "B"), ticker=np.array(ticker), origin=np.array(origin), actual=two, forecast=two + 1,
        last=one, drift=two + 2, scale=np.full(2, scale), rms_scale=np.full(2, 2 * scale),
        intervals={80.0: (two - 3, two + 3)}, naive_intervals={80.0: (two - 4, two + 5)},
        season=two + 6, ahead=np.array(origin)[:, None] + [[1, 2]],
    )  # fmt: skip


def test_parts_are_joined_by_ticker_and_time_with_the_first_ones_scales():
    """Two fits of two tickers: A's rows are 0 to 99 of the panel, B's those from 100 on."""
    parts = [part([0, 0, 1], [3, 4, 1], 0.5), part([0, 1, 1], [5, 2, 3], 9.0)]
    whole, positions = joined(parts, [np.array([3, 4, 101]), np.array([5, 102, 103])])
    want = part([0, 0, 0, 1, 1, 1], [3, 4, 5, 1, 2, 3], 0.5)
    assert positions.tolist() == [3, 4, 5, 101, 102, 103]
    names = [
        "ticker",
        "origin",
        "actual",
        "forecast",
        "last",
        "drift",
        "season",
        "ahead",
        "scale",
        "rms_scale",
    ]
    for name in names:
        np.testing.assert_array_equal(getattr(whole, name), getattr(want, name))
    for name in ("intervals", "naive_intervals"):
        np.testing.assert_array_equal(getattr(whole, name)[80.0], getattr(want, name)[80.0])
    plain = [replace(each, season=None, ahead=None) for each in parts]
    bare, _ = joined(plain, [np.arange(3), np.arange(3, 6)])
    assert (bare.season, bare.ahead) == (None, None)


def test_a_table_has_a_row_for_each_window_and_step():
    pairs = part([0, 1], [3, 1], 0.5)
    table = table_of(pairs, pairs.ahead)
    assert [table.ticker.tolist(), table.ticker.dtype] == [["A", "A", "B", "B"], object]
    assert (table.origin.tolist(), table.step.tolist()) == ([3, 3, 1, 1], [1, 2, 1, 2])
    assert (table.date.tolist(), table.last.tolist()) == ([4, 5, 2, 3], [3, 3, 1, 1])
    np.testing.assert_allclose([table.actual, table.forecast], [[3.1, 3.2, 1.1, 1.2], [4.1, 4.2, 2.1, 2.2]])
    low, high = table.intervals["80"]
    np.testing.assert_allclose([low, high], [table.actual - 3, table.actual + 3])
