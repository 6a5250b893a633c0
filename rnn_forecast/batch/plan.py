"""What each ticker needs, and why: the whole of `--dry-run`, and what a run then does."""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rnn_forecast.batch.adoption import adopted
from rnn_forecast.batch.choices import Choices
from rnn_forecast.batch.inputs import Found
from rnn_forecast.batch.publish import fingerprint
from rnn_forecast.batch.workers.job import Failure
from rnn_forecast.errors import DataError
from rnn_forecast.model.migrations import SCHEMA
from rnn_forecast.recipe import Recipe
from rnn_forecast.record.ledger import KnownModel, Ledger
from rnn_forecast.record.recorded import series_sha256
from rnn_forecast.system.file_names import as_named_before, safe_names

CLOCKS_APART = 60.0  # seconds
Action = Literal["train", "forecast", "keep", "fail"]


@dataclass(frozen=True)
class Task:
    """One ticker and what is to be done about it: `keep` is nothing at all."""

    found: Found
    name: str  # of its folder under models/
    action: Action
    why: str
    failure: Failure | None = None
    adopted: KnownModel | None = None  # a model that the ledger is still to learn of

    @property
    def ticker(self) -> str:
        return self.found.ticker


@dataclass(frozen=True)
class Known:
    """What the ledger and the folder know before a run."""

    models: Mapping[str, KnownModel]
    forecasts: Mapping[str, str]  # ticker → key
    failures: Mapping[str, tuple[str, tuple[int, str, str, str]]]
    folder: Path  # of the models
    names: Mapping[str, str]  # ticker → its folder there


def known_of(ledger: Ledger | None, out: Path, tickers: Iterable[str]) -> Known:
    """`tickers`: all that the inputs have, for no folder's name may depend on what is chosen of them."""
    folder = out / "models"
    if ledger is None:
        return Known({}, {}, {}, folder, _names(tickers, {}, folder))
    models = ledger.models()
    names = _names(tickers, models, folder)
    return Known(models, ledger.forecast_keys(), ledger.failures(), folder, names)


def make_plan(
    found: Sequence[Found], known: Known, recipe: Recipe, choices: Choices, *, of_all: str | None = None
) -> list[Task]:
    """A task for each ticker. `of_all` is the manifest's hash of the one model that serves all, if any."""
    names, tasks = known.names, []
    for f in found:
        if f.failure is not None:
            tasks.append(Task(f, names[f.ticker], "fail", "the input is refused", f.failure))
        elif of_all is not None:
            tasks.append(_forecast_only(f, names[f.ticker], known, forecast_key(f, of_all, choices.steps)))
        else:
            tasks.append(_decide(f, names[f.ticker], known, recipe, choices))
    return tasks


def recipe_sha256(recipe: Recipe) -> str:
    """As before there were columns to name, where none is named: models of then are still fresh."""
    unnamed = {key for key in ("past", "known", "market") if not getattr(recipe.data, key)}
    return hashlib.sha256(recipe.model_dump_json(exclude={"data": unnamed}).encode()).hexdigest()


def forecast_key(found: Found, manifest: str, steps: int | None) -> str:
    """What decides a forecast: the same key, the same rows."""
    decides = [found.input_sha256, manifest, steps, *([found.calendar] if found.calendar else [])]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def failure_key(found: Found, recipe_hash: str) -> str:
    """What decides whether a training that failed would fail again."""
    return hashlib.sha256(json.dumps([found.input_sha256, recipe_hash, SCHEMA]).encode()).hexdigest()


def _decide(found: Found, name: str, known: Known, recipe: Recipe, choices: Choices) -> Task:
    model, new = known.models.get(found.ticker), None
    if model is None and not choices.force:
        model = new = adopted(found, known.folder / name, recipe, recipe_sha256(recipe))
    why = "it is forced" if choices.force else _stale(found, name, model, known, recipe, choices)
    if why is None:
        assert model is not None
        key = forecast_key(found, model.manifest_sha256, choices.steps)
        return replace(_forecast_only(found, name, known, key), adopted=new)
    failed = known.failures.get(found.ticker)
    again = choices.force or choices.retry_failed
    if failed is not None and not again and failed[0] == failure_key(found, recipe_sha256(recipe)):
        return Task(found, name, "fail", "it failed before, and nothing has changed", Failure(*failed[1]))
    return Task(found, name, "train", why)


def _forecast_only(found: Found, name: str, known: Known, key: str) -> Task:
    if known.forecasts.get(found.ticker) == key:
        return Task(found, name, "keep", "nothing has changed")
    return Task(found, name, "forecast", "its model is fresh")


def _stale(
    found: Found, name: str, model: KnownModel | None, known: Known, recipe: Recipe, choices: Choices
) -> str | None:
    """Why the ticker has to be trained; None where its model is fresh."""
    if model is None:
        return "it has no model"
    moved = model.folder != name or fingerprint(known.folder / name) != model.manifest_sha256
    reasons = {
        "its model is missing or was changed": moved,
        "its model has another format": not 1 <= model.format <= SCHEMA,
        "the recipe has changed": model.recipe_sha256 != recipe_sha256(recipe),
        "its model is too old": time.time() - model.trained > choices.retrain_after,
        "its model is of a time to come": model.trained - time.time() > CLOCKS_APART,
    }
    found_out = next((why for why, so in reasons.items() if so), None)
    if found_out is None and found.input_sha256 != model.input_sha256 and not _same_start(found, model):
        return "prices before the end of its training have changed"
    return found_out


def _same_start(found: Found, model: KnownModel) -> bool:
    return found.rows >= model.rows and series_sha256(found.read()[0], model.rows) == model.rows_sha256


def _names(tickers: Iterable[str], models: Mapping[str, KnownModel], folder: Path) -> dict[str, str]:
    """A folder for each ticker, also of the ledger's: the one that it has, if that is there.

    No order of tickers or sources changes it.
    """
    there = set(os.listdir(folder)) if folder.is_dir() else set()  # noqa: PTH208  as names are spelled
    kept = {ticker: model.folder for ticker, model in models.items() if model.folder in there}
    names = as_named_before(safe_names(sorted({*tickers, *models})), kept)
    _require_apart(names)
    return names


def _require_apart(names: Mapping[str, str]) -> None:
    """Raise DataError for two tickers with one folder.

    `aapl` and `AAPL` may both be there: then they were made where these are two names.
    """
    taken: dict[str, str] = {}
    for ticker, name in names.items():
        other = taken.setdefault(name, ticker)
        if other != ticker:
            raise DataError(
                f"tickers {other!r} and {ticker!r} would both be models/{name}.",
                "Rename one of them.",
            )
