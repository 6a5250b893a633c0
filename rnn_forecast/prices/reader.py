"""Sources → prices: every part of the reader in turn, and what was decided on the way."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa

from rnn_forecast.errors import ColumnError, DataError, UsageError
from rnn_forecast.prices.assembling import check_values, to_series
from rnn_forecast.prices.cells.cell_positions import Locate, plain, shown
from rnn_forecast.prices.checks import check_last, check_series, without_constant, without_last_jump
from rnn_forecast.prices.choosing import chosen, named_there
from rnn_forecast.prices.decisions import (
    ColumnNames,
    Decisions,
    Dialect,
    Extent,
    SourceDecisions,
    gather,
    notice,
)
from rnn_forecast.prices.fields.columns import choose_columns
from rnn_forecast.prices.fields.header import Columns, Header, find_column, sample_header
from rnn_forecast.prices.fields.read_options import ReadOptions, remembered
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.findings import Finding, refuse_findings, sentences
from rnn_forecast.prices.instruments import told_apart
from rnn_forecast.prices.joining import as_one, join, join_periods
from rnn_forecast.prices.series import PriceSeries, iso
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
    assumed: tuple[str, ...] = ()  # names that no header gave, and no person
    ends: str = ""  # what was made of empty fields at the ends of rows


@dataclass(frozen=True)
class _Part:
    """What one source holds."""

    decided: SourceDecisions
    columns: Columns
    series: list[PriceSeries]
    notice: str
    doubts: tuple[tuple[str, str], ...]  # kind and words of what was decided by a guess


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
    findings = [*periods.findings, *_doubts(parts, series, periods.one)]
    if options.strict:
        refuse_findings(findings, "Say how it is meant by an option, or leave out --strict.")
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


def _doubts(
    parts: Sequence[_Part], series: Sequence[PriceSeries], joined: Mapping[str, str]
) -> list[Finding]:
    """What was decided by a guess, once for each source, at the first of its tickers that is asked for."""
    kept, found = {one.ticker for one in series}, []
    for part in parts:
        named = [(joined.get(one.ticker, one.ticker), one.dates[-1:]) for one in part.series]
        for ticker, last in [(ticker, last) for ticker, last in named if ticker in kept][:1]:
            found += [Finding(ticker, kind, iso(last)[0], what) for kind, what in part.doubts]
    return found


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
    layout = find_layout(text, source.name, options.columns)

    def read(columns: Columns) -> tuple[Table, Locate]:
        said = options.date_format, limit, options.decimal
        opened = TextTable(source.name, text.data, layout, columns, *said)
        check_quotes(opened)
        table = read_typed(opened) or read_decided(opened)
        check_end(opened, table)
        return table, opened.locate

    header = sample_header(layout.names, layout.sample, layout.tickers)
    written = Dialect(text.encoding, text.line_ends, layout.delimiter, layout.titles, layout.footers)
    assumed = tuple(name for name in layout.names if name) if layout.assumed and not options.columns else ()
    return _Opened(source, header, read, written, assumed, layout.ends)


def _read(opened: _Opened, options: ReadOptions, limit: np.datetime64) -> _Part:
    source, names = opened.source, opened.header.names
    columns = choose_columns(opened.header, named_there(options, opened.header), source.name)
    table, locate = opened.read(columns)
    table, told = (table, None) if options.as_ticker else told_apart(table, locate, source.name)
    table = check_values(table, columns, options, limit, locate)
    found = to_series(table, columns, options.as_ticker or source.stem, locate)
    if not found.series:
        raise DataError(f"{source.name} has no prices.", "Fetch or export it again.")
    pa.default_memory_pool().release_unused()
    series = found.series
    if options.as_ticker is not None:
        series = as_one(chosen(series, options), options.as_ticker, source.name)
    decided = SourceDecisions(
        name=source.name,
        sha256=source.sha256,
        bytes=source.size,
        kind=source.kind,
        gzip="gzip" in (source.packed or ""),
        packed=source.packed,
        **vars(opened.dialect),
        date_format=table.date_format if source.kind == "text" else None,
        number_format=table.number_format,
        columns=_names(names, columns, told),
        dropped=found.dropped,
        sorted=found.sorted,
        rows=sum(map(len, found.series)),
        tickers=len(found.series),
        extents=tuple(map(Extent.of, series[:_SHOWN])),
    )
    doubts = _guessed(opened, table, columns, series)
    said = notice(decided, names, columns), opened.ends
    return _Part(decided, columns, series, "; ".join(filter(None, said)), tuple(doubts))


def _guessed(
    opened: _Opened, table: Table, columns: Columns, series: Sequence[PriceSeries]
) -> Iterator[tuple[str, str]]:
    """The kind and words of what was decided without proof."""
    if opened.assumed:
        names = ", ".join(opened.assumed)
        yield "no header", f"there is no header; the columns are read as {names} (--columns says otherwise)"
    if table.doubt:
        yield "number format", table.doubt
    if columns.date is None:
        yield _numbered(series)


def _numbered(series: Sequence[PriceSeries]) -> tuple[str, str]:
    """Without dates nothing shows which end of a file is the latest: a person has to look."""
    one = series[0]
    more = f"; so are those of {len(series) - 1:,} more tickers" if len(series) > 1 else ""
    what = "no column holds dates, so rows are numbered as they stand"
    return "no dates", f"{what}: the first price is {one.prices[0]:g}, the last {one.prices[-1]:g}{more}"


def _names(names: Sequence[str], columns: Columns, told: int | None) -> ColumnNames:
    """The columns as the source names them; `told`: the one that tells instruments apart."""
    single = (columns.date, columns.ticker if told is None else told, columns.time)
    date, ticker, time = (None if i is None else names[i] for i in single)
    others = {role: names[i] for role, i in (columns.others[0] if columns.others else {}).items()}
    return ColumnNames(date, ticker, tuple(names[i] for i in columns.prices), others, time)


def _stems(parts: Sequence[_Part], options: ReadOptions) -> list[str]:
    """The tickers that are no more than their files' names, and that nobody has named."""
    asked = {*options.tickers, *options.exclude}
    bare = [p for p in parts if p.decided.columns.ticker is None and not p.columns.tickers]
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


def _check_alike(series: Sequence[PriceSeries]) -> None:
    dated = [one for one in series if one.dated]
    if dated and len(dated) < len(series):
        bare = next(one for one in series if not one.dated)
        raise DataError(
            f"{plain(dated[0].ticker)} has dates and {plain(bare.ticker)} has none.",
            "Give all sources dates, or none; --date-column names a column of them.",
        )
