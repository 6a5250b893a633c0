"""Where a column tells of the next price, a network that sees it is better, and without it no better."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from toys import walk

from rnn_forecast.fitting.fit import fit_model
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.model.model import Model
from rnn_forecast.prices import Decisions
from rnn_forecast.prices.series import Ahead, Column, PriceSeries
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.leak_audit import audit
from rnn_forecast.windows.dataset import make_dataset

pytestmark = pytest.mark.keras

SMALL = {"lookback": 10, "units": 8, "epochs": 25}


def moved(moves: np.ndarray, name: str, column: Column) -> PriceSeries:
    s = walk(len(moves))
    return replace(s, prices=100 * np.exp(np.cumsum(moves)), columns={name: column})


def led(role: str, n: int = 1500) -> PriceSeries:
    """The next return is 0.8 of the column, or of the market's last return, and noise that is smaller."""
    rng = np.random.default_rng(0)
    lead = rng.normal(0, 0.01, n)
    moves = np.r_[0, 0.8 * lead[:-1]] + rng.normal(0, 0.005, n)
    if role == "market":
        return moved(moves, "market", Column(50 * np.exp(np.cumsum(lead)), "market"))
    return moved(moves, "lead", Column(lead, "past"))


def flagged(n: int = 1500, ahead: int = 6) -> PriceSeries:
    """On flagged days, one of ten, the price moves up by 3 %; beside a noise of 1 %."""
    rng = np.random.default_rng(0)
    event = (rng.random(n + ahead) < 0.1).astype(float)
    s = moved(0.03 * event + rng.normal(-0.003, 0.01, n + ahead), "event", Column(event, "known"))
    return replace(s, ahead=Ahead(s.dates[:0], {"event": s.prices[:0]})).until(n)


def trained(s: PriceSeries, **choices: object) -> Model:
    dataset = make_dataset([s], with_choices(Recipe(), {**SMALL, **choices}))
    return fit_model(dataset, Decisions(), on_epoch=lambda epoch: None).model


def skill(model: Model, s: PriceSeries) -> tuple[str, float]:
    found = evaluation_of(model, [s], "toy").metrics["skill"]
    return found["verdict"], found["rmse_ratio"]


@pytest.mark.parametrize(
    ("role", "choices"),
    [
        ("past", {"past": ("lead",)}),
        ("past", {"past": ("lead",), "skip": False, "cell": "gru"}),
        ("market", {"market": "M"}),
    ],
)
def test_a_column_of_the_past_that_leads_the_price_halves_the_error(role, choices):
    s = led(role)
    verdict, ratio = skill(trained(s, **choices), s)  # 0.53 is the best that can be
    assert verdict == "better"
    assert ratio < 0.6
    verdict, ratio = skill_without_columns(role)
    assert verdict != "better"
    assert ratio > 0.97


@cache
def skill_without_columns(role: str) -> tuple[str, float]:
    return skill(trained(led(role)), led(role))


def test_a_flag_that_is_known_ahead_is_followed_step_by_step_and_beyond_the_horizon():
    s = flagged()
    model = trained(s, known=("event",), horizon=3, epochs=60, members=2)
    evaluation = evaluation_of(model, [s], "toy")
    assert evaluation.metrics["skill"]["verdict"] == "better"
    assert evaluation.metrics["skill"]["rmse_ratio"] < 0.85
    assert audit(model, [s], evaluation).changed == 0
    assert skill(trained(s, horizon=3), s)[1] > 0.97
    moves = np.diff(np.log(forecast(model, [s], 6).forecast), prepend=np.log(s.prices[-1]))
    flags = s.ahead.columns["event"]
    assert 0 < flags.sum() < 6
    assert moves[flags == 1].min() > moves[flags == 0].max() + 0.005
    none = replace(s, ahead=replace(s.ahead, columns={"event": 0 * flags}))
    assert forecast(model, [none], 6).forecast[-1] < forecast(model, [s], 6).forecast[-1]
