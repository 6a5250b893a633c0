"""A table without a header: known layouts get their names, others a remedy that works."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from rnn_forecast.prices.cells.column_kinds import is_clock, is_date, is_missing, is_numeral, is_typed
from rnn_forecast.prices.cells.epoch_numbers import is_epoch

Cells = Sequence[str]
_ORDERS = (("open", "high", "low", "close"), ("open", "close", "high", "low"))
_LEAST_ROWS = 3
_DIGITS = re.compile("(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?")  # a clock: 0930, 093000


def known_layout(rows: Sequence[Cells]) -> tuple[str, ...] | None:
    """Names of the columns where the cells themselves say what they are; None where they do not.

    A column of numbers alone is prices. Else: a ticker perhaps, a date, a clock perhaps, and four numbers of
    which on every row one is the highest and one the lowest, in just one of two orders (Binance, HistData,
    MetaTrader 4), then the volume.
    """
    rows = _with_values(rows)
    if len(rows) < _LEAST_ROWS:
        return None
    kinds = [_kind([row[i] for row in rows]) for i in range(len(rows[0]))]
    if kinds == ["number"]:
        return ("price",)
    date = next((i for i, kind in enumerate(kinds[:3]) if kind == "date"), None)
    if date is None or any(kind == "number" for kind in kinds[:date]):
        return None
    start = date + 2 if kinds[date + 1 : date + 2] == ["clock"] else date + 1
    if kinds[start : start + 4] != ["number"] * 4:
        return None
    if (order := _order(rows, date, start)) is None:
        return None
    before = ["ticker" if i == 0 else "" for i in range(date)]
    clock = ["time"] * (start - date - 1)
    after = [""] * (len(kinds) - start - 4)
    if kinds[start + 4 : start + 5] == ["number"]:
        after[0] = "volume"
    return (*before, "date", *clock, *order, *after)


def of_usual_width(rows: Sequence[Cells]) -> list[Cells]:
    """The rows without what stands around a table: all that are not as wide as most."""
    widths = Counter(len(cells) for cells in rows)
    return [cells for cells in rows if len(cells) == widths.most_common(1)[0][0]]


def _with_values(rows: Sequence[Cells]) -> list[Cells]:
    return [cells for cells in of_usual_width(rows) if any(map(is_typed, cells))]


def suggested(rows: Sequence[Cells]) -> str:
    """What to write after --columns, as far as the cells tell."""
    rows = _with_values(rows)
    if not rows:
        return "date,price"
    kinds = [_kind([row[i] for row in rows]) for i in range(len(rows[0]))]
    numbers = iter(_likely(rows, [i for i, kind in enumerate(kinds) if kind == "number"]))
    names = {"date": "date", "clock": "time", "text": "ticker"}
    said: list[str] = []
    for i, kind in enumerate(kinds):
        name = next(numbers, f"other{i + 1}") if kind == "number" else names[kind]
        said.append(name if name not in said else f"other{i + 1}")
    return ",".join(said)


def _likely(rows: Sequence[Cells], numbers: Sequence[int]) -> list[str]:
    """Names for the columns of numbers that no row contradicts: whoever takes them reads no high or low for
    the price."""
    bars = [[row[i] for i in numbers[:4]] for row in rows]
    whole = [bar for bar in bars if len(bar) == 4 and not any(map(is_missing, bar))]
    held = [order for order in _ORDERS if whole and all(_holds(order, bar) for bar in whole)]
    if not held:
        return ["price"]
    return [*(held[0] if held[0][3] == "close" else ("close", "open", "high", "low")), "volume"]


def _kind(cells: Cells) -> str:
    """number, date, clock or text: what all cells are, those without a value aside."""
    there = [cell.strip() for cell in cells if not is_missing(cell)]
    if there and all(map(_DIGITS.fullmatch, there)) and any(cell[0] == "0" for cell in there):
        return "clock"
    compact = all(is_date(cell) and len(cell) >= 8 for cell in there)
    if there and (all(map(is_epoch, there)) or compact or not any(map(is_numeral, there))):
        if compact or all(map(is_epoch, there)) or all(map(is_date, there)):
            return "date"
        return "clock" if all(map(is_clock, there)) else "text"
    return "number" if there and all(map(is_numeral, there)) else "text"


def _order(rows: Sequence[Cells], date: int, start: int) -> tuple[str, ...] | None:
    """What the four numbers from `start` on are; None where nothing tells."""
    whole = [row for row in rows if not any(map(is_missing, row[start : start + 4]))]
    orders = [order for order in _ORDERS if all(_holds(order, row[start : start + 4]) for row in whole)]
    if len(whole) < _LEAST_ROWS or len(orders) != 1:
        return None
    return orders[0] if orders[0][3] == "close" or _opens_first(whole, date, start) else None


def _holds(order: Sequence[str], cells: Cells) -> bool:
    try:
        values = dict(zip(order, map(_value, cells), strict=True))
    except ValueError:
        return False
    return values["high"] == max(values.values()) and values["low"] == min(values.values())


def _opens_first(rows: Sequence[Cells], date: int, start: int) -> bool:
    """Whether of two prices the first is the open: it is near the second of the row before, and not the
    other way round.

    The highest and the lowest do not tell `open,close,high,low` from `close,open,high,low`.
    """
    dates = [" ".join(row[date:start]) for row in rows]
    if dates not in (sorted(dates), sorted(dates, reverse=True)) or not re.match("[0-9]{4}", dates[0]):
        return False  # nothing shows which row is the earlier
    pairs = [(_value(row[start]), _value(row[start + 1])) for row in rows]
    pairs = pairs if dates == sorted(dates) else pairs[::-1]
    steps = list(itertools.pairwise(pairs))
    gaps = sum(abs(b[0] - a[1]) for a, b in steps)
    return 2 * gaps < sum(abs(b[1] - a[0]) for a, b in steps)


def _value(cell: str) -> float:
    """Good enough to compare numbers of one row. Raises ValueError."""
    bare = cell.strip().lstrip("$€£¥ ")
    if "," in bare and "." in bare:
        bare = bare.replace(min(",", ".", key=bare.rindex), "")
    return float(bare.replace(",", "."))
