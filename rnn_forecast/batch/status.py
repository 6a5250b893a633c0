"""How a batch's folder stands: when it last succeeded, what failed and why, how much there is.

Reads the ledger, and sizes of files.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from rnn_forecast.batch.summary import failures_line, warning_lines
from rnn_forecast.errors import AlarmError, BatchError, InputError, ModelError
from rnn_forecast.record.alarms import Alarm
from rnn_forecast.record.ledger import read_only
from rnn_forecast.record.pruning import number_of
from rnn_forecast.record.schema import ANEW, LEDGER
from rnn_forecast.record.standing_alarms import newest_forecasts, standing_alarms

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))  # in seconds
MOST_SAID = 5  # alarms in one message
ENDED = {"failed": "some tickers failed"}  # the others have their forecasts


@dataclass(frozen=True)
class Status:
    out: Path
    last: Mapping[str, Any] | None  # the run that ended last, with its summary
    succeeded: str | None  # when a run last ended with nothing failed and nothing left
    running: str | None  # start of a run that has not ended
    kept: Mapping[str, int | None]  # how much there is: runs, models, of these unseen, bytes
    alarms: Sequence[Alarm] = ()  # of past forecasts, by the last night
    newest: tuple[str, int] | None = None  # whose forecast is the newest, and when it was made (since 1970)

    def to_json(self) -> dict[str, Any]:
        return {
            "batch": str(self.out),
            "last": dict(self.last) if self.last else None,
            "succeeded": self.succeeded,
            "running_since": self.running,
            "kept": dict(self.kept),
            "alarms": [vars(alarm) for alarm in self.alarms],
            "newest": None if self.newest is None else _time_text(self.newest[1]),
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
        alarms = [f"alarm: {alarm.sentence()}" for alarm in self.alarms]
        return [*lines, *alarms, f"kept: {kept_line(self.kept)}"]

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
    line += f"; {done['failed']:,} failed" + (f", {done['left']:,} left" if done["left"] else "")
    pruned = done.get("pruned") or {}  # older ones have none
    return f"{line}; pruned: {_amounts(pruned)}" if any(pruned.values()) else line


def kept_line(kept: Mapping[str, int | None]) -> str:
    """`412 runs, 30 models (2 of tickers that no source has any more), 48.1 MB`."""
    unseen = kept["unseen"]
    models = _amounts({"models": kept["models"]}) + (
        f" ({unseen:,} of tickers that no source has any more)" if unseen else ""
    )
    return f"{_amounts({'runs': kept['runs']})}, {models}, {(kept['bytes'] or 0) / 1e6:,.1f} MB"


def _amounts(counts: Mapping[str, int | None]) -> str:
    """`1 run, 12 forecast rows, 2 models`."""
    nouns = {"runs": "run", "forecasts": "forecast row", "models": "model"}
    each = ((nouns[name], count or 0) for name, count in counts.items())
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in each)


def status_of(out: Path) -> Status:
    """Raises InputError where no batch has ever run."""
    with read_only(out) as ledger:
        ended = ledger.latest_run("ended IS NOT NULL")
        good = ledger.latest_run("status = 'done'")
        running = ledger.latest_run("status = 'running'")
    done = (ended["summary"] if ended is not None else None) or {}
    made = newest_forecasts(out)
    newest = max(made.items(), key=itemgetter(1), default=None)
    status = Status(
        out, ended, good["ended"] if good else None, running["started"] if running else None,
        {**number_of(out), "bytes": sum(_sizes(out)), "unseen": done.get("unseen")},
        standing_alarms(out), newest,
    )  # fmt: skip
    try:
        status.lines()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{out / LEDGER} is damaged: the summary of its last run is none.", ANEW) from error
    return status


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


def require_calm(status: Status, max_age: float | None) -> None:
    """Raise AlarmError where past forecasts were not as they said, or the newest is older than `max_age`."""
    said = [alarm.sentence() for alarm in status.alarms]
    if max_age is not None:
        said = [*_too_old(status, max_age), *said]
    if said:
        more = f"; and {len(said) - MOST_SAID:,} more" if len(said) > MOST_SAID else ""
        remedy = f"See: rnn-forecast track-record {status.out}; train what no longer holds again."
        raise AlarmError(f"{'; '.join(said[:MOST_SAID])}{more}.", remedy)


def _too_old(status: Status, max_age: float) -> Iterator[str]:
    if status.newest is None:
        yield f"{status.out} has no forecast"
        return
    ticker, made = status.newest
    age = datetime.now(UTC).timestamp() - made
    if age > max_age:
        yield (
            f"the newest forecast, of {ticker}, was made {_time_text(made)}, {_span(age)} ago; "
            f"--max-age allows {_span(max_age)}"
        )


def _time_text(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sizes(folder: Path) -> Iterator[int]:
    """Of its files at every depth; no link is followed, and what goes meanwhile does not count."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.lstat(os.path.join(place, name))  # noqa: PTH118  thousands of them
            except FileNotFoundError:
                continue
            yield status.st_size


def _span(seconds: float) -> str:
    """A time in the unit that fits it: `1 second`, `26 hours`, `3.5 days`."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= 2 * size or size == 1)
    number = f"{seconds / size:.4g}"
    return f"{number} {unit}{'' if number == '1' else 's'}"
