"""Every trial as a row of trials.csv."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from rnn_forecast.tuning.standings import Row

NUMBERS = ("score", "error", "gain", "gain_error", "multiply_adds")


def trials_csv(rows: Sequence[Row], blocks: Sequence[int]) -> bytes:
    """Numbers read back to the bit; a cell is empty where there is no such number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys = [*rows[0].values]
    scores = [f"origins_{block + 1}" for block in blocks]
    writer.writerow(["trial", *keys, "outcome", *NUMBERS, "seconds", *scores, "why"])
    for row in rows:
        numbers = [getattr(row, name) for name in NUMBERS]
        measured = [row.measured.scores.get(block) for block in blocks]
        cells = [row.trial, *row.values.values(), row.outcome, *numbers, round(row.measured.seconds, 3)]
        writer.writerow([*map(_cell, (*cells, *measured)), row.measured.failed])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
