"""A table without a header: known layouts get their names, others a remedy that works."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.cells.column_kinds import is_clock, is_date, is_missing, is_numeral, is_typed
from rnn_forecast.prices.cells.epoch_numbers import is_epoch
from rnn_forecast.prices.fields.bar_columns import Bar, find_bar, is_price_beside

Cells = Sequence[str]
_ORDERS = (("open", "high", "low", "close"), ("open", "close", "high", "low"))
_LEAST_ROWS = 3
_DIGITS = re.compile("(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?")  # a clock: 0930, 093000


def known_layout(rows: Sequence[Cells]) -> tuple[str, ...] | None:
    """Names of the columns where the cells themselves say what they are; None where they do not.

    A column of numbers alone is prices. Else: a ticker perhaps, a date, a clock perhaps, and a bar of four
    numbers in one of two orders (Binance, HistData, MetaTrader 4), then the volume. The second is taken only
    where the rows tell the open from the close, and the first where they do not tell that it is another.
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
    prices = range(start, start + 4)
    bar = _bar(rows, prices, range(date, start)) if len(_whole(rows, prices)) >= _LEAST_ROWS else None
    if bar is None or bar.names not in _ORDERS[: 1 + bar.told]:
        return None
    before = ["ticker" if i == 0 else "" for i in range(date)]
    clock = ["time"] * (start - date - 1)
    after = [""] * (len(kinds) - start - 4)
    beside = itertools.takewhile(lambda i: kinds[i] == "number", range(start + 4, len(kinds)))
    if (volume := _volume(rows, list(beside), prices)) is not None:
        after[volume - start - 4] = "volume"
    return (*before, "date", *clock, *bar.names, *after)


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
    names = {"date": "date", "clock": "time", "text": "ticker"}
    said: dict[str, int] = {}
    for i, kind in enumerate(kinds):
        if kind != "number":
            said.setdefault(names[kind], i)
    told = _name_numbers(rows, [i for i, kind in enumerate(kinds) if kind == "number"], said)
    named = {i: name for name, i in said.items()}
    names_of_all = ",".join(named.get(i, f"other{i + 1}") for i in range(len(kinds)))
    return names_of_all if told else f"{names_of_all} (open and close may be the other way round)"


def _name_numbers(rows: Sequence[Cells], numbers: Sequence[int], said: dict[str, int]) -> bool:
    """Names for columns of numbers that no row contradicts, into `said`; whether open and close are told."""
    dated = [said[name] for name in ("date", "time") if name in said]
    for at in range(len(numbers) - 3):
        four = numbers[at : at + 4]
        if (bar := _bar(rows, four, dated)) is not None:
            said |= dict(zip(bar.names, four, strict=True))
            rest = [*numbers[at + 4 :], *numbers[:at]]
            if (volume := _volume(rows, rest, four)) is not None:
                said["volume"] = volume
            return bar.told or bar.names == _ORDERS[0]
    if numbers:  # a volume has no decimals
        said["price"] = next((i for i in numbers if any(set(row[i]) & set(".,") for row in rows)), numbers[0])
    return True


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


def _bar(rows: Sequence[Cells], columns: Sequence[int], dated: Sequence[int]) -> Bar | None:
    """What the four columns are; `dated` are those of the date and its clock."""
    whole = _whole(rows, columns)
    dates = [" ".join(row[i].strip() for i in dated) for row in whole]
    return find_bar(_values(whole, columns), dates)


def _volume(rows: Sequence[Cells], columns: Sequence[int], bar: Sequence[int]) -> int | None:
    """The first column that is not of the size of the prices, as an adjusted close is."""
    for i in columns:
        values = _values(_whole(rows, (*bar, i)), (*bar, i))
        if not is_price_beside(values[:, 4], values[:, :4]):
            return i
    return None


def _whole(rows: Sequence[Cells], columns: Sequence[int]) -> list[Cells]:
    return [row for row in rows if not any(is_missing(row[i]) for i in columns)]


def _values(rows: Sequence[Cells], columns: Sequence[int]) -> NDArray[np.float64]:
    """(m, n), NaN where a cell is no number: good enough to compare numbers of one row."""
    found = np.array([[_value(row[i]) for i in columns] for row in rows], dtype=float)
    return found.reshape(len(rows), len(columns))


def _value(cell: str) -> float:
    bare = cell.strip().lstrip("$€£¥ ")
    if "," in bare and "." in bare:
        bare = bare.replace(min(",", ".", key=bare.rindex), "")
    try:
        return float(bare.replace(",", "."))
    except ValueError:
        return math.nan
