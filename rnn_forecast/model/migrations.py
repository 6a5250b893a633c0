"""A document of an older schema → one of the newest: one named step for each schema that there was.

A step changes what it knows and leaves all else as it is; whether the result is a model is asked afterwards.
"""

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def upgraded(document: Document, schema: int) -> Document:
    """The document as the newest program would have written it; `schema` is the one that it has."""
    for step in STEPS[schema - 1 :]:
        document = step(document)
    return document


def anchors_are_sampled_prices(document: Document) -> Document:
    """1 → 2: of each ticker, the dates and prices kept to notice a rewritten history have another name."""
    source = document.get("source")
    tickers = source.get("tickers") if isinstance(source, dict) else None
    for known in tickers.values() if isinstance(tickers, dict) else ():
        if isinstance(known, dict) and "anchors" in known:
            known["sampled_prices"] = known.pop("anchors")
    return document


def range_weights_are_of_a_set(document: Document) -> Document:
    """2 → 3: weights of ranges are those of one set of sizes, and stand size by size, not span by span."""
    volatility = document.get("volatility")
    if not isinstance(volatility, dict) or "range_weights" not in volatility:
        return document
    rows = volatility.pop("range_weights")
    if isinstance(rows, list) and rows and all(isinstance(row, list) and len(row) == 20 for row in rows):
        rows = [[*row[:12], *row[12::2], *row[13::2]] for row in rows]
        volatility["with_sizes"] = [{"names": ["within", "between"], "weights": rows}]
    elif rows != []:
        volatility["range_weights"] = rows  # no model: refused as what it does not know
    return document


STEPS: tuple[Callable[[Document], Document], ...] = (
    anchors_are_sampled_prices,
    range_weights_are_of_a_set,
)
SCHEMA = 1 + len(STEPS)
