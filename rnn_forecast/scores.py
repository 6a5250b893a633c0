"""Forecasts that came true → the document of metrics.json; every measure beside the baselines.

A million windows are a handful of array operations: loops run over steps, levels and tickers, never windows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import metrics, skill
from rnn_forecast.baselines import last_value
from rnn_forecast.prices.series import iso

Array = NDArray[np.float64]
Band = tuple[Array, Array]  # low, high: (n, horizon) each, NaN where there is no band


@dataclass(frozen=True, eq=False)
class Judged:
    """Forecasts beside what came: row i of each array is one window. All in price units, all finite.

    `scale` and `rms_scale` are each ticker's `metrics.training_scale`, from its own training rows.
    `bands` and `plain_bands` (those of last value) go by level in percent: `{80.0: (low, high)}`.
    """

    tickers: tuple[str, ...]  # (s,)
    ticker: NDArray[np.int64]  # (n,) index into tickers
    origin: NDArray[Any]  # (n,) date of the last known price, or its row number
    actual: Array  # (n, horizon)
    network: Array  # (n, horizon)
    last: Array  # (n,)
    drift: Array  # (n, horizon)
    scale: Array  # (s,)
    rms_scale: Array  # (s,)
    bands: Mapping[float, Band] = field(default_factory=dict)
    plain_bands: Mapping[float, Band] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bands = [side for each in (self.bands, self.plain_bands) for band in each.values() for side in band]
        if any(table.shape != self.actual.shape for table in (self.network, self.drift, *bands)):
            raise ValueError(f"forecasts and bands must have the shape of actual, {self.actual.shape}")
        if any(row.shape != self.actual.shape[:1] for row in (self.ticker, self.origin, self.last)):
            raise ValueError(
                f"ticker, origin and last must have one cell for each of {len(self.actual)} windows"
            )
        if any(scale.shape != (len(self.tickers),) for scale in (self.scale, self.rms_scale)):
            raise ValueError(f"each of {len(self.tickers)} tickers needs one scale and one rms_scale")
        if len(self.actual) == 0:
            raise ValueError("there is no window to judge")

    @property
    def horizon(self) -> int:
        return int(self.actual.shape[1])

    @cached_property
    def forecasts(self) -> dict[str, Array]:
        """Every forecast that is scored, by its name in metrics.json."""
        return {
            "network": self.network,
            "last_value": last_value(self.last, self.horizon),
            "drift": self.drift,
        }

    @cached_property
    def unit(self) -> Array:
        """(n,) what a window's errors are divided by wherever tickers are pooled: its ticker's rms_scale.

        A price of 3,000 and one of 3 would otherwise be a verdict on the first alone. With one ticker it is
        one number and changes no ratio and no test. A ticker without training rows, or without a move in
        them, takes the root mean square of last value's one-step errors in its judged rows, or 1 where they
        are exact.
        """
        count = len(self.tickers)
        rows = np.bincount(self.ticker, minlength=count)
        total = np.bincount(self.ticker, np.square(self.actual[:, 0] - self.last), minlength=count)
        judged = np.sqrt(total / np.maximum(rows, 1))
        fallback = np.where(judged > 0, judged, 1.0)
        return np.where(_usable(self.rms_scale), self.rms_scale, fallback)[self.ticker]


def score(judged: Judged, *, model: str, every: int = 1) -> dict[str, Any]:
    """The document of metrics.json; it never holds NaN or infinity: where there is no such value, null.

    `scores` are over all cells in price units; `skill` compares errors that are divided by each ticker's own
    scale (`Judged.unit`), which for one ticker is the same. `every`: the distance of neighbouring origins in
    rows (1 unless a backtest strides), so that tests know how far forecasts overlap.
    `from` and `to` are the first and last origin; `comparing.span_of` has the dates that were forecast.
    """
    steps = range(judged.horizon)
    return {
        "model": model,
        "tickers": len(np.unique(judged.ticker)),
        "windows": len(judged.actual),
        **_span(judged.origin),
        "scores": _scores(judged, slice(None)),
        "by_step": [
            {
                "step": step + 1,
                "scores": _scores(judged, slice(step, step + 1)),
                "skill": _skill(judged, "last_value", slice(step, step + 1), _overlap(step + 1, every)),
            }
            for step in steps
        ],
        "skill": _whole_skill(judged, every),
        "intervals": _intervals(judged),
        "per_ticker": _per_ticker(judged, every),
    }


def verdict_line(document: Mapping[str, Any]) -> str:
    """`network 2.013 vs last value 2.009 RMSE: no better than last value (p = 0.41)`.

    With several tickers the scaled RMSSE stands there: it is what the verdict compares.
    """
    measure = "rmse" if document["tickers"] == 1 else "rmsse"
    verdict, p_value = document["skill"]["verdict"], document["skill"]["dm_p_value"]
    ours, theirs = _two(*(document["scores"][name][measure] for name in ("network", "last_value")))
    chance = "too few origins to test" if p_value is None else _chance(p_value)
    return f"network {ours} vs last value {theirs} {measure.upper()}: {verdict} than last value ({chance})"


def _chance(p_value: float) -> str:
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.2f}" if p_value >= 0.095 else f"p = {p_value:.2g}"


def _scores(judged: Judged, steps: slice) -> dict[str, dict[str, float | None]]:
    actual, last = judged.actual[:, steps], judged.last[:, None]
    scale, rms_scale = judged.scale[judged.ticker], judged.rms_scale[judged.ticker]
    known, moving = _usable(scale), _usable(rms_scale)
    table = {}
    for name, forecast in judged.forecasts.items():
        f = forecast[:, steps]
        values = {
            "rmse": metrics.rmse(actual, f),
            "mae": metrics.mae(actual, f),
            "mape": metrics.mape(actual, f),
            "smape": metrics.smape(actual, f),
            "mase": metrics.mase(actual[known], f[known], scale[known, None]),
            "rmsse": metrics.rmsse(actual[moving], f[moving], rms_scale[moving, None]),
            "directional_accuracy": metrics.directional_accuracy(actual, f, last),
        }
        table[name] = {key: _number(value) for key, value in values.items()}
    return table


def _whole_skill(judged: Judged, every: int) -> dict[str, Any]:
    overlap = _overlap(judged.horizon, every)
    return {
        **_skill(judged, "last_value", slice(None), overlap),
        "pt_p_value": _direction_skill(judged),
        "against_drift": _skill(judged, "drift", slice(None), overlap),
    }


def _skill(judged: Judged, against: str, steps: slice, overlap: int) -> dict[str, Any]:
    ours = _squares(judged, "network", steps)  # (n,) in squares of the ticker's scale
    theirs = _squares(judged, against, steps)
    loss = float(theirs.mean())
    p_value = skill.pooled_diebold_mariano(ours - theirs, judged.origin, overlap, loss=loss)
    return {"against": against, **_judgement(float(ours.mean()), loss, p_value)}


def _direction_skill(judged: Judged) -> float | None:
    """Of the first step: later ones overlap, and a trader acts on the next move."""
    moved = metrics.direction(judged.actual[:, 0], judged.last)
    said = metrics.direction(judged.network[:, 0], judged.last)
    both = (moved != 0) & (said != 0)
    if not both.any():
        return 1.0
    up, forecast_up, date = moved[both] > 0, said[both] > 0, judged.origin[both]
    if len(np.unique(judged.ticker)) == 1:
        return skill.pesaran_timmermann(up, forecast_up)
    return skill.pooled_direction(up, forecast_up, date)


def _per_ticker(judged: Judged, every: int) -> list[dict[str, Any]]:
    overlap = _overlap(judged.horizon, every)
    order = np.lexsort((judged.origin, judged.ticker))  # each ticker's windows together, oldest first
    ours = _squares(judged, "network", slice(None))[order]
    theirs = _squares(judged, "last_value", slice(None))[order]
    cuts = np.searchsorted(judged.ticker[order], np.arange(len(judged.tickers) + 1))
    rows = []
    for ticker, first, stop in zip(judged.tickers, cuts[:-1], cuts[1:], strict=True):
        if first == stop:
            continue
        loss = float(theirs[first:stop].mean())
        p_value = skill.diebold_mariano(ours[first:stop] - theirs[first:stop], overlap, loss=loss)
        judgement = _judgement(float(ours[first:stop].mean()), loss, p_value)
        rows.append({"ticker": ticker, "windows": int(stop - first), **judgement})
    return rows


def _judgement(ours: float, theirs: float, p_value: float | None) -> dict[str, Any]:
    if abs(ours - theirs) <= skill.NEGLIGIBLE * theirs:
        ratio: float | None = 1.0
    else:
        ratio = _number(math.sqrt(ours / theirs)) if theirs > 0 else None
    return {"rmse_ratio": ratio, "dm_p_value": p_value, "verdict": skill.verdict(ratio, p_value)}


def _squares(judged: Judged, name: str, steps: slice) -> Array:
    """(n,) each window's mean squared error over the steps, in squares of its unit."""
    errors = judged.actual[:, steps] - judged.forecasts[name][:, steps]
    return np.asarray(np.square(errors).mean(axis=1) / np.square(judged.unit))


def _overlap(horizon: int, every: int) -> int:
    """How many neighbouring origins share a forecast row."""
    return -(-horizon // every)


def _intervals(judged: Judged) -> dict[str, Any]:
    """By level: coverage (0 to 1), mean width and Winkler score in price units, all again by step and for
    last value's plain band; `winkler_ratio` is ours over the plain one's, in each ticker's own scale."""
    return {
        f"{level:g}": {
            **_interval(judged, level, judged.bands[level], slice(None)),
            "winkler_ratio": _winkler_ratio(judged, level),
            "by_step": [
                {"step": k + 1, **_interval(judged, level, judged.bands[level], slice(k, k + 1))}
                for k in range(judged.horizon)
            ],
            "last_value": _interval(judged, level, judged.plain_bands.get(level), slice(None)),
        }
        for level in judged.bands
    }


def _interval(judged: Judged, level: float, band: Band | None, steps: slice) -> dict[str, Any]:
    low, high = _columns(judged, band, steps)
    there = np.isfinite(low) & np.isfinite(high)
    actual, low, high = judged.actual[:, steps][there], low[there], high[there]
    return {
        "windows": int(there.any(axis=1).sum()),
        "coverage": _number(metrics.coverage(actual, low, high)),
        "mean_width": _number(float(np.mean(high - low)) if high.size else math.nan),
        "winkler": _number(metrics.winkler(actual, low, high, level)),
    }


def _winkler_ratio(judged: Judged, level: float) -> float | None:
    bands = [_columns(judged, each.get(level), slice(None)) for each in (judged.bands, judged.plain_bands)]
    there = np.logical_and.reduce([np.isfinite(side) for band in bands for side in band])
    unit = np.broadcast_to(judged.unit[:, None], there.shape)[there]
    actual = judged.actual[there] / unit
    ours, plain = (
        metrics.winkler(actual, low[there] / unit, high[there] / unit, level) for low, high in bands
    )
    return _number(ours / plain) if plain > 0 else None


def _columns(judged: Judged, band: Band | None, steps: slice) -> Band:
    if band is None:
        nothing = np.full_like(judged.actual[:, steps], math.nan)
        return nothing, nothing
    return band[0][:, steps], band[1][:, steps]


def _usable(scale: Array) -> NDArray[np.bool_]:
    return np.isfinite(scale) & (scale > 0)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _span(origin: NDArray[Any]) -> dict[str, str | int]:
    ends = np.array([origin.min(), origin.max()])
    first, last = iso(ends) if ends.dtype.kind == "M" else ends.tolist()
    return {"from": first, "to": last}


def _two(ours: float | None, theirs: float | None) -> tuple[str, str]:
    """Two numbers to four digits, or to as many (up to seven) as tell them apart."""
    for digits in range(4, 8):
        a, b = _digits(ours, digits), _digits(theirs, digits)
        if a != b or ours == theirs:
            break
    return a, b


def _digits(value: float | None, digits: int) -> str:
    if value is None:
        return "-"
    if value == 0 or not 1e-6 <= abs(value) < 1e15:
        return f"{value:.{digits - 1}g}"
    return f"{value:.{max(digits - 1 - math.floor(math.log10(abs(value))), 0)}f}"
