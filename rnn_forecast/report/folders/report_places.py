"""What a report is made of, read: model folders, evaluations, backtests, tables of forecasts.

Of a folder of ours nothing is used before size and hash match its manifest; weights are not read at all.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_forecast.errors import InputError
from rnn_forecast.forecasts.written_tables import is_table, read_columns
from rnn_forecast.model.model_files import MODEL
from rnn_forecast.record.schema import LEDGER
from rnn_forecast.report.folders.report_record import is_batch
from rnn_forecast.report.values import Forecasts, Losses, Made, by_ticker
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import COMPARISON, MODEL_DOCUMENT, TRIALS
from rnn_forecast.system.verified_folder import Kind, OpenFolder, content, entries, read_whole, wrong

if TYPE_CHECKING:
    from rnn_forecast.scores.outcomes.metrics_document import Metrics

EVALUATION = Kind("evaluation", "Run evaluate or backtest first.", "Run evaluate or backtest again.")
METRICS, PREDICTIONS, HISTORY = "metrics.json", "predictions.csv", "history.csv"
FORECASTS, SUMMARY, MODELS = "forecasts.csv", "summary.json", "models"  # of a batch
LARGEST = 2**31  # bytes of a table of predictions; the manifest says how many
LARGEST_DOCUMENT = 2**27
HEAD = 64  # bytes that tell a table of forecasts


@dataclass(frozen=True)
class Scored:
    """A folder of a model, an evaluation or a backtest."""

    path: Path
    metrics: "Metrics"
    tested: Mapping[str, Forecasts]  # by ticker
    made: Made | None = None  # of a model

    def skill(self, ticker: str) -> Mapping[str, Any] | None:
        """The ticker's row of `per_ticker`."""
        return next((row for row in self.metrics["per_ticker"] if row["ticker"] == ticker), None)


@dataclass(frozen=True)
class Sorted:
    """Places by what they are."""

    models: list[Path] = field(default_factory=list)
    evaluations: list[Path] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    batches: list[Path] = field(default_factory=list)
    records: list[Path] = field(default_factory=list)  # of `predict --record`
    sources: list[str] = field(default_factory=list)  # all else: prices


def sort_places(places: Sequence[str]) -> Sorted:
    """Raises InputError for a place that is not there."""
    found = Sorted()
    for place in places:
        path = Path(place)
        if place != "-" and not path.exists():
            raise InputError(f"There is nothing at {place}.", "Name a folder or a file that is there.")
        home = _home(found, path)
        home.append(place if home is found.sources else path)
    return found


def _home(found: Sorted, path: Path) -> "list[Any]":
    if (path / COMPARISON).exists():
        raise InputError(f"{path} compares recipes: a page is of one.", "Give the backtest of one recipe.")
    if (path / TRIALS).exists():
        raise InputError(
            f"{path} is a search for a recipe: a page is of a model.", "Train with its recipe.toml first."
        )
    if (path / SUMMARY).exists():
        return found.batches
    if (path / LEDGER).exists():
        return found.batches if is_batch(path) else found.records
    if (path / MODEL_DOCUMENT).exists():
        return found.models
    if (path / METRICS).exists():
        return found.evaluations
    if path.is_file() and is_table(_head(path)):
        return found.tables
    return found.sources


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if head.startswith(b"\x1f\x8b"):
            import gzip

            with gzip.open(path) as packed:
                head = packed.read(HEAD)
    except (OSError, EOFError, ValueError):
        return b""  # who reads it as prices says what is wrong with it
    return b"" if head.startswith(b"PAR1") and not _has_steps(path) else head


def _has_steps(path: Path) -> bool:
    """Whether a file of Parquet has the columns of a table of forecasts."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return {"ticker", "origin", "step", "forecast"} <= set(parquet.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return False


def read_forecasts(path: Path) -> dict[str, Forecasts]:
    """A table of forecasts, by ticker. Raises InputError or DataError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Look at its permissions.") from error
    return dict(by_ticker(read_columns(data, str(path))))


def read_scored(path: Path, kind: Kind = EVALUATION) -> Scored:
    """Raises InputError or ModelError."""
    return read_whole(path, kind, _scored)


def read_model_report(path: Path) -> Scored:
    return read_scored(path, MODEL)


def read_scores(path: Path) -> Scored:
    """The same without how the model was made."""
    return read_whole(path, MODEL, lambda folder: _scored(folder, made=False))


def only_tested(model: Path) -> tuple[str, Forecasts] | None:
    """The ticker of a model and its test rows, where it is one, and has some."""
    found = [(ticker, rows) for ticker, rows in read_scores(model).tested.items() if len(rows)]
    return found[0] if len(found) == 1 else None


def _scored(folder: OpenFolder, *, made: bool = True) -> Scored:
    is_model = made and folder.kind is MODEL
    needed = [METRICS, PREDICTIONS, *([MODEL_DOCUMENT, HISTORY] if is_model else [])]
    listed = entries(folder, needed)
    table = content(folder, PREDICTIONS, listed[PREDICTIONS], LARGEST)
    tested = dict(by_ticker(read_columns(table, str(folder.path / PREDICTIONS))))
    how = _made(folder, listed) if is_model else None
    metrics = _json(folder, METRICS, listed)
    try:
        _named_as_now(metrics)
    except (LookupError, TypeError, AttributeError) as error:
        raise wrong(folder, METRICS, f"it is no document of scores ({error})") from error
    return Scored(folder.path, metrics, tested, how)


def _named_as_now(metrics: dict[str, Any]) -> None:
    """Scores of the forecast were called the network's in early folders."""
    for scored in (metrics, *metrics.get("by_step", ())):
        if "network" in scored.get("scores", ()):
            scored["scores"] = {"forecast": scored["scores"].pop("network"), **scored["scores"]}


def _made(folder: OpenFolder, listed: Mapping[str, Mapping[str, Any]]) -> Made:
    history = content(folder, HISTORY, listed[HISTORY], LARGEST_DOCUMENT)
    try:
        losses = _losses(history.decode())
    except (ValueError, LookupError) as error:
        raise wrong(folder, HISTORY, f"it is no history of a fit ({error})") from error
    return Made(_json(folder, MODEL_DOCUMENT, listed), losses)


def _json(folder: OpenFolder, name: str, listed: Mapping[str, Mapping[str, Any]]) -> Any:
    try:
        found = strict_json.loads(content(folder, name, listed[name], LARGEST_DOCUMENT))
    except ValueError as error:
        raise wrong(folder, name, str(error)) from error
    if not isinstance(found, dict):
        raise wrong(folder, name, "expected an object")
    return found


def _losses(text: str) -> list[Losses]:
    """`member,epoch,loss,val_loss,seconds` → the two losses of each member; empty is none."""
    members: dict[int, list[tuple[float, float]]] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        both = (float(row["loss"]), float(row["val_loss"] or "nan"))
        members.setdefault(int(row["member"]), []).append(both)
    return [Losses(member, *np.array(both).T) for member, both in members.items()]
