"""metrics.json without distributions, by plain loops over windows: what `test_document` holds it to."""

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
from plain_bands import of_bands, of_ticker
from scipy import stats

from rnn_forecast.scores.outcomes import skill
from rnn_forecast.scores.outcomes.pairs import Interval, Pairs

H = 3
SPAN = ("2024-01-02", "2024-03-01")
COLUMNS = ("ticker", "origin", "actual", "forecast", "last", "drift", "season", "ahead")


def mean(values: list[float]) -> float | None:
    return fmean(values) if values else None


def root(values: list[float]) -> float | None:
    return math.sqrt(fmean(values)) if values else None


def sign(price: float, last: float) -> int:
    return 0 if math.isclose(price, last, rel_tol=1e-9) else 1 if price > last else -1


def units(j: Pairs) -> list[float]:
    found = []
    for i, scale in enumerate(j.rms_scale):
        own = [w for w in range(len(j)) if j.ticker[w] == i]
        moves = root([(j.actual[w, 0] - j.last[w]) ** 2 for w in own])
        found.append(float(scale) if math.isfinite(scale) and scale > 0 else moves or 1.0)
    return found


def measures(j: Pairs, name: str, steps: list[int]) -> dict[str, float | None]:
    cells = [(w, k, j.actual[w, k], j.forecasts[name][w, k]) for w in range(len(j)) for k in steps]

    def scaled(scales: np.ndarray, power: int) -> list[float]:
        by = [float(s) if s > 0 else None for s in scales]
        return [(abs(a - f) / by[j.ticker[w]]) ** power for w, _, a, f in cells if by[j.ticker[w]]]

    right = []
    for w, _, a, f in cells:
        moved, said = sign(a, j.last[w]), sign(f, j.last[w])
        if moved:
            right.append(0.5 if not said else float(said == moved))
    return {
        "rmse": root([(a - f) ** 2 for _, _, a, f in cells]),
        "mae": mean([abs(a - f) for _, _, a, f in cells]),
        "mape": mean([100 * abs(a - f) / abs(a) for _, _, a, f in cells]),
        "smape": mean([200 * abs(a - f) / (abs(a) + abs(f)) for _, _, a, f in cells]),
        "mase": mean(scaled(j.scale, 1)),
        "rmsse": root(scaled(j.rms_scale, 2)),
        "directional_accuracy": mean(right),
    }


def losses(j: Pairs, name: str, steps: list[int], windows: list[int]) -> np.ndarray:
    unit = units(j)
    return np.array(
        [
            fmean([((j.actual[w, k] - j.forecasts[name][w, k]) / unit[j.ticker[w]]) ** 2 for k in steps])
            for w in windows
        ]
    )


def against(j: Pairs, name: str, steps: list[int]) -> dict[str, Any]:
    every = list(range(len(j)))
    ours, theirs = losses(j, "forecast", steps, every), losses(j, name, steps, every)
    p_value = skill.pooled_diebold_mariano(ours - theirs, j.origin, max(steps) + 1)
    return judged(ours.mean() / theirs.mean(), p_value)


def judged(square: float, p_value: float | None) -> dict[str, Any]:
    found = "better" if square < 1 else "worse"
    if p_value is None or p_value >= 0.05:
        found = "too few to say" if p_value is None else "no better"
    return {"rmse_ratio": math.sqrt(square), "dm_p_value": p_value, "verdict": found}


def banded(
    j: Pairs, level: float, bands: tuple[np.ndarray, np.ndarray] | None, steps: list[int]
) -> dict[str, Any]:
    low, high = bands if bands else (np.full_like(j.actual, np.nan),) * 2
    inside, widths, costs, windows = [], [], [], set()
    for w in range(len(j)):
        for k in steps:
            a, b, c = j.actual[w, k], low[w, k], high[w, k]
            if math.isnan(b) or math.isnan(c):
                continue
            windows.add(w)
            inside.append(float(b <= a <= c))
            widths.append(c - b)
            costs.append(c - b + (max(b - a, 0) + max(a - c, 0)) * 2 / (1 - level / 100))
    found = {"coverage": mean(inside), "mean_width": mean(widths), "winkler": mean(costs)}
    return {"windows": len(windows), **found}


def costs(a: float, low: float, high: float, level: float) -> dict[str, float]:
    """Winkler score, and the pinball loss of both ends."""
    under, over = (100 - level) / 200, (100 + level) / 200
    return {
        "winkler": high - low + (max(low - a, 0) + max(a - high, 0)) / under,
        "low": under * (a - low) if a > low else (1 - under) * (low - a),
        "high": over * (a - high) if a > high else (1 - over) * (high - a),
    }


def ratios(j: Pairs, level: float) -> dict[str, float | None]:
    """Of costs, over the cells where both have both ends, each in its ticker's unit."""
    found: dict[str, list[list[float]]] = {name: [[], []] for name in ("winkler", "low", "high")}
    unit = units(j)
    for w, k in np.ndindex(j.actual.shape) if level in j.naive_intervals else ():
        both = [[side[w, k] for side in each[level]] for each in (j.intervals, j.naive_intervals)]
        if not any(map(math.isnan, both[0] + both[1])):
            for i, ends in enumerate(both):
                for name, cost in costs(j.actual[w, k], *ends, level).items():
                    found[name][i].append(cost / unit[j.ticker[w]])
    return {name: sum(ours) / sum(naive) if sum(naive) else None for name, (ours, naive) in found.items()}


def leveled(j: Pairs, level: float, steps: list[int]) -> dict[str, Any]:
    cells = [
        (j.actual[w, k], *(side[w, k] for side in j.intervals[level])) for w, k in np.ndindex(j.actual.shape)
    ]
    each = [costs(*cell, level) for cell in cells if not any(map(math.isnan, cell))]
    over = ratios(j, level)
    return {
        **banded(j, level, j.intervals[level], steps),
        "winkler_ratio": over["winkler"],
        "pinball": {side: mean([cost[side] for cost in each]) for side in ("low", "high")},
        "pinball_ratio": {side: over[side] for side in ("low", "high")},
        "by_step": [{"step": k + 1, **banded(j, level, j.intervals[level], [k])} for k in steps],
        "last_value": banded(j, level, j.naive_intervals.get(level), steps),
        "tests": of_bands(j, level),
    }


def document(j: Pairs) -> dict[str, Any]:
    names, every = ["forecast", "last_value", "drift", "seasonal_naive"], [0, 1, 2]
    by_step = [
        {"step": k + 1, "scores": {name: measures(j, name, [k]) for name in names}}
        | {"skill": against(j, "last_value", [k])}
        for k in every
    ]
    q_values = stats.false_discovery_control([row["skill"]["dm_p_value"] for row in by_step])
    for row, q_value in zip(by_step, q_values, strict=True):
        row["skill"] |= {"q_value": q_value, "against": "last_value"}
    rows = []
    for i, ticker in enumerate(j.tickers):
        own = [w for w in range(len(j)) if j.ticker[w] == i]
        if own:
            ours, theirs = losses(j, "forecast", every, own), losses(j, "last_value", every, own)
            found = judged(ours.mean() / theirs.mean(), skill.diebold_mariano(ours - theirs, H))
            alone = cut_to(j, own)
            coverage = {
                f"{level:g}": banded(alone, level, bands, every)["coverage"]
                for level, bands in alone.intervals.items()
            }
            tests = {f"{level:g}": of_ticker(j, level, i) for level in j.intervals}
            bands = {"coverage": coverage, "interval_tests": tests}
            rows.append({"ticker": ticker, "windows": len(own), **found, **bands})
    q_values = stats.false_discovery_control([row["dm_p_value"] for row in rows[:-1]])  # the last is too few
    rows = [{**row, "q_value": q_value} for row, q_value in zip(rows, [*q_values, None], strict=True)]
    moves = [[sign(table[w, 0], j.last[w]) for table in (j.actual, j.forecast)] for w in range(len(j))]
    moved = [w for w, both in enumerate(moves) if all(both)]
    up, said = (table[moved, 0] > j.last[moved] for table in (j.actual, j.forecast))
    return {
        "model": "m", "tickers": 5, "windows": len(j), "from": SPAN[0], "to": SPAN[1],
        "scores": {name: measures(j, name, every) for name in names},
        "by_step": by_step,
        "skill": {
            "against": "last_value", **against(j, "last_value", every),
            "pt_p_value": skill.pooled_direction(up, said, j.origin[moved], 1),
            "against_drift": {"against": "drift", **against(j, "drift", every)},
            "against_season": {"against": "seasonal_naive", **against(j, "seasonal_naive", every)},
        },
        "intervals": {f"{level:g}": leveled(j, level, every) for level in j.intervals},
        "distribution": None,
        "per_ticker": rows,
    }  # fmt: skip


def cut_to(j: Pairs, windows: list[int]) -> Pairs:
    def of(bands: Mapping[float, Interval]) -> dict[float, Interval]:
        return {level: (low[windows], high[windows]) for level, (low, high) in bands.items()}

    columns = {name: getattr(j, name)[windows] for name in COLUMNS if getattr(j, name) is not None}
    return replace(j, **columns, intervals=of(j.intervals), naive_intervals=of(j.naive_intervals))
