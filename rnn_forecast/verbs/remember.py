"""The verb predict with --record: what was forecast is kept, and past forecasts learn what came of them."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from rnn_forecast.errors import Notice, OutputError
from rnn_forecast.model.model_files import MODEL
from rnn_forecast.record.ledger import ForecastRow, opened
from rnn_forecast.record.recorded import HASHED, forecast_rows, series_sha256
from rnn_forecast.record.schema import LEDGER
from rnn_forecast.record.standing_alarms import find_alarms
from rnn_forecast.system.locks import locked
from rnn_forecast.system.manifest import LITTER
from rnn_forecast.system.output_paths import explained
from rnn_forecast.system.verified_folder import fingerprint
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.predict import Forecasts


def remember(made: Forecasts, model: Path, folder: Path, run: Run = Run()) -> None:
    """Add forecasts to the record in `folder`, made where there is none, in one transaction.

    Raises OutputError where the folder holds something else, BusyError where another run writes to it.
    """
    _require_record(folder)
    by_ticker: dict[str, list[ForecastRow]] = defaultdict(list)
    for row in forecast_rows(made.table, fingerprint(model, MODEL), ""):
        by_ticker[row.ticker].append(row)
    rows = [
        (one, [replace(row, input=series_sha256(one)[:HASHED]) for row in by_ticker[one.ticker]])
        for one in made.series
    ]
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / LEDGER, wait=run.wait), opened(folder, wait=run.wait) as ledger:
        late = ledger.record(rows)
        find_alarms(folder)
    if late == len(made.table.step):
        run.tell(Notice(f"{folder} never scores this: all its dates had come.", first=True))


def _require_record(folder: Path) -> None:
    """A folder that is ours or empty: `--record .` is not to leave a ledger among other files."""
    with explained(folder):
        if not folder.exists() or (folder / LEDGER).exists():
            return
        if not folder.is_dir():
            raise OutputError(f"--record: {folder} must be a folder, and is a file.", "Name another folder.")
        foreign = sorted({path.name for path in folder.iterdir() if not path.name.startswith(".")} - LITTER)
    if foreign:
        raise OutputError(
            f"--record: {folder} holds {foreign[0]!r} and no record.", "Name an empty or a new folder."
        )
