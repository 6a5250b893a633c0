"""What training gives back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Epoch:
    """One pass over the epoch's windows, as it is reported while training runs and kept in the history."""

    member: int
    epoch: int  # from 1
    loss: float  # mean over the epoch's windows while the weights were moving, as Keras reports it
    val_loss: float | None  # of the early-stopping windows, with the weights at the end of the epoch
    seconds: float
    epochs: int  # planned


@dataclass(frozen=True)
class FittedNetwork:
    """Weights by name (`rnn0.kernel`, …, `head.bias`), in Keras' layout, and how they came about."""

    weights: dict[str, NDArray[np.float32]]
    history: tuple[Epoch, ...]
    best_epoch: int  # the epoch, from 1, whose weights these are
