"""One step of each cell, forward and backward, element by element; the products stay in `recurrence.py`.

Written by hand because a tape would compute every tanh and sigmoid again on the way back: here what was computed
on the way forward is kept, and each derivative is a polynomial of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnn_forecast.network.backend import backend

Tensor = Any  # (b, …), one time step of a batch
Tensors = tuple[Tensor, ...]


@dataclass(frozen=True)
class Rule:
    """One step of a cell; the first state is h, what the layer hands on.

    forward(projected, recurrent, before) -> (after, kept): `projected` is x @ kernel + bias and `recurrent`
    is h @ recurrent_kernel, one per gate in Keras' order; `kept` is what going back needs besides the states.
    backward(gradient, after, before, kept) -> (gradient_before, of_projected, of_recurrent): gradients of the
    states after the step come in, those of the states before it and of both products, per gate, go out. The
    gradient of h before the step lacks the way through `recurrent`: that is a product.
    """

    gates: int
    states: int
    forward: Callable[[Tensors, Tensors, Tensors], tuple[Tensors, Tensors]]
    backward: Callable[[Tensors, Tensors, Tensors, Tensors], tuple[Tensors, Tensors, Tensors]]
    recurrent_bias: bool = False  # the bias has a second row, added to `recurrent`


def _simple_forward(projected: Tensors, recurrent: Tensors, before: Tensors) -> tuple[Tensors, Tensors]:
    return (backend().tf.tanh(projected[0] + recurrent[0]),), ()


def _simple_backward(
    gradient: Tensors, after: Tensors, before: Tensors, kept: Tensors
) -> tuple[Tensors, Tensors, Tensors]:
    delta = (gradient[0] * (1 - after[0] * after[0]),)
    return (backend().tf.zeros_like(gradient[0]),), delta, delta


def _lstm_forward(projected: Tensors, recurrent: Tensors, before: Tensors) -> tuple[Tensors, Tensors]:
    tf = backend().tf
    a_i, a_f, a_g, a_o = (p + r for p, r in zip(projected, recurrent, strict=True))
    i, f, g, o = tf.sigmoid(a_i), tf.sigmoid(a_f), tf.tanh(a_g), tf.sigmoid(a_o)
    c = f * before[1] + i * g
    squashed = tf.tanh(c)
    return (o * squashed, c), (i, f, g, o, squashed)


def _lstm_backward(
    gradient: Tensors, after: Tensors, before: Tensors, kept: Tensors
) -> tuple[Tensors, Tensors, Tensors]:
    (dh, dc), (i, f, g, o, squashed) = gradient, kept
    dc = dc + dh * o * (1 - squashed * squashed)
    delta = (
        dc * g * i * (1 - i),
        dc * before[1] * f * (1 - f),
        dc * i * (1 - g * g),
        dh * squashed * o * (1 - o),
    )
    return (backend().tf.zeros_like(dh), dc * f), delta, delta


def _gru_forward(projected: Tensors, recurrent: Tensors, before: Tensors) -> tuple[Tensors, Tensors]:
    tf = backend().tf
    z = tf.sigmoid(projected[0] + recurrent[0])
    r = tf.sigmoid(projected[1] + recurrent[1])
    candidate = tf.tanh(projected[2] + r * recurrent[2])
    return (z * before[0] + (1 - z) * candidate,), (z, r, candidate, recurrent[2])


def _gru_backward(
    gradient: Tensors, after: Tensors, before: Tensors, kept: Tensors
) -> tuple[Tensors, Tensors, Tensors]:
    (dh,), (z, r, candidate, inner) = gradient, kept
    dz = dh * (before[0] - candidate) * z * (1 - z)
    dcandidate = dh * (1 - z) * (1 - candidate * candidate)
    dr = dcandidate * inner * r * (1 - r)
    return (dh * z,), (dz, dr, dcandidate), (dz, dr, dcandidate * r)


RULES = {
    "simple_rnn": Rule(1, 1, _simple_forward, _simple_backward),
    "lstm": Rule(4, 2, _lstm_forward, _lstm_backward),
    "gru": Rule(3, 1, _gru_forward, _gru_backward, recurrent_bias=True),
}
