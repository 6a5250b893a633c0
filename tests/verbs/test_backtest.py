"""Rolling origins: what each forecast may know, whatever the network is; a stand-in fits it without Keras."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import fit_by_hash, random_weights, small_recipe, toy_model, walk

from rnn_forecast.errors import DataError, ModelError, OutputError, UsageError
from rnn_forecast.fitting import calibration
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.fitting.parallel_fits import fit_known
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.model.model_document import save_model
from rnn_forecast.network.history import FittedNetwork
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import with_choices
from rnn_forecast.scores.evaluation import evaluation_of
from rnn_forecast.scores.leak_audit import changed_after
from rnn_forecast.verbs.backtest import backtest, rolled
from rnn_forecast.verbs.context import Run
from rnn_forecast.windows.dataset import make_dataset
from rnn_forecast.windows.rolling_origins import Plan, datasets_of, roll

A, B = walk(300, seed=1, ticker="A"), walk(300, seed=2, ticker="B")
DAY = np.timedelta64(86_400, "s")


@pytest.fixture(autouse=True)
def without_keras(monkeypatch, request):
    if "keras" not in request.keywords:
        monkeypatch.setattr(fit_module, "fit_members", fit_by_hash)


def run_plan(series, plan, run=Run(), **choices):
    recipe = small_recipe(**{"shrink": False, **choices})
    rolling = roll(series, recipe, plan)
    return rolled(series, datasets_of(series, recipe, rolling), rolling, "toy", run)


def head(s, n):
    return PriceSeries(s.ticker, s.dates[:n], s.prices[:n])


def test_all_fits_are_measured_by_what_the_first_had_seen():
    rising = PriceSeries("A", A.dates, A.prices * np.linspace(1, 9, 300))  # later changes are larger
    found = run_plan([rising], Plan(30, 1, 10))
    assert len(found.metrics["backtest"]["models"]) == 3
    changes = np.diff(rising.prices[: found.origins[0] + 1])
    last_value = found.metrics["scores"]["last_value"]
    assert last_value["mae"] / last_value["mase"] == pytest.approx(np.abs(changes).mean())
    assert last_value["rmse"] / last_value["rmsse"] == pytest.approx(np.sqrt(np.square(changes).mean()))


@given(
    rows=st.integers(2, 400),
    horizon=st.integers(1, 9),
    origins=st.integers(1, 60),
    every=st.integers(1, 9),
    refit=st.none() | st.integers(0, 70),
    split=st.sampled_from(["date", "rows"]),
)
def test_origins_stand_every_so_many_rows_and_the_last_leaves_the_horizon(
    rows, horizon, origins, every, refit, split
):
    recipe = small_recipe(horizon=horizon, split=split)
    plan = Plan(origins, every, refit)
    if rows - horizon - every * (origins - 1) < 1:
        with pytest.raises(DataError, match=f"of {rows} rows before the first"):
            roll([walk(rows)], recipe, plan)
        return
    rolling = roll([walk(rows)], recipe, plan)
    known = rolling.known[:, 0]
    assert len(known) == origins
    assert known[-1] == rows - horizon
    assert (np.diff(known) == every).all()
    np.testing.assert_array_equal(rolling.included[:, 0], known >= 10)
    assert [j for block in rolling.blocks() for j in block] == list(range(origins))
    wanted = 1 if refit == 0 else -(-origins // refit) if refit else min(origins, 5)
    assert len(rolling.fits) == wanted or (refit is None and len(rolling.fits) < 5)


@pytest.mark.parametrize("plan", [Plan(10**17), Plan(2, 10**18), Plan(3 * 10**9, 10**9)])
def test_a_plan_of_more_origins_than_memory_holds_is_refused_at_once(plan):
    with pytest.raises(DataError, match="of 300 rows before the first"):
        roll([A], small_recipe(), plan)


def test_trust_follows_from_origin_to_origin_and_starts_anew_with_each_fit(monkeypatch):
    """As `evaluate` with the model of that fit would have it, which has seen all rows up to the fit."""
    monkeypatch.setattr(calibration, "fit_shrinkage", lambda *_: np.full(2, 0.5))
    steady = run_plan([A, B], Plan(40, 1, 20))  # shrink = false: all of the network, always
    found = run_plan([A, B], Plan(40, 1, 20), shrink=True)
    dates = np.unique(found.table.origin)

    def trust(origin):
        rows = (found.table.origin == origin) & (found.table.step == 1)
        table, whole = found.table, steady.table
        return np.log(table.forecast[rows] / table.last[rows]) / np.log(
            whole.forecast[rows] / whole.last[rows]
        )

    for first in (dates[0], dates[20]):
        np.testing.assert_allclose(trust(first), 0.5, rtol=1e-4)
    for later in (dates[10], dates[30]):
        assert (np.abs(trust(later) - 0.5) > 1e-3).all()


def test_without_a_wish_a_fifth_of_the_rows_are_origins_and_there_are_five_fits():
    rolling = roll([walk(300)], small_recipe(), Plan())
    assert (len(rolling.known), rolling.fits.tolist()) == (60, [0, 12, 24, 36, 48])
    assert len(roll([walk(5000)], small_recipe(), Plan()).known) == 250
    assert len(roll([walk(300)], small_recipe(), Plan(every=7)).known) == 8


@pytest.mark.parametrize(
    ("normalize", "choices"),
    [
        ("window", {}),
        ("zscore", {}),
        ("window", {"patience": 0}),
        ("zscore", {"split": "rows"}),
        ("zscore", {"shrink": True}),
    ],
)
def test_no_forecast_knows_a_price_after_its_origin(normalize, choices, monkeypatch):
    """Every later price changed, refits and all: all that was forecast up to there stays to the bit."""
    monkeypatch.setattr(calibration, "fit_shrinkage", lambda *_: np.full(2, 0.5))  # trust moves from there
    plan = Plan(40, 2, 10)
    before = run_plan([A, B], plan, normalize=normalize, **choices)
    for cut in (np.unique(before.origins)[0], 250, 297):
        date = A.dates[cut]
        shaken = [changed_after(s, date, np.random.default_rng(i)) for i, s in enumerate([A, B])]
        after = run_plan(shaken, plan, normalize=normalize, **choices)
        known = before.table.origin <= date
        assert known.any()
        np.testing.assert_array_equal(before.table.forecast[known], after.table.forecast[known])
        for level, (low, high) in before.table.intervals.items():
            np.testing.assert_array_equal(low[known], after.table.intervals[level][0][known])
            np.testing.assert_array_equal(high[known], after.table.intervals[level][1][known])
        models = zip(before.metrics["backtest"]["models"], after.metrics["backtest"]["models"], strict=True)
        for was, now in models:
            assert was == now or np.datetime64(was["trained_until"], "s") > date
        if not known.all():
            assert not np.array_equal(before.table.forecast[~known], after.table.forecast[~known])


def test_each_block_is_what_a_model_trained_until_then_would_have_predicted():
    plan, recipe = Plan(20, 3, 8), small_recipe(shrink=False)
    found = run_plan([A, B], plan)
    rolling = roll([A, B], recipe, plan)
    assert len(rolling.blocks()) == 3
    for block in rolling.blocks():
        until = int(rolling.known[block.start, 0])
        dataset = make_dataset(
            [head(A, until), head(B, until)], with_choices(recipe, {"train_fraction": 1.0})
        )
        model = fit_known(dataset, lambda epoch: None).model
        for j in block:
            n = int(rolling.known[j, 0])
            then = forecast(model, [head(A, n), head(B, n)], 2)
            rows = found.table.origin == A.dates[n - 1]
            np.testing.assert_allclose(found.table.forecast[rows], then.forecast, rtol=1e-6)
            np.testing.assert_allclose(
                found.table.intervals["80"][0][rows], then.intervals["80"][0], rtol=1e-6
            )
            np.testing.assert_array_equal(found.table.date[rows], then.date)
            came = np.r_[A.prices[n : n + 2], B.prices[n : n + 2]]
            np.testing.assert_allclose(found.table.actual[rows], came, rtol=1e-12)


@pytest.mark.parametrize("split", ["date", "rows"])
def test_fitted_once_before_the_test_part_it_is_what_evaluate_says(split):
    recipe = small_recipe(shrink=False, split=split)
    model = fit_known(make_dataset([A, B], recipe), lambda epoch: None).model
    evaluated = evaluation_of(model, [A, B], "toy")
    found = run_plan([A, B], Plan(59, 1, 0), split=split)
    ours = {k: v for k, v in found.metrics.items() if k != "backtest"}
    assert ours == {
        k: v for k, v in evaluated.metrics.items() if k not in ("shrinkage", "drift", "network_weight")
    }
    np.testing.assert_array_equal(found.table.forecast, evaluated.table.forecast)
    np.testing.assert_array_equal(found.origins, evaluated.origins)


def test_the_document_says_which_model_made_which_forecasts():
    document = run_plan([A, B], Plan(30, 2, 12)).metrics
    json.dumps(document, allow_nan=False)
    about = document["backtest"]
    assert (about["origins"], about["every"]) == (30, 2)
    assert [m["origins"] for m in about["models"]] == [12, 12, 6]
    assert [m["windows"] for m in about["models"]] == [24, 24, 12]
    assert sum(m["windows"] for m in about["models"]) == document["windows"] == 60
    for m in about["models"]:
        assert m["trained_until"] == m["from"] < m["to"]
        assert m["rows_used"]["calibration"]["to"] == m["trained_until"]
        assert m["rows_used"]["fit"]["to"] < m["rows_used"]["stopping"]["from"]
        assert m["calibration_windows"] > 0
    # the dates that were forecast begin a day after the first origin
    day = np.timedelta64(1, "D")
    assert document["from"] == str(np.datetime64(about["models"][0]["from"]) + day)
    assert about["models"][-1]["to"] == "2020-10-24"  # day 298 of 300, horizon 2
    assert document["to"] == "2020-10-26"


def test_a_ticker_is_forecast_only_where_it_has_prices():
    """One listed late, one that ended, one that trades every other day: each from its own prices."""
    late = PriceSeries("LATE", A.dates[200:], B.prices[200:])
    ended = head(PriceSeries("END", A.dates, B.prices), 270)
    sparse = PriceSeries("HALF", A.dates[::2], B.prices[::2])
    found = run_plan([A, late, ended, sparse], Plan(100, 1, 25))
    table = found.table
    counts = {t: int((table.ticker == t).sum()) // 2 for t in ("A", "LATE", "END", "HALF")}
    assert counts["A"] == 100
    assert counts["LATE"] == 298 - 209  # from its tenth price on
    assert counts["END"] == 268 - 198  # as long as two more prices follow
    assert counts["HALF"] == 49  # at each of its own dates, once; its last two have no two after them
    origins = list(zip(table.ticker, table.origin, table.step, strict=True))
    assert len(set(origins)) == len(origins)
    assert (table.date > table.origin).all()


def test_a_level_model_refuses_a_ticker_that_was_not_there_yet():
    late = PriceSeries("LATE", A.dates[270:], B.prices[270:])
    with pytest.raises(ModelError, match="'LATE' was not among the tickers"):
        run_plan([A, B, late], Plan(50), normalize="zscore")


def test_a_plan_that_cannot_be_is_refused():
    for name, value in [("origins", 0), ("every", 0), ("refit_every", -1)]:
        flag = f"--{name.replace('_', '-')}"
        with pytest.raises(UsageError, match=f"{flag} must be a whole number, at least {value + 1}, got"):
            Plan(**{name: value})
    why = "290 origins 1 rows apart leave 9 of 300 rows before the first: A has 9 prices; lookback 12"
    with pytest.raises(DataError, match=why):
        run_plan([A], Plan(290))


def test_progress_grows_to_the_end_and_names_the_fit():
    heard = []
    run_plan([A], Plan(20, 1, 5), Run(on_epoch=heard.append), members=1)
    assert [e.model for e in heard] == [0, 0, 1, 1, 2, 2, 3, 3]
    shares = [e.share for e in heard]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


def test_the_recipe_s_refit_uses_all_rows_known(monkeypatch):
    lengths = []

    def fit(draw, stop, recipe, *, on_epoch, epochs=None):
        if epochs is None:
            return fit_by_hash(draw, stop, recipe, on_epoch=on_epoch)
        lengths.append(len(draw(1, 0)))
        assert (stop, epochs) == (None, [1])
        return (FittedNetwork(random_weights(recipe, recipe.training.seed), (), 1),)

    monkeypatch.setattr(fit_module, "fit_members", fit)
    run_plan([A], Plan(20, 1, 10), refit=True)
    assert lengths == [279 - 13, 289 - 13]  # rows known, less lookback 12 and the second step


def test_the_folder_holds_what_evaluate_s_does(tmp_path):
    rows = [f"{str(d)[:10]},{p:.4f}" for d, p in zip(A.dates, A.prices, strict=True)]
    (tmp_path / "a.csv").write_text("date,price\n" + "\n".join(rows) + "\n")
    out = tmp_path / "backtests" / "a"
    done = backtest([str(tmp_path / "a.csv")], ReadOptions(), small_recipe(), plan=Plan(10), out=out)
    assert {p.name for p in out.iterdir()} == {"MANIFEST.json", "metrics.json", "predictions.csv"}
    assert json.loads((out / "metrics.json").read_text()) == done.to_json()
    lines = (out / "predictions.csv").read_text().splitlines()
    assert lines[0] == "ticker,origin,step,date,forecast,last,lo_80,hi_80,lo_95,hi_95,actual"
    assert len(lines) == 1 + 10 * 2


def test_a_model_is_not_replaced_and_that_is_said_before_anything_is_fitted(tmp_path, monkeypatch):
    monkeypatch.setattr(fit_module, "fit_members", None)
    rows = [f"{str(d)[:10]},{p:.4f}" for d, p in zip(A.dates, A.prices, strict=True)]
    (tmp_path / "a.csv").write_text("date,price\n" + "\n".join(rows) + "\n")
    save_model(toy_model([A]), tmp_path / "m", {})
    with pytest.raises(OutputError, match="m is not replaced: it holds a model"):
        backtest([str(tmp_path / "a.csv")], ReadOptions(), small_recipe(), plan=Plan(10), out=tmp_path / "m")


def test_with_own_rows_no_origin_is_for_a_day_that_its_model_has_learnt_from():
    short = head(B, 200)
    found = run_plan([A, short], Plan(40, 1, 10), split="rows")
    assert set(found.table.ticker) == {"A"}
    assert found.metrics["left_out"] == {"rows": 40, "tickers": {"B": 40}}
    apart = run_plan([A, short], Plan(40, 1, 10), split="series")
    assert set(apart.table.ticker) == {"A", "B"}
    assert apart.metrics["skill"]["condition"].startswith("if these series have nothing to do")


def test_without_an_unseen_origin_there_is_an_error_that_says_why():
    late = PriceSeries("LATE", A.dates[:11] + 1000 * DAY, A.prices[:11])  # fitted, too short to be forecast
    with pytest.raises(
        DataError, match="2 forecasts from 2 origins are for days that their model has learnt"
    ):
        run_plan([head(A, 290), late], Plan(2, 1, 1), split="rows")
