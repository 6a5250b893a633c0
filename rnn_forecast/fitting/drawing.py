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


def drawer(dataset: Dataset, origins: Origins, weigh: Weigh) -> Callable[[int, int], Windows]:
    """What gives the windows of an epoch, from 1, to a member, from 0.

    A new even sample for each of both, where there are more windows than an epoch takes. Of windows that
    stand still there is nothing to learn but the jump that ends it: they are left out, and every epoch has as
    many windows as the first.
    """
    training, alike = dataset.recipe.training, dataset.recurring(origins)

    def drawn(epoch: int, member: int) -> Positions:
        chance = generator(training.seed, "windows", member=member, epoch=epoch)
        return movers(dataset.panel, _positions(origins, alike, training, epoch, chance))

    count = len(drawn(1, 0))

    def draw(epoch: int, member: int) -> Windows:
        positions = drawn(epoch, member)
        return weigh(positions if len(positions) == count else np.resize(positions, count))

    return draw


def _positions(
    origins: Origins, alike: Origins | None, training: Training, epoch: int, chance: np.random.Generator
) -> Positions:
    """Some of the origins, for this epoch: more and more of those `alike`, where there are any."""
    count = min(training.max_windows_per_epoch, len(origins))
    if not alike:
        return sample(origins, count, chance)
    favoured = round(count * FAVOURED * (epoch - 0.5) / training.epochs)
    return np.concatenate([repeated(alike, favoured, chance), sample(origins, count - favoured, chance)])
