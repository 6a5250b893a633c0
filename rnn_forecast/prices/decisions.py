"""What was decided about a source: a record of all, and a line where it was not the plain case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from rnn_forecast.arrays import Dates
from rnn_forecast.prices.cells.cell_positions import first_of, shown
from rnn_forecast.prices.cells.numbers import NumberFormat
from rnn_forecast.prices.fields.column_names import role
from rnn_forecast.prices.fields.header import Columns
from rnn_forecast.prices.fields.read_options import recalled, remembered
from rnn_forecast.prices.findings import Finding
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.prices.text.delimiters import DELIMITERS

_AT_MOST = 3  # sources named in one notice
_BLOCK = 65_536  # rows


@dataclass(frozen=True)
class Dialect:
    """How a source is written, but for dates and numbers, which its cells decide; Parquet leaves it out."""

    encoding: str | None = None
    line_ends: str | None = None
    delimiter: str | None = None
    titles: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnNames:
    """The columns that were read, as the source names them."""

    date: str | None
    ticker: str | None
    price: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=dict)  # by role: open, high, low, volume, …
    time: str | None = None  # the clock, where it has a column of its own


@dataclass(frozen=True)
class Extent:
    """What a source has of one ticker: rows, and the first and the last of them."""

    ticker: str
    rows: int
    first: str
    last: str
    first_price: float
    last_price: float

    @classmethod
    def of(cls, one: PriceSeries) -> "Extent":
        ends = iso(np.concatenate([one.dates[[0, -1]], _timed(one)]))  # with a clock where any row has one
        return cls(one.ticker, len(one), ends[0], ends[1], float(one.prices[0]), float(one.prices[-1]))


def _timed(one: PriceSeries) -> Dates:
    """The first date with a time of day, if there is any; a block at a time, for there may be millions."""
    for start in range(0, len(one), _BLOCK) if one.dated else ():
        dates = one.dates[start : start + _BLOCK]
        if (within := dates[dates != dates.astype("datetime64[D]")]).size:
            return np.asarray(within[:1])
    return one.dates[:0]


@dataclass(frozen=True)
class SourceDecisions:
    """All that was decided about one source. The names are those of the record."""

    name: str
    sha256: str
    bytes: int  # as they came
    kind: str  # "text" (a workbook too) or "parquet"
    gzip: bool  # as in `packed`, which older records lack
    encoding: str | None
    line_ends: str | None
    delimiter: str | None
    titles: tuple[str, ...]
    footers: tuple[str, ...]
    date_format: str | None
    number_format: NumberFormat
    columns: ColumnNames
    dropped: Mapping[str, int]  # rows that are not in the series, by what they are
    sorted: bool  # the rows had to be put in order
    rows: int
    tickers: int
    extents: tuple[Extent, ...] = ()  # of the first few tickers
    zone: str | None = None  # "UTC" where times are not those of the file's own clock
    packed: str | None = None  # with what, the outer one first: "zip, gzip"
    sheet: str | None = None  # of a workbook

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "SourceDecisions":
        columns, form = record["columns"], record["number_format"]
        extents = tuple(Extent(**one) for one in record.get("extents", ()))
        texts = {name: tuple(record[name]) for name in ("titles", "footers")}
        names = ColumnNames(**{**columns, "price": tuple(columns["price"])})
        parsed = {"number_format": NumberFormat(**form), "columns": names, "extents": extents}
        return cls(**{**record, **texts, **parsed})


@dataclass(frozen=True)
class Decisions:
    """All that was decided on the way from sources to prices, and what there is to say about them."""

    sources: tuple[SourceDecisions, ...] = ()
    price_column: str | None = None  # None: one for each ticker, or several of which none has a usual name
    tickers: int = 0
    rows: int = 0
    notices: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    checks: tuple[Finding, ...] = ()  # what the warnings say
    allow_nonpositive: bool = False  # zero and negative prices were taken
    options: Mapping[str, Any] = field(default_factory=dict)  # what a person chose of the reading
    calendar: str | None = None  # of an exchange, and the package that knows it
    left_out: tuple[Mapping[str, str], ...] = ()  # sources and tickers that will not do: each with its `why`
    parts: Mapping[str, Any] = field(default_factory=dict)  # of a prepared folder: its windows and their rows

    def to_json(self) -> dict[str, Any]:
        """The record that is kept: `report.json`, and in `model.json`."""
        record = asdict(self, dict_factory=_with_lists)
        parts: dict[str, Any] = record.pop("parts")
        return record | parts

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Decisions":
        """What `to_json` gave. Raises KeyError, TypeError or ValueError where it is something else."""
        later = {"parts", "allow_nonpositive", "options", "calendar", "left_out"}  # which older records lack
        own = {one.name: record[one.name] for one in fields(cls) if one.name not in later}
        own["allow_nonpositive"] = record.get("allow_nonpositive") is True
        own["options"] = remembered(recalled(record.get("options", {})))
        own["calendar"] = record.get("calendar")
        own["left_out"] = tuple(left_outs(record.get("left_out", [])))
        own |= {name: tuple(own[name]) for name in ("notices", "warnings")}
        own["sources"] = tuple(SourceDecisions.from_json(one) for one in own["sources"])
        own["checks"] = tuple(Finding(**one) for one in own["checks"])
        if not all(isinstance(text, str) for one in own["checks"] for text in vars(one).values()):
            raise ValueError("checks hold what is no text")
        return cls(**own, parts={name: record[name] for name in record if name not in own})


def left_outs(record: Any) -> list[dict[str, str]]:
    """What `left_out` holds, one by one. Raises ValueError for anything else."""
    kinds = ({"source", "why"}, {"ticker", "why"})
    texts = [list(one.values()) for one in record if isinstance(one, dict) and one.keys() in kinds]
    if len(texts) != len(record) or not all(isinstance(text, str) for some in texts for text in some):
        raise ValueError("left_out holds what is neither a source nor a ticker")
    return list(record)


def _with_lists(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """As JSON reads it back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in pairs}


def notice(decided: SourceDecisions, names: Sequence[str], columns: Columns) -> str:
    """What is not as in a plain file, in one line without the source's name; empty for a plain file."""
    return "; ".join([*_written(decided), *_chosen(names, columns), *_gone(decided, columns)])


def gather(notes: Iterable[tuple[str, str]]) -> list[str]:
    """One line for each different notice, however many sources it is about."""
    by_text: dict[str, list[str]] = {}
    for name, text in notes:
        if text:
            by_text.setdefault(text, []).append(name)
    return [f"{first_of(names, _AT_MOST)}: {text}." for text, names in by_text.items()]


def _written(source: SourceDecisions) -> list[str]:
    form = source.number_format
    said = [f"unpacked from {source.packed}"] if source.packed else []
    if source.encoding not in (None, "UTF-8"):
        said.append(f"read as {source.encoding}")
    if source.line_ends in ("CR", "mixed"):
        said.append(f"line ends are {source.line_ends}")
    if source.delimiter not in (None, "", ","):
        said.append(f"fields end at {DELIMITERS[source.delimiter or '']}")
    if form.decimal == ",":
        said.append("decimal comma")
    if form.thousands:
        said.append(f"thousands separated by {shown(form.thousands)}")
    if form.currency:
        said.append(f"prices in {form.currency.strip()}")
    if source.date_format not in (None, "%Y-%m-%d"):
        said.append(f"dates read as {source.date_format}")
    if source.zone:
        said.append(f"times are in {source.zone}, for the file's own clock repeats an hour in autumn")
    return said


def _chosen(names: Sequence[str], columns: Columns) -> list[str]:
    said = []
    if columns.date is not None and not names[columns.date]:
        said.append("dates are in the column without a name")
    rivals = [name for name in names if role(name) in ("close", "adj close")]
    if columns.found_as == "only" or (columns.found_as == "known" and len(rivals) > 1):
        said.append(f"prices are in {shown(names[columns.prices[0]])}")
    if columns.found_as == "wide":
        said.append(f"{len(columns.prices)} columns are tickers")
    return said


def _gone(source: SourceDecisions, columns: Columns) -> list[str]:
    said = []
    if columns.tickers and columns.found_as != "wide":
        said.append("a header of several lines")
    for what, lines in (("title", source.titles), ("footer", source.footers)):
        said += [f"{what} left out: {shown(line)}" for line in lines[:1]]
    for why, what in (
        ("without a price", "without a price"),
        ("dividends and splits", "of dividends and splits"),
        ("header again", "of the header again"),
        ("blank", "with nothing in them"),
    ):
        if count := source.dropped.get(why, 0):
            said.append(f"{count} {'row' if count == 1 else 'rows'} {what} left out")
    if count := source.dropped["repeated"]:
        said.append(f"{count} repeated {'row' if count == 1 else 'rows'} counted once")
    if source.sorted:
        said.append("put in order, oldest first")
    return said
