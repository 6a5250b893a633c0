"""What the network sees of columns: which row's value stands at which step of a window, padded or not."""

from dataclasses import replace

import numpy as np
import pytest
from toys import COLUMNS, small_recipe, toy_model, walk, with_columns

from rnn_forecast.errors import DataError, RecipeError
from rnn_forecast.model.model import panel_of
from rnn_forecast.windows.column_inputs import inputs_after
from rnn_forecast.windows.column_scaling import signal
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.windows import windows_at

HORIZON = 3


def dataset_of(*series, **choices) -> Dataset:
    return make_dataset(series, small_recipe(**{**COLUMNS, "horizon": HORIZON, **choices}))


def scaled(dataset, s, name, role):
    return dataset.scaling.columns[name].scaled(s.ticker, signal(s, name, role))


def test_a_window_shows_each_columns_rows_and_what_is_known_a_horizon_later():
    s = with_columns(200, seed=1)
    dataset = dataset_of(s, season=5)
    window = dataset.recipe.window
    x = dataset.windows(np.array([100, 150])).x()
    assert x.shape == (2, window.lookback, 1 + len(window.lags) + 4)
    rows = {name: scaled(dataset, s, name, role) for name, role in dataset.recipe.data.columns}
    for i, origin in enumerate((100, 150)):
        past = slice(origin + 1 - window.lookback, origin + 1)
        later = slice(past.start + HORIZON, past.stop + HORIZON)
        seen = [rows["volume"][past], rows["market"][past], rows["event"][past], rows["event"][later]]
        np.testing.assert_array_equal(x[i, :, -4:].T, seen)
    np.testing.assert_array_equal(x[0, -HORIZON:, -1], rows["event"][101 : 101 + HORIZON])


def test_prices_are_seen_as_without_columns():
    s = with_columns(200, seed=1)
    plain = make_dataset([s], small_recipe(horizon=HORIZON))
    at = np.array([5, 80])
    np.testing.assert_array_equal(dataset_of(s).windows(at).x()[:, :, :1], plain.windows(at).x())
    assert plain.panel.inputs.size == plain.panel.after.size == 0


def test_nothing_is_seen_of_the_series_before_nor_where_no_price_is_known():
    long, short = with_columns(120, seed=1, ticker="A"), with_columns(60, seed=0, ticker="B")
    dataset = dataset_of(long, short)
    at = 120 + np.array([3, 9, 30])
    behind = dataset.windows(at)
    alone = windows_at(panel_like(dataset, [short]), at - 120, dataset.scaling, dataset.recipe.window)
    np.testing.assert_array_equal(behind.x(), alone.x())
    assert not behind.x()[~behind.mask()].any()


def panel_like(dataset, series):
    model = toy_model(list(dataset.series), **COLUMNS, horizon=HORIZON)
    return panel_of(replace(model, scaling=dataset.scaling), series)


def test_what_is_known_ahead_is_seen_from_the_last_rows_of_a_series():
    longer = with_columns(200, seed=1)
    dataset = dataset_of(longer)
    ended = longer.until(150)
    assert ended.ahead is not None and len(ended.ahead.dates) == 50
    at = np.array([140, 149])
    cut = windows_at(panel_like(dataset, [ended]), at, dataset.scaling, dataset.recipe.window)
    np.testing.assert_array_equal(cut.x(), dataset.windows(at).x())


def test_rows_that_nobody_has_said_anything_of_are_0():
    s = with_columns(150, seed=1, ahead=2)
    panel = dataset_of(s).panel
    assert panel.inputs[3, -HORIZON:].tolist()[-1] == 0  # two rows ahead are known, not three
    assert panel.after.shape == (1, 4, 2)


def test_beyond_the_origin_the_past_stays_the_market_rests_and_the_known_is_known():
    s, n = with_columns(200, seed=1, ahead=4), 200
    dataset = dataset_of(s)
    panel, data = dataset.panel, dataset.recipe.data
    rows = scaled(dataset, s, "event", "known")
    inner = inputs_after(panel, data, 50, 10)
    assert (inner[0] == panel.inputs[0, 50]).all()
    assert not inner[1].any()
    np.testing.assert_array_equal(inner[2], rows[51:61])
    np.testing.assert_array_equal(inner[3], rows[51 + HORIZON : 61 + HORIZON])
    ahead = dataset.scaling.columns["event"].scaled("T", s.ahead.columns["event"])
    last = inputs_after(panel, data, n - 1, 6)
    np.testing.assert_array_equal(last[2], [*ahead, 0, 0])
    np.testing.assert_array_equal(last[3], [ahead[3], 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(inputs_after(panel, data, n - 3, 4)[2], [*rows[-2:], *ahead[:2]])


def test_the_last_of_one_series_is_not_followed_by_the_first_of_the_next():
    one, two = with_columns(100, seed=1, ticker="A", ahead=2), with_columns(100, seed=2, ticker="B")
    panel = dataset_of(one, two).panel
    alone = dataset_of(one, two)
    of_one = inputs_after(panel, alone.recipe.data, 98, 5)
    assert not of_one[2, 3:].any()


def test_without_a_column_nothing_is_forecast():
    s = with_columns(200, seed=1)
    model = toy_model([s], **COLUMNS)
    for gone in ("volume", "event", "market"):
        columns = {name: column for name, column in s.columns.items() if name != gone}
        with pytest.raises(DataError, match=f"T has no .*{gone}"):
            panel_of(model, [replace(s, columns=columns)])
    with pytest.raises(DataError, match="none but the price"):
        panel_of(model, [walk(200)])


def test_a_window_too_short_to_show_all_steps_is_refused():
    with pytest.raises(RecipeError, match="a lookback of at least the horizon, 13; it is 12"):
        dataset_of(with_columns(300), horizon=13)
    assert dataset_of(with_columns(300), horizon=12).panel.inputs.shape == (4, 300)
    assert dataset_of(with_columns(300), horizon=13, known=()).panel.inputs.shape == (2, 300)


def test_what_is_infinite_ahead_is_not_said():
    s = with_columns(150, seed=1, ahead=2)
    odd = replace(s, ahead=replace(s.ahead, columns={"event": np.array([np.inf, np.nan])}))
    assert not dataset_of(odd).panel.after.any()
