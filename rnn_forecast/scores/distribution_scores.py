"""What whole distributions are worth: CRPS, PIT, tests of value at risk and expected shortfall.

Each beside that of plain historical ones. Risk and PIT are one step ahead, and of a long position.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import metrics
from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.distribution import tail_of
from rnn_forecast.metrics.point_errors import Mean
from rnn_forecast.scores.outcomes.metrics_document import (
    DistributionScores,
    RiskScores,
    RiskTest,
    ShortfallScores,
    number,
)
from rnn_forecast.scores.outcomes.outlooks import BINS, UNKNOWN, Outlook, Tail
from rnn_forecast.scores.outcomes.pairs import ManyPairs
from rnn_forecast.scores.outcomes.skill import FEWEST_OUTCOMES, SIGNIFICANT, by_day

UNTOLD: RiskTest = {"z2": None, "p_z2": None}


class _Risk:
    """Of one level of risk and one forecast, part by part; what outcomes add to 1 - Z2 is summed by date."""

    def __init__(self, percent: float, days: int) -> None:
        self.alpha = tail_of(percent)
        self.joint, self.beyond, self.terms = Mean(), Mean(), Mean()
        self.total, self.count = np.zeros(days), np.zeros(days, np.int64)
        self.of_tickers: dict[int, RiskTest] = {}
        self._open: dict[int, list[Array]] = {}  # terms of tickers that the next part may go on with

    def add(self, day: Positions, returns: Array, tail: Tail) -> Array:
        """Some more windows (n,), and what each of them adds."""
        said = (returns, tail.quantile, tail.shortfall, self.alpha)
        terms = metrics.z2_terms(*said)
        self.joint.add(metrics.fissler_ziegel(*said) or 0.0, len(returns))
        self.beyond.add(float((returns < tail.quantile).mean()), len(returns))
        self.terms.add(float(terms.mean()), len(terms))
        self.total += np.bincount(day, terms, len(self.total))
        self.count += np.bincount(day, minlength=len(self.count))
        return terms

    def add_tickers(self, ticker: Positions, terms: Array) -> None:
        """Of the same windows (n,), ticker by ticker, oldest first."""
        tickers, starts = np.unique(ticker, return_index=True)
        for i, own in zip(tickers.tolist(), np.split(terms, starts[1:]), strict=True):
            self._open.setdefault(i, []).append(own)
        self.close(before=tickers[-1])

    def close(self, before: float = math.inf) -> None:
        """Test the tickers that no later part goes on with."""
        for i in [i for i in self._open if i < before]:
            own = np.concatenate(self._open.pop(i))
            self.of_tickers[i] = {"z2": number(1 - own.mean()), "p_z2": _p_value(own)}

    def found(self) -> ShortfallScores:
        z2 = number(1 - self.terms.value)
        return {"beyond": number(self.beyond.value), "z2": z2, "fz0": number(self.joint.value)}

    def p_value(self) -> float | None:
        """Over days; of a single ticker its own."""
        if len(self.of_tickers) == 1:
            (alone,) = self.of_tickers.values()
            return alone["p_z2"]
        there = self.count > 0
        return (
            _p_value(by_day(self.total[there], self.count[there], self.terms.value)) if there.any() else None
        )


def distribution_scores(
    pairs: ManyPairs, units: Array
) -> tuple[DistributionScores | None, list[dict[str, RiskTest]]]:
    """Of all windows, and of each ticker that the pairs name its tests by percent.

    `crps_ratio` is ours over the plain one's, in each ticker's own scale, `units (s,)`. None where pairs do
    not know their distributions.
    """
    ours, plain, scaled = Mean(), Mean(), (Mean(), Mean())
    counts, days = np.zeros(BINS, np.int64), pairs.days()
    risks: dict[float, tuple[_Risk, _Risk]] = {}  # ours and plain
    for part in pairs.outlooks():
        unit = units[part.ticker]
        both = np.isfinite(part.crps) & np.isfinite(part.plain_crps)
        for mean, crps in ((ours, part.crps), (plain, part.plain_crps)):
            _add(mean, crps[np.isfinite(crps)])
        for mean, crps in zip(scaled, (part.crps, part.plain_crps), strict=True):
            _add(mean, crps[both] / unit[both])
        counts += np.bincount(part.bin[part.bin != UNKNOWN], minlength=BINS)
        for percent in part.tails:
            two = risks.setdefault(percent, (_Risk(percent, len(days)), _Risk(percent, len(days))))
            _add_risk(two, part, percent, days)
    if not risks:
        return None, [{} for _ in pairs.tickers]
    for mine, _ in risks.values():
        mine.close()
    return {
        "crps": number(ours.value),
        "crps_ratio": number(scaled[0].value / scaled[1].value) if scaled[1].value > 0 else None,
        "last_value": {"crps": number(plain.value)},
        "pit": counts.tolist(),
        "risk": {f"{percent:g}": _risk(*two) for percent, two in risks.items()},
    }, [
        {f"{percent:g}": mine.of_tickers.get(i, UNTOLD) for percent, (mine, _) in risks.items()}
        for i in range(len(pairs.tickers))
    ]


def _add(mean: Mean, values: Array) -> None:
    mean.add(float(values.mean()) if len(values) else math.nan, len(values))


def _add_risk(two: tuple[_Risk, _Risk], part: Outlook, percent: float, days: NDArray[np.generic]) -> None:
    """Of the windows in which both forecasts expect a loss in the tail."""
    tails = (part.tails[percent], part.plain_tails[percent])
    there = np.isfinite(part.returns)
    for tail in tails:
        there &= np.isfinite(tail.quantile) & (tail.shortfall < 0)
    rows = np.flatnonzero(there)
    rows = rows[np.lexsort((part.origin[rows], part.ticker[rows]))]
    if not len(rows):
        return
    day, returns = np.searchsorted(days, part.origin[rows]), part.returns[rows]
    ours, _ = (
        risk.add(day, returns, Tail(tail.quantile[rows], tail.shortfall[rows]))
        for risk, tail in zip(two, tails, strict=True)
    )
    two[0].add_tickers(part.ticker[rows], ours)


def _p_value(terms: Array) -> float | None:
    return metrics.z2_p_value(terms) if len(terms) >= FEWEST_OUTCOMES else None


def _risk(ours: _Risk, plain: _Risk) -> RiskScores:
    told = [test["p_z2"] for test in ours.of_tickers.values() if test["p_z2"] is not None]
    failing = [p_value < SIGNIFICANT for p_value in told]
    return {
        "days": int(ours.count.sum()),
        **ours.found(),
        "p_z2": ours.p_value(),
        "fz0_difference": number(ours.joint.value - plain.joint.value),
        "tickers_failing": float(np.mean(failing)) if len(told) > 1 else None,
        "last_value": plain.found(),
    }
