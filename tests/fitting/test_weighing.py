"""The weights of losses, against MASE and percent of errors reckoned series by series."""

from dataclasses import replace

import numpy as np
import pytest
from toys import small_recipe, walk

from rnn_forecast.fitting.weighing import HEAVIEST, usual_changes, weighed
from rnn_forecast.windows.dataset import make_dataset


@pytest.fixture
def dataset():
    wild = walk(300, seed=1)
    calm = replace(walk(200, seed=2), ticker="CALM", prices=100 * walk(200, seed=2).prices ** 0.1)
    still = replace(walk(150, seed=3), ticker="STILL", prices=np.full(150, 7.0))
    return make_dataset([wild, calm, still], small_recipe(split="series"))


@pytest.mark.parametrize("every", [1, 24])
def test_a_series_usual_change_is_the_scale_of_mase_in_logs(dataset, every) -> None:
    found = usual_changes(dataset.panel, dataset.split.fit, every)
    for i, rows in enumerate(dataset.split.fit[:2]):
        logs = np.log(dataset.series[i].prices[:rows])
        own = np.mean([abs(logs[t] - logs[t - every]) for t in range(every, rows)])
        assert found[i] == pytest.approx(own)
    assert found[2] == pytest.approx(found[:2].mean())  # it never moved


def test_rows_after_the_fit_have_no_say(dataset) -> None:
    stop = dataset.split.fit - 30
    before = usual_changes(dataset.panel, stop, 5)
    values = dataset.panel.values.copy()
    for start, rows in zip(dataset.panel.offsets[:-1], stop, strict=True):
        values[0, start + rows : start + rows + 30] += 1.0
    assert usual_changes(replace(dataset.panel, values=values), stop, 5).tolist() == before.tolist()


def test_a_series_too_short_for_its_period_takes_the_others(dataset) -> None:
    found = usual_changes(dataset.panel, np.array([200, 20, 20]), 24)
    assert found.tolist() == [found[0]] * 3
    assert usual_changes(dataset.panel, np.array([9, 9, 9]), 24).tolist() == [1, 1, 1]


def test_a_weighed_loss_is_in_units_of_the_series_and_of_all(
    dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of one spread is, in logs, so many usual changes of its series, and so many of all series'."""
    windows = dataset.windows(dataset.fit.all())
    series, changes = dataset.panel.series_of(windows.origin), np.array([0.02, 0.005, 0.1])
    weight = weighed(windows, series, changes).weight
    assert weight is not None and weight.mean() == pytest.approx(1)
    wanted = windows.spread / changes[series] + windows.spread / changes.mean()
    np.testing.assert_allclose(weight / weight[0], wanted / wanted[0], rtol=1e-5)
    monkeypatch.setattr("rnn_forecast.windows.windows.CHUNK", 100)
    parts = [part.weight for part in weighed(windows, series, changes).chunks()]
    assert np.concatenate(parts).tolist() == weight.tolist()


def test_no_window_is_all_that_is_learnt_from(dataset) -> None:
    """A series whose usual change is next to nothing: its windows weigh so much and no more."""
    windows = dataset.windows(dataset.fit.all())
    series = dataset.panel.series_of(windows.origin)
    weight = weighed(windows, series, np.array([0.02, 1e-6, 0.1])).weight
    assert weight is not None
    assert (series == 1).mean() < 0.5
    np.testing.assert_allclose(weight[series == 1] / np.median(weight), HEAVIEST, rtol=1e-5)
    assert (weight[series != 1] < HEAVIEST * np.median(weight)).all()
