"""The file in onnxruntime against the forecast with fixed weight, to 1e-5 of the price in every cell."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toys import COLUMNS, following_model, walk, with_columns

from rnn_forecast.errors import UsageError
from rnn_forecast.exporting.onnx_graph import by_ticker, fewest, onnx_model
from rnn_forecast.forecasts.static import static_forecast
from rnn_forecast.model.model import Model
from rnn_forecast.prices import PriceSeries

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
ROWS = (10, 11, 14, 25, 26, 27, 60, 300)  # of the series: shorter than the window, as long, and longer

CHOICES: dict[str, tuple[Any, ...]] = {
    "cell": ("simple_rnn", "lstm", "gru"),
    "layers": (1, 2, 3),
    "members": (1, 3),
    "scaling": (("window", True), ("window", False), ("zscore", True), ("minmax", True)),
    "season": (0, 7),
    "patch": (1, 4),
    "skip": (True, False),
    "toward": ("last_value", "drift"),
    "horizon": (1, 4),
    "tickers": (1, 3),
}


def all_pairs() -> list[dict[str, Any]]:
    """Few rows of choices in which each two values of two choices stand together at least once."""
    chance = np.random.default_rng(0)
    places = [(name, value) for name, values in CHOICES.items() for value in values]
    open_ = {pair for pair in itertools.combinations(places, 2) if pair[0][0] != pair[1][0]}
    rows = []

    def covered(row: dict[str, Any]) -> set[Any]:
        return open_ & set(itertools.combinations(row.items(), 2))

    while open_:
        drawn = [
            {name: values[chance.integers(len(values))] for name, values in CHOICES.items()}
            for _ in range(200)
        ]
        rows.append(max(drawn, key=lambda row: len(covered(row))))
        open_ -= covered(rows[-1])
    return rows


def made(choices: dict[str, Any]) -> tuple[Model, list[PriceSeries]]:
    normalize, log = choices["scaling"]
    series = [walk(300, seed=i, ticker=f"T{i}") for i in range(choices["tickers"])]
    same = {
        name: choices[name]
        for name in ("cell", "layers", "members", "season", "patch", "skip", "horizon", "toward")
    }
    model = following_model(series, normalize=normalize, log=log, **same)
    chance = np.random.default_rng(1)
    drift = chance.normal(0, 0.2, model.horizon) * (choices["toward"] == "drift")
    return replace(model, shrinkage=chance.uniform(0, 1, model.horizon), drift=drift), series


def by_the_file(model: Model, series: list[PriceSeries]) -> np.ndarray:
    """As a consumer has to do it: the last prices on the right of a row, and how many there are."""
    session = onnxruntime.InferenceSession(onnx_model(model))
    reach = model.recipe.window.reach
    prices = np.full((len(series), reach), np.nan)  # whatever stands there means nothing
    for row, s in zip(prices, series, strict=True):
        row[max(reach - len(s), 0) :] = s.prices[-reach:]
    given: dict[str, Any] = {"prices": prices, "length": np.array([len(s) for s in series])}
    if numbers := by_ticker(model):
        given["ticker"] = np.array([numbers.index(s.ticker) for s in series])
    return session.run(["forecast"], given)[0]


def by_the_program(model: Model, series: list[PriceSeries]) -> np.ndarray:
    return static_forecast(model, series, model.horizon).forecast.reshape(len(series), -1)


@pytest.mark.parametrize("choices", all_pairs(), ids=lambda row: "-".join(map(str, row.values())))
def test_the_file_says_what_the_program_says(choices: dict[str, Any]) -> None:
    model, series = made(choices)
    cut = [s.until(n) for s, n in itertools.product(series, ROWS)]
    expected = by_the_program(model, cut)
    assert np.ptp(expected / np.array([s.prices[-1] for s in cut])[:, None]) > 1e-3  # the network moves them
    np.testing.assert_allclose(by_the_file(model, cut), expected, rtol=1e-5)


@pytest.mark.parametrize("normalize", ["window", "minmax"])
def test_where_nothing_moves_the_file_says_the_last_price(normalize: str) -> None:
    model = following_model([walk(300)], normalize=normalize, toward="drift")
    model = replace(model, shrinkage=np.ones(2), drift=np.full(2, 0.3))
    s = walk(300)
    flat = replace(s, prices=np.append(s.prices[:280], np.full(20, 97.0)))
    nearly = replace(s, prices=np.where(np.arange(300) == 298, 97.1, flat.prices))
    cut = [flat, nearly, flat.until(289), flat.until(292)]
    found = by_the_file(model, cut)
    np.testing.assert_allclose(found[0], 97)
    assert (np.abs(found[1] - 97) > 1e-3).all()
    np.testing.assert_allclose(found, by_the_program(model, cut), rtol=1e-5)


@pytest.mark.parametrize("log", [True, False])
def test_what_is_no_forecast_is_not_a_number(log: bool) -> None:
    model = following_model([walk(300)], log=log)
    session = onnxruntime.InferenceSession(onnx_model(model))
    good = walk(300).prices[-12:]
    rows = {
        "good": (good, 12), "longer than is read": (good, 999), "fewest": (good, fewest(model)),
        "too few": (good, fewest(model) - 1), "none": (good, 0), "negative": (good, -3),
        "nan": (np.append(good[:-1], np.nan), 12), "infinite": (np.append(np.inf, good[1:]), 12),
        "zero": (np.append(good[:-1], 0.0), 12), "unknown zero": (np.append(0.0, good[1:]), 11),
    }  # fmt: skip
    prices, lengths = (np.array(column) for column in zip(*rows.values(), strict=True))
    found = session.run(None, {"prices": prices, "length": lengths})[0]
    said = {name for name, there in zip(rows, np.isfinite(found), strict=True) if there.all()}
    assert np.isfinite(found).all(axis=1).tolist() == np.isfinite(found).any(axis=1).tolist()
    zero = set() if log else {"zero"}
    assert said == {"good", "longer than is read", "fewest", "unknown zero", *zero}
    np.testing.assert_array_equal(found[0], found[1])


def test_a_row_does_not_depend_on_those_beside_it() -> None:
    model = following_model([walk(300)], cell="lstm", layers=2)
    cut = [walk(300, seed=i).until(n) for i, n in enumerate((300, 10, 40, 11))]
    alone = np.concatenate([by_the_file(model, [s]) for s in cut])
    np.testing.assert_allclose(by_the_file(model, cut), alone, rtol=1e-6)


def test_the_checker_takes_the_file_and_the_same_model_is_the_same_bytes() -> None:
    onnx = pytest.importorskip("onnx")
    model = following_model([walk(300)], cell="gru", members=2, season=7)
    data = onnx_model(model)
    found = onnx.load_from_string(data)
    onnx.checker.check_model(found, full_check=True)
    assert (found.ir_version, found.opset_import[0].version) == (9, 17)
    assert onnx_model(model) == data


def test_a_model_that_sees_columns_is_refused_by_their_names() -> None:
    model = following_model([with_columns(300)], lookback=12, **COLUMNS)
    with pytest.raises(UsageError, match="'volume', 'market', 'event'"):
        onnx_model(model)
