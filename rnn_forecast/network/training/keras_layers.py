"""The Keras side: real layers give the initial weights, a real optimizer moves them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.network.forward import RECURRENT_PARTS, weight_shapes
from rnn_forecast.network.training.backend import backend
from rnn_forecast.recipe import Recipe
from rnn_forecast.seeds import numbers, seed_sequence


def initial_weights(recipe: Recipe, member: int) -> dict[str, NDArray[np.float32]]:
    """What Keras' own initializers give for this member's seeds.

    With `normalize = "window"` the head's kernel starts at zero: the untrained network then is the last-value
    forecast, and training can only move away from it where the data say so. The skip starts at zero always.
    """
    weights: dict[str, NDArray[np.float32]] = {}
    network = recipe.network
    shapes = weight_shapes(network, recipe.window, len(recipe.data.inputs))
    inputs = shapes["rnn0.kernel"][0]
    own = seed_sequence(recipe.training.seed, "weights", member=member)
    of_head, *seeds = numbers(own, 1 + 2 * network.layers)
    for layer in range(network.layers):
        made = _recurrent_layer(network.cell, network.units, seeds=seeds[2 * layer : 2 * layer + 2])
        made.build((None, None, inputs))
        for part in RECURRENT_PARTS:
            weights[f"rnn{layer}.{part}"] = getattr(made.cell, part).numpy().copy()
        inputs = network.units
    head = _head(recipe, seed=of_head)
    head.build((None, inputs))
    weights["head.kernel"], weights["head.bias"] = head.kernel.numpy().copy(), head.bias.numpy().copy()
    if network.skip:
        weights["head.skip"] = np.zeros(shapes["head.skip"], np.float32)
    return weights


def variables(shapes: Mapping[str, tuple[int, ...]]) -> list[Any]:
    keras = backend().keras
    return [
        keras.Variable(np.zeros(s, np.float32), name=name.replace(".", "_")) for name, s in shapes.items()
    ]


def adam(learning_rate: float, clip_norm: float, trainable: list[Any]) -> Any:
    """Keras' Adam, with Keras' clipping by global norm (0 = off), ready for these variables."""
    optimizer = backend().keras.optimizers.Adam(learning_rate, global_clipnorm=clip_norm or None)
    optimizer.build(trainable)
    return optimizer


def _recurrent_layer(cell: str, units: int, *, seeds: Sequence[int]) -> Any:
    keras = backend().keras
    made = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
    return made(
        units,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[0]),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[1]),
        dtype="float32",
    )


def _head(recipe: Recipe, *, seed: int) -> Any:
    keras = backend().keras
    zero = recipe.scaling.normalize == "window"
    initializer = keras.initializers.Zeros() if zero else keras.initializers.GlorotUniform(seed=seed)
    return keras.layers.Dense(recipe.window.horizon, kernel_initializer=initializer, dtype="float32")
