"""What whole distributions are worth: CRPS, PIT, tests of value at risk and expected shortfall.

Each beside that of plain historical ones. Risk and PIT are one step ahead, and of a long position.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import metrics
from rnn_forecast.arrays import Array, Positions
from rnn_forecast.metrics.point_errors import Mean
from rnn_forecast.scores.interval_scores import number
from rnn_forecast.scores.metrics_document import DistributionScores, RiskScores, RiskTest, ShortfallScores
from rnn_forecast.scores.outlooks import BINS, UNKNOWN, Outlook, Tail, tail_of
from rnn_forecast.scores.pairs import ManyPairs
from rnn_forecast.scores.skill import FEWEST_OUTCOMES, SIGNIFICANT, by_day

UNTOLD: RiskTest = {"z2": None, "p_z2": None}


class _Terms(NamedTuple):
    """What each of some windows (n,) adds to 1 - Z2, at one level of risk; by ticker, oldest first."""

    ticker: Positions
    day: Positions
    value: Array


class _Risk:
    """Of one level of risk and one forecast, part by part."""

    def __init__(self, percent: float) -> None:
        self.alpha = tail_of(percent)
        self.joint, self.beyond = Mean(), Mean()
        self._terms: list[_Terms] = []

    def add(self, ticker: Positions, day: Positions, returns: Array, tail: Tail) -> None:
        if not len(returns):
            return
        said = (returns, tail.quantile, tail.shortfall, self.alpha)
        self.joint.add(metrics.fissler_ziegel(*said) or 0.0, len(returns))
        self.beyond.add(float((returns < tail.quantile).mean()), len(returns))
        self._terms.append(_Terms(ticker, day, metrics.z2_terms(*said)))

    def terms(self) -> _Terms:
        if not self._terms:
            return _Terms(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        columns = [np.concatenate(column) for column in zip(*self._terms, strict=True)]
        order = np.lexsort(columns[1::-1])
        return _Terms(*(column[order] for column in columns))


def distribution_scores(
    pairs: ManyPairs, units: Array
) -> tuple[DistributionScores | None, list[dict[str, RiskTest]]]:
    """Of all windows, and of each ticker that the pairs name its tests by percent.

    `crps_ratio` is ours over the plain one's, in each ticker's own scale, `units (s,)`. None where pairs do
    not know their distributions.
    """
    ours, plain, scaled = Mean(), Mean(), (Mean(), Mean())
    counts, risks, days = np.zeros(BINS, np.int64), dict[float, tuple[_Risk, _Risk]](), pairs.days()
    for part in pairs.outlooks():
        unit = units[part.ticker]
        both = np.isfinite(part.crps) & np.isfinite(part.plain_crps)
        for mean, crps in ((ours, part.crps), (plain, part.plain_crps)):
            _add(mean, crps[np.isfinite(crps)])
        for mean, crps in zip(scaled, (part.crps, part.plain_crps), strict=True):
            _add(mean, crps[both] / unit[both])
        counts += np.bincount(part.bin[part.bin != UNKNOWN], minlength=BINS)
        for percent in part.tails:
            _add_risk(risks.setdefault(percent, (_Risk(percent), _Risk(percent))), part, percent, days)
    if not risks:
        return None, [{} for _ in pairs.tickers]
    terms = {percent: (ours.terms(), plain.terms()) for percent, (ours, plain) in risks.items()}
    by_ticker = [dict[str, RiskTest]() for _ in pairs.tickers]
    for percent, (mine, _) in terms.items():
        for i, found in _by_ticker(mine, len(pairs.tickers)):
            by_ticker[i][f"{percent:g}"] = found
    return {
        "crps": number(ours.value),
        "crps_ratio": number(scaled[0].value / scaled[1].value) if scaled[1].value > 0 else None,
        "last_value": {"crps": number(plain.value)},
        "pit": counts.tolist(),
        "risk": {
            f"{percent:g}": _risk(two, terms[percent], len(days), [row[f"{percent:g}"] for row in by_ticker])
            for percent, two in risks.items()
        },
    }, by_ticker


def _add(mean: Mean, values: Array) -> None:
    mean.add(float(values.mean()) if len(values) else math.nan, len(values))


def _add_risk(two: tuple[_Risk, _Risk], part: Outlook, percent: float, days: NDArray[np.generic]) -> None:
    """Of the windows in which both forecasts expect a loss in the tail."""
    tails = (part.tails[percent], part.plain_tails[percent])
    there = np.isfinite(part.returns)
    for tail in tails:
        there &= np.isfinite(tail.quantile) & (tail.shortfall < 0)
    day = np.searchsorted(days, part.origin[there])
    for risk, tail in zip(two, tails, strict=True):
        some = Tail(tail.quantile[there], tail.shortfall[there])
        risk.add(part.ticker[there], day, part.returns[there], some)


def _by_ticker(terms: _Terms, tickers: int) -> Iterator[tuple[int, RiskTest]]:
    ends = np.cumsum(np.bincount(terms.ticker, minlength=tickers))[:-1]
    for i, own in enumerate(np.split(terms.value, ends)):
        yield i, {"z2": number(1 - own.mean()), "p_z2": _p_value(own)} if len(own) else UNTOLD


def _p_value(terms: Array) -> float | None:
    return metrics.z2_p_value(terms) if len(terms) >= FEWEST_OUTCOMES else None


def _risk(
    two: tuple[_Risk, _Risk], terms: tuple[_Terms, _Terms], days: int, by_ticker: list[RiskTest]
) -> RiskScores:
    ours, plain = (_shortfall(risk, some, days) for risk, some in zip(two, terms, strict=True))
    told = [row["p_z2"] for row in by_ticker if row["p_z2"] is not None]
    gain = two[0].joint.value - two[1].joint.value
    return {
        "days": len(terms[0].value),
        **ours,
        "fz0_difference": number(gain),
        "tickers_failing": float(np.mean([p < SIGNIFICANT for p in told])) if len(told) > 1 else None,
        "last_value": plain,
    }


def _shortfall(risk: _Risk, terms: _Terms, days: int) -> ShortfallScores:
    mean = float(terms.value.mean()) if len(terms.value) else math.nan
    total, count = (
        np.bincount(terms.day, terms.value, days).astype(float),
        np.bincount(terms.day, minlength=days),
    )
    there = count > 0
    daily: Array = by_day(total[there], count[there], mean) if there.any() else np.empty(0)
    return {
        "beyond": number(risk.beyond.value),
        "z2": number(1 - mean),
        "p_z2": _p_value(daily),
        "fz0": number(risk.joint.value),
    }
