"""The series of several sources → one for each ticker: what several files hold of it is joined."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import first_of, plain
from rnn_forecast.prices.choosing import NOBODY
from rnn_forecast.prices.file_periods import alike, dated, follow, in_period
from rnn_forecast.prices.findings import JOINED, Finding
from rnn_forecast.prices.merging import merge, two_marks
from rnn_forecast.prices.series import PriceSeries

_NAMED = 5  # tickers


@dataclass(frozen=True)
class Joined:
    """All series by ticker, as first met, and what became of the others."""

    series: list[PriceSeries]
    repeated: int  # rows that stood in several sources
    refused: dict[str, DataError]  # tickers that a bad cell, or two sources that differ, have cost


@dataclass(frozen=True)
class Periods:
    """Which tickers, by their files' names, are parts of one: `{"BTC-2019": "BTC", "BTC-2020": "BTC"}`."""

    one: dict[str, str]
    notices: list[str]
    findings: list[Finding]  # of those whose names say so and whose dates do not


def join(
    parts: Iterable[tuple[str, Sequence[PriceSeries]]], lost: Mapping[str, DataError] = NOBODY
) -> Joined:
    """The series of sources (each with its name); a ticker that several of them hold becomes one.

    One that a source has `lost` is not made of what the others have of it. Raises DataError where that leaves
    none.
    """
    by_ticker: dict[str, list[tuple[str, PriceSeries]]] = defaultdict(list)
    for name, series in parts:
        for one in series:
            if one.ticker not in lost:
                by_ticker[one.ticker].append((name, one))
    found = Joined([], 0, dict(lost))
    repeated = 0
    for ticker, pieces in by_ticker.items():
        try:
            joined, twice = merge(pieces) if len(pieces) > 1 else (pieces[0][1], 0)
        except DataError as error:
            found.refused[ticker] = error
        else:
            found.series.append(joined)
            repeated += twice
    if found.refused and not found.series:
        raise next(iter(found.refused.values()))
    return replace(found, repeated=repeated)


def as_one(series: Sequence[PriceSeries], ticker: str, source: str) -> list[PriceSeries]:
    """The only series of a source under the name that a person gave it.

    Raises DataError where there are several, for they cannot all be it.
    """
    if len(series) > 1:
        there = first_of([one.ticker for one in series], _NAMED)
        raise DataError(
            f"{source} holds {len(series):,} tickers, {there}, and --as {plain(ticker)} names one.",
            "Choose one of them with --ticker, or leave out --as.",
        )
    return [replace(one, ticker=ticker) for one in series]


def periods(stems: Collection[str], series_of: Callable[[str], PriceSeries]) -> Periods:
    """Files of one ticker, a year or a month each, by their `stems`, which are their tickers.

    They are parts of one where the dates in their names tell them apart, and each begins after the one before
    has ended. Where no separator stands before the date (AAPL2019), its rows have to be of that time too: the
    number may be a code.
    """
    found = Periods({}, [], [])
    for common, parts in alike(stems).items():
        series = [series_of(stem) for stem in parts]
        apart = all(one is not None and one.apart for one in map(dated, parts))
        if not (apart or all(map(in_period, series))):
            continue
        if common not in stems and (two_marks(series) or follow(series)):
            found.one.update(dict.fromkeys(parts, common))
            found.notices.append(f"{len(parts)} {JOINED} {plain(common)}.")
        else:
            why = "their dates overlap or are not in the order of their names, or prices do not meet"
            what = f"{len(parts)} files of {plain(common)} are {len(parts)} tickers: {why}"
            found.findings.append(Finding(parts[0], "apart", "", f"{what} (--as NAME joins them)"))
    return found


def join_periods(series: Sequence[PriceSeries], stems: Collection[str]) -> tuple[Joined, Periods]:
    """The series with those that are parts of one joined, where the first of these stood.

    Raises DataError where that leaves none.
    """
    by_ticker = {one.ticker: one for one in series}
    found = periods([stem for stem in stems if stem in by_ticker], by_ticker.__getitem__)
    if not found.one:
        return Joined(list(series), 0, {}), found
    renamed = [replace(one, ticker=found.one.get(one.ticker, one.ticker)) for one in series]
    return join((old.ticker, [new]) for old, new in zip(series, renamed, strict=True)), found
