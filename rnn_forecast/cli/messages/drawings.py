"""What a verb found, drawn in a terminal: of one ticker, where there is room for it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_forecast.errors import ForecastError
from rnn_forecast.report import chart
from rnn_forecast.report.given import only_forecast

if TYPE_CHECKING:
    from rnn_forecast.verbs.predict import Forecasts

PLAIN = ("linux", "dumb", "vt100", "vt220", "ansi")  # terminals whose letters have no braille
LABELS = 14  # characters that the labels of a picture may take
LEAST = chart.WIDTH + LABELS


def drawn_forecast(result: "Forecasts", width: int) -> Sequence[str]:
    """The last prices and the fan; nothing of several tickers, or in a terminal too narrow."""
    found = only_forecast(result.table, result.series)
    if found is None or width < LEAST:
        return ()
    _, prices, ahead = found
    return chart.fan_chart(prices, ahead, ascii_only=not _knows_braille())


def drawn_outcomes(model: Path) -> Sequence[str]:
    """What came on the test rows, in its band; nothing of several tickers, or without rows."""
    from rnn_forecast.cli.terminal.progress import stderr_console
    from rnn_forecast.report.folders.report_places import only_tested

    try:
        found = only_tested(model)
    except ForecastError:  # a picture costs nobody the result
        return ()
    if found is None or stderr_console().width < LEAST:
        return ()
    return chart.outcomes_chart(found[1], ascii_only=not _knows_braille())


def _knows_braille() -> bool:
    """Whether standard error's encoding and its terminal have letters of eight dots."""
    encoding = (getattr(sys.stderr, "encoding", None) or "").lower().replace("-", "")
    return encoding == "utf8" and os.environ.get("TERM", "") not in PLAIN
