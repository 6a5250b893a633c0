"""When there is a verdict, which one, and how it is said."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from test_scores import SPAN, pairs_of, strict

from rnn_forecast.scores.outcomes import skill
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.scores import score, verdict_line


@pytest.mark.parametrize(
    ("network", "last", "p_value", "ours", "theirs", "chance"),
    [
        (2.013, 2.009, 0.41, "2.013", "2.009", "p = 0.41"),
        (2.0134, 2.0131, 0.051, "2.0134", "2.0131", "p = 0.051"),  # as many digits as tell them apart
        (2.0, 2.0, 1.0, "2.000", "2.000", "p = 1.00"),
        (0.00012, 0.00013, 0.0002, "0.0001200", "0.0001300", "p < 0.001"),
        (12_345.6, 12_345.6, 0.001, "12346", "12346", "p = 0.001"),
        (1.0, 0.0, 0.095, "1.000", "0", "p = 0.10"),
        (1.23456789, 1.23456788, 0.0949, "1.234568", "1.234568", "p = 0.095"),  # no more than seven digits
        (1e-6, 1.23456e-7, 0.5, "0.000001000", "1.23e-07", "p = 0.50"),
        (1e15, 9.99e14, 0.5, "1e+15", "999000000000000", "p = 0.50"),
        (None, 2.0, 0.5, "-", "2.000", "p = 0.50"),
    ],
)
def test_the_verdict_in_one_line(network, last, p_value, ours, theirs, chance):
    document = {
        "tickers": 1,
        "scores": {"forecast": {"rmse": network}, "last_value": {"rmse": last}},
        "skill": {"verdict": "no better", "dm_p_value": p_value},
    }
    want = f"forecast {ours} vs last value {theirs} RMSE: no better than last value ({chance})"
    assert verdict_line(document) == want


def test_the_verdict_says_on_what_condition_it_is():
    document = score(pairs_of(1), model="m", span=SPAN)
    plain = verdict_line(document)
    document["skill"]["condition"] = "if these series have nothing to do with each other"
    assert verdict_line(document) == f"{plain}, if these series have nothing to do with each other"


def test_too_few_have_no_verdict_in_one_line():
    document = score(pairs_of(1, 6, 1, skilled=0.9), model="m", span=SPAN)
    assert verdict_line(document).endswith(
        "RMSE: too few to say (20 outcomes in 8 spans of the horizon are needed)"
    )


@pytest.mark.parametrize(
    ("windows", "horizon", "every", "said"),
    [
        (19, 1, 1, False),
        (20, 1, 1, True),
        (35, 5, 1, False),  # 39 outcomes, 7.8 spans
        (36, 5, 1, True),
        (19, 5, 5, False),
        (20, 5, 7, True),
        (15, 4, 2, False),
    ],
)
def test_a_verdict_needs_twenty_outcomes_and_eight_spans_of_the_horizon(windows, horizon, every, said):
    document = strict(score(pairs_of(1, windows, horizon, skilled=0.5), model="m", span=SPAN, every=every))
    for part in (document["skill"], document["skill"]["against_drift"], *document["per_ticker"]):
        assert (part["verdict"] != "too few to say") == said
        assert (part["dm_p_value"] is not None) == said
    if windows < 20:
        assert document["skill"]["pt_p_value"] is None


def test_a_step_is_tested_with_the_overlap_of_its_own():
    j = pairs_of(1, 100, 4)
    document = score(j, model="m", span=SPAN)
    d = np.square(j.actual - j.forecast) - np.square(j.actual - j.last[:, None])
    want = [skill.diebold_mariano(d[:, k], k + 1) for k in range(4)]
    assert [row["skill"]["dm_p_value"] for row in document["by_step"]] == pytest.approx(want)
    q_values = stats.false_discovery_control(want)
    assert [row["skill"]["q_value"] for row in document["by_step"]] == pytest.approx(list(q_values))


def test_tickers_have_q_values_and_those_that_are_the_last_value_do_not_count():
    j = pairs_of(5, 80)
    forecast = np.where((j.ticker == 2)[:, None], j.last[:, None], j.forecast)
    rows = score(replace(j, forecast=forecast), model="m", span=SPAN)["per_ticker"]
    assert (rows[2]["verdict"], rows[2]["dm_p_value"], rows[2]["q_value"]) == ("same forecast", None, None)
    others = [row for i, row in enumerate(rows) if i != 2]
    want = stats.false_discovery_control([row["dm_p_value"] for row in others])
    assert [row["q_value"] for row in others] == pytest.approx(list(want))


def last_value(j: Pairs) -> np.ndarray:
    return np.repeat(j.last[:, None], j.horizon, axis=1)


@pytest.mark.parametrize(
    ("same", "plain", "drift", "season"),
    [
        ({"forecast": last_value}, True, True, True),
        ({"drift": last_value}, False, True, False),
        ({"season": last_value}, False, False, True),
        ({"drift": lambda j: j.forecast * (1 + 1e-15)}, False, True, False),
        ({"season": lambda j: j.forecast}, False, False, True),
        ({}, False, False, False),
    ],
)
def test_where_two_of_three_forecasts_are_one_nothing_is_credited(same, plain, drift, season):
    j = pairs_of(2, 80, skilled=0.4)
    j = replace(j, drift=j.drift * 1.05, season=j.drift * 0.9)
    j = replace(j, **{name: made(j) for name, made in same.items()})
    found = score(j, model="m", span=SPAN)["skill"]
    for part, expected in (
        (found, plain),
        (found["against_drift"], drift),
        (found["against_season"], season),
    ):
        assert part["verdict"] == ("same forecast" if expected else "better")
        assert (part["dm_p_value"] is None) == expected


def test_one_step_that_is_the_last_value_is_said_of_that_step_alone():
    j = pairs_of(1, 80, skilled=0.4)
    j.forecast[:, 1] = j.last
    document = score(j, model="m", span=SPAN)
    assert [row["skill"]["verdict"] for row in document["by_step"]] == ["better", "same forecast", "better"]
    assert document["skill"]["verdict"] == "better"
