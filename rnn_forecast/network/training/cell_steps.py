"""One step of each cell, forward and backward, element by element; the products stay in `recurrence.py`.

Written by hand because a tape would compute every tanh and sigmoid again on the way back: here what was
computed on the way forward is kept, and each derivative is a polynomial of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnn_forecast.network.training.backend import backend

Tensor = Any  # (blocks · u, b): one step of a batch, features first, the gates in blocks below one another
Blocks = tuple[Tensor, ...]  # (u, b) each
States = tuple[Tensor, ...]  # (u, b) each; the first is h, what the layer hands on


@dataclass(frozen=True)
class Rule:
    """One step of a cell.

    forward(projected, recurrent, before) -> (after, kept): both products before the activation, of the
    input and of h, (gates · u, b) come in; `kept` (kept · u, b) is what going back needs besides the states.
    backward(gradient, after, before, kept) -> (gradient_before, deltas): `deltas` holds the gradients of both
    products; its blocks `of_projected` and `of_recurrent` are theirs. The gradient of h before the step lacks
    its way through `recurrent`, which is a product; None where that is its only way.
    """

    states: int
    kept: int
    forward: Callable[[Tensor, Tensor, States], tuple[States, Blocks]]
    backward: Callable[[States, States, States, Blocks], tuple[tuple[Tensor | None, ...], Blocks]]
    of_projected: tuple[int, ...]
    of_recurrent: tuple[int, ...]  # the first blocks of `deltas`, in order


def _blocks(joined: Tensor, count: int) -> list[Tensor]:
    return backend().tf.split(joined, count, axis=0)  # type: ignore[no-any-return]


def _simple_forward(projected: Tensor, recurrent: Tensor, before: States) -> tuple[States, Blocks]:
    return (backend().tf.tanh(projected + recurrent),), ()


def _simple_backward(
    gradient: States, after: States, before: States, kept: Blocks
) -> tuple[tuple[Tensor | None, ...], Blocks]:
    return (None,), (gradient[0] * (1 - after[0] * after[0]),)


def _lstm_forward(projected: Tensor, recurrent: Tensor, before: States) -> tuple[States, Blocks]:
    tf = backend().tf
    i, f, g, o = _blocks(projected + recurrent, 4)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    c = f * before[1] + i * g
    return (o * tf.tanh(c), c), (i, f, g, o)


def _lstm_backward(
    gradient: States, after: States, before: States, kept: Blocks
) -> tuple[tuple[Tensor | None, ...], Blocks]:
    tf = backend().tf
    (dh, dc), (i, f, g, o), squashed = gradient, kept, tf.tanh(after[1])
    dc = dc + dh * o * (1 - squashed * squashed)
    deltas = (
        dc * g * i * (1 - i),
        dc * before[1] * f * (1 - f),
        dc * i * (1 - g * g),
        dh * squashed * o * (1 - o),
    )
    return (None, dc * f), deltas


def _gru_forward(projected: Tensor, recurrent: Tensor, before: States) -> tuple[States, Blocks]:
    tf = backend().tf
    (p_z, p_r, p_h), (r_z, r_r, inner) = _blocks(projected, 3), _blocks(recurrent, 3)
    z, r = tf.sigmoid(p_z + r_z), tf.sigmoid(p_r + r_r)
    candidate = tf.tanh(p_h + r * inner)
    return (z * before[0] + (1 - z) * candidate,), (z, r, candidate, inner)


def _gru_backward(
    gradient: States, after: States, before: States, kept: Blocks
) -> tuple[tuple[Tensor | None, ...], Blocks]:
    (dh,), (z, r, candidate, inner) = gradient, kept
    dz = dh * (before[0] - candidate) * z * (1 - z)
    dcandidate = dh * (1 - z) * (1 - candidate * candidate)
    dr = dcandidate * inner * r * (1 - r)
    return (dh * z,), (dz, dr, dcandidate * r, dcandidate)


RULES = {
    "simple_rnn": Rule(1, 0, _simple_forward, _simple_backward, (0,), (0,)),
    "lstm": Rule(2, 4, _lstm_forward, _lstm_backward, (0, 1, 2, 3), (0, 1, 2, 3)),
    "gru": Rule(1, 4, _gru_forward, _gru_backward, (0, 1, 3), (0, 1, 2)),
}
