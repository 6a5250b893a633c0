"""A recurrent layer over time, forward and backward, laid out for the machine.

Features come first, windows last: a step is kernelᵀ @ h with h (u, b), a product that runs half as fast
again as h @ kernel with h (b, u) on these narrow shapes, and the gates are blocks of rows. The loop back
through time carries the gradient of the state alone; the gradients before the activations are kept for all
steps, and each weight's gradient is one large product afterwards instead of a small one at every step.

Sequences have a slot more than there are steps: slot t of the states is what step t starts from, so the
last one is what the last step ends with; slot t of inputs and gradients is step t's, and the last one is
empty. So they line up, and no product needs a shifted copy.

A masked step has input 0, and its bias counts as 0 (`known` is 0 there). Masked steps are a prefix and the
state starts at 0, so it stays 0 through them, which is what Keras' mask does, at no cost inside the loop:
tanh(0) = 0; c = f·0 + i·tanh(0) = 0; z·0 + (1 - z)·tanh(0) = 0.
"""

from typing import Any, NamedTuple

from rnn_forecast.network.training.backend import backend
from rnn_forecast.network.training.cell_steps import RULES, Rule, States

Tensor = Any
ROWS = 16  # 64 columns, whole vectors of 512 bits, make a quicker product than 50


class LayerWeights(NamedTuple):
    kernel: Tensor  # (i, gates · u)
    recurrent_kernel: Tensor  # (u, gates · u)
    bias: Tensor  # (gates · u,), for a GRU (2, gates · u): one for each product


class _Sequences(NamedTuple):
    """What the way forward leaves for the way back."""

    fed: Tensor  # (a multiple of ROWS, slots, b): h (u), inputs (i) and known (1) below one another, then 0
    others: States  # (u, slots, b) each: the states besides h
    kept: Tensor  # (kept · u, slots, b)

    def at(self, t: Tensor, units: int) -> States:
        """What step t starts from (u, b) each."""
        return (_at(self.fed, t, rows=units), *(_at(s, t) for s in self.others))


def run_layer(cell: str, inputs: Tensor, known: Tensor, weights: LayerWeights, *, all_steps: bool) -> Tensor:
    """The states h of a layer: after each step (u, slots, b), or after the last one (u, b).

    inputs (i, slots, b) are 0 where masked; known (slots, b) is 1 where a step counts, 0 where it is masked.
    Differentiable in the weights and, for a layer above the first, in the inputs.
    """
    tf, rule = backend().tf, RULES[cell]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def layer(inputs: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> tuple[Tensor, Any]:
        made = LayerWeights(kernel, recurrent_kernel, tf.reshape(bias, (-1, kernel.shape[1])))
        seen = _forward(rule, inputs, known, made)

        def gradient(upstream: Tensor) -> tuple[Tensor, ...]:
            deltas = _backward(rule, upstream, seen, made, all_steps)
            of_inputs, *of_weights = _gradients(rule, inputs, seen.fed, made, deltas)
            return of_inputs, *of_weights[:2], tf.reshape(of_weights[2], bias.shape)

        h = seen.fed[: recurrent_kernel.shape[0]]
        return (_shifted(h) if all_steps else h[:, -1]), gradient

    return layer(inputs, *weights)


def _forward(rule: Rule, inputs: Tensor, known: Tensor, weights: LayerWeights) -> _Sequences:
    tf = backend().tf
    steps, batch, units = inputs.shape[1] - 1, inputs.shape[2], weights.recurrent_kernel.shape[0]
    recurrent_kernel = tf.transpose(weights.recurrent_kernel)
    project, biases = _projection(inputs, known, weights), tf.transpose(weights.bias)

    def step(t: Tensor, before: States, states: States, kept: Tensor) -> tuple[Any, ...]:
        recurrent = recurrent_kernel @ before[0]
        if biases.shape[1] == 2:
            recurrent += biases[:, 1:] * known[t][None]
        after, kept_now = rule.forward(project(t), recurrent, before)
        states = tuple(_put(s, (a,), t + 1) for s, a in zip(states, after, strict=True))
        return t + 1, after, states, _put(kept, kept_now, t)

    def rows(blocks: int) -> Tensor:
        return tf.zeros((blocks * units, steps + 1, batch))

    before = tuple(tf.zeros((units, batch)) for _ in range(rule.states))
    states = (_fed(units, inputs, known), *(rows(1) for _ in range(rule.states - 1)))
    made = tf.while_loop(lambda t, *_: t < steps, step, (0, before, states, rows(rule.kept)))
    return _Sequences(made[2][0], made[2][1:], made[3])


def _fed(units: int, inputs: Tensor, known: Tensor) -> Tensor:
    """The sequence that the weights' gradients are products with, h still 0 at every slot."""
    xla, rows = backend().xla, units + inputs.shape[0] + 1
    fed = backend().tf.zeros((-(-rows // ROWS) * ROWS, *known.shape))
    fed = xla.dynamic_update_slice(fed, inputs, [units, 0, 0])
    return xla.dynamic_update_slice(fed, known[None], [rows - 1, 0, 0])


def _projection(inputs: Tensor, known: Tensor, weights: LayerWeights) -> Any:
    """t -> kernelᵀ @ input + bias of step t (gates · u, b).

    With one feature it is made when it is needed, and fused with the activation; with more, in one product.
    """
    tf, features = backend().tf, inputs.shape[0]
    kernel, bias = tf.transpose(weights.kernel), weights.bias[0][:, None]
    if features == 1:
        return lambda t: kernel * _at(inputs, t) + bias * known[t][None]
    flat = kernel @ tf.reshape(inputs, (features, -1)) + bias * tf.reshape(known, (1, -1))
    projected = tf.reshape(flat, (kernel.shape[0], *known.shape))
    return lambda t: _at(projected, t)


def _backward(
    rule: Rule, upstream: Tensor, seen: _Sequences, weights: LayerWeights, all_steps: bool
) -> Tensor:
    """The rule's deltas of all steps (blocks · u, slots, b)."""
    tf = backend().tf
    (units, _), (_, slots, batch) = weights.recurrent_kernel.shape, seen.fed.shape
    blocks = max(*rule.of_projected, *rule.of_recurrent) + 1
    nothing = tf.zeros((units, batch))

    def step(t: Tensor, gradient: States, deltas: Tensor) -> tuple[Any, ...]:
        if all_steps:
            gradient = (gradient[0] + _at(upstream, t), *gradient[1:])
        (direct, *others), delta = rule.backward(
            gradient, seen.at(t + 1, units), seen.at(t, units), kept_at(t)
        )
        deltas = _put(deltas, delta, t)
        joined = delta[0] if len(delta) == 1 else _at(deltas, t, rows=len(rule.of_recurrent) * units)
        back = weights.recurrent_kernel @ joined
        return t - 1, (back if direct is None else back + direct, *others), deltas

    def kept_at(t: Tensor) -> tuple[Tensor, ...]:
        return tuple(_at(seen.kept, t, first=k * units, rows=units) for k in range(rule.kept))

    gradient = (nothing if all_steps else upstream, *(nothing for _ in range(rule.states - 1)))
    start = (slots - 2, gradient, tf.zeros((blocks * units, slots, batch)))
    return tf.while_loop(lambda t, *_: t >= 0, step, start)[2]


def _gradients(
    rule: Rule, inputs: Tensor, fed: Tensor, weights: LayerWeights, deltas: Tensor
) -> tuple[Tensor, ...]:
    """Of inputs, kernel, recurrent kernel and bias (1 or 2, gates · u): one product over all steps.

    Its columns are h's, the inputs' and one for the bias, which is the kernel of `known`.
    """
    tf, units = backend().tf, weights.recurrent_kernel.shape[0]
    last = units + inputs.shape[0]
    flat = tf.reshape(deltas, (deltas.shape[0], -1))
    product = tf.matmul(flat, tf.reshape(fed, (fed.shape[0], -1)), transpose_b=True)
    of_projected, of_recurrent = (
        tf.transpose(_chosen(product, blocks, units)) for blocks in (rule.of_projected, rule.of_recurrent)
    )
    biases = (of_projected, of_recurrent)[: weights.bias.shape[0]]
    bias = tf.concat([of_product[last : last + 1] for of_product in biases], 0)
    of_inputs = tf.reshape(weights.kernel @ _chosen(flat, rule.of_projected, units), inputs.shape)
    return of_inputs, of_projected[units:last], of_recurrent[:units], bias


def _chosen(rows: Tensor, blocks: tuple[int, ...], units: int) -> Tensor:
    """These blocks of `units` rows each, below one another."""
    if len(blocks) * units == rows.shape[0]:
        return rows
    return backend().tf.concat([rows[b * units : (b + 1) * units] for b in blocks], 0)


def _shifted(states: Tensor) -> Tensor:
    """What each step ends with (u, slots, b): one slot earlier than what the next one starts from."""
    tf = backend().tf
    return tf.concat([states[:, 1:], tf.zeros_like(states[:, :1])], 1)


def _at(sequence: Tensor, t: Tensor, *, first: int = 0, rows: int = 0) -> Tensor:
    """Slot t of the sequence (k, slots, b): all its rows, or `rows` of them from the `first` on."""
    xla, tf = backend().xla, backend().tf
    sizes = (rows or sequence.shape[0], 1, sequence.shape[2])
    return xla.dynamic_slice(sequence, tf.stack([first, t, 0]), sizes)[:, 0]


def _put(sequence: Tensor, blocks: tuple[Tensor, ...], t: Tensor) -> Tensor:
    """The sequence (k · u, slots, b) with slot t set to the blocks (u, b), in place once compiled.

    One by one: written as a concatenation, the compiler asks at each element which block it comes from.
    """
    for k, block in enumerate(blocks):
        start = backend().tf.stack([k * block.shape[0], t, 0])
        sequence = backend().xla.dynamic_update_slice(sequence, block[:, None], start)
    return sequence
