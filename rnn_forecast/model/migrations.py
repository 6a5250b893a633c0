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


STEPS: tuple[Callable[[Document], Document], ...] = (anchors_are_sampled_prices,)
SCHEMA = 1 + len(STEPS)
