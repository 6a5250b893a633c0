"""The metrics.json document: its keys, its agreement with the naked measures, and that it is always JSON."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast import metrics
from rnn_forecast.scores.comparison import span_of
from rnn_forecast.scores.outcomes import skill
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.scores import score, verdict_line

SPAN = ("2024-01-02", "2024-03-01")  # what was forecast; a caller knows


def pairs_of(
    tickers: int = 1, windows: int = 60, horizon: int = 3, *, skilled: float = 0.0, seed: int = 0
) -> Pairs:
    """Random walks; `skilled` is how much of the coming change the network knows."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(2, 3000, (tickers, 1))
    prices = level * np.exp(np.cumsum(rng.normal(0, 0.01, (tickers, windows + horizon)), axis=1))
    last = prices[:, :windows].ravel()
    actual = np.stack([prices[:, k : windows + k].ravel() for k in range(1, horizon + 1)], axis=1)
    network = (
        last[:, None] + skilled * (actual - last[:, None]) + rng.normal(0, 1e-3, actual.shape) * last[:, None]
    )
    scales = np.array([metrics.training_scale(row) for row in prices])
    interval = {80.0: (network * 0.98, network * 1.02), 95.0: (network * 0.97, network * 1.03)}
    return Pairs(
        tickers=tuple(f"T{i}" for i in range(tickers)),
        ticker=np.repeat(np.arange(tickers), windows),
        origin=np.tile(
            np.datetime64("2024-01-01", "s") + np.arange(windows) * np.timedelta64(1, "D"), tickers
        ),
        actual=actual,
        forecast=network,
        last=last,
        drift=last[:, None] * (1 + 1e-4 * np.arange(1, horizon + 1)),
        scale=scales[:, 0],
        rms_scale=scales[:, 1],
        intervals=interval,
        naive_intervals={80.0: (network * 0.96, network * 1.04), 95.0: (network * 0.9, network * 1.1)},
    )


def strict(document: dict) -> dict:
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    return document


def test_the_document_has_the_contracts_keys():
    document = strict(score(pairs_of(2), model="m", span=SPAN))
    assert {
        "model",
        "tickers",
        "windows",
        "from",
        "to",
        "scores",
        "by_step",
        "skill",
        "intervals",
        "per_ticker",
    } <= set(document)
    measures = {"rmse", "mae", "mape", "smape", "mase", "rmsse", "directional_accuracy"}
    for part in (document, *document["by_step"]):
        assert {name: set(row) for name, row in part["scores"].items()} == dict.fromkeys(
            ["forecast", "last_value", "drift"], measures
        )
    assert [row["step"] for row in document["by_step"]] == [1, 2, 3]
    assert {"against", "rmse_ratio", "dm_p_value", "verdict"} <= set(document["skill"])
    assert document["skill"]["against"] == "last_value"
    assert set(document["intervals"]) == {"80", "95"}
    assert {"coverage", "mean_width", "winkler"} <= set(document["intervals"]["80"])
    assert [set(row) for row in document["per_ticker"]] == [
        {
            "ticker",
            "windows",
            "rmse_ratio",
            "dm_p_value",
            "verdict",
            "q_value",
            "coverage",
            "interval_tests",
            "risk_tests",
        }
    ] * 2
    assert {"q_value", "against"} <= set(document["by_step"][0]["skill"])
    assert (document["tickers"], document["windows"]) == (2, 120)
    assert (document["from"], document["to"]) == SPAN


def test_numbers_are_those_of_the_naked_measures():
    j = pairs_of(3)
    document = score(j, model="m", span=SPAN)
    for step, row in enumerate(document["by_step"]):
        actual, network = j.actual[:, step], j.forecast[:, step]
        want = {
            "rmse": metrics.rmse(actual, network),
            "mape": metrics.mape(actual, network),
            "mase": metrics.mase(actual, network, j.scale[j.ticker]),
            "rmsse": metrics.rmsse(actual, network, j.rms_scale[j.ticker]),
            "directional_accuracy": metrics.directional_accuracy(actual, network, j.last),
        }
        got = row["scores"]["forecast"]
        assert {name: got[name] for name in want} == pytest.approx(want)
    low, high = j.intervals[80.0]
    part = document["intervals"]["80"]
    assert part["winkler"] == pytest.approx(metrics.winkler(j.actual, low, high, 80))
    assert part["by_step"][1]["coverage"] == metrics.coverage(j.actual[:, 1], low[:, 1], high[:, 1])
    assert part["last_value"]["mean_width"] > part["mean_width"]
    assert part["winkler_ratio"] < 1
    assert sum(part["pinball"].values()) == pytest.approx(part["winkler"] * 0.1)  # 20 % outside, halved


def test_one_tickers_skill_is_in_price_units():
    j = pairs_of(1)
    document = score(j, model="m", span=SPAN)
    rmse = {name: row["rmse"] for name, row in document["scores"].items()}
    assert document["skill"]["rmse_ratio"] == pytest.approx(rmse["forecast"] / rmse["last_value"])
    d = (np.square(j.actual - j.forecast) - np.square(j.actual - j.last[:, None])).mean(axis=1)
    assert document["skill"]["dm_p_value"] == pytest.approx(skill.diebold_mariano(d, 3))
    evaluation = {key: document["skill"][key] for key in ("rmse_ratio", "dm_p_value", "verdict")}
    evaluation["q_value"] = evaluation["dm_p_value"]  # of one test
    (row,) = document["per_ticker"]
    assert row.pop("coverage") == {level: document["intervals"][level]["coverage"] for level in ("80", "95")}
    p_values = {"p_coverage", "p_clusters", "p_conditional", "p_dynamic"}
    tests = {level: document["intervals"][level]["tests"] for level in ("80", "95")}
    assert row.pop("interval_tests") == {
        level: {p: found[p] for p in p_values} for level, found in tests.items()
    }
    assert row.pop("risk_tests") == {}  # nothing is known of whole distributions
    assert row == pytest.approx({"ticker": "T0", "windows": 60, **evaluation})


def test_the_dearest_share_does_not_rule_the_verdict():
    """Nine shares forecast well and one of a hundred thousand times the price badly."""
    good, bad = pairs_of(9, skilled=0.3), pairs_of(1, skilled=-0.3, seed=1)
    factor = 1e5
    both = replace(
        good,
        tickers=(*good.tickers, "DEAR"),
        ticker=np.concatenate([good.ticker, bad.ticker + 9]),
        origin=np.concatenate([good.origin, bad.origin]),
        **{
            name: np.concatenate([getattr(good, name), getattr(bad, name) * factor])
            for name in ("actual", "forecast", "last", "drift", "scale", "rms_scale")
        },
        intervals={},
        naive_intervals={},
    )
    document = strict(score(both, model="m", span=SPAN))
    assert document["scores"]["forecast"]["rmse"] > document["scores"]["last_value"]["rmse"]
    assert document["skill"]["verdict"] == "better"
    assert document["skill"]["rmse_ratio"] == pytest.approx(
        document["scores"]["forecast"]["rmsse"] / document["scores"]["last_value"]["rmsse"]
    )
    assert "RMSSE: better than last value" in verdict_line(document)
    assert [row["verdict"] for row in document["per_ticker"]][-1] == "worse"


@pytest.mark.parametrize(("skilled", "verdict"), [(0.2, "better"), (-0.2, "worse")])
def test_skill_is_found_where_it_is(skilled, verdict):
    document = score(pairs_of(1, 200, 1, skilled=skilled), model="m", span=SPAN)
    assert document["skill"]["verdict"] == verdict
    assert document["skill"]["against_drift"]["verdict"] == verdict
    assert (document["skill"]["pt_p_value"] < 0.05) == (skilled > 0)


def test_a_forecast_shrunk_to_the_last_value_is_no_better_and_never_nan():
    j = pairs_of(2)
    shrunk = np.repeat(np.exp(np.log(j.last))[:, None], 3, axis=1)  # the last value, but for rounding
    document = strict(score(replace(j, forecast=shrunk), model="m", span=SPAN))
    for part in (document["skill"], *document["per_ticker"], *(row["skill"] for row in document["by_step"])):
        assert (part["rmse_ratio"], part["dm_p_value"], part["verdict"]) == (1.0, None, "same forecast")
    assert document["scores"]["forecast"]["directional_accuracy"] == 0.5
    assert document["skill"]["pt_p_value"] == 1.0
    assert verdict_line(document).endswith("RMSSE: same forecast as last value")


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 12),
    st.integers(1, 4),
    st.sampled_from(["flat", "no scale", "exact", "no interval", "zero"]),
)
def test_it_is_json_whatever_comes(tickers, windows, horizon, odd):
    j = pairs_of(tickers, windows, horizon)
    flat = np.repeat(j.last[:, None], horizon, axis=1)
    j = {
        "flat": lambda: replace(j, actual=flat),
        "no scale": lambda: replace(j, scale=np.full(tickers, math.nan), rms_scale=np.zeros(tickers)),
        "exact": lambda: replace(j, actual=flat, forecast=flat, drift=flat),
        "no interval": lambda: replace(j, intervals={95.0: (flat * math.nan, flat * math.nan)}),
        "zero": lambda: replace(j, actual=flat * 0, last=j.last * 0),
    }[odd]()
    document = strict(score(j, model="m", span=SPAN))
    assert verdict_line(document)
    assert document["skill"]["verdict"] in ("same forecast", "too few to say")


def test_bands_of_some_steps_only_are_scored_where_they_are():
    j = pairs_of(1)
    low, high = (side.copy() for side in j.intervals[80.0])
    low[:, 2], high[:, 2] = math.nan, math.nan
    part = score(replace(j, intervals={80.0: (low, high)}), model="m", span=SPAN)["intervals"]["80"]
    assert [row["coverage"] is None for row in part["by_step"]] == [False, False, True]
    assert part["by_step"][2]["windows"] == 0
    assert part["coverage"] == metrics.coverage(j.actual[:, :2], low[:, :2], high[:, :2])


def test_windows_may_come_in_any_order_and_prices_in_any_unit():
    j = pairs_of(3, 40)
    order = np.random.default_rng(1).permutation(120)
    rows = {
        name: getattr(j, name)[order] for name in ("ticker", "origin", "actual", "forecast", "last", "drift")
    }
    shuffled = score(replace(j, **rows, intervals={}, naive_intervals={}), model="m", span=SPAN)
    whole = score(replace(j, intervals={}, naive_intervals={}), model="m", span=SPAN)
    for row in (*shuffled["per_ticker"], *whole["per_ticker"]):
        assert [row.pop(name) for name in ("coverage", "interval_tests", "risk_tests")] == [{}, {}, {}]
    assert shuffled["per_ticker"] == [pytest.approx(row) for row in whole["per_ticker"]]
    cents = {
        name: getattr(j, name) * 100 for name in ("actual", "forecast", "last", "drift", "scale", "rms_scale")
    }
    in_cents = score(replace(j, **cents, intervals={}, naive_intervals={}), model="m", span=SPAN)
    for key in ("rmse_ratio", "dm_p_value", "verdict"):
        assert in_cents["skill"][key] == pytest.approx(whole["skill"][key])
        assert shuffled["skill"][key] == pytest.approx(whole["skill"][key])


def test_row_numbers_serve_as_dates():
    document = strict(score(replace(pairs_of(1), origin=np.arange(5, 65)), model="m", span=(6, 65)))
    dated = strict(score(pairs_of(1), model="m", span=SPAN))
    assert (document["from"], document["to"]) == (6, 65)
    assert document["skill"] == dated["skill"]


def test_the_span_is_from_the_first_to_the_last_date_that_was_forecast():
    days = np.array([["2024-01-03", "2024-01-04"], ["2024-01-02", "2024-01-03"]], "datetime64[s]")
    assert span_of([days[:1], days[1:]]) == ("2024-01-02", "2024-01-04")
    assert span_of([np.array([[5, 6], [9, 10]])]) == (5, 10)


def test_origins_that_do_not_overlap_are_tested_as_such():
    j = pairs_of(1, 60, 3)
    d = (np.square(j.actual - j.forecast) - np.square(j.actual - j.last[:, None])).mean(axis=1)
    for every, overlap in ((1, 3), (2, 2), (3, 1), (4, 1)):  # every second: a row is shared with the next
        document = score(j, model="m", span=SPAN, every=every)
        for part in (document["skill"], *document["per_ticker"]):
            assert part["dm_p_value"] == pytest.approx(skill.diebold_mariano(d, overlap))


def test_the_direction_of_many_tickers_is_tested_by_days():
    j = pairs_of(1, 60, 1, skilled=0.05)
    many = {
        name: np.tile(getattr(j, name), (30,) + (1,) * (getattr(j, name).ndim - 1))
        for name in ("origin", "actual", "forecast", "last", "drift")
    }
    j = Pairs(
        tickers=tuple(f"T{i}" for i in range(30)), ticker=np.repeat(np.arange(30), 60),
        scale=np.repeat(j.scale, 30), rms_scale=np.repeat(j.rms_scale, 30), **many,
    )  # fmt: skip
    up, said = (table[:, 0] > j.last for table in (j.actual, j.forecast))
    p_value = score(j, model="m", span=SPAN)["skill"]["pt_p_value"]
    assert p_value == pytest.approx(skill.pooled_direction(up, said, j.origin))
    assert p_value > 10 * skill.pesaran_timmermann(up, said)


def test_shapes_that_do_not_fit_are_refused():
    j = pairs_of(2)
    for wrong in (
        {"forecast": j.forecast[:, :2]},
        {"last": j.last[:-1]},
        {"scale": j.scale[:1]},
        {"intervals": {80.0: (j.forecast[:-1], j.forecast[:-1])}},
    ):
        with pytest.raises(ValueError, match=r"must have|needs"):
            replace(j, **wrong)


def test_coverage_stands_for_each_ticker_too() -> None:
    """One whose bands hold nothing, one whose hold all, one that has none in half of its cells."""
    j = pairs_of(3, 40)
    holds = np.array([False, True, True])[j.ticker][:, None]
    low, high = np.where(holds, j.actual - 1, j.actual + 1), np.where(holds, j.actual + 1, j.actual + 2)
    low[(j.ticker == 2) & (np.arange(120) % 2 == 0)] = np.nan
    low[(j.ticker == 2) & (np.arange(120) % 4 == 1)] += 1.5
    document = strict(
        score(replace(j, intervals={80.0: (low, high)}, naive_intervals={}), model="m", span=SPAN)
    )
    assert [row["coverage"] for row in document["per_ticker"]] == [{"80": 0.0}, {"80": 1.0}, {"80": 0.5}]
    none = replace(j, intervals={80.0: (np.full_like(low, np.nan),) * 2}, naive_intervals={})
    assert [row["coverage"] for row in score(none, model="m", span=SPAN)["per_ticker"]] == [{"80": None}] * 3
