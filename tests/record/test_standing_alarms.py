"""Alarms of a ledger, and `status --check`, which tells of them."""

import contextlib
import json
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toys import walk

from rnn_forecast.cli.main import call
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.errors import ModelError
from rnn_forecast.prices import PriceSeries
from rnn_forecast.prices.series import iso
from rnn_forecast.record import standing_alarms as standing
from rnn_forecast.record.ledger import ForecastRow, opened
from rnn_forecast.record.schema import LEDGER
from rnn_forecast.record.standing_alarms import (
    find_alarms,
    look_back,
    newest_forecasts,
    record_figures,
    standing_alarms,
)
from rnn_forecast.record.what_came import Asked, history
from rnn_forecast.verbs.track_record import track_record

NIGHTS = 120
WIDTH = {"GOOD": 0.0128155, "BAD": 0.0004}  # of the band, in returns: 80 % of moves are within 1.28 %


def night(series: PriceSeries, n: int) -> tuple[PriceSeries, list[ForecastRow]]:
    """The forecast of one step from row n, which is the last value."""
    known, last = series.until(n), float(series.prices[n - 1])
    (date,) = iso(series.dates[n : n + 1])
    band = (last * (1 - WIDTH[series.ticker]), last * (1 + WIDTH[series.ticker]))
    made = int(known.dates[-1].astype(int)) + 79_200
    row = ForecastRow(
        series.ticker,
        iso(known.dates[-1:])[0],
        1,
        "ab" * 8,
        f"{n:016x}",
        date,
        last,
        last,
        {"80": band},
        made,
    )
    return known, [row]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of a year's half, of a ticker with good bands and of one with bad ones."""
    folder, days = tmp_path_factory.mktemp("kept"), NIGHTS + 10
    start = str(np.datetime64("today") - days)
    tickers = [walk(days, ticker=name, start=start, seed=seed) for name, seed in (("BAD", 1), ("GOOD", 5))]
    with opened(folder) as ledger:
        ledger.record(
            [night(one, n) for n in range(days - NIGHTS - 1, days) for one in tickers if n < days - 1]
        )
    find_alarms(folder)
    return folder


def test_the_ticker_whose_bands_break_is_named(kept: Path) -> None:
    (alarm,) = standing_alarms(kept)
    assert (alarm.ticker, alarm.kind, alarm.level) == ("BAD", "coverage", 80)
    assert alarm.missed > 0.9 * alarm.rows
    again = find_alarms(kept)
    assert again == [alarm] == standing_alarms(kept)


def test_where_only_later_steps_came_true_there_is_nothing_to_raise_an_alarm(tmp_path: Path) -> None:
    """A source that was a day late: the first step's date had come, and only the second counts."""
    series = walk(30, ticker="GOOD", start=str(np.datetime64("today") - 30))
    known, (row,) = night(series, 20)
    (later,) = iso(series.dates[21:22])
    late = replace(row, made=(row.made or 0) + 100_000)
    with opened(tmp_path) as ledger:
        ledger.record([(known, [late, replace(late, step=2, date=later)])])
        ledger.record([(series, [])])
        assert (ledger.outcomes(1), ledger.outcomes(2)) == (0, 1)
    found, each = look_back(tmp_path)
    assert (found, record_figures(tmp_path, each)["latest"]) == ([], None)
    assert record_figures(tmp_path, each)["came_true"] == 1


@pytest.mark.parametrize(
    ("column", "value"), [("forecasts.made", 1 << 62), ("outcomes.came", b"x"), ("outcomes.nth", 1e300)]
)
def test_what_is_no_time_date_or_number_is_damage(
    kept: Path, tmp_path: Path, column: str, value: object
) -> None:
    table, name = column.split(".")
    (tmp_path / LEDGER).write_bytes((kept / LEDGER).read_bytes())
    with contextlib.closing(sqlite3.connect(tmp_path / LEDGER)) as do, do:
        do.execute(f"DROP TRIGGER {table}_stay")
        do.execute(f"UPDATE {table} SET {name} = ?", (value,))
    with pytest.raises(ModelError, match="damaged"):
        newest_forecasts(tmp_path)
        history(tmp_path)
        look_back(tmp_path)


@pytest.mark.parametrize("rows", [60, 250])
def test_the_figures_of_a_night_are_those_of_track_record(
    kept: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(standing, "ROWS", rows)
    figures, record = record_figures(kept, look_back(kept)[1]), track_record(kept).to_json()
    for name in ("forecasts", "from", "came_true"):
        assert figures[name] == record[name]
    (step,) = next(part["steps"] for part in record["latest"] if part["rows"] == rows)
    (cover,) = step["coverage"]
    assert figures["latest"] == {
        "rows": rows, "outcomes": step["outcomes"], "rmse_ratio": step["rmse_ratio"],
        "verdict": step["verdict"], "held": {"80": cover["held"]},
    }  # fmt: skip
    assert step["outcomes"] == 2 * min(rows, NIGHTS - 1)


def test_a_ticker_to_ignore_raises_no_alarm(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(lambda: call(["status", str(kept), "--check", "--ignore", "BAD", "-q"])) == 0
    assert code_of(lambda: call(["status", str(kept), "--ignore", "BAD"])) == 0
    assert "alarm: " not in capsys.readouterr().out


def test_status_tells_and_with_check_ends_with_4(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(lambda: call(["status", str(kept)])) == 0
    assert "alarm: BAD: since " in capsys.readouterr().out
    assert code_of(lambda: call(["status", str(kept), "--check", "-q"])) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert "BAD: since " in said.err
    assert code_of(lambda: call(["status", str(kept), "--json"])) == 0
    (alarm,) = json.loads(capsys.readouterr().out)["alarms"]
    assert alarm["ticker"] == "BAD"


def test_old_forecasts_are_an_alarm_as_well(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = newest_forecasts(kept)
    assert sorted(made) == ["BAD", "GOOD"]
    assert time.time() - made["GOOD"] > 86_400
    assert code_of(lambda: call(["status", str(kept), "--check", "--max-age", "1h", "-q"])) == 4
    assert "the newest forecast, of BAD, was made " in capsys.readouterr().err
    assert code_of(lambda: call(["status", str(kept), "--check", "--max-age", "30d", "-q"])) == 4
    assert "newest" not in capsys.readouterr().err


def test_a_calm_record_ends_with_0(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    assert find_alarms(tmp_path) == []
    nothing = {"forecasts": 0, "from": None, "came_true": 0, "latest": None}
    assert record_figures(tmp_path, look_back(tmp_path)[1]) == nothing
    assert code_of(lambda: call(["status", str(tmp_path), "--check", "-q"])) == 0
    assert code_of(lambda: call(["status", str(tmp_path), "--check", "--max-age", "1h", "-q"])) == 4


def test_the_latest_outcomes_of_one_ticker_are_the_end_of_all(kept: Path) -> None:
    every, numbers = history(kept)
    of_one, same = history(kept, Asked(ticker="GOOD", latest=30))
    last = every.rows(every.ticker == every.tickers.index("GOOD")).rows(slice(-30, None))
    assert of_one.tickers == ["GOOD"] and len(of_one) == 30 and same == numbers
    np.testing.assert_array_equal(of_one.actual, last.actual)
    np.testing.assert_array_equal(of_one.missed["80"], last.missed["80"])
    assert len(history(kept, Asked(steps=0))[0]) == 0
