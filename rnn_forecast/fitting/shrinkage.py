"""How far to trust a fitted network at each step: the fit of the shrinkage."""

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.arrays import Array
from rnn_forecast.statistics import long_run_variance

DOUBT = 2.0  # how much a standard error counts against a network: most have no skill on prices
NOTHING = 1e-30  # the least that is divided by: a network that does not move divides nothing by it


def fit_shrinkage(predicted: Array, actual: Array, dates: NDArray[np.generic]) -> NDArray[np.float64]:
    """How far to trust the network at each step, (horizon,) in [0, 1].

    Least squares of the `actual` moves a on the network's d, `predicted`, both (n, horizon) from the
    shrinkage target and in units of the move that was expected, shrunk to zero by its own standard error (the
    positive-part rule of James and Stein 1961, for one number, with c = `DOUBT`):

        b = sum(d a) / sum(d^2),  t = b / se(b),  shrinkage = b (1 - c / t^2), and 0 where t^2 < c or b < 0

    The standard error is that of clusters: d (a - b d) is summed over the windows of each origin date, `dates
    (n,)`, since all tickers of a day move together, and over `horizon` neighbouring dates, whose targets
    overlap (Driscoll and Kraay 1998). A market's hundred tickers over fifty days are fifty days.
    """
    days, day = np.unique(dates, return_inverse=True)
    power = np.maximum((predicted**2).sum(axis=0), NOTHING)
    slope = (predicted * actual).sum(axis=0) / power
    terms = predicted * (actual - slope * predicted)
    variance = np.array(
        [
            long_run_variance(np.bincount(day, weights=step).astype(np.float64), predicted.shape[1])
            for step in terms.T
        ]
    )
    variance = variance * len(days) / power**2 * len(days) / max(len(days) - 1, 1)
    kept = np.clip(1 - DOUBT * variance / np.maximum(slope**2, NOTHING), 0, 1)
    return np.asarray(np.clip(slope, 0, 1) * kept)
