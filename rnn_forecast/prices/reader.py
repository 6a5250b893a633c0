"""Sources → prices: every part of the reader in turn, and what was decided on the way."""

import datetime
import difflib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from rnn_forecast.errors import DataError, UsageError
from rnn_forecast.prices.assembling import check_values, to_series
from rnn_forecast.prices.checks import check_last, check_series, without_constant
from rnn_forecast.prices.decisions import ColumnNames, Decisions, Dialect, SourceDecisions, gather, notice
from rnn_forecast.prices.fields.cell_positions import Locate, plain, shown
from rnn_forecast.prices.fields.columns import choose_columns
from rnn_forecast.prices.fields.header import Columns, Header, find_column, sample_header
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.findings import Finding, refuse_findings, sentences
from rnn_forecast.prices.instruments import told_apart
from rnn_forecast.prices.merging import merge
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.prices.sources.opening import Source, open_source
from rnn_forecast.prices.text.encoding import decode
from rnn_forecast.prices.text.inferring_reader import read_decided
from rnn_forecast.prices.text.layout import find_layout
from rnn_forecast.prices.text.row_reader import TextTable
from rnn_forecast.prices.text.strictness import check_end, check_quotes
from rnn_forecast.prices.text.typed_reader import read_typed
from rnn_forecast.system.memory import give_back


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
    price_column_optional: bool = False,
) -> Reading:
    """Read, decide, check. With `each_alone` a ticker whose prices will not do costs no other.

    A ticker whose price never changes will not do where there is no other that does, but with `constant_too`,
    as where none is to be fitted.

    With `price_column_optional` sources of which one lacks `options.price_column` are all read as if none had
    been named: headers decide before a cell is read, so that nothing is read twice.

    Raises InputError where a source cannot be read, DataError where it does not hold prices (or, with
    `strict`, holds doubtful ones), UsageError where the options do not fit.
    """
    options = options or ReadOptions()
    if not sources:
        raise UsageError("No source was named.", "Name a file, or - for standard input.")
    if list(sources).count("-") > 1:
        raise UsageError("Standard input (-) can be read only once.", "Name it once.")
    parts = _parts(sources, options, price_column_optional=price_column_optional)
    parts.sort(key=lambda part: (part.decided.name, part.decided.sha256))  # in whatever order they were named
    give_back(sum(len(one) for part in parts for one in part.series))
    price_column = _one_price_column(parts)
    series, repeated = _join(parts)
    series = chosen(series, options)
    _check_alike(series)
    findings = _doubts(parts, series, options)
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
    notices = gather((part.decided.name, part.notice) for part in parts)
    if repeated:
        notices.append(f"{repeated} rows that stand in several sources counted once.")
    decisions = Decisions(
        sources=tuple(part.decided for part in parts),
        price_column=price_column,
        tickers=len(series),
        rows=sum(map(len, series)),
        notices=tuple(notices),
        warnings=tuple(sentences(findings)),
        checks=tuple(findings),
        allow_nonpositive=options.allow_nonpositive,
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


def _doubts(parts: Sequence[_Part], series: Sequence[PriceSeries], options: ReadOptions) -> list[Finding]:
    """What was decided by a guess, once for each source, at the first of its tickers that is asked for."""
    kept, found = {one.ticker for one in series}, []
    for part in parts:
        first = next((one for one in part.series if one.ticker in kept), None)
        if first is not None:
            found += [
                Finding(first.ticker, kind, iso(first.dates[-1:])[0], what) for kind, what in part.doubts
            ]
    if options.strict:
        refuse_findings(found, "Say how it is meant by an option, or leave out --strict.")
    return found


def _parts(sources: Sequence[str], options: ReadOptions, *, price_column_optional: bool) -> list[_Part]:
    """What each source holds: one after another, so that the bytes of one at a time are held.

    Where a price column is optional, all are opened before: whether each has it decides how all are read.
    """
    limit = np.datetime64(today(), "s") + np.timedelta64(86_399, "s")  # the last second of the day
    if not price_column_optional or options.price_column is None:
        return [_read(_open(path, options, limit), options, limit) for path in sources]
    opened = [_open(path, options, limit) for path in sources]
    if any(find_column(one.header, options.price_column) is None for one in opened):
        options = replace(options, price_column=None)
    return [_read(one, options, limit) for one in opened]


def _open(path: str, options: ReadOptions, limit: np.datetime64) -> _Opened:
    source = open_source(path, options.max_bytes)
    if source.kind == "parquet":
        from rnn_forecast.prices.sources.parquet import open_parquet

        return _Opened(source, *open_parquet(source, options, limit), Dialect())
    text = decode(source.data, source.name)
    layout = find_layout(text, source.name, options.columns)

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
    columns = choose_columns(opened.header, options, source.name)
    table, locate = opened.read(columns)
    table, told = (table, None) if options.as_ticker else told_apart(table, locate, source.name)
    table = check_values(table, columns, options, limit, locate)
    found = to_series(table, columns, options.as_ticker or source.stem, locate)
    if not found.series:
        raise DataError(f"{source.name} has no prices.", "Fetch or export it again.")
    pa.default_memory_pool().release_unused()
    date, ticker = (
        None if i is None else names[i] for i in (columns.date, columns.ticker if told is None else told)
    )
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
    )
    doubts = () if columns.date is not None else (_numbered(found.series),)
    return _Part(decided, columns, found.series, notice(decided, names, columns), doubts)


def _numbered(series: Sequence[PriceSeries]) -> tuple[str, str]:
    """Without dates nothing shows which end of a file is the latest: a person has to look."""
    one = series[0]
    more = f"; so are those of {len(series) - 1:,} more tickers" if len(series) > 1 else ""
    what = "no column holds dates, so rows are numbered as they stand"
    return "no dates", f"{what}: the first price is {one.prices[0]:g}, the last {one.prices[-1]:g}{more}"


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


def _join(parts: Sequence[_Part]) -> tuple[list[PriceSeries], int]:
    """All series by ticker, as first met; a ticker that several files hold becomes one."""
    by_ticker: dict[str, list[tuple[str, PriceSeries]]] = defaultdict(list)
    for part in parts:
        for one in part.series:
            by_ticker[one.ticker].append((part.decided.name, one))
    repeated, series = 0, []
    for pieces in by_ticker.values():
        if len(pieces) == 1:
            series.append(pieces[0][1])
            continue
        joined, twice = merge(pieces)
        series.append(joined)
        repeated += twice
    return series, repeated


def chosen(series: Sequence[PriceSeries], options: ReadOptions) -> list[PriceSeries]:
    """The series that are asked for. Raises DataError for a ticker that is not there, or with none left."""
    require_tickers((*options.tickers, *options.exclude), {one.ticker for one in series})
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
