"""Does a price move, or does it stand still: pegged, suspended, delisted and padded, never traded?

The size of a move that follows a standstill is nearly always 0, and no guide to what a price does that moves.
Nor is a move that follows a standstill: it ends it, and was made while nobody could trade. So rows at which a
price stands still have no say in anything that is learnt for prices that move. What is asked is known at the
row itself: to leave out rows by what follows them would be to choose the outcome.

A row moves where at least half of the last 22 changes up to it (a month of trading days) are changes at all.
A file with a row for every day of the week moves; a peg that is off by a tick twice a year does not, nor a
share in the third week of its suspension, nor one that is so thinly traded that most days' change is none.
"""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array, Positions

LATELY = 22  # changes
SHARE = 0.5  # of them
SAME = 1e-12  # of a value: what is left of a change by rounding is none
TINY = 1e-15  # a change in a log that is none, whatever the value
BLOCK = 8_192  # rows at a time


def changed(values: Array) -> NDArray[np.bool_]:
    """(…, t - 1) whether each of the values (…, t), in model space, differs from the one before."""
    least = SAME * np.abs(values[..., 1:]) + SAME * SAME  # a log of 0 is a price of 1
    return np.asarray(np.abs(np.diff(values, axis=-1)) > np.maximum(least, TINY))


def counted(values: Array) -> NDArray[np.bool_]:
    """(t,) the rows of one series that count as time in which it moved: those that changed, or that move.

    The first row has no change, and does not count. A series that always moves has all others.
    """
    found = np.ones(len(values), np.bool_)
    for start in range(0, len(values), BLOCK):
        first = max(start - LATELY - 1, 0)
        change = np.concatenate([[False], changed(values[first : start + BLOCK])])
        if change[1:].all():  # as nearly always
            continue
        row = first + np.arange(len(change))
        total = np.cumsum(change)
        lately = total.copy()
        lately[LATELY:] -= total[:-LATELY]
        found[start : start + BLOCK] = (change | moves(lately, row))[start - first :]
    found[:1] = False
    return found


def moves(changes: NDArray[np.int64], row: Positions) -> NDArray[np.bool_]:
    """From how many of the last changes up to a row are any; at the start of a series of as many as there
    are.
    """
    return (changes > 0) & (changes >= SHARE * np.minimum(row, LATELY))
