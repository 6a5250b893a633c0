"""Rows of the ledger: what is kept, what is current, what is never changed."""

import math
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rnn_forecast.errors import InputError, ModelError
from rnn_forecast.record.ledger import Entry, ForecastRow, Ledger, Row, first_steps, opened, read_only
from rnn_forecast.record.schema import LEDGER

AAA = [
    ForecastRow(
        "AAA", "2024-01-05", step, "ab" * 8, "cd" * 8, f"2024-01-0{step + 7}", 100.5 + step, 100.25,
        {"80": (99.5, 103.5), "99.5": (None, None)}, 1_700_000_000,
    )
    for step in (1, 2)
]  # fmt: skip


def enter(ledger: Ledger, rows: list[ForecastRow], key: str = "key") -> None:
    ledger.enter(1, [Entry(Row(rows[0].ticker, "at_hand"), (key, rows))])


def kept(ledger: Ledger) -> int:
    (number,) = ledger._connection.execute("SELECT count(*) FROM forecasts").fetchone()
    return int(number)


def changed(rows: list[ForecastRow], **what: object) -> list[ForecastRow]:
    return [replace(row, **what) for row in rows]


def shown(rows: list[ForecastRow]) -> list[tuple]:
    """JSON has lists where a row was given pairs."""
    return [
        (replace(row, intervals={}), {k: tuple(v) for k, v in row.intervals.items()}, list(row.intervals))
        for row in rows
    ]


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    numbered = changed(AAA, ticker="=B,C", origin=160, date=161, model="", made=None)
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
        enter(ledger, numbered)
    with read_only(tmp_path) as ledger:
        found = ledger.forecasts()
        assert shown(found["AAA"]) == shown(AAA)
        assert shown(found["=B,C"]) == shown(numbered)
        assert ledger.forecast_keys() == {"=B,C": "key", "AAA": "key"}


def test_quantiles_and_risk_come_back_with_the_steps_that_have_them(tmp_path: Path) -> None:
    """The rows of an older program, which kept none, stay good beside them."""
    said = replace(AAA[1], further={"q_02.5": 97.5, "var_99": 2.5, "es_99": None})
    with opened(tmp_path) as ledger:
        enter(ledger, [AAA[0], said])
        assert [row.further for row in ledger.forecasts()["AAA"]] == [{}, said.further]
        assert shown(ledger.forecasts()["AAA"]) == shown([AAA[0], said])


@pytest.mark.parametrize("value", ["text", True, math.inf, math.nan, [1.0, 2.0]])
def test_risk_that_is_no_number_is_damage(tmp_path: Path, value: object) -> None:
    with opened(tmp_path) as ledger:
        enter(ledger, [replace(row, further={"var_99": value}) for row in AAA])  # type: ignore[dict-item]
        with pytest.raises(ModelError, match="damaged"):
            ledger.forecasts()


@pytest.mark.parametrize(
    "later",
    [{"origin": "2024-01-06"}, {"model": "ef" * 8}, {"input": "ef" * 8}],
)
def test_a_later_forecast_is_current_and_the_earlier_is_kept(tmp_path: Path, later: dict) -> None:
    new = changed(AAA, forecast=101.0, made=1_800_000_000, **later)
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
        enter(ledger, new, "other")
        assert shown(ledger.forecasts()["AAA"]) == shown(new)
        assert ledger.forecast_keys() == {"AAA": "other"}
        assert kept(ledger) == 4
        enter(ledger, AAA)
        assert shown(ledger.forecasts()["AAA"]) == shown(AAA)
        assert kept(ledger) == 4


def test_the_same_again_is_left_as_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
        enter(ledger, changed(AAA, made=1_800_000_000), "other")
        assert shown(ledger.forecasts()["AAA"]) == shown(AAA)
        assert ledger.forecast_keys() == {"AAA": "other"}


def test_fewer_steps_are_current_without_the_further_ones(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
        enter(ledger, AAA[:1])
        assert shown(ledger.forecasts()["AAA"]) == shown(AAA[:1])
        assert kept(ledger) == 2


def test_what_is_forgotten_was_made_all_the_same(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
        ledger.forget_forecasts(["AAA", "ZZZ"])
        assert (ledger.forecasts(), ledger.forecast_keys(), kept(ledger)) == ({}, {}, 2)


def test_a_forecast_takes_a_failure_back(tmp_path: Path) -> None:
    failed = Row("AAA", "failed", exit_code=65, error="AAA has 3 prices.", remedy="Add rows.")
    with opened(tmp_path) as ledger:
        ledger.enter(1, [Entry(failed, failure_key="key")])
        assert ledger.failures() == {"AAA": ("key", (65, "AAA has 3 prices.", "Add rows.", ""))}
        enter(ledger, AAA)
        assert ledger.failures() == {}


def test_all_entries_or_none(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        with pytest.raises(ValueError, match="hexadecimal"):
            ledger.enter(1, [Entry(Row("AAA", "at_hand"), ("key", changed(AAA, model="no hash")))])
        assert kept(ledger) == 0
        assert ledger._connection.execute("SELECT count(*) FROM tickers").fetchone() == (0,)


def test_a_year_of_nights_is_small(tmp_path: Path) -> None:
    """At most 250 bytes a row with two levels, as SQLite lays them out when nights come one after another."""
    tickers, nights, steps = [f"T{n:03}" for n in range(20)], 250, 5
    with opened(tmp_path) as ledger:
        for night in range(nights):
            entries = []
            for n, ticker in enumerate(tickers):
                rows = [
                    ForecastRow(
                        ticker, f"{2000 + night // 28}-01-{night % 28 + 1:02}", step, f"{night // 20:016x}",
                        f"{night:016x}", f"2024-01-{step:02}", 100.123456 + n, 100.654321,
                        {"80": (99.1234567, 101.123456), "95": (98.1234567, 102.123456)}, 1_700_000_000,
                    )
                    for step in range(1, steps + 1)
                ]  # fmt: skip
                entries.append(Entry(Row(ticker, "at_hand"), (str(night), rows)))
            ledger.enter(0, entries)
        assert kept(ledger) == nights * steps * len(tickers)
    assert (tmp_path / LEDGER).stat().st_size < 250 * nights * steps * len(tickers)


def test_the_current_forecasts_are_found_by_the_primary_key(tmp_path: Path) -> None:
    said: list[str] = []
    with opened(tmp_path) as ledger:
        ledger._connection.set_trace_callback(said.append)
        ledger.forecasts()
        plan = ledger._connection.execute("EXPLAIN QUERY PLAN " + said[0]).fetchall()
    assert [row[-1] for row in plan] == [
        "SCAN current_forecasts",
        "SEARCH forecasts USING PRIMARY KEY (ticker=? AND origin=? AND step<?)",
    ]


def test_where_no_batch_has_run(tmp_path: Path) -> None:
    with pytest.raises(InputError), read_only(tmp_path):
        pass
    (tmp_path / LEDGER).mkdir()
    with pytest.raises(ModelError, match="is no file"), opened(tmp_path):
        pass


def test_a_ledger_is_read_while_a_run_writes(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
        ledger._connection.execute("BEGIN IMMEDIATE")
        ledger._connection.execute("DELETE FROM current_forecasts")
        with read_only(tmp_path) as reader:
            assert len(reader.forecasts()["AAA"]) == 2
            with pytest.raises(sqlite3.OperationalError):
                reader._connection.execute("DELETE FROM current_forecasts")
        ledger._connection.execute("ROLLBACK")


KILLED = """
import os, sqlite3, sys
do = sqlite3.connect(sys.argv[1], isolation_level=None)
do.execute("PRAGMA cache_size = 1")
do.execute("BEGIN")
do.execute("DELETE FROM current_forecasts")
do.executemany("INSERT INTO sources VALUES (?, ?)", [(str(n), "x" * 5000) for n in range(500)])
os._exit(1)
"""


def test_a_ledger_that_a_killed_run_left_in_a_transaction_is_read(tmp_path: Path) -> None:
    """It was "attempt to write a readonly database", and the disk."""
    with opened(tmp_path) as ledger:
        enter(ledger, AAA)
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / LEDGER)], check=False)
    assert (tmp_path / f"{LEDGER}-journal").stat().st_size
    with read_only(tmp_path) as reader:
        assert shown(reader.forecasts()["AAA"]) == shown(AAA)
        assert reader.sources() == {}


def test_the_first_steps_of_the_last_forecasts_come_oldest_first(tmp_path: Path) -> None:
    assert first_steps(tmp_path, 9) == {}
    with opened(tmp_path) as ledger:
        for origin in ("2024-01-03", "2024-01-02", "2024-01-05"):
            enter(ledger, changed(AAA, origin=origin), origin)
        enter(ledger, changed(AAA, ticker="B"))
    found = first_steps(tmp_path, 2)
    assert [row.origin for row in found["AAA"]] == ["2024-01-03", "2024-01-05"]
    assert list(found) == ["AAA", "B"] and {row.step for rows in found.values() for row in rows} == {1}
