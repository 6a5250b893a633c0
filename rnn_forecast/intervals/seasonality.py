"""The calendar's cycles, in rows: how far back it was the same hour, weekday or season, and how wild it was.

Markets are nervous at the same hours of every day and week, and a share moves when its company reports, most
often every thirteenth week. No calendar is built in: `find_cycles` learns from the dates how many rows lie
between a moment and the same one a day, week, quarter or year before; from there on only rows are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.volatility_terms import Stretch
from rnn_forecast.prices.calendar.periods import DAY, WEEK, frequency

QUARTER, YEAR = 13 * WEEK, 52 * WEEK  # whole weeks: the same weekday
# period, how many of them back, rows to each side that count too: holidays shift a quarter by a row
WITHIN_THE_DAY = ((DAY, 10, 0), (WEEK, 12, 0))
PERIODS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "minutes": WITHIN_THE_DAY,
    "hourly": WITHIN_THE_DAY,
    "daily": ((QUARTER, 16, 1), (YEAR, 4, 0)),
    "weekly": ((YEAR, 5, 1),),
}
ASKED = 2_000  # dates, to learn a distance from
OFTEN = 1 / 3  # of them must have a row at that very distance
PRIOR = 4.0  # cycles' worth of "as ever" that a ratio is drawn to
LEAST = 0.1  # a profile below this would take every move of a quiet hour for an alarm


@dataclass(frozen=True)
class Cycle:
    rows: tuple[int, ...]  # how many rows back it was the same moment: one, two, three… periods ago
    width: int  # rows to each side that count as that moment too


def find_cycles(dates: NDArray[Any], horizon: int) -> tuple[Cycle, ...]:
    """The cycles of a series with these dates, in as many rows as are commonest between dates that far apart.

    Index example: hourly dates on weekdays, horizon 5: a day is 24 rows, a week 120; daily ones: a quarter 62
    or 63, a year 251. Rows that a forecast `horizon` ahead could not know at its origin are left out. Dates
    at a frequency with no cycle listed above, and row numbers, have none.
    """
    found = []
    for period, most, width in PERIODS.get(frequency(dates), ()):
        rows = sorted({_distance(dates, period * times) for times in range(1, most + 1)} - {0})
        known = tuple(back for back in rows if back >= horizon + width)
        if known:
            found.append(Cycle(known, width))
    return tuple(found)


def _distance(dates: NDArray[Any], period: int) -> int:
    """Rows between a date and the one `period` seconds later, the commonest; 0 where it is seldom there."""
    known = dates.astype("datetime64[s]", copy=False).view(np.int64)
    asked = np.arange(0, len(known), max(len(known) // ASKED, 1))
    asked = asked[known[asked] + period <= known[-1]]
    at = np.searchsorted(known, known[asked] + period)
    there = known[at] == known[asked] + period
    if not there.any() or there.mean() < OFTEN:
        return 0
    return int(np.bincount((at - asked)[there]).argmax())


def ratios(some: Stretch, cycles: Sequence[Cycle], horizon: int, since: int = 0) -> list[Array]:
    """For each cycle, how wild its moments were beside all others; (t + horizon,), 1 where none is known.

    Entry r, row r of the stretch (t,) or a row up to `horizon` ahead of it, is the mean absolute change at
    the cycle's moments before it, over the mean of all up to row r - horizon: every origin from there on
    knows it. Rows before `since` are not worked out, and 1.
    """
    if not cycles:
        return []
    total = some.changes
    mean = total / np.maximum(some.counts, 1)
    usual = np.concatenate([np.zeros(horizon), mean])
    return [_ratio(total, some.counts, cycle, usual, since) for cycle in cycles]


def reach(cycles: Sequence[Cycle]) -> int:
    """How many rows before its own a ratio looks back on."""
    return max((cycle.rows[-1] + cycle.width + 1 for cycle in cycles), default=0)


def _ratio(total: Array, counts: Positions, cycle: Cycle, usual: Array, since: int) -> Array:
    moved, seen, width = np.zeros_like(usual), np.zeros_like(usual), cycle.width
    for back in cycle.rows:
        first, stop = max(back + width + 1, since), min(len(total) + back - width, len(usual))
        if first < stop:
            begin, end = first - back - width - 1, first - back + width
            part = total[end : end + stop - first] - total[begin : begin + stop - first]
            moved[first:stop] += part / (2 * width + 1)
            rows = counts[end : end + stop - first] - counts[begin : begin + stop - first]
            seen[first:stop] += rows / (2 * width + 1)  # a standstill says nothing of the calendar
    known = usual > 0
    ratio = np.ones_like(usual)
    ratio[known] = (moved[known] / usual[known] + PRIOR) / (seen[known] + PRIOR)
    return ratio


def profile(
    some: Stretch, cycles: Sequence[Cycle], shares: Sequence[float], horizon: int, since: int = 0
) -> Array:
    """(t + horizon,) how wild each row is expected to be beside the others, by its place in the cycles alone.

    Each cycle's ratio has its share, the rest of 1 is no cycle at all; see `ratios` for the rows.
    """
    found = np.full(len(some.values) + horizon, 1.0 - sum(shares))
    chosen = [(cycle, share) for cycle, share in zip(cycles, shares, strict=True) if share]
    for (_, share), ratio in zip(chosen, ratios(some, [c for c, _ in chosen], horizon, since), strict=True):
        found += share * ratio
    return np.asarray(np.maximum(found, LEAST, out=found))
