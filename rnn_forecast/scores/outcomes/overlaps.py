"""How many neighbouring origins share an outcome: counted in time, whatever the calendars of the tickers are.

Two forecasts that wait for the same days are not two observations. Dates say which do: the forecast from o
for T shares days with those from all origins in [o, T). Counted in the origin dates of all tickers together,
as they come, five steps of a share beside a coin are seven dates, a step of weekly prices that are stamped on
five weekdays is five, and a step of prices at the close of three exchanges is three.
"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.outcomes.skill import enough

MOST = 0.95  # of the windows overlap with so many or fewer: a share halted for a year is no rule for all


class Overlap(NamedTuple):
    """In origin dates, the origin's own among them."""

    dates: int  # what nearly all windows reach
    mean: float

    def suffices(self, dates: int, step: "Overlap") -> bool:
        """Whether `dates` origins are enough for a verdict; `step` is the overlap one step ahead.

        Their outcomes reach from the first origin to the last one's target.
        """
        time = dates + self.dates - 1
        return enough(time / step.mean, time / self.mean)


ALONE = Overlap(1, 1.0)  # of one ticker, one step ahead


def shared(days: NDArray[Any], part: Pairs, step: int, every: int) -> Counter[int]:
    """How many windows overlap with how many of `days` (t,), the sorted dates of all origins, at a step.

    Index example, days Mon to Fri, a forecast on Tue of Thu: Tue and Wed, so 2. Where the pairs have no dates
    ahead, the same ticker's later origins stand for them, `every` rows apart each. A window whose outcome is
    beyond the last origin is not counted: who would have shared it is not known.
    """
    if part.ahead is not None:
        return _counts(days, part.origin, part.ahead[:, step - 1])
    order, rows = np.lexsort((part.origin, part.ticker)), -(-step // every)
    origin, ticker = part.origin[order], part.ticker[order]
    same = ticker[rows:] == ticker[:-rows]
    return _counts(days, origin[:-rows][same], origin[rows:][same])


def by_ticker(part: Pairs, every: int) -> Iterator[tuple[int, Counter[int]]]:
    """For each ticker of a part: the same among its own origins alone, over the whole horizon."""
    order = np.lexsort((part.origin, part.ticker))
    tickers, starts = np.unique(part.ticker[order], return_index=True)
    for ticker, rows in zip(tickers.tolist(), np.split(order, starts[1:]), strict=True):
        own = part.origin[rows]
        if part.ahead is None:
            yield ticker, Counter({-(-part.horizon // every): len(rows)})
        else:
            yield ticker, _counts(own, own, part.ahead[rows, -1])


def overlap_of(found: Counter[int], dates: int) -> Overlap:
    """What MOST of the windows do not exceed, and the mean; all `dates` where nothing is known."""
    windows = found.total()
    if not windows:
        return Overlap(max(dates, 1), max(dates, 1))
    counts = sorted(found)
    reached = np.cumsum([found[count] for count in counts])
    most = counts[int(np.searchsorted(reached, math.ceil(MOST * windows)))]
    return Overlap(most, sum(count * n for count, n in found.items()) / windows)


def _counts(days: NDArray[Any], origin: NDArray[Any], target: NDArray[Any]) -> Counter[int]:
    known = target <= days[-1]
    counts = np.searchsorted(days, target[known]) - np.searchsorted(days, origin[known])
    return Counter(dict(zip(*(a.tolist() for a in np.unique(counts, return_counts=True)), strict=True)))
