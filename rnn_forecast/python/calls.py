"""The verbs as a program calls them: prices in memory or in files, keys of the recipe as keyword arguments.

Notices go to the logger "rnn_forecast"; what says that prices may be wrong is a `PriceWarning`.
"""

import json
import logging
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import nan
from numbers import Integral
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Literal, Unpack
from weakref import finalize

from rnn_forecast.errors import Notice, UsageError
from rnn_forecast.forecasts.wanted import Wanted
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.python.frames import PREFIX, Path_, Prices, sources_of, unplaced
from rnn_forecast.python.keywords import Choices, Reading, both, read_options
from rnn_forecast.python.shown import Fitted, Forecast, Prepared, Scores
from rnn_forecast.recipe import Recipe, refusal
from rnn_forecast.scores.evaluation import Span
from rnn_forecast.verbs import backtest as backtest_verb
from rnn_forecast.verbs import evaluate as evaluate_verb
from rnn_forecast.verbs import predict as predict_verb
from rnn_forecast.verbs.context import Run, read_sources
from rnn_forecast.windows.rolling_origins import Plan

MODEL = "model"  # the name of one that has no folder of its own
_log = logging.getLogger("rnn_forecast")


class PriceWarning(UserWarning):
    """Prices were read, and may be wrong."""


def train(
    prices: Prices,
    *,
    model: Path_ | None = None,
    recipe: Recipe | Path_ | None = None,
    **choices: Unpack[Choices],
) -> Fitted:
    """Fit one model on all series found, and score it on the test part.

    `model`: the folder to write; without it the model lives as long as the result. `recipe`: a recipe or its
    file, whose keys the keyword arguments (`epochs=20`, `cell="lstm"`) change.

    Raises DataError for prices that will not do, RecipeError for a key out of range, UsageError for a keyword
    that there is not, TrainingError where the loss is not finite.
    """
    from rnn_forecast.verbs import train as train_verb

    options, chosen = both(choices, recipe, ("model", "recipe"))
    with ExitStack() as unless_made, sources_of(prices) as sources:
        if model is None:
            folder = mkdtemp(prefix=PREFIX)
            unless_made.callback(rmtree, folder, ignore_errors=True)
        place = Path(folder, MODEL) if model is None else Path(model)
        made = train_verb.train(sources, options, chosen, place, _run())
        fitted = Fitted(made.folder, made.metrics)
        finalize(fitted, unless_made.pop_all().close)
    return fitted


def predict(  # noqa: PLR0913  what is read of the distribution, by name
    model: Fitted | Path_,
    prices: Prices,
    *,
    steps: int | None = None,
    levels: Sequence[float] | None = None,
    quantiles: Sequence[float] | None = None,
    risk: Sequence[float] | None = None,
    p_up: bool = False,
    any_ticker: bool = False,
    **reading: Unpack[Reading],
) -> Forecast:
    """The next prices of every series, `steps` of them (the model's horizon).

    `levels`, `quantiles`, `risk`, `p_up`: what is read of the forecast distribution, in percent, as shares of
    1, in percent; by default what the recipe asks for. `any_ticker`: forecast series that the model has not
    learnt from.

    Raises ModelError for a damaged model, DataError where prices do not fit it, UsageError for numbers that
    cannot be asked for.
    """
    asked = {"levels": levels, "quantiles": quantiles, "risk": risk}
    said: dict[str, Any] = {name: _numbers(name, x) for name, x in asked.items() if x is not None}
    if steps is not None and not (isinstance(steps, Integral) and steps >= 1):
        raise UsageError(f"steps must be a whole number, at least 1, got {steps!r}.", "Set steps.")

    options = read_options(reading, ("steps", *asked, "p_up", "any_ticker"))

    def choose(wanted: Wanted) -> Wanted:
        return replace(wanted, **said, rises=p_up)

    with sources_of(prices) as sources:
        made = predict_verb.predict(
            sources, options, _folder(model), _run(),
            steps=steps, any_ticker=any_ticker, choose=choose,
        )  # fmt: skip
    return Forecast(made)


def evaluate(
    model: Fitted | Path_,
    prices: Prices,
    *,
    since: str | None = None,
    until: str | None = None,
    audit: bool | Literal["full"] = False,
    any_ticker: bool = False,
    **reading: Unpack[Reading],
) -> Scores:
    """Score the model beside the baselines on rows that it has not seen.

    `since`, `until`: dates, both included. `audit`: look for leaks as well, "full" by fitting again.
    Raises DataError where no row is left to score.
    """
    options = read_options(reading, ("since", "until", "audit", "any_ticker"))
    with sources_of(prices) as sources:
        made = evaluate_verb.evaluate(
            sources, options, _folder(model), _run(),
            span=Span(since, until), any_ticker=any_ticker, audit=audit,
        )  # fmt: skip
    return Scores(made.metrics, made.rows)


def backtest(
    prices: Prices,
    *,
    recipe: Recipe | Path_ | None = None,
    origins: int | None = None,
    every: int = 1,
    refit_every: int | None = None,
    **choices: Unpack[Choices],
) -> Scores:
    """Forecast from rolling origins, each by a model that knew only earlier prices, and score it all.

    `origins`: how many, `every` so many rows; a model is fitted again every `refit_every` origins, 0 once.
    """
    options, chosen = both(choices, recipe, ("recipe", "origins", "every", "refit_every"))
    plan = Plan(origins, every, refit_every)
    with sources_of(prices) as sources:
        made = backtest_verb.backtest(sources, options, chosen, _run(), plan=plan)
    return Scores(made.metrics, made.table)


def prepare(prices: Prices, **reading: Unpack[Reading]) -> Prepared:
    """Prices as they are understood: read, checked, cleaned. Raises DataError for what holds none."""
    with sources_of(prices) as sources:
        found = read_sources(sources, read_options(reading), _run())
    report = json.loads(unplaced(json.dumps(found.decisions.to_json(), ensure_ascii=False)))
    return Prepared(without_constant(found.series), report)


def _numbers(name: str, given: Any) -> tuple[float, ...]:
    """Of a list of a recipe's, ascending, in the bounds that it has there."""
    try:
        numbers = sorted(map(float, given))
    except (TypeError, ValueError):
        numbers = [nan]  # which is in no bounds
    if (why := refusal(name, numbers)) is not None:
        raise UsageError(f"{name}: {why.partition(', got ')[0]}, got {given!r}.", f"Set {name}.")
    return tuple(numbers)


def _run() -> Run:
    return Run(tell=_told)


def _told(notice: Notice) -> None:
    if notice.kind == "warning":
        warnings.warn(unplaced(notice.text), PriceWarning, stacklevel=2)
    else:
        _log.info(unplaced(notice.text))


def _folder(model: Fitted | Path_) -> Path:
    return model.folder if isinstance(model, Fitted) else Path(model)
