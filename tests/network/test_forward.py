"""The forward pass in NumPy against the textbook, window by window (test_network.py: against Keras)."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rnn_forecast.network import forward as pass_
from rnn_forecast.recipe import Network, Window

CELLS = ("simple_rnn", "lstm", "gru")
Weights = dict[str, NDArray[np.float32]]


def weights_of(cell: str, layers: int = 2, *, skip: int = 0) -> Weights:
    rng = np.random.default_rng(7)
    network = Network.model_validate({"cell": cell, "units": 6, "layers": layers, "skip": skip > 0})
    shapes = pass_.weight_shapes(network, Window(lookback=skip or 9, horizon=3))
    return {name: rng.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


def windows_of(n: int, lookback: int, *, masked: bool = True) -> tuple[NDArray, NDArray]:
    rng = np.random.default_rng(8)
    length = rng.integers(1, lookback + 1, n) if masked else np.full(n, lookback)
    mask = np.arange(lookback) >= lookback - length[:, None]
    return np.where(mask, rng.normal(size=(n, lookback)), 0).astype(np.float32)[:, :, None], mask


def sigmoid(a: NDArray) -> NDArray:
    return 1 / (1 + np.exp(-a))


def step(cell: str, x: NDArray, h: NDArray, c: NDArray, parts: list[NDArray]) -> tuple[NDArray, NDArray]:
    """One step of one window in float64, as the papers and Keras' documentation have it."""
    kernel, recurrent, bias = parts
    if cell == "simple_rnn":
        return np.tanh(x @ kernel + h @ recurrent + bias), c
    if cell == "lstm":
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    (x_z, x_r, x_h), (h_z, h_r, h_h) = np.split(x @ kernel + bias[0], 3), np.split(h @ recurrent + bias[1], 3)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    return z * h + (1 - z) * np.tanh(x_h + r * h_h), c


def textbook(weights: Weights, cell: str, known: NDArray) -> NDArray:
    """The output (horizon,) for the known prices (k, 1) of one window: no mask, for nothing is missing."""
    sequence = known.astype(np.float64)
    for layer in range(sum("recurrent" in name for name in weights)):
        parts = [weights[f"rnn{layer}.{p}"].astype(np.float64) for p in pass_.RECURRENT_PARTS]
        h = c = np.zeros(parts[1].shape[0])
        states = []
        for x in sequence:
            h, c = step(cell, x, h, c, parts)
            states.append(h)
        sequence = np.array(states)
    return sequence[-1] @ weights["head.kernel"] + weights["head.bias"]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_forward_equals_the_textbook_on_the_known_prices_alone(cell: str, layers: int) -> None:
    weights, (x, mask) = weights_of(cell, layers), windows_of(20, 9)
    expected = [textbook(weights, cell, window[known]) for window, known in zip(x, mask, strict=True)]
    np.testing.assert_allclose(pass_.forward(weights, cell, x, mask), expected, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_more_padding_on_the_left_changes_nothing(cell: str) -> None:
    weights, (x, mask) = weights_of(cell), windows_of(30, 8)
    wider = np.pad(x, ((0, 0), (5, 0), (0, 0))), np.pad(mask, ((0, 0), (5, 0)))
    np.testing.assert_array_equal(pass_.forward(weights, cell, x, mask), pass_.forward(weights, cell, *wider))


@pytest.mark.parametrize("cell", CELLS)
def test_the_chunks_change_nothing(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, (x, mask) = weights_of(cell), windows_of(50, 8)
    whole = pass_.forward(weights, cell, x, mask)
    monkeypatch.setattr(pass_, "CHUNK", 7)
    np.testing.assert_allclose(pass_.forward(weights, cell, x, mask), whole, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_windows_do_not_see_one_another(cell: str) -> None:
    weights, (x, mask) = weights_of(cell), windows_of(12, 8)
    turned = pass_.forward(weights, cell, x[::-1], mask[::-1])[::-1]
    np.testing.assert_allclose(pass_.forward(weights, cell, x, mask), turned, atol=1e-6)


def test_a_skip_adds_a_linear_map_of_the_window() -> None:
    weights, (x, mask) = weights_of("gru", skip=8), windows_of(12, 8)
    plain = {name: w for name, w in weights.items() if name != "head.skip"}
    difference = pass_.forward(weights, "gru", x, mask) - pass_.forward(plain, "gru", x, mask)
    np.testing.assert_allclose(difference, x[:, :, 0] @ weights["head.skip"], atol=1e-6)


def test_large_inputs_saturate_without_a_warning() -> None:
    for cell in CELLS:
        x, mask = windows_of(5, 8, masked=False)
        assert np.isfinite(pass_.forward(weights_of(cell), cell, x * np.float32(1e6), mask)).all()


def test_nothing_in_nothing_out() -> None:
    x, mask = windows_of(4, 8)
    weights = weights_of("lstm")
    assert pass_.forward(weights, "lstm", x[:0], mask[:0]).shape == (0, 3)
    unknown = pass_.forward(weights, "lstm", np.zeros_like(x), np.zeros_like(mask))
    np.testing.assert_array_equal(unknown, np.tile(weights["head.bias"], (4, 1)))
