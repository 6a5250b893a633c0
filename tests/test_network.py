"""The compiled epoch against Keras: the one file that loads it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from rnn_forecast import cells
from rnn_forecast.errors import TrainingError
from rnn_forecast.network import Epoch, FittedNetwork, fit, fit_members
from rnn_forecast.network.keras_parts import initial_weights
from rnn_forecast.network.training import learning_rate
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.windows import Windows

pytestmark = pytest.mark.keras

SMALL = {"lookback": 7, "horizon": 2, "units": 5, "batch_size": 16, "epochs": 3, "normalize": "zscore"}
SCHEDULE_FOR = {"mse": "constant", "mae": "cosine", "huber": "constant"}
CELLS = ("simple_rnn", "lstm", "gru")


def windows_of(lookback: int = 7, horizon: int = 2, *, n: int = 75, masked: int = 30) -> Windows:
    rng = np.random.default_rng(5)
    values = rng.normal(size=n + lookback + horizon)
    origin = np.arange(lookback - 1, lookback - 1 + n)
    length = np.full(n, lookback, np.int32)
    length[:masked] = rng.integers(1, lookback, masked)
    return Windows(values, origin, length, values[origin] * 0.1, rng.uniform(0.5, 1.5, n), lookback, horizon)


def recipe_of(**choices: object) -> Recipe:
    return with_choices(Recipe(), {**SMALL, **choices})


def train(recipe: Recipe, windows: Windows, stop: Windows | None = None, *, seed: int = 3) -> FittedNetwork:
    return fit(lambda _: windows, stop, recipe, seed=seed, on_epoch=lambda _: None)


def keras_network(recipe: Recipe, weights: dict[str, np.ndarray]):
    """The same network out of Keras' own layers and Keras' own mask."""
    import keras  # noqa: PLC0415

    network = recipe.network
    made = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[
        network.cell
    ]
    x = keras.Input((recipe.window.lookback, 1))
    mask = keras.Input((recipe.window.lookback,), dtype="bool")
    h = x
    for layer in range(network.layers):
        h = made(network.units, return_sequences=layer < network.layers - 1)(h, mask=mask)
    y = keras.layers.Dense(recipe.window.horizon)(h)
    if network.skip:
        y += keras.layers.Dense(recipe.window.horizon, use_bias=False)(keras.layers.Flatten()(x))
    model = keras.Model([x, mask], y)
    model.set_weights(list(weights.values()))
    return model


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_numpy_forward_equals_keras(cell: str, layers: int) -> None:
    recipe = recipe_of(cell=cell, layers=layers, units=50, lookback=60, skip=layers == 2)
    windows = windows_of(60, masked=40)
    rng = np.random.default_rng(0)
    weights = {
        k: w + 0.02 * rng.normal(size=w.shape).astype("f") for k, w in initial_weights(recipe, 1).items()
    }
    expected = keras_network(recipe, weights).predict([windows.x(), windows.mask()], verbose=0)
    np.testing.assert_allclose(cells.forward(weights, cell, windows.x(), windows.mask()), expected, atol=1e-5)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
@pytest.mark.parametrize("cell", CELLS)
def test_training_equals_model_fit_in_the_same_order(cell: str, loss: str) -> None:
    """Gradient through masks, layers and skip, clipping, Adam, the short last batch and the losses."""
    import keras  # noqa: PLC0415

    layers = 2 if loss == "mse" else 1
    recipe = recipe_of(cell=cell, loss=loss, layers=layers, clip_norm=0.5, learning_rate=0.01)
    recipe = with_choices(recipe, {"skip": loss == "mae", "schedule": SCHEDULE_FOR[loss]})
    windows, stop = windows_of(), windows_of(n=40)
    fitted = train(recipe, windows, replace(stop, values=windows.values))

    model = keras_network(recipe, initial_weights(recipe, 3))
    model.compile(keras.optimizers.Adam(0.01, global_clipnorm=0.5), loss=loss)
    order, x, mask, y = np.random.default_rng([3, 1]), windows.x(), windows.mask(), windows.y()
    stop = replace(stop, values=windows.values)
    for epoch in fitted.history:
        turn = order.permutation(len(windows))
        order.integers(2**31)
        model.optimizer.learning_rate = learning_rate(recipe, epoch.epoch)
        ran = model.fit([x[turn], mask[turn]], y[turn], batch_size=16, shuffle=False, verbose=0)
        assert epoch.loss == pytest.approx(ran.history["loss"][0], rel=1e-4)
        val_loss = model.evaluate([stop.x(), stop.mask()], stop.y(), verbose=0)
        assert epoch.val_loss == pytest.approx(val_loss, rel=1e-4)
        if epoch.epoch == fitted.best_epoch:
            kept = model.get_weights()
    for ours, theirs in zip(fitted.weights.values(), kept, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_the_cosine_schedule_starts_at_the_recipes_rate_and_ends_near_nothing() -> None:
    recipe = recipe_of(schedule="cosine", learning_rate=0.01, epochs=100)
    rates = [learning_rate(recipe, epoch) for epoch in range(1, 101)]
    assert rates[0] == 0.01
    assert rates[50] == pytest.approx(0.005)
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 1e-5


@pytest.mark.parametrize("need", [1, 8, 9, 4096, 4097, 5000, 10**6])
def test_a_program_has_room_enough_and_not_much_more(need: int) -> None:
    """Few stopping windows too: a series of 200 prices has eight."""
    from rnn_forecast.network.program import _spacious

    assert need <= _spacious(need) <= max(4096, need * 9 / 8 + 1)
