"""What a failure costs: of a ticker, a worker, a source, the disk; and what limits are for."""

import contextlib
import errno
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import Market, write_prices
from batch_runs import again, batch, counts, ledger_rows, models_in, order, tickers_in
from toys import toy_model

from rnn_forecast.batch import publish
from rnn_forecast.batch.choices import Limit
from rnn_forecast.batch.run import plan_batch
from rnn_forecast.batch.status import status_of
from rnn_forecast.batch.workers.crew import Crew
from rnn_forecast.errors import DataError, InputError, StartError, WriteError
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import read_prices


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


def test_a_bad_ticker_in_a_file_of_many_is_one_row(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "market.csv"
    dates = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(200)]
    rows = [
        f"{date},AAA,{100 + i % 7}\n{date},FLAT,5\n{date},BBB,{50 + i % 5}" for i, date in enumerate(dates)
    ]
    path.write_text("\n".join(["date,ticker,price", *rows, ""]))
    for summary in (batch([str(path)], out), again([str(path)], out)):  # the second time from the ledger
        assert summary["failed"] == 1
        assert summary["failures"][0]["reason"] == "FLAT: the price never changes, 5 in all 200 rows."
        assert tickers_in(out) == ["AAA", "BBB"]
    reading = read_prices([str(path)])  # one model of them all leaves it out
    assert len(reading.series) == 3
    assert "FLAT: the price never changes" in reading.decisions.warnings[0]


def test_a_failure_comes_again_only_when_something_changes(market: Market, out: Path) -> None:
    files = market("AAA", "BAD1")
    batch(files, out)
    summary = again(files, out)  # nothing is trained, and still it has failed
    assert counts(summary) == (0, 0, 1, 1, 0)
    assert summary["failures"][0]["reason"] == "BAD1 has 120 prices."
    assert plan_batch(order(files, out))[1].action == "fail"
    assert plan_batch(order(files, out, retry_failed=True))[1].action == "train"
    assert plan_batch(order(market("AAA") + market("BAD1", rows=130), out))[1].action == "train"


@pytest.mark.usefixtures("workers_of_its_own")
def test_a_dead_worker_costs_a_retry_then_the_ticker(
    market: Market, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKES", str(tmp_path))
    summary = batch(market("AAA", "CRASH1", "FLAKY1", "BBB"), out)
    assert counts(summary) == (3, 0, 0, 1, 0)
    assert sorted(tickers_in(out)) == ["AAA", "BBB", "FLAKY1"]
    assert "died of signal 9 (2 tries)" in summary["failures"][0]["example"]


@pytest.mark.usefixtures("workers_of_its_own")
def test_a_machine_without_threads_is_no_ticker_s_fault(
    market: Market, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKES", str(tmp_path))
    assert counts(batch(market("AAA", "LATE1", "LATE2"), out)) == (3, 0, 0, 0, 0)  # it has recovered
    with pytest.raises(StartError, match="needs 28 threads"):
        batch(market("AAA", "CRAMPED1"), out)
    assert not ledger_rows(out, "SELECT * FROM tickers WHERE status = 'failed'")


@pytest.mark.usefixtures("workers_of_its_own")
def test_a_stuck_worker_is_ended(market: Market, out: Path) -> None:
    summary = batch(market("STUCK1", "AAA", "BBB"), out, timeout=1.5)
    assert counts(summary) == (2, 0, 0, 1, 0)
    assert "longer than 1.5 seconds" in summary["failures"][0]["example"]


def test_a_time_limit_stops_and_says_what_is_left(market: Market, out: Path) -> None:
    files = market(*(f"SLOW{n}" for n in range(12)))
    summary = batch(files, out, workers=1, time_limit=0.5)
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
    assert ledger_rows(out, "SELECT status FROM runs ORDER BY run") == [("done",), ("error",)]
    assert counts(again(files, out)) == (0, 0, 2, 0, 0)


def test_a_disk_that_is_full_for_one_ticker_costs_no_other_that_ended_with_it(
    market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = publish.create_file

    def full(path: Path, *arguments: Any) -> None:
        if "BBB" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, *arguments)

    @contextlib.contextmanager
    def together(*_: Any) -> Iterator[Crew]:
        yield Crew(_Instant(), workers=lambda: 5, ahead=0)

    files = market("AAA", "BBB", "CCC", "BAD1")
    with monkeypatch.context() as patch:
        patch.setattr("rnn_forecast.batch.publish.create_file", full)
        patch.setattr("rnn_forecast.batch.run._crew", together)
        with pytest.raises(WriteError, match="No space left"):
            batch(files, out)
    noted = ledger_rows(out, "SELECT ticker, status FROM tickers ORDER BY 1")
    assert noted == [("AAA", "trained"), ("BAD1", "failed"), ("BBB", "left"), ("CCC", "trained")]
    assert counts(batch(files, out)) == (1, 0, 2, 1, 0)


class _Instant:
    """Does a job when it is handed out, so that all end together."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(call(*arguments))
        return future


def test_a_ticker_that_fails_or_is_left_keeps_the_forecast_it_had(market: Market, out: Path) -> None:
    files = market("AAA", "BBB", "CCC")
    batch(files, out)
    before = (out / "forecasts.csv").read_text()

    Path(files[1]).write_text("<html>daily hits limit</html>\n")
    summary = batch(files, out)
    assert counts(summary) == (0, 0, 2, 1, 0)
    assert (summary["forecasts"], summary["earlier"]) == (3, 1)
    assert (out / "forecasts.csv").read_text() == before  # BBB in its place

    market("BBB")
    summary = batch(files, out, force=True, time_limit=0)
    assert counts(summary) == (0, 0, 0, 0, 3)
    assert (summary["forecasts"], summary["earlier"]) == (3, 3)
    assert (out / "forecasts.csv").read_text() == before


def test_a_refused_ticker_stands_in_its_place_among_those_of_its_file(market: Market, out: Path) -> None:
    files = market("AAA", "BBB", "CCC")
    whole = Path(files[0]).with_name("all.csv")

    def write(spoilt: str) -> None:
        rows = [
            f"{Path(f).stem},{row.partition(',')[0] + ',5' if Path(f).stem == spoilt else row}"
            for f in files
            for row in Path(f).read_text().splitlines()[1:]
        ]
        whole.write_text("\n".join(["ticker,date,price", *rows]) + "\n")

    write("")
    batch([str(whole)], out)
    before = (out / "forecasts.csv").read_bytes()
    write("BBB")
    assert batch([str(whole)], out)["failed"] == 1
    assert (out / "forecasts.csv").read_bytes() == before


def test_a_first_run_in_which_all_fail_writes_the_header(market: Market, out: Path) -> None:
    assert counts(batch(market("BAD1", "BAD2"), out)) == (0, 0, 0, 2, 0)
    header = "ticker,origin,step,date,forecast,last,lo_80,hi_80,lo_95,hi_95\n"
    assert (out / "forecasts.csv").read_text() == header


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
    assert tickers_in(out) == ["AAA", "BBB", "CCC"]  # as they stood

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


def test_a_night_in_which_no_source_can_be_used_is_a_run_too(market: Market, out: Path) -> None:
    """`status` went on showing the night before: "done"."""
    files = market("AAA", "BBB")
    batch(files, out)
    for path in files:
        Path(path).write_text("nothing")
    with pytest.raises(DataError, match=r"none of 2 sources can be used; the first: .*AAA"):
        batch(files, out)
    status = status_of(out)
    assert status.last is not None and status.last["status"] == "error"
    assert ": none of 2 sources" in next(
        line for line in status.lines() if line.startswith("last run: failed")
    )
