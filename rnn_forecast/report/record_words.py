"""What came of past forecasts in words, for lines and pages. In: what `record.past_scores` found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rnn_forecast.words.figures import counted

ODDITIES = {
    "late": "made when their date had come, never scored",
    "repeated": "from an origin that had one already, not scored",
    "moved": "moved to the next trading row",
    "rescaled": "scored on prices that were rescaled since",
    "revised": "with a return that was revised later; the first counts",
    "unscored": "without a return, for a price is not above 0",
}
Step = Mapping[str, Any]  # scores of one step


def in_short(numbers: Mapping[str, Any]) -> str:
    """`12,000 forecasts of 300 tickers, origins 2025-07-01 to 2025-08-29: 9,000 came true, 3,000 to come`."""
    return (
        f"{counted(numbers['forecasts'], 'forecast')} of {counted(numbers['tickers'], 'ticker')}, origins "
        f"{numbers['from']} to {numbers['to']}: {numbers['came_true']:,} came true, {numbers['to_come']:,} "
        "to come"
    )


def oddities(numbers: Mapping[str, Any]) -> Iterator[str]:
    """`3 made when their date had come, never scored`."""
    yield from (f"{numbers[name]:,} {what}" for name, what in ODDITIES.items() if numbers[name])


def windows(latest: Sequence[Mapping[str, Any]]) -> list[tuple[str, Step]]:
    """Each number of latest rows with its steps; one that holds no more than the one before says nothing."""
    parts: list[tuple[str, Step]] = []
    before = None
    for part in reversed(latest):
        counts = [step["outcomes"] for step in part["steps"]]
        if counts != before:
            name = "all" if part["rows"] is None else f"{part['rows']}"
            parts = [(name, step) for step in part["steps"]] + parts
        before = counts
    return parts


def levels_of(steps: Sequence[tuple[str, Step]]) -> list[float]:
    return sorted({cover["level"] for _, step in steps for cover in step["coverage"]})


def cover_of(step: Step, level: float) -> Mapping[str, Any]:
    """What is known of a level: nothing, where the step has none."""
    return next((cover for cover in step["coverage"] if cover["level"] == level), {})


def broken(day: Mapping[str, Any]) -> str:
    return f"{day['broken']:,} of {counted(day['bands'], 'band')} broke"
