"""A table without a header: known layouts get their names, others a remedy that works."""

from collections.abc import Sequence

from rnn_forecast.prices.cells.column_kinds import is_clock, is_date, is_missing, is_numeral
from rnn_forecast.prices.cells.epoch_numbers import is_epoch

Cells = Sequence[str]
_ORDERS = (("open", "high", "low", "close"), ("open", "close", "high", "low"))
_LEAST_ROWS = 3


def known_layout(rows: Sequence[Cells]) -> tuple[str, ...] | None:
    """Names of the columns where the cells themselves say what they are; None where they do not.

    A column of numbers alone is prices. Else: a ticker perhaps, a date, a clock perhaps, and four numbers of
    which on every row one is the highest and one the lowest, in just one of two orders (Binance, HistData,
    MetaTrader 4), then the volume.
    """
    if len(rows) < _LEAST_ROWS or len({len(cells) for cells in rows}) > 1:
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
    orders = [order for order in _ORDERS if all(_holds(order, row[start : start + 4]) for row in rows)]
    if len(orders) != 1:
        return None
    before = ["ticker" if i == 0 else "" for i in range(date)]
    clock = ["time"] * (start - date - 1)
    after = [""] * (len(kinds) - start - 4)
    if kinds[start + 4 : start + 5] == ["number"]:
        after[0] = "volume"
    return (*before, "date", *clock, *orders[0], *after)


def suggested(rows: Sequence[Cells]) -> str:
    """What to write after --columns, as far as the cells tell."""
    if not rows:
        return "date,price"
    kinds = [_kind([row[i] for row in rows if len(row) > i]) for i in range(len(rows[0]))]
    numbers = iter(["price"] if kinds.count("number") < 4 else ["open", "high", "low", "close", "volume"])
    names = {"date": "date", "clock": "time", "text": "ticker"}
    said: list[str] = []
    for i, kind in enumerate(kinds):
        name = next(numbers, f"other{i + 1}") if kind == "number" else names[kind]
        said.append(name if name not in said else f"other{i + 1}")
    return ",".join(said)


def _kind(cells: Cells) -> str:
    """number, date, clock or text: what all cells are, those without a value aside."""
    there = [cell.strip() for cell in cells if not is_missing(cell)]
    compact = all(is_date(cell) and len(cell) >= 8 for cell in there)
    if there and (all(map(is_epoch, there)) or compact or not any(map(is_numeral, there))):
        if compact or all(map(is_epoch, there)) or all(map(is_date, there)):
            return "date"
        return "clock" if all(map(is_clock, there)) else "text"
    return "number" if there and all(map(is_numeral, there)) else "text"


def _holds(order: Sequence[str], cells: Cells) -> bool:
    try:
        values = {name: float(cell.replace(",", ".")) for name, cell in zip(order, cells, strict=True)}
    except ValueError:
        return False
    return values["high"] == max(values.values()) and values["low"] == min(values.values())
