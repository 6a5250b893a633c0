"""What a model remembers of the data it came from: tickers, dates, hashes, and which rows each step used."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices import Decisions
from rnn_forecast.prices.series import PriceSeries, iso, least_step
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.splits import moment_after

SAMPLES = 8  # dates and prices kept of each ticker, to notice a history that was rewritten


@dataclass(frozen=True)
class KnownTicker:
    """What a model was trained on of one ticker; dates as `prices.series.iso` writes them, or row numbers."""

    rows: int
    first: str
    last: str
    sha256: str  # of the prices as little-endian float64, and of the columns that the recipe names
    test_from: str  # the first date that neither fit, stopping nor calibration has seen
    sampled_prices: tuple[
        tuple[str, float], ...
    ] = ()  # some dates and prices, to notice a rewritten history by


@dataclass(frozen=True)
class Source:
    """What the model knows of the files it came from."""

    price_column: str | None
    spacing: str
    test_from: str  # the first date later than all that was learnt from of any ticker
    tickers: Mapping[str, KnownTicker]
    rows_used: Mapping[str, Any] = field(default_factory=dict)  # which rows each step of the fit used
    reading: Mapping[str, Any] = field(default_factory=dict)  # what the reader decided


def describe(dataset: Dataset, decisions: Decisions, used: NDArray[np.int64]) -> Source:
    """What the model is to remember of the series; its first `used` (s,) rows were looked at in training."""
    split = dataset.split
    named = (*dataset.recipe.data.past, *dataset.recipe.data.known)
    known = {
        s.ticker: _known(s, int(n), split.cuts[2] if split.cuts and n < len(s) else None, named)
        for s, n in zip(dataset.series, used, strict=True)
        if n
    }
    longest = max(dataset.series, key=len)
    refitted = bool((used == split.rows).all())
    after = moment_after(dataset.series, used)
    test_from = max(split.cuts[2], after) if split.cuts and not refitted else after
    return Source(
        price_column=decisions.price_column,
        spacing=longest.frequency,
        test_from=iso(np.array([test_from]))[0],
        tickers=known,
        rows_used=rows_used(dataset),
        reading=decisions.to_json(),
    )


def _known(s: PriceSeries, used: int, test_from: Any, named: Collection[str]) -> KnownTicker:
    if test_from is None:
        test_from = s.dates[used] if used < len(s) else s.dates[-1] + least_step(s.dates)
    keep = np.unique(np.linspace(0, used - 1, SAMPLES).astype(int))
    return KnownTicker(
        rows=used,
        first=iso(s.dates[:1])[0],
        last=iso(s.dates[used - 1 : used])[0],
        sha256=prices_hash(s, used, named),
        test_from=iso(np.array([test_from]))[0],
        sampled_prices=tuple(zip(iso(s.dates[keep]), s.prices[keep].tolist(), strict=True)),
    )


def prices_hash(s: PriceSeries, used: int, named: Collection[str] = ()) -> str:
    """Of the first `used` prices, to tell whether they are those that a model was trained on.

    Then of the columns that its recipe has `named`, by name, and of the market's, if it has one.
    """
    digest = hashlib.sha256(np.ascontiguousarray(s.prices[:used], "<f8").data)
    for name in sorted(s.columns):
        if name in named or s.columns[name].role == "market":
            values = s.columns[name].values[:used]
            digest.update(np.where(np.isnan(values), np.nan, values).astype("<f8").data)
    return digest.hexdigest()


def rows_used(dataset: Dataset) -> dict[str, Any]:
    """The rows that each step of a fit looked at: how many, and between which dates."""
    split = dataset.split
    bounds = {
        "scaling": (np.zeros_like(split.fit), split.fit),
        "fit": (np.zeros_like(split.fit), split.fit),
        "stopping": (split.since[0], split.validation),
        "shrinkage": (split.since[1], split.train),
        "volatility": (np.zeros_like(split.fit), split.train),
        "calibration": (np.zeros_like(split.fit), split.train),
    }
    if dataset.recipe.forecast.toward == "drift":
        bounds["drift"] = bounds["fit"]
    return {name: _span(dataset.series, since, until) for name, (since, until) in bounds.items()}


def with_rows_used(source: Source, dataset: Dataset, step: str, until: NDArray[np.int64]) -> Source:
    """The source, saying that `step` looked at the first `until` (s,) rows of each series."""
    used = _span(dataset.series, np.zeros_like(until), until)
    return replace(source, rows_used={**source.rows_used, step: used})


def _span(
    series: Sequence[PriceSeries], since: NDArray[np.int64], until: NDArray[np.int64]
) -> dict[str, Any]:
    used = [s.dates[a:b] for s, a, b in zip(series, since, until, strict=True) if b > a]
    if not used:
        return {"rows": 0}
    ends = np.array([min(d[0] for d in used), max(d[-1] for d in used)])
    first, last = iso(ends)
    return {"rows": int(sum(len(d) for d in used)), "from": first, "to": last}
