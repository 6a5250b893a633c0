"""How a batch's folder stands: when it last succeeded, what failed and why. Reads the ledger only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rnn_forecast.batch.summary import failures_line, warning_lines
from rnn_forecast.errors import BatchError, InputError
from rnn_forecast.record.ledger import read_only

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))  # in seconds
ENDED = {"failed": "some tickers failed"}  # the others have their forecasts


@dataclass(frozen=True)
class Status:
    out: Path
    last: Mapping[str, Any] | None  # the run that ended last, with its summary
    succeeded: str | None  # when a run last ended with nothing failed and nothing left
    running: str | None  # start of a run that has not ended

    def to_json(self) -> dict[str, Any]:
        return {
            "batch": str(self.out),
            "last": dict(self.last) if self.last else None,
            "succeeded": self.succeeded,
            "running_since": self.running,
        }

    def lines(self) -> list[str]:
        """The lines for a person."""
        lines = [f"last succeeded: {self.succeeded or 'never'}"]
        if self.last is not None:
            done = self.last["summary"] or {}
            lines.append(
                f"last run: {ENDED.get(self.last['status'], self.last['status'])}, ended {self.last['ended']}"
            )
            if done:
                lines.append(counts_line(done))
            if done.get("failures"):
                lines.append(f"failed: {failures_line(done['failures'])}")
            if done.get("stopped"):
                lines.append(f"left: {done['left']} ({done['stopped']})")
            lines += self.warning_lines()
        if self.running is not None:
            lines.append(f"a run that began {self.running} has not ended: it is under way, or was killed")
        return lines

    def warning_lines(self) -> list[str]:
        """A line for each ticker whose prices may be wrong, by the last run."""
        done = self.last["summary"] if self.last is not None else None
        return warning_lines((done or {}).get("warnings") or {})


def counts_line(done: Mapping[str, Any]) -> str:
    """`9 tickers in forecasts.csv: 3 newly trained, 5 by models at hand, 0 unchanged, 1 from an earlier run`…

    An interrupted run has not written forecasts.csv: `100 tickers: 3 newly trained, …; 0 failed, 50 left`.
    """
    there = done["forecasts"]
    many = done["tickers"] if there is None else there
    line = f"{many:,} ticker{'' if many == 1 else 's'}{'' if there is None else ' in forecasts.csv'}"
    line += f": {done['trained']:,} newly trained, {done['at_hand']:,} by models at hand"
    line += f", {done['unchanged']:,} unchanged"
    line += f", {done['earlier']:,} from an earlier run" if done["earlier"] else ""
    return f"{line}; {done['failed']:,} failed" + (f", {done['left']:,} left" if done["left"] else "")


def status_of(out: Path) -> Status:
    """Raises InputError where no batch has ever run."""
    with read_only(out) as ledger:
        ended = ledger.latest_run("ended IS NOT NULL")
        good = ledger.latest_run("status = 'done'")
        running = ledger.latest_run("status = 'running'")
    if ended is not None:
        ended["summary"] = json.loads(ended["summary"]) if ended["summary"] else None
    return Status(out, ended, good["ended"] if good else None, running["started"] if running else None)


def require_recent(status: Status, max_age: float) -> None:
    """Raise BatchError when the last success is older than `max_age` seconds, or there is none."""
    remedy = f"Run the batch again, or look at {status.out / 'summary.json'}."
    if status.succeeded is None:
        raise BatchError(f"{status.out} has never succeeded.", remedy)
    try:
        then = datetime.strptime(status.succeeded, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"{status.out}: its ledger holds no time: {error}.", remedy) from error
    age = (datetime.now(UTC) - then).total_seconds()
    if age > max_age:
        raise BatchError(
            f"{status.out} last succeeded {status.succeeded}, {_span(age)} ago; "
            f"--max-age allows {_span(max_age)}.",
            remedy,
        )


def _span(seconds: float) -> str:
    """A time in the unit that fits it: `1 second`, `26 hours`, `3.5 days`."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= 2 * size or size == 1)
    number = f"{seconds / size:.4g}"
    return f"{number} {unit}{'' if number == '1' else 's'}"
