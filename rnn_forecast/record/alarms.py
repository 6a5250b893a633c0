"""Has a band stopped holding, or has skill turned to harm? Asked every night, without crying wolf.

Who tests at 5 % each night finds something in most years where there is nothing. These tests may be looked at
after every row. One begins every 50th outcome of a ticker, one step ahead, and ends after 250. Its evidence
is

    E = (mean over all chances q of q^x (1 - q)^(n - x)) / (alpha^x (1 - alpha)^(n - x)),  x misses of n

that of a player who bets on misses without knowing their chance: where the band misses with chance alpha
whatever came before, E is a martingale that starts at 1, and with chance 1/c at most it ever reaches c. For
harm x counts the rows on which the last value was nearer than the forecast, alpha is 1/2 and q above it. With
c = 1,000 times the number of tests that begin together (tickers, levels, harm), one such set in a thousand
raises a false alarm; a year meets ten of them, so one folder in a hundred does. It is an alarm while E is
that high: it ends when the rows no longer say so.
Sources: Ville 1939; Robbins 1970 (mixtures); Ramdas, Grunwald, Vovk and Shafer 2023.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.record.resolve import Moment
from rnn_forecast.statistics import incomplete_beta

LIFE, APART = 250, 50  # outcomes of one test, and from one beginning to the next
SURE = 1000.0  # one in so many sets of tests that begin together raises a false alarm
HARM = "harm"


@dataclass(frozen=True)
class FirstSteps:
    """The latest outcomes of a ticker one step ahead, oldest first."""

    ticker: str
    origin: Sequence[Moment]
    nth: NDArray[np.int64]  # (n,)
    missed: Mapping[str, NDArray[np.float64]]  # by level: 1, 0, NaN without a band
    nearer: NDArray[np.float64]  # 1: the last value was nearer, 0: the forecast was, NaN: neither


@dataclass(frozen=True)
class Alarm:
    ticker: str
    kind: str  # coverage | harm
    level: float  # of the band, in percent; 0 of harm
    start: Moment  # the first origin that counts
    since: Moment  # the origin with which the evidence was enough, and has been since
    missed: int  # or further off than the last value
    rows: int

    def sentence(self) -> str:
        if self.kind == HARM:
            what = (
                f"the forecast was further off than the last value on {self.missed:,} of {self.rows:,} rows"
            )
        else:
            held = self.rows - self.missed
            what = f"its {self.level:g} % band held on {held:,}"
        return f"{self.ticker}: since {self.since} {what} of {self.rows:,} rows from {self.start}"


def alarms(found: Sequence[FirstSteps]) -> Iterator[Alarm]:
    """Of all tickers of a folder; how many tests there are together decides how much evidence is enough."""
    tests = sum(1 + len(one.missed) for one in found)
    enough = math.log(SURE * max(tests, 1))
    for one in found:
        for level, missed in one.missed.items():
            if (alarm := _alarm(one, missed, enough, float(level))) is not None:
                yield alarm
        if (alarm := _alarm(one, one.nearer, enough, None)) is not None:
            yield alarm


def evidence(misses: int, rows: int, alpha: float) -> float:
    """log E of a band."""
    held = rows - misses
    mixed = math.lgamma(misses + 1) + math.lgamma(held + 1) - math.lgamma(rows + 2)
    return mixed - misses * math.log(alpha) - held * math.log1p(-alpha)


def evidence_of_harm(worse: int, rows: int) -> float:
    """log E of harm: q is above 1/2 alone, so that a forecast that is better loses the bet as well."""
    above = incomplete_beta(0.5, 0.5, rows - worse + 1, worse + 1)  # the part of the mixture above 1/2
    return evidence(worse, rows, 0.5) + math.log(2 * above) if above > 0 else -math.inf


def _alarm(one: FirstSteps, hit: NDArray[np.float64], enough: float, level: float | None) -> Alarm | None:
    """The alarm of the test with the most evidence, if that is enough."""
    if not len(one.nth):
        return None
    newest = int(one.nth[-1])
    starts = range(max(newest // APART * APART, 0), max(newest - LIFE, -1), -APART)
    best: tuple[float, int] | None = None
    for start in starts:
        if start >= one.nth[0]:  # else its first rows are gone
            values = hit[(one.nth >= start) & np.isfinite(hit)]
            found = _evidence(int(values.sum()), len(values), level)
            best = max(best or (found, start), (found, start))
    return None if best is None or best[0] < enough else _described(one, hit, best[1], enough, level)


def _evidence(hits: int, rows: int, level: float | None) -> float:
    return evidence_of_harm(hits, rows) if level is None else evidence(hits, rows, 1 - level / 100)


def _described(
    one: FirstSteps, hit: NDArray[np.float64], start: int, enough: float, level: float | None
) -> Alarm:
    rows = np.flatnonzero((one.nth >= start) & np.isfinite(hit))
    counts = np.cumsum(hit[rows]).astype(int).tolist()
    since = len(rows) - 1
    while since and _evidence(counts[since - 1], since, level) >= enough:
        since -= 1
    return Alarm(
        one.ticker, HARM if level is None else "coverage", level or 0.0,
        one.origin[rows[0]], one.origin[rows[since]], counts[-1], len(rows),
    )  # fmt: skip
