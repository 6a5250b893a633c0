"""What was done: a row for each ticker and run, a row for each forecast price, and what is fresh now.

A ticker's rows are written in one transaction, perhaps with those of others, after its model has been
published, so that a run that is killed between the two trains that ticker again, with the same result, and
never takes a model for one that it is not. Rows of forecasts are added and never changed.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rnn_forecast.errors import InputError
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.record.coming_true import add_outcomes, newest_origin
from rnn_forecast.record.resolve import is_late
from rnn_forecast.record.schema import LEDGER, connected, create, transaction, translated
from rnn_forecast.record.stored_values import (
    damaged,
    json_of,
    require_ends,
    require_moment,
    require_numbers,
    require_run,
    row_of,
)

KEPT_RUNS = 400  # rows of older runs go: a year of nights


@dataclass(frozen=True)
class Row:
    """What a run did about one ticker."""

    ticker: str
    status: str  # trained | at_hand | unchanged | failed | left (until the run comes to it)
    why: str = ""
    input_sha256: str | None = None
    recipe_sha256: str | None = None
    versions: str | None = None
    seed: int | None = None
    seconds: float | None = None
    epochs: int | None = None
    megabytes: float | None = None
    exit_code: int | None = None
    error: str | None = None
    remedy: str | None = None
    details: str | None = None
    rmse_ratio: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class KnownModel:
    """The model that stands in a ticker's folder."""

    ticker: str
    folder: str
    run: int
    trained: float  # seconds since 1970
    recipe_sha256: str
    format: int
    rows: int  # the first rows of the series, which training looked at
    rows_sha256: str  # of them
    input_sha256: str  # of the whole series
    manifest_sha256: str
    rmse_ratio: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class ForecastRow:
    """One price that was forecast. Dates are texts, or numbers of rows where a series has no dates."""

    ticker: str
    origin: str | int  # of the last price used
    step: int  # 1, 2, 3…
    model: str  # the first 16 digits of the sha256 of its folder's manifest; "" where format 2 does not say
    input: str  # the first 16 digits of the sha256 of the prices
    date: str | int
    forecast: float | None
    last: float | None
    intervals: Mapping[str, Sequence[float | None]]  # level → low, high
    made: int | None  # seconds since 1970
    further: Mapping[str, float | None] = field(default_factory=dict)  # quantiles, risk: by column


@dataclass(frozen=True)
class Entry:
    """A ticker's row, and what is kept for later runs."""

    row: Row
    forecast: tuple[str, Sequence[ForecastRow]] | None = None  # its key, and its steps from 1
    model: KnownModel | None = None  # where that is new
    failure_key: str | None = None  # under which the failure is remembered, so as not to find it again
    series: PriceSeries | None = None  # the prices of today, of which past forecasts hear what came


class Ledger:
    """An open ledger. Every method is one transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self.path = connection, path

    def begin(self, recipe_sha256: str, seed: int, versions: Mapping[str, str]) -> int:
        """Note that a run has begun; its number. A run that says no end was killed."""
        with self._transaction() as do:
            do.execute("UPDATE runs SET status = 'killed' WHERE status = 'running'")
            made = do.execute(
                "INSERT INTO runs (status, started, recipe_sha256, seed, versions)"
                " VALUES ('running', ?, ?, ?, ?)",
                (now_text(), recipe_sha256, seed, json.dumps(versions)),
            )
            run = int(made.lastrowid or 0)
            do.execute("DELETE FROM tickers WHERE run <= ?", (run - KEPT_RUNS,))
        return run

    def end(self, run: int, status: str, summary: Mapping[str, Any]) -> None:
        with self._transaction() as do:
            do.execute(
                "UPDATE runs SET ended = ?, status = ?, summary = ? WHERE run = ?",
                (now_text(), status, json.dumps(summary), run),
            )

    def enter(self, run: int, entries: Sequence[Entry]) -> None:
        """Rows of tickers, and what is to be kept with them, all of it or nothing."""
        made = [(*e.forecast, e.row.ticker) for e in entries if e.forecast is not None]
        failed = [e for e in entries if e.failure_key is not None]
        with self._transaction() as do:
            _put(do, "tickers", [{"run": run, **vars(e.row)} for e in entries])
            _put(do, "models", [vars(e.model) for e in entries if e.model is not None])
            for one in entries:
                _remember(do, one.series, one.forecast[1] if one.forecast is not None else ())
            _put(do, "current_forecasts", [_current(key, rows) for key, rows, _ in made])
            do.executemany("DELETE FROM failures WHERE ticker = ?", [(ticker,) for _, _, ticker in made])
            _put(do, "failures", [_failure(e) for e in failed])

    def record(self, forecasts: Sequence[tuple[PriceSeries, Sequence[ForecastRow]]]) -> int:
        """Add what was forecast of series, and what these say of past forecasts, all of it or nothing.

        How many are late, so that they are never scored.
        """
        with self._transaction() as do:
            return sum(_remember(do, series, rows) for series, rows in forecasts)

    def remember_sources(self, found: Mapping[str, Any]) -> None:
        """Keep what was found in files of these keys, and forget the others."""
        with self._transaction() as do:
            do.execute("DELETE FROM sources")
            _put(do, "sources", [{"key": key, "found": json.dumps(what)} for key, what in found.items()])

    def sources(self) -> dict[str, Any]:
        with translated(self.path):
            return {key: json_of(what, dict) for key, what in self._rows("SELECT key, found FROM sources")}

    def models(self) -> dict[str, KnownModel]:
        names = ", ".join(f.name for f in fields(KnownModel))
        with translated(self.path):
            rows = self._rows(f"SELECT {names} FROM models")
            return {row[0]: row_of(KnownModel, row) for row in rows}

    def forecast_keys(self) -> dict[str, str]:
        return dict(self._rows("SELECT ticker, key FROM current_forecasts"))

    def forecasts(self) -> dict[str, list[ForecastRow]]:
        """The current forecast of every ticker, step by step."""
        names = ", ".join(f.name for f in fields(ForecastRow))
        current: dict[str, list[ForecastRow]] = {}
        with translated(self.path):
            for row in self._rows(
                f"SELECT {names} FROM current_forecasts JOIN forecasts USING (ticker, origin, model, input) "
                "WHERE step <= steps ORDER BY ticker, step"
            ):
                current.setdefault(row[0], []).append(_read(row))
            steps = dict(self._rows("SELECT ticker, steps FROM current_forecasts"))
            for ticker, count in steps.items():
                rows = current.get(ticker, [])
                there, levels = [row.step for row in rows], {tuple(row.intervals) for row in rows}
                if there != [*range(1, len(there) + 1)] or count != len(there) or len(levels) != 1:
                    raise damaged(f"not all steps are there of the forecast of {ticker!r}")
        return current

    def last_first_steps(self, ticker: str, most: int) -> list[ForecastRow]:
        names = ", ".join(f.name for f in fields(ForecastRow))
        first = f"SELECT {names} FROM forecasts WHERE ticker = ? AND step = 1"
        newest = f"{first} ORDER BY origin DESC, made DESC LIMIT ?"
        with translated(self.path):
            return [_read(row) for row in reversed(self._rows(newest, (ticker, most)))]

    def outcomes(self, step: int) -> int:
        """How many forecasts of a step have come true."""
        return int(self._rows("SELECT count(*) FROM outcomes WHERE step = ?", (step,))[0][0])

    def forget_forecasts(self, tickers: Iterable[str]) -> None:
        """They are no longer current; that they were made stays."""
        with self._transaction() as do:
            do.executemany("DELETE FROM current_forecasts WHERE ticker = ?", [(name,) for name in tickers])

    def failures(self) -> dict[str, tuple[str, tuple[int, str, str, str]]]:
        with translated(self.path):
            found = self._rows("SELECT ticker, key, failure FROM failures")
            return {ticker: (key, _failure_of(ticker, text)) for ticker, key, text in found}

    def latest_run(self, condition: str) -> dict[str, Any] | None:
        """The latest run that fulfils a condition on (run, started, ended, status), with its summary."""
        names = ("run", "started", "ended", "status", "summary")
        with translated(self.path):
            query = f"SELECT {', '.join(names)} FROM runs WHERE {condition} ORDER BY run DESC LIMIT 1"
            found = [dict(zip(names, row, strict=True)) for row in self._rows(query)]
            for run in found:
                require_run(run)
                run["summary"] = json_of(run["summary"], dict) if run["summary"] is not None else None
        return found[0] if found else None

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with translated(self.path):
            return self._connection.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path), transaction(self._connection) as do:
            yield do


@contextlib.contextmanager
def opened(out: Path, *, wait: float = 0.0) -> Iterator[Ledger]:
    """The ledger of a folder that the caller holds, made where there is none yet."""
    path = out / LEDGER
    if not path.exists():
        create(path)
    with connected(path, "rw", wait=wait) as connection:
        yield Ledger(connection, path)


@contextlib.contextmanager
def read_only(out: Path) -> Iterator[Ledger]:
    """The ledger of a folder that a run may write to meanwhile. Raises InputError where there is none."""
    path = out / LEDGER
    if not path.exists():
        raise InputError(f"{out} is no folder of a batch: it has no {LEDGER}.", "Name the --out of a batch.")
    with connected(path, "ro") as connection:
        yield Ledger(connection, path)


def first_steps(out: Path, most: int) -> dict[str, list[ForecastRow]]:
    """The first steps of the last `most` forecasts of each ticker, oldest first; {} without a ledger."""
    if not (out / LEDGER).exists():
        return {}
    with read_only(out) as ledger:
        return {ticker: ledger.last_first_steps(ticker, most) for ticker in ledger.forecast_keys()}


def now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _remember(do: sqlite3.Connection, series: PriceSeries | None, rows: Sequence[ForecastRow]) -> int:
    """What a ticker's prices say of its past forecasts, then its new ones; one that is there stays.

    How many of the new ones are late.
    """
    if series is not None:
        add_outcomes(do, series)
    if not rows:
        return 0
    newest = newest_origin(do, rows[0].ticker)
    late = [is_late(row.date, row.made, newest) for row in rows]
    _put(do, "forecasts", [_stored(row) | {"late": so} for row, so in zip(rows, late, strict=True)])
    return sum(late)


def _put(do: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows; one that is there under the same primary key is replaced, but in the record it stays."""
    for row in rows:
        columns, values = ", ".join(row), ", ".join("?" * len(row))
        do.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({values})", tuple(row.values()))


def _failure(entry: Entry) -> dict[str, Any]:
    row = entry.row
    failure = json.dumps([row.exit_code, row.error, row.remedy, row.details or ""])
    return {"ticker": row.ticker, "key": entry.failure_key, "failure": failure}


def _current(key: str, rows: Sequence[ForecastRow]) -> dict[str, Any]:
    first = _stored(rows[0])
    return {"key": key, "steps": len(rows)} | {n: first[n] for n in ("ticker", "origin", "model", "input")}


def _stored(row: ForecastRow) -> dict[str, Any]:
    """A row for SQLite: hashes as bytes, intervals and further numbers as JSON."""
    return {
        **vars(row),
        "model": bytes.fromhex(row.model),
        "input": bytes.fromhex(row.input),
        "intervals": json.dumps(row.intervals, separators=(",", ":")),
        "further": json.dumps(row.further, separators=(",", ":")) if row.further else None,
    }


def _read(row: Sequence[Any]) -> ForecastRow:
    """What `_stored` was made of."""
    ticker, origin, step, model, prices, date, forecast, last, intervals, made, text = row
    if not isinstance(model, bytes) or not isinstance(prices, bytes):
        raise damaged(f"the forecast of {ticker!r} names no model")
    require_moment("origin", origin)
    require_moment("date", date)
    if type(origin) is not type(date) or not origin < date:
        raise damaged(f"{date!r} does not follow {origin!r}, the origin of a forecast of {ticker!r}")
    ends = json_of(intervals, dict)
    if not isinstance(last, float):
        raise damaged(f"{last!r} is no last price of {ticker!r}")
    require_ends(ends, forecast)
    further = json_of(text, dict) if text is not None else {}
    require_numbers(further)
    values = (ticker, origin, step, model.hex(), prices.hex(), date, forecast, last, ends, made, further)
    return row_of(ForecastRow, values)


def _failure_of(ticker: object, text: object) -> tuple[int, str, str, str]:
    found = json_of(text, list)
    if [type(part) for part in found] != [int, str, str, str]:
        raise damaged(f"the failure of {ticker!r} is none")
    return tuple(found)
