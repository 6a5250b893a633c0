"""Changes of one row that are far beyond the usual: splits, other units, slips of a digit, collapses.

A jump is measured in logs, so that up and down are alike, and against the changes around it, so that wild
prices have few. One that lasts changes all that comes after it: a model would forecast at one level from rows
at another. A slip goes back. In the last rows nobody can know which of the two it is.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.findings import Finding
from rnn_forecast.prices.series import PriceSeries, iso

_SPLITS = (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50)
_LEAST = 1.85  # times: smaller changes are not looked at
_NEAR = 0.06  # of the logarithm: a split day has a day's own change as well
_LASTING = 0.2  # the level of five rows after against five before: a split stays, a spike goes
_WILD = 8.0  # a jump is out of the ordinary above so many times the series' median absolute change
_SLIP = 1.1  # of a logarithm, three times: a price alone that is less than that may be true
_BACK = 0.25  # of a jump: a price alone is a slip, and the next one is nearly where the last one was
_LEVEL = float(np.log(9))  # ten times, on a day with a change of its own: no day's news, whatever the ratio
_HUNDRED = float(np.log(100))
_ABOUT = 0.25  # of a logarithm: so near to a hundred times is a hundred times
_POWER = 0.1  # of a logarithm: so near to a power of ten it is one
_AROUND = 250  # rows before and after that say what is usual
_ROWS = 5  # whose median is the level before, or after
_OFTEN = 4  # other changes half as large, around it, are the way of the series
_SURE = 4  # rows at the new level that say that it lasts
_FEW = _SURE - 1
_BLOCK = 1 << 20

Prices = NDArray[np.float64]


def jumps(one: PriceSeries) -> Iterator[Finding]:
    """Every jump of a series, in order. Assumes more than two rows; prices at or below 0 have no ratios."""
    for start in range(0, len(one) - 1, _BLOCK):
        prices = one.prices[start : start + _BLOCK + 1]
        if prices.min() <= 0:
            return
        with np.errstate(over="ignore", under="ignore"):  # beyond 1e308 it is no split
            ratio = prices[1:] / prices[:-1]
        far = ((ratio > _LEAST) & np.isfinite(ratio)) | ((ratio < 1 / _LEAST) & (ratio > 0))
        for i in np.flatnonzero(far):
            at, change = start + int(i) + 1, float(np.log(ratio[i]))
            others = _others(one.prices, at)
            if abs(change) < _WILD * np.median(others):
                continue
            rare = bool(np.count_nonzero(others > abs(change) / 2) < _OFTEN)
            if found := _kind(one.prices, at, change) or _level(one.prices, at, change, rare=rare):
                kind, what = found
                date, before, after = iso(one.dates[at : at + 1])[0], one.prices[at - 1], one.prices[at]
                yield Finding(one.ticker, kind, date, what.format(date=date, before=before, after=after))


def last_jump(one: PriceSeries) -> Finding | None:
    """A last price that the last three rows have brought to a hundred times those before, or a hundredth.

    Whatever is forecast starts from it, and so few rows do not confirm it. About a hundred: 78 or more. One
    that is back where the prices were is none. Fewer than five prices before it are no neighbours to go by.
    """
    if len(one) <= _ROWS or one.prices[-_ROWS - _FEW :].min() <= 0:
        return None
    logs = np.log(one.prices[-_ROWS - _FEW :])
    level, last = float(np.median(logs[:-_FEW])), logs[-1]
    far = min(abs(last - level), abs(last - logs[-_FEW - 1]))
    if far < _HUNDRED - _ABOUT or far < _WILD * np.median(_others(one.prices, len(one) - 1)):
        return None
    tail = np.abs(logs[-_FEW:] - level) > far / 2
    back = _FEW - int(np.argmin(tail[::-1])) if not tail.all() else 0  # near rows of the tail, before the far
    at = len(one) - _FEW + back - 1  # the last row before the jump
    change = float(last - np.log(one.prices[at]))
    share = f"{_times(abs(change))} times" if change > 0 else f"1/{_times(abs(change))} of"
    date, since = iso(one.dates[[-1, at]])
    which = "before" if at == len(one) - 2 else f"at {since}"
    what = f"the last price, {one.prices[-1]:g} at {date}, is {share} the one {which}, {one.prices[at]:g}"
    return Finding(one.ticker, "last price", date, what)


def _others(prices: Prices, at: int) -> Prices:
    """The absolute changes of the rows around `at`, without its own; a 0 where there are no logs."""
    start = max(0, at - _AROUND)
    near = prices[start : at + _AROUND]
    if len(near) < 3 or near.min() <= 0:
        return np.zeros(1)
    return np.delete(np.abs(np.diff(np.log(near))), at - start - 1)


def _kind(prices: Prices, at: int, change: float) -> tuple[str, str] | None:
    """A jump that has a name, and how it is said."""
    size = abs(change)
    alone = size > _SLIP and _alone(prices[at - 1 : at + 2], size)
    if abs(size - _HUNDRED) < _ABOUT:
        times = "a hundred times" if change > 0 else "a hundredth of"
        what = "{after:g} at {date} is " + times + " the price before, {before:g}"
        return "unit", what + ("" if alone else _doubt(prices, at))
    if alone:
        return "spike", f"{{after:g}} at {{date}} stands alone, between {{before:g}} and {prices[at + 1]:g}"
    nearest = min(_SPLITS, key=lambda times: abs(size - np.log(times)))
    before, after = _levels(prices, at)
    if abs(size - np.log(nearest)) < _NEAR and abs(after - before - change) < _LASTING:
        split = f"{nearest}:1" if change < 0 else f"1:{nearest}"
        what = f"{{before:g}} to {{after:g}} at {{date}} is like an unadjusted {split} split"
        return "split", what + _doubt(prices, at)
    return None


def _level(prices: Prices, at: int, change: float, *, rare: bool) -> tuple[str, str] | None:
    """Ten times or more, or a tenth or less: lasting, or for a few rows; None for the way back from those.

    Counts that are near nothing every night jump so far daily: what is not `rare` has to be a power of ten.
    """
    size = abs(change)
    ten = round(size / np.log(10)) * np.log(10)
    power = abs(size - ten) < _POWER
    if size < _LEVEL or not (rare or power):
        return None
    before, after = _levels(prices, at)
    times = _times(ten if power else size)
    about = "about " if power else ""
    what = (
        f"jump to {about}{times} times the price" if change > 0 else f"fall to {about}1/{times} of the price"
    )
    what += ", as when units change" if power else ""
    said = "{before:g} to {after:g} at {date} is a "
    if (after - before) * np.sign(change) > (1 - _BACK) * size:  # it stays, or goes on
        doubt = _doubt(prices, at) or _return(prices, at, change)
        return "level", said + ("" if doubt else "lasting ") + what + doubt
    if abs(float(np.log(prices[at - 1])) - before) > size / 2:
        return None
    return "spike", said + what + ", and does not last"


def _levels(prices: Prices, at: int) -> tuple[float, float]:
    """The logarithms of the level before the row `at`, and from it on."""
    before, after = np.median(prices[max(0, at - _ROWS) : at]), np.median(prices[at : at + _ROWS])
    return float(np.log(before)), float(np.log(after))


def _alone(prices: Prices, size: float) -> bool:
    """Whether of three prices the middle one is far from both others: `size`, of logs, from the first."""
    return len(prices) == 3 and abs(float(np.log(prices[2] / prices[0]))) < _BACK * size


def _doubt(prices: Prices, at: int) -> str:
    few = len(prices) - at < _SURE
    return "; too few rows follow to say whether it lasts" if few else ""


def _return(prices: Prices, at: int, change: float) -> str:
    """After how many rows, of the next `_AROUND`, one jump leads back to the level before; else nothing."""
    later = prices[at : at + _AROUND]
    if later.min() <= 0:
        return ""
    logs = np.log(later)
    steps = np.diff(logs) * -np.sign(change)
    near = np.abs(logs[1:] - _levels(prices, at)[0]) < abs(change) / 2
    back = np.flatnonzero((steps > abs(change) / 2) & near)
    if not len(back):
        return ""
    return "; prices are back after 1 row" if back[0] == 0 else f"; prices are back after {back[0] + 1} rows"


def _times(size: float) -> str:
    """A factor by its logarithm, to three digits: `1,000`, `12.3`, `1e+20`."""
    return f"{float(f'{np.exp(size):.3g}'):,.10g}"
