"""The forward pass of the recurrent networks in NumPy: what forecasts run on, without Keras.

h_t = tanh(h_{t-1} W + x_t K + b) and its kin for LSTM and GRU (Keras' gate order, GRU with `reset_after`),
and y = h_T W_y + b_y from the last state, plus x W_s where the network has a skip. The products of a step are
one matrix product: the rows [h, x, known] of the windows times the stacked kernels [W; K; b]. `known` is 0
where a step is masked, so that a masked step has no bias either; masked steps are a prefix and the state
starts at 0, and so it stays 0 through them, which is what a mask asks for: tanh(0) = 0;
c = f·0 + i·tanh(0) = 0; z·0 + (1 - z)·tanh(0) = 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.network.cell_kinds import GATES
from rnn_forecast.recipe import Network, Window

Floats = NDArray[np.float32]
CHUNK = 512  # windows at a time: their states stay in the processor's cache, and memory is bounded

RECURRENT_PARTS = ("kernel", "recurrent_kernel", "bias")


def forward(weights: Mapping[str, Floats], cell: str, x: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Outputs (n, horizon) of one network for x (n, lookback, i), 0 where `mask` (n, lookback) is False.

    Assumes left padding (each row of `mask` is a run of False, then True) and weights that fit together, by
    name in Keras' layout: `rnn0.kernel`, `rnn0.recurrent_kernel`, `rnn0.bias`, `rnn1.…`, `head.kernel`,
    `head.bias`; and `head.skip` (lookback · i, horizon) where the window also goes straight to the head.
    With a kernel of p · i rows each step takes in a patch of p rows of the window (`patched`).
    """
    layers, patch = _stacked_layers(weights, cell), len(weights["rnn0.kernel"]) // x.shape[2]
    out = np.empty((len(x), weights["head.bias"].shape[0]), np.float32)
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        last = _last_state(layers, cell, *patched(x[part], mask[part], patch))
        out[part] = last @ weights["head.kernel"] + weights["head.bias"]
        if "head.skip" in weights:
            out[part] += x[part].reshape(-1, len(weights["head.skip"])) @ weights["head.skip"]
    return out


def patched(x: Floats, mask: NDArray[np.bool_], patch: int) -> tuple[Floats, NDArray[np.bool_]]:
    """x (n, steps, patch · i) and mask (n, steps) of x (n, lookback, i): `patch` rows for each step.

    Oldest row first. A step counts where its last row is known; what is 0 in it was not known before.
    """
    return x.reshape(len(x), -1, patch * x.shape[2]), mask[:, patch - 1 :: patch]


def weight_shapes(network: Network, window: Window, further: int = 0) -> dict[str, tuple[int, ...]]:
    """Shapes by name, in Keras' layout: one layer after the other, then the head.

    `further`: inputs besides the prices, `len(recipe.data.inputs)`.
    """
    inputs = 1 + len(window.lags) + further
    units, gates = network.units, GATES[network.cell]
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(network.layers):
        shapes[f"rnn{layer}.kernel"] = (units if layer else window.patch * inputs, gates * units)
        shapes[f"rnn{layer}.recurrent_kernel"] = (units, gates * units)
        shapes[f"rnn{layer}.bias"] = (2, gates * units) if network.cell == "gru" else (gates * units,)
    shapes |= {"head.kernel": (units, window.horizon), "head.bias": (window.horizon,)}
    return shapes | ({"head.skip": (window.lookback * inputs, window.horizon)} if network.skip else {})


@dataclass(frozen=True)
class _Layer:
    stacked: Floats  # (u + i + 1, blocks): [W; K; b]
    units: int


def _stacked_layers(weights: Mapping[str, Floats], cell: str) -> list[_Layer]:
    count = sum(name.endswith(".recurrent_kernel") for name in weights)
    layers = []
    for number in range(count):
        kernel, recurrent, bias = (
            np.asarray(weights[f"rnn{number}.{part}"], np.float32)
            for part in ("kernel", "recurrent_kernel", "bias")
        )
        units = recurrent.shape[0]
        if (
            cell == "gru"
        ):  # the reset gate multiplies h W of the candidate alone: that product has its own block
            inner = np.concatenate([recurrent[:, 2 * units :], 0 * kernel[:, :units], bias[1:, 2 * units :]])
            kept = np.concatenate([recurrent[:, : 2 * units], np.zeros((units, units), np.float32)], axis=1)
            total = np.concatenate([bias[0, : 2 * units] + bias[1, : 2 * units], bias[0, 2 * units :]])
            stacked = np.concatenate([np.concatenate([kept, kernel, total[None]]), inner], axis=1)
        else:
            stacked = np.concatenate([recurrent, kernel, bias[None]])
        layers.append(_Layer(np.ascontiguousarray(stacked), units))
    return layers


def _last_state(layers: list[_Layer], cell: str, x: Floats, mask: NDArray[np.bool_]) -> Floats:
    """The last state (n, u) of the top layer, for x (n, steps, i) and mask (n, steps)."""
    n, steps = mask.shape
    seen = [np.zeros((n, layer.stacked.shape[0]), np.float32) for layer in layers]  # [h, input, known]
    gates = [np.empty((n, layer.stacked.shape[1]), np.float32) for layer in layers]
    memory = [np.zeros((n, layer.units), np.float32) for layer in layers]
    first = int(mask.any(axis=0).argmax()) if mask.any() else steps
    for t in range(first, steps):
        below = x[:, t]
        for layer, rows, gate, cells in zip(layers, seen, gates, memory, strict=True):
            rows[:, layer.units : -1] = below
            rows[:, -1] = mask[:, t]
            np.matmul(rows, layer.stacked, out=gate)
            below = rows[:, : layer.units]
            STEPS[cell](gate, below, cells)
    return seen[-1][:, : layers[-1].units]


def _simple_step(gate: Floats, h: Floats, _: Floats) -> None:
    np.tanh(gate, out=h)


def _lstm_step(gate: Floats, h: Floats, c: Floats) -> None:
    u = h.shape[1]
    _sigmoid(gate[:, : 2 * u])
    candidate = np.tanh(gate[:, 2 * u : 3 * u], out=gate[:, 2 * u : 3 * u])
    _sigmoid(gate[:, 3 * u :])
    candidate *= gate[:, :u]
    c *= gate[:, u : 2 * u]
    c += candidate
    np.tanh(c, out=h)
    h *= gate[:, 3 * u :]


def _gru_step(gate: Floats, h: Floats, _: Floats) -> None:
    u = h.shape[1]
    _sigmoid(gate[:, : 2 * u])
    update, reset, candidate, inner = (gate[:, k * u : (k + 1) * u] for k in range(4))
    inner *= reset
    candidate += inner
    np.tanh(candidate, out=candidate)
    h -= candidate  # z·h + (1 - z)·candidate = candidate + z·(h - candidate)
    h *= update
    h += candidate


def _sigmoid(a: Floats) -> None:
    """In place: 1 / (1 + exp(-a)), as (1 + tanh(a / 2)) / 2, which cannot overflow."""
    a *= 0.5
    np.tanh(a, out=a)
    a += 1
    a *= 0.5


STEPS: dict[str, Callable[[Floats, Floats, Floats], None]] = {
    "simple_rnn": _simple_step,
    "lstm": _lstm_step,
    "gru": _gru_step,
}
