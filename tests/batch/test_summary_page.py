"""docs/FILES.md names every key of a batch's summary and status, and none that they lack."""

import json
from pathlib import Path

from batch_fakes import Market
from batch_runs import batch
from documented import keys_of, require_the_same

from rnn_forecast.batch.status import status_of

BY_DATA = ("verdicts", "versions", "warnings")  # words, libraries, tickers


def test_summary_and_status(market: Market, out: Path) -> None:
    summary = batch(market("AAA", "BAD1"), out)
    assert summary["failures"] and json.loads((out / "summary.json").read_text()) == summary
    status = status_of(out).to_json()
    keys = {*keys_of(summary, BY_DATA), *keys_of(status, BY_DATA)}
    words = {
        "status --json",
        "summary.json",
        "forecasts.csv",
        "done",
        "failed",
        "stopped",
        "interrupted",
        "running",
    }
    require_the_same(keys, "`summary.json`", words=words)
