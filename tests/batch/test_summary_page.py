"""docs/FILES.md names every key of a batch's summary and status, and none that they lack."""

import json
from pathlib import Path

import numpy as np
from batch_fakes import Market
from batch_runs import batch
from documented import keys_of, require_the_same

from rnn_forecast.batch.status import status_of
from rnn_forecast.record.alarms import FirstSteps
from rnn_forecast.record.standing_alarms import Outcomes, latest_figures

BY_DATA = ("verdicts", "versions", "warnings", "held")  # words, libraries, tickers, levels
ONE = FirstSteps("A", ["2024-01-01"], np.array([0]), {"80": np.array([0.0])}, np.array([1.0]))


def test_summary_and_status(market: Market, out: Path) -> None:
    summary = batch(market("AAA", "BAD1"), out)
    assert summary["failures"] and json.loads((out / "summary.json").read_text()) == summary
    status = status_of(out).to_json()
    latest = latest_figures([Outcomes(ONE, np.array([[0.0, 0.1]]))])
    keys = {key for found in (summary, status, latest) for key in keys_of(found, BY_DATA)}
    words = {
        "status --json",
        "summary.json",
        "forecasts.csv",
        "done",
        "failed",
        "stopped",
        "interrupted",
        "error",
        "running",
    }
    require_the_same(keys, "`summary.json`", words=words)
