"""What was understood of the sources, in words for who downloaded them: `prepare --check`.

Plain lines of at most 80 columns; what is longer goes on below, and no figure is cut.
"""

import datetime
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rnn_forecast.prices.cells.cell_positions import first_of, shown
from rnn_forecast.prices.findings import JOINED
from rnn_forecast.prices.text.delimiters import DELIMITERS
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import counted

WIDTH, LABEL = 80, 12
MOST_BLOCKS = 5  # files, one after the other
MOST_SAID = 5  # of what was left out or is doubtful
DATES = {  # as strptime has them → as people write them
    "%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Month", "%B": "Month", "%a": "weekday",
    "%A": "weekday", "%H": "hh", "%I": "hh", "%M": "mm", "%S": "ss", "%f": "fraction", "%p": "AM/PM",
    "%z": "offset", "%Z": "zone", "%j": "day of the year", "%G": "YYYY", "%V": "week", "%q": "quarter",
}  # fmt: skip
PERIODS = {"%YM%m": "year and month", "%G-W%V": "year and week"}
EPOCHS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
GONE = {"header again": "with the header again", "dividends and splits": "of dividends and splits"}
GROUPS = {",": "a comma", ".": "a point", "'": "an apostrophe"}  # what stands between thousands
OWN = {"name", "sha256", "bytes", "rows", "tickers", "extents", "titles", "footers", "dropped", "sorted",
       "line_ends", "sheet"}  # fmt: skip


def understood(report: Mapping[str, Any]) -> list[str]:
    """A block for each source of a report, as `Decisions.to_json` gives it; then what there is to say of all.

    Of more than a few sources, one block for each way in which they were read.
    """
    sources = report.get("sources", [])
    shapes: dict[str, list[Mapping[str, Any]]] = {}
    for source in sources:
        alike = source["name"] if len(sources) <= MOST_BLOCKS else _shape(source)
        shapes.setdefault(alike, []).append(source)
    lines: list[str] = []
    for some in list(shapes.values())[:MOST_BLOCKS]:
        lines += [*_block(some), ""]
    if len(shapes) > MOST_BLOCKS:
        rest = [source for some in list(shapes.values())[MOST_BLOCKS:] for source in some]
        ways = f"{len(shapes) - MOST_BLOCKS:,} other ways, the first {rest[0]['name']}"
        lines += [*_wrapped(None, f"and {counted(len(rest), 'file')} in {ways}"), ""]
    return lines + _of_all(report) if sources else []


def _shape(source: Mapping[str, Any]) -> str:
    """What sources that were read in the same way have in common."""
    return json.dumps({key: value for key, value in source.items() if key not in OWN}, sort_keys=True)


def _block(alike: Sequence[Mapping[str, Any]]) -> list[str]:
    source, more = alike[0], len(alike) - 1
    lines = _wrapped(None, source["name"] + (f" (and {counted(more, 'file')} more like it)" if more else ""))
    said = [("written", _written(source)), ("dates", _dates(source)), *_columns(source), *_rows(source)]
    for label, text in [*said, *_extents(source)]:
        lines += _wrapped(label, text)
    return lines


def _written(source: Mapping[str, Any]) -> str:
    packed = source.get("packed") or ("gzip" if source.get("gzip") else None)
    if source.get("sheet") is not None:
        around = re.sub("(, )?workbook$", "", packed or "")
        return f"a workbook{f', packed with {around}' if around else ''}, sheet {shown(source['sheet'])}"
    inside = f", packed with {packed}" if packed else ""
    if source["kind"] != "text":
        return f"{str(source['kind']).capitalize()}{inside}"
    delimiter = source["delimiter"]
    fields = f"fields end at {DELIMITERS[delimiter]}" if delimiter else "one column"
    name, mark, rest = source["encoding"].partition(" with ")
    return f"{name} text{mark}{rest}{inside}, {fields}"


def _dates(source: Mapping[str, Any]) -> str:
    columns = source["columns"]
    if columns["date"] is None:
        return "none: rows are numbered, the first is taken for the oldest"
    column = columns["date"] or "the column without a name"
    if columns.get("time"):
        column += f" and {columns['time']}"
    form = source["date_format"]
    clock = f"; times are in {source['zone']}" if source.get("zone") else ""
    if form is None:
        return column + _timed(source) + clock
    return f"{column}, written as {date_words(form)}{_timed(source)}{_example(source)}{clock}"


def _timed(source: Mapping[str, Any]) -> str:
    """Where the format does not say it, and no column of its own does."""
    told = source["columns"].get("time") or re.search("%H|%I|epoch", source["date_format"] or "")
    timed = any(":" in one["first"] for one in source.get("extents", ()))
    return " with a time of day" if timed and not told else ""


def _example(source: Mapping[str, Any]) -> str:
    """` (31.01.2024 is 31 January 2024)`: the first date, where digits of day and month stand in front."""
    form, extents = source["date_format"], source.get("extents", ())
    if not extents or source.get("zone") or not re.match("(?!%Y)(?=.*%d)(?=.*%m)", form):
        return ""
    day = datetime.datetime.fromisoformat(extents[0]["first"])
    return f" ({day.strftime(form)} is {day.day} {day:%B %Y})"


def date_words(form: str) -> str:
    """`%d.%m.%Y` → `DD.MM.YYYY`, `epoch ms` → `milliseconds since 1970 (UTC)`; else as it is."""
    if form.startswith("epoch "):
        return f"{EPOCHS[form.removeprefix('epoch ')]} since 1970 (UTC)"
    if form in PERIODS or "%q" in form:
        return PERIODS.get(form, "year and quarter")
    return re.sub(r"%[A-Za-z]", lambda found: DATES.get(found[0], found[0]), form)


def _columns(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    columns, form = source["columns"], source["number_format"]
    prices = list(map(_name, columns["price"]))
    many = len(prices) > 1
    said = f"{len(prices):,} columns: {first_of(prices, MOST_SAID)}" if many else prices[0]
    if form["decimal"] == ",":
        said += ", with a decimal comma"
    if form["thousands"]:
        said += f", thousands apart by {GROUPS.get(form['thousands'], 'a space')}"
    if form["currency"]:
        said += f", in {form['currency'].strip()}"
    others = [f"{_name(name)} is the {role}" if _name(name).casefold() != role else _name(name)
              for role, name in columns.get("others", {}).items()]  # fmt: skip
    lines = [("prices", said)] + ([("kept too", ", ".join(others))] if others else [])
    if columns["ticker"] is not None:
        return [*lines, ("tickers", f"{source['tickers']:,}, in column {_name(columns['ticker'])}")]
    if many:
        return [*lines, ("tickers", f"{source['tickers']:,}, a column each")]
    return lines


def _name(name: str) -> str:
    return name or "the column without a name"


def _rows(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    gone = [f"{rows:,} {GONE.get(why, why)}" for why, rows in source["dropped"].items() if rows]
    order = ", were not in order and are now" if source["sorted"] else ""
    lines = [("rows", f"{source['rows']:,}{order}" + (f"; left out: {', '.join(gone)}" if gone else ""))]
    for what, texts in (("above", source["titles"]), ("below", source["footers"])):
        lines += [(f"{what} it", f"{text!r}, left out") for text in texts[:1]]
    return lines


def _extents(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The first and the last price: of one ticker in two lines, of several in one each."""
    extents = source.get("extents", ())
    if len(extents) == 1 and source["tickers"] == 1:
        (one,) = extents
        ends = [f"{one[end]}   {price_of(one[f'{end}_price'])}" for end in ("first", "last")]
        return [("ticker", one["ticker"]), ("first", ends[0]), ("last", ends[1])]
    lines = [
        (
            one["ticker"],
            f"{one['first']} {price_of(one['first_price'])} to {one['last']} {price_of(one['last_price'])}, "
            f"{counted(one['rows'], 'row')}",
        )
        for one in extents
    ]
    more = source["tickers"] - len(extents)
    return lines + ([("", f"and {counted(more, 'more ticker')}")] if extents and more > 0 else [])


def price_of(price: float) -> str:
    """Every figure of it, and no exponent that can be done without: `66218`, `0.00001234`."""
    text = repr(price)
    if "e" in text and 1e-12 < abs(price) < 1e18:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def _of_all(report: Mapping[str, Any]) -> list[str]:
    sources = report["sources"]
    lines: list[str] = []
    if len(sources) > 1 or report["tickers"] != sources[0]["tickers"]:
        taken = f"{counted(report['tickers'], 'ticker')}, {counted(report['rows'], 'row')}"
        lines += _wrapped("taken", taken)
    joined = [text for text in report.get("notices", ()) if JOINED in text]
    left_out = [one["why"] for one in report.get("left_out", ())]
    for label, texts in (("joined", joined), ("left out", left_out), ("warning", report.get("warnings", ()))):
        for text in texts[:MOST_SAID]:
            lines += _wrapped(label, text)
        if len(texts) > MOST_SAID:
            lines += _wrapped("", f"and {len(texts) - MOST_SAID:,} more")
    return [*lines, ""] if lines else []


def _wrapped(label: str | None, text: str) -> list[str]:
    """Lines of at most WIDTH columns, broken at spaces, a long word anywhere; `label` before the first, and
    None where there is no column of them.
    """
    indent = 2 if label is None else LABEL + 2
    head = "" if label is None else f"  {visible(label)} "
    lines, line, empty = [], head + " " * (indent - _columns_of(head)) if head else "", True
    if head and _columns_of(line) > indent:  # a long label has lines of its own
        lines, line = _wrapped(None, head), " " * indent
    for word in _pieces(visible(text).split(" "), WIDTH - indent):
        if not empty and _columns_of(line) + 1 + _columns_of(word) > WIDTH:
            lines.append(line.rstrip())
            line, empty = " " * indent, True
        line, empty = f"{line}{'' if empty else ' '}{word}", False
    return [*lines, line.rstrip()]


def _pieces(words: Iterable[str], width: int) -> Iterable[str]:
    """The words, each that is wider than a line in pieces."""
    for word in words:
        piece = ""
        for c in word:
            if _columns_of(piece + c) > width:
                yield piece
                piece = ""
            piece += c
        yield piece


def _columns_of(text: str) -> int:
    """How wide a terminal shows it: Chinese, Japanese and Korean characters take two columns."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
