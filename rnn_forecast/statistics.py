"""Long-run variance, tails of the normal, Student's t and chi-square, many p-values: what tests need."""

import math
from collections.abc import Sequence

import numpy as np

from rnn_forecast.arrays import Array

FLAT = 0.8  # the mean share of the spectrum at zero that the cosines of `cosine_variance` have at least


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


def cosine_variance(centered: Array, overlap: int, most: int | None = None) -> tuple[float, int]:
    """The same from the slowest cosines, and the degrees of freedom that a t statistic with it has.

    With n values x_t and B cosines (the equally weighted cosine estimator):

        X_j = sqrt(2 / n) sum over t = 0…n-1 of x_t cos(pi j (t + 1/2) / n),  j = 1…B
        V = (mean of X_j^2) / share,  the mean over sqrt(V / n) is Student's t with B degrees of freedom

    An X_j^2 estimates the spectrum at the frequency f = j / (2 n). Sums over `overlap` neighbours h, whose
    correlation falls as 1 - k/h, have there the part (sin(pi h f) / (h sin(pi f)))^2 of what they have at
    zero, which is sought; `share` is the mean of that part over the B cosines, and B is the largest with
    which it is FLAT at least. So with h = 1 all n - 1 cosines are taken, and V is the usual variance; with a
    long overlap few are, and the test knows how few. One that adds up h - 1 autocovariances and asks t with
    n - 1 rejects true nulls twice as often as it says. `benchmarks/skill_tests.py` measures both.
    `most`: take no more cosines than these, where values may be dependent beyond the overlap (`few_cosines`).
    Sources: Lazarus, Lewis, Stock and Watson 2018 (the estimator, and t with B degrees); Coroneo and Iacone
    2020 (fixed-smoothing tests of equal accuracy in small samples); Fejer's kernel for `share`.
    """
    n = len(centered)
    mirrored = np.fft.rfft(np.concatenate([centered, centered[::-1]]))[1:n]  # (n - 1,)
    cosines = (mirrored * np.exp(-0.5j * np.pi * np.arange(1, n) / n)).real / math.sqrt(2 * n)
    angle = np.pi * np.arange(1, n) / (2 * n)
    share = np.cumsum((np.sin(overlap * angle) / (overlap * np.sin(angle))) ** 2) / np.arange(1, n)
    too_far = share < FLAT
    degrees = max(int(too_far.argmax()) if too_far.any() else n - 1, 1)
    degrees = degrees if most is None else min(degrees, most)
    return float(np.square(cosines[:degrees]).mean() / share[degrees - 1]), degrees


def few_cosines(n: int) -> int:
    """How many cosines see only the slow part of n values, as robust to dependence: 0.41 n^(2/3).

    Of 250 values 16, of 1,000 41. Source: Lazarus, Lewis, Stock and Watson 2018, equation 4.
    """
    return max(int(0.41 * n ** (2 / 3)), 1)


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """For each of m tests the least false discovery rate at which it would still count; None stays None.

        q_(i) = the least of p_(j) m / j over j >= i, p_(1) <= … <= p_(m)

    Of what has q < 0.05, one in twenty is luck on average, where of a thousand tests without any skill fifty
    have p < 0.05. Source: Benjamini and Hochberg 1995, who show it for tests that are independent; it also
    holds for positive dependence, such as shares have (Benjamini and Yekutieli 2001).
    """
    known = [p for p in p_values if p is not None]
    order = np.argsort(known)[::-1]
    raised = np.array(known)[order] * len(known) / np.arange(len(known), 0, -1)
    q_values = np.empty(len(known))
    q_values[order] = np.minimum.accumulate(raised)
    left = iter(q_values.tolist())
    return [None if p is None else next(left) for p in p_values]


def normal_upper_tail(z: float) -> float:
    """P(Z > z) of the standard normal."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def student_two_sided(t: float, degrees: int) -> float:
    """P(|T| > |t|) of Student's t: the regularised incomplete beta I_x(degrees/2, 1/2), x = df/(df + t^2).

    Source: Abramowitz and Stegun 26.7.1.
    """
    whole = degrees + t * t
    return incomplete_beta(degrees / whole, t * t / whole, degrees / 2, 0.5)


def student_quantile(chance: float, degrees: int) -> float:
    """The t with P(|T| > t) = chance, by halving; chance in (0, 1)."""
    low, high = 0.0, 1.0
    while student_two_sided(high, degrees) > chance:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_two_sided(middle, degrees) > chance else (low, middle)
    return (low + high) / 2


def chi_square_upper_tail(x: float, degrees: int) -> float:
    """P(X > x) of chi-square, by steps of two degrees from those that have a closed form:

        Q_1 = erfc(sqrt(x/2)),  Q_2 = exp(-x/2),  Q_(k+2) = Q_k + (x/2)^(k/2) exp(-x/2) / Gamma(k/2 + 1)

    Source: Abramowitz and Stegun 26.4.4 and 26.4.5.
    """
    if x <= 0:
        return 1.0
    half = x / 2
    tail = math.erfc(math.sqrt(half)) if degrees % 2 else math.exp(-half)
    for k in range(2 - degrees % 2, degrees, 2):
        tail += math.exp(k / 2 * math.log(half) - half - math.lgamma(k / 2 + 1))
    return min(tail, 1.0)


def incomplete_beta(x: float, y: float, a: float, b: float) -> float:
    """I_x(a, b) by the continued fraction DLMF 8.17.22 where that is fast, else 1 - I_y(b, a).

    `y` is 1 - x, given as well: for a small t the subtraction would leave nothing of it.
    """
    if x <= 0 or y <= 0:
        return float(y <= 0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(y, x, b, a)
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
