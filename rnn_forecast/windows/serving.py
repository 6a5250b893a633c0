"""What serves besides the prices, and what does not though it might: lines for who runs a verb."""

from collections.abc import Iterator, Sequence

import numpy as np

from rnn_forecast.errors import Notice
from rnn_forecast.prices.cells.cell_positions import first_of, plain
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.recipe import Data
from rnn_forecast.windows.dataset import Dataset
from rnn_forecast.windows.ranges import day_ranges
from rnn_forecast.windows.sizes import CROWD, FEWEST, OF_CROWD, size_names

MOST_DATES = 0.95  # of the rows: nearly all, of which nothing is said
STALE = 5  # rows at the end without a value, and more than ever before: a column has ended
MOST_NAMED = 3  # tickers


def range_notices(dataset: Dataset) -> list[Notice]:
    """Whose ranges serve the intervals, and which rows of them, or which tickers', are left out."""
    found = {s.ticker: day_ranges(s) for s in dataset.series if dataset.recipe.data.ranges}
    there = {ticker: ranges for ticker, ranges in found.items() if ranges is not None}
    why = "not low ≤ open, close ≤ high, or high is low though the price moved"
    off = [
        f"{plain(ticker)}: {ranges.broken:,} rows are no ranges ({why}); closes alone serve."
        for ticker, ranges in there.items()
        if ranges.off
    ]
    serve = [ranges for ranges in there.values() if not ranges.off]
    if not serve:
        return [Notice(line) for line in off]
    whose = f"of {len(serve):,} tickers " if len(dataset.series) > 1 else ""
    broken = sum(ranges.broken for ranges in serve)
    but = f", but for {broken:,} row{'s' * (broken > 1)}: {why}" if broken else ""
    said = f"open, high and low {whose}serve the intervals (--no-ranges: closes alone){but}."
    return [Notice(said), *(Notice(line) for line in off)]


def crowd_notices(dataset: Dataset) -> list[Notice]:
    """That the moves of all tickers serve the intervals of each, where enough of them share dates."""
    if CROWD not in dataset.panel.sizes:
        return []
    share = np.isfinite(dataset.panel.values[1 + dataset.panel.sizes.index(CROWD)]).mean()
    part = "" if share > MOST_DATES else f" on {100 * share:.0f} % of the rows"
    said = f"how far all tickers moved on a date serves the intervals of each{part} ({FEWEST} share it)."
    return [Notice(said)] if share else []


def without_crowd(learnt: Sequence[str], series: Sequence[PriceSeries]) -> list[Notice]:
    """That a model which has learnt from all tickers of a date does without, as too few are here."""
    if not {*OF_CROWD} & {*learnt} or {*OF_CROWD} & {*size_names(series)}:
        return []
    said = (
        f"the model has learnt from the moves of all tickers of a date, and {FEWEST} are needed for that, "
        f"not {len(series)}: intervals are somewhat others than with all of its tickers."
    )
    return [Notice(said)]


def stale_columns(series: Sequence[PriceSeries], data: Data) -> Iterator[Notice]:
    """Which of the columns that a recipe names have nothing to say at the end, of whom and since when."""
    names = [*data.past, *(["market"] if data.market else [])]
    for name in names:
        found = {s.ticker: end for s in series if (end := _ended(s, name)) is not None}
        if found:
            of = "" if len(series) == 1 else f" of {first_of([*map(plain, found)], MOST_NAMED)}"
            what = f"the market {plain(data.market)}" if name == "market" else plain(name)
            since = min(found.values())
            yield Notice(f"{what}{of} says nothing after {since}, and the prices go on.", "warning")


def _ended(s: PriceSeries, name: str) -> str | None:
    """The date of the last value, where more rows follow than ever did between two."""
    column = s.columns.get(name)
    if column is None:
        return None
    said = np.flatnonzero(~np.isnan(column.values))
    left = len(s) - 1 - int(said[-1]) if len(said) else 0
    if left <= max(STALE, int(np.diff(said).max(initial=0))):
        return None
    return iso(s.dates[said[-1:]])[0]
