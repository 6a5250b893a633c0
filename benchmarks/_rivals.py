"""Bands of others, as `bands.py` scores them: each ticker alone, fitted on its rows up to the cut.

A rival takes logs of one ticker's prices `(rows,)`, how many of them are `known`, and the rows `origins (n,)`
that it forecasts from, ascending by one; it gives `(levels, 2, n, STEPS)`: where the ends of its bands lie,
as logs over the price at the origin. It may fit on the known rows alone, and read of the others only what
lies before an origin.
"""

import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from statistics import NormalDist

import numpy as np
from _bands_tables import LEVELS, STEPS

Array = np.ndarray
Rival = Callable[[Array, int, Array], Array]

DECAY = 0.94  # RiskMetrics 1996, daily
WINDOWS = 250  # of statsforecast's conformal intervals: so many times STEPS rows, up to each origin


def around(mean: Array, deviation: Array, quantile: Callable[[float], float]) -> Array:
    """Ends from means and deviations (n, STEPS), and a standardised distribution's quantiles."""
    size = [quantile(0.5 + level / 200) for level in LEVELS]
    return np.array([[mean - q * deviation, mean + q * deviation] for q in size])


def ewma(logs: Array, known: int, origins: Array) -> Array:
    """RiskMetrics: the variance of a day is 0.94 of the day before's and 0.06 of its square; normal."""
    squares = np.diff(logs) ** 2
    variance = np.empty(len(logs))
    variance[0] = squares[: min(known - 1, WINDOWS)].mean()
    for row, square in enumerate(squares, start=1):
        variance[row] = DECAY * variance[row - 1] + (1 - DECAY) * square
    deviation = np.sqrt(variance[origins, None] * np.arange(1, STEPS + 1))
    return around(np.zeros_like(deviation), deviation, NormalDist().inv_cdf)


def garch(logs: Array, known: int, origins: Array, *, asymmetry: int) -> Array:
    """GARCH(1,1), or GJR-GARCH(1,1,1), with Student's t and a constant mean; `arch`'s forecast of variances.

    Fitted once, on all known rows, and filtered forward. A band of k steps has the variance that the model
    forecasts for the sum of k changes, and the quantiles of its t.
    """
    from arch import arch_model
    from arch.univariate import StudentsT

    returns = 100 * np.diff(logs)  # returns[i] leads to row i + 1
    model = arch_model(returns, vol="GARCH", p=1, o=asymmetry, q=1, dist="t", rescale=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that did not converge: it is taken as it is
        fitted = model.fit(last_obs=known - 1, disp="off")
        found = model.forecast(fitted.params.values, horizon=STEPS, start=int(origins[0]) - 1, reindex=False)
    rows = slice(0, len(origins))
    mean = np.cumsum(np.asarray(found.mean)[rows], axis=1) / 100
    deviation = np.sqrt(np.cumsum(np.asarray(found.variance)[rows], axis=1)) / 100
    freedom = [fitted.params["nu"]]
    return around(mean, deviation, lambda share: float(StudentsT().ppf(share, freedom)))


def conformal(logs: Array, known: int, origins: Array) -> Array:
    """statsforecast's conformal intervals around the last value, made anew at each origin."""
    from statsforecast.models import Naive
    from statsforecast.utils import ConformalIntervals

    model = Naive(prediction_intervals=ConformalIntervals(n_windows=WINDOWS, h=STEPS))
    levels = [int(level) for level in LEVELS]
    found = np.empty((len(LEVELS), 2, len(origins), STEPS))
    for i, origin in enumerate(origins):
        reach = max(origin - (WINDOWS + 1) * STEPS, 0)
        said = model.forecast(y=logs[reach : origin + 1] - logs[origin], h=STEPS, level=levels)
        found[:, :, i] = [[said[f"{side}-{level}"] for side in ("lo", "hi")] for level in levels]
    return found


EVERY: dict[str, tuple[str, Rival]] = {  # and the package that each needs
    "EWMA(0.94), normal": ("numpy", ewma),
    "GARCH(1,1)-t": ("arch", partial(garch, asymmetry=0)),
    "GJR-GARCH-t": ("arch", partial(garch, asymmetry=1)),
    "statsforecast": ("statsforecast", conformal),
}


def installed() -> dict[str, Rival]:
    return {name: rival for name, (package, rival) in EVERY.items() if find_spec(package) is not None}


def packages() -> str:
    """What the others are of, by version, and what is left out, as its package is not installed."""
    needed = sorted({package for package, _ in EVERY.values()} - {"numpy"})
    said = [f"{name} {version(name)}" for name in needed if find_spec(name) is not None]
    lacking = [name for name in EVERY if name not in installed()]
    return ", ".join(said) + (f"; not installed, and left out: {', '.join(lacking)}" if lacking else "")
