"""What a ledger says for a page: what came of past forecasts, alarms, whether a run has not ended."""

from pathlib import Path
from typing import Any

from rnn_forecast.record.ledger import read_only
from rnn_forecast.record.past_scores import LATEST, YEAR, held_lately, track_record
from rnn_forecast.record.schema import LEDGER
from rnn_forecast.record.standing_alarms import standing_alarms
from rnn_forecast.record.what_came import Asked, history
from rnn_forecast.report.values import Record

STEPS = 1  # that are scored
MANY = 150_000  # outcomes of one step; of a longer record the last year of each ticker is scored


def read_record(folder: Path, ticker: str | None = None) -> Record | None:
    """None without a ledger. Of one ticker, where one is named; the numbers stay those of all."""
    if not (folder / LEDGER).exists():
        return None
    with read_only(folder) as ledger:
        whole = ticker is not None or ledger.outcomes(STEPS) <= MANY
    came, numbers = history(folder, Asked(STEPS, ticker) if whole else Asked(STEPS, latest=YEAR))
    alarms: dict[str, list[str]] = {}
    for alarm in standing_alarms(folder):
        if ticker in {None, alarm.ticker}:
            alarms.setdefault(alarm.ticker, []).append(alarm.sentence())
    scores = track_record(came, LATEST if whole else LATEST[:-1])
    return Record(numbers, scores, held_lately(came), alarms, whole=whole)


def is_batch(folder: Path) -> bool:
    """Whether the ledger in a folder knows a run."""
    with read_only(folder) as ledger:
        return ledger.latest_run("1") is not None


def not_ended(folder: Path) -> str | None:
    """When the run began that is under way, or was killed."""
    if not (folder / LEDGER).exists():
        return None
    with read_only(folder) as ledger:
        run: dict[str, Any] | None = ledger.latest_run("status = 'running'")
    return None if run is None else str(run["started"])
