"""A model knows its market's file by name alone, and finds it again or is told where it is."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from toys import small_recipe, toy_model, walk

from rnn_forecast.errors import InputError, Notice, UsageError
from rnn_forecast.model.model_document import load_model, save_model
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.series import iso
from rnn_forecast.recipe import Data, Recipe, portable, with_choices
from rnn_forecast.verbs.context import Run, model_and_prices, read_sources
from rnn_forecast.verbs.evaluate import evaluate
from rnn_forecast.verbs.predict import predict
from rnn_forecast.verbs.prepare import prepare

A, SPY, OTHER = (walk(300, seed=n, ticker=t) for n, t in enumerate(("A", "SPY", "SPY")))


def write(path: Path, one) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{d},{p!r}" for d, p in zip(iso(one.dates), one.prices.tolist(), strict=True)]
    path.write_text("\n".join(["date,price", *rows]) + "\n")
    return str(path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with A.csv, data/SPY.csv and a model that was trained on both."""
    monkeypatch.chdir(tmp_path)
    write(Path("A.csv"), A), write(Path("data/SPY.csv"), SPY)
    series = read_sources(["A.csv"], ReadOptions(), Run(), Data(market="data/SPY.csv")).series
    save_model(toy_model(series, market="data/SPY.csv"), Path("models/A"), {})
    return tmp_path


def seen(source: str = "A.csv", model: str = "models/A", market: str | None = None) -> np.ndarray:
    _, reading = model_and_prices(
        [source], ReadOptions(), Path(model), Run(), any_ticker=False, market=market
    )
    return reading.series[0].columns["market"].values


def test_a_model_holds_no_path(here: Path) -> None:
    assert load_model(Path("models/A")).recipe.data.market == "SPY.csv"
    for file in Path("models/A").iterdir():
        assert b"data/" not in file.read_bytes()


PLACES = ["SPY.csv", "data/SPY.csv", "models/SPY.csv", "src/SPY.csv", "src/x/SPY.csv"]


@pytest.mark.parametrize("place", PLACES)
def test_it_is_found_where_files_lie(place: str, here: Path) -> None:
    write(Path("src/A.csv"), A)
    shutil.rmtree("data")
    write(Path(place), SPY)
    write(Path("forecasts/SPY.csv"), OTHER)  # what predict writes is none
    np.testing.assert_array_equal(seen("src/A.csv"), SPY.prices)


def test_it_is_said_which_file_it_is(here: Path) -> None:
    told: list[Notice] = []
    predict(["A.csv"], ReadOptions(), Path("models/A"), Run(tell=told.append))
    assert "the market is data/SPY.csv." in [one.text for one in told]


def test_it_is_where_a_person_says(here: Path, tmp_path: Path) -> None:
    write(tmp_path / "far/off/S.csv", OTHER)
    np.testing.assert_array_equal(seen(market="far/off/S.csv"), OTHER.prices)
    Path("data").rename("far/data")
    with pytest.raises(InputError, match="--market FILE"):
        seen()
    there = "far/data/SPY.csv"
    assert len(predict(["A.csv"], ReadOptions(), Path("models/A"), market=there).table)
    assert evaluate(["A.csv"], ReadOptions(), Path("models/A"), market=there).metrics["windows"]


def test_two_of_the_name_are_not_chosen_from(here: Path) -> None:
    write(Path("other/SPY.csv"), OTHER)
    with pytest.raises(InputError, match="--market FILE"):
        seen()


def test_a_model_without_a_market_takes_none(here: Path) -> None:
    save_model(toy_model([A]), Path("models/bare"), {})
    with pytest.raises(UsageError, match="was trained without one"):
        seen(model="models/bare", market="data/SPY.csv")


def test_a_prepared_folder_has_it_already(here: Path) -> None:
    prepare(["A.csv"], ReadOptions(), small_recipe(market="data/SPY.csv"), Path("prepared/A"))
    shutil.rmtree("data")
    np.testing.assert_array_equal(seen("prepared/A"), SPY.prices)


@pytest.mark.parametrize(
    ("market", "kept"),
    [("SPY", "SPY"), ("BTC/USD", "BTC/USD"), ("gone/SPY.csv", "SPY.csv"), ("BRK/A.B", "BRK/A.B"), ("", "")],
)
def test_tickers_stay_as_they_are(market: str, kept: str) -> None:
    recipe = with_choices(Recipe(), {"market": market})
    assert portable(recipe, ("BRK/A.B",)).data.market == kept
    assert json.loads(portable(recipe, ("BRK/A.B",)).model_dump_json())["data"]["market"] == kept
