"""Bars within the sessions of an exchange: from each one's open to its close, on the file's clock."""

import datetime

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.exchange import Sessions
from rnn_forecast.prices.calendar.hours import OFTEN
from rnn_forecast.prices.calendar.periods import DAY, Days, Seconds, recent_year

INSIDE = 0.9  # of the bars: else the file's clock is neither UTC nor the exchange's, or it has other hours


def bars_ahead(known: Seconds, steps: int, found: Sessions, closed: Days) -> Seconds:
    """The bars that follow, as far as sessions are known, but for days that are `closed` all the same; none
    where the bars do not lie in them.

    A bar stands as long after its session's open as bars did in whole sessions. Where one closes earlier the
    last starts before that; or, of bars that are dated by their ends, stands as long before the close as
    ever. So the bar after the close is the next session's first.
    """
    recent = recent_year(known)
    here = found.closes >= recent[0] - 2 * DAY
    if not here.any():  # the calendar ends before these rows
        return known[:0]
    utc = found.opens[here], found.closes[here]
    local = tuple(_on_clock(some, found.zone) for some in utc)
    opens, closes = max(utc, local, key=lambda clock: _inside(recent, *clock).mean())
    inside = _inside(recent, opens, closes)
    if inside.mean() < INSIDE:
        return known[:0]
    at, lengths = _session_of(recent[inside], opens), closes - opens
    usual = np.bincount(lengths[at] // 60).argmax() * 60
    after = _often_after(recent[inside] - opens[at], at, lengths[at] == usual)
    if not len(after):
        return known[:0]
    last = int(after[-1])
    step = int(np.median(np.diff(recent)))
    after = np.concatenate([after, np.arange(last + step, lengths.max() + step, step)])  # of longer ones
    coming = np.arange(at[-1], len(opens))
    coming = coming[~np.isin(found.days[here][coming], closed)][: steps + 2]
    if after[0] == 0 and last < usual:  # bars are dated by when they start
        moments = (opens[coming, None] + after)[after < lengths[coming, None]]
    else:
        moments = np.unique(opens[coming, None] + np.minimum(after, lengths[coming, None] + last - usual))
    return np.asarray(moments[moments > known[-1]][:steps])


def _often_after(after: Seconds, at: NDArray[np.intp], whole: NDArray[np.bool_]) -> Seconds:
    """How long after the open of their sessions, `at`, bars often stand, by the `whole` sessions."""
    times, seen = np.unique(after[whole], return_counts=True)
    return np.asarray(times[seen >= OFTEN * len(np.unique(at[whole]))])


def _session_of(moments: Seconds, opens: Seconds) -> NDArray[np.intp]:
    """The place of the last session that has opened, -1 before the first."""
    return np.searchsorted(opens, moments, side="right") - 1


def _inside(moments: Seconds, opens: Seconds, closes: Seconds) -> NDArray[np.bool_]:
    at = _session_of(moments, opens)
    return np.asarray((at >= 0) & (moments <= closes[at]))


def _on_clock(moments: Seconds, zone: datetime.tzinfo) -> Seconds:
    """What a clock in that zone shows, as if it were UTC."""
    shown = [
        datetime.datetime.fromtimestamp(one, zone).replace(tzinfo=datetime.UTC) for one in moments.tolist()
    ]
    return np.array([one.timestamp() for one in shown]).astype(np.int64)
