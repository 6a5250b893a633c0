"""The verb over workers that train nothing: what is done, and what is not done twice."""

import csv
import hashlib
import json
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from batch_fakes import Market, fake_job, write_prices
from batch_runs import again, batch, counts, ledger_rows, models_in, order, tickers_in
from toys import small_recipe, toy_model

from rnn_forecast.batch.choices import Choices, Means
from rnn_forecast.batch.run import plan_batch, run_batch
from rnn_forecast.errors import DataError, InputError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.model.model_document import load_model, save_model
from rnn_forecast.prices import read_prices
from rnn_forecast.seeds import ticker_seed


def test_every_ticker_gets_a_model_and_its_forecast(market: Market, out: Path) -> None:
    files = market("AAA", "BBB", "CCC")
    summary = batch(files, out)
    assert counts(summary) == (3, 0, 0, 0, 0)
    assert summary["status"] == "done"
    assert sorted(p.name for p in out.iterdir()) == [
        "forecasts.csv",
        "ledger.sqlite",
        "models",
        "summary.json",
    ]
    assert json.loads((out / "summary.json").read_text()) == summary
    by_hand = ""
    for file in files:
        series = read_prices([file]).series
        table = write_table(
            forecast(load_model(out / "models" / series[0].ticker), series, 2), "csv"
        ).decode()
        by_hand += table if not by_hand else table.partition("\n")[2]
    assert (out / "forecasts.csv").read_text() == by_hand


def test_quantiles_and_risk_of_a_recipe_are_in_the_table_of_every_night(market: Market, out: Path) -> None:
    """A batch wrote the ends of intervals and nothing else."""
    files, folder = market("AAA"), out.parent / "for all"
    series = read_prices(files).series
    model = toy_model(series, quantiles=(0.05,), risk=(90,))
    save_model(model, folder, {})
    want = write_table(forecast(model, series, 2), "csv")
    assert b"q_05,var_90,es_90" in want
    for _ in range(2):  # the second time from the ledger alone
        again(files, out, model=folder)
        assert (out / "forecasts.csv").read_bytes() == want


def test_a_second_run_does_nothing_twice(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    before = {p: p.stat().st_mtime_ns for p in [out / "forecasts.csv", *(out / "models").rglob("*")]}
    for _ in range(2):
        assert counts(again(files, out)) == (0, 0, 2, 0, 0)
    assert before == {p: p.stat().st_mtime_ns for p in before}
    rows = ledger_rows(out, "SELECT run, ticker, status FROM tickers ORDER BY run, ticker")
    kept = [(run, ticker, "unchanged") for run in (2, 3) for ticker in ("AAA", "BBB")]
    assert rows == [(1, "AAA", "trained"), (1, "BBB", "trained"), *kept]


def test_order_and_number_of_workers_change_nothing(market: Market, tmp_path: Path) -> None:
    files = market("AAA", "BBB", "CCC", "DDD", "EEE")
    batch(files, tmp_path / "one", workers=1)
    batch(files[::-1], tmp_path / "three", workers=3)
    batch(files[3:], tmp_path / "parts")
    batch(files, tmp_path / "parts")
    assert models_in(tmp_path / "one") == models_in(tmp_path / "three") == models_in(tmp_path / "parts")
    tables = [
        sorted((tmp_path / n / "forecasts.csv").read_text().splitlines()) for n in ("one", "three", "parts")
    ]
    assert tables[0] == tables[1] == tables[2]
    assert tickers_in(tmp_path / "three") == ["EEE", "DDD", "CCC", "BBB", "AAA"]


def test_a_ticker_s_seed_is_its_own_and_that_of_the_run() -> None:
    assert ticker_seed(0, "AAA") == ticker_seed(0, "AAA")
    assert (
        len({ticker_seed(run, ticker) for run in range(20) for ticker in ("AAA", "BBB", "", "é", "\udcff")})
        == 100
    )


def test_rows_added_are_forecast_from_and_not_trained_on(market: Market, out: Path) -> None:
    batch(market("AAA", "BBB"), out)
    models = models_in(out)
    first = (out / "forecasts.csv").read_text()
    assert counts(again(market("AAA", rows=125) + market("BBB"), out)) == (0, 1, 1, 0, 0)
    assert models_in(out) == models
    changed = (out / "forecasts.csv").read_text()
    assert [a == b for a, b in zip(first.splitlines(), changed.splitlines(), strict=True)] == [
        True, False, False, True, True,
    ]  # fmt: skip


def test_a_later_night_adds_forecasts_to_those_that_were_made(market: Market, out: Path) -> None:
    everything = "SELECT * FROM forecasts ORDER BY ticker, origin, step"
    batch(market("AAA", "BBB"), out)
    first = ledger_rows(out, everything)
    again(market("AAA", rows=121) + market("BBB"), out)
    rows = ledger_rows(out, everything)
    assert [row for row in rows if row in first] == first
    assert [row[:3] for row in rows if row not in first] == [
        ("AAA", "2020-04-30", 1),
        ("AAA", "2020-04-30", 2),
    ]
    assert {row[3].hex() for row in rows} == {
        hashlib.sha256((out / "models" / ticker / "MANIFEST.json").read_bytes()).hexdigest()[:16]
        for ticker in ("AAA", "BBB")
    }
    batch(market("AAA", rows=121) + market("BBB"), out, force=True)  # trained anew, to the same models
    assert ledger_rows(out, everything) == rows


def test_a_last_price_that_is_corrected_gives_another_forecast(market: Market, out: Path) -> None:
    """From the same origin, by the same model: both are kept, forecasts.csv has the later one."""
    (file,) = market("AAA")
    batch([file], out)
    write_prices(Path(file), seed=sum(map(ord, "AAA")), rows=119, last=99.5)
    assert counts(again([file], out)) == (0, 1, 0, 0, 0)
    with (out / "forecasts.csv").open(newline="") as table:
        assert [row["last"] for row in csv.DictReader(table)] == ["99.5", "99.5"]
    kept = ledger_rows(
        out,
        "SELECT step, count(*), count(DISTINCT last), count(DISTINCT model) FROM forecasts "
        "GROUP BY ticker, origin, step",
    )
    assert kept == [(1, 2, 2, 1), (2, 2, 2, 1)]


def test_more_steps_and_fewer_again(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    two = (out / "forecasts.csv").read_text().splitlines()
    again(files, out, steps=4)
    four = (out / "forecasts.csv").read_text().splitlines()
    assert (four[:3], len(four)) == (two, 5)
    again(files, out, steps=2)
    assert (out / "forecasts.csv").read_text().splitlines() == two
    assert ledger_rows(out, "SELECT step FROM forecasts") == [(1,), (2,), (3,), (4,)]


def test_a_ticker_that_is_gone_keeps_its_past(market: Market, out: Path) -> None:
    batch(market("AAA", "BBB"), out)
    again(market("AAA"), out)
    assert tickers_in(out) == ["AAA"]
    assert ledger_rows(out, "SELECT DISTINCT ticker FROM forecasts") == [("AAA",), ("BBB",)]


def test_what_makes_a_model_stale(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)

    def why(**changed: Any) -> list[tuple[str, str]]:
        return [(t.action, t.why) for t in plan_batch(replace(order(files, out), **changed))]

    assert why() == [("keep", "nothing has changed")] * 2
    assert why(choices=Choices(force=True))[0] == ("train", "it is forced")
    assert why(choices=Choices(retrain_after=0))[0] == ("train", "its model is too old")
    assert why(choices=Choices(steps=5))[0] == ("forecast", "its model is fresh")
    assert why(recipe=small_recipe(seed=1))[0] == ("train", "the recipe has changed")
    assert why(out=out.parent / "new")[0] == ("train", "it has no model")
    write_prices(Path(files[0]), seed=5)
    assert why()[0] == ("train", "prices before the end of its training have changed")
    shutil.rmtree(out / "models" / "BBB")
    assert why()[1] == ("train", "its model is missing or was changed")


def test_a_dry_run_writes_nothing(market: Market, out: Path) -> None:
    files = market("AAA")
    plan_batch(order(files, out))
    assert not out.exists()
    batch(files, out)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    plan_batch(order(files, out))
    assert before == {p: p.stat().st_mtime_ns for p in out.rglob("*")}


def test_only_some_tickers_leaves_the_others_as_they_are(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    before = (out / "forecasts.csv").read_text()
    assert counts(batch(files, out, only=("BBB",), force=True)) == (1, 0, 0, 0, 0)
    assert (out / "forecasts.csv").read_text() == before
    with pytest.raises(DataError, match="no ticker 'BBC'") as caught:
        batch(files, out, only=("BBC",))
    assert "BBB" in caught.value.remedy


def test_one_model_for_all(market: Market, out: Path, tmp_path: Path) -> None:
    files = market("AAA", "BBB", "CCC")
    series = read_prices(files[:2]).series
    save_model(toy_model(series), tmp_path / "model", {})
    summary = again(files, out, model=tmp_path / "model")
    assert counts(summary) == (0, 3, 0, 0, 0)
    assert tickers_in(out) == ["AAA", "BBB", "CCC"]
    assert counts(again(files, out, model=tmp_path / "model")) == (0, 0, 3, 0, 0)
    with pytest.raises(InputError):
        again(files, out, model=tmp_path / "none")


def test_a_file_that_lacks_the_column_of_the_one_model_is_told_whose_it_is(
    market: Market, out: Path, tmp_path: Path
) -> None:
    files = market("AAA")
    model = toy_model(read_prices(files).series)
    of_another = replace(model, source=replace(model.source, price_column="close"))
    save_model(of_another, tmp_path / "model", {})
    with pytest.raises(DataError, match=r"'close' .*It is the one that the model was trained on"):
        again(files, out, model=tmp_path / "model")


def test_a_ticker_in_two_files_is_one(tmp_path: Path, market: Market, out: Path) -> None:
    (whole,) = market("AAA")
    header, *rows = Path(whole).read_text().splitlines()
    for name, part in (("old", rows[:70]), ("new", rows[70:])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "AAA.csv").write_text("\n".join([header, *part]) + "\n")
    files = [str(tmp_path / name / "AAA.csv") for name in ("new", "old")]
    batch([whole], out)
    assert counts(again(files, out)) == (0, 0, 1, 0, 0)


def test_progress_counts_up(market: Market, out: Path) -> None:
    from rnn_forecast.verbs.context import Run

    seen = []
    run_batch(order(market("AAA", "BAD1", "BBB"), out), Means(1), Run(on_progress=seen.append), work=fake_job)
    assert (seen[0].done, seen[-1].done, seen[-1].of) == (0, 3, 3)
    assert seen[-1].failed == 1
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_progress_counts_what_is_to_be_trained_and_all_of_it(market: Market, out: Path) -> None:
    """Not an input that was refused before; and one that changes meanwhile, so that it can be no job."""
    from rnn_forecast.verbs.context import Run

    files, seen = market("AAA", "BBB", "CCC"), []
    batch(files[:1], out)
    write_prices(Path(files[0]), seed=9)
    Path(files[2]).write_text("<html>\n")

    def spoil(progress: Any) -> None:
        seen.append(progress)
        Path(files[1]).write_text("date,price\n2020-01-01,1\n2020-01-02,2\n")

    known = order(files, out, only=("AAA", "BBB", "CCC"))
    # the second run reads BBB again only when its turn comes: it has the file's hash already
    batch(files, out, time_limit=0)
    run_batch(known, Means(1), Run(on_progress=spoil), work=fake_job)
    assert (seen[0].done, seen[0].failed) == (0, 0)
    assert (seen[-1].done, seen[-1].of, seen[-1].failed) == (2, 2, 1)


def test_forecasts_are_numbers(market: Market, out: Path) -> None:
    batch(market("AAA"), out)
    with (out / "forecasts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(r["step"]) for r in rows] == [1, 2]
    assert np.isfinite([float(r["forecast"]) for r in rows]).all()
    assert time.strptime(rows[0]["date"], "%Y-%m-%d")


def test_with_one_model_for_all_a_price_that_never_changes_is_forecast_to_stay(
    market: Market, out: Path, tmp_path: Path
) -> None:
    """Alone in its file too; left out when that is asked for, and from forecasts.csv with it."""
    files = market("AAA", "BBB")
    flat = tmp_path / "FLAT.csv"
    flat.write_text(
        "date,price\n" + "".join(f"2024-{1 + i // 28:02d}-{1 + i % 28:02d},5\n" for i in range(200))
    )
    save_model(toy_model(read_prices(files).series), tmp_path / "model", {})
    assert counts(again([*files, str(flat)], out, model=tmp_path / "model")) == (0, 3, 0, 0, 0)
    with (out / "forecasts.csv").open(newline="") as file:
        assert {row["forecast"] for row in csv.DictReader(file) if row["ticker"] == "FLAT"} == {"5"}
    summary = again([*files, str(flat)], out, model=tmp_path / "model", exclude=("FLAT", "BBB"))
    assert counts(summary) == (0, 0, 1, 0, 0)
    assert tickers_in(out) == ["AAA"]
    with pytest.raises(DataError, match=r"'FLATT'.*FLAT"):
        again([*files, str(flat)], out, exclude=("FLATT",))
