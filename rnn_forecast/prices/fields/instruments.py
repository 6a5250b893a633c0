"""Two instruments are never one series: a column of few texts that nobody named may tell them apart."""

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.prices.cells.cell_positions import Locate, refuse, shown
from rnn_forecast.prices.fields.table import Labels, Table

_FAR = 5.0  # times the usual step under one label
_LEAST_STEPS = 10


def told_apart(table: Table, locate: Locate, source: str) -> tuple[Table, int | None]:
    """The table with tickers, and the column that they stand in, where a column of labels makes dates unique
    that are not so without it; else as it is.

    Labels are looked for where no ticker column is known and one column holds the prices.

    Raises DataError where a label changes once and for all, which may be another instrument; where prices are
    far apart from row to row, and near under one label; or where two columns tell apart in different ways.
    """
    if len(table.tickers) > 1:
        return table, None
    useful = {i: label for i, label in table.labels.items() if len(label.texts) > 1 and "" not in label.texts}
    found = [(i, label) for i, label in useful.items() if _makes_unique(table, label)]
    if not found:
        for i, label in useful.items():
            _refuse_blocks(table, i, label, locate)
            _refuse_mixed(table, i, label, locate)
        return table, None
    column, first = found[0]
    for _, label in found[1:]:
        if len(set(zip(first.codes.tolist(), label.codes.tolist(), strict=True))) > len(first.texts):
            names = " and ".join(shown(one.texts[0]) for one in (first, label))
            what = f"which column is the ticker? Those with {names} could be."
            raise DataError(f"{source}: {what}", "Say which: --ticker-column NAME.")
    return replace(table, tickers=first.texts, codes=first.codes), column


def _makes_unique(table: Table, label: Labels) -> bool:
    """Whether rows share dates, and hardly any two of one label do."""
    if table.dates is None:
        return False
    without = len(table.dates) - len(np.unique(table.dates))
    pairs = np.unique(np.stack([label.codes.astype(np.int64), table.dates.view(np.int64)], axis=1), axis=0)
    return without > 1 and 10 * (len(table.dates) - len(pairs)) <= without


def _refuse_blocks(table: Table, column: int, label: Labels, locate: Locate) -> None:
    """One label after the other, each for several rows: two instruments, or one whose name has changed."""
    changes = np.flatnonzero(label.codes[1:] != label.codes[:-1]) + 1
    sizes = np.diff(np.r_[0, changes, len(label.codes)])
    if len(sizes) != len(label.texts) or sizes.min() < 2 or not (_are_codes(label) or _turns(table, changes)):
        return
    at = int(changes[0])
    before, after = (label.texts[label.codes[row]] for row in (at - 1, at))
    raise refuse(
        locate(at, column).where,
        f"{shown(before)} becomes {shown(after)}: two instruments, or one with another name?",
        "Say which: --ticker-column with the column's name, or --as NAME if all rows are one ticker.",
    )


def _refuse_mixed(table: Table, column: int, label: Labels, locate: Locate) -> None:
    """Prices that are near each other under one label, and far from row to row: several instruments."""
    (prices,) = table.prices
    order = np.arange(len(prices)) if table.dates is None else np.argsort(table.dates, kind="stable")
    order = order[np.isfinite(prices[order]) & (prices[order] > 0)]
    logs, codes = np.log(prices[order]), label.codes[order]
    by_label = np.argsort(codes, kind="stable")
    same = codes[by_label][1:] == codes[by_label][:-1]
    inside = np.abs(np.diff(logs[by_label]))[same]
    if len(inside) < _LEAST_STEPS or np.median(np.abs(np.diff(logs))) <= _FAR * np.median(inside):
        return
    at = int(np.flatnonzero(label.codes != label.codes[0])[0])
    raise refuse(
        locate(at, column).where,
        f"prices differ with this column, which holds {', '.join(map(shown, label.texts[:2]))} and so on.",
        "Say what it is: --ticker-column with the column's name, or --as NAME if all rows are one ticker.",
    )


def _are_codes(label: Labels) -> bool:
    """Words, or whole numbers of one length, as exchanges give them; a count of shares has more digits."""
    numbers = [text for text in label.texts if text.replace(".", "").isdecimal()]
    return not numbers or (
        len({*map(len, numbers)}) == 1 and all(re.fullmatch("[0-9]{1,6}", n) for n in numbers)
    )


def _turns(table: Table, changes: NDArray[np.intp]) -> bool:
    """Whether the dates go back where the label changes, and nowhere else."""
    if table.dates is None:
        return True
    steps = np.sign(np.diff(table.dates).view(np.int64))
    usual = np.sign(np.median(steps))
    return bool((steps[changes - 1] == -usual).all())
