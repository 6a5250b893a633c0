"""Scores of past forecasts: by hand, and against the tests that they rest on."""

import numpy as np
import pytest
from scipy import stats

from rnn_forecast.metrics.coverage_tests import kupiec
from rnn_forecast.record.past_scores import Came, track_record
from rnn_forecast.scores.outcomes.skill import diebold_mariano

RNG = np.random.default_rng(5)


def came(n: int, tickers: tuple[str, ...] = ("A",), steps: int = 1, *, skill: float = 0.0) -> Came:
    """n origins of each ticker and step, in the record's order; an 80 % band that holds."""
    shape = [(t, o, s) for t in tickers for o in range(n) for s in range(1, steps + 1)]
    day = [str(d) for d in np.datetime64("2024-01-01") + np.arange(n + steps)]
    actual = RNG.normal(0, 0.01, len(shape))
    moments = [(t, day[o], s, day[o + s]) for t, o, s in shape]
    columns = tuple(zip(*moments, strict=True))
    return Came.of(columns, skill * actual, actual, **{"80": (np.abs(actual) > 0.0128155).astype(float)})


def test_the_last_value_is_the_last_value() -> None:
    found = track_record(came(100))
    assert [part["rows"] for part in found["latest"]] == [20, 60, 250, None]
    (step,) = found["latest"][-1]["steps"]
    assert (step["rmse_ratio"], step["dm_p_value"], step["verdict"]) == (1.0, 1.0, "no better")
    assert step["outcomes"] == step["days"] == 100


def test_skill_is_seen_and_tested_as_everywhere_else() -> None:
    one = came(300, skill=0.5)
    (step,) = track_record(one)["latest"][-1]["steps"]
    assert step["rmse_ratio"] == pytest.approx(0.5)
    assert step["rmse_last_value"] == pytest.approx(100 * np.sqrt(np.mean(one.actual**2)))
    expected = diebold_mariano((0.25 - 1) * one.actual**2 / np.mean(one.actual**2), loss=1.0)
    assert step["dm_p_value"] == pytest.approx(expected)
    assert step["verdict"] == "better"


def test_of_several_tickers_the_ratio_is_of_the_errors_that_are_tested() -> None:
    """A restless ticker's small gain hides in percent how far the forecasts of a calm one were off."""
    days = [f"{day:03}" for day in range(250)]
    rng = np.random.default_rng(1)
    moves = rng.normal(0, 1, (2, 250)) * [[0.05], [0.001]]
    said = np.stack([0.05 * moves[0], rng.normal(0, 0.003, 250)])
    both = Came.of((["A"] * 250 + ["B"] * 250, days * 2, [1] * 500, days * 2), said.ravel(), moves.ravel())
    (step,) = track_record(both)["latest"][-1]["steps"]
    assert step["rmse"] < step["rmse_last_value"]
    squares = ((moves - said) ** 2).mean(axis=1) / (moves**2).mean(axis=1)  # by ticker
    assert step["rmse_ratio"] == pytest.approx(np.sqrt(squares.mean()))
    assert step["rmse_ratio"] > 1 and step["verdict"] == "worse" and step["dm_p_value"] < 0.001


def test_the_latest_rows_are_the_latest_of_each_ticker_and_step() -> None:
    one = came(80, ("A", "B"), 2)
    latest = track_record(one)["latest"]
    assert [step["outcomes"] for part in latest for step in part["steps"]] == [40] * 2 + [120] * 2 + [160] * 4
    (first, _) = latest[0]["steps"]
    last = (one.step == 1) & (one.origin >= 60)
    assert first["rmse_last_value"] == pytest.approx(100 * np.sqrt(np.mean(one.actual[last] ** 2)))


def test_coverage_of_one_ticker_is_tested_on_outcomes_that_do_not_overlap() -> None:
    one = came(100, steps=2)
    for step in track_record(one)["by_ticker"][0]["steps"]:
        missed = one.missed["80"][one.step == step["step"]]
        (cover,) = step["coverage"]
        assert cover["held"] == pytest.approx(100 * (1 - missed.mean()))
        assert cover["p_value"] == pytest.approx(kupiec(missed[:: step["step"]] > 0, 0.2))


def test_five_hundred_tickers_of_one_day_are_no_five_hundred_days() -> None:
    """All move as one: a count of cells would be sure, the days are not."""
    alone = came(40, skill=-0.1)
    moments = [(f"T{n:02}", f"{o:02}", 1, f"{o + 1:02}") for n in range(50) for o in range(40)]
    columns = tuple(zip(*moments, strict=True))
    together = Came.of(
        columns, np.tile(alone.forecast, 50), np.tile(alone.actual, 50),
        **{"80": np.tile(alone.missed["80"], 50)},
    )  # fmt: skip
    (one,), (all_,) = (track_record(x)["latest"][-1]["steps"] for x in (alone, together))
    assert all_["dm_p_value"] == pytest.approx(one["dm_p_value"])
    assert all_["coverage"][0]["p_value"] > 0.01


def test_bands_of_several_tickers_that_all_held_are_no_proof_of_bad_bands() -> None:
    """At 95 %, that is what two tickers and 20 days often give; 200 days without a miss are another thing."""
    for days, sure in ((20, False), (200, True)):
        one = came(days, ("A", "B"))
        one.missed["80"][:] = 0
        held = Came(**(vars(one) | {"missed": {"95": one.missed["80"]}}))
        (step,) = track_record(held)["latest"][-1]["steps"]
        (cover,) = step["coverage"]
        z = -0.05 / np.sqrt(0.05 * 0.95 / days)  # a day counts as one band, for all days are alike
        assert cover["p_value"] == pytest.approx(2 * stats.t.sf(-z, days - 1))
        assert (cover["p_value"] < 0.01) is sure


def test_the_days_that_broke_the_most_bands() -> None:
    one = came(10, ("A", "B"))
    one.missed["80"][:] = 0
    one.missed["80"][[2, 12, 5]] = 1
    one.missed["80"][7] = np.nan
    assert track_record(one)["days"] == [
        {"date": "2024-01-04", "broken": 2, "bands": 2},
        {"date": "2024-01-07", "broken": 1, "bands": 2},
    ]


def test_nothing_has_come_yet() -> None:
    none = Came.of(([], [], [], []), np.empty(0), np.empty(0))
    assert track_record(none) == {
        "latest": [{"rows": rows, "steps": []} for rows in (20, 60, 250, None)], "by_ticker": [], "days": [],
    }  # fmt: skip
