"""The verbs from Python: the same numbers as the verbs themselves, and results that show themselves."""

import json
import logging
import warnings
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pandas as pd
import pytest
from toys import fit_by_hash, small_recipe, walk

import rnn_forecast as rf
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.prices import ReadOptions
from rnn_forecast.python.keywords import KEYS, READING, Choices
from rnn_forecast.recipe import Recipe, to_toml
from rnn_forecast.verbs.backtest import backtest
from rnn_forecast.verbs.evaluate import evaluate
from rnn_forecast.verbs.predict import predict
from rnn_forecast.windows.rolling_origins import Plan

SERIES = walk(300, seed=1, ticker="A")
FRAME = pd.DataFrame({"ticker": "A", "date": SERIES.dates, "price": SERIES.prices})
SMALL: Any = {"lookback": 12, "horizon": 2, "units": 4, "shrink": False}


@pytest.fixture(autouse=True)
def without_keras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fit_module, "fit_members", fit_by_hash)
    monkeypatch.chdir(tmp_path)
    FRAME.to_csv("A.csv", index=False)


def test_a_frame_and_its_file_give_the_same_model_and_forecast() -> None:
    of_frame, of_file = (rf.train(prices, **SMALL) for prices in (FRAME, "A.csv"))
    assert of_frame.metrics == of_file.metrics
    weights = [(one.folder / "weights.safetensors").read_bytes() for one in (of_frame, of_file)]
    assert weights[0] == weights[1]
    want = predict(["A.csv"], ReadOptions(), of_file.folder, steps=3)
    found = rf.predict(of_frame, FRAME, steps=3)
    assert found.table["forecast"].tolist() == want.table.forecast.tolist()
    assert found.table["lo_80"].tolist() == want.table.intervals["80"][0].tolist()
    assert list(found.table.columns) == [
        "ticker", "origin", "step", "date", "forecast", "last", "lo_80", "hi_80", "lo_95", "hi_95"
    ]  # fmt: skip


def test_scores_are_those_of_the_verbs() -> None:
    model = rf.train(FRAME, model="m", **SMALL)
    assert model.folder == Path("m")
    assert json.loads(Path("m/metrics.json").read_text()) == model.metrics
    want = evaluate(["A.csv"], ReadOptions(), Path("m"))
    found = rf.evaluate("m", FRAME)
    assert found.metrics == want.metrics == model.metrics
    pd.testing.assert_frame_equal(model.table, found.table, rtol=1e-8)  # nine digits in the file
    alone = backtest(["A.csv"], ReadOptions(), small_recipe(shrink=False), plan=Plan(20, 1, 10))
    rolled = rf.backtest(FRAME, origins=20, refit_every=10, **SMALL)
    assert rolled.metrics == alone.metrics
    assert alone.table.actual is not None
    assert rolled.table["actual"].tolist() == alone.table.actual.tolist()


def test_a_recipe_its_file_and_its_keys() -> None:
    Path("r.toml").write_text(to_toml(small_recipe(shrink=False)))
    each: list[Any] = [
        {"recipe": "r.toml"}, {"recipe": Path("r.toml")}, {"recipe": small_recipe(shrink=False)}, SMALL,
        {"recipe": Recipe(), **SMALL},
    ]  # fmt: skip
    assert len({json.dumps(rf.train(FRAME, **words).metrics) for words in each}) == 1


def test_a_model_that_is_not_saved_goes_with_its_object_and_one_that_is_stays() -> None:
    model = rf.train(FRAME, **SMALL)
    place, kept = model.folder, model.save("kept")
    del model
    assert not place.exists()
    assert kept.folder == Path("kept")
    assert rf.predict(kept, FRAME).summary == rf.predict("kept", FRAME).summary
    with pytest.raises(rf.OutputError):
        kept.save("A.csv")


def test_results_say_what_they_are_in_a_few_lines() -> None:
    model = rf.train(FRAME, **SMALL)
    for one in (model, rf.predict(model, FRAME), rf.evaluate(model, FRAME), rf.prepare(FRAME)):
        assert repr(one) == one.summary
        assert 1 <= len(repr(one).splitlines()) <= 4
        assert len(repr(one)) < 500
        assert "<pre>" in one._repr_html_()
    assert repr(rf.predict(model, FRAME)).startswith("A 2020-10-27: ")
    assert repr(model).startswith("forecast ")
    for shown in (model, rf.predict(model, FRAME)):
        assert '<img alt="' in shown._repr_html_()
        assert (shown.picture() or b"").startswith(b"<?xml")


def test_names_are_shown_and_not_obeyed() -> None:
    hostile = FRAME.assign(ticker="<script>alert(1)</script>")
    shown = rf.predict(rf.train(hostile, **SMALL), hostile)._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown


def test_prices_that_may_be_wrong_warn_and_notices_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    odd = FRAME.assign(price=np.where(np.arange(300) == 150, FRAME["price"] * 100, FRAME["price"]))
    with pytest.warns(rf.PriceWarning, match="A"):
        rf.prepare(odd)
    model = rf.train(FRAME, **SMALL)
    with caplog.at_level(logging.INFO, "rnn_forecast"), warnings.catch_warnings():
        warnings.simplefilter("error")
        rf.predict(model, FRAME)
    assert "the last price is of 26 October 2020." in caplog.text


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"epoch": 3}, rf.UsageError, "'epoch'. Did you mean epochs"),
        ({"zzz": 3}, rf.UsageError, "there is no keyword 'zzz'. There are: model, recipe, allow_last_jump"),
        ({"epochs": 0}, rf.RecipeError, "training.epochs must be a whole number, at least 1"),
        ({"cell": "rnn"}, rf.RecipeError, "network.cell must be"),
        ({"price_column": "cost"}, rf.DataError, "cost"),
        ({"recipe": "no.toml"}, rf.InputError, "no.toml"),
        (
            {"recipe": ["a.toml", "b.toml"]},
            rf.UsageError,
            "recipe must be a rf.Recipe or its file, got a list",
        ),
        ({"calendar": "XNYZ"}, rf.UsageError, "there is no calendar 'XNYZ'"),
        ({"holidays": ["Christmas"]}, rf.UsageError, "holidays must be a file or dates"),
        ({"holidays": "no.txt"}, rf.InputError, "no.txt: there is no such file"),
    ],
)
def test_errors_are_exceptions_that_say_what_to_do(words: Any, error: type, said: str) -> None:
    with pytest.raises(error) as caught:
        rf.train(FRAME, **words)
    assert said in str(caught.value)
    assert isinstance(caught.value, rf.ForecastError)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"levels": 80}, "levels: must be a list"),
        ({"levels": (0.0,)}, "levels: must be a list"),
        ({"levels": (100,)}, "levels: must be a list"),
        ({"levels": ("a",)}, "got ('a',)"),
        ({"levels": (80, 80)}, "levels: must be a list"),
        ({"quantiles": (2,)}, "quantiles: must be"),
        ({"risk": (float("nan"),)}, "risk: must be"),
        ({"steps": 0}, "steps must be a whole number, at least 1, got 0"),
        ({"steps": -1}, "got -1"),
        ({"steps": 2.5}, "got 2.5"),
        ({"steps": "3"}, "got '3'"),
    ],
)
def test_numbers_that_cannot_be_asked_for(words: Any, said: str) -> None:
    with pytest.raises(rf.UsageError) as caught:
        rf.predict("no model is needed to say so", FRAME, **words)
    assert said in str(caught.value)


def test_an_unknown_keyword_is_told_the_verb_s_own() -> None:
    with pytest.raises(rf.UsageError, match="Did you mean quantiles"):
        rf.predict("m", FRAME, quantile=[0.1])  # type: ignore[call-arg]
    with pytest.raises(rf.UsageError, match="There are: since, until, audit, any_ticker, allow_last"):
        rf.evaluate("m", FRAME, zzz=1)  # type: ignore[call-arg]
    with pytest.raises(rf.UsageError, match="Did you mean origins"):
        rf.backtest(FRAME, origin=3)  # type: ignore[call-arg]


def test_a_folder_is_told_apart_from_its_files() -> None:
    Path("prices").mkdir()
    with pytest.raises(rf.InputError, match=r"prices is a folder, not a file\. Name the files in it\."):
        rf.prepare("prices")


def test_days_without_trade_are_a_file_or_dates() -> None:
    model = rf.train(FRAME, **SMALL)
    first, second = rf.predict(model, FRAME, steps=2).table["date"]
    Path("holidays.txt").write_text(f"{first:%Y-%m-%d}\n")
    for holidays in ("holidays.txt", Path("holidays.txt"), [f"{first:%Y-%m-%d}"], [first.date()], [first]):
        assert rf.predict(model, FRAME, holidays=holidays).table["date"][0] == second
    assert rf.predict(model, FRAME, calendar="24/7").table["date"][0] == first


def test_the_words_are_the_recipe_s_keys_and_the_options_of_reading() -> None:
    sections: list[Any] = [field.annotation for field in Recipe.model_fields.values()]
    keys = {name: one.annotation for section in sections for name, one in section.model_fields.items()}
    assert set(keys) == KEYS
    beside = {"optional", "past", "known"}  # past and known are the recipe's
    assert set(ReadOptions.__dataclass_fields__) - beside == READING
    hints = get_type_hints(Choices)
    for name, kind in keys.items():
        assert hints[name] == kind or "tuple" in str(kind)


def test_the_package_says_what_it_has_and_loads_it_late() -> None:
    assert set(dir(rf)) == set(rf.__all__)
    assert all(getattr(rf, name) is not None for name in rf.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'fit'"):
        _ = rf.fit
