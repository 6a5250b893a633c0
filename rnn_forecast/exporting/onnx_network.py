"""The recurrent networks of a model as operators of ONNX, averaged.

Our weights are in Keras' layout: gates i, f, c, o of an LSTM, which ONNX has as i, o, f, c; z, r, h of a GRU
are z, r, h there too, with the reset gate after the product (`linear_before_reset`). A recurrent operator
skips what lies right of a sequence, and our windows are padded on the left: so they are turned round whole,
and then the known part of each is turned back.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.exporting.onnx_nodes import Graph, Value
from rnn_forecast.model.model import Weights
from rnn_forecast.network.cell_kinds import GATES
from rnn_forecast.network.forward import RECURRENT_PARTS
from rnn_forecast.recipe import Network, Recipe

OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "simple_rnn": ("RNN", {}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {"linear_before_reset": 1}),
}
ORDERS = {"simple_rnn": (0,), "lstm": (0, 3, 1, 2), "gru": (0, 1, 2)}  # of the gates
FIRST = np.iinfo(np.int64).min  # the end of a slice that goes backwards to the first


def averaged(graph: Graph, members: Sequence[Weights], recipe: Recipe, x: Value, length: Value) -> Value:
    """What the members say on average, (n, horizon) float64, in units of each window's scale.

    x: (n, lookback, i) float32, padded left with 0; `length` (n,) int64 of it are known, at least 1.
    """
    patch, network, steps = recipe.window.patch, recipe.network, length
    joined = x
    if patch > 1:  # a step counts where its last row is known: the known ones, rounded up
        shape = np.array([0, recipe.window.steps, len(members[0]["rnn0.kernel"])])
        joined = graph.add("Reshape", x, shape)
        steps = graph.add("Div", graph.add("Add", length, np.array([patch - 1])), np.array([patch]))
    by_step = graph.add("Transpose", joined, perm=[1, 0, 2])
    turned = graph.slice(by_step, -1, FIRST, axis=0, step=-1)
    rows = graph.add("ReverseSequence", turned, steps, batch_axis=1, time_axis=0)
    known = graph.cast(steps, np.int32)
    said = [_outputs(graph, weights, network, (x, rows, known)) for weights in members]
    total = said[0] if len(said) == 1 else graph.add("Sum", *said)
    return graph.add("Div", total, float(len(said)))


def _outputs(graph: Graph, weights: Weights, network: Network, seen: tuple[Value, Value, Value]) -> Value:
    """Of one member, (n, horizon) float64; `seen`: x, its steps first and padded right, and the lengths."""
    x, rows, known = seen
    for layer in range(network.layers):
        top = layer == network.layers - 1
        rows = _layer(graph, weights, network, (layer, top), (rows, known))
    state = graph.add("Squeeze", rows, np.array([0]))  # (n, u)
    said = graph.add("Gemm", state, weights["head.kernel"], weights["head.bias"])
    if "head.skip" in weights:
        flat = graph.add("Reshape", x, np.array([-1, len(weights["head.skip"])]))
        said = graph.add("Add", said, graph.add("MatMul", flat, weights["head.skip"]))
    return graph.cast(said, np.float64)


def _layer(
    graph: Graph, weights: Weights, network: Network, which: tuple[int, bool], seen: tuple[Value, Value]
) -> Value:
    """All states (lookback, n, u) of a layer, or of the top one the last, (1, n, u)."""
    (layer, top), (rows, known) = which, seen
    operator, settings = OPERATORS[network.cell]
    kernel, recurrent, bias = (
        _in_order(weights[f"rnn{layer}.{part}"], network.cell) for part in RECURRENT_PARTS
    )
    biases = bias if bias.ndim == 2 else np.stack([bias, 0 * bias])  # of inputs, and of states
    made = graph.add(
        operator, rows, kernel.T[None], recurrent.T[None], biases.reshape(1, -1), known,
        hidden_size=network.units, outputs=2 if top else 1, **settings,
    )  # fmt: skip
    return made if top else graph.add("Squeeze", made, np.array([1]))  # of its one direction


def _in_order(part: NDArray[np.float32], cell: str) -> NDArray[np.float32]:
    """(…, gates · u) with the gates as ONNX has them."""
    gates = np.split(part, GATES[cell], axis=-1)
    return np.concatenate([gates[k] for k in ORDERS[cell]], axis=-1)
