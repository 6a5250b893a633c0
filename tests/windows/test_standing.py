"""Windows that stand still: none of them has a say, and of none of them more is said than its last price."""

import numpy as np
from toys import small_recipe, walk

from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.panel import Panel
from rnn_forecast.windows.scaling import FLOOR
from rnn_forecast.windows.standing import movers, moving, still


def with_changes(changes: np.ndarray, ticker: str = "T") -> PriceSeries:
    return PriceSeries(ticker, walk(len(changes)).dates, 100 * np.exp(np.cumsum(changes)))


def test_a_suspension_ends_to_move_after_half_a_month_and_moves_again_as_long_after_it():
    change = np.random.default_rng(0).normal(size=200)
    change[80:140] = 0
    panel = Panel(("A", "B"), np.concatenate([change.cumsum(), np.ones(30)])[None], np.array([0, 200, 230]))
    found = np.flatnonzero(~moving(panel, np.arange(230)))
    assert found.tolist() == [0, *range(91, 150), *range(200, 230)]  # 11 of 22 still move at row 90
    kept = movers(panel, np.arange(230))
    assert not set(kept) & set(found)
    few = np.arange(100, 160)  # ten that move
    assert movers(panel, few).tolist() == few.tolist()


def test_the_floor_is_that_of_the_calmest_ticker_that_moves():
    rng = np.random.default_rng(1)
    wild, calm = rng.normal(0, 0.01, 300), rng.normal(0, 0.001, 300)
    pegged, halted = np.zeros(300), np.where(np.arange(300) < 150, calm, 0.0)
    pegged[[50, 51]] = 0.0001, -0.0001

    def floor(*changes: np.ndarray) -> float:
        some = [with_changes(c, str(i)) for i, c in enumerate(changes)]
        return make_dataset(some, small_recipe()).scaling.floor

    mean = np.abs(calm[1:216]).mean()  # the rows to fit
    np.testing.assert_allclose(floor(calm), FLOOR * mean)
    np.testing.assert_allclose([floor(wild, calm), floor(wild, pegged, calm)], FLOOR * mean)
    assert floor(wild, pegged) == floor(wild)
    np.testing.assert_allclose(floor(halted), FLOOR * np.abs(calm[1:150]).mean(), rtol=0.1)


def test_windows_of_one_price_are_still_unless_they_are_too_short_to_say():
    change = np.random.default_rng(2).normal(0, 0.01, 300)
    change[100:200] = 0
    dataset = make_dataset([with_changes(change)], small_recipe(lookback=12))
    found = still(dataset.windows(np.arange(11, 290)))
    assert (np.flatnonzero(found) + 11).tolist() == list(range(110, 200))
    short = make_dataset([with_changes(change)], small_recipe(lookback=5))
    assert not still(short.windows(np.arange(11, 290))).any()
