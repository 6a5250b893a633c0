"""Summer time, learnt from when sessions begin: a file's clock may keep it where its market does not, or not.

In: moments on the file's clock. Out: how far they are to be moved so that sessions begin at one time of day
all year. New York's summer and Europe's are tried, each way, and the weeks in which only one of them has it.
"""

from functools import lru_cache

import numpy as np

from rnn_forecast.prices.calendar.periods import DAY, HOUR, Seconds, recent_year

PAUSE = 6 * HOUR  # without a bar, before a session begins
BETTER = 0.04  # of the sessions: that begin at the usual time with summer time, and not without
FEWEST = 12  # sessions that say anything of summer
Clock = tuple[int, int]  # hours that sessions begin earlier in each of the two summers
SUMMERS = {  # month and which Sunday of it (-1 the last), from and to
    "New York": ((3, 2), (11, 1)),
    "Europe": ((3, -1), (10, -1)),
}
CLOCKS = ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, -1), (-1, 1))


def clock_of(known: Seconds) -> Clock:
    """How the file's clock and that of the market differ in summer."""
    recent = recent_year(known)
    begins = recent[1:][np.diff(recent) >= PAUSE]
    if len(begins) < FEWEST:
        return CLOCKS[0]
    regular = [_regularity(begins + shift(begins, clock)) for clock in CLOCKS]
    best = int(np.argmax(regular))
    return CLOCKS[best] if regular[best] > regular[0] + BETTER else CLOCKS[0]


def shift(moments: Seconds, clock: Clock) -> Seconds:
    """Seconds to add to moments on the file's clock, so that sessions begin at one time all year."""
    moved = np.zeros(len(moments), np.int64)
    for hours, summer in zip(clock, SUMMERS, strict=True):
        if hours and len(moments):
            years = moments[[0, -1]].astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
            ends = [_summer(year, summer) for year in range(years[0], years[1] + 1)]
            for first, last in ends:
                moved += hours * HOUR * ((moments >= first) & (moments < last))
    return moved


def _regularity(begins: Seconds) -> float:
    """The part of sessions that begin at the commonest time of day."""
    _, seen = np.unique(begins % DAY, return_counts=True)
    return float(seen.max() / len(begins))


@lru_cache(256)
def _summer(year: int, where: str) -> tuple[int, int]:
    first, last = (_sunday(year, *one) for one in SUMMERS[where])
    return first * DAY, last * DAY


def _sunday(year: int, month: int, which: int) -> int:
    """The `which`-th Sunday of a month, or its last, in days since 1970."""
    start = np.datetime64(f"{year:04}-{month:02}", "M")
    start = start if which > 0 else start + 1
    day = int(start.astype("datetime64[D]").astype(np.int64))
    return day + (-(day + 4)) % 7 + 7 * (which - 1 if which > 0 else -1)
