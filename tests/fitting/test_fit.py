"""What a network is given to learn from; a stand-in for Keras looks at it."""

from dataclasses import replace

import numpy as np
import pytest
from toys import DECISIONS, random_weights, small_recipe, walk

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.fitting.fit import fit_model
from rnn_forecast.network.history import FittedNetwork
from rnn_forecast.windows.dataset import make_dataset, shortcomings, without_last_rows
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
        given.extend([draw(1, 0), draw(2, 0), validation])
        return [FittedNetwork(random_weights(recipe, 0), (), 1)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    fit_model(dataset, DECISIONS, on_epoch=lambda epoch: None)
    still = {*range(111, 200), *range(451, 470)}
    assert not still & set(np.concatenate([windows.origin for windows in given]).tolist())
    first, second, watched = given
    assert 50 < len(first) == len(second) < 330
    assert len(watched)


def test_a_recipe_that_trains_on_all_rows_has_bands_of_a_first_fit_without_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The members, the scale and the source are those of the last fit, on all rows."""
    last: list[int] = []

    def fit_members(draw, validation, recipe, *, on_epoch):
        last.append(int(draw(1, 0).origin.max()))
        return [FittedNetwork(random_weights(recipe, len(last)), (), 1)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    choices = {"shrink": False, "valid_fraction": 0.0, "train_fraction": 1.0}
    dataset = make_dataset([walk(300)], small_recipe(**choices))
    model = fit_model(dataset, DECISIONS, on_epoch=lambda epoch: None).model
    assert last == [300 - 4 - 2 - 1, 300 - 2 - 1]  # two horizons of two rows are held back
    for name, weight in random_weights(dataset.recipe, 2).items():
        np.testing.assert_array_equal(model.members[0][name], weight)
    assert model.scaling == dataset.scaling
    assert model.source.rows_used["fit"]["rows"] == 300
    assert model.shrinkage.tolist() == [1, 1]
    for level in (80.0, 95.0):
        ends = [
            side[model.intervals.levels.index(level)] for side in (model.intervals.low, model.intervals.high)
        ]
        assert (np.array(ends, float) != 0).all()


@pytest.mark.parametrize("choices", [{"shrink": True, "valid_fraction": 0.0}, {"shrink": False}, {}])
def test_other_recipes_are_fitted_once(choices: dict[str, object]) -> None:
    assert without_last_rows(make_dataset([walk(300)], small_recipe(**choices))) is None


def test_the_fit_that_says_how_wide_bands_are_has_few_members(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[int] = []

    def fit_members(draw, validation, recipe, *, on_epoch):
        fitted.append(recipe.training.members)
        return [FittedNetwork(random_weights(recipe, i), (), 1) for i in range(recipe.training.members)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    for members, longer in ((1, "2"), (2, "2"), (5, "1.4")):
        choices = {"shrink": False, "valid_fraction": 0.0, "train_fraction": 1.0, "members": members}
        dataset = make_dataset([walk(300)], small_recipe(**choices))
        model = fit_model(dataset, DECISIONS, on_epoch=lambda epoch: None).model
        assert len(model.members) == model.recipe.training.members == members
        assert model.recipe == dataset.recipe
        assert f"training takes {longer} times the processor time" in str(shortcomings(dataset))
    assert fitted == [1, 1, 2, 2, 2, 5]


def test_with_too_few_rows_none_are_held_back() -> None:
    short = make_dataset([walk(17)], small_recipe(shrink=False, valid_fraction=0.0, train_fraction=1.0))
    assert without_last_rows(short) is None


@pytest.mark.parametrize("most", [50, 100_000])
def test_members_learn_from_windows_of_their_own_where_an_epoch_takes_only_some(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    given: list[list[int]] = []

    def fit_members(draw, validation, recipe, *, on_epoch):
        given.extend(draw(epoch, member).origin.tolist() for member in range(3) for epoch in (1, 2))
        return [FittedNetwork(random_weights(recipe, 0), (), 1)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    recipe = small_recipe(members=3, max_windows_per_epoch=most)
    dataset = make_dataset([walk(600)], recipe)
    fit_model(dataset, DECISIONS, on_epoch=lambda epoch: None)
    count = min(most, len(dataset.fit))
    assert [len(windows) for windows in given] == [count] * 6
    assert len({tuple(windows) for windows in given}) == (1 if count == len(dataset.fit) else 6)


@pytest.mark.parametrize("rows", [600, 595])
def test_origins_that_are_forecast_from_are_learnt_from_more_and_more(
    monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """From their own share, one of 24, to eight of ten; each epoch has as many windows as without."""
    given: list[Windows] = []

    def fit_members(draw, validation, recipe, *, on_epoch):
        given.extend(draw(epoch, 0) for epoch in range(1, recipe.training.epochs + 1))
        return [FittedNetwork(random_weights(recipe, 0), (), 1)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    dataset = make_dataset([walk(rows)], small_recipe(origin_every=24, epochs=40))
    fit_model(dataset, DECISIONS, on_epoch=lambda epoch: None)
    shares = [np.mean((rows - 1 - windows.origin) % 24 == 0) for windows in given]
    assert {len(windows) for windows in given} == {len(dataset.fit)}
    assert shares[0] == pytest.approx(1 / 24, abs=0.03)
    assert shares[-1] == pytest.approx(0.8, abs=0.03)
    assert np.corrcoef(shares, range(40))[0, 1] > 0.99
    assert all(len(set(windows.origin.tolist())) > 20 for windows in given)  # the others are still there


def test_where_no_origin_is_like_the_last_all_are_learnt_from_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A period longer than the series."""
    given: list[Windows] = []

    def fit_members(draw, validation, recipe, *, on_epoch):
        given.append(draw(2, 0))
        return [FittedNetwork(random_weights(recipe, 0), (), 1)]

    monkeypatch.setattr(fit_module, "fit_members", fit_members)
    for every in (0, 100_000):
        fit_model(
            make_dataset([walk(300)], small_recipe(origin_every=every)),
            DECISIONS,
            on_epoch=lambda epoch: None,
        )
    assert given[0].origin.tolist() == given[1].origin.tolist()
