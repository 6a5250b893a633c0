"""The verb over workers that train nothing: what is done, what is not done twice, what a failure costs."""

import csv
import errno
import json
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from batch_fakes import Market, fake_job, refuse_job, write_prices
from toys import small_recipe, toy_model

from rnn_forecast.batch.choices import Choices, Limit, Means
from rnn_forecast.batch.job import seed_of
from rnn_forecast.batch.run import Order, plan_batch, run_batch
from rnn_forecast.errors import DataError, InputError, ModelError, OutputError, WriteError
from rnn_forecast.forecasts import write_table
from rnn_forecast.model import forecast
from rnn_forecast.model_folder import load_model, save_model
from rnn_forecast.prices import ReadOptions, read_prices

RECIPE = small_recipe(shrink=False)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def order(files: list[str], out: Path, **choices: Any) -> Order:
    return Order(files, ReadOptions(), RECIPE, out, Choices(**choices))


def batch(files: list[str], out: Path, *, workers: int = 2, timeout: float = 60, **choices: Any) -> dict:
    return run_batch(order(files, out, **choices), Means(workers, timeout), work=fake_job).summary


def again(files: list[str], out: Path, **choices: Any) -> dict:
    """A run that may not train."""
    return run_batch(order(files, out, **choices), Means(1), work=refuse_job).summary


def counts(summary: dict) -> tuple[int, int, int, int, int]:
    return tuple(summary[name] for name in ("trained", "at_hand", "unchanged", "failed", "left"))  # type: ignore[return-value]


def tickers_in(out: Path) -> list[str]:
    with (out / "forecasts.csv").open(newline="") as file:
        return list(dict.fromkeys(row["ticker"] for row in csv.DictReader(file)))


def models_in(out: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(out)): p.read_bytes() for p in sorted((out / "models").rglob("*")) if p.is_file()
    }


def ledger_rows(out: Path, what: str) -> list[tuple]:
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        return connection.execute(what).fetchall()


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
    assert seed_of(0, "AAA") == seed_of(0, "AAA")
    assert (
        len({seed_of(run, ticker) for run in range(20) for ticker in ("AAA", "BBB", "", "é", "\udcff")})
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


@pytest.mark.parametrize("file", ["weights.safetensors", "model.json", "MANIFEST.json"])
def test_a_damaged_model_is_trained_again(market: Market, out: Path, file: str) -> None:
    files = market("AAA")
    batch(files, out)
    good, path = models_in(out), out / "models" / "AAA" / file
    path.write_bytes(path.read_bytes()[:-3] + b"\x00\x00\n")
    if file == "MANIFEST.json":  # what stands there is then no longer known to be ours
        assert counts(batch(files, out)) == (0, 0, 0, 1, 0)
        shutil.rmtree(out / "models" / "AAA")
    assert counts(batch(files, out)) == (1, 0, 0, 0, 0)
    assert models_in(out) == good


def test_a_bad_ticker_is_one_row(market: Market, out: Path, tmp_path: Path) -> None:
    files = market("AAA", "BAD1", "BAD2")
    (tmp_path / "prices" / "JUNK.csv").write_text("<html>daily hits limit</html>\n")
    (tmp_path / "prices" / "EMPTY.csv").write_text("")
    files += [str(tmp_path / "prices" / name) for name in ("JUNK.csv", "EMPTY.csv", "GONE.csv")]
    summary = batch(files, out)
    assert counts(summary) == (1, 0, 0, 5, 0)
    assert summary["status"] == "failed"
    assert tickers_in(out) == ["AAA"]
    first = summary["failures"][0]
    assert (first["reason"], first["count"], first["tickers"]) == (
        "TICKER has N prices.",
        2,
        ["BAD1", "BAD2"],
    )
    assert {f["exit_code"] for f in summary["failures"]} == {65, 66}
    rows = ledger_rows(out, "SELECT ticker, exit_code, error FROM tickers WHERE error IS NOT NULL ORDER BY 1")
    assert [row[0] for row in rows] == ["BAD1", "BAD2", "EMPTY", "GONE", "JUNK"]
    assert all(error for _, _, error in rows)


def test_a_failure_comes_again_only_when_something_changes(market: Market, out: Path) -> None:
    files = market("AAA", "BAD1")
    batch(files, out)
    summary = again(files, out)  # nothing is trained, and still it has failed
    assert counts(summary) == (0, 0, 1, 1, 0)
    assert summary["failures"][0]["reason"] == "BAD1 has 120 prices."
    assert plan_batch(order(files, out))[1].action == "fail"
    assert plan_batch(order(files, out, retry_failed=True))[1].action == "train"
    assert plan_batch(order(market("AAA") + market("BAD1", rows=130), out))[1].action == "train"


def test_a_dead_worker_costs_a_retry_then_the_ticker(
    market: Market, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKES", str(tmp_path))
    summary = batch(market("AAA", "CRASH1", "FLAKY1", "BBB"), out)
    assert counts(summary) == (3, 0, 0, 1, 0)
    assert sorted(tickers_in(out)) == ["AAA", "BBB", "FLAKY1"]
    assert "died of signal 9 (2 tries)" in summary["failures"][0]["example"]


def test_a_stuck_worker_is_ended(market: Market, out: Path) -> None:
    summary = batch(market("STUCK1", "AAA", "BBB"), out, timeout=1.5)
    assert counts(summary) == (2, 0, 0, 1, 0)
    assert "longer than 1.5 seconds" in summary["failures"][0]["example"]


def test_only_some_tickers_leaves_the_others_as_they_are(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    before = (out / "forecasts.csv").read_text()
    assert counts(batch(files, out, only=("BBB",), force=True)) == (1, 0, 0, 0, 0)
    assert (out / "forecasts.csv").read_text() == before
    with pytest.raises(DataError, match="no ticker 'BBC'") as caught:
        batch(files, out, only=("BBC",))
    assert "BBB" in caught.value.remedy


def test_a_time_limit_stops_and_says_what_is_left(market: Market, out: Path) -> None:
    files = market(*(f"SLOW{n}" for n in range(12)))
    summary = batch(files, out, workers=1, time_limit=1.5)
    assert summary["status"] == "stopped"
    assert 0 < summary["left"] <= 12
    assert summary["trained"] + summary["left"] == 12
    assert len(tickers_in(out) if summary["trained"] else []) == summary["trained"]
    assert counts(batch(files, out)) == (summary["left"], 0, summary["trained"], 0, 0)


@pytest.mark.parametrize(("limit", "stops"), [(Limit(1), True), (Limit(share=0.4), True), (Limit(6), False)])
def test_too_many_failures_stop(market: Market, out: Path, limit: Limit, stops: bool) -> None:
    files = market(*(f"BAD{n}" for n in range(6)), "SLOW1", "SLOW2", "SLOW3")
    summary = batch(files, out, workers=1, max_failures=limit)
    assert (summary["status"], summary["left"] > 0) == (("stopped", True) if stops else ("failed", False))


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


def test_a_folder_of_something_else_is_refused(market: Market, out: Path) -> None:
    out.mkdir()
    (out / "thesis.tex").write_text("all of it")
    with pytest.raises(OutputError, match=r"thesis\.tex"):
        batch(market("AAA"), out)
    (out / "thesis.tex").rename(out / "ledger.sqlite")
    with pytest.raises(OutputError):
        batch(market("AAA"), out)
    assert (out / "ledger.sqlite").read_text() == "all of it"


def test_an_empty_folder_and_a_pattern_serve(market: Market, out: Path, tmp_path: Path) -> None:
    market("AAA", "BBB")
    out.mkdir()
    assert counts(batch([str(tmp_path / "prices" / "*.csv")], out)) == (2, 0, 0, 0, 0)
    with pytest.raises(InputError, match="no file matches"):
        batch([str(tmp_path / "nowhere" / "*.csv")], out)


def test_a_damaged_ledger_is_said_to_be(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    ledger = out / "ledger.sqlite"
    data = ledger.read_bytes()
    ledger.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    with pytest.raises(ModelError, match="damaged"):
        batch(files, out)


def test_names_that_differ_in_case_have_folders_of_their_own(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "both.csv"
    rows = [
        f"{t},2020-01-{d:02},{100 + d * k}"
        for t, k in (("aa", 1), ("AA", 2), ("../x", 3))
        for d in range(1, 31)
    ]
    file.write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    summary = batch([str(file)], out)
    names = sorted(p.name for p in (out / "models").iterdir())
    assert (summary["trained"], len(names), len({n.casefold() for n in names})) == (3, 3, 3)


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
    from rnn_forecast.batch.choices import Watch

    seen = []
    run_batch(order(market("AAA", "BAD1", "BBB"), out), Means(1), Watch(progress=seen.append), work=fake_job)
    assert (seen[0].done, seen[-1].done, seen[-1].of) == (0, 3, 3)
    assert seen[-1].failed == 1
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_ledger_says_when_a_run_was_killed(market: Market, out: Path) -> None:
    files = market("AAA")
    batch(files, out)
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        connection.execute("UPDATE runs SET status = 'running', ended = NULL")
    again(files, out)
    assert ledger_rows(out, "SELECT status FROM runs") == [("killed",), ("done",)]


def test_forecasts_are_numbers(market: Market, out: Path) -> None:
    batch(market("AAA"), out)
    with (out / "forecasts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(r["step"]) for r in rows] == [1, 2]
    assert np.isfinite([float(r["forecast"]) for r in rows]).all()
    assert time.strptime(rows[0]["date"], "%Y-%m-%d")


def test_a_full_disk_ends_the_run_and_leaves_what_was_there(
    market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    models, table = models_in(out), (out / "forecasts.csv").read_bytes()

    def full(path: Path, *_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("rnn_forecast.batch.publish.create_file", full)
        with pytest.raises(WriteError, match="No space left"):
            batch(files, out, force=True)
    assert (models_in(out), (out / "forecasts.csv").read_bytes()) == (models, table)
    assert ledger_rows(out, "SELECT status FROM runs ORDER BY run") == [("done",), ("interrupted",)]
    assert counts(again(files, out)) == (0, 0, 2, 0, 0)


def test_two_tickers_with_one_folder_are_refused(
    market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_forecast.batch.plan.safe_names", lambda tickers: dict.fromkeys(tickers, "same"))
    with pytest.raises(DataError, match="'AAA' and 'BBB'"):
        batch(market("AAA", "BBB"), out)


def test_a_model_names_the_versions_that_workers_are_held_to(market: Market, out: Path) -> None:
    summary = batch(market("AAA"), out)
    assert json.loads((out / "models" / "AAA" / "model.json").read_text())["versions"] == summary["versions"]


def test_a_ticker_that_fails_or_is_left_keeps_the_forecast_it_had(market: Market, out: Path) -> None:
    files = market("AAA", "BBB", "CCC")
    batch(files, out)
    before = (out / "forecasts.csv").read_text()

    Path(files[1]).write_text("<html>daily hits limit</html>\n")
    summary = batch(files, out)
    assert counts(summary) == (0, 0, 2, 1, 0)
    assert (summary["forecasts"], summary["earlier"]) == (3, 1)
    assert sorted((out / "forecasts.csv").read_text().splitlines()) == sorted(before.splitlines())

    market("BBB")
    summary = batch(files, out, force=True, time_limit=0)
    assert counts(summary) == (0, 0, 0, 0, 3)
    assert (summary["forecasts"], summary["earlier"]) == (3, 3)
    assert (out / "forecasts.csv").read_text() == before


def test_tickers_of_a_file_that_is_broken_today_stay_and_those_taken_out_go(
    market: Market, out: Path
) -> None:
    files = market("AAA", "BBB")
    both = Path(files[0]).with_name("both.csv")
    rows = [f"{Path(f).stem},{row}" for f in files for row in Path(f).read_text().splitlines()[1:]]
    both.write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    other = market("CCC")
    batch([str(both), *other], out)

    whole = both.read_text()
    both.write_text("")
    summary = batch([str(both), *other], out)
    assert (summary["forecasts"], summary["earlier"]) == (3, 2)
    assert sorted(tickers_in(out)) == ["AAA", "BBB", "CCC"]

    both.write_text(whole.partition("BBB")[0])
    assert counts(again([str(both), *other], out)) == (0, 0, 2, 0, 0)
    assert tickers_in(out) == ["AAA", "CCC"]
    both.write_text("")
    batch([str(both), *other], out)
    assert sorted(tickers_in(out)) == ["AAA", "CCC"]  # BBB was taken out, and does not come back


@pytest.mark.parametrize("what", ["folder", "missing", "both", "junk"])
def test_sources_without_a_ticker_are_refused_and_nothing_is_made(
    market: Market, out: Path, tmp_path: Path, what: str
) -> None:
    (good,) = market("AAA")
    folder, missing, junk = tmp_path / "prices", tmp_path / "gone.csv", tmp_path / "junk.csv"
    junk.write_text("<html></html>\n")
    paths = {"folder": [folder], "missing": [missing], "both": [missing, folder], "junk": [junk]}[what]
    files, kind = [str(p) for p in paths], DataError if what == "junk" else InputError
    for run in (batch, lambda files, out: plan_batch(order(files, out))):
        with pytest.raises(kind):
            run(files, out)
    assert not out.exists()
    assert counts(batch([good, *files], out)) == (1, 0, 0, len(files), 0)
    before = (out / "summary.json").read_bytes()
    with pytest.raises(kind):
        batch(files, out)
    assert (out / "summary.json").read_bytes() == before


def test_a_ticker_that_is_not_there_is_said_before_anything_is_made(market: Market, out: Path) -> None:
    with pytest.raises(DataError, match="no ticker 'Z'"):
        batch(market("AAA"), out, only=("Z",))
    assert not out.exists()


def test_bugs_go_by_their_type_and_keep_their_text(market: Market, out: Path) -> None:
    files = market("BUG1", "BUG2", "AAA")
    for summary in (batch(files, out), again(files, out)):
        (group,) = summary["failures"]
        assert (group["exit_code"], group["count"], group["remembered"]) == (1, 2, True)
        assert group["reason"] == "this is a bug in rnn-forecast: ArithmeticError."
        assert "node gradient_tape/" in group["details"]


def test_only_a_training_that_failed_is_remembered(market: Market, out: Path, tmp_path: Path) -> None:
    (tmp_path / "junk.csv").write_text("")
    files = [*market("AAA", "BAD1"), str(tmp_path / "junk.csv")]
    for summary in (batch(files, out), again(files, out)):
        assert {f["tickers"][0]: f["remembered"] for f in summary["failures"]} == {
            "BAD1": True,
            "junk": False,
        }
    series = read_prices(market("BBB")).series
    save_model(toy_model(series), tmp_path / "model", {})
    short = [write_prices(tmp_path / "SHORT.csv", seed=1, rows=5), *market("BBB")]
    by_one = again(short, out.with_name("one"), model=tmp_path / "model")
    assert [f["remembered"] for f in by_one["failures"]] == [False]
