"""Where windows are → the batches of a program: gathered, put on each window's scale, masked."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.network.training.backend import backend
from rnn_forecast.recipe import Window

if TYPE_CHECKING:
    from rnn_forecast.windows.windows import Windows

Tensor = Any
ALIGNED = 64  # bytes


class WindowIndex(NamedTuple):
    """Where windows are, padded to the capacity of a program; `count` of them are real."""

    origin: Tensor  # (capacity,) int32
    length: Tensor  # (capacity,) int32, known values, at most the window's reach
    center: Tensor  # (capacity,) float64
    spread: Tensor  # (capacity,) float64
    weight: Tensor  # (capacity,) float32, of the loss; (0,) where all are alike
    count: Tensor  # () int32


def aligned_zeros(count: int, kind: type[Any]) -> NDArray[Any]:
    """Zeros (count,) that begin where vector instructions like it: else TensorFlow makes a copy."""
    size = np.dtype(kind).itemsize
    whole = np.zeros(count + ALIGNED // size, kind)
    first = -whole.ctypes.data % ALIGNED // size
    return whole[first : first + count]


def window_index(
    windows: "Windows | None", capacity: int, order: NDArray[np.int64] | None = None
) -> WindowIndex:
    """The windows in this order, padded to the capacity; `None` is no window at all."""
    tf = backend().tf
    if windows is None:
        nowhere, ones = tf.zeros(capacity, tf.int32), tf.ones(capacity, tf.float64)
        return WindowIndex(nowhere, nowhere, ones, ones, tf.zeros(0, tf.float32), tf.constant(0))

    def padded_column(column: NDArray[Any], kind: Any) -> Tensor:
        full = aligned_zeros(capacity, kind)
        full[: len(column)] = column if order is None else column[order]
        return _tensor(full)  # what stands after the windows is never gathered

    return WindowIndex(
        padded_column(windows.origin, np.int32),
        padded_column(windows.length, np.int32),
        padded_column(windows.center, np.float64),
        padded_column(windows.spread, np.float64),
        tf.zeros(0, tf.float32) if windows.weight is None else padded_column(windows.weight, np.float32),
        tf.constant(len(windows), tf.int32),
    )


def panel_tensor(values: NDArray[np.float64], capacity: int) -> Tensor:
    """The panel's prices on the device, (capacity,): a copy, with zeros after them."""
    full = aligned_zeros(capacity, np.float64)
    full[: len(values)] = values
    return _tensor(full)


def inputs_tensor(inputs: NDArray[np.float32], capacity: int) -> Tensor | None:
    """The panel's further inputs (p, m) on the device, (capacity, p): a row's lie together. None without."""
    if not len(inputs):
        return None
    full = aligned_zeros(capacity * len(inputs), np.float32).reshape(capacity, len(inputs))
    full[: inputs.shape[1]] = inputs.T
    return _tensor(full)


def _tensor(array: NDArray[Any]) -> Tensor:
    """An array, which nobody changes any more, as a tensor; `tf.constant` would make two copies of it."""
    return backend().tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def gather(
    panel: tuple[Tensor, Tensor | None], index: WindowIndex, rows: Tensor, window: Window
) -> tuple[Tensor, ...]:
    """known (slots, b), x (i, slots, b), y (b, horizon), counts (b,): 0 for padding, else 1 or a weight.

    `panel`: what `panel_tensor` and `inputs_tensor` gave.
    `rows` (b,) count in the index; those from `index.count` on are padding, and repeat the last real window.
    """
    tf, lookback, (values, inputs) = backend().tf, window.lookback, panel
    counts = tf.cast(rows < index.count, tf.float32)
    rows = tf.minimum(rows, index.count - 1)
    origin, length, center, spread = (tf.gather(a, rows) for a in index[:4])
    if index.weight.shape[0]:
        counts *= tf.gather(index.weight, rows)

    def scaled(rows: Tensor) -> Tensor:
        where = tf.maximum(origin[:, None] + rows, 0)  # before the panel's first value all is masked
        return tf.cast((tf.gather(values, where) - center[:, None]) / spread[:, None], tf.float32)

    span = scaled(tf.range(1 - lookback, window.horizon + 1))
    slots = tf.range(1 - lookback, 2)  # the last one is empty, see recurrence.py
    known = (slots > -length[:, None]) & (slots <= 0)
    x = [tf.where(known, span[:, : lookback + 1], 0.0)]
    for lag in window.lags:
        x.append(tf.where(known & (slots - lag > -length[:, None]), scaled(slots - lag), 0.0))
    x, y = tf.transpose(tf.stack(x), (0, 2, 1)), span[:, lookback:]
    if inputs is not None:
        further = tf.gather(inputs, tf.maximum(origin[:, None] + slots, 0))  # (b, slots, p)
        further = tf.where(known[:, :, None], further, 0.0)
        x = tf.concat([x, tf.transpose(further, (2, 1, 0))], 0)
    return tf.transpose(tf.cast(known, tf.float32)), x, y, counts


def patched(x: Tensor, known: Tensor, patch: int) -> tuple[Tensor, Tensor]:
    """x (patch · i, steps + 1, b) and known (steps + 1, b): `patch` rows a step, as `forward.patched`."""
    if patch == 1:
        return x, known
    tf, (inputs, slots, batch) = backend().tf, x.shape
    steps = (slots - 1) // patch
    rows = tf.reshape(x[:, :-1], (inputs, steps, patch, batch))
    joined = tf.reshape(tf.transpose(rows, (2, 0, 1, 3)), (patch * inputs, steps, batch))
    counts = known[patch - 1 : -1 : patch]
    return tf.pad(joined, ((0, 0), (0, 1), (0, 0))), tf.pad(counts, ((0, 1), (0, 0)))
