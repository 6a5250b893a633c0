"""What a worker does for one ticker: prices in, the bytes of a model folder out. Nothing is written here."""

import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rnn_forecast.errors import ForecastError, UsageError, WriteError
from rnn_forecast.system.machine import refusal
from rnn_forecast.system.memory import megabytes

if TYPE_CHECKING:
    from rnn_forecast.prices import PriceSeries
    from rnn_forecast.system.files import Content

_ONE_AT_A_TIME = threading.Lock()  # a compiled program holds the state of one training


@dataclass(frozen=True)
class Job:
    ticker: str
    name: str  # of the model's folder
    series: "PriceSeries"  # with the columns that serve
    recipe: str  # JSON; its seed is this ticker's own
    reading: Mapping[str, Any]  # what the reader decided, as JSON
    versions: Mapping[str, str]  # of the caller


@dataclass(frozen=True)
class Failure:
    """Why a ticker has no result, in the words and with the exit code that a single run would have."""

    exit_code: int
    message: str
    remedy: str
    details: str = ""  # the traceback of a bug, with its text


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the files of a model folder, or a failure."""

    ticker: str
    failure: Failure | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    rows: int = 0  # the first rows of the series, which training looked at
    epochs: int = 0
    rmse_ratio: float | None = None
    verdict: str | None = None
    dm_p_value: float | None = None
    seconds: float = 0.0
    megabytes: float = 0.0  # of the worker, when it was done


def failure_of(error: BaseException) -> Failure:
    """In a user's words. A bug goes by its type alone: TensorFlow's text names other nodes each time."""
    if isinstance(error, ForecastError):
        return Failure(error.exit_code, error.message, error.remedy)
    if isinstance(error, MemoryError):
        remedy = "Give fewer rows, lower --lookback or --units, or use fewer --workers."
        return Failure(WriteError.exit_code, "there is not enough memory.", remedy)
    what = f"this is a bug in rnn-forecast: {type(error).__name__}."
    remedy = "Please report it, with the details in summary.json."
    return Failure(1, what, remedy, "".join(traceback.format_exception(error)))


def run_job(job: Job) -> Outcome:
    """Train one ticker. What goes wrong with the ticker is its outcome. Raises StartError alone."""
    start = time.monotonic()
    try:
        with _ONE_AT_A_TIME:
            made = _train(job)
    except Exception as error:
        if (refused := refusal(error)) is not None:  # the machine's fault, and not the ticker's
            raise refused from error
        made = {"failure": failure_of(error)}
    return Outcome(job.ticker, **made, seconds=time.monotonic() - start, megabytes=megabytes())


def _train(job: Job) -> dict[str, Any]:
    from rnn_forecast.model.model_document import model_bytes
    from rnn_forecast.network.training.backend import forget_kernels
    from rnn_forecast.prices import Decisions
    from rnn_forecast.recipe import Recipe
    from rnn_forecast.verbs.train import learn
    from rnn_forecast.windows.dataset import make_dataset

    _require_same(job.versions)
    dataset = make_dataset([job.series], Recipe.model_validate_json(job.recipe))
    learnt = learn(dataset, Decisions.from_json(job.reading), job.name, on_epoch=lambda epoch: None)
    forget_kernels()  # a worker trains thousands
    skill = learnt.metrics["skill"]  # None without a test part
    return {
        "files": {**_whole(learnt.files), **model_bytes(learnt.model)},
        "rows": learnt.model.source.tickers[job.ticker].rows,
        "epochs": learnt.epochs,
        "rmse_ratio": skill and skill["rmse_ratio"],
        "verdict": skill and skill["verdict"],
        "dm_p_value": skill and skill["dm_p_value"],
    }


def _whole(files: "Mapping[str, Content]") -> dict[str, bytes]:
    """The files as bytes, which can be sent: the caller cannot read a worker's disk."""
    return {name: c if isinstance(c, bytes) else b"".join(c) for name, c in files.items()}


def _require_same(wanted: Mapping[str, str]) -> None:
    from rnn_forecast.model.model_document import versions

    here = versions()
    for name, version in wanted.items():
        if here.get(name) != version:
            raise UsageError(
                f"this worker has {name} {here.get(name)}, the caller {version}.",
                "Install the same versions on the workers: results depend on them.",
            )
