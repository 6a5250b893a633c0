"""The compiled epoch against Keras: the one file that loads it."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_forecast.errors import TrainingError
from rnn_forecast.network import forward as pass_
from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.network.training import fit, fit_members
from rnn_forecast.network.training import members as members_module
from rnn_forecast.network.training.backend import start
from rnn_forecast.network.training.epochs import learning_rate
from rnn_forecast.network.training.keras_layers import initial_weights
from rnn_forecast.recipe import Recipe, Window, with_choices
from rnn_forecast.seeds import generator
from rnn_forecast.windows.windows import Windows

pytestmark = pytest.mark.keras

SMALL = {"lookback": 7, "horizon": 2, "units": 5, "batch_size": 16, "epochs": 3, "normalize": "zscore"}
SCHEDULE_FOR = {"mse": "constant", "mae": "cosine", "huber": "constant", "owa": "cosine"}
STEPS = {"clip_norm": 0.5, "learning_rate": 0.01}
CELLS = ("simple_rnn", "lstm", "gru")


@pytest.fixture(scope="module", autouse=True)
def _two_programs_at_once() -> None:
    start(2)


def windows_of(
    lookback: int = 7, *, n: int = 75, masked: int = 30, season: int = 0, further: int = 0, patch: int = 1
) -> Windows:
    rng = np.random.default_rng(5)
    window = Window(lookback=lookback, horizon=2, season=season, patch=patch)
    values = rng.normal(size=n + window.reach + 2)
    origin = np.arange(window.reach - 1, window.reach - 1 + n)
    length = np.full(n, window.reach, np.int32)
    length[:masked] = rng.integers(1, lookback, masked)
    center, spread = values[origin] * 0.1, rng.uniform(0.5, 1.5, n)
    inputs = np.random.default_rng(6).normal(size=(further, 400)).astype(np.float32)
    return Windows(values[None], origin, length, center, spread, window, inputs[:, : len(values)])


def recipe_of(**choices: object) -> Recipe:
    return with_choices(Recipe(), {**SMALL, **choices})


def train(
    recipe: Recipe, windows: Windows, stop: Windows | None = None, *, seed: int = 3, member: int = 0
) -> FittedNetwork:
    recipe = with_choices(recipe, {"seed": seed})
    return fit(lambda _: windows, stop, recipe, on_epoch=lambda _: None, member=member)


def untrained(recipe: Recipe) -> dict[str, np.ndarray]:
    """What `train` begins with."""
    return initial_weights(with_choices(recipe, {"seed": 3}), 0)


def keras_network(recipe: Recipe, weights: dict[str, np.ndarray]):
    """The same network out of Keras' own layers and Keras' own mask."""
    import keras

    network = recipe.network
    made = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[
        network.cell
    ]
    lookback, patch = recipe.window.lookback, recipe.window.patch
    x = keras.Input((lookback, 1 + len(recipe.window.lags) + len(recipe.data.inputs)))
    known = keras.Input((lookback,), dtype="bool")
    h, mask = keras.layers.Reshape((lookback // patch, -1))(x), known[:, patch - 1 :: patch]
    for layer in range(network.layers):
        h = made(network.units, return_sequences=layer < network.layers - 1)(h, mask=mask)
    y = keras.layers.Dense(recipe.window.horizon)(h)
    if network.skip:
        y += keras.layers.Dense(recipe.window.horizon, use_bias=False)(keras.layers.Flatten()(x))
    model = keras.Model([x, known], y)
    model.set_weights(list(weights.values()))
    return model


@pytest.mark.parametrize(
    ("layers", "season", "patch"), [(1, 0, 1), (2, 0, 1), (2, 9, 1), (1, 0, 5), (2, 9, 4)]
)
@pytest.mark.parametrize("cell", CELLS)
def test_numpy_forward_equals_keras(cell: str, layers: int, season: int, patch: int) -> None:
    recipe = recipe_of(cell=cell, layers=layers, units=50, lookback=60, skip=layers == 2, season=season)
    recipe = with_choices(recipe, {"patch": patch})
    windows = windows_of(60, masked=40, season=season, patch=patch)
    rng = np.random.default_rng(0)
    weights = {k: w + 0.02 * rng.normal(size=w.shape).astype("f") for k, w in untrained(recipe).items()}
    x, mask = windows.x(), windows.mask()
    expected = keras_network(recipe, weights)([x, mask]).numpy()
    np.testing.assert_allclose(pass_.forward(weights, cell, x, mask), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("cell", "loss", "season", "further", "patch"),
    [
        ("gru", "mse", 0, 0, 1),
        ("lstm", "mse", 4, 2, 1),
        ("lstm", "mse", 0, 0, 7),
        ("gru", "mae", 4, 2, 3),
        ("simple_rnn", "mae", 0, 1, 1),
        ("simple_rnn", "huber", 4, 0, 1),
        ("simple_rnn", "owa", 0, 0, 1),
        ("simple_rnn", "mse", 0, 0, 1),
    ],
)
def test_training_equals_model_fit_in_the_same_order(
    cell: str, loss: str, season: int, further: int, patch: int
) -> None:
    """Gradient through masks, layers and skip, clipping, Adam, the short last batch, weights and losses."""
    import keras

    layers = 2 if loss == "mse" else 1
    recipe = recipe_of(cell=cell, loss=loss, layers=layers, **STEPS, skip=loss == "mae")
    recipe = with_choices(recipe, {"schedule": SCHEDULE_FOR[loss], "season": season})
    recipe = with_choices(recipe, {"past": [str(i) for i in range(further)]})
    lookback = recipe.window.lookback if patch == 1 else 4 * patch
    recipe = with_choices(recipe, {"lookback": lookback, "patch": patch})
    windows, stop = (windows_of(lookback, n=n, season=season, further=further, patch=patch) for n in (75, 40))
    stop, weights = replace(stop, values=windows.values), [None, None]
    if loss == "owa":
        weights = [np.random.default_rng(n).exponential(size=n).astype("f") for n in (75, 40)]
        windows, stop = replace(windows, weight=weights[0]), replace(stop, weight=weights[1])
    fitted = train(recipe, windows, stop)

    model = keras_network(recipe, untrained(recipe))
    model.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=0.5),
        loss="mae" if loss == "owa" else loss,
        run_eagerly=True,
    )
    order, x, mask, y = generator(3, "order"), windows.x(), windows.mask(), windows.y()
    for epoch in fitted.history:
        turn = order.permutation(len(windows))
        model.optimizer.learning_rate = learning_rate(recipe, epoch.epoch)
        weight = None if weights[0] is None else weights[0][turn]
        ran = model.fit([x[turn], mask[turn]], y[turn], 16, shuffle=False, sample_weight=weight, verbose=0)
        assert epoch.loss == pytest.approx(ran.history["loss"][0], rel=1e-4)
        stop_x = [stop.x(), stop.mask()]
        val_loss = model.evaluate(stop_x, stop.y(), sample_weight=weights[1], verbose=0)
        assert epoch.val_loss == pytest.approx(val_loss, rel=1e-4)
        if epoch.epoch == fitted.best_epoch:
            kept = model.get_weights()
    for ours, theirs in zip(fitted.weights.values(), kept, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_a_layer_below_one_of_a_single_unit_learns_too() -> None:
    recipe = recipe_of(cell="simple_rnn", layers=2, units=1, learning_rate=0.1)
    before, after = untrained(recipe), train(recipe, windows_of()).weights
    assert all((before[name] != after[name]).all() for name in before)


def test_the_cosine_schedule_starts_at_the_recipes_rate_and_ends_near_nothing() -> None:
    recipe = recipe_of(schedule="cosine", learning_rate=0.01, epochs=100)
    rates = [learning_rate(recipe, epoch) for epoch in range(1, 101)]
    assert rates[0] == 0.01
    assert rates[50] == pytest.approx(0.005)
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 1e-5


@pytest.mark.parametrize("need", [1, 8, 9, 4096, 4097, 5000, 10**6])
def test_a_program_has_room_enough_and_not_much_more(need: int) -> None:
    """Few stopping windows too: a series of 200 prices has eight."""
    from rnn_forecast.network.training.epoch_program import _spacious

    assert need <= _spacious(need) <= max(4096, need * 9 / 8 + 1)


def same(a: FittedNetwork, b: FittedNetwork) -> bool:
    return all(np.array_equal(a.weights[name], b.weights[name]) for name in a.weights)


@pytest.fixture(scope="module")
def noisy() -> Recipe:
    """With dropout and two layers: all that draws random numbers. Without dropout it is compiled above."""
    return recipe_of(cell="simple_rnn", layers=2, dropout=0.3, **STEPS, skip=False)


def test_a_seed_decides_the_weights_to_the_bit(noisy: Recipe) -> None:
    first, again, other = (train(noisy, windows_of(), seed=seed) for seed in (3, 3, 4))
    assert same(first, again)
    assert not same(first, other)


def test_no_member_of_one_seed_is_a_member_of_the_next() -> None:
    recipe = recipe_of(cell="simple_rnn", layers=2, normalize="minmax")
    made = [
        initial_weights(with_choices(recipe, {"seed": seed}), member)
        for seed in (0, 1)
        for member in range(6)
    ]
    for name in ("rnn0.kernel", "rnn0.recurrent_kernel", "rnn1.recurrent_kernel", "head.kernel"):
        assert len({weights[name].tobytes() for weights in made}) == 12


def test_dropout_changes_training_and_spares_the_validation_loss(noisy: Recipe) -> None:
    """The loss on the stopping windows is that of the kept weights in NumPy, which knows no dropout."""
    windows = windows_of()
    fitted = train(with_choices(noisy, {"epochs": 1}), windows, windows)
    y = pass_.forward(fitted.weights, "simple_rnn", windows.x(), windows.mask())
    assert fitted.history[0].val_loss == pytest.approx(np.mean((y - windows.y()) ** 2), rel=1e-5)
    plain = train(with_choices(noisy, {"epochs": 1, "dropout": 0.0}), windows, windows)
    assert not same(fitted, plain)


def test_values_under_the_mask_change_nothing() -> None:
    """Neither state nor loss nor weights: other prices before the first known one, the same training."""
    recipe = recipe_of(cell="simple_rnn")
    rng = np.random.default_rng(1)
    origin = np.arange(20, 60)
    length = rng.integers(1, 5, len(origin)).astype(np.int32)
    values = rng.normal(size=70)
    kept = Windows(values[None], origin, length, 0 * origin, 1.0 + 0 * origin, Window(lookback=7, horizon=2))
    changed = replace(kept, values=np.where(np.arange(70) <= 16, 1e6, values)[None])
    assert same(train(recipe, kept), train(recipe, changed))


def test_padding_of_the_last_batch_counts_for_nothing() -> None:
    """A batch larger than the epoch: its loss is the mean over the real windows."""
    recipe, windows = recipe_of(epochs=1), windows_of(n=10, masked=3)
    assert recipe.training.batch_size > len(windows)
    y = pass_.forward(untrained(recipe), "simple_rnn", windows.x(), windows.mask())
    loss = train(recipe, windows).history[0].loss
    assert loss == pytest.approx(np.mean((y - windows.y()) ** 2), rel=1e-5)


def test_a_window_network_starts_as_the_last_value() -> None:
    weights = untrained(recipe_of(normalize="window"))
    assert not weights["head.kernel"].any()
    assert not weights["head.bias"].any()
    assert weights["rnn0.recurrent_kernel"].any()


def test_stopping_keeps_the_best_epoch() -> None:
    recipe = recipe_of(cell="simple_rnn", epochs=30, patience=2, learning_rate=0.3, clip_norm=0.0)
    windows, stop = windows_of(), windows_of(n=40)
    fitted = train(recipe, windows, stop)
    losses = [e.val_loss for e in fitted.history]
    assert losses[fitted.best_epoch - 1] == min(losses)
    assert len(losses) in (fitted.best_epoch + 2, 30)
    y = pass_.forward(fitted.weights, "simple_rnn", stop.x(), stop.mask())
    assert np.mean((y - stop.y()) ** 2) == pytest.approx(min(losses), rel=1e-4)


def test_without_patience_the_last_epoch_is_kept() -> None:
    recipe = recipe_of(patience=0, learning_rate=0.3, clip_norm=0.0)
    fitted = train(recipe, windows_of(), windows_of(n=40))
    assert fitted.best_epoch == len(fitted.history) == recipe.training.epochs
    assert fitted.history[0].val_loss is not None
    assert train(recipe, windows_of()).history[0].val_loss is None


@pytest.mark.parametrize("what", ["loss", "validation loss"])
def test_what_is_not_finite_ends_the_training(what: str) -> None:
    windows = windows_of()
    broken = replace(windows, center=np.full(len(windows), np.nan))
    parts = (broken, windows) if what == "loss" else (windows, broken)
    with pytest.raises(TrainingError, match=f"epoch 1: the {what} is nan"):
        train(recipe_of(), *parts)


def test_members_are_the_same_at_once_and_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_of(members=3, cell="simple_rnn", epochs=4)
    told: list[Epoch] = []

    def draw(_: int, member: int) -> Windows:  # other rows of the same panel
        every, own = windows_of(), slice(10 * member, 10 * member + 50)
        names = ("origin", "length", "center", "spread")
        return replace(every, **{name: getattr(every, name)[own] for name in names})

    one_by_one = fit_members(draw, None, recipe, on_epoch=told.append)
    monkeypatch.setattr(members_module, "WORTH_A_PROGRAM", 0)
    monkeypatch.setattr("rnn_forecast.system.machine.threads", lambda: 2)
    at_once = fit_members(draw, None, recipe, on_epoch=told.append)
    assert all(same(a, b) for a, b in zip(one_by_one, at_once, strict=True))
    assert [e.member for f in at_once for e in f.history] == [0] * 4 + [1] * 4 + [2] * 4
    assert sorted((e.member, e.epoch) for e in told[12:]) == [(e.member, e.epoch) for e in told[:12]]
    assert same(at_once[1], train(recipe, draw(1, 1), seed=recipe.training.seed, member=1))
    assert not same(at_once[1], train(recipe, draw(1, 0), seed=recipe.training.seed, member=1))


def test_a_refit_of_members_is_the_same_at_once_and_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_of(members=3, cell="simple_rnn", epochs=9)
    told: list[Epoch] = []

    def refit() -> tuple[FittedNetwork, ...]:
        return fit_members(lambda *_: windows_of(), None, recipe, on_epoch=told.append, epochs=[3, 1, 2])

    one_by_one = refit()
    monkeypatch.setattr(members_module, "WORTH_A_PROGRAM", 0)
    monkeypatch.setattr("rnn_forecast.system.machine.threads", lambda: 2)
    assert all(same(a, b) for a, b in zip(one_by_one, refit(), strict=True))
    assert [(e.member, e.epoch) for e in told[:6]] == [(0, 1), (0, 2), (0, 3), (1, 1), (2, 1), (2, 2)]
    alone = train(recipe_of(cell="simple_rnn", epochs=3), windows_of(), seed=recipe.training.seed)
    assert same(one_by_one[0], alone)


def test_what_goes_wrong_while_members_train_at_once_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members_module, "WORTH_A_PROGRAM", 0)
    monkeypatch.setattr("rnn_forecast.system.machine.threads", lambda: 2)

    def interrupted(_: Epoch) -> None:
        raise KeyboardInterrupt

    recipe = recipe_of(members=3, cell="simple_rnn", epochs=1000)
    with pytest.raises(KeyboardInterrupt):
        fit_members(lambda *_: windows_of(), None, recipe, on_epoch=interrupted)
    broken = replace(windows_of(), center=np.full(75, np.inf))
    with pytest.raises(TrainingError):
        fit_members(lambda *_: broken, None, recipe, on_epoch=lambda _: None)


def test_one_program_serves_members_refits_and_short_epochs() -> None:
    from rnn_forecast.network.training.epoch_program import Capacity, design_of, program_for

    recipe = recipe_of(cell="simple_rnn")
    program = program_for(design_of(recipe), Capacity(84, 75, 40))
    for windows, stop in (
        (windows_of(), windows_of(n=40)),
        (windows_of(n=90), None),
        (windows_of(n=16, masked=4), None),
    ):
        train(recipe, windows, stop)
        assert program_for(design_of(recipe), Capacity(len(windows.prices), len(windows), 1)) is program
    assert program.run.experimental_get_tracing_count() == 1
