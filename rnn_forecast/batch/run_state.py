"""The state of a run: what is done, ticker by ticker, each step in the ledger when it is done."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rnn_forecast.batch.choices import Choices
from rnn_forecast.batch.plan import Task, failure_key, forecast_key, recipe_sha256
from rnn_forecast.batch.publish import fingerprint, forecast_of, publish_all
from rnn_forecast.batch.summary import in_one
from rnn_forecast.batch.workers.job import Failure, Job, Outcome, failure_of
from rnn_forecast.errors import ForecastError, Notice, WriteError
from rnn_forecast.forecasts.dates_ahead import calendar_end
from rnn_forecast.model.migrations import SCHEMA
from rnn_forecast.prices import PriceSeries
from rnn_forecast.recipe import Recipe, portable, with_choices
from rnn_forecast.record.ledger import Entry, KnownModel, Ledger, Row
from rnn_forecast.record.recorded import forecast_rows, series_sha256
from rnn_forecast.seeds import ticker_seed
from rnn_forecast.verbs.context import Run

REMEMBERED = (1, 65, 70, 76)  # exit codes of failures that come again while prices and recipe stay


@dataclass(frozen=True)
class Asked:
    """What a run was asked for."""

    recipe: Recipe
    choices: Choices
    watch: Run
    model: Any = None  # the one Model for all tickers, if there is one
    of_all: str | None = None  # its fingerprint

    @property
    def recipe_sha256(self) -> str:
        return recipe_sha256(self.recipe)


@dataclass
class RunState:
    """What a run has done so far."""

    ledger: Ledger
    run: int
    out: Path
    asked: Asked
    tasks: Sequence[Task]
    versions: dict[str, str]
    started: float = field(default_factory=time.monotonic)
    rows: dict[str, Row] = field(default_factory=dict)  # of tickers that are settled
    warnings: dict[str, list[str]] = field(default_factory=dict)  # by ticker: its prices may be wrong
    remembered: set[str] = field(default_factory=set)  # tickers whose failure the next run takes over
    told: set[str] = field(default_factory=set)  # of what holds for all tickers
    p_values: dict[str, float | None] = field(default_factory=dict)  # of the verdicts of those trained
    stopped: str | None = None  # why it stops before all are settled

    @property
    def failed(self) -> int:
        return sum(row.status == "failed" for row in self.rows.values())

    @property
    def left(self) -> list[str]:
        return [task.ticker for task in self.tasks if task.ticker not in self.rows]


def is_over(state: RunState) -> bool:
    """Whether it is time to stop; says why in `state.stopped`."""
    choices = state.asked.choices
    if choices.time_limit is not None and time.monotonic() - state.started > choices.time_limit:
        state.stopped = f"the time limit of {choices.time_limit:g} seconds is over"
    elif choices.max_failures.passed(state.failed, len(state.tasks)):
        state.stopped = f"{state.failed:,} tickers failed, more than --max-failures allows"
    return state.stopped is not None


def note_known(state: RunState) -> None:
    """The tickers that are settled before anything is done: refused inputs, and those with nothing new.

    The others are noted as left, until the run comes to them.
    """
    for task in state.tasks:
        if task.found.warnings:
            _warn(state, task.ticker, task.found.warnings)
    rows = [_failed(state, t, t.failure) for t in state.tasks if t.failure is not None]
    state.remembered |= {t.ticker for t in state.tasks if t.failure is not None and t.found.failure is None}
    rows += [
        Row(t.ticker, "unchanged", t.why, t.found.input_sha256) for t in state.tasks if t.action == "keep"
    ]
    enter(state, [Entry(row) for row in rows])
    waiting = [task for task in state.tasks if task.ticker not in state.rows]
    state.ledger.enter(
        state.run, [Entry(Row(t.ticker, "left", t.why, t.found.input_sha256)) for t in waiting]
    )


def enter(state: RunState, entries: Sequence[Entry]) -> None:
    state.ledger.enter(state.run, entries)
    state.rows.update({entry.row.ticker: entry.row for entry in entries})


def job_of(state: RunState, task: Task) -> Job | None:
    """What a worker gets; None, and a failed row, where the prices can no longer be read."""
    try:
        series, decisions = task.found.read()
    except ForecastError as error:
        enter(state, [Entry(_failed(state, task, failure_of(error)))])
        return None
    own = portable(with_choices(state.asked.recipe, {"seed": _seed(state, task)})).model_dump_json()
    return Job(task.ticker, task.name, series, own, decisions.to_json(), state.versions)


def settle(state: RunState, done: Sequence[tuple[Task, Outcome]]) -> None:
    """Jobs that are done: their models into their folders, then their forecasts and rows; or their failures.

    Raises WriteError: a full disk is no fault of a ticker's and ends the run, when the others are noted.
    """
    good = [(task, outcome) for task, outcome in done if outcome.failure is None]
    folders = [state.out / "models" / task.name for task, _ in good]
    errors = publish_all(
        [(outcome.files, folder) for (_, outcome), folder in zip(good, folders, strict=True)]
    )
    entries = [
        _forgone(state, task, replace(_failed(state, task, outcome.failure), **_measured(outcome)))
        for task, outcome in done
        if outcome.failure is not None
    ]
    for (task, outcome), folder, error in zip(good, folders, errors, strict=True):
        if error is None:
            entries.append(forecast_entry(state, task, _known_model(state, task, outcome, folder), outcome))
        elif not isinstance(error, WriteError):  # something of the user's lies in that place
            entries.append(Entry(_failed(state, task, failure_of(error))))
    enter(state, entries)
    for task, outcome in good:
        if task.ticker in state.rows and state.rows[task.ticker].status == "trained":
            state.p_values[task.ticker] = outcome.dm_p_value
    for error in errors:
        if isinstance(error, WriteError):
            raise error


def forecast_entry(
    state: RunState, task: Task, new: KnownModel | None = None, outcome: Outcome | None = None
) -> Entry:
    """A ticker's forecast by its model (or the one for all); `new`: the model, if just trained."""
    from rnn_forecast.model.model_document import load_model

    one, folder = state.asked.model, state.out / "models" / task.name
    try:
        manifest = state.asked.of_all or (new.manifest_sha256 if new else fingerprint(folder)) or ""
        table = forecast_of(
            task.found, one or load_model(folder), state.asked.choices.steps,
            tell=lambda notice: _warn(state, task.ticker, [notice.text]), any_ticker=one is not None,
        )  # fmt: skip
    except WriteError:
        raise
    except Exception as error:
        return _forgone(state, task, _failed(state, task, failure_of(error)))
    _tell_once(state, calendar_end(task.found.read()[0], table.date))
    row = Row(task.ticker, "at_hand", task.why, task.found.input_sha256)  # of its run are the versions
    if outcome is not None:
        row = replace(row, status="trained", recipe_sha256=state.asked.recipe_sha256, seed=_seed(state, task))
        row = replace(row, versions=json.dumps(state.versions), **_measured(outcome))
    rows = forecast_rows(table, manifest, task.found.input_sha256)
    key = forecast_key(task.found, manifest, state.asked.choices.steps)
    return Entry(row, (key, rows), new or task.adopted, series=_prices_of(task))


def _tell_once(state: RunState, notices: Iterable[Notice]) -> None:
    """What holds for all tickers alike."""
    for notice in notices:
        if notice.text not in state.told:
            state.told.add(notice.text)
            state.asked.watch.tell(notice)


def _warn(state: RunState, ticker: str, warnings: Sequence[str]) -> None:
    """Note that a ticker's prices may be wrong, and say so in one line."""
    state.warnings.setdefault(ticker, []).extend(warnings)
    state.asked.watch.tell(Notice(in_one(warnings), "warning"))


def _known_model(state: RunState, task: Task, outcome: Outcome, folder: Path) -> KnownModel:
    series, _ = task.found.read()
    return KnownModel(
        ticker=task.ticker,
        folder=task.name,
        run=state.run,
        trained=time.time(),
        recipe_sha256=state.asked.recipe_sha256,
        format=SCHEMA,
        rows=outcome.rows,
        rows_sha256=series_sha256(series, outcome.rows),
        input_sha256=task.found.input_sha256,
        manifest_sha256=fingerprint(folder) or "",
        rmse_ratio=outcome.rmse_ratio,
        verdict=outcome.verdict,
    )


def _seed(state: RunState, task: Task) -> int:
    return ticker_seed(state.asked.recipe.training.seed, task.ticker)


def _measured(outcome: Outcome) -> dict[str, Any]:
    names = ("seconds", "epochs", "megabytes", "rmse_ratio", "verdict")
    return {name: getattr(outcome, name) for name in names}


def _failed(state: RunState, task: Task, failure: Failure) -> Row:
    return Row(
        task.ticker, "failed", task.why, task.found.input_sha256, state.asked.recipe_sha256,
        json.dumps(state.versions), exit_code=failure.exit_code, error=failure.message, remedy=failure.remedy,
        details=failure.details or None,
    )  # fmt: skip


def _forgone(state: RunState, task: Task, row: Row) -> Entry:
    """A failure, to be remembered where it is one of training: the next run need not find it again."""
    if task.action != "train" or row.exit_code not in REMEMBERED:
        return Entry(row, series=_prices_of(task))
    state.remembered.add(task.ticker)
    key = failure_key(task.found, state.asked.recipe_sha256)
    return Entry(row, failure_key=key, series=_prices_of(task))


def _prices_of(task: Task) -> PriceSeries | None:
    """What past forecasts of the ticker hear of; None where the prices can no longer be read."""
    try:
        return task.found.read()[0]
    except ForecastError:
        return None
