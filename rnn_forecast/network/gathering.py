"""Where windows are → the batches of a program: gathered, put on each window's scale, masked."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.network.backend import backend

if TYPE_CHECKING:
    from rnn_forecast.windows import Windows

Tensor = Any


class Places(NamedTuple):
    """Where windows are, padded to the room of a program; `count` of them are real."""

    origin: Tensor  # (room,) int32, counted in the padded panel
    length: Tensor  # (room,) int32
    center: Tensor  # (room,) float64
    spread: Tensor  # (room,) float64
    count: Tensor  # () int32


def place(windows: "Windows | None", room: int, order: NDArray[np.int64] | None = None) -> Places:
    """The windows in this order, padded to the room; `None` is no window at all."""
    tf = backend().tf
    if windows is None:
        nowhere, ones = tf.zeros(room, tf.int32), tf.ones(room, tf.float64)
        return Places(nowhere, nowhere, ones, ones, tf.constant(0))

    def padded_column(column: NDArray[Any], kind: Any) -> Tensor:
        full = np.ones(room, kind)  # a scale of one, for it is divided by
        full[: len(column)] = column if order is None else column[order]
        return tf.constant(full)

    return Places(
        padded_column(windows.origin + windows.lookback, np.int32),
        padded_column(windows.length, np.int32),
        padded_column(windows.center, np.float64),
        padded_column(windows.spread, np.float64),
        tf.constant(len(windows), tf.int32),
    )


def padded(values: NDArray[np.float64], room: int, lookback: int) -> Tensor:
    """The panel's values on the device: `lookback` zeros before them, zeros after them up to the room.

    So no window reaches outside: the first one of the panel may be all padding but its last value.
    """
    full = np.zeros(room)
    full[lookback : lookback + len(values)] = values
    return backend().tf.constant(full)


def gather(values: Tensor, places: Places, rows: Tensor, lookback: int, horizon: int) -> tuple[Tensor, ...]:
    """known (slots, b), x (1, slots, b), y (b, horizon), counts (b,): 1 for a real window, 0 for padding.

    `rows` (b,) are places; those from `places.count` on are padding, and repeat the last real window.
    """
    tf = backend().tf
    counts = tf.cast(rows < places.count, tf.float32)
    rows = tf.minimum(rows, places.count - 1)
    origin, length, center, spread = (tf.gather(a, rows) for a in places[:4])
    span = tf.range(1 - lookback, horizon + 1)
    scaled = (tf.gather(values, origin[:, None] + span) - center[:, None]) / spread[:, None]
    slots = span[: lookback + 1]  # the last one is empty, see recurrence.py
    known = (slots > -length[:, None]) & (slots <= 0)
    x = tf.where(known, tf.cast(scaled[:, : lookback + 1], tf.float32), 0.0)
    y = tf.cast(scaled[:, lookback:], tf.float32)
    return tf.transpose(tf.cast(known, tf.float32)), tf.transpose(x)[None], y, counts
