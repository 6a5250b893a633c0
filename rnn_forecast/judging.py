"""A model and series whose future is known → scores beside baselines, on rows that the model has not seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.baselines import drift
from rnn_forecast.errors import DataError
from rnn_forecast.forecasts import ForecastTable
from rnn_forecast.intervals import bands_at, plain_ends
from rnn_forecast.metrics import training_scale
from rnn_forecast.model import Model, forecast_values, volatility
from rnn_forecast.prices.series import PriceSeries, from_iso, iso
from rnn_forecast.scores import Judged, score
from rnn_forecast.windows import Panel, Windows, make_panel, origins_between, windows_at

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """Dates, or row numbers, that a person narrows the judging to; None is open."""

    since: Any = None
    until: Any = None


@dataclass(frozen=True)
class Judgement:
    metrics: Mapping[str, Any]  # the document of metrics.json
    table: ForecastTable  # every forecast beside what came


def judge(model: Model, series: Sequence[PriceSeries], name: str, span: Span = Span()) -> Judgement:
    """Forecast from every origin whose targets the model has not seen, and score against what came.

    Nothing that was fitted, stopped or calibrated on is scored: see `unseen_rows`. Raises DataError when no
    row is left to score.
    """
    since, until = unseen_rows(model, series, span)
    panel = make_panel(series, model.scaling)
    window = model.recipe.window
    origins = origins_between(panel, since, until, window.lookback, window.horizon)
    if not len(origins):
        raise _nothing_unseen(model, series)
    windows = windows_at(panel, origins.all(), model.scaling, window.lookback, window.horizon)
    judged, table = _judged(model, series, panel, windows)
    return Judgement(score(judged, model=name), table)


def unjudged(model: Model, name: str) -> Judgement:
    """What stands in a judgement's place where there is no test part."""
    metrics = {"model": name, "tickers": 0, "windows": 0, "why": "the recipe leaves no test part"}
    none = np.empty(0)
    bands = {f"{level:g}": (none, none) for level in model.recipe.forecast.levels}
    return Judgement(metrics, ForecastTable(none, none, none.astype(np.int64), none, none, none, bands, none))


def unseen_rows(
    model: Model, series: Sequence[PriceSeries], span: Span = Span()
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows [since, until) (s,) of each series that may be scored.

    With one cut date for all, a ticker that training has not met is scored from that date too: all shares
    move together, so another ticker's training days are not unseen days. With cuts of their own (`split =
    "rows"`) a known ticker is scored from its own cut and an unknown one whole.
    """
    since = np.array([_first_unseen(model, s) for s in series], dtype=np.int64)
    until = np.array([len(s) for s in series], dtype=np.int64)
    if span.since is not None:
        since = np.maximum(since, [np.searchsorted(s.dates, span.since) for s in series])
    if span.until is not None:
        until = np.minimum(until, [np.searchsorted(s.dates, span.until, side="right") for s in series])
    return since, np.maximum(until, since)


def _first_unseen(model: Model, s: PriceSeries) -> int:
    known = model.source.tickers.get(s.ticker)
    if model.recipe.data.split == "date":
        return int(np.searchsorted(s.dates, from_iso(model.source.test_from, s.dates)))
    return int(np.searchsorted(s.dates, from_iso(known.test_from, s.dates))) if known else 0


def _nothing_unseen(model: Model, series: Sequence[PriceSeries]) -> DataError:
    longest = max(series, key=len)
    return DataError(
        f"no origin is left to score: the model has seen all before {model.source.test_from}, the file ends "
        f"on {iso(longest.dates[-1:])[0]}, horizon {model.recipe.window.horizon} needs as many rows more.",
        "Give newer rows, or train with a smaller --train-fraction.",
    )


def _judged(
    model: Model,
    series: Sequence[PriceSeries],
    panel: Panel,
    windows: Windows,
) -> tuple[Judged, ForecastTable]:
    to_prices = model.scaling.to_prices
    values = forecast_values(model, windows)
    bands = bands_at(model.bands, values, volatility(panel, windows, model.scaling))
    seen = np.array([_first_unseen(model, s) for s in series])
    scales = [training_scale(s.prices[:n]) for s, n in zip(series, seen, strict=True)]
    spans = np.stack([panel.offsets[:-1], panel.offsets[:-1] + seen], axis=1)
    plain = plain_ends(panel.values, spans, windows.origin, windows.horizon, model.bands.levels)
    which = panel.series_of(windows.origin)
    start = panel.offsets[which]
    last = to_prices(windows.last())
    dates = np.concatenate([s.dates for s in series])
    judged = Judged(
        tickers=panel.tickers,
        ticker=which,
        origin=dates[windows.origin],
        actual=to_prices(windows.future()),
        network=to_prices(values),
        last=last,
        drift=drift(to_prices(panel.values[start]), last, windows.origin - start + 1, windows.horizon),
        scale=np.array([mean for mean, _ in scales]),
        rms_scale=np.array([rms for _, rms in scales]),
        bands=_in_prices(bands, to_prices),
        plain_bands=_in_prices(plain, to_prices),
    )
    return judged, _table(judged, windows, dates)


def _in_prices(
    bands: Mapping[float, tuple[Array, Array]], to_prices: Callable[[Array], Array]
) -> dict[float, tuple[Array, Array]]:
    return {level: (to_prices(low), to_prices(high)) for level, (low, high) in bands.items()}


def _table(judged: Judged, windows: Windows, dates: NDArray[Any]) -> ForecastTable:
    n, horizon = judged.actual.shape
    steps = np.arange(1, horizon + 1)
    return ForecastTable(
        ticker=np.repeat(np.array(judged.tickers, dtype=object)[judged.ticker], horizon),
        origin=np.repeat(judged.origin, horizon),
        step=np.tile(steps, n),
        date=dates[windows.origin[:, None] + steps].ravel(),
        forecast=judged.network.ravel(),
        last=np.repeat(judged.last, horizon),
        bands={f"{level:g}": (low.ravel(), high.ravel()) for level, (low, high) in judged.bands.items()},
        actual=judged.actual.ravel(),
    )
