"""The time line, cut once: rows to fit, rows to stop on, rows to calibrate on, rows to test on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.series import PriceSeries, least_step
from rnn_forecast.recipe import Data


@dataclass(frozen=True)
class Split:
    """How many of each series' rows lie before each cut; all arrays are (s,), one entry a series.

    Rows [0, fit) are fitted, [fit, validation) say when to stop, [validation, train) calibrate shrinkage,
    [train, rows) are the test part. `cuts` are the dates at which the parts begin, for all series
    alike, or None where each series has its own. `since` are the first rows of the last three parts that
    count there: later ones than their cut where other series were learnt from on the days between.
    """

    fit: NDArray[np.int64]
    validation: NDArray[np.int64]
    train: NDArray[np.int64]
    rows: NDArray[np.int64]
    cuts: tuple[Any, Any, Any] | None  # first date of the stopping, calibration and test part
    since: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]  # first row of each that counts


def split_series(series: Sequence[PriceSeries], data: Data, *, stopping: bool) -> Split:
    """Cut the series by time as `data` says; without early stopping all of the valid part calibrates.

    `split = "date"` cuts the union of all dates once, so that no ticker trains on another's future;
    `"rows"` cuts each series by its own row count, and what stops, calibrates or tests is later than every
    row of any series that came before it: shares move together, and a day that another share was fitted on is
    no new day. `"series"` cuts alike and asks for no such thing: for series without a common calendar.
    """
    rows = np.array([len(s) for s in series], dtype=np.int64)
    if data.split != "date":
        counts = [_cut_counts(int(n), data, stopping=stopping) for n in rows]
        fit, validation, train = cut = np.array(counts, dtype=np.int64).T
        ends = (validation, train, rows)
        since = cut if data.split == "series" else map(partial(_rows_after, series), cut, ends)
        return Split(fit, validation, train, rows, None, tuple(since))
    dates = time_line(series)
    cuts = _cut_counts(len(dates), data, stopping=stopping)
    fit, validation, train = (_rows_before(series, dates, count) for count in cuts)
    firsts = tuple(dates[count] if count < len(dates) else dates[-1] + least_step(dates) for count in cuts)
    cut_dates = (firsts[0], firsts[1], firsts[2])
    return Split(fit, validation, train, rows, cut_dates, (fit, validation, train))


def held_back(series: Sequence[PriceSeries], split: Split, data: Data, count: int) -> Split:
    """The same, but the last `count` rows of what is fitted calibrate: of each series, or of all dates.

    For a split whose fitted rows are all that is trained on. Index example, 100 rows of which 80 are trained
    on, count 10: 70 are fitted, [70, 80) calibrate.
    """
    if data.split == "date":
        dates = time_line([s.until(n) for s, n in zip(series, split.fit.tolist(), strict=True)])
        kept = max(len(dates) - count, 0)
        fit, cut = _rows_before(series, dates, kept), dates[kept]
        cuts = None if split.cuts is None else (cut, cut, split.cuts[2])
        return replace(split, fit=fit, validation=fit, cuts=cuts, since=(fit, fit, split.since[2]))
    fit = np.maximum(split.fit - count, 0)
    since = fit if data.split == "series" else _rows_after(series, fit, split.train)
    return replace(split, fit=fit, validation=fit, since=(fit, since, split.since[2]))


def _cut_counts(n: int, data: Data, *, stopping: bool) -> tuple[int, int, int]:
    train = int(n * data.train_fraction)
    valid = int(train * data.valid_fraction)
    validation = valid // 2 if stopping else 0
    return train - valid, train - valid + validation, train


def time_line(series: Sequence[PriceSeries]) -> NDArray[Any]:
    """All dates of all series, each once, sorted."""
    if len(series) == 1:
        return series[0].dates
    return np.unique(np.concatenate([s.dates for s in series]))


def moment_after(series: Sequence[PriceSeries], counts: NDArray[np.int64]) -> Any:
    """The first moment later than the first `counts` (s,) rows of all series; None where there are none.

    Each row lasts for the least step of its own series: the price of a day is not known before the day's last
    second, whatever hours other series have.
    """
    return max(
        (s.dates[n - 1] + least_step(s.dates) for s, n in zip(series, counts, strict=True) if n), default=None
    )


def _rows_after(
    series: Sequence[PriceSeries], counts: NDArray[np.int64], until: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The first row (s,) of each later than all of the first `counts` (s,) rows of any; at most `until`."""
    after = moment_after(series, counts)
    if after is None:
        return counts
    return np.minimum([np.searchsorted(s.dates, after) for s in series], until)


def _rows_before(series: Sequence[PriceSeries], dates: NDArray[Any], count: int) -> NDArray[np.int64]:
    if count >= len(dates):
        return np.array([len(s) for s in series], dtype=np.int64)
    return np.array([np.searchsorted(s.dates, dates[count]) for s in series], dtype=np.int64)
