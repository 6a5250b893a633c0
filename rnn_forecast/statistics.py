"""Long-run variance, and the tails of the normal and of Student's distribution: what tests are made of."""

import math

from rnn_forecast.arrays import Array


def long_run_variance(centered: Array, overlap: int) -> float:
    """The variance of sqrt(n) times the mean of a centered series `(n,)` whose neighbours may be dependent.

    The sum of its autocovariances up to lag overlap - 1; with Bartlett weights where that is not above zero.
    """
    n = len(centered)
    gamma = [float(centered[k:] @ centered[: n - k]) / n for k in range(min(overlap, n))]
    flat = gamma[0] + 2 * sum(gamma[1:])
    if flat > 0:
        return flat
    return gamma[0] + 2 * sum((1 - k / overlap) * gamma[k] for k in range(1, len(gamma)))


def normal_upper_tail(z: float) -> float:
    """P(Z > z) of the standard normal."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def student_two_sided(t: float, degrees: int) -> float:
    """P(|T| > |t|) of Student's t: the regularised incomplete beta I_x(degrees/2, 1/2), x = df/(df + t^2).

    Source: Abramowitz and Stegun 26.7.1.
    """
    whole = degrees + t * t
    return _incomplete_beta(degrees / whole, t * t / whole, degrees / 2, 0.5)


def _incomplete_beta(x: float, y: float, a: float, b: float) -> float:
    """I_x(a, b) by the continued fraction DLMF 8.17.22 where that is fast, else 1 - I_y(b, a).

    `y` is 1 - x, given as well: for a small t the subtraction would leave nothing of it.
    """
    if x <= 0 or y <= 0:
        return float(y <= 0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _incomplete_beta(y, x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return min(math.exp(log_front) * _beta_fraction(x, a, b) / a, 1.0)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of DLMF 8.17.22 by the modified Lentz method (Thompson and Barnett 1986)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1) or tiny)
    value = d
    for m in range(1, 10_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + step * d or tiny)
            c = 1.0 + step / c or tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value
