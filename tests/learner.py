"""A network that is fitted in a moment: the best straight line from the window, by least squares."""

from pathlib import Path
from typing import Any

import numpy as np
from toys import random_weights

from rnn_forecast.network.history import Epoch, FittedNetwork
from rnn_forecast.prices.series import iso


def fit_straight(draw: Any, stop: Any, recipe: Any, *, on_epoch: Any, **_: Any) -> tuple[FittedNetwork, ...]:
    """Weights of `recipe` of which only the skip is not 0."""
    windows = draw(1, 0)
    x, y = windows.x(), windows.y()
    weights = {name: np.zeros_like(one) for name, one in random_weights(recipe, 0).items()}
    skip = np.linalg.lstsq(x.reshape(len(x), -1), y, rcond=None)[0]
    weights["head.skip"] = skip.astype(np.float32)
    on_epoch(Epoch(0, 1, 1.0, None, 0.0, 1))
    return (FittedNetwork(weights, (Epoch(0, 1, 1.0, None, 0.0, 1),), 1),)


def fit_nothing(draw: Any, stop: Any, recipe: Any, **_: Any) -> tuple[FittedNetwork, ...]:
    """Weights that are all 0: the forecast is the last value."""
    weights = {name: np.zeros_like(one) for name, one in random_weights(recipe, 0).items()}
    return (FittedNetwork(weights, (Epoch(0, 1, 1.0, None, 0.0, 1),), 1),)


def echoing(n: int, lag: int, *, seed: int = 0, strength: float = 0.9) -> np.ndarray:
    """Prices (n,) each of whose moves has that of `lag` rows before in it."""
    noise = np.random.default_rng(seed).normal(0, 0.01, n)
    moves = noise.copy()
    for i in range(lag, n):
        moves[i] = strength * moves[i - lag] + noise[i] * (1 - strength**2) ** 0.5
    return np.asarray(100 * np.exp(np.cumsum(moves)))


def written(path: Path, prices: np.ndarray) -> str:
    dates = iso(np.datetime64("2020-01-01", "s") + np.arange(len(prices)) * np.timedelta64(86_400, "s"))
    rows = (f"{date},{price!r}" for date, price in zip(dates, prices.tolist(), strict=True))
    path.write_text("\n".join(["date,price", *rows]) + "\n")
    return str(path)
