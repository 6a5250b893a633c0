"""What was decided about a source: a record of all, and a line where it was not the plain case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rnn_forecast.prices.fields.cell_positions import shown
from rnn_forecast.prices.fields.columns import Columns
from rnn_forecast.prices.fields.numbers import NumberFormat
from rnn_forecast.prices.sources.opening import Source

_MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "": "none"}
_AT_MOST = 3  # sources named in one notice


@dataclass(frozen=True)
class Dialect:
    """How the source is written; Parquet leaves most of it out."""

    encoding: str | None = None
    line_ends: str | None = None
    delimiter: str | None = None
    titles: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()
    date_format: str | None = None
    numbers: NumberFormat | None = None


@dataclass(frozen=True)
class Dropped:
    """Rows of a source that are not in its series, and whether the others had to be put in order."""

    without_price: int = 0
    blank: int = 0
    repeated: int = 0
    sorted: bool = False


def decisions_json(
    source: Source, names: Sequence[str], columns: Columns, dialect: Dialect, dropped: Dropped
) -> dict[str, Any]:
    """All that was decided, as JSON has it."""
    form = dialect.numbers
    return {
        "name": source.name,
        "sha256": source.sha256,
        "bytes": source.size,
        "kind": source.kind,
        "gzip": source.packed,
        "encoding": dialect.encoding,
        "line_ends": dialect.line_ends,
        "delimiter": dialect.delimiter,
        "titles": list(dialect.titles),
        "footers": list(dialect.footers),
        "date_format": dialect.date_format,
        "number_format": form
        and {"decimal": form.decimal, "thousands": form.thousands, "currency": form.currency},
        "columns": {
            "date": _name(names, columns.date),
            "ticker": _name(names, columns.ticker),
            "price": [_name(names, i) for i in columns.prices],
        },
        "dropped": {
            "without a price": dropped.without_price,
            "blank": dropped.blank,
            "repeated": dropped.repeated,
        },
        "sorted": dropped.sorted,
    }


def notice(source: Source, names: Sequence[str], columns: Columns, dialect: Dialect, dropped: Dropped) -> str:
    """What is not as in a plain file, in one line without the source's name; empty for a plain file."""
    said = [*_written(source, dialect), *_chosen(names, columns), *_gone(columns, dialect, dropped)]
    return "; ".join(said)


def gather(notes: Iterable[tuple[str, str]]) -> list[str]:
    """One line for each different notice, however many sources it is about."""
    by_text: dict[str, list[str]] = {}
    for name, text in notes:
        if text:
            by_text.setdefault(text, []).append(name)
    return [f"{_list(names)}: {text}." for text, names in by_text.items()]


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _AT_MOST} more" if len(names) > _AT_MOST else ""
    return ", ".join(names[:_AT_MOST]) + more


def _name(names: Sequence[str], column: int | None) -> str | None:
    return None if column is None else names[column]


def _written(source: Source, dialect: Dialect) -> list[str]:
    form = dialect.numbers or NumberFormat()
    said = ["unpacked from gzip"] if source.packed else []
    if dialect.encoding not in (None, "UTF-8"):
        said.append(f"read as {dialect.encoding}")
    if dialect.line_ends in ("CR", "mixed"):
        said.append(f"line ends are {dialect.line_ends}")
    if dialect.delimiter not in (None, "", ","):
        said.append(f"fields end at a {_MARKS[dialect.delimiter or '']}")
    if form.decimal == ",":
        said.append("decimal comma")
    if form.thousands:
        said.append(f"thousands separated by {shown(form.thousands)}")
    if form.currency:
        said.append(f"prices in {form.currency.strip()}")
    if dialect.date_format not in (None, "%Y-%m-%d"):
        said.append(f"dates read as {dialect.date_format}")
    return said


def _chosen(names: Sequence[str], columns: Columns) -> list[str]:
    said = []
    if columns.date is None:
        said.append("no dates, so rows are numbered")
    elif not names[columns.date]:
        said.append("dates are in the column without a name")
    rivals = [name for name in names if name.strip().lower() in ("close", "adj close")]
    if columns.found_as == "only" or (columns.found_as == "known" and len(rivals) > 1):
        said.append(f"prices are in {shown(names[columns.prices[0]])}")
    if columns.found_as == "wide":
        said.append(f"{len(columns.prices)} columns are tickers")
    return said


def _gone(columns: Columns, dialect: Dialect, dropped: Dropped) -> list[str]:
    said = []
    if columns.tickers and columns.found_as != "wide":
        said.append("a header of several lines")
    if dialect.titles:
        said.append(f"title left out: {shown(dialect.titles[0])}")
    if dialect.footers:
        said.append(f"footer left out: {shown(dialect.footers[0])}")
    for count, what in ((dropped.without_price, "without a price"), (dropped.blank, "with nothing in them")):
        if count:
            said.append(f"{count} {'row' if count == 1 else 'rows'} {what} left out")
    if dropped.repeated:
        said.append(f"{dropped.repeated} repeated {'row' if dropped.repeated == 1 else 'rows'} counted once")
    if dropped.sorted:
        said.append("put in order, oldest first")
    return said
