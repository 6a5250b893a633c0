"""What came of past forecasts, in lines for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.messages.results import Said
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rnn_forecast.verbs.track_record import TrackRecord

ODDITIES = {
    "late": "made when their date had come, never scored",
    "repeated": "from an origin that had one already, not scored",
    "moved": "moved to the next trading row",
    "rescaled": "scored on prices that were rescaled since",
    "revised": "with a return that was revised later; the first counts",
    "unscored": "without a return, for a price is not above 0",
}
MOST_TICKERS = 20  # of one step each; --json and --csv have all


def said(found: "TrackRecord", *, csv: bool) -> Said:
    from rnn_forecast.verbs.track_record import to_csv

    text = to_csv(found).rstrip("\n") if csv else "\n".join(map(visible, lines(found.to_json())))
    return Said("", found.to_json, None, text=text)


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["forecasts"]:
        yield "the record is empty"
        return
    yield (
        f"{counted(found['forecasts'], 'forecast')} of {counted(found['tickers'], 'ticker')}, origins "
        f"{found['from']} to {found['to']}: {found['came_true']:,} came true, {found['to_come']:,} to come"
    )
    yield from (f"{found[name]:,} {what}" for name, what in ODDITIES.items() if found[name])
    if any(part["steps"] for part in found["latest"]):
        yield "errors are in percent of the origin's price; p: of the test of skill, then of coverage"
        yield from _table("rows", _latest(found))
        if len(found["by_ticker"]) > 1:
            yield "by ticker, all rows, the first step" + _more(len(found["by_ticker"]))
            each = [(one["ticker"], one["steps"][0]) for one in found["by_ticker"][:MOST_TICKERS]]
            yield from _table("ticker", each)
    for day in found["days"]:
        yield f"{day['date']}: {day['broken']:,} of {counted(day['bands'], 'band')} broke"


def _more(tickers: int) -> str:
    return f" (the first {MOST_TICKERS}; --csv has all)" if tickers > MOST_TICKERS else ""


def _latest(found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """A window that holds no more than the one before says nothing new."""
    parts: list[tuple[str, Mapping[str, Any]]] = []
    before = None
    for part in reversed(found["latest"]):
        counts = [step["outcomes"] for step in part["steps"]]
        if counts != before:
            name = "all" if part["rows"] is None else f"{part['rows']}"
            parts = [(name, step) for step in part["steps"]] + parts
        before = counts
    return parts


def _table(first: str, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    levels = sorted({cover["level"] for _, step in steps for cover in step["coverage"]})
    head = [first, "step", "n", "RMSE", "last value", "ratio", "p", "verdict"]
    rows = [[*head, *(cell for level in levels for cell in (f"{level:g} %", "p"))]]
    for name, step in steps:
        covers = {cover["level"]: cover for cover in step["coverage"]}
        numbers = [step["rmse"], step["rmse_last_value"], step["rmse_ratio"], step["dm_p_value"]]
        held = [figure(covers.get(level, {}).get(key), 3) for level in levels for key in ("held", "p_value")]
        cells = [name, f"{step['step']}", f"{step['outcomes']:,}", *(figure(x, 3) for x in numbers)]
        rows.append([*cells, step["verdict"], *held])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
