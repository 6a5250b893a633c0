"""How far a network is trusted now: what calibration found of it, moved by what has come true since.

Markets change, and a network that was right for years goes on as before. So a series' own record counts: the
forecasts that were made at the last rows and whose targets are known by now are held against what came, and
the shrinkage of the calibration windows is the guess that this evidence starts from.
"""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array

Rows = NDArray[np.int64]

MEMORY = 120  # rows whose forecasts came true: older ones count for nothing
HALF_LIFE = 40  # rows
LARGEST = 4.0  # of what came, in expected sizes: one bad price, or one crash, decides nothing
PRIOR = 6.0  # squared moves, in expected sizes, that the calibration's word counts for


def rows_behind(horizon: int) -> int:
    """How many rows before an origin `earned` looks at."""
    return MEMORY - 1 + horizon


def earned(told: Array, came: Array, at: Rows, shrinkage: Array) -> Array:
    """The trust (n, horizon) in [0, 1] at the rows `at` (n,), each with `rows_behind` rows before it.

    told, came (m, horizon): the moves from the anchor that the network foretold at each row for 1, 2… steps,
    and those that followed, both in units of the size that was expected; 0 where a row is not to count.
    `shrinkage` (horizon,) is the guess; where it is 0 the network stays out. At step k

        trust = (c shrinkage + sum_i w_i d_i a_i) / (c + sum_i w_i d_i^2),  w_i = 2^(-age_i / half-life)

    with d foretold, a what came (cut at `LARGEST`), c = `PRIOR`, over the forecasts whose targets were known
    at the row, `age` rows ago. It is the posterior mean of a slope with a normal prior (least squares with a
    ridge towards the guess), where a's noise is that of a move. Targets of several steps overlap and tell
    less than that, but to move sooner was better all the same (docs/LOG.md).
    """
    steps = np.arange(1, told.shape[1] + 1)
    agreed, power = (np.zeros((len(at), len(steps))) for _ in range(2))
    products, squares = told * np.clip(came, -LARGEST, LARGEST), told * told
    for age in range(MEMORY):
        made = at[:, None] - age - steps
        weight = 0.5 ** (age / HALF_LIFE)
        agreed += weight * np.take_along_axis(products, made, axis=0)
        power += weight * np.take_along_axis(squares, made, axis=0)
    trust = (PRIOR * shrinkage + agreed) / (PRIOR + power)
    return np.where(shrinkage > 0, np.clip(trust, 0.0, 1.0), 0.0)
