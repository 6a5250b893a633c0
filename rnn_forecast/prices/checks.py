"""Prices that are read rightly and may still be wrong: jumps, flat tails, gaps, stale ends.

Each check is a warning, or with `--strict` an error. The thresholds keep quiet on 100 S&P 500 shares, an
hourly exchange rate and most of the 359 weekly series of the M4 competition.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.errors import DataError
from rnn_forecast.prices.calendar.kept import strays
from rnn_forecast.prices.cells.cell_positions import plain, shown
from rnn_forecast.prices.findings import Finding, refuse_findings
from rnn_forecast.prices.jumps import jumps, last_jump
from rnn_forecast.prices.series import PriceSeries, iso

_FLAT_ROWS = 5
_NAMED = 5  # tickers
_GAP_SESSIONS = 10
_LEAST_GAP = 5 * 86_400  # seconds


def is_constant(one: PriceSeries) -> bool:
    """Whether a series of several rows always has the same price."""
    return bool(len(one) > 2 and one.prices[0] == one.prices[-1] and (one.prices == one.prices[0]).all())


def without_constant(series: Sequence[PriceSeries]) -> list[PriceSeries]:
    """The series whose price changes: there is nothing to fit or to score in the others.

    Raises DataError where none is left.
    """
    kept = [one for one in series if not is_constant(one)]
    if series and not kept:
        named = "; ".join(f"{plain(one.ticker)}: {_constant(one)}" for one in series[:_NAMED])
        more = f"; and {len(series) - _NAMED:,} more" if len(series) > _NAMED else ""
        raise DataError(
            f"{named}{more}.",
            "Add prices that change, name another --price-column, or leave out by --exclude.",
        )
    return kept


def lacking(series: Sequence[PriceSeries], names: Iterable[str]) -> dict[str, DataError]:
    """By ticker, why one will not do in which a column that a person named is all empty."""
    found = {}
    for one in series:
        if (name := next((name for name in names if name not in one.columns), None)) is not None:
            there = f"It has: {', '.join(map(plain, one.columns))}." if one.columns else "It has no other."
            what = f"{plain(one.ticker)}: column {shown(name)} is empty in all {len(one):,} rows."
            found[one.ticker] = DataError(what, there)
    return found


def constant_columns(series: Sequence[PriceSeries], names: Iterable[str]) -> Iterator[Finding]:
    """Columns that a person named, and that say the same on every row: nothing can be learnt from them."""
    for one in series:
        for name in names:
            values = one.columns[name].values
            said = values[~np.isnan(values)]
            if len(said) and stands_still(said):
                rows = "1 row that has it" if len(said) == 1 else f"{len(said):,} rows that have it"
                sparse = one.columns[name].role == "known" and len(said) < len(values) and said[0] != 0
                remedy = "; write 0 where there is none" if sparse else ""
                what = f"column {shown(name)} never changes, {said[0]:g} in all {rows}{remedy}"
                yield Finding(one.ticker, "constant column", iso(one.dates[-1:])[0], what)


def stands_still(values: Array) -> bool:
    """Whether all that is said is one and the same."""
    said = values[~np.isnan(values)]
    return bool((said == said[:1]).all())


def _constant(one: PriceSeries) -> str:
    return f"the price never changes, {one.prices[0]:g} in all {len(one)} rows"


def check_series(series: Sequence[PriceSeries], max_age: float | None, now: datetime.date) -> list[Finding]:
    """All findings, ticker by ticker. Assumes series as `read_prices` makes them."""
    checks: list[Callable[[PriceSeries], Iterator[Finding]]] = [_never, jumps, _flat_tail, _gaps, _strays]
    dated = [one.dates[-1] for one in series if one.dated and len(one)]
    if len(dated) > 1:
        latest = max(dated)
        checks.append(lambda one: _ended(one, latest))
    if max_age is not None:
        checks.append(lambda one: _stale(one, max_age, now))
    return [finding for one in series if len(one) > 2 for check in checks for finding in check(one)]


def check_last(series: Sequence[PriceSeries]) -> None:
    """Raises DataError at a last price that is a hundred times those before: all forecasts start there."""
    found = [finding for one in series if (finding := last_jump(one)) is not None]
    refuse_findings(found, "Correct it, or add --allow-last-jump if that is the price.")


def without_last_jump(
    series: Sequence[PriceSeries],
) -> tuple[list[PriceSeries], dict[str, DataError]]:
    """The series that `check_last` takes, and what it says of the others. Raises that where none is left."""
    kept, refused = [], {}
    for one in series:
        try:
            check_last([one])
            kept.append(one)
        except DataError as error:
            refused[one.ticker] = error
    if series and not kept:
        check_last(series)
    return kept, refused


def _never(one: PriceSeries) -> Iterator[Finding]:
    if is_constant(one):
        what = f"{_constant(one)}; it has no say in a fit, and is forecast at its last value"
        yield Finding(one.ticker, "constant", iso(one.dates[-1:])[0], what)


def _ended(one: PriceSeries, latest: np.datetime64) -> Iterator[Finding]:
    """The last row lies long before the last of all: delisted, or a file that is no longer fetched."""
    if not one.dated or len(one) < 2:
        return
    behind = int((latest - one.dates[-1]).astype(np.int64))
    if behind > _longest(np.diff(one.dates).view(np.int64)):
        date, days = iso(one.dates[-1:])[0], behind // 86_400
        what = f"the last price is of {date}, {days:,} days before the last of all"
        yield Finding(one.ticker, "ended", date, f"{what} (--exclude leaves it out)")


def _flat_tail(one: PriceSeries) -> Iterator[Finding]:
    """The last rows repeat one price, for longer than ever before: padded after a delisting."""
    if (one.prices[-_FLAT_ROWS:] != one.prices[-1]).any():
        return
    changes = np.flatnonzero(one.prices[1:] != one.prices[:-1])
    if not len(changes):
        return
    tail = len(one) - 1 - int(changes[-1])
    longest = int(np.diff(np.r_[-1, changes]).max())
    if tail >= _FLAT_ROWS and tail > 2 * longest:
        date = iso(one.dates[-tail : len(one) - tail + 1])[0]
        what = f"the last {tail} rows, from {date}, all say {one.prices[-1]:g}"
        yield Finding(one.ticker, "flat tail", date, what)


def _gaps(one: PriceSeries) -> Iterator[Finding]:
    if not one.dated:
        return
    steps = np.diff(one.dates).view(np.int64)  # seconds
    for i in _long(steps) if steps.max() > _LEAST_GAP else ():
        first, last = iso(one.dates[i : i + 2])
        yield Finding(one.ticker, "gap", last, f"no prices between {first} and {last}")


def _strays(one: PriceSeries) -> Iterator[Finding]:
    """Rows that do not keep to the calendar that a person named: a wrong file, or the wrong calendar."""
    chosen = one.calendar
    which = "--holidays" if chosen.name in ("learn", "none") else f"--calendar {chosen.name}"
    lacking, closed = strays(one.dates, chosen) if one.dated else (one.dates[:0], one.dates[:0])
    for days, kind, what in (
        (lacking, "no row", "no row on {} of trade by {}"),
        (closed, "no trade", "rows on {} without trade by {}"),
    ):
        if len(days):
            count = "1 day" if len(days) == 1 else f"{len(days):,} days"
            first = str(days.min().astype("datetime64[D]"))
            at = f", {first}" if len(days) == 1 else f", the first {first}"
            yield Finding(one.ticker, kind, first, what.format(count, which) + at)


def _long(steps: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.flatnonzero(steps > _longest(steps))


def _longest(steps: NDArray[np.int64]) -> float:
    """More than this is a gap of many sessions: ten steps; in daily data two weeks; where there are several a
    day, five days.
    """
    usual = _median(steps)
    return 14 * 86_400 if 86_400 <= usual < 3 * 86_400 else max(_GAP_SESSIONS * usual, _LEAST_GAP)


def _median(steps: NDArray[np.int64]) -> float:
    """Where more than half of the steps are alike, as they mostly are, they are it: nothing need be sorted,
    which took longer than reading the file."""
    common = float(np.median(steps[:999]))
    return common if np.count_nonzero(steps == common) * 2 > len(steps) else float(np.median(steps))


def _stale(one: PriceSeries, max_age: float, now: datetime.date) -> Iterator[Finding]:
    if not one.dated:
        return
    age = (np.datetime64(now, "s") - one.dates[-1]).astype(np.int64) / 86_400
    if age > max_age:
        date = iso(one.dates[-1:])[0]
        yield Finding(one.ticker, "stale", date, f"the last price is of {date}, {age:.0f} days ago")
