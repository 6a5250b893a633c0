"""Thirty nights of a batch give the record that an independent script computes, whatever happens to them."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from batch_fakes import fake_job
from batch_runs import order
from record_by_hand import Record

from rnn_forecast.batch.choices import Means
from rnn_forecast.batch.run import run_batch
from rnn_forecast.batch.status import status_of
from rnn_forecast.record import recorded
from rnn_forecast.verbs.track_record import track_record

TICKERS = ("AAA", "GONE", "LATE", "REVISED", "SPLIT")
FIRST, NIGHTS, STEPS = 100, 30, 5
KILLED = {4: 3, 9: 7, 12: 12, 15: 2, 16: 10, 23: 0}  # night: the change of the ledger's that never returns
DAYS = [
    day for day in (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(n) for n in range(400)) if day.weekday() < 5
]
HOLIDAY = FIRST + 14  # a row that nobody has, on a day that the calendar has


def walk_of(ticker: str) -> list[float]:
    draw, price, prices = random.Random(ticker), 100.0, []
    for _ in DAYS:
        price *= 1 + draw.gauss(0, 0.01)
        prices.append(price)
    return prices


WALKS = {ticker: walk_of(ticker) for ticker in TICKERS}


def prices_of(ticker: str, night: int) -> dict[int, float] | None:
    """What the file of that night holds, by row; None where there is no file."""
    rows = FIRST + night
    if ticker == "GONE" and night >= 20:
        return None
    if ticker == "LATE" and night in (7, 8):
        rows = FIRST + 6
    prices = {row: WALKS[ticker][row] for row in range(rows) if row != HOLIDAY}
    if ticker == "SPLIT" and night >= 11:
        prices = {row: price / 4 for row, price in prices.items()}
    if ticker == "REVISED" and night >= 18:
        prices[FIRST + 13] *= 1.02
    if ticker == "REVISED" and night == 25:
        prices[FIRST + 24] *= 1.01  # the last price of one night, and another the next
    return prices


def write_night(folder: Path, night: int) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for ticker in TICKERS:
        prices, path = prices_of(ticker, night), folder / f"{ticker}.csv"
        path.unlink(missing_ok=True)
        if prices is not None:
            lines = [f"{DAYS[row]:%Y-%m-%d},{price!r}" for row, price in prices.items()]
            path.write_text("\n".join(["date,price", *lines]) + "\n")
            files[ticker] = path
    return files


def run(files: list[str], out: Path) -> None:
    run_batch(order(files, out, steps=STEPS), Means(1), work=fake_job)


def clock_of(night: int) -> SimpleNamespace:
    evening = DAYS[FIRST + night - 1].timestamp() + 22 * 3600
    return SimpleNamespace(time=lambda: evening)


def run_and_be_killed(files: list[str], out: Path, night: int) -> None:
    paths = os.pathsep.join(map(str, (*Path(__file__).parents[:2], Path(__file__).parents[2])))
    words = [sys.executable, __file__, str(out), str(night), *files]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Record]:
    place = tmp_path_factory.mktemp("nights")
    out, by_hand = place / "out", Record()
    with pytest.MonkeyPatch.context() as patch:
        for night in range(NIGHTS):
            files = write_night(place / "prices", night)
            sources = [*map(str, files.values())]
            if night in KILLED:
                run_and_be_killed(sources, out, night)
            patch.setattr(recorded, "time", clock_of(night))
            run(sources, out)
            by_hand.night(files, shutil.copy(out / "forecasts.csv", place / "forecasts.csv"))
    return out, by_hand


def rows(out: Path, query: str) -> list[tuple]:
    with sqlite3.connect(out / "ledger.sqlite") as do:
        return do.execute(query).fetchall()


def test_every_outcome_is_the_one_that_is_computed_by_hand(nights: tuple[Path, Record]) -> None:
    out, by_hand = nights
    found = rows(out, "SELECT ticker, origin, step, came, price, base FROM outcomes")
    assert {row[:3]: row[3:] for row in found} == by_hand.outcomes
    assert len(found) == len(by_hand.outcomes) > 400
    assert {step for _, _, step in by_hand.outcomes} == {1, 2, 3, 4, 5}


def test_what_happened_is_counted(nights: tuple[Path, Record]) -> None:
    out, by_hand = nights
    found = rows(out, "SELECT ticker, origin, step, price, base FROM revisions")
    assert {row[:3]: row[3:] for row in found} == by_hand.revised
    assert {row[0] for row in found} == {"REVISED"}
    numbers = track_record(out).numbers
    assert numbers["came_true"] == len(by_hand.outcomes)
    assert numbers["to_come"] == len(by_hand.forecasts) - len(by_hand.outcomes)
    assert numbers["moved"] == sum(came is not None for came, _, _ in by_hand.outcomes.values()) > 0
    assert numbers["revised"] == len(by_hand.revised) > 5
    assert numbers["rescaled"] >= 5
    assert numbers["late"] == 0
    figures = status_of(out).record
    assert figures is not None
    assert {name: figures[name] for name in ("forecasts", "from", "came_true")} == {
        name: numbers[name] for name in ("forecasts", "from", "came_true")
    }
    assert figures["latest"]["outcomes"] == sum(step == 1 for _, _, step in by_hand.outcomes)


def test_no_line_stands_twice_and_none_is_lost(nights: tuple[Path, Record]) -> None:
    out, by_hand = nights
    distinct = rows(out, "SELECT DISTINCT ticker, origin, step FROM forecasts")
    assert {*distinct} == {*by_hand.forecasts}
    for step in range(1, STEPS + 1):
        found = rows(out, f"SELECT nth FROM outcomes WHERE ticker = 'AAA' AND step = {step} ORDER BY origin")
        assert [nth for (nth,) in found] == [*range(len(found))]


@pytest.mark.parametrize("latest", [20, None])
def test_the_scores_are_those_that_are_computed_by_hand(
    nights: tuple[Path, Record], latest: int | None
) -> None:
    out, by_hand = nights
    (part,) = (p for p in track_record(out).scores["latest"] if p["rows"] == latest)
    for found in part["steps"]:
        expected = by_hand.scores(found["step"], latest)
        held = next(cover["held"] for cover in found["coverage"] if cover["level"] == 80)
        assert found["outcomes"] == expected["outcomes"]
        for name in ("rmse", "rmse_last_value"):
            assert found[name] == pytest.approx(expected[name], rel=1e-12)
        assert held == pytest.approx(expected["held"], rel=1e-12)


def test_the_worst_days(nights: tuple[Path, Record]) -> None:
    out, by_hand = nights
    days = by_hand.broken_on()
    worst = sorted(days, key=lambda day: (days[day][0] / days[day][1], day), reverse=True)[:5]
    assert [(day["date"], day["broken"], day["bands"]) for day in track_record(out).scores["days"]] == [
        (day, *days[day]) for day in worst
    ]


def killing(call: int) -> None:
    """The ledger's `call`-th change does not return, nor does the process; 0: the end of the run."""
    from rnn_forecast.record import ledger

    made = [0]

    def counted(change):  # type: ignore[no-untyped-def]
        def called(*arguments, **named):  # type: ignore[no-untyped-def]
            made[0] += 1
            found = change(*arguments, **named)
            if made[0] == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        return called

    ledger.Ledger.end = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
    ledger._put = counted(ledger._put)
    ledger.add_outcomes = counted(ledger.add_outcomes)


if __name__ == "__main__":
    _, place_, night_, *files_ = sys.argv
    recorded.time = clock_of(int(night_))  # type: ignore[assignment]
    killing(KILLED[int(night_)])
    run(files_, Path(place_))
