"""What a network is given to learn from; a stand-in for Keras looks at it."""

from dataclasses import replace

import numpy as np
import pytest
from toys import DECISIONS, random_weights, small_recipe, walk

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.fitting.fit import fit_model
from rnn_forecast.network.history import FittedNetwork
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.windows import Windows


@pytest.mark.parametrize("most", [100_000, 100])
def test_windows_that_stand_still_are_not_learnt_from(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Nor watched for when to stop; and each epoch has as many windows, whichever are drawn for it."""
    share = walk(600)
    prices = share.prices.copy()
    prices[100:200], prices[440:470] = prices[99], prices[439]  # the latter among those that are watched
    dataset = make_dataset([replace(share, prices=prices)], small_recipe(max_windows_per_epoch=most))
    given: list[Windows] = []

    def fit_members(draw, validation, recipe, *, on_epoch):
        given.extend([draw(1), draw(2), validation])
        return [FittedNetwork(random_weights(recipe, 0), (), 1)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    fit_model(dataset, DECISIONS, on_epoch=lambda epoch: None)
    still = {*range(111, 200), *range(451, 470)}
    assert not still & set(np.concatenate([windows.origin for windows in given]).tolist())
    first, second, watched = given
    assert 50 < len(first) == len(second) < 330
    assert len(watched)
