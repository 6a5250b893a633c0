"""Run as a script: tune prices.csv, with networks that are straight lines and take a moment each."""

import sys
import time
from pathlib import Path
from typing import Any

from learner import fit_straight
from toys import small_recipe

from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.prices import ReadOptions
from rnn_forecast.system import machine
from rnn_forecast.verbs.tune import Wish, tune


def slowly(*arguments: Any, **named: Any) -> Any:
    time.sleep(float(sys.argv[2]))
    return fit_straight(*arguments, **named)


if __name__ == "__main__":
    fit_module.fit_members = slowly
    machine.workers = lambda: 1
    recipe = small_recipe(lookback=4, horizon=1, shrink=False)
    tune(["prices.csv"], ReadOptions(), recipe, Path(sys.argv[1]), wish=Wish(("lookback=4,12,16",), 2))
