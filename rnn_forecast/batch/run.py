"""The verb: sources → a model and a forecast for every ticker, in a folder that is run again every night."""

import contextlib
import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rnn_forecast.batch.beside import Beside, beside_of
from rnn_forecast.batch.choices import Choices, Means
from rnn_forecast.batch.folder import FORECASTS, SUMMARY, held, is_ours, require_ours
from rnn_forecast.batch.inputs import Found, Inputs, expand, read_inputs
from rnn_forecast.batch.plan import Task, known_of, make_plan
from rnn_forecast.batch.publish import fingerprint, header, in_place, one_table
from rnn_forecast.batch.retention import remove_old_models
from rnn_forecast.batch.run_state import (
    Asked,
    RunState,
    enter,
    forecast_entry,
    is_over,
    job_of,
    note_known,
    settle,
)
from rnn_forecast.batch.summary import summarise
from rnn_forecast.batch.workers.crew import Crew, local_crew
from rnn_forecast.batch.workers.job import run_job
from rnn_forecast.batch.workers.outcomes import Task as Work
from rnn_forecast.batch.workers.outcomes import outcomes
from rnn_forecast.errors import DataError, ForecastError, InputError, ModelError
from rnn_forecast.forecasts.wanted import Wanted
from rnn_forecast.model.model_document import load_model, versions
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.choosing import require_tickers
from rnn_forecast.recipe import Data, Recipe
from rnn_forecast.record.ledger import Ledger, now_text, opened, read_only
from rnn_forecast.record.pruning import NOTHING, compact, prune
from rnn_forecast.record.standing_alarms import look_back, record_figures
from rnn_forecast.system import machine, strict_json
from rnn_forecast.system.files import write_file
from rnn_forecast.system.signals import last_step
from rnn_forecast.verbs.beside.market_place import located
from rnn_forecast.verbs.beside.recipe_columns import with_columns
from rnn_forecast.verbs.context import Progress, Run

COMPACTED = 50  # the ledger is written anew each so many runs
TOGETHER = 32  # forecasts of one transaction; a run that is killed makes so many again at most


@dataclass(frozen=True)
class Order:
    """What is to be forecast, how, and where it goes."""

    sources: Sequence[str]
    options: ReadOptions
    recipe: Recipe
    out: Path
    choices: Choices = field(default_factory=Choices)


@dataclass(frozen=True)
class Batched:
    out: Path
    summary: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"batch": str(self.out), **self.summary}


def run_batch(order: Order, means: Means = Means(), watch: Run = Run(), *, work: Work = run_job) -> Batched:
    """Train every ticker that has no fresh model, forecast all, and write `order.out`.

    A ticker that fails is a row of the ledger and of the summary; it raises nothing. Raises what ends the
    whole run: sources that match nothing, a folder that is not ours, a full disk, a cluster that is gone.
    """
    files = expand(order.sources)
    asked, how = _asked(order, watch)
    require_ours(order.out)
    early = None if is_ours(order.out) else _inputs(order, files, how, {})  # before a folder is made
    with held(order.out, wait=watch.wait), opened(order.out, wait=watch.wait) as ledger:
        try:
            inputs = early or _inputs(order, files, how, ledger.sources())
        except ForecastError as error:  # a run too: `status` would else still show the one before
            _cut_short(_begun(order, asked, ledger, []), error)
            raise
        _note(inputs, ledger, watch)
        state = _begun(order, asked, ledger, _plan(order, asked, ledger, inputs))
        try:
            if means.cluster is None:
                _require_trainable(state.tasks)
            _do(state, means, work)
            return _finish(state, inputs)
        except BaseException as error:
            with contextlib.suppress(ForecastError):
                _cut_short(state, error)
            raise


def _require_trainable(tasks: Sequence[Task]) -> None:
    """Raise UsageError where a ticker has to be trained and nothing here can: before any work is done."""
    stale = [task for task in tasks if task.action == "train"]
    if stale:
        from rnn_forecast.network.training.presence import require_trainable

        named = f"batch has to train {stale[0].ticker} ({stale[0].why})"
        require_trainable(f"{named} and {len(stale) - 1:,} more, which" if stale[1:] else f"{named}, which")


def _cut_short(state: RunState, error: BaseException) -> None:
    """Note what has ended the run: an error, or a signal, which is no fault of its own."""
    what = str(error) or type(error).__name__
    status = "error" if isinstance(error, Exception) else "interrupted"
    summary = {**_summary(state), "status": status, "stopped": what}
    state.ledger.end(state.run, summary["status"], summary)


def plan_batch(order: Order) -> list[Task]:
    """What `run_batch` would do for each ticker, and why. Writes nothing."""
    files = expand(order.sources)
    asked, how = _asked(order, Run())
    require_ours(order.out)
    with read_only(order.out) if is_ours(order.out) else contextlib.nullcontext() as ledger:
        known = ledger.sources() if ledger is not None else {}
        return _plan(order, asked, ledger, _inputs(order, files, how, known))


@dataclass(frozen=True)
class How:
    """How the sources are read."""

    options: ReadOptions
    beside: Beside


def _asked(order: Order, watch: Run) -> tuple[Asked, How]:
    """With one model for all: the model, its price column and all that stands beside it.

    Raises what is wrong with that folder, or with the market.
    """
    folder = order.choices.model
    if folder is None:
        return Asked(order.recipe, order.choices, watch), _how(order.options, order.recipe.data, watch)
    from rnn_forecast.model.compatibility import options_of

    model = load_model(folder)
    of_all = fingerprint(folder)
    if of_all is None:
        raise ModelError(f"{folder} changed while it was read.", "Try again.")
    asked = Asked(order.recipe, order.choices, watch, model, of_all)
    said = order.recipe.data.market if model.recipe.data.market else None
    data = located(model.recipe.data, said, order.sources, folder, watch.tell)
    return asked, _how(options_of(model, order.options, any_ticker=True), data, watch)


def _how(options: ReadOptions, data: Data, watch: Run) -> How:
    return How(with_columns(options, data), beside_of(data, options, watch))


def _inputs(order: Order, files: Sequence[str], how: How, known: Mapping[str, Any]) -> Inputs:
    """What the sources hold. Raises what is wrong with the first of them when there is no ticker in any."""
    if order.choices.model is None:
        inputs = read_inputs(files, how.options, known, beside=how.beside)
    else:
        from rnn_forecast.model.compatibility import explained

        explain = functools.partial(explained, said=order.options, chosen=how.options)
        inputs = read_inputs(files, how.options, known, beside=how.beside, constant_too=True, explain=explain)
    require_tickers(order.choices.exclude, {f.ticker for f in inputs.found})
    inputs = replace(inputs, found=[f for f in inputs.found if f.ticker not in order.choices.exclude])
    if not inputs.found:
        raise DataError("--exclude leaves no ticker.", "Exclude fewer of them.")
    failures = [f.failure for f in inputs.found if f.failure is not None]
    if failures and len(failures) == len(inputs.found):
        first = failures[0]
        kind = InputError if first.exit_code == InputError.exit_code else DataError
        which = f"none of {len(files):,} sources can be used; the first: " if len(files) > 1 else ""
        raise kind(which + first.message, first.remedy)
    _only(inputs.found, order.choices.only)
    return inputs


def _note(inputs: Inputs, ledger: Ledger, watch: Run) -> None:
    if inputs.sources.keys() != ledger.sources().keys():
        ledger.remember_sources(inputs.sources)
    for notice in inputs.notices:
        watch.tell(notice)


def _begun(order: Order, asked: Asked, ledger: Ledger, tasks: list[Task]) -> RunState:
    made = versions()
    run = ledger.begin(asked.recipe_sha256, order.recipe.training.seed, made)
    return RunState(ledger, run, order.out, asked, tasks, made)


def _plan(order: Order, asked: Asked, ledger: Ledger | None, inputs: Inputs) -> list[Task]:
    chosen = _only(inputs.found, order.choices.only)
    known = known_of(ledger, order.out, inputs.tickers)
    return make_plan(chosen, known, order.recipe, order.choices, of_all=asked.of_all)


def _only(found: Sequence[Found], only: Sequence[str]) -> Sequence[Found]:
    require_tickers(only, {f.ticker for f in found})
    return [f for f in found if not only or f.ticker in only]


def _do(state: RunState, means: Means, work: Work) -> None:
    """Forecasts with models at hand first, then training."""
    note_known(state)
    _forecast(state, [task for task in state.tasks if task.action == "forecast"])
    tasks = [task for task in state.tasks if task.action == "train"]
    if tasks and not is_over(state):
        with _crew(means, len(tasks), state.asked.watch) as crew:
            _train(state, tasks, crew, work)


def _forecast(state: RunState, tasks: Sequence[Task]) -> None:
    for first in range(0, len(tasks), TOGETHER):
        if not is_over(state):
            enter(state, [forecast_entry(state, task) for task in tasks[first : first + TOGETHER]])


def _train(state: RunState, tasks: Sequence[Task], crew: Crew, work: Work) -> None:
    by_ticker = {task.ticker: task for task in tasks}
    before, settled, refused = time.monotonic(), len(state.rows), state.failed

    def stopped() -> bool:
        ended, failed = len(state.rows) - settled, state.failed - refused  # of those to be trained
        left = (time.monotonic() - before) / ended * (len(tasks) - ended) if ended else None
        state.asked.watch.on_progress(Progress(ended, len(tasks), failed, left))
        return is_over(state)

    jobs = (job for task in tasks if (job := job_of(state, task)) is not None)
    for done in outcomes(crew, jobs, work, stopped):
        settle(state, [(by_ticker[outcome.ticker], outcome) for outcome in done])


def _crew(means: Means, tasks: int, watch: Run) -> "contextlib.AbstractContextManager[Crew]":
    if means.cluster is not None:
        from rnn_forecast.batch.workers.cluster import dask_crew

        return dask_crew(means.cluster, timeout=means.ticker_timeout, tell=watch.tell)
    return local_crew(min(means.workers or machine.workers(), tasks), timeout=means.ticker_timeout)


def _finish(state: RunState, inputs: Inputs) -> Batched:
    """Write forecasts.csv and summary.json: the latest forecast of every ticker, whenever it was made."""
    latest = state.ledger.forecasts()
    there = [f.ticker for f in inputs.found if f.ticker in latest]
    gone = sorted(latest.keys() - there)
    if any(f.failure is not None for f in inputs.found):
        there = in_place(there, gone, state.out / FORECASTS)  # they may be in what cannot be read today
    else:
        state.ledger.forget_forecasts(gone)
    table = one_table(latest[ticker] for ticker in there) or header(_wanted(state))
    of_today = {row.ticker for row in state.rows.values() if row.status != "failed"}
    summary = _summary(state) | {"forecasts": len(there), "earlier": len(set(there) - of_today)}
    require_ours(state.out)  # again: training may have taken hours
    before = _oldest(state)
    models: list[str] = []  # that are gone
    if before is not None and inputs.whole:  # else there may be more tickers than are known
        _write_new(state.out / FORECASTS, table)  # whatever comes of the rest
        models = remove_old_models(state.out, before, inputs.tickers)
    with last_step():
        _write_new(state.out / FORECASTS, table)
        if before is not None:
            state.ledger.end(state.run, summary["status"], summary)  # so that one that succeeded stays
            summary["pruned"] = prune(state.out, before, models, inputs.tickers if inputs.whole else None)
        if inputs.whole:
            summary["unseen"] = len(state.ledger.models().keys() - inputs.tickers)
        summary["record"] = _look_back(state)
        write_file(state.out / SUMMARY, strict_json.dumps(summary))
        state.ledger.end(state.run, summary["status"], summary)
    return Batched(state.out, summary)


def _look_back(state: RunState) -> dict[str, Any]:
    """Find the alarms of today; the record's figures. Every so many runs the ledger is written anew."""
    _, came = look_back(state.out)
    figures = record_figures(state.out, came)
    if state.run % COMPACTED == 0:
        compact(state.out)
    return figures


def _oldest(state: RunState) -> float | None:
    """What is older leaves the folder (seconds since 1970); None where all stays, also after a limit."""
    keep = state.asked.choices.keep
    return None if keep is None or state.stopped is not None else time.time() - keep


def _wanted(state: RunState) -> Wanted:
    recipe = state.asked.recipe if state.asked.model is None else state.asked.model.recipe
    return Wanted.by(recipe.forecast)


def _write_new(path: Path, data: bytes) -> None:
    """Write the file unless it holds these bytes already."""
    with contextlib.suppress(OSError):
        # a pipe would be waited for, and a device has no end
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return
    write_file(path, data)


def _summary(state: RunState) -> dict[str, Any]:
    return {
        **summarise(state.rows, state.left, state.stopped, state.remembered, state.p_values),
        "warnings": state.warnings,  # by ticker
        "forecasts": None,  # tickers in forecasts.csv, once that is written,
        "unseen": None,  # models of tickers that no input has any more, once all inputs were read
        "pruned": dict(NOTHING),  # by --keep
        "record": None,  # its figures, once forecasts.csv is written
        "earlier": 0,  # and of these, forecasts that this run neither made nor found up to date
        "run": state.run,
        "ended": now_text(),
        "seconds": round(time.monotonic() - state.started, 3),
        "recipe_sha256": state.asked.recipe_sha256,
        "seed": state.asked.recipe.training.seed,
        "versions": state.versions,
    }
