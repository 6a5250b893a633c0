"""Sources → prices: every part of the reader in turn, and what was decided on the way."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from rnn_forecast.errors import ColumnError, DataError, UsageError
from rnn_forecast.prices.calendar.exchange import calendar_named, described
from rnn_forecast.prices.cells.cell_positions import plain, shown
from rnn_forecast.prices.checks import (
    check_last,
    check_series,
    constant_columns,
    lacking,
    without_constant,
    without_last_jump,
)
from rnn_forecast.prices.choosing import chosen
from rnn_forecast.prices.decisions import Decisions, gather
from rnn_forecast.prices.fields.header import find_column
from rnn_forecast.prices.fields.read_options import ReadOptions, remembered
from rnn_forecast.prices.findings import Finding, refuse_findings, sentences
from rnn_forecast.prices.joining import join, join_periods
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.prices.source_parts import Part, open_part, read_part
from rnn_forecast.system.file_names import stem_of
from rnn_forecast.system.memory import give_back

T = TypeVar("T")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Reading:
    """What `read_prices` found: the series, and how; sources by name, tickers in the order of their rows."""

    series: list[PriceSeries]
    decisions: Decisions
    refused: dict[str, DataError] = field(default_factory=dict)  # by ticker, with `each_alone`
    tickers: tuple[str, ...] = ()  # of the series in the order of their rows, then of those lost on reading


def today() -> datetime.date:
    """The latest date anywhere on earth (UTC+14): Auckland's prices can be a day ahead of the reader."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=14)).date()


def read_prices(
    sources: Sequence[str],
    options: ReadOptions | None = None,
    *,
    each_alone: bool = False,
    constant_too: bool = False,
) -> Reading:
    """Read, decide, check. With `each_alone` a ticker whose prices will not do costs no other.

    A ticker whose price never changes will not do where there is no other that does, but with `constant_too`,
    as where none is to be fitted.

    Of several sources or tickers those that will not do are left out, and the decisions name them, but with
    `strict`; one that is not there is an error.

    Where "price_column" is `optional` sources of which one lacks it are all read as if none had been named:
    headers decide before a cell is read, so that nothing is read twice.

    Raises InputError where a source cannot be read, DataError where it does not hold prices (or, with
    `strict`, holds doubtful ones), UsageError where the options do not fit.
    """
    options = options or ReadOptions()
    _require_sources(sources)
    calendar = calendar_named(options.calendar, options.holidays)
    parts, unread = _parts(sources, options)
    parts.sort(key=lambda part: (part.decided.name, part.decided.sha256))  # in whatever order they were named
    give_back(sum(len(one) for part in parts for one in part.series))
    if not options.strict:
        parts, odd = _agreed(parts, options)
        unread += odd
    price_column = _one_price_column(parts)
    lost = {ticker: error for part in parts for ticker, error in part.lost.items()}
    joined = join(((part.decided.name, part.series) for part in parts), lost)
    whole, periods = join_periods(joined.series, _stems(parts, options))
    lost = joined.refused | whole.refused
    if options.strict and lost:
        raise next(iter(lost.values()))
    series = chosen(whole.series, options, {stem_of(path): error for path, error in unread} | lost)
    series = [replace(one, calendar=calendar) for one in series]
    _check_alike(series)
    asked = {*(options.tickers or lost)} - {*options.exclude}
    lost = {name: error for name, error in lost.items() if name in asked}
    bare = lacking(series, options.named) if options.named else {}
    if bare and (options.strict or (len(bare) == len(series) and not each_alone)):
        raise next(iter(bare.values()))
    series, lost = [one for one in series if one.ticker not in bare], lost | bare
    if not (each_alone or options.strict or options.allow_last_jump):
        series, jumped = without_last_jump(series)
        lost |= jumped
    findings = [*periods.findings, *_doubts(parts, series, periods.one)]
    findings += constant_columns(series, options.named)
    if options.strict:
        refuse_findings(findings, "Say how it is meant by an option, or leave out --strict.")
    refused, lost = (lost, {}) if each_alone else ({}, lost)
    for some in [[one] for one in series] if each_alone else [series]:
        try:
            if not constant_too:
                without_constant(some)
            findings += checked(some, options)
        except DataError as error:
            if not each_alone:
                raise
            refused[some[0].ticker] = error
    tickers = tuple(dict.fromkeys([*(one.ticker for one in series), *refused]))
    series = [one for one in series if one.ticker not in refused]
    notices = gather((part.decided.name, part.notice) for part in parts) + periods.notices
    if joined.repeated:
        notices.append(f"{joined.repeated} rows that stand in several sources counted once.")
    decisions = Decisions(
        sources=tuple(part.decided for part in parts),
        price_column=price_column,
        tickers=len(series),
        rows=sum(map(len, series)),
        notices=tuple(notices),
        warnings=tuple(sentences(findings)),
        checks=tuple(findings),
        allow_nonpositive=options.allow_nonpositive,
        options=remembered(options),
        calendar=described(calendar),
        left_out=(*_left_out("source", unread), *_left_out("ticker", lost.items())),
    )
    return Reading(series, decisions, refused, tickers)


def _require_sources(sources: Sequence[str]) -> None:
    if not sources:
        raise UsageError("No source was named.", "Name a file, or - for standard input.")
    if list(sources).count("-") > 1:
        raise UsageError("Standard input (-) can be read only once.", "Name it once.")


def checked(series: Sequence[PriceSeries], options: ReadOptions) -> list[Finding]:
    """All findings about the prices. Raises DataError at what cannot be right, or with `strict` at any."""
    findings = check_series(series, options.max_age, datetime.datetime.now(datetime.UTC).date())
    if not options.allow_last_jump:
        check_last(series)
    if options.strict:
        refuse_findings(findings, "Correct the prices, or leave out --strict.")
    return findings


def _doubts(parts: Sequence[Part], series: Sequence[PriceSeries], joined: Mapping[str, str]) -> list[Finding]:
    """What was decided by a guess, once for each source, at the first of its tickers that is asked for."""
    kept, found = {one.ticker for one in series}, []
    for part in parts:
        named = [(joined.get(one.ticker, one.ticker), one.dates[-1:]) for one in part.series]
        for ticker, last in [(ticker, last) for ticker, last in named if ticker in kept][:1]:
            found += [Finding(ticker, kind, iso(last)[0], what) for kind, what in part.doubts]
    return found


def _parts(sources: Sequence[str], options: ReadOptions) -> tuple[list[Part], list[tuple[str, DataError]]]:
    """What each source holds, and why some hold nothing: one after another, so that the bytes of one at a
    time are held.

    Where a price column is optional, all are opened before: whether each has it decides how all are read.
    """
    limit = np.datetime64(today(), "s") + np.timedelta64(86_399, "s")  # the last second of the day
    failed: list[tuple[str, DataError]] = []

    def each(make: Callable[[T], Made], given: Iterable[tuple[str, T]]) -> list[tuple[str, Made]]:
        made = []
        for path, one in given:
            try:
                made.append((path, make(one)))
            except DataError as error:
                if len(sources) == 1 or options.strict or isinstance(error, ColumnError):
                    raise  # which column it is is asked of a person
                failed.append((path, error))
        return made

    if options.price_column is None or "price_column" not in options.optional:
        parts = each(
            lambda path: read_part(open_part(path, options, limit), options, limit),
            zip(sources, sources, strict=True),
        )
    else:
        opened = each(lambda path: open_part(path, options, limit), zip(sources, sources, strict=True))
        if any(find_column(one.header, options.price_column) is None for _, one in opened):
            options = replace(options, price_column=None)
        parts = each(lambda one: read_part(one, options, limit), opened)
    if not parts:
        raise failed[0][1]
    return [part for _, part in parts], failed


def _left_out(what: str, errors: Iterable[tuple[str, DataError]]) -> list[dict[str, str]]:
    return [{what: plain(name), "why": error.message} for name, error in errors]


def _stems(parts: Sequence[Part], options: ReadOptions) -> list[str]:
    """The tickers that are no more than their files' names, and that nobody has named."""
    asked = {*options.tickers, *options.exclude}
    bare = [p for p in parts if p.decided.columns.ticker is None and not p.columns.tickers]
    return [one.ticker for part in bare for one in part.series if one.ticker not in asked]


def _agreed(parts: list[Part], options: ReadOptions) -> tuple[list[Part], list[tuple[str, DataError]]]:
    """The sources that have the price column of most of them, and dates if most have, and why not the others.

    All, where no more than half agree; with dates or without, where a person names tickers.
    """
    odd: list[tuple[str, DataError]] = []
    kinds: list[tuple[Callable[[Part], object], Callable[[Part, Part], DataError]]] = []
    if not all(part.columns.found_as == "only" for part in parts):
        kinds.append((lambda part: part.columns.price_name, _other_column))
    if not options.tickers:
        kinds.append((lambda part: part.columns.date is None, _other_dates))
    for of, said in kinds:
        ((most, count),) = Counter(map(of, parts)).most_common(1)
        if 2 * count > len(parts):
            typical = next(part for part in parts if of(part) == most)
            odd += [(part.decided.name, said(part, typical)) for part in parts if of(part) != most]
            parts = [part for part in parts if of(part) == most]
    return parts, odd


def _other_column(one: Part, other: Part) -> DataError:
    return DataError(
        f"{one.decided.name} has its prices in {shown(one.columns.price_name or '')}, "
        f"{other.decided.name} in {shown(other.columns.price_name or '')}.",
        "Say which: --price-column NAME.",
    )


def _other_dates(one: Part, other: Part) -> DataError:
    with_dates, without = (one, other) if other.columns.date is None else (other, one)
    return _mixed(with_dates.decided.name, without.decided.name)


def _one_price_column(parts: Sequence[Part]) -> str | None:
    names = {part.columns.price_name for part in parts}
    if len(names) == 1:
        return names.pop()
    if all(part.columns.found_as == "only" for part in parts):
        return None
    other = next(part for part in parts if part.columns.price_name != parts[0].columns.price_name)
    raise _other_column(parts[0], other)


def _check_alike(series: Sequence[PriceSeries]) -> None:
    dated = [one for one in series if one.dated]
    if dated and len(dated) < len(series):
        bare = next(one for one in series if not one.dated)
        raise _mixed(plain(dated[0].ticker), plain(bare.ticker))


def _mixed(with_dates: str, without: str) -> DataError:
    remedy = "Give all sources dates, or none; --date-column names a column of them."
    return DataError(f"{with_dates} has dates and {without} has none.", remedy)
