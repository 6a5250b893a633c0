"""Rows that are too old: which go, which stay."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from rnn_forecast.record.ledger import Entry, ForecastRow, Row, opened
from rnn_forecast.record.pruning import number_of, prune
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
