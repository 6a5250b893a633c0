"""Prices that are read rightly and may still be wrong: splits, flat tails, gaps, unit jumps, stale ends.

Each check is a warning, or with `--strict` an error. The thresholds keep quiet on 100 S&P 500 shares, an
hourly exchange rate and most of the 359 weekly series of the M4 competition.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.fields.cell_positions import plain
from rnn_forecast.prices.series import PriceSeries, iso

_SPLITS = (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50)
_NEAR = 0.06  # of the logarithm: a split day has a day's own change as well
_LASTING = 0.2  # the level of five rows after against five before: a split stays, a spike goes
_WILD = 8.0  # a jump is out of the ordinary above so many times the series' mean absolute change
_SLIP = 1.1  # of a logarithm, three times: a price alone that is less than that may be true
_BACK = 0.25  # of a jump: a price alone is a slip, and the next one is nearly where the last one was
_FLAT_ROWS = 5
_GAP_SESSIONS = 10
_LEAST_GAP = 5 * 86_400  # seconds
_NAMED = 5  # warnings of one kind that are said one by one
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Finding:
    """One finding about one ticker's prices."""

    ticker: str
    kind: str  # "constant" | "split" | "unit" | "spike" | "flat tail" | "gap" | "ended" | "stale"
    date: str
    what: str

    def __str__(self) -> str:
        return f"{plain(self.ticker)}: {self.what}."


def is_constant(one: PriceSeries) -> bool:
    """Whether a series of several rows always has the same price."""
    return bool(len(one) > 2 and one.prices[0] == one.prices[-1] and (one.prices == one.prices[0]).all())


def without_constant(series: Sequence[PriceSeries]) -> list[PriceSeries]:
    """The series whose price changes: there is nothing to fit or to score in the others.

    Raises DataError where none is left.
    """
    kept = [one for one in series if not is_constant(one)]
    if series and not kept:
        raise DataError(
            f"{plain(series[0].ticker)}: {_constant(series[0])}.",
            "Leave it out, or name another --price-column.",
        )
    return kept


def _constant(one: PriceSeries) -> str:
    return f"the price never changes, {one.prices[0]:g} in all {len(one)} rows"


def check_series(series: Sequence[PriceSeries], max_age: float | None, now: datetime.date) -> list[Finding]:
    """All findings, ticker by ticker. Assumes series as `read_prices` makes them."""
    checks: list[Callable[[PriceSeries], Iterator[Finding]]] = [_never, _jumps, _flat_tail, _gaps]
    dated = [one.dates[-1] for one in series if one.dated and len(one)]
    if len(dated) > 1:
        latest = max(dated)
        checks.append(lambda one: _ended(one, latest))
    if max_age is not None:
        checks.append(lambda one: _stale(one, max_age, now))
    return [finding for one in series if len(one) > 2 for check in checks for finding in check(one)]


def sentences(findings: Sequence[Finding]) -> list[str]:
    """One line for each finding; where a kind has many, the first few and a count."""
    said = []
    for kind in dict.fromkeys(finding.kind for finding in findings):
        these = [finding for finding in findings if finding.kind == kind]
        said += [str(finding) for finding in these[:_NAMED]]
        if len(these) > _NAMED:
            said.append(f"{len(these) - _NAMED} more of this kind ({kind}) are in the report.")
    return said


def refuse_findings(findings: Sequence[Finding]) -> None:
    """What `--strict` makes of findings. Raises DataError."""
    if findings:
        more = f" And {len(findings) - 1} more." if len(findings) > 1 else ""
        raise DataError(f"{findings[0]}{more}", "Correct the prices, or leave out --strict.")


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


def _jumps(one: PriceSeries) -> Iterator[Finding]:
    """Changes like an unadjusted split, or of a hundred times: far beyond the usual, near a whole ratio."""
    for start in range(0, len(one) - 1, _BLOCK):
        prices = one.prices[start : start + _BLOCK + 1]
        if prices.min() <= 0:
            return
        with np.errstate(over="ignore", under="ignore"):  # beyond 1e308 it is no split
            ratio = prices[1:] / prices[:-1]
        for i in np.flatnonzero(((ratio > 1.85) & np.isfinite(ratio)) | ((ratio < 1 / 1.85) & (ratio > 0))):
            yield from _jump(one, start + int(i) + 1, float(ratio[i]))


def _jump(one: PriceSeries, at: int, ratio: float) -> Iterator[Finding]:
    size = abs(np.log(ratio))
    near = one.prices[max(0, at - 250) : at + 250]
    usual = float(np.median(np.abs(np.diff(np.log(near))))) if (near > 0).all() else 0.0
    if size < _WILD * usual:
        return
    date, before, after = iso(one.dates[at : at + 1])[0], one.prices[at - 1], one.prices[at]
    if abs(size - np.log(100)) < 0.25:
        times = "a hundred times" if ratio > 1 else "a hundredth of"
        what = f"{after:g} at {date} is {times} the price before, {before:g}"
        yield Finding(one.ticker, "unit", date, what)
        return
    if size > _SLIP and _alone(one.prices[at - 1 : at + 2], size):
        what = f"{after:g} at {date} stands alone, between {before:g} and {one.prices[at + 1]:g}"
        yield Finding(one.ticker, "spike", date, what)
        return
    nearest = min(_SPLITS, key=lambda times: abs(size - np.log(times)))
    level = np.median(one.prices[at : at + 5]) / np.median(one.prices[max(0, at - 5) : at])
    if abs(size - np.log(nearest)) < _NEAR and abs(np.log(level / ratio)) < _LASTING:
        split = f"{nearest}:1" if ratio < 1 else f"1:{nearest}"
        what = f"{before:g} to {after:g} at {date} is like an unadjusted {split} split"
        yield Finding(one.ticker, "split", date, what)


def _alone(prices: NDArray[np.float64], size: float) -> bool:
    """Whether of three prices the middle one is far from both others: `size`, of logs, from the first."""
    return len(prices) == 3 and abs(float(np.log(prices[2] / prices[0]))) < _BACK * size


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
