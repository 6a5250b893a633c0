"""Which windows an epoch learns from."""

from collections.abc import Callable

import numpy as np

from rnn_forecast.arrays import Positions
from rnn_forecast.fitting.weighing import Weigh
from rnn_forecast.recipe import Training
from rnn_forecast.seeds import generator
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.origins import Origins, repeated, sample
from rnn_forecast.windows.standing import movers
from rnn_forecast.windows.windows import Windows

FAVOURED = 0.8  # of the last epoch's windows, how many end as those do that are forecast from; measured


def drawer(dataset: Dataset, origins: Origins, weigh: Weigh) -> Callable[[int], Windows]:
    """What gives the windows of an epoch, from 1: a new even sample where there are more than one takes.

    Of windows that stand still there is nothing to learn but the jump that ends it: they are left out, and
    every epoch has as many windows as the first.
    """
    every = dataset.recipe.training.origin_every
    alike = origins.like(dataset.panel.offsets[1:] - 1, every) if every else None

    def drawn(epoch: int) -> Positions:
        return movers(dataset.panel, _positions(origins, alike, dataset.recipe.training, epoch))

    count = len(drawn(1))

    def draw(epoch: int) -> Windows:
        positions = drawn(epoch)
        return weigh(positions if len(positions) == count else np.resize(positions, count))

    return draw


def _positions(origins: Origins, alike: Origins | None, training: Training, epoch: int) -> Positions:
    """Some of the origins, for this epoch: more and more of those `alike`, where there are any."""
    chance = generator(training.seed, "windows", epoch=epoch)
    count = min(training.max_windows_per_epoch, len(origins))
    if not alike:
        return sample(origins, count, chance)
    favoured = round(count * FAVOURED * (epoch - 0.5) / training.epochs)
    return np.concatenate([repeated(alike, favoured, chance), sample(origins, count - favoured, chance)])
