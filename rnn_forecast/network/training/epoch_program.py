"""One epoch as one compiled program: gather, forward, loss, gradient, clip, Adam, over all batches; then
the early-stopping loss. The host hands over where the windows are and gets two numbers back.

The numbers of windows and of batches are arguments, not shapes: the arrays have room to spare, so that a
refit on more rows, the next member, and the short last batch all run the program that is compiled already.
"""

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.network.forward import weight_shapes
from rnn_forecast.network.training import keras_layers
from rnn_forecast.network.training.backend import backend
from rnn_forecast.network.training.gathering import WindowIndex, gather, patched
from rnn_forecast.network.training.recurrence import LayerWeights, run_layer
from rnn_forecast.recipe import Network, Recipe, Window

Tensor = Any
SCORED_AT_ONCE = 256  # windows of the early-stopping part in one step


@dataclass(frozen=True)
class Design:
    """What a program is compiled for, besides the capacity it has."""

    network: Network
    window: Window
    further: int  # inputs besides the prices
    batch_size: int
    loss: str
    clip_norm: float
    learning_rate: float


def design_of(recipe: Recipe) -> Design:
    t, further = recipe.training, len(recipe.data.inputs)
    return Design(recipe.network, recipe.window, further, t.batch_size, t.loss, t.clip_norm, t.learning_rate)


class Capacity(NamedTuple):
    """How many of each a program can take."""

    values: int
    windows: int
    validation: int


class Program:
    """Variables and the compiled functions that move them. Holds the state of one training at a time."""

    def __init__(self, design: Design, capacity: Capacity) -> None:
        self.design, self.capacity = design, capacity
        d, tf = design, backend().tf
        shapes = weight_shapes(d.network, d.window, d.further)
        self.names = tuple(shapes)
        self.variables = keras_layers.variables(shapes)
        self.optimizer = keras_layers.adam(d.learning_rate, d.clip_norm, self.variables)
        self._zero = [v.numpy().copy() for v in self.optimizer.variables]
        self.run = tf.function(self._run, jit_compile=True, autograph=False)

    def start(self, weights: dict[str, NDArray[np.float32]]) -> None:
        """Begin a training: these weights, a new optimizer."""
        for variable, name in zip(self.variables, self.names, strict=True):
            variable.assign(weights[name])
        for variable, value in zip(self.optimizer.variables, self._zero, strict=True):
            variable.assign(value)

    def weights(self) -> dict[str, NDArray[np.float32]]:
        return {name: v.numpy().copy() for name, v in zip(self.names, self.variables, strict=True)}

    def _run(
        self,
        values: Tensor,
        train: WindowIndex,
        validation: WindowIndex,
        seed: Tensor,
        inputs: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """One epoch, then the early-stopping loss: (mean loss, mean validation loss), NaN without windows."""
        tf, d, size = backend().tf, self.design, self.design.batch_size

        def learn(batch: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
            known, x, y, counts = gather((values, inputs), train, batch * size + tf.range(size), d.window)
            with tf.GradientTape() as tape:
                losses = self._losses(self._forward(x, known, (seed, batch)), y) * counts
                loss = tf.reduce_sum(losses) / tf.cast(
                    tf.minimum(size, train.count - batch * size), tf.float32
                )
            trainable = [v.value for v in self.variables]
            self.optimizer.apply(tape.gradient(loss, trainable))
            return batch + 1, total + tf.cast(tf.reduce_sum(losses), tf.float64)

        def score(batch: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
            rows = batch * SCORED_AT_ONCE + tf.range(SCORED_AT_ONCE)
            known, x, y, counts = gather((values, inputs), validation, rows, d.window)
            losses = self._losses(self._forward(x, known, None), y) * counts
            return batch + 1, total + tf.cast(tf.reduce_sum(losses), tf.float64)

        loss = _loop(learn, -(-train.count // size)) / tf.cast(train.count, tf.float64)
        val_loss = _loop(score, -(-validation.count // SCORED_AT_ONCE)) / tf.cast(
            validation.count, tf.float64
        )
        return loss, val_loss

    def _forward(self, x: Tensor, known: Tensor, dropping: tuple[Tensor, Tensor] | None) -> Tensor:
        """Outputs (b, horizon) in units of each window's scale; `dropping` is a seed when training."""
        tf, network = backend().tf, self.design.network
        h, known = patched(x, known, self.design.window.patch)
        for layer in range(network.layers):
            weights = LayerWeights(*(v.value for v in self.variables[3 * layer : 3 * layer + 3]))
            top = layer == network.layers - 1
            h = run_layer(network.cell, h, known, weights, all_steps=not top)
            if dropping is not None and network.dropout:
                keep = self._keep((network.units, x.shape[2]), dropping, layer)
                h *= keep if top else keep[:, None]
        kernel, bias, *skip = (v.value for v in self.variables[3 * network.layers :])
        y = tf.matmul(h, kernel, transpose_a=True) + bias
        if not skip:
            return y
        seen = tf.transpose(x[:, : self.design.window.lookback], (1, 0, 2))  # (lookback, i, b)
        return y + tf.matmul(tf.reshape(seen, (-1, seen.shape[2])), skip[0], transpose_a=True)

    def _keep(self, shape: Any, dropping: tuple[Tensor, Tensor], layer: int) -> Tensor:
        """Keras' dropout (u, b): kept with 1 / (1 - rate), else 0; one draw for all steps of a window."""
        tf, network, rate = backend().tf, self.design.network, self.design.network.dropout
        seed = tf.stack([dropping[0], dropping[1] * network.layers + layer])
        return tf.cast(tf.random.stateless_uniform(shape, seed) >= rate, tf.float32) / (1 - rate)

    def _losses(self, outputs: Tensor, y: Tensor) -> Tensor:
        """The loss of each window (b,), a mean over the horizon, as Keras defines it."""
        losses = backend().keras.losses
        if self.design.loss == "huber":
            return losses.huber(y, outputs)
        return (losses.mean_squared_error if self.design.loss == "mse" else losses.mean_absolute_error)(
            y, outputs
        )


def _loop(body: Any, batches: Tensor) -> Tensor:
    tf = backend().tf
    start = (tf.constant(0), tf.constant(0.0, tf.float64))
    return tf.while_loop(lambda batch, _: batch < batches, body, start)[1]


@functools.lru_cache(maxsize=8)
def _program(design: Design, capacity: Capacity, lane: int) -> Program:
    return Program(design, capacity)


_CAPACITIES: dict[Design, list[Capacity]] = {}


def program_for(design: Design, need: Capacity, lane: int = 0) -> Program:
    """A program with room enough: one that is there already, else a new one with room to spare.

    A program holds the state of one training; trainings that run at once need a lane each.
    """
    need = need._replace(values=need.values + design.window.lookback + design.window.horizon)
    capacities = _CAPACITIES.setdefault(design, [])
    for capacity in capacities:
        if all(has >= wants for has, wants in zip(capacity, need, strict=True)):
            return _program(design, capacity, lane)
    capacities.append(
        Capacity(_spacious(need.values), 2 * _spacious(need.windows), _spacious(need.validation))
    )
    return _program(design, capacities[-1], lane)


def _spacious(need: int) -> int:
    """The next of 4096, 4608, 5120, …: eighths of powers of two, so that at most an eighth is empty."""
    step = max(512, 1 << max((need - 1).bit_length() - 4, 0))
    return max(4096, -(-need // step) * step)
