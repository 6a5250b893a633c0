"""The verb track-record: a record → how its forecasts did, now that their prices have come."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnn_forecast.prices.text.written_cells import written
from rnn_forecast.record.past_scores import track_record as scored
from rnn_forecast.record.what_came import history

SCORES = ("outcomes", "days", "rmse", "rmse_last_value", "rmse_ratio", "dm_p_value", "verdict")


@dataclass(frozen=True)
class TrackRecord:
    folder: Path
    numbers: Mapping[str, Any]
    scores: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"record": str(self.folder), **self.numbers, **self.scores}


def track_record(folder: Path) -> TrackRecord:
    """Raises InputError where there is no record, ModelError where it is damaged."""
    came, numbers = history(folder)
    return TrackRecord(folder, numbers, scored(came))


def to_csv(found: TrackRecord) -> str:
    """A line for each ticker (empty: all of them), number of latest rows (empty: all) and step."""
    rows = [*_rows(found)]
    levels = sorted({cover["level"] for _, _, step in rows for cover in step["coverage"]})
    names = [name for level in levels for name in (f"held_{level:g}", f"p_{level:g}")]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["ticker", "rows", "step", *SCORES, *names])
    for ticker, latest, step in rows:
        covers = {cover["level"]: cover for cover in step["coverage"]}
        ends = [covers.get(level, {}).get(name) for level in levels for name in ("held", "p_value")]
        table.writerow([written(ticker), latest, step["step"], *(step[name] for name in SCORES), *ends])
    return out.getvalue()


def _rows(found: TrackRecord) -> Iterator[tuple[str, int | None, Mapping[str, Any]]]:
    for part in found.scores["latest"]:
        yield from (("", part["rows"], step) for step in part["steps"])
    for one in found.scores["by_ticker"]:
        yield from ((one["ticker"], None, step) for step in one["steps"])
