"""Rows that are too old: which go, which stay."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from toys import walk

from rnn_forecast.prices.series import iso
from rnn_forecast.record.ledger import Entry, ForecastRow, Row, opened
from rnn_forecast.record.pruning import compact, number_of, prune
from rnn_forecast.record.schema import LEDGER

ROW = ForecastRow("AAA", "2020-01-01", 1, "ab" * 8, "cd" * 8, "2020-01-02", 1.0, 1.0, {}, 1_577_836_800)


def rows(out: Path, query: str) -> list[tuple]:
    with sqlite3.connect(out / LEDGER) as connection:
        return connection.execute(query).fetchall()


def test_a_forecast_goes_by_when_it_was_made_or_by_its_origin(tmp_path: Path) -> None:
    """Where neither is known it stays, and so does the current one."""
    made = [
        ROW,
        replace(ROW, origin="2020-01-02", made=None),
        replace(ROW, origin=7, date=8, made=None),
        replace(ROW, origin="2020-01-03", made=2_000_000_000),
        replace(ROW, origin="2020-01-04", step=1),
    ]
    with opened(tmp_path) as ledger:
        for number, row in enumerate(made):
            ledger.enter(1, [Entry(Row("AAA", "at_hand"), (str(number), [row]))])
    assert prune(tmp_path, 1_700_000_000, [], None)["forecasts"] == 2
    assert rows(tmp_path, "SELECT origin FROM forecasts") == [(7,), ("2020-01-03",), ("2020-01-04",)]


def test_rows_that_hang_on_a_run_go_with_it_and_failures_of_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        for ticker in ("AAA", "BBB"):
            run = ledger.begin("", 0, {})
            failed = Row(ticker, "failed", exit_code=65, error="e", remedy="r")
            ledger.enter(run, [Entry(failed, failure_key="k")])
            ledger.end(run, "failed", {})
        last = ledger.begin("", 0, {})
        ledger.end(last, "done", {})
    assert prune(tmp_path, 9e9, [], {"AAA"}) == {"runs": 2, "forecasts": 0, "models": 0}
    assert number_of(tmp_path) == {"runs": 1, "models": 0}
    assert rows(tmp_path, "SELECT count(*) FROM tickers") == [(0,)]
    assert rows(tmp_path, "SELECT ticker FROM failures") == [("AAA",)]


def test_the_file_shrinks(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        for origin in range(40):
            made = [replace(ROW, origin=f"2020-{origin}", step=step) for step in range(1, 101)]
            ledger.enter(1, [Entry(Row("AAA", "at_hand"), ("k", made))])
    before = (tmp_path / LEDGER).stat().st_size
    assert prune(tmp_path, 9e9, [], None)["forecasts"] == 3900
    assert (tmp_path / LEDGER).stat().st_size < before / 2


def test_what_came_goes_with_its_forecast_and_numbers_go_on(tmp_path: Path) -> None:
    """nth is the place in all that came, also of what is gone."""
    series = walk(60, ticker="AAA", start="2020-01-01")
    days = iso(series.dates)
    with opened(tmp_path) as ledger:
        for n in range(1, 59):
            made = int(series.dates[n - 1].astype(int))
            row = replace(ROW, origin=days[n - 1], date=days[n], made=made, input=f"{n:016x}")
            ledger.record([(series.until(n), [row])])
    assert rows(tmp_path, "SELECT count(*), min(nth), max(nth) FROM outcomes") == [(57, 0, 56)]
    assert prune(tmp_path, int(series.dates[40].astype(int)), [], None)["forecasts"] == 40
    assert rows(tmp_path, "SELECT count(*), min(nth), max(nth) FROM outcomes") == [(17, 40, 56)]
    assert rows(tmp_path, "SELECT count(*) FROM pruning") == [(0,)]
    with opened(tmp_path) as ledger:
        ledger.record([(series, [])])
    assert rows(tmp_path, "SELECT max(nth) FROM outcomes") == [(57,)]


def test_a_ledger_that_is_written_anew_is_smaller_and_the_same(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        for night in range(60):
            made = [
                replace(ROW, ticker=f"T{n}", origin=f"2020-{night:03}", step=step)
                for n in range(20) for step in (1, 2, 3)
            ]  # fmt: skip
            one_by_one = [(f"T{one}", made[one : one + 3]) for one in range(0, 60, 3)]
            ledger.enter(1, [Entry(Row(ticker, "at_hand"), ("k", three)) for ticker, three in one_by_one])
    everything, before = rows(tmp_path, "SELECT * FROM forecasts"), (tmp_path / LEDGER).stat().st_size
    compact(tmp_path)
    assert rows(tmp_path, "SELECT * FROM forecasts") == everything
    assert (tmp_path / LEDGER).stat().st_size < before
