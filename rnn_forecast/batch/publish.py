"""Outcomes → model folders; models → the forecast rows that are kept of each ticker."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rnn_forecast.batch.inputs import Found
from rnn_forecast.errors import Doubt, ForecastError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.model.compatibility import require_match
from rnn_forecast.model.model import Model
from rnn_forecast.prices import Reading
from rnn_forecast.system.files import create_file, new_folder
from rnn_forecast.system.manifest import NAME as MANIFEST

AT_ONCE = 8  # folders at a time; a disk syncs several in little more than the time of one


def publish_all(made: Sequence[tuple[Mapping[str, bytes], Path]]) -> list[ForecastError | None]:
    """Each model that came back into its folder: None, or the OutputError or WriteError that it met."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda one: _error_of(*one), made))


def _error_of(files: Mapping[str, bytes], folder: Path) -> ForecastError | None:
    try:
        publish(files, folder)
    except ForecastError as error:
        return error
    return None


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Make `folder` hold the model that came back, by one rename. Raises OutputError or WriteError."""
    with new_folder(folder) as draft:
        for name, data in files.items():
            create_file(draft / name, data)


def fingerprint(folder: Path) -> str | None:
    """The hash of a model folder's manifest; None unless every file is there and as the manifest says."""
    try:
        manifest = (folder / MANIFEST).read_bytes()
        listed = json.loads(manifest)["files"]
        whole = all(_is_as_listed(folder / name, entry["sha256"]) for name, entry in listed.items())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return hashlib.sha256(manifest).hexdigest() if whole else None


def _is_as_listed(path: Path, sha256: str) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def forecast_rows(
    found: Found, model: Model, steps: int | None, *, tell: Callable[[str], None], any_ticker: bool
) -> str:
    """A ticker's forecast as CSV with a header. Raises DataError where model and prices do not fit."""
    series, report = found.read()
    for warning in require_match(model, Reading([series], report), any_ticker=any_ticker):
        tell(Doubt(warning))
    table = forecast(model, [series], steps or model.recipe.window.horizon)
    return write_table(table, "csv").decode()


def one_table(parts: Iterable[str]) -> bytes:
    """CSV texts below each other under one header; a column that one of them lacks is empty there."""
    split = [part.partition("\n")[::2] for part in parts]
    headers = list(dict.fromkeys(header for header, _ in split))
    if len(headers) <= 1:
        return "".join([*(f"{header}\n" for header in headers), *(rows for _, rows in split)]).encode()
    names = list(dict.fromkeys(name for header in headers for name in header.split(",")))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for header, rows in split:
        writer.writerows(csv.DictReader(io.StringIO(rows, newline=""), header.split(",")))
    return out.getvalue().encode()
