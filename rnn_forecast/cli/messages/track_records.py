"""What came of past forecasts, in lines for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.messages.results import Said
from rnn_forecast.report.record_words import broken, cover_of, in_short, levels_of, oddities, windows
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import figure

if TYPE_CHECKING:
    from rnn_forecast.verbs.track_record import TrackRecord

MOST_TICKERS = 20  # of one step each; --json and --csv have all


def said(found: "TrackRecord", *, csv: bool) -> Said:
    from rnn_forecast.verbs.track_record import to_csv

    text = to_csv(found).rstrip("\n") if csv else "\n".join(map(visible, lines(found.to_json())))
    return Said("", found.to_json, None, text=text)


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["forecasts"]:
        yield "the record is empty"
        return
    yield in_short(found)
    yield from oddities(found)
    if any(part["steps"] for part in found["latest"]):
        yield "errors are in percent of the origin's price; p: of the test of skill, then of coverage"
        if len(found["by_ticker"]) > 1:
            yield "ratio: each ticker's errors in its own size of move, as they are tested"
        yield from _table("rows", windows(found["latest"]))
        if len(found["by_ticker"]) > 1:
            yield "by ticker, all rows, the first step" + _more(len(found["by_ticker"]))
            each = [(one["ticker"], one["steps"][0]) for one in found["by_ticker"][:MOST_TICKERS]]
            yield from _table("ticker", each)
    for day in found["days"]:
        yield f"{day['date']}: {broken(day)}"


def _more(tickers: int) -> str:
    return f" (the first {MOST_TICKERS}; --csv has all)" if tickers > MOST_TICKERS else ""


def _table(first: str, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    levels = levels_of(steps)
    head = [first, "step", "n", "RMSE", "last value", "ratio", "p", "verdict"]
    rows = [[*head, *(cell for level in levels for cell in (f"{level:g} %", "p"))]]
    for name, step in steps:
        numbers = [step["rmse"], step["rmse_last_value"], step["rmse_ratio"], step["dm_p_value"]]
        held = [figure(cover_of(step, level).get(key), 3) for level in levels for key in ("held", "p_value")]
        cells = [name, f"{step['step']}", f"{step['outcomes']:,}", *(figure(x, 3) for x in numbers)]
        rows.append([*cells, step["verdict"], *held])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
