"""Forecast prices with recurrent networks, with the last value beside every score.

    import rnn_forecast as rf

    model = rf.train(frame, epochs=20)
    rf.predict(model, frame).table

docs/PYTHON.md has the rest. What is named here is loaded when it is first asked for, so that
`rnn-forecast --help` starts without NumPy.

From the bottom up; a folder imports only from folders above it in this list:

system/     files and processes on a real machine
prices/     bytes → price series; the dates to come
metrics/    measures of forecasts, and the baselines
windows/    series → panel, scaling, windows, the parts of time
intervals/  expected moves and prediction intervals
network/    the forward pass in NumPy; training with Keras
model/      a fitted model and its folder
forecasts/  what a model says, and the table of it
fitting/    how a model is made
scores/     forecasts beside the outcome: evaluation, tests of skill
tuning/     a search for a recipe
record/     the SQLite file of a batch
verbs/      prepare, train, predict, evaluate, backtest, tune as functions
batch/      many tickers, every night
python/     the verbs for Python: frames in, results that a notebook shows
cli/        the command line

At the root, for all of them: errors.py (exit codes, notices), recipe.py (what a person chooses for a model),
refusals.py (what is said where that cannot be), seeds.py (all chance), statistics.py (what tests of skill are
made of), arrays.py, exports.py (names that folders hand out).
"""

import os

TYPE_CHECKING = False  # typing takes longer to import than all that is needed here
if TYPE_CHECKING:
    from typing import Any

    from rnn_forecast.errors import (
        BusyError,
        DataError,
        ForecastError,
        InputError,
        ModelError,
        OutputError,
        RecipeError,
        TrainingError,
        UsageError,
        WriteError,
    )
    from rnn_forecast.python.calls import PriceWarning, backtest, evaluate, predict, prepare, train
    from rnn_forecast.python.shown import Fitted, Forecast, Prepared, Scores
    from rnn_forecast.recipe import Recipe

# Before NumPy is loaded: products as small as ours gain nothing from a second thread, and on a busy machine
# OpenBLAS' threads spin waiting for each other; 60,000 windows then took 35 seconds in place of 1.3.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

_CALLS = ("PriceWarning", "backtest", "evaluate", "predict", "prepare", "train")
_RESULTS = ("Fitted", "Forecast", "Prepared", "Scores")
_HOMES = {
    **dict.fromkeys(_CALLS, "python.calls"),
    **dict.fromkeys(_RESULTS, "python.shown"),
    "Recipe": "recipe",
}
__all__ = [
    "BusyError",
    "DataError",
    "Fitted",
    "Forecast",
    "ForecastError",
    "InputError",
    "ModelError",
    "OutputError",
    "Prepared",
    "PriceWarning",
    "Recipe",
    "RecipeError",
    "Scores",
    "TrainingError",
    "UsageError",
    "WriteError",
    "__version__",
    "backtest",
    "evaluate",
    "predict",
    "prepare",
    "train",
]


def __getattr__(name: str) -> "Any":
    """What `__all__` names, loaded when it is first asked for."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"rnn_forecast.{_HOMES.get(name, 'errors')}"), name)
    raise AttributeError(f"module 'rnn_forecast' has no attribute {name!r}")


def __dir__() -> "list[str]":
    return sorted(__all__)
