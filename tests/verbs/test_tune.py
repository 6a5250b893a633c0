"""The verb tune: what it finds, what it never sees, and what it writes."""

import csv
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learner import echoing, fit_nothing, fit_straight, written
from toys import small_recipe, toy_model, walk

from rnn_forecast.errors import DataError, Notice, OutputError, UsageError
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import ReadOptions
from rnn_forecast.recipe import Recipe, load_recipe, with_choices
from rnn_forecast.system import machine
from rnn_forecast.tuning import halving
from rnn_forecast.tuning.kept_trials import place_of
from rnn_forecast.tuning.trials_table import trials_csv
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.tune import Tuned, Wish, tune

LAG = 8
GIVEN = small_recipe(lookback=4, horizon=1, shrink=False)
WISH = Wish(("lookback=4,12,16", "cell"), 8)
FEW = Wish(("lookback=4,12,16",), 2)  # where it is not the table of trials that is looked at
OUT = Path("tuned/prices")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, one process, and a network that is a straight line; no Keras."""
    monkeypatch.setattr(fit_module, "fit_members", fit_straight)
    monkeypatch.setattr(machine, "workers", lambda: 1)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tuned(
    prices: np.ndarray, recipe: Recipe = GIVEN, wish: Wish = WISH, out: Path = OUT, **run: Any
) -> Tuned:
    return tune([written(Path("prices.csv"), prices)], ReadOptions(), recipe, out, Run(**run), wish=wish)


def walk_of(n: int, seed: int = 0) -> np.ndarray:
    return echoing(n, LAG, seed=seed, strength=0.0)


def scores_of(found: Tuned) -> list[Any]:
    """All of trials.csv but the seconds."""
    text = trials_csv(found.rows, range(5)).decode().splitlines()
    return [{**row, "seconds": ""} for row in csv.DictReader(text)]


def test_a_signal_that_needs_a_longer_lookback_is_found() -> None:
    found = tuned(echoing(600, LAG))
    chosen = found.rows[found.choice.chosen]
    assert chosen.values["lookback"] == 12  # 16 finds it too, and costs more
    assert not found.kept
    assert chosen.score is not None
    assert chosen.score < 0.7
    assert chosen.gain is not None
    assert found.rows[0].score == pytest.approx(chosen.score + chosen.gain)
    assert found.done


def test_where_all_do_alike_the_recipe_is_kept_and_a_cheaper_one_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit_module, "fit_members", fit_nothing)
    found = tuned(walk_of(600), wish=Wish(("lookback=3,4,12", "cell"), 8))
    assert found.kept
    assert load_recipe(found.files[0]) == GIVEN
    assert {row.score for row in found.rows} == {1.0}
    assert found.choice.as_good == (0, *(row.trial for row in found.rows[1:] if row.outcome == "scored"))
    assert found.cheaper is not None
    assert found.cheaper.values["lookback"] == 3


def test_the_test_part_is_never_seen() -> None:
    """A signal in the test rows alone changes no bit of any score; where they are no test rows, it does."""
    plain, echo = walk_of(600), echoing(600, LAG, seed=1)
    planted = np.r_[plain[:300], plain[299] * echo[300:] / echo[299]]
    half = with_choices(GIVEN, {"train_fraction": 0.5})
    one, other = tuned(plain, half, FEW), tuned(planted, half, FEW)
    assert (scores_of(one), one.choice, one.recipe) == (scores_of(other), other.choice, other.recipe)
    whole = with_choices(GIVEN, {"train_fraction": 1.0})
    seen = tuned(planted, whole, FEW)
    assert scores_of(tuned(plain, whole, FEW)) != scores_of(seen)
    assert seen.rows[seen.choice.chosen].values["lookback"] > LAG


@pytest.mark.parametrize("split", ["date", "rows", "series"])
def test_nor_is_that_of_any_ticker(split: str) -> None:
    def found(strength: float) -> list[Any]:
        rows = ["ticker,date,price"]
        for ticker, n, seed in (("A", 500, 1), ("B", 400, 2)):
            prices = walk_of(500, seed)[-n:]
            cut = {"date": 400 - (500 - n), "rows": n * 8 // 10, "series": n * 8 // 10}[split]
            prices[cut:] *= np.exp(strength * np.arange(n - cut))
            dates = np.datetime64("2020-01-01") + np.arange(500)[-n:]
            rows += [f"{ticker},{d},{p!r}" for d, p in zip(dates, prices.tolist(), strict=True)]
        Path("two.csv").write_text("\n".join(rows) + "\n")
        recipe = with_choices(GIVEN, {"split": split})
        return scores_of(tune(["two.csv"], ReadOptions(), recipe, OUT, wish=FEW))

    assert found(0.0) == found(0.05)


def test_the_folder_holds_the_recipe_and_every_trial() -> None:
    found = tuned(echoing(600, LAG))
    assert {path.name for path in OUT.iterdir()} == {"MANIFEST.json", "recipe.toml", "trials.csv"}
    recipe = load_recipe(OUT / "recipe.toml")
    assert recipe == found.recipe == with_choices(GIVEN, found.changed(found.rows[found.choice.chosen]))
    head = (OUT / "recipe.toml").read_text().partition("\n[")[0].splitlines()
    changed = found.changed(found.rows[found.choice.chosen])
    said = ", ".join(f"{key} {value}" for key, value in changed.items())
    assert f"trial {found.choice.chosen}: {said}" in head[0]
    with (OUT / "trials.csv").open() as file:
        rows = [*csv.DictReader(file)]
    assert [int(row["trial"]) for row in rows] == [*range(9)]
    assert len({(row["lookback"], row["cell"]) for row in rows}) == 9
    for row, had in zip(rows, found.rows, strict=True):
        assert [row[f"origins_{i}"] for i in range(1, 6)] == [
            "" if (score := had.measured.scores.get(i)) is None else repr(score) for i in range(5)
        ]
    assert [row["outcome"] for row in rows].count("chosen") == 1
    assert not place_of(OUT).exists()


def test_a_toml_file_has_its_trials_beside_it() -> None:
    found = tuned(echoing(600, LAG), wish=FEW, out=Path("here/my.recipe.toml"))
    assert {path.name for path in Path("here").iterdir()} == {"my.recipe.toml", "my.recipe.trials.csv"}
    assert load_recipe(found.files[0]) == found.recipe
    assert tomllib.loads(found.files[0].read_text())["window"]["lookback"] == 12


def test_a_search_that_was_stopped_goes_on_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    prices = echoing(600, LAG)
    whole = tuned(prices, wish=FIVE, out=Path("whole"))
    for stop_after in (1, 4, 6):
        with monkeypatch.context() as patched:
            again = _stopped_and_gone_on(patched, prices, stop_after)
        assert (scores_of(again), again.choice) == (scores_of(whole), whole.choice)
        assert (OUT / "recipe.toml").read_bytes() == Path("whole/recipe.toml").read_bytes()
        shutil.rmtree(OUT)


FIVE = Wish(("lookback=4,8,10,12,16",), 4)


def _stopped_and_gone_on(monkeypatch: pytest.MonkeyPatch, prices: np.ndarray, stop_after: int) -> Tuned:
    """Ctrl-C after so many measurements, and the same command again."""
    made, told = list[Any](), list[Notice]()
    measure = halving.measure

    def stopping(*arguments: Any) -> Any:
        if len(made) == stop_after:
            raise KeyboardInterrupt
        made.append(arguments)
        return measure(*arguments)

    monkeypatch.setattr(halving, "measure", stopping)
    with pytest.raises(KeyboardInterrupt):
        tuned(prices, wish=FIVE, tell=told.append)
    assert "the same command goes on" in told[-1].text
    assert not OUT.exists()
    stop_after = -1
    before, told[:] = len(made), []
    again = tuned(prices, wish=FIVE, tell=told.append)
    assert len(made) == 7  # five first looks, and two that went on: none of them twice
    assert f"with {min(before, 5)} of 5 recipes begun before" in told[-1].text
    return again


@pytest.mark.parametrize("what", ["prices", "recipe", "seed", "space", "damaged"])
def test_what_is_kept_of_another_search_is_not_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    prices, keys = echoing(600, LAG), ("lookback=4,12",)
    tuned(prices, wish=Wish(keys, seconds=0.0))  # the given recipe alone is measured
    assert json.loads(place_of(OUT).read_bytes())["trials"].keys() == {"0"}
    recipe = with_choices(GIVEN, {"recipe": {"units": 5}, "seed": {"seed": 1}}.get(what, {}))
    wish = Wish(("units=2,3",) if what == "space" else keys)
    if what == "prices":
        prices = prices * np.r_[1.01, np.ones(599)]
    if what == "damaged":
        place_of(OUT).write_bytes(
            b'{"search": "',
        )
    told: list[Notice] = []
    found = tuned(prices, recipe, wish, tell=told.append)
    assert "begins anew" in told[-1].text
    assert found.done
    assert not place_of(OUT).exists()


def test_where_the_time_is_up_the_recipe_is_kept_and_the_same_command_goes_on() -> None:
    prices = echoing(600, LAG)
    short = tuned(prices, wish=Wish(FEW.keys, FEW.trials, seconds=0.0))
    assert short.kept
    assert not short.done
    assert {row.outcome for row in short.rows[1:]} == {"left"}
    whole = tuned(prices, wish=FEW)
    assert whole.done
    assert scores_of(whole) == scores_of(tuned(prices, wish=FEW, out=Path("other")))


def test_lookbacks_that_there_are_too_few_rows_for_are_left_out_or_refused() -> None:
    prices, told = walk_of(120), list[Notice]()
    found = tuned(prices, wish=Wish(("lookback",)), tell=told.append)
    assert "lookback 120: not tried" in told[-1].text
    assert 120 not in found.searched["lookback"]
    with pytest.raises(DataError, match="before the first of 5 blocks of origins are too few") as caught:
        tuned(prices, wish=Wish(("lookback=8,120",)))
    assert caught.value.exit_code == 65


@pytest.mark.parametrize(
    ("rows", "wish", "error", "code"),
    [
        (25, WISH, DataError, 65),
        (31, Wish(WISH.keys, origins=6), DataError, 65),
        (600, Wish(("lokback",)), UsageError, 2),
        (600, Wish(("season",)), UsageError, 2),
        (600, Wish(("patch=3,7",)), UsageError, 2),
    ],
)
def test_bad_input_is_refused_before_anything_is_fitted(
    monkeypatch: pytest.MonkeyPatch, rows: int, wish: Wish, error: type[Any], code: int
) -> None:
    monkeypatch.setattr(halving, "measure", None)
    with pytest.raises(error) as caught:
        tuned(walk_of(rows), wish=wish)
    assert caught.value.exit_code == code
    assert not OUT.exists()


def test_a_price_that_stands_still_at_most_origins_is_bad_data() -> None:
    prices = walk_of(600)
    prices[396:440] = prices[395]
    with pytest.raises(DataError, match="fewer than 5 of 5 blocks"):
        tuned(prices)
    moving = tuned(prices, wish=Wish(("lookback=4,12",), 1, origins=20))
    assert None in moving.rows[0].measured.scores.values()
    assert moving.rows[0].score is not None


@pytest.mark.parametrize(("name", "value"), [("trials", 0), ("origins", 4)])
def test_a_wish_is_refused_when_it_is_made(name: str, value: int) -> None:
    with pytest.raises(UsageError, match=f"--{name} must be a whole number, at least"):
        Wish(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["best.toml", "best.trials.csv"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_fitted(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(halving, "measure", None)
    Path(place).mkdir()
    with pytest.raises(OutputError, match=f"{place} must be a file, and is a folder"):
        tuned(walk_of(600), out=Path("best.toml"))


def test_a_model_is_not_replaced_by_a_search_and_that_is_said_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(halving, "measure", None)
    save_model(toy_model([walk(300)]), OUT, {})
    with pytest.raises(OutputError, match="holds a model"):
        tuned(walk_of(600))


def test_what_is_not_ours_is_not_replaced() -> None:
    OUT.mkdir(parents=True)
    (OUT / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        tuned(walk_of(600))
    assert [path.name for path in OUT.iterdir()] == ["mine.txt"]
