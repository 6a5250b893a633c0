"""A model as one graph of ONNX: the last prices in, the next ones out.

It does what a forecast with a fixed weight does: the window's scale, the networks' mean, the shrinkage as it
was calibrated, and the way back to prices. It repeats the arithmetic of `windows.scaling`, `windows.standing`
and `model.model`; a test runs it and compares. Where too few prices are known, or one of them is none, it
says NaN.
"""

from typing import Any, NamedTuple

import numpy as np

from rnn_forecast.errors import UsageError
from rnn_forecast.exporting.onnx_network import averaged
from rnn_forecast.exporting.onnx_nodes import Graph, Value
from rnn_forecast.model.model import Model
from rnn_forecast.model.shrinkage_target import DEEPEST
from rnn_forecast.prices.movement import SAME, TINY
from rnn_forecast.windows.windows import LARGEST, MIN_PRICES

DOC = "See the sheet beside this file: inputs, units, scaling, how far the network is trusted."


class _Window(NamedTuple):
    """Of the rows (n, reach) that are read, oldest first; all in model space but `fits`."""

    values: Value  # 0 or of no meaning where `known` is False
    known: Value
    fits: Value  # (n, 1) whether there are enough prices, and each of them is one
    last: Value  # (n, 1)
    center: Value  # (n, 1) or a scalar, like spread
    spread: Value
    still: Value  # (n, 1) whether no price of the lookback differs from another


def onnx_model(model: Model) -> bytes:
    """The file. Raises UsageError without the library, and for a model that sees more than prices."""
    graph, window = Graph(), model.recipe.window
    if model.recipe.data.columns:
        named = ", ".join(repr(name) for name, _ in model.recipe.data.columns)
        raise UsageError(
            f"--to onnx takes prices alone, and this model also sees {named}.",
            "Use --to keras, or train without --past, --known and --market.",
        )
    seen = _window(graph, model)
    network = averaged(graph, model.members, model.recipe, *_inputs(graph, model, seen))
    said = graph.add("Add", seen.center, graph.add("Mul", seen.spread, network))
    target = _target(graph, model, seen)
    moved = graph.add("Sub", graph.add("Where", seen.still, seen.last, said), target)
    values = graph.add("Add", target, graph.add("Mul", model.shrinkage, moved))
    prices = graph.add("Exp", values) if model.scaling.log else values
    forecast = graph.add("Where", seen.fits, prices, np.nan, name="forecast")
    return graph.model(inputs_of(model), forecast, ("n", window.horizon), DOC)


def inputs_of(model: Model) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """Type and shape of each input, by name."""
    found: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "prices": (np.float64, ("n", model.recipe.window.reach)),
        "length": (np.int64, ("n",)),
    }
    return {**found, "ticker": (np.int64, ("n",))} if by_ticker(model) else found


def by_ticker(model: Model) -> tuple[str, ...]:
    """The tickers that the scaling tells apart, by their numbers; none where one scale serves all."""
    tickers = tuple(model.scaling.by_ticker)
    return tickers if model.scaling.normalize != "window" and len(tickers) > 1 else ()


def fewest(model: Model) -> int:
    """How many prices a forecast needs."""
    return min(MIN_PRICES, model.recipe.window.lookback)


def _window(graph: Graph, model: Model) -> _Window:
    reach, log = model.recipe.window.reach, model.scaling.log
    length = graph.add("Unsqueeze", "length", np.array([1]))
    known = graph.add("Greater", np.arange(1 - reach, 1), graph.add("Neg", length))
    size = "prices" if log else graph.add("Abs", "prices")
    is_price = graph.add("Less", size, np.inf)  # NaN is not
    if log:
        is_price = graph.add("And", is_price, graph.add("Greater", "prices", 0.0))
    used = graph.add("And", known, is_price)
    values = graph.add("Where", used, "prices", 1.0)
    values = graph.add("Log", values) if log else values
    bad = graph.add("And", known, graph.add("Not", is_price))
    enough = graph.add("GreaterOrEqual", length, np.array([[fewest(model)]]))
    fits = graph.add("And", enough, graph.add("Less", _count(graph, bad), 0.5))
    last = graph.slice(values, reach - 1, reach)
    spread, still = _moves(graph, model, values, known)
    center = last
    if model.scaling.normalize != "window":
        center, spread = _levels(graph, model)
    return _Window(values, known, fits, last, center, spread, still)


def _moves(graph: Graph, model: Model, values: Value, known: Value) -> tuple[Value, Value]:
    """Mean absolute change (n, 1) of the lookback, at least the floor; and whether nothing of it changed."""
    reach, lookback = model.recipe.window.reach, model.recipe.window.lookback
    old = graph.slice(values, reach - lookback, reach - 1)
    new = graph.slice(values, reach - lookback + 1, reach)
    between = graph.slice(known, reach - lookback, reach - 1)  # what is known stays known
    moved = graph.add("Abs", graph.add("Sub", new, old))
    total = _sum(graph, graph.add("Where", between, moved, 0.0))
    count = _count(graph, between)
    mean = graph.add("Div", total, graph.add("Max", count, 1.0))
    least = graph.add("Add", graph.add("Mul", graph.add("Abs", new), SAME), SAME**2)
    differs = graph.add("Greater", moved, graph.add("Max", least, TINY))
    changes = _count(graph, graph.add("And", between, differs))
    many = graph.add("Greater", count, MIN_PRICES - 1.5)  # changes: one fewer than prices
    still = graph.add("And", graph.add("Less", changes, 0.5), many)
    return graph.add("Max", mean, model.scaling.floor), still


def _levels(graph: Graph, model: Model) -> tuple[Value, Value]:
    """Center and spread of each row's ticker, (n, 1), or of the only one, (1, 1)."""
    table = np.array(list(model.scaling.by_ticker.values())).reshape(-1, 2)
    rows = graph.add("Gather", table, "ticker" if by_ticker(model) else np.array([0]))
    return graph.slice(rows, 0, 1), graph.slice(rows, 1, 2)


def _inputs(graph: Graph, model: Model, seen: _Window) -> tuple[Value, Value]:
    """What the networks see, (n, lookback, 1 + lags) float32, and of how many rows (n,), at least 1."""
    window = model.recipe.window
    scaled = graph.add("Div", graph.add("Sub", seen.values, seen.center), seen.spread)
    scaled = graph.add("Clip", scaled, -LARGEST, LARGEST)
    x = graph.cast(graph.add("Where", seen.known, scaled, 0.0), np.float32)
    ends = [window.reach - lag for lag in (0, *window.lags)]
    parts = [graph.slice(x, end - window.lookback, end) for end in ends]
    channels = [graph.add("Unsqueeze", part, np.array([2])) for part in parts]
    joined = graph.add("Concat", *channels, axis=2) if len(channels) > 1 else channels[0]
    return joined, graph.add("Clip", "length", 1, window.lookback)


def _target(graph: Graph, model: Model, seen: _Window) -> Value:
    """What is forecast without the network, (n, horizon) or (n, 1)."""
    if not model.drift.any():
        return seen.last
    moved = graph.add("Mul", seen.spread, model.drift[None])
    if model.scaling.log:
        moved = graph.add("Log", graph.add("Add", graph.add("Max", moved, DEEPEST), 1.0))
    return graph.add("Where", seen.still, seen.last, graph.add("Add", seen.last, moved))


def _count(graph: Graph, flags: Value) -> Value:
    return _sum(graph, graph.cast(flags, np.float64))


def _sum(graph: Graph, values: Value) -> Value:
    return graph.add("ReduceSum", values, np.array([1]), keepdims=1)
