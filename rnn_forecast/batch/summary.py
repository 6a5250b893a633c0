"""What came of a run: how many of what, and the failures by reason."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rnn_forecast.record.ledger import Row
from rnn_forecast.words.figures import counted, figure

NAMED = 20  # tickers named of each reason; the ledger has them all
STATUSES = ("trained", "at_hand", "unchanged", "failed")


def summarise(
    rows: Mapping[str, Row],
    left: Iterable[str],
    stopped: str | None,
    remembered: Collection[str] = (),
    p_values: Mapping[str, float | None] = {},
) -> dict[str, Any]:
    """The counts of a run. `left`: tickers that it did not come to, because of `stopped`.

    trained: a new model, and its forecast. at_hand: a new forecast by the model that was there. unchanged:
    the same prices and model as before, so the same forecast. `remembered`: whose failures come again.
    `p_values` of the tickers that were trained: `survive` counts the verdicts that their number leaves.
    """
    left = list(left)
    counts = Counter(row.status for row in rows.values())
    verdicts = Counter(row.verdict for row in rows.values() if row.verdict)
    failed = [row for row in rows.values() if row.status == "failed"]
    return {
        "status": "stopped" if stopped else "failed" if failed else "done",
        "tickers": len(rows) + len(left),
        **{status: counts[status] for status in STATUSES},
        "left": len(left),
        "stopped": stopped,
        "verdicts": dict(sorted(verdicts.items())),
        "survive": _surviving(rows, p_values),
        "failures": by_reason(failed, remembered),
        "left_tickers": left[:NAMED],
        "training_seconds": round(sum(row.seconds or 0.0 for row in rows.values()), 3),
    }


def _surviving(rows: Mapping[str, Row], p_values: Mapping[str, float | None]) -> dict[str, int]:
    from rnn_forecast.scores.outcomes.skill import surviving  # NumPy, which `status` does without
    from rnn_forecast.statistics import adjusted

    q_values = adjusted(list(p_values.values()))
    return surviving((rows[ticker].verdict, q) for ticker, q in zip(p_values, q_values, strict=True))


def by_reason(failed: Iterable[Row], remembered: Collection[str] = ()) -> list[dict[str, Any]]:
    """Failures that differ only in ticker, file and numbers together, the commonest first."""
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in failed:
        groups[row.exit_code or 1, reason(row.ticker, row.error or "")].append(row)
    return [
        {
            "exit_code": code,
            "reason": group[0].error if len(group) == 1 else what,
            "example": group[0].error,
            "remedy": group[0].remedy,
            "details": group[0].details,
            "remembered": any(row.ticker in remembered for row in group),
            "count": len(group),
            "tickers": sorted(row.ticker for row in group)[:NAMED],
        }
        for (code, what), group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]


def reason(ticker: str, error: str) -> str:
    """What failures have in common: `AAP has 41 prices`, `MMM has 9 prices` → `TICKER has N prices`."""
    text = re.sub(rf"(?<!\w){re.escape(ticker)}(?!\w)", "TICKER", error) if ticker else error
    text = re.sub(r"\S*/(TICKER\S*)", r"\1", text)
    text = re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", text)
    return re.sub(r"\d[\d.,:-]*(?<![.,:-])", "N", text)


def failures_line(failures: Iterable[Mapping[str, Any]]) -> str:
    """`2 × such as AAA has 41 prices… (AAA, BBB); 1 × …`: what a person reads in the mail of a cron job."""
    return "; ".join(f"{group['count']} × {why(group)}" for group in failures)


def why(group: Mapping[str, Any]) -> str:
    """`such as AAA has 41 prices (AAA, BBB, CCC, …)`: the first failure of those that are alike, and tickers.

    What they have in common, without its numbers, would be hard to read.
    """
    names = ", ".join(group["tickers"][:3]) + (", …" if group["count"] > 3 else "")
    like = "such as " if group["count"] > 1 else ""
    return f"{like}{str(group['example']).rstrip('.')} ({names})"


def warning_lines(warnings: Mapping[str, Sequence[str]], most: int = 10) -> list[str]:
    """One line for each ticker whose prices may be wrong: the first few, and how many there are more."""
    lines = [f"warning: {in_one(these)}" for these in list(warnings.values())[:most]]
    more = len(warnings) - most
    return lines if more <= 0 else [*lines, f"and {more:,} more with warnings; see summary.json"]


def in_one(warnings: Sequence[str]) -> str:
    """A ticker's first warning, and how many it has more."""
    return warnings[0] + (f" ({len(warnings) - 1} more)" if len(warnings) > 1 else "")


def record_lines(record: Mapping[str, Any]) -> Iterator[str]:
    """How many forecasts there are and came true; how good those of late were, one step ahead."""
    forecasts = counted(record["forecasts"], "forecast")
    yield f"record: {forecasts} since {record['from']}, {record['came_true']:,} came true"
    latest = record["latest"]
    if latest is not None:
        held = ", ".join(f"{level} % bands held {share:.1f} %" for level, share in latest["held"].items())
        line = f"one step ahead, {counted(latest['outcomes'], 'outcome')} of the last {latest['rows']} rows: "
        line += f"RMSE {figure(latest['rmse_ratio'], 3)} of the last value's ({latest['verdict']})"
        yield f"{line}; {held}" if held else line
