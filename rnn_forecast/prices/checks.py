"""Prices that are read rightly and may still be wrong: jumps, flat tails, gaps, stale ends.

Each check is a warning, or with `--strict` an error. The thresholds keep quiet on 100 S&P 500 shares, an
hourly exchange rate and most of the 359 weekly series of the M4 competition.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.cell_positions import plain
from rnn_forecast.prices.findings import Finding, refuse_findings
from rnn_forecast.prices.jumps import jumps, last_jump
from rnn_forecast.prices.series import PriceSeries, iso

_FLAT_ROWS = 5
_GAP_SESSIONS = 10
_LEAST_GAP = 5 * 86_400  # seconds


def check_constant(series: Sequence[PriceSeries]) -> None:
    """Raises DataError at a series of several rows whose price is always the same."""
    for one in series:
        if len(one) > 2 and one.prices[0] == one.prices[-1] and (one.prices == one.prices[0]).all():
            raise DataError(
                f"{plain(one.ticker)}: the price never changes, {one.prices[0]:g} in all {len(one)} rows.",
                "Leave it out, or name another --price-column.",
            )


def check_series(series: Sequence[PriceSeries], max_age: float | None, now: datetime.date) -> list[Finding]:
    """All findings, ticker by ticker. Assumes series as `read_prices` makes them."""
    checks: list[Callable[[PriceSeries], Iterator[Finding]]] = [jumps, _flat_tail, _gaps]
    if max_age is not None:
        checks.append(lambda one: _stale(one, max_age, now))
    return [finding for one in series if len(one) > 2 for check in checks for finding in check(one)]


def check_last(series: Sequence[PriceSeries]) -> None:
    """Raises DataError at a last price that is a hundred times its neighbours: all forecasts start there."""
    found = [finding for one in series if (finding := last_jump(one)) is not None]
    refuse_findings(found, "Correct it, or add --allow-last-jump if that is the price.")


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


def _long(steps: NDArray[np.int64]) -> NDArray[np.intp]:
    """Gaps of many sessions: ten steps; in daily data two weeks; where there are several a day, five days."""
    usual = _median(steps)
    least = 14 * 86_400 if 86_400 <= usual < 3 * 86_400 else max(_GAP_SESSIONS * usual, _LEAST_GAP)
    return np.flatnonzero(steps > least)


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
