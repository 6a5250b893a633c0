"""What a batch found → how it is said; and what it says while it runs."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.messages.results import Said
from rnn_forecast.cli.options.groups import Common
from rnn_forecast.cli.terminal.streams import write_stderr, write_stdout
from rnn_forecast.errors import BatchError
from rnn_forecast.report.sentences import listed
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rnn_forecast.batch.plan import Task
    from rnn_forecast.batch.run import Batched
    from rnn_forecast.batch.status import Status
    from rnn_forecast.verbs.context import Progress


def progress_line(progress: "Progress") -> str:
    """`312 of 1,000 tickers trained, 2 failed, 41 min left`."""
    line = f"{progress.done:,} of {counted(progress.of, 'ticker')} trained"
    if progress.failed:
        line += f", {progress.failed:,} failed"
    return line if progress.left is None else f"{line}, {duration(progress.left)} left"


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def batched(done: "Batched") -> Said:
    from rnn_forecast.batch.status import counts_line

    line = f"{done.out}: {counts_line(done.summary)}"
    line += f"; {_verdicts(done.summary)}" if done.summary["verdicts"] else ""
    return Said(line, done.to_json, lambda: _painted(done))


def require_all(done: "Batched") -> None:
    """Raise BatchError when a ticker failed or was left: exit code 3."""
    from rnn_forecast.batch.summary import failures_line

    summary = done.summary
    said = []
    if summary["failed"]:
        said.append(
            f"{summary['failed']:,} of {counted(summary['tickers'], 'ticker')} failed: "
            f"{failures_line(summary['failures'])}."
        )
    if summary["left"]:
        said.append(f"{counted(summary['left'], 'ticker')} left: {summary['stopped']}.")
    if said and summary["earlier"]:
        said.append(f"forecasts.csv has {counted(summary['earlier'], 'ticker')} from an earlier run.")
    if said:
        remedy = "Give the same command again to go on." if summary["left"] else _look(done)
        raise BatchError(" ".join(said), remedy)


def _look(done: "Batched") -> str:
    where = f"See {done.out / 'summary.json'}"
    if not any(group["remembered"] for group in done.summary["failures"]):
        return f"{where}; what failed is tried again by the next run."
    return (
        f"{where}; training that failed is tried again when prices or recipe change, or with --retry-failed."
    )


def write_plan(plan: "Sequence[Task]", common: Common) -> None:
    """What would be done: a line a ticker on standard output, or one JSON object."""
    rows = [{"ticker": t.ticker, "action": t.action, "why": _why(t)} for t in plan]
    if common.json:
        write_stdout((json.dumps({"plan": rows}) + "\n").encode())
    else:
        lines = [f"{r['action']:<8} {visible(r['ticker'])}: {visible(r['why'])}\n" for r in rows]
        write_stdout("".join(lines).encode())


def _why(task: "Task") -> str:
    return task.why if task.failure is None else f"{task.why}: {task.failure.message}"


def status(found: "Status", common: Common) -> Said:
    """On standard output: it is what was asked for."""
    lines = found.lines()
    if not common.json and not common.quiet:
        write_stdout("".join(f"{visible(line)}\n" for line in lines).encode())
    elif common.quiet:
        for line in found.warning_lines():
            write_stderr(visible(line))
    return Said("", found.to_json, None)


def _painted(done: "Batched") -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from rnn_forecast.batch.status import counts_line

    parts: list[RenderableType] = [Text(counts_line(done.summary))]
    if done.summary["verdicts"]:
        parts.append(Text(_verdicts(done.summary)))
    if done.summary["failures"]:
        parts.append(_failures(done.summary["failures"], Table(box=None, pad_edge=False)))
    parts.append(Text(f"written to {visible(done.out)}", style="dim"))
    return Group(*parts)


def _verdicts(summary: Mapping[str, Any]) -> str:
    """`against the last value: better 3, no better 97; after Benjamini-Hochberg better 0, worse 0`."""
    left = f"after Benjamini-Hochberg {listed(summary['survive'])}"
    return f"against the last value: {listed(summary['verdicts'])}; {left}"


def _failures(failures: Sequence[Mapping[str, Any]], table: Any) -> Any:
    from rich.text import Text

    from rnn_forecast.batch.summary import why

    table.add_column("failed", justify="right")
    table.add_column("why")
    for group in failures:
        table.add_row(f"{group['count']:,}", Text(visible(why(group))))
    return table
