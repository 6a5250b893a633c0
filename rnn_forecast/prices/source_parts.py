"""One source → what it holds: opened, its columns chosen, its cells read, its rows put in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.assembling import Assembled, check_values, to_series
from rnn_forecast.prices.cells.cell_positions import BadCell, CellError, Locate
from rnn_forecast.prices.choosing import chosen, named_there
from rnn_forecast.prices.decisions import ColumnNames, Dialect, Extent, SourceDecisions, notice
from rnn_forecast.prices.fields.columns import choose_columns
from rnn_forecast.prices.fields.header import Columns, Header, sample_header
from rnn_forecast.prices.fields.instruments import told_apart
from rnn_forecast.prices.fields.read_options import ReadOptions
from rnn_forecast.prices.fields.sparing import Left, sparing
from rnn_forecast.prices.fields.table import Table
from rnn_forecast.prices.joining import as_one
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.prices.sources.opening import Source, open_source
from rnn_forecast.prices.text.encoding import decode
from rnn_forecast.prices.text.inferring_reader import read_decided
from rnn_forecast.prices.text.layout import find_layout
from rnn_forecast.prices.text.row_reader import TextTable
from rnn_forecast.prices.text.strictness import check_end, check_quotes
from rnn_forecast.prices.text.typed_reader import read_typed

_SHOWN = 5  # tickers of a source whose first and last price are noted


@dataclass(frozen=True)
class Opened:
    """A source whose header is known, and how to read its cells."""

    source: Source
    header: Header
    read: Callable[[Columns, NDArray[np.int64]], tuple[Table, Locate]]  # without the rows of these numbers
    dialect: Dialect
    assumed: tuple[str, ...] = ()  # names that no header gave, and no person
    ends: str = ""  # what was made of empty fields at the ends of rows


@dataclass(frozen=True)
class Part:
    """What one source holds."""

    decided: SourceDecisions
    columns: Columns
    series: list[PriceSeries]
    notice: str
    doubts: tuple[tuple[str, str], ...]  # kind and words of what was decided by a guess
    lost: Mapping[str, DataError]  # tickers of which a cell is bad, where others are there


def open_part(path: str, options: ReadOptions, limit: np.datetime64) -> Opened:
    source = open_source(path, options.max_bytes)
    if source.kind == "parquet":
        from rnn_forecast.prices.sources.parquet import open_parquet

        return Opened(source, *open_parquet(source, options, limit), Dialect())
    text = decode(source.data, source.name)
    layout = find_layout(text, source.name, options.columns)

    def read(columns: Columns, gone: NDArray[np.int64]) -> tuple[Table, Locate]:
        said = gone, options.date_format, limit, options.decimal
        opened = TextTable(source.name, text.data, layout, columns, *said)
        if not gone.size:
            check_quotes(opened)
        table = (None if gone.size else read_typed(opened)) or read_decided(opened)
        check_end(opened, table)
        return table, opened.locate

    header = sample_header(layout.names, layout.sample, layout.tickers)
    written = Dialect(text.encoding, text.line_ends, layout.delimiter, layout.titles, layout.footers)
    assumed = tuple(name for name in layout.names if name) if layout.assumed and not options.columns else ()
    return Opened(source, header, read, written, assumed, layout.ends)


def read_part(opened: Opened, options: ReadOptions, limit: np.datetime64) -> Part:
    source, names = opened.source, opened.header.names
    columns = choose_columns(opened.header, named_there(options, opened.header), source.name)

    forms = set()

    def made(left: Left) -> tuple[tuple[Table, int | None, Assembled], list[str]]:
        table, locate = opened.read(left.columns, left.gone)
        forms.add((table.date_format, table.number_format))
        if len(forms) > 1:  # the rows that are gone had decided it; `sparing` raises the first refusal
            raise DataError(f"{source.name} is written in several formats.", "Write it in one.")
        table, told = (table, None) if options.as_ticker else told_apart(table, locate, source.name)
        try:
            table = check_values(table, left.columns, options, limit)
            found = to_series(table, left.columns, options.as_ticker or source.stem, locate)
        except BadCell as bad:
            whose = None if table.codes is None else (table.tickers, table.codes)
            raise CellError(bad, locate, whose) from None
        return (table, told, found), [one.ticker for one in found.series]

    (table, told, found), lost = sparing(made, columns, strict=options.strict)
    found = found._replace(series=[one for one in found.series if one.ticker not in lost])
    if not found.series:
        raise DataError(f"{source.name} has no prices.", "Fetch or export it again.")
    pa.default_memory_pool().release_unused()
    series = found.series
    if options.as_ticker is not None:
        series = as_one(chosen(series, options, lost), options.as_ticker, source.name)
    decided = SourceDecisions(
        name=source.name,
        sha256=source.sha256,
        bytes=source.size,
        kind=source.kind,
        gzip="gzip" in (source.packed or ""),
        packed=source.packed,
        sheet=source.sheet,
        **vars(opened.dialect),
        date_format=table.date_format if source.kind == "text" else None,
        number_format=table.number_format,
        zone=table.zone,
        columns=_names(names, columns, told),
        dropped=found.dropped,
        sorted=found.sorted,
        rows=sum(map(len, found.series)),
        tickers=len(found.series),
        extents=tuple(map(Extent.of, series[:_SHOWN])),
    )
    doubts = _guessed(opened, table, columns, series)
    said = notice(decided, names, columns), opened.ends
    return Part(decided, columns, series, "; ".join(filter(None, said)), tuple(doubts), lost)


def _guessed(
    opened: Opened, table: Table, columns: Columns, series: Sequence[PriceSeries]
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
