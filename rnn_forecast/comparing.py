"""What a model forecasts from some origins, beside what came: the one way from a model to its scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.baselines import drift
from rnn_forecast.forecasts import ForecastTable
from rnn_forecast.intervals import bands_at, plain_ends
from rnn_forecast.metrics import training_scale
from rnn_forecast.model import Model, forecast_values, volatility
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.scores import Judged
from rnn_forecast.windows import Panel, Windows, windows_at

Array = NDArray[np.float64]
Band = tuple[Array, Array]
Positions = NDArray[np.int64]  # of origins, where the series lie end to end as in a panel


def compare(
    model: Model, series: Sequence[PriceSeries], panel: Panel, origins: Positions, seen: NDArray[np.int64]
) -> Judged:
    """Forecasts from `origins` (n,), whose targets must exist, beside the baselines and what came.

    `seen (s,)`: how many rows of each series the model, and so its baselines too, may have learnt from.
    """
    window, to_prices = model.recipe.window, model.scaling.to_prices
    windows = windows_at(panel, origins, model.scaling, window.lookback, window.horizon)
    network, bands = forecasts_in_prices(model, panel, windows)
    scales = [training_scale(s.prices[:n]) for s, n in zip(series, seen, strict=True)]
    spans = np.stack([panel.offsets[:-1], panel.offsets[:-1] + seen], axis=1)
    plain = plain_ends(panel.values, spans, origins, window.horizon, model.bands.levels)
    which = panel.series_of(origins)
    start = panel.offsets[which]
    last = to_prices(windows.last())
    return Judged(
        tickers=panel.tickers,
        ticker=which,
        origin=_dates(series)[origins],
        actual=to_prices(windows.future()),
        network=network,
        last=last,
        drift=drift(to_prices(panel.values[start]), last, origins - start + 1, window.horizon),
        scale=np.array([mean for mean, _ in scales]),
        rms_scale=np.array([rms for _, rms in scales]),
        bands=bands,
        plain_bands=_in_prices(plain, to_prices),
    )


def forecasts_in_prices(model: Model, panel: Panel, windows: Windows) -> tuple[Array, dict[float, Band]]:
    """The model's forecasts (n, horizon) and bands by level: all of a judgement that it answers for."""
    values = forecast_values(model, windows)
    bands = bands_at(model.bands, values, volatility(panel, windows, model.scaling))
    return model.scaling.to_prices(values), _in_prices(bands, model.scaling.to_prices)


def joined(parts: Sequence[Judged], origins: Sequence[Positions]) -> tuple[Judged, Positions]:
    """Several comparisons over the same series as one, in order of position: ticker by ticker, then by time.

    Each ticker keeps the scales of the first part, whose model has seen the fewest rows.
    """
    places = np.concatenate(origins)
    order = np.argsort(places, kind="stable")

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])[order]

    def bands(name: str) -> dict[float, Band]:
        each = [getattr(part, name) for part in parts]
        return {
            level: (
                np.concatenate([band[level][0] for band in each])[order],
                np.concatenate([band[level][1] for band in each])[order],
            )
            for level in each[0]
        }

    columns: dict[str, Any] = {
        name: column(name) for name in ("ticker", "origin", "actual", "network", "last", "drift")
    }
    whole = replace(parts[0], **columns, bands=bands("bands"), plain_bands=bands("plain_bands"))
    return whole, places[order]


def table_of(judged: Judged, series: Sequence[PriceSeries], origins: Positions) -> ForecastTable:
    """A row for each origin (n,) and step, with what came as `actual`."""
    n, horizon = judged.actual.shape
    steps = np.arange(1, horizon + 1)
    return ForecastTable(
        ticker=np.repeat(np.array(judged.tickers, dtype=object)[judged.ticker], horizon),
        origin=np.repeat(judged.origin, horizon),
        step=np.tile(steps, n),
        date=_dates(series)[origins[:, None] + steps].ravel(),
        forecast=judged.network.ravel(),
        last=np.repeat(judged.last, horizon),
        bands={f"{level:g}": (low.ravel(), high.ravel()) for level, (low, high) in judged.bands.items()},
        actual=judged.actual.ravel(),
    )


def span_of(table: ForecastTable) -> dict[str, str | int]:
    """The first and the last date that was forecast, as metrics.json has them."""
    ends = np.array([table.date.min(), table.date.max()])
    first, last = iso(ends) if ends.dtype.kind == "M" else ends.tolist()
    return {"from": first, "to": last}


def _dates(series: Sequence[PriceSeries]) -> NDArray[Any]:
    if len(series) == 1:  # as it is, not a copy of five million rows
        return series[0].dates
    return np.concatenate([s.dates for s in series])


def _in_prices(bands: Mapping[float, Band], to_prices: Callable[[Array], Array]) -> dict[float, Band]:
    return {level: (to_prices(low), to_prices(high)) for level, (low, high) in bands.items()}
