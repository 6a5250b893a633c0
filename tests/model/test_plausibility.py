"""Numbers that no training could have found are refused by name, whatever the manifest says."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from model_folders import seal
from test_forged_documents import SERIES, tiny_model, write_forged
from toys import COLUMNS, small_recipe, toy_model, uncalibrated, walk, with_columns

from rnn_forecast.errors import ModelError, TrainingError
from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.intervals.conformal import stored_levels
from rnn_forecast.model.model import Model
from rnn_forecast.model.model_document import load_model, save_model
from rnn_forecast.windows.dataset import make_dataset

WIDE = stored_levels((80, 95)).index(95)
FORGED: list[tuple[tuple[Any, ...], Any]] = [
    (("scaling", "floor"), 1e5),
    (("scaling", "log"), False),
    (("scaling", "normalize"), "zscore"),
    (("scaling", "more"), 1),
    (("shrinkage", 0), 1.5),
    (("shrinkage",), [0.5] * 4),
    (("drift", 0), 1e30),
    (("drift",), [0.5, 0.0]),
    (("volatility", "cycles"), [{"rows": [5], "width": 10**9}]),
    (("volatility", "with_sizes"), [{"names": ["within"], "weights": [[1.0]]}]),
    (("volatility", "with_sizes"), [{"names": ["within", "within"], "weights": []}]),
    (("volatility", "with_sizes"), [{"names": [], "weights": []}] * 8),
    (("bands", "low", 0, 0), 1.0),
    (("bands", "low", 0, 0), None),
    (("bands", "low", WIDE, 0), -1e-9),
    (("bands", "high", WIDE, 0), 1e5),
    (("bands", "low", WIDE, 0), -1e5),
    (("bands", "high", 0, 0), 10**400),
    (("bands", "high", 0, 0), True),
    (("bands", "levels"), [-5, 1e300]),
    (("bands", "levels"), [80, 80]),
    (("bands", "levels"), [80, 90]),
    (("bands", "windows"), -1),
    (("bands", "windows"), 1.5),
    (("bands", "beyond"), [1.0] * 300_000),
    (("bands", "beyond"), [1.0] * 23),
    (("bands", "beyond"), [99]),
    (("bands", "beyond"), [8.0]),
    (("bands", "beyond", -1), 1e4),
    (("bands", "exact"), [0.0]),
    (("bands", "exact", 0), -0.1),
    (("bands", "exact", 0), 1.1),
    (("bands", "more"), 1),
    (("source", "tickers", "T", "rows"), -1),
    (("source", "tickers", "T", "more"), 1),
    (("source", "tickers", "T", "first"), "2020-02-30"),
    (("source", "tickers", "T", "sampled_prices"), [["2020-01-01", 1.0]] * 300_000),
    (("source", "rows_used", "fit", "rows"), -1),
    (("source", "rows_used", "fit", "more"), 1),
    (("source", "reading", "more"), 1),
    (("source", "spacing"), "never"),
    (("source", "tickers"), {}),
    (("recipe", "window", "more"), 1),
    (("more",), 1),
]  # fmt: skip


def logs() -> Model:
    return toy_model([walk(200)])


OF_COLUMNS: list[tuple[tuple[Any, ...], Any]] = [
    (("scaling", "columns", "volume", "spread"), 0.0),
    (("scaling", "columns", "volume", "spread"), 1e40),
    (("scaling", "columns", "volume", "center"), 1e40),
    (("scaling", "columns", "volume", "floor"), -1.0),
    (("scaling", "columns", "volume", "floor"), 1e40),
    (("scaling", "columns", "volume", "more"), 1),
    (("scaling", "columns", "event", "by_ticker", "T"), [0.0, -1.0]),
    (("scaling", "columns", "event", "by_ticker"), {"U": [0.0, 1.0]}),
    (("scaling", "columns"), {}),
    (("scaling", "columns", "more"), {"floor": 0.0, "center": 0.0, "spread": 1.0, "by_ticker": {}}),
    (("recipe", "data", "past"), []),
    (("recipe", "data", "past"), ["volume", "more"]),
    (("recipe", "data", "market"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), OF_COLUMNS)
def test_forged_scales_of_columns_are_refused(tmp_path: Path, place: Any, value: Any) -> None:
    model = toy_model([with_columns(200, seed=1)], **COLUMNS)
    write_forged(tmp_path / "m", model, place, value)
    with pytest.raises(ModelError, match=r"scaling\.columns|expected tensor"):
        load_model(tmp_path / "m")


def test_a_model_with_columns_is_the_same_when_it_is_read_again(tmp_path: Path) -> None:
    s = with_columns(200, seed=1, ahead=6)
    model = toy_model([s], **COLUMNS)
    save_model(model, tmp_path / "m", {})
    again = load_model(tmp_path / "m")
    assert (again.scaling, again.recipe) == (model.scaling, model.recipe)
    np.testing.assert_array_equal(forecast(again, [s], 5).forecast, forecast(model, [s], 5).forecast)


@pytest.mark.parametrize(("place", "value"), FORGED)
def test_a_forged_number_is_refused_by_name_and_soon(tmp_path: Path, place: Any, value: Any) -> None:
    folder = tmp_path / "m"
    write_forged(folder, logs(), place, value)
    begun = time.process_time()
    json.loads((folder / "model.json").read_bytes())
    read = time.process_time()
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    # a long document takes a busy machine longer, whoever reads it
    assert time.process_time() - read < max(2, 5 * (read - begun))
    assert len(caught.value.message) < len(str(folder)) + 400
    assert str(place[0]) in caught.value.message or value == 10**400


@pytest.mark.parametrize("value", [3.4e38, -3.4e38, 1e10])
def test_weights_that_would_overflow_are_refused(tmp_path: Path, value: float) -> None:
    folder = tmp_path / "m"
    save_model(logs(), folder, {})
    path = folder / "weights.safetensors"
    tensors = safetensors.numpy.load(path.read_bytes())
    for name in tensors:
        forged = tensors[name].copy()
        forged.flat[0] = value
        path.write_bytes(safetensors.numpy.save({**tensors, name: forged}))
        seal(folder)
        with pytest.raises(ModelError, match=r"tensor member0\."):
            load_model(folder)


def test_two_hundred_megabytes_of_blanks_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    save_model(logs(), folder, {})
    with (folder / "model.json").open("r+b") as file:
        file.truncate(200_000_000)
    files = json.loads((folder / "MANIFEST.json").read_bytes())
    files["files"]["model.json"]["size"] = 200_000_000
    (folder / "MANIFEST.json").write_text(json.dumps(files, indent=1) + "\n")
    begun = time.process_time()
    with pytest.raises(ModelError, match="at most"):
        load_model(folder)
    assert time.process_time() - begun < 0.5


def test_large_prices_without_logs_have_a_large_floor(tmp_path: Path) -> None:
    for choices in ({"log": False}, {"normalize": "zscore"}, {"normalize": "minmax"}):
        series = walk(200)
        model = toy_model([series.with_prices(1e9 * (series.prices - 100))], **choices)
        save_model(model, tmp_path / "m", {})
        assert load_model(tmp_path / "m").scaling == model.scaling


@pytest.mark.parametrize("level", [(1e25, 2.0), (100.0, 1e-25), (100.0, 1e-3)])
def test_a_level_far_from_the_first_price_is_refused(tmp_path: Path, level: tuple[float, float]) -> None:
    model = tiny_model()
    with pytest.raises(TrainingError, match="scaling"):
        save_model(replace(model, scaling=replace(model.scaling, by_ticker={"A": level}, floor=1.0)),
                   tmp_path / "m", {})  # fmt: skip


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    model = logs()
    with pytest.raises(TrainingError, match=r"scaling\.floor"):
        save_model(replace(model, scaling=replace(model.scaling, floor=1e5)), tmp_path / "m", {})
    assert not (tmp_path / "m").exists()
    assert np.isfinite(forecast(tiny_model(), [SERIES], 4).forecast).all()


def test_bands_of_no_width_are_those_of_prices_that_seldom_move(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rate = walk(600).with_prices(4 + 0.25 * np.cumsum(np.where(rng.random(600) < 0.02, 1.0, 0.0)))
    dataset = make_dataset([rate], small_recipe())
    model = calibrated(uncalibrated(dataset), dataset)
    assert model.intervals.low[WIDE] == (0, 0)
    assert model.intervals.high[WIDE][0] == 0
    save_model(model, tmp_path / "m", {})
    assert load_model(tmp_path / "m").intervals == model.intervals
    before = replace(model, intervals=replace(model.intervals, exact=()))  # of a program that kept no shares
    save_model(before, tmp_path / "m", {})
    assert load_model(tmp_path / "m").intervals == before.intervals


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("last_value", [False, True])
def test_bands_of_no_width_where_prices_moved_are_refused(
    tmp_path: Path, step: int, last_value: bool
) -> None:
    model, folder = logs(), tmp_path / "m"
    if last_value:
        model = replace(model, shrinkage=np.zeros(2))
    save_model(model, folder, {})
    document = json.loads((folder / "model.json").read_bytes())
    for side in ("low", "high"):
        for row in document["bands"][side][: WIDE + 1]:
            row[step] = 0.0
    (folder / "model.json").write_text(json.dumps(document))
    seal(folder)
    with pytest.raises(ModelError, match=f"a width at step {step + 1} of "):
        load_model(folder)
