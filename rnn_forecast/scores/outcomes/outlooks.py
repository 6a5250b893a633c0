"""What whole distributions said of some windows, in a few numbers a window; and plain historical ones beside.

A million windows of forty quantiles are never held: of each window its CRPS, where its outcome lay, and its
quantile and expected shortfall are kept, and those for a part of the windows at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import metrics
from rnn_forecast.arrays import Array, Positions
from rnn_forecast.intervals.conformal import Intervals
from rnn_forecast.intervals.distribution import Distribution, expected_shortfall, scores_at, tail_of

BINS = 20  # of the PIT; CRPS is from the quantiles between them
GRID = tuple(place / BINS for place in range(1, BINS // 2))  # tails: 0.05, 0.1, … 0.45
GRID_LEVELS = tuple(round(100 - 200 * tail, 6) for tail in GRID)
USUAL_RISK = (97.5, 99.0)  # percent: what is tested where a recipe asks for none
UNKNOWN = -1  # of a bin


@dataclass(frozen=True, eq=False)
class Tail:
    """Of some windows (n,), one step ahead: signed parts of the last price, a loss below zero; NaN: none."""

    quantile: Array
    shortfall: Array


@dataclass(frozen=True, eq=False)
class Outlook:
    """Of some windows (n,)."""

    ticker: Positions
    origin: NDArray[Any]
    crps: Array  # in price units, the mean over the steps; NaN where a quantile is not known
    plain_crps: Array
    bin: Positions  # 0…BINS-1 of the outcome one step ahead among the quantiles; UNKNOWN where there are none
    returns: Array  # one step ahead, parts of the last price
    tails: Mapping[float, Tail]  # by percent
    plain_tails: Mapping[float, Tail]


@dataclass(frozen=True, eq=False)
class Plain:
    """Of each series (s,) what its last value missed by in the past, in model space: the baseline."""

    scores: Mapping[float, tuple[Array, Array]]  # by tail of GRID: low and high (s, horizon)
    tails: Mapping[float, tuple[Array, Array]]  # by percent: quantile and shortfall (s,), see `_past_losses`


def plain_of(
    history: Mapping[int, Array],
    naive: Mapping[int, Intervals],
    count: int,
    percents: Sequence[float],
    to_prices: Callable[[Array], Array],
) -> Plain:
    """Of `count` series; by number those that are asked for: rows in model space, and intervals of them."""
    horizon = next((some.horizon for some in naive.values()), 0)
    scores = {tail: (_nothing(count, horizon), _nothing(count, horizon)) for tail in GRID}
    tails = {percent: (_nothing(count), _nothing(count)) for percent in percents}
    for i, intervals in naive.items():
        for tail, (low, high) in scores.items():
            low[i], high[i] = scores_at(intervals, tail)
        losses = _past_losses(history[i], to_prices)
        for percent, (quantile, shortfall) in tails.items():
            quantile[i], shortfall[i] = metrics.historical_shortfall(losses, tail_of(percent))
    return Plain(scores, tails)


def _past_losses(history: Array, to_prices: Callable[[Array], Array]) -> Array:
    """Changes of a row, oldest first: parts of the price where `to_prices` is exp, else price units."""
    changes = np.diff(history)
    return to_prices(changes) - to_prices(np.zeros(1))


@dataclass(frozen=True, eq=False)
class Outcome:
    """What some windows (n,) forecast from, and what came."""

    ticker: Positions
    origin: NDArray[Any]
    latest: Array  # model space
    last: Array
    actual: Array  # (n, horizon)


def outlook_of(
    found: Distribution,
    plain: Plain,
    outcome: Outcome,
    to_prices: Callable[[Array], Array],
    *,
    log: bool,
) -> Outlook:
    """What `found` and `plain` say of the windows; `log`: model space is that of logs."""
    last, actual = outcome.last, outcome.actual
    crps, above = _against(actual, _quantiles(found, to_prices))
    plain_crps, _ = _against(actual, _plain_quantiles(plain, outcome, to_prices))
    unit = np.ones_like(last) if log else last
    with np.errstate(divide="ignore", invalid="ignore"):
        return Outlook(
            ticker=outcome.ticker,
            origin=outcome.origin,
            crps=crps,
            plain_crps=plain_crps,
            bin=above,
            returns=actual[:, 0] / last - 1,
            tails=_tails(found, sorted(plain.tails), last, to_prices),
            plain_tails={
                percent: Tail(quantile[outcome.ticker] / unit, shortfall[outcome.ticker] / unit)
                for percent, (quantile, shortfall) in plain.tails.items()
            },
        )


def joined_outlooks(parts: Sequence[Outlook], order: Positions) -> Outlook:
    """Of several parts one, its windows in `order`."""

    def column(each: Iterable[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([*each])[order]

    def tails(each: Sequence[Mapping[float, Tail]]) -> dict[float, Tail]:
        return {
            percent: Tail(
                column(some[percent].quantile for some in each),
                column(some[percent].shortfall for some in each),
            )
            for percent in each[0]
        }

    return Outlook(
        ticker=column(part.ticker for part in parts),
        origin=column(part.origin for part in parts),
        crps=column(part.crps for part in parts),
        plain_crps=column(part.plain_crps for part in parts),
        bin=column(part.bin for part in parts),
        returns=column(part.returns for part in parts),
        tails=tails([part.tails for part in parts]),
        plain_tails=tails([part.plain_tails for part in parts]),
    )


def _against(actual: Array, quantiles: Iterator[tuple[float, Array]]) -> tuple[Array, Positions]:
    """CRPS (n,) in price units, and the number of quantiles below the outcome of step 1.

    Twice the mean pinball loss over the even grid 1/20, 2/20, … 19/20, see `metrics.crps`.
    """
    total, above, known = np.zeros_like(actual), np.zeros(len(actual), np.int64), np.ones(len(actual), bool)
    for share, prices in quantiles:
        total += metrics.quantile_losses(actual, prices, share)
        above += actual[:, 0] > prices[:, 0]
        known &= ~np.isnan(prices[:, 0])
    return 2 * total.mean(axis=1) / (BINS - 1), np.where(known, above, UNKNOWN)


def _quantiles(found: Distribution, to_prices: Callable[[Array], Array]) -> Iterator[tuple[float, Array]]:
    yield 0.5, to_prices(found.forecast)
    for tail, level in zip(GRID, GRID_LEVELS, strict=True):
        low, high = found.ends(level)
        yield tail, to_prices(low)
        yield 1 - tail, to_prices(high)


def _plain_quantiles(
    plain: Plain, outcome: Outcome, to_prices: Callable[[Array], Array]
) -> Iterator[tuple[float, Array]]:
    latest = outcome.latest[:, None]
    yield 0.5, np.broadcast_to(outcome.last[:, None], outcome.actual.shape)
    for tail, (low, high) in plain.scores.items():
        yield tail, to_prices(latest + low[outcome.ticker])
        yield 1 - tail, to_prices(latest + high[outcome.ticker])


def _tails(
    found: Distribution, percents: Sequence[float], last: Array, to_prices: Callable[[Array], Array]
) -> dict[float, Tail]:
    """Of `percents`, ascending: a larger tail's mean has gone through what a smaller one's is made of."""
    first = Distribution(found.intervals, found.forecast[:, :1], found.spread, found.widening)
    tails, nodes = dict[float, Tail](), list[tuple[float, Array]]()
    for percent in percents:
        tail = tail_of(percent)
        nodes = [node for node in nodes if node[0] < tail * 1.001]
        if not nodes or nodes[0][0] < tail * 0.999:
            nodes = [(share, to_prices(low)[:, 0] / last - 1) for share, low in first.tail_nodes(tail)]
        nothing = _nothing(len(last))
        tails[percent] = Tail(nodes[0][1], expected_shortfall(nodes)) if nodes else Tail(nothing, nothing)
    return tails


def _nothing(*shape: int) -> Array:
    return np.full(shape, np.nan)
