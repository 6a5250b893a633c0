"""The whole document of metrics.json against plain loops over windows and steps; in one part and in many.

Six tickers: one with all, one without a window, one without a scale, one whose last value is exact one step
ahead and that has no scale either, one that is younger, one with a single window. Bands lack an end here and
a whole ticker there.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from plain_bands import of_bands, of_ticker
from scipy import stats

from rnn_forecast.scores import skill
from rnn_forecast.scores.pairs import Interval, Pairs
from rnn_forecast.scores.scores import score, verdict_line

H = 3
SPAN = ("2024-01-02", "2024-03-01")
DAY = np.timedelta64(86_400, "s")
START = np.datetime64("2024-01-01", "s")
FIRST, WINDOWS = [0, 0, 20, 0, 45, 50], [60, 0, 50, 55, 40, 1]


def made() -> Pairs:
    rng = np.random.default_rng(3)
    ticker = np.repeat(np.arange(6), WINDOWS)
    n = len(ticker)
    day = np.concatenate([first + np.arange(count) for first, count in zip(FIRST, WINDOWS, strict=True)])
    level = np.array([10.0, 1.0, 300.0, 5.0, 0.02, 0.5])[ticker]
    last = level * (1 + 0.1 * rng.normal(size=n))
    actual = last[:, None] * (1 + 0.05 * rng.normal(size=(n, H)).cumsum(axis=1))
    forecast = last[:, None] + 0.2 * (actual - last[:, None])
    forecast += 0.02 * level[:, None] * rng.normal(size=(n, H))
    actual[ticker == 3, 0] = last[ticker == 3]
    actual[5, 1], forecast[7, 0], forecast[8, 2] = last[5], last[7], last[8]  # no direction
    width = 0.04 * level[:, None] * rng.uniform(0.5, 2, (n, H))
    low, high = forecast - width, forecast + width
    low[rng.random((n, H)) < 0.1] = np.nan
    high[rng.random((n, H)) < 0.1] = np.nan
    low[20, 1], high[20, 1], low[30, 0], high[30, 0] = actual[20, 1], 99.0, -99.0, actual[30, 0]  # at an end
    low[ticker == 2] = np.nan
    close = actual - 0.01 * level[:, None], actual + 0.01 * level[:, None]
    far = forecast - 9 * level[:, None], forecast + 9 * level[:, None]
    naive = last[:, None] - 0.9 * width, last[:, None] + 1.5 * width
    naive[0][rng.random((n, H)) < 0.1] = np.nan
    return Pairs(
        tickers=("A", "NONE", "C", "D", "E", "ONE"), ticker=ticker, origin=START + day * DAY, actual=actual,
        last=last, forecast=forecast, drift=last[:, None] * (1 + 0.01 * np.arange(1, H + 1)),
        scale=np.array([0.4, 1.0, np.nan, 0.0, 0.0007, np.nan]),
        rms_scale=np.array([0.5, 1.0, np.nan, 0.0, 0.001, np.nan]),
        intervals={80.0: (low, high), 95.0: far, 50.0: (low, high), 60.0: (low, high)},
        naive_intervals={80.0: naive, 50.0: (actual, actual), 60.0: close},
        season=last[:, None] * (1 - 0.02 * np.arange(1, H + 1)),
        ahead=START + (day[:, None] + np.arange(1, H + 1)) * DAY,
    )  # fmt: skip


@dataclass(frozen=True)
class Parted:
    """The same a few windows at a time."""

    all: Pairs
    size: int

    def __getattr__(self, name: str) -> Any:  # tickers, horizon, scale, rms_scale
        return getattr(self.all, name)

    def __len__(self) -> int:
        return len(self.all)

    def days(self) -> np.ndarray:
        return self.all.days()

    def parts(self) -> Iterator[Pairs]:
        for start in range(0, len(self), self.size):
            here = list(range(len(self)))[start : start + self.size]
            yield cut_to(self.all, here)


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
    ours, theirs = losses(j, "network", steps, every), losses(j, name, steps, every)
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
    names, every = ["network", "last_value", "drift", "seasonal_naive"], [0, 1, 2]
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
            ours, theirs = losses(j, "network", every, own), losses(j, "last_value", every, own)
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


def flat(value: Any, at: str = "") -> dict[str, Any]:
    """`{"a": [{"b": 1}]}` → `{"/a/0/b": 1}`."""
    if not isinstance(value, dict | list):
        return {at: value}
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return {key: leaf for name, each in inner for key, leaf in flat(each, f"{at}/{name}").items()}


WHOLE = made()


@pytest.mark.parametrize(("size", "ahead"), [(len(WHOLE), True), (37, True), (7, True), (len(WHOLE), False)])
def test_the_document_is_what_plain_loops_make_of_the_windows(size: int, ahead: bool) -> None:
    j = WHOLE if ahead else replace(WHOLE, ahead=None)
    assert flat(score(Parted(j, size), model="m", span=SPAN)) == pytest.approx(flat(document(j)))


@pytest.mark.parametrize(("windows", "horizon"), [(1, 1), (2, 3)])
@pytest.mark.parametrize("ahead", [True, False])
def test_where_nobody_knows_what_is_shared_there_is_no_verdict(windows, horizon, ahead) -> None:
    j = cut_to(WHOLE, list(range(windows)))
    names = ("actual", "forecast", "drift", "season", "ahead")
    tables = {name: getattr(j, name)[:, :horizon] for name in names} | ({} if ahead else {"ahead": None})
    j = replace(j, **tables, intervals={}, naive_intervals={})
    found = score(j, model="m", span=SPAN)
    assert found["skill"]["pt_p_value"] is None
    for part in (found["skill"], found["skill"]["against_drift"], found["per_ticker"][0]):
        assert (part["verdict"], part["dm_p_value"]) == ("too few to say", None)


@pytest.mark.parametrize(
    ("level", "unit", "gap", "same"),
    [(1.0, 100.0, 5e-8, True), (1.0, 100.0, 2e-7, False), (1e6, 1e-3, 5e-8, True), (1e6, 1e-3, 2e-7, False)],
)
def test_two_forecasts_are_one_within_a_billionth_of_the_unit_or_rounding(level, unit, gap, same) -> None:
    rng = np.random.default_rng(1)
    last = np.full(40, level)
    j = Pairs(
        tickers=("A",), ticker=np.zeros(40, int), origin=np.arange(40),
        actual=last[:, None] + rng.normal(size=(40, 1)), forecast=last[:, None] + gap, last=last,
        drift=last[:, None] * 1.1, scale=np.array([unit]), rms_scale=np.array([unit]),
    )  # fmt: skip
    found = score(j, model="m", span=(1, 40))
    for part in (found["skill"], *found["per_ticker"]):
        assert (part["verdict"] == "same forecast") == same
    assert verdict_line(found).endswith("same forecast as last value") == same


def test_a_gain_that_is_nothing_beside_the_error_is_no_gain() -> None:
    """A hundred-millionth of the unit each time on the right side, where errors are a thousand units."""
    error = np.random.default_rng(1).normal(size=(40, 1))
    j = Pairs(
        tickers=("A",), ticker=np.zeros(40, int), origin=np.arange(40), actual=1 + error,
        forecast=1 + 1e-11 * np.sign(error), last=np.ones(40), drift=np.full((40, 1), 1.1),
        scale=np.array([1e-3]), rms_scale=np.array([1e-3]),
    )  # fmt: skip
    found = score(j, model="m", span=(1, 40))
    for part in (found["skill"], *found["per_ticker"], found["by_step"][0]["skill"]):
        assert (part["verdict"], part["dm_p_value"], part["rmse_ratio"]) == ("no better", 1.0, 1.0)


@pytest.mark.parametrize("tickers", [1, 2])
def test_the_direction_of_one_ticker_is_a_matter_of_moves_and_of_two_of_days(tickers: int) -> None:
    j = cut_to(WHOLE, [w for w in range(len(WHOLE)) if WHOLE.ticker[w] in (0, 4)[:tickers]])
    moved = (j.actual[:, 0] != j.last) & (j.forecast[:, 0] != j.last)
    up, said = (table[moved, 0] > j.last[moved] for table in (j.actual, j.forecast))
    one, many = skill.pesaran_timmermann(up, said), skill.pooled_direction(up, said, j.origin[moved])
    p_value = score(j, model="m", span=SPAN)["skill"]["pt_p_value"]
    assert p_value == pytest.approx(one if tickers == 1 else many)
    assert one != pytest.approx(many)


def test_a_baseline_that_is_exact_has_no_ratio_but_where_the_forecast_is_too() -> None:
    j = cut_to(WHOLE, list(range(60)))
    j = replace(j, actual=j.drift, intervals={}, naive_intervals={})
    found = score(j, model="m", span=SPAN)["skill"]["against_drift"]
    assert (found["rmse_ratio"], found["verdict"]) == (None, "worse")
    found = score(replace(j, forecast=j.drift), model="m", span=SPAN)["skill"]["against_drift"]
    assert (found["rmse_ratio"], found["verdict"]) == (1.0, "same forecast")


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^there is no window to score$"):
        cut_to(WHOLE, [])
