"""How a batch's folder stands: when it last completed, and each ticker last succeeded; what failed and why,
what the record says, how much there is.

Reads the ledger, and sizes of files.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

from rnn_forecast.batch.summary import failures_line, record_lines, warning_lines
from rnn_forecast.errors import ModelError
from rnn_forecast.record.alarms import Alarm
from rnn_forecast.record.ledger import read_only
from rnn_forecast.record.pruning import number_of
from rnn_forecast.record.schema import ANEW, LEDGER
from rnn_forecast.record.standing_alarms import last_successes, newest_forecasts, standing_alarms
from rnn_forecast.record.stored_values import time_text
from rnn_forecast.words.figures import counted

MOST_NAMED = 3  # tickers in one line
# of the first the other tickers have their forecasts; the second has written none
ENDED = {"failed": "some tickers failed", "error": "failed"}


@dataclass(frozen=True)
class Status:
    out: Path
    last: Mapping[str, Any] | None  # the run that ended last, with its summary
    succeeded: str | None  # when a run last ended with nothing failed and nothing left
    running: str | None  # start of a run that has not ended
    kept: Mapping[str, int | None]  # how much there is: runs, models, of these unseen, bytes
    alarms: Sequence[Alarm] = ()  # of past forecasts, by the last night
    newest: tuple[str, int] | None = None  # whose forecast is the newest, and when it was made (since 1970)
    completed: str | None = None  # when a run last came to every ticker, whatever became of each
    tickers: Mapping[str, str | None] = field(default_factory=dict)  # when each last succeeded
    record: Mapping[str, Any] | None = None  # its figures, by the last night
    ignored: Sequence[str] = ()  # tickers that are left out of all that is said of single ones

    def to_json(self) -> dict[str, Any]:
        return {
            "batch": str(self.out),
            "last": dict(self.last) if self.last else None,
            "completed": self.completed,
            "succeeded": self.succeeded,
            "tickers": [{"ticker": ticker, "last_succeeded": at} for ticker, at in self.tickers.items()],
            "ignored": list(self.ignored),
            "running_since": self.running,
            "kept": dict(self.kept),
            "alarms": [vars(alarm) for alarm in self.alarms],
            "newest": None if self.newest is None else time_text(self.newest[1]),
            "record": dict(self.record) if self.record else None,
        }

    def lines(self) -> list[str]:
        """The lines for a person."""
        lines = [f"last completed: {self.completed or 'never'}", succeeded_line(self.tickers, self.ignored)]
        if self.last is None and self.running is None and self.newest is not None:
            ticker, made = self.newest
            lines = [f"no batch has run here; the newest forecast, of {ticker}, was made {time_text(made)}"]
        if self.last is not None:
            lines += [*_run_lines(self.last), *self.warning_lines()]
        if self.running is not None:
            lines.append(f"a run that began {self.running} has not ended: it is under way, or was killed")
        if self.record is not None and self.record["forecasts"]:
            lines += record_lines(self.record)
        alarms = [f"alarm: {alarm.sentence()}" for alarm in self.alarms]
        return [*lines, *alarms, f"kept: {kept_line(self.kept)}"]

    def warning_lines(self) -> list[str]:
        """A line for each ticker whose prices may be wrong, by the last run."""
        done = self.last["summary"] if self.last is not None else None
        warnings = (done or {}).get("warnings") or {}
        return warning_lines(
            {ticker: said for ticker, said in warnings.items() if ticker not in self.ignored}
        )


def _run_lines(run: Mapping[str, Any]) -> Iterator[str]:
    """How the last run ended, and why."""
    done = run["summary"] or {}
    said = f"last run: {ENDED.get(run['status'], run['status'])}, ended {run['ended']}"
    if run["status"] == "error":
        yield f"{said}: {done.get('stopped')}"
    else:
        yield said
    if done.get("tickers"):
        yield counts_line(done)
    if done.get("failures"):
        yield f"failed: {failures_line(done['failures'])}"
    if done.get("stopped") and run["status"] != "error":
        yield f"left: {done['left']} ({done['stopped']})"


def succeeded_line(tickers: Mapping[str, str | None], ignored: Sequence[str] = ()) -> str:
    """`last succeeded: 38 of 40 tickers at 2026-…; the oldest: NEW never, OLD at 2026-…`.

    `tickers`: when each last succeeded, None for never.
    """
    many = counted(len(tickers), "ticker")
    latest = max((at for at in tickers.values() if at is not None), default=None)
    left_out = f" ({len(ignored):,} ignored)" if ignored else ""
    if ignored and not tickers:
        return f"last succeeded: no ticker is left{left_out}"
    if latest is None:
        return f"last succeeded: {f'none of {many}' if tickers else 'never'}{left_out}"
    older = {ticker: at for ticker, at in tickers.items() if at != latest}
    if not older:
        every = "all " if len(tickers) > 1 else ""
        return f"last succeeded: {every}{many} at {latest}{left_out}"
    named = [f"{ticker} {f'at {at}' if at else 'never'}" for ticker, at in oldest_first(older)]
    line = f"last succeeded: {len(tickers) - len(older):,} of {many} at {latest}; the oldest: "
    return f"{line}{', '.join(named[:MOST_NAMED])}{more(named, MOST_NAMED)}{left_out}"


def oldest_first(tickers: Mapping[str, str | None]) -> list[tuple[str, str | None]]:
    """Those that never succeeded before all others."""
    return sorted(tickers.items(), key=lambda item: (item[1] or "", item[0]))


def more(said: Sequence[str], most: int, mark: str = "") -> str:
    """` and 3 more` after the first `most`, with a mark before it; nothing where there are no more."""
    return f"{mark} and {len(said) - most:,} more" if len(said) > most else ""


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
    return ", ".join(counted(count, noun) for noun, count in each)


def status_of(out: Path, ignore: Collection[str] = ()) -> Status:
    """`ignore`: tickers that are left out. Raises InputError where no batch has ever run."""
    with read_only(out) as ledger:
        ended = ledger.latest_run("ended IS NOT NULL")
        good = ledger.latest_run("status = 'done'")
        completed = ledger.latest_run("status IN ('done', 'failed')")
        written = ledger.latest_run("status IN ('done', 'failed', 'stopped')")
        running = ledger.latest_run("status = 'running'")
    done = (ended["summary"] if ended is not None else None) or {}
    made = newest_forecasts(out)
    tickers = last_successes(out, made)
    status = Status(
        out, ended, good["ended"] if good else None, running["started"] if running else None,
        {**number_of(out), "bytes": sum(_sizes(out)), "unseen": done.get("unseen")},
        [alarm for alarm in standing_alarms(out) if alarm.ticker not in ignore],
        max(((t, at) for t, at in made.items() if t not in ignore), key=itemgetter(1), default=None),
        completed["ended"] if completed else None,
        {ticker: at for ticker, at in tickers.items() if ticker not in ignore},
        ((written["summary"] if written else None) or {}).get("record"),
        [ticker for ticker in dict.fromkeys(ignore) if ticker in made or ticker in tickers],
    )  # fmt: skip
    try:
        status.lines()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{out / LEDGER} is damaged: the summary of its last run is none.", ANEW) from error
    return status


def _sizes(folder: Path) -> Iterator[int]:
    """Of its files at every depth; no link is followed, and what goes meanwhile does not count."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.lstat(os.path.join(place, name))  # noqa: PTH118  thousands of them
            except FileNotFoundError:
                continue
            yield status.st_size
