"""Forecast prices with recurrent networks, with the last value beside every score.

The verbs are functions: `prepare`, `train`, `predict`, `evaluate`, `backtest`. They are loaded when first
asked for, so that `rnn-forecast --help` starts without NumPy.
"""

import os
from typing import Any

# Before NumPy is loaded: products as small as ours gain nothing from a second thread, and on a busy machine
# OpenBLAS' threads spin waiting for each other; 60,000 windows then took 35 seconds in place of 1.3.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

_VERBS = ("prepare", "train", "predict", "evaluate", "backtest")


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        from importlib import import_module

        return getattr(import_module(f"rnn_forecast.verbs.{name}"), name)
    raise AttributeError(f"module 'rnn_forecast' has no attribute {name!r}")
