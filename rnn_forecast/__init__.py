"""Forecast prices with recurrent networks, with the last value beside every score.

The verbs are functions: `prepare`, `train`, `predict`, `evaluate`, `backtest`. They are loaded when first
asked for, so that `rnn-forecast --help` starts without NumPy.

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
record/     the SQLite file of a batch
verbs/      prepare, train, predict, evaluate, backtest as functions
batch/      many tickers, every night
cli/        the command line

At the root, for all of them: errors.py (exit codes, notices), recipe.py (what a person chooses for a model),
seeds.py (all chance), statistics.py (what tests of skill are made of), arrays.py, exports.py (names that
folders hand out).
"""

import os

TYPE_CHECKING = False  # typing takes longer to import than all that is needed here
if TYPE_CHECKING:
    from typing import Any

# Before NumPy is loaded: products as small as ours gain nothing from a second thread, and on a busy machine
# OpenBLAS' threads spin waiting for each other; 60,000 windows then took 35 seconds in place of 1.3.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

_VERBS = ("prepare", "train", "predict", "evaluate", "backtest")


def __getattr__(name: str) -> "Any":
    if name in _VERBS:
        from importlib import import_module

        return getattr(import_module(f"rnn_forecast.verbs.{name}"), name)
    raise AttributeError(f"module 'rnn_forecast' has no attribute {name!r}")
