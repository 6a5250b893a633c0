"""`status`: when a batch last completed, when each ticker last succeeded, and what it ends with."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from batch_fakes import Here, Market, run_fake
from batch_runs import again, batch, ledger_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_forecast.batch.choices import Limit
from rnn_forecast.batch.heartbeat import (
    Allowed,
    overdue,
    require_calm,
    require_recent,
    unknown,
)
from rnn_forecast.batch.status import Status, status_of, succeeded_line
from rnn_forecast.batch.summary import record_lines
from rnn_forecast.errors import AlarmError, BatchError
from rnn_forecast.record import ledger as ledgers
from rnn_forecast.record.ledger import Entry, ForecastRow, Row, opened

SCRIPT = Path(__file__).with_name("batch_fakes.py")
NAMES = ("AAA", "BBB", "CCC", "DDD")
GOOD = ("trained", "at_hand", "unchanged")
START = datetime(2024, 1, 1, 22, tzinfo=UTC)


def text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class Night(NamedTuple):
    ended: str  # a status of runs; "killed" says no end
    tickers: dict[str, str]  # status by ticker


nights = st.lists(
    st.builds(
        Night,
        st.sampled_from(["done", "failed", "stopped", "interrupted", "error", "killed"]),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*GOOD, "failed", "left"])),
    ),
    max_size=8,
)


def write(out: Path, history: list[Night]) -> None:
    """A night after another, each begun at 22:00 and ended an hour later."""
    with opened(out) as ledger, pytest.MonkeyPatch.context() as patch:
        ledger._connection.execute("PRAGMA synchronous = OFF")
        for n, night in enumerate(history):
            patch.setattr(ledgers, "now_text", lambda n=n: text(START + timedelta(days=n)))
            run = ledger.begin("", 0, {})
            ledger.enter(run, [Entry(Row(ticker, status)) for ticker, status in night.tickers.items()])
            patch.setattr(ledgers, "now_text", lambda n=n: text(START + timedelta(days=n, hours=1)))
            if night.ended != "killed":
                ledger.end(run, night.ended, {})


@settings(max_examples=30, deadline=None)
@given(nights)
def test_what_status_knows_is_what_a_plain_loop_finds(history: list[Night]) -> None:
    completed, last, tickers = None, {}, []
    for n, night in enumerate(history):
        end = text(START + timedelta(days=n, hours=1))
        if night.ended in ("done", "failed"):
            completed = end
        if night.ended in ("done", "failed", "stopped"):
            last |= {ticker: end for ticker, status in night.tickers.items() if status in GOOD}
        if night.tickers:
            tickers = sorted(night.tickers)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), history)
        status = status_of(Path(folder))
    assert status.completed == completed
    assert status.tickers == {ticker: last.get(ticker) for ticker in tickers}


moments = st.none() | st.integers(0, 60).map(lambda hours: text(START - timedelta(hours=hours)))


@given(st.dictionaries(st.sampled_from(NAMES), moments), st.integers(0, 50), st.integers(0, 4))
def test_who_is_overdue(tickers: dict[str, str | None], hours: int, most: int) -> None:
    late = overdue(tickers, hours * 3600, START)
    expected = {t for t, at in tickers.items() if at is None or at < text(START - timedelta(hours=hours))}
    assert {ticker for ticker, _ in late} == expected
    assert late == sorted(late, key=lambda one: (one[1] is not None, one[1], one[0]))
    assert Limit(count=most).passed(len(late), len(tickers)) == (len(expected) > most)


def test_the_line_names_the_oldest() -> None:
    at, before = "2026-10-02T22:00:00Z", "2026-10-01T22:00:00Z"
    each = dict.fromkeys((f"T{n}" for n in range(38)), at)
    assert succeeded_line({}) == "last succeeded: never"
    assert succeeded_line({"A": None}) == "last succeeded: none of 1 ticker"
    assert succeeded_line({"A": at}) == f"last succeeded: 1 ticker at {at}"
    assert succeeded_line(each, ["B", "C"]) == f"last succeeded: all 38 tickers at {at} (2 ignored)"
    assert succeeded_line({}, ["B", "C"]) == "last succeeded: no ticker is left (2 ignored)"
    old = {"OLD": before, "NEW": None}
    start = f"last succeeded: 38 of 40 tickers at {at}; the oldest: NEW never, OLD at {before}"
    assert succeeded_line({**each, **old}) == start
    more = dict.fromkeys("XYZ", before)
    line = succeeded_line({**each, **old, **more})
    assert line == start.replace("of 40", "of 43") + f", X at {before} and 2 more"


def of(tickers: dict[str, str | None], **more: object) -> Status:
    kept = {"runs": 1, "models": 1, "unseen": 0, "bytes": 0}
    return Status(Path("b"), None, None, None, kept, tickers=tickers, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "allowed", "said"),
    [
        (5, 1, r"no success within 1 second: A, last at \S+Z \(5\.?\d* seconds ago\)\. "),
        (150, 120, r"within 2 minutes: A, last at \S+Z \(2\.5\d* minutes ago\)\. "),
        (97_200, 93_600, r"within 26 hours: A, last at \S+Z \(27 hours ago\)\. "),
        (10 * 86_400, 604_800, r"within 7 days: A, last at \S+Z \(10 days ago\)\. "),
    ],
)
def test_ages_are_said_in_units_that_fit(age: float, allowed: float, said: str) -> None:
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=age)
    with pytest.raises(BatchError, match=said):
        require_recent(of({"A": text(then)}), Allowed(allowed))


def test_many_that_are_overdue_are_five_and_a_count() -> None:
    late = of(dict.fromkeys((f"T{n}" for n in range(8)), None))
    with pytest.raises(BatchError) as caught:
        require_recent(late, Allowed(60.0))
    named = "; ".join(f"T{n}, never" for n in range(5))
    message = f"8 of 8 tickers have no success within 60 seconds: {named}; and 3 more."
    assert caught.value.message == message
    require_recent(late, Allowed(60.0, Limit(count=8)))
    require_recent(late, Allowed(60.0, Limit(share=1.0)))
    with pytest.raises(BatchError, match="8 of 8"):
        require_recent(late, Allowed(60.0, Limit(share=0.9)))


def test_check_asks_for_the_newest_forecast_and_for_every_ticker() -> None:
    now = datetime.now(UTC)
    fresh, old = text(now), int((now - timedelta(days=3)).timestamp())
    day = Allowed(86_400.0)
    require_calm(of({"A": fresh}, newest=("A", int(now.timestamp()))), day)
    with pytest.raises(AlarmError, match=r"1 of 2 tickers has no success within 24 hours: B, never\. "):
        require_calm(of({"A": fresh, "B": None}, newest=("A", int(now.timestamp()))), day)
    with pytest.raises(AlarmError, match=r"the newest forecast, of A, was made .*, 3 days ago"):
        require_calm(of({"A": fresh}, newest=("A", old)), day)
    require_calm(of({"A": None}, newest=("A", old)), Allowed())


def test_a_name_that_is_near_is_suggested() -> None:
    status = of({"MSFT": None}, ignored=["AAPL"])
    assert [*unknown(status, ["AAPL", "aapl", "QQQQ", "MSF"])] == [
        "--ignore aapl: the batch has no such ticker; nearest: AAPL",
        "--ignore QQQQ: the batch has no such ticker",
        "--ignore MSF: the batch has no such ticker; nearest: MSFT",
    ]


def test_one_bad_ticker_among_others(here: Here, market: Market, out: Path) -> None:
    files = market("AAA", "BAD1", "BBB")
    assert here("status", str(out))[0] == 66
    run_fake(files, out)
    words = ("status", str(out), "--max-age", "26h")
    code, said, told = here(*words)
    ended = ledger_rows(out, "SELECT ended FROM runs")[0][0]
    assert code == 3
    assert said.splitlines()[:3] == [
        f"last completed: {ended}",
        f"last succeeded: 2 of 3 tickers at {ended}; the oldest: BAD1 never",
        f"last run: some tickers failed, ended {ended}",
    ]
    assert told.startswith("Error: 1 of 3 tickers has no success within 26 hours: BAD1, never.\n")
    assert here(*words, "-q", "--check")[0] == 4
    for more in (("--ignore", "BAD1"), ("--max-failures", "1"), ("--max-failures", "34%")):
        assert here(*words, "-q", *more) == (0, "", "")
        assert here(*words, "-q", "--check", *more) == (0, "", "")
    code, said, told = here(*words, "--ignore", "BAD1", "--ignore", "BDA1")
    assert code == 0
    assert said.splitlines()[1] == f"last succeeded: all 2 tickers at {ended} (1 ignored)"
    assert told == "--ignore BDA1: the batch has no such ticker; nearest: BAD1\n"
    assert here("status", str(out), "--max-age", "0h", "--ignore", "BAD1")[0] == 3
    known = json.loads(here("status", str(out), "--json")[1])
    assert known["completed"] == ended and known["succeeded"] is None
    assert known["tickers"] == [
        {"ticker": "AAA", "last_succeeded": ended},
        {"ticker": "BAD1", "last_succeeded": None},
        {"ticker": "BBB", "last_succeeded": ended},
    ]


def test_tolerating_failures_needs_an_age(here: Here, out: Path) -> None:
    for more in ((), ("--check",)):
        code, _, told = here("status", str(out), "--max-failures", "2", *more)
        assert code == 2 and "--max-age" in told


def test_the_choices_come_from_the_environment(
    here: Here, market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_fake(market("AAA", "BAD1", "BAD2"), out)
    monkeypatch.setenv("RNN_FORECAST_MAX_FAILURES", "9")  # of a batch
    monkeypatch.setenv("RNN_FORECAST_STATUS_MAX_AGE", "26h")
    assert here("status", str(out), "-q")[0] == 3
    monkeypatch.setenv("RNN_FORECAST_STATUS_IGNORE", "BAD1 BAD2")
    assert here("status", str(out), "-q")[0] == 0


def test_tickers_that_a_first_night_has_not_come_to(market: Market, out: Path) -> None:
    """More of them than a summary names."""
    names = [f"T{n:02}" for n in range(25)]
    assert batch(market(*names), out, time_limit=0)["left"] == 25
    status = status_of(out)
    assert (status.completed, status.tickers) == (None, dict.fromkeys(names, None))
    assert status.lines()[:2] == ["last completed: never", "last succeeded: none of 25 tickers"]


def test_a_night_that_is_interrupted_is_no_success(
    market: Market, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    before = status_of(out)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledgers, "now_text", lambda: "2099-01-01T00:00:00Z")
    monkeypatch.setattr("rnn_forecast.batch.run._finish", interrupt)
    with pytest.raises(KeyboardInterrupt):
        again(files, out)
    status = status_of(out)
    assert (status.completed, status.tickers) == (before.completed, before.tickers)
    assert "last run: interrupted, ended 2099-01-01T00:00:00Z" in status.lines()
    assert "left: 0 (KeyboardInterrupt)" in status.lines()


def test_a_night_of_one_ticker_leaves_the_others_known(market: Market, out: Path) -> None:
    files = market("AAA", "BBB")
    batch(files, out)
    again(files, out, only=("AAA",))
    assert [*status_of(out).tickers] == ["AAA", "BBB"]
    again(files[:1], out)  # no source has the other any more
    assert [*status_of(out).tickers] == ["AAA"]


def test_a_success_older_than_the_rows_of_runs_is_when_its_forecast_was_made(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out.mkdir()
    monkeypatch.setattr(ledgers, "KEPT_RUNS", 2)
    made = int(START.timestamp())
    row = ForecastRow("OLD", "2024-01-01", 1, "ab" * 8, "cd" * 8, "2024-01-02", 1.0, 1.0, {}, made)
    monkeypatch.setattr(ledgers, "now_text", lambda: text(START + timedelta(hours=1)))
    with opened(out) as ledger:
        run = ledger.begin("", 0, {})
        ledger.enter(run, [Entry(Row("OLD", "trained"), ("key", [row]))])
        ledger.end(run, "done", {})
    assert status_of(out).tickers == {"OLD": text(START + timedelta(hours=1))}
    for n in range(1, 4):
        monkeypatch.setattr(ledgers, "now_text", lambda n=n: text(START + timedelta(days=n)))
        with opened(out) as ledger:
            run = ledger.begin("", 0, {})
            ledger.enter(run, [Entry(Row("OLD", "failed")), Entry(Row("NEW", "failed"))])
            ledger.end(run, "failed", {})
    assert status_of(out).tickers == {"NEW": None, "OLD": text(START)}


def test_what_the_record_says() -> None:
    latest = {
        "rows": 250, "outcomes": 9750, "rmse_ratio": 0.9812, "verdict": "no better",
        "held": {"80": 79.61, "95": 94.8},
    }  # fmt: skip
    figures = {"forecasts": 12_500, "from": "2026-10-01", "came_true": 11_200, "latest": latest}
    lines = [
        "record: 12,500 forecasts since 2026-10-01, 11,200 came true",
        "one step ahead, 9,750 outcomes of the last 250 rows: RMSE 0.981 of the last value's (no better); "
        "80 % bands held 79.6 %, 95 % bands held 94.8 %",
    ]
    assert [*record_lines(figures)] == lines
    assert of({}, record=figures).lines()[2:4] == lines
    assert [*record_lines(figures | {"latest": None})] == lines[:1]
    assert of({}, record=figures | {"forecasts": 0}).lines()[2].startswith("kept: ")


def test_two_nights_and_a_morning_in_processes_of_their_own(market: Market, out: Path) -> None:
    paths = os.pathsep.join(map(str, (*SCRIPT.parents[1:3], SCRIPT.parents[0])))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("RNN_FORECAST_")}
    environment = {**plain, "PYTHONPATH": paths}

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True, check=False
        )

    files = market("AAA", "BAD1", "BBB")
    for rows in (120, 121):
        market("AAA", "BAD1", "BBB", rows=rows)
        night = run(str(SCRIPT), str(out), "1", *files)
        assert json.loads(night.stdout)["failed"] == 1, night.stderr
    words = ("-m", "rnn_forecast", "status", str(out), "--max-age", "26h", "--quiet")
    morning = run(*words)
    assert (morning.returncode, morning.stdout) == (3, "")
    assert morning.stderr.startswith("Error: 1 of 3 tickers has no success within 26 hours: BAD1, never.\n")
    calm = run(*words, "--ignore", "BAD1")
    assert (calm.returncode, calm.stdout, calm.stderr) == (0, "", "")
