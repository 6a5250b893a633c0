"""Sources → prices: every part of the reader in turn, and what was decided on the way."""

import datetime
import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from rnn_forecast.errors import ColumnError, DataError, UsageError
from rnn_forecast.prices.assembling import check_values, to_series
from rnn_forecast.prices.checks import check_last, check_series, without_constant, without_last_jump
from rnn_forecast.prices.decisions import (
    ColumnNames,
    Decisions,
    Dialect,
    Extent,
    SourceDecisions,
    gather,
    notice,
)
from rnn_forecast.prices.fields.cell_positions import Locate, plain, shown
from rnn_forecast.prices.fields.columns import Columns, Header, choose_columns, find_column, sample_header
from rnn_forecast.prices.fields.read_options import ReadOptions, remembered
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.findings import Finding, refuse_findings, sentences
from rnn_forecast.prices.joining import as_one, join, join_periods
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.prices.sources.opening import Source, open_source
from rnn_forecast.prices.text.encoding import decode
from rnn_forecast.prices.text.inferring_reader import read_decided
from rnn_forecast.prices.text.layout import find_layout
from rnn_forecast.prices.text.row_reader import TextTable
from rnn_forecast.prices.text.strictness import check_end, check_quotes
from rnn_forecast.prices.text.typed_reader import read_typed
from rnn_forecast.system.file_names import stem_of
from rnn_forecast.system.memory import give_back

T = TypeVar("T")
Made = TypeVar("Made")
NOBODY: Mapping[str, DataError] = MappingProxyType({})
_SHOWN = 5  # tickers of a source whose first and last price are noted


@dataclass(frozen=True)
class Reading:
    """What `read_prices` found: the series, and how; sources by name, tickers in the order of their rows."""

    series: list[PriceSeries]
    decisions: Decisions
    refused: dict[str, DataError] = field(default_factory=dict)  # by ticker, with `each_alone`
    tickers: tuple[str, ...] = ()  # of the series and the refused, in the order of their rows


@dataclass(frozen=True)
class _Opened:
    """A source whose header is known, and how to read its cells."""

    source: Source
    header: Header
    read: Callable[[Columns], tuple[Table, Locate]]
    dialect: Dialect


@dataclass(frozen=True)
class _Part:
    """What one source holds."""

    decided: SourceDecisions
    columns: Columns
    series: list[PriceSeries]
    notice: str


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
    if not sources:
        raise UsageError("No source was named.", "Name a file, or - for standard input.")
    if list(sources).count("-") > 1:
        raise UsageError("Standard input (-) can be read only once.", "Name it once.")
    parts, unread = _parts(sources, options)
    parts.sort(key=lambda part: (part.decided.name, part.decided.sha256))  # in whatever order they were named
    give_back(sum(len(one) for part in parts for one in part.series))
    price_column = _one_price_column(parts)
    joined = join((part.decided.name, part.series) for part in parts)
    if options.strict and joined.refused:
        raise next(iter(joined.refused.values()))
    series, periods = join_periods(joined.series, _stems(parts, options))
    series = chosen(series, options, {stem_of(path): error for path, error in unread} | joined.refused)
    _check_alike(series)
    lost = {name: error for name, error in joined.refused.items() if name not in options.exclude}
    if not (each_alone or options.strict or options.allow_last_jump):
        series, jumped = without_last_jump(series)
        lost |= jumped
    findings = list(periods.findings)
    if options.strict:
        refuse_findings(findings, "Give --as NAME, or leave out --strict.")
    refused: dict[str, DataError] = {}
    for some in [[one] for one in series] if each_alone else [series]:
        try:
            if not constant_too:
                without_constant(some)
            findings += checked(some, options)
        except DataError as error:
            if not each_alone:
                raise
            refused[some[0].ticker] = error
    tickers = tuple(one.ticker for one in series)
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
        left_out=(*_left_out("source", unread), *_left_out("ticker", lost.items())),
    )
    return Reading(series, decisions, refused, tickers)


def checked(series: Sequence[PriceSeries], options: ReadOptions) -> list[Finding]:
    """All findings about the prices. Raises DataError at what cannot be right, or with `strict` at any."""
    findings = check_series(series, options.max_age, datetime.datetime.now(datetime.UTC).date())
    if not options.allow_last_jump:
        check_last(series)
    if options.strict:
        refuse_findings(findings, "Correct the prices, or leave out --strict.")
    return findings


def _parts(sources: Sequence[str], options: ReadOptions) -> tuple[list[_Part], list[tuple[str, DataError]]]:
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
            lambda path: _read(_open(path, options, limit), options, limit),
            zip(sources, sources, strict=True),
        )
    else:
        opened = each(lambda path: _open(path, options, limit), zip(sources, sources, strict=True))
        if any(find_column(one.header, options.price_column) is None for _, one in opened):
            options = replace(options, price_column=None)
        parts = each(lambda one: _read(one, options, limit), opened)
    if not parts:
        raise failed[0][1]
    return [part for _, part in parts], failed


def _left_out(what: str, errors: Iterable[tuple[str, DataError]]) -> list[dict[str, str]]:
    return [{what: plain(name), "why": error.message} for name, error in errors]


def _open(path: str, options: ReadOptions, limit: np.datetime64) -> _Opened:
    source = open_source(path, options.max_bytes)
    if source.kind == "parquet":
        from rnn_forecast.prices.sources.parquet import open_parquet

        return _Opened(source, *open_parquet(source, options, limit), Dialect())
    text = decode(source.data, source.name)
    layout = find_layout(text, source.name)

    def read(columns: Columns) -> tuple[Table, Locate]:
        opened = TextTable(source.name, text.data, layout, columns, options.date_format, limit)
        check_quotes(opened)
        table = read_typed(opened) or read_decided(opened)
        check_end(opened, table)
        return table, opened.locate

    header = sample_header(layout.names, layout.sample, layout.tickers)
    written = Dialect(text.encoding, text.line_ends, layout.delimiter, layout.titles, layout.footers)
    return _Opened(source, header, read, written)


def _read(opened: _Opened, options: ReadOptions, limit: np.datetime64) -> _Part:
    source, names = opened.source, opened.header.names
    columns = choose_columns(opened.header, _named_there(options, opened.header), source.name)
    table, locate = opened.read(columns)
    check_values(table, columns, options, limit, locate)
    found = to_series(table, columns, source.stem, locate)
    if not found.series:
        raise DataError(f"{source.name} has no prices.", "Fetch or export it again.")
    pa.default_memory_pool().release_unused()
    series = found.series
    if options.as_ticker is not None:
        series = as_one(chosen(series, options), options.as_ticker, source.name)
    date, ticker = (None if i is None else names[i] for i in (columns.date, columns.ticker))
    decided = SourceDecisions(
        name=source.name,
        sha256=source.sha256,
        bytes=source.size,
        kind=source.kind,
        gzip=source.packed,
        **vars(opened.dialect),
        date_format=table.date_format if source.kind == "text" else None,
        number_format=table.number_format,
        columns=ColumnNames(date, ticker, tuple(names[i] for i in columns.prices)),
        dropped=found.dropped,
        sorted=found.sorted,
        rows=sum(map(len, found.series)),
        tickers=len(found.series),
        extents=tuple(map(Extent.of, series[:_SHOWN])),
    )
    return _Part(decided, columns, series, notice(decided, names, columns))


def _named_there(options: ReadOptions, header: Header) -> ReadOptions:
    """The options without an optional column that the source lacks: it is found instead."""
    names = [name for name in ("date_column", "ticker_column") if name in options.optional]
    lacking: dict[str, Any] = {
        n: None for n in names if find_column(header, getattr(options, n) or "") is None
    }
    return replace(options, **lacking)


def _stems(parts: Sequence[_Part], options: ReadOptions) -> list[str]:
    """The tickers that are no more than their files' names, and that nobody has named."""
    asked = {*options.tickers, *options.exclude}
    bare = [p for p in parts if p.columns.ticker is None and not p.columns.tickers and not options.as_ticker]
    return [one.ticker for part in bare for one in part.series if one.ticker not in asked]


def _one_price_column(parts: Sequence[_Part]) -> str | None:
    names = {part.columns.price_name for part in parts}
    if len(names) == 1:
        return names.pop()
    if all(part.columns.found_as == "only" for part in parts):
        return None
    one, other = parts[0], next(p for p in parts if p.columns.price_name != parts[0].columns.price_name)
    raise DataError(
        f"{one.decided.name} has its prices in {shown(one.columns.price_name or '')}, "
        f"{other.decided.name} in {shown(other.columns.price_name or '')}.",
        "Say which: --price-column NAME.",
    )


def chosen(
    series: Sequence[PriceSeries],
    options: ReadOptions,
    refused: Mapping[str, DataError] = NOBODY,
) -> list[PriceSeries]:
    """The series that are asked for.

    Raises DataError for a ticker that is not there, what it was `refused` for, or with none left.
    """
    if options.as_ticker is not None and [one.ticker for one in series] == [options.as_ticker]:
        return list(series)  # chosen before it had that name
    there = {one.ticker for one in series}
    for name in ("tickers", "exclude"):
        if name in options.optional:
            found = tuple(ticker for ticker in getattr(options, name) if ticker in there)
            left: dict[str, Any] = {name: found if name == "tickers" or there - {*found} else ()}
            options = replace(options, **left)
    for ticker in options.tickers:
        if ticker in refused and ticker not in there:
            raise refused[ticker]
    require_tickers((*options.tickers, *options.exclude), {*there, *refused})
    kept = [one for one in series if not options.tickers or one.ticker in options.tickers]
    kept = [one for one in kept if one.ticker not in options.exclude]
    if series and not kept:
        raise DataError("--exclude leaves no ticker.", "Exclude fewer of them.")
    return kept


def require_tickers(wanted: Sequence[str], there: Collection[str]) -> None:
    """Raises DataError, with the nearest names, where one that was asked for is not there."""
    for ticker in wanted:
        if ticker not in there:
            raise DataError(f"There is no ticker {shown(ticker)} in the sources.", _those(there, ticker))


def _those(there: Collection[str], wanted: str) -> str:
    """The tickers whose names are near, whatever their case; else the first of all."""
    if not there:
        return "They hold no ticker."
    near = difflib.get_close_matches(wanted.casefold(), {name.casefold() for name in there}, n=3, cutoff=0.5)
    if near:
        found = sorted(
            (name for name in there if name.casefold() in near), key=lambda n: near.index(n.casefold())
        )
        return f"Nearest: {', '.join(map(plain, found[:3]))}."
    more = f" and {len(there) - 5:,} more" if len(there) > 5 else ""
    return f"There are: {', '.join(map(plain, sorted(there)[:5]))}{more}."


def _check_alike(series: Sequence[PriceSeries]) -> None:
    dated = [one for one in series if one.dated]
    if dated and len(dated) < len(series):
        bare = next(one for one in series if not one.dated)
        raise DataError(
            f"{plain(dated[0].ticker)} has dates and {plain(bare.ticker)} has none.",
            "Give all sources dates, or none; --date-column names a column of them.",
        )
