"""Epochs until the validation loss stops falling; the best weights are kept. Not finite is an error."""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import TrainingError
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.recipe import Recipe
from rnn_forecast.seeds import generator

if TYPE_CHECKING:
    from rnn_forecast.windows.windows import Windows

Weights = dict[str, NDArray[np.float32]]


def fit(
    draw: "Callable[[int], Windows]",
    validation: "Windows | None",
    recipe: Recipe,
    *,
    on_epoch: Callable[[Epoch], None],
    member: int = 0,
    lane: int = 0,
) -> FittedNetwork:
    """Train one network, in the program of this lane: trainings in different lanes may run at once.

    `draw(epoch)`, epochs from 1, gives the windows of an epoch, of one panel and the same number each time;
    they are shuffled here. With `validation` windows and `patience` the weights of the epoch with the lowest
    loss on those windows are kept; without them, or with patience 0, those of the last epoch are.
    Same seed, member, machine and versions: the same weights to the bit.

    Raises TrainingError when a loss or a weight is not finite.
    """
    from rnn_forecast.network.training.epoch_program import Capacity, design_of, program_for
    from rnn_forecast.network.training.gathering import inputs_tensor, panel_tensor, window_index

    validation = validation if validation is not None and len(validation) else None
    windows = draw(1)
    need = Capacity(len(windows.prices), len(windows), len(validation) if validation is not None else 1)
    program = program_for(design_of(recipe), need, lane)
    values = panel_tensor(windows.prices, program.capacity.values)
    inputs = inputs_tensor(windows.inputs, program.capacity.values)
    validation_index = window_index(validation, program.capacity.validation)
    seed, training = recipe.training.seed, recipe.training
    order, dropout = generator(seed, "order", member=member), generator(seed, "dropout", member=member)

    program.start(initial(recipe, member))
    history: list[Epoch] = []
    best, best_epoch, best_loss = program.weights(), 0, np.inf
    patience = training.patience if validation is not None else 0
    for epoch in range(1, training.epochs + 1):
        started = time.perf_counter()
        windows = windows if epoch == 1 else draw(epoch)
        index = window_index(windows, program.capacity.windows, order.permutation(len(windows)))
        program.optimizer.learning_rate.assign(learning_rate(recipe, epoch))
        losses = program.run(values, index, validation_index, np.int32(dropout.integers(2**31)), inputs)
        loss, val_loss = float(losses[0]), float(losses[1]) if validation is not None else None
        seconds = time.perf_counter() - started
        weights = program.weights()
        _require_finite(epoch, loss, val_loss, weights)
        history.append(Epoch(member, epoch, loss, val_loss, seconds, training.epochs))
        on_epoch(history[-1])
        if not patience or (val_loss is not None and val_loss < best_loss):
            best, best_epoch, best_loss = weights, epoch, val_loss if val_loss is not None else np.inf
        elif epoch - best_epoch >= patience:
            break
    return FittedNetwork(best, tuple(history), best_epoch)


def learning_rate(recipe: Recipe, epoch: int) -> float:
    """The step size of this epoch, from 1; `cosine` falls from the recipe's to almost nothing in the last.

    Averages out the noise of the last steps without a second set of weights: (1 + cos πt) / 2, t in [0, 1)
    (Loshchilov and Hutter 2017, without restarts).
    """
    training = recipe.training
    if training.schedule == "constant":
        return training.learning_rate
    return training.learning_rate * (1 + math.cos(math.pi * (epoch - 1) / training.epochs)) / 2


def initial(recipe: Recipe, member: int) -> Weights:
    from rnn_forecast.network.training.keras_layers import initial_weights

    return initial_weights(recipe, member)


def _require_finite(epoch: int, loss: float, val_loss: float | None, weights: Weights) -> None:
    found = [("loss", loss), ("validation loss", val_loss if val_loss is not None else 0.0)]
    found += [(f"weight {name}", float(np.abs(w).max())) for name, w in weights.items()]
    for what, value in found:
        if not np.isfinite(value):
            raise TrainingError(
                f"training failed in epoch {epoch}: the {what} is {value}, not a finite number.",
                "Lower --learning-rate, or set --clip-norm 1; the model that was there is as it was.",
            )
