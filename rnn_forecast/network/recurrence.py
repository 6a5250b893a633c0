"""A recurrent layer over time, forward and backward, written out for the compiler.

Time comes first: inputs (t, b, i), states (t, b, u). The gradient of the state is all that the loop back through
time carries; the gradients before the activations are kept for all steps, and the weights' gradients are one
large product each afterwards instead of a small one at every step.

A masked step has input 0, and its bias counts as 0 (`known` is 0 there). Masked steps are a prefix and the state
starts at 0, so it stays 0 through them, which is what Keras' mask does, at no cost inside the loop:
tanh(0) = 0; c = f·0 + i·tanh(0) = 0; z·0 + (1 - z)·tanh(0) = 0.
"""

from typing import Any, NamedTuple

from rnn_forecast.network.backend import backend
from rnn_forecast.network.rules import RULES, Rule, Tensors

Tensor = Any


class LayerWeights(NamedTuple):
    kernel: Tensor  # (i, gates · u)
    recurrent_kernel: Tensor  # (u, gates · u)
    bias: Tensor  # (gates · u,), with a recurrent bias (2, gates · u)


def run_layer(cell: str, inputs: Tensor, known: Tensor, weights: LayerWeights, *, all_steps: bool) -> Tensor:
    """The states h of a layer: of all steps (t, b, u), or of the last one (b, u).

    inputs (t, b, i) are 0 where masked; known (t, b) is 1 where a step counts and 0 where it is masked.
    Differentiable in the weights and, for a layer above the first, in the inputs.
    """
    tf, rule = backend().tf, RULES[cell]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def layer(inputs: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> tuple[Tensor, Any]:
        made = LayerWeights(kernel, recurrent_kernel, bias)
        states, kept = _forward(rule, inputs, known, made)

        def gradient(upstream: Tensor) -> tuple[Tensor, ...]:
            of_projected, of_recurrent = _backward(rule, upstream, states, kept, made, all_steps)
            return _weight_gradients(rule, (inputs, known, states[0]), made, of_projected, of_recurrent)

        return (states[0][1:] if all_steps else states[0][-1]), gradient

    return layer(inputs, *weights)


def _forward(rule: Rule, inputs: Tensor, known: Tensor, weights: LayerWeights) -> tuple[Tensors, Tensors]:
    """States (t + 1, b, u) each, from the state before the first step on, and what was kept (t, b, u) each."""
    tf = backend().tf
    steps, batch = inputs.shape[0], inputs.shape[1]
    units = weights.recurrent_kernel.shape[0]
    bias = tf.reshape(weights.bias, (-1, rule.gates * units))
    start = tuple(tf.zeros((batch, units)) for _ in range(rule.states))
    _, kept_now = rule.forward(
        _gates(tf.zeros((batch, rule.gates * units)), rule),
        _gates(tf.zeros((batch, rule.gates * units)), rule),
        start,
    )

    def step(t: Tensor, before: Tensors, states: Tensors, kept: Tensors) -> tuple[Any, ...]:
        here = known[t][:, None]
        projected = _project(inputs[t], weights.kernel) + here * bias[0]
        recurrent = before[0] @ weights.recurrent_kernel
        if rule.recurrent_bias:
            recurrent += here * bias[1]
        after, kept_now = rule.forward(_gates(projected, rule), _gates(recurrent, rule), before)
        states = tuple(s.write(t + 1, a) for s, a in zip(states, after, strict=True))
        kept = tuple(k.write(t, v) for k, v in zip(kept, kept_now, strict=True))
        return t + 1, after, states, kept

    def rows(n: int) -> Tensor:
        return tf.TensorArray(tf.float32, n, element_shape=(batch, units), clear_after_read=False)

    states = tuple(rows(steps + 1).write(0, s) for s in start)
    kept = tuple(rows(steps) for _ in kept_now)
    _, _, states, kept = tf.while_loop(
        lambda t, *_: t < steps, step, (0, start, states, kept), maximum_iterations=steps
    )
    return tuple(s.stack() for s in states), tuple(k.stack() for k in kept)


def _backward(
    rule: Rule, upstream: Tensor, states: Tensors, kept: Tensors, weights: LayerWeights, all_steps: bool
) -> tuple[Tensors, Tensors]:
    """Gradients of both products before the activations, (t, b, u) for each gate."""
    tf = backend().tf
    steps, batch, units = states[0].shape[0] - 1, states[0].shape[1], states[0].shape[2]
    nothing = tf.zeros((batch, units))
    shared = not rule.recurrent_bias  # then both products have the same gradient

    def step(t: Tensor, gradient: Tensors, projected: Tensors, recurrent: Tensors) -> tuple[Any, ...]:
        if all_steps:
            gradient = (gradient[0] + upstream[t], *gradient[1:])
        after, before = tuple(s[t + 1] for s in states), tuple(s[t] for s in states)
        gradient, to_projected, to_recurrent = rule.backward(
            gradient, after, before, tuple(k[t] for k in kept)
        )
        back = tf.matmul(tf.concat(to_recurrent, 1), weights.recurrent_kernel, transpose_b=True)
        projected = tuple(p.write(t, v) for p, v in zip(projected, to_projected, strict=True))
        if not shared:
            recurrent = tuple(r.write(t, v) for r, v in zip(recurrent, to_recurrent, strict=True))
        return t - 1, (gradient[0] + back, *gradient[1:]), projected, recurrent

    def rows() -> Tensor:
        return tf.TensorArray(tf.float32, steps, element_shape=(batch, units))

    gradient = (nothing if all_steps else upstream, *(nothing for _ in range(rule.states - 1)))
    projected = tuple(rows() for _ in range(rule.gates))
    recurrent = () if shared else tuple(rows() for _ in range(rule.gates))
    _, _, projected, recurrent = tf.while_loop(
        lambda t, *_: t >= 0, step, (steps - 1, gradient, projected, recurrent), maximum_iterations=steps
    )
    projected = tuple(p.stack() for p in projected)
    return projected, projected if shared else tuple(r.stack() for r in recurrent)


def _weight_gradients(
    rule: Rule, seen: Tensors, weights: LayerWeights, of_projected: Tensors, of_recurrent: Tensors
) -> tuple[Tensor, ...]:
    """Gradients of inputs, kernel, recurrent kernel and bias: one product over all steps and windows each."""
    tf = backend().tf
    inputs, known, h = seen
    rows = h.shape[0] * h.shape[1] - h.shape[1]  # steps times batch
    x, h = tf.reshape(inputs, (rows, -1)), tf.reshape(h[:-1], (rows, -1))
    counts = tf.reshape(known, (1, rows))
    projected = tf.concat([tf.reshape(g, (rows, -1)) for g in of_projected], 1)
    kernel = tf.matmul(x, projected, transpose_a=True)
    bias = counts @ projected
    back = tf.zeros_like(inputs) if inputs.shape[2] == 1 else None
    if back is None:
        back = tf.reshape(tf.matmul(projected, weights.kernel, transpose_b=True), inputs.shape)
    if not rule.recurrent_bias:
        return back, kernel, tf.matmul(h, projected, transpose_a=True), tf.reshape(bias, weights.bias.shape)
    recurrent = tf.concat([tf.reshape(g, (rows, -1)) for g in of_recurrent], 1)
    bias = tf.concat([bias, counts @ recurrent], 0)
    return back, kernel, tf.matmul(h, recurrent, transpose_a=True), bias


def _project(inputs: Tensor, kernel: Tensor) -> Tensor:
    """inputs (b, i) @ kernel; with one feature a product of each with each, which the compiler fuses."""
    return inputs * kernel if inputs.shape[1] == 1 else inputs @ kernel


def _gates(joined: Tensor, rule: Rule) -> Tensors:
    return tuple(backend().tf.split(joined, rule.gates, axis=1))
