"""What a batch left, read for its page: the last run, every ticker's forecast, and how its model did."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rnn_forecast.errors import InputError, ModelError
from rnn_forecast.record.ledger import first_steps, read_only
from rnn_forecast.record.standing_alarms import newest_forecasts
from rnn_forecast.report.batch_page import SHORT, WHOLE
from rnn_forecast.report.folders.report_places import (
    FORECASTS,
    LARGEST_DOCUMENT,
    MODELS,
    SUMMARY,
    Scored,
    read_forecasts,
    read_model_report,
    read_scores,
)
from rnn_forecast.report.folders.report_record import not_ended, read_record
from rnn_forecast.report.values import RECENT, BatchReport, Forecasts, Prices, TickerReport
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import MODEL_DOCUMENT


def read_batch(folder: Path, prices: Mapping[str, Prices]) -> BatchReport:
    """Raises ModelError where a file of it is damaged.

    Without a summary no run has come to its end yet. A model that cannot be read costs its ticker the scores
    and not the page: the run that finds it says so.
    """
    summary = _summary(folder / SUMMARY) if (folder / SUMMARY).exists() else None
    table = folder / FORECASTS
    forecasts = read_forecasts(table) if table.exists() else {}
    whole = len(forecasts) <= WHOLE
    scored, before = _scored(folder / MODELS, whole=whole), _before(folder, RECENT if whole else SHORT)
    warnings: Mapping[str, Any] = (summary or {}).get("warnings") or {}
    tickers = [
        _ticker(name, ahead, scored.get(name), before.get(name), prices.get(name), warnings.get(name, ()))
        for name, ahead in forecasts.items()
    ]
    name, record = folder.resolve().name, read_record(folder)
    return BatchReport(name, tickers, summary, record=record, running=not_ended(folder))


def _ticker(
    name: str,
    ahead: Forecasts,
    scored: Scored | None,
    before: Forecasts | None,
    prices: Prices | None,
    notes: Any,
) -> TickerReport:
    report = TickerReport(name, prices, ahead, before=before, notes=tuple(map(str, notes)))
    if scored is None:
        return report
    tested = scored.tested.get(name)
    return replace(report, tested=tested, metrics=scored.metrics, made=scored.made, skill=scored.skill(name))


def _summary(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_DOCUMENT)
        found = strict_json.loads(data)
    except OSError as error:
        remedy = "Run the batch once to its end."
        raise InputError(f"{path} cannot be read: {error.strerror}.", remedy) from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}.", "Run the batch again.") from error
    if not isinstance(found, dict) or not isinstance(found.get("tickers"), int):
        raise ModelError(f"{path} is no summary of a batch.", "Run the batch again.")
    return found


def read_recorded(folder: Path) -> list[TickerReport]:
    """The tickers of a record that stands alone, each with its last forecasts."""
    with read_only(folder) as ledger:
        rows = {name: _rows(ledger.last_first_steps(name, SHORT)) for name in newest_forecasts(folder)}
    return [TickerReport(name, ahead=before.newest(), before=before) for name, before in rows.items()]


def _scored(models: Path, *, whole: bool) -> dict[str, Scored]:
    """The models by ticker, `whole` with how they were made."""
    found: dict[str, Scored] = {}
    folders = sorted(models.iterdir()) if models.is_dir() else []
    for folder in folders:
        if not (folder / MODEL_DOCUMENT).is_file():
            continue
        try:
            one = read_model_report(folder) if whole else read_scores(folder)
        except (InputError, ModelError):
            continue
        known = one.made.document.get("source", {}).get("tickers", {}) if one.made is not None else {}
        found |= dict.fromkeys([*one.tested, *known], one)
    return found


def _before(folder: Path, most: int) -> dict[str, Forecasts]:
    """The first steps of the last forecasts, by ticker: each names a price, and the band of the next."""
    return {ticker: _rows(rows) for ticker, rows in first_steps(folder, most).items() if rows}


def _rows(rows: list[Any]) -> Forecasts:
    levels = [level for level in rows[-1].intervals if all(level in row.intervals for row in rows)]
    return Forecasts(
        [str(row.origin) for row in rows],
        np.ones(len(rows), dtype=np.int64),
        [str(row.date) for row in rows],
        _numbers(row.forecast for row in rows),
        _numbers(row.last for row in rows),
        {
            level: (
                _numbers(row.intervals[level][0] for row in rows),
                _numbers(row.intervals[level][1] for row in rows),
            )
            for level in sorted(levels, key=float)
        },
    )


def _numbers(values: Any) -> Any:
    return np.array([np.nan if x is None else x for x in values], dtype=np.float64)
