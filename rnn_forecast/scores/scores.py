"""Forecasts that came true → the document of metrics.json; every measure beside the baselines.

A million windows are a handful of array operations: loops run over parts, steps, levels and tickers, never
windows. What is kept of all windows is what a test needs: for each comparison one number a date, and for the
verdicts by ticker two a window. All else is summed part by part (`metrics.Mean`).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_forecast import metrics
from rnn_forecast.arrays import Array
from rnn_forecast.metrics.point_errors import Mean
from rnn_forecast.scores.band_tests import band_tests
from rnn_forecast.scores.distribution_scores import distribution_scores
from rnn_forecast.scores.interval_scores import interval_scores, ticker_coverage
from rnn_forecast.scores.outcomes import overlaps, skill
from rnn_forecast.scores.outcomes.metrics_document import (
    BandPValues,
    Metrics,
    Moment,
    OneOfMany,
    PointScores,
    RiskTest,
    SkillAgainst,
    SkillOverall,
    StepScores,
    TickerSkill,
    number,
)
from rnn_forecast.scores.outcomes.pairs import ManyPairs, Pairs
from rnn_forecast.scores.outcomes.squared_errors import apart, squares, units_of, usable, verdict_of
from rnn_forecast.statistics import adjusted

ROOTS = ("rmse", "rmsse")  # of the mean of squares: squares are what can be pooled

_Scores = dict[int, dict[str, PointScores]]  # by column: 0 is all steps
Differences = dict[tuple[str, str], NDArray[np.bool_]]  # of two forecasts: (s, horizon) whether they differ


def score(pairs: ManyPairs, *, model: str, span: tuple[Moment, Moment], every: int = 1) -> Metrics:
    """The document of metrics.json; it never holds NaN or infinity: where there is no such value, null.

    `scores` are over all cells in price units; `skill` compares errors that are divided by each ticker's own
    scale (`units_of`), which for one ticker is the same. `every`: the distance of neighbouring origins in
    rows (1 unless a backtest strides), so that tests know how far forecasts overlap. `span`: the first and
    the last date that was forecast, see `comparison.span_of`.
    """
    units, scores = units_of(pairs), _scores(pairs)
    others = [name for name in ("seasonal_naive",) if name in scores[0]]
    skills, differ = _skills(pairs, units, every, others)
    tests, bands_by_ticker = band_tests(pairs, every)
    distribution, risk_by_ticker = distribution_scores(pairs, units)
    by_ticker = list(zip(bands_by_ticker, risk_by_ticker, strict=True))
    per_ticker = _per_ticker(pairs, units, every, differ, by_ticker)
    overall: SkillOverall = {
        "against": "last_value",
        "rmse_ratio": skills["last_value", 0]["rmse_ratio"],
        "dm_p_value": skills["last_value", 0]["dm_p_value"],
        "verdict": skills["last_value", 0]["verdict"],
        "pt_p_value": _direction_skill(pairs, len(per_ticker), every),
        "against_drift": skills["drift", 0],
    }
    if ("seasonal_naive", 0) in skills:
        overall["against_season"] = skills["seasonal_naive", 0]
    return {
        "model": model,
        "tickers": len(per_ticker),
        "windows": len(pairs),
        "from": span[0],
        "to": span[1],
        "scores": scores[0],
        "by_step": _by_step(scores, skills, pairs.horizon),
        "skill": overall,
        "intervals": interval_scores(pairs, units, tests),
        "distribution": distribution,
        "per_ticker": per_ticker,
    }


def verdict_line(document: Metrics) -> str:
    """`forecast 2.013 vs last value 2.009 RMSE: no better than last value (p = 0.41)`.

    With several tickers the scaled RMSSE stands there: it is what the verdict compares. Without a test:
    `…: same forecast as last value`, `…: too few to say (20 outcomes in 8 spans of the horizon are needed)`.
    """
    measure = "rmse" if document["tickers"] == 1 else "rmsse"
    found = document["skill"]
    assert found is not None  # something was scored
    ours, theirs = _two(*(document["scores"][name][measure] for name in ("forecast", "last_value")))
    judged = skill.judged(found["verdict"], found["dm_p_value"])
    line = f"forecast {ours} vs last value {theirs} {measure.upper()}: {judged}"
    return f"{line}, {found['condition']}" if "condition" in found else line


def _columns(horizon: int) -> dict[int, slice]:
    """What is scored apart: 0 is all steps, 1, 2, 3… a single one."""
    return {0: slice(None)} | {step: slice(step - 1, step) for step in range(1, horizon + 1)}


def _scores(pairs: ManyPairs) -> _Scores:
    """By column: each forecast's measures."""
    means: dict[tuple[int, str, str], Mean] = defaultdict(Mean)
    for part in pairs.parts():
        for column, steps in _columns(pairs.horizon).items():
            for key, value, cells in _measured(part, steps):
                means[column, *key].add(value, cells)
    found: _Scores = {}
    for (column, name, measure), mean in means.items():
        value = math.sqrt(mean.value) if measure in ROOTS else mean.value
        found.setdefault(column, {}).setdefault(name, {})[measure] = number(value)
    return found


def _measured(part: Pairs, steps: slice) -> Iterator[tuple[tuple[str, str], float, int]]:
    """(forecast, measure), its value on these windows, squared for those that are ROOTS, and its cells."""
    actual, last = part.actual[:, steps], part.last[:, None]
    scale, rms_scale = part.scale[part.ticker], part.rms_scale[part.ticker]
    known, moving = usable(scale), usable(rms_scale)
    scale, rms_scale = scale[known, None], rms_scale[moving, None]
    moved = int(np.count_nonzero(metrics.direction(actual, last)))
    for name, forecast in part.forecasts.items():
        f = forecast[:, steps]
        yield (name, "rmse"), metrics.rmse(actual, f) ** 2, actual.size
        yield (name, "mae"), metrics.mae(actual, f), actual.size
        yield (name, "mape"), metrics.mape(actual, f), actual.size
        yield (name, "smape"), metrics.smape(actual, f), actual.size
        yield (name, "mase"), metrics.mase(actual[known], f[known], scale), actual[known].size
        yield (name, "rmsse"), metrics.rmsse(actual[moving], f[moving], rms_scale) ** 2, actual[moving].size
        yield (name, "directional_accuracy"), metrics.directional_accuracy(actual, f, last), moved


def _skills(
    pairs: ManyPairs, units: Array, every: int, others: Sequence[str]
) -> tuple[dict[tuple[str, int], SkillAgainst], Differences]:
    """The forecast against last value at every column; against drift and `others` at all steps together."""
    columns, days = _columns(pairs.horizon), pairs.days()
    asked = [*(("last_value", column) for column in columns), *((name, 0) for name in ("drift", *others))]
    daily = {one: skill.Daily(len(days)) for one in asked}
    means: dict[tuple[str, int], Mean] = defaultdict(Mean)
    count = np.zeros(len(days), np.int64)
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    differ = _no_differences(pairs, ["drift", *others])
    for part in pairs.parts():
        _note_differences(differ, part, units)
        day = np.searchsorted(days, part.origin)
        count += np.bincount(day, minlength=len(days))
        for column, steps in columns.items():
            shared[column].update(overlaps.shared(days, part, column or pairs.horizon, every))
            ours = squares(part, "forecast", steps, units)  # (n,) in squares of the ticker's scale
            means["forecast", column].add(float(ours.mean()), len(part))
            for against in (name for name, other in asked if other == column):
                theirs = squares(part, against, steps, units)
                means[against, column].add(float(theirs.mean()), len(part))
                daily[against, column].add(ours - theirs, day)
    overlap = {column: overlaps.overlap_of(counts, len(days)) for column, counts in shared.items()}
    found: dict[tuple[str, int], SkillAgainst] = {}
    for against, column in asked:
        mine, loss, differences = overlap[column], means[against, column].value, daily.pop((against, column))
        same = _same(differ, against, columns[column])
        p_value = None
        if not same and mine.suffices(len(days), overlap[1]):
            p_value = differences.p_value(count, mine.dates, loss=loss)
        verdict = verdict_of(means["forecast", column].value, loss, p_value, same)
        found[against, column] = {"against": against, **verdict}
    return found, differ


def _no_differences(pairs: ManyPairs, others: Sequence[str]) -> Differences:
    two = [("forecast", "last_value")]
    two += [(name, other) for other in others for name in ("forecast", "last_value")]
    return {one: np.zeros((len(pairs.tickers), pairs.horizon), np.bool_) for one in two}


def _note_differences(differ: Differences, part: Pairs, units: Array) -> None:
    """Mark for each two forecasts the (ticker, step) at which more than rounding is between them."""
    for (one, other), marks in differ.items():
        window, step = np.nonzero(apart(part.forecasts[one], part.forecasts[other], part, units))
        marks[part.ticker[window], step] = True


def _same(differ: Differences, against: str, steps: slice) -> bool:
    """Whether any two of forecast, last value and `against` are one forecast.

    Where the forecast is the last value, "better than drift" would credit it with what the last value won.
    """
    among = {"forecast", "last_value", against}
    return any(not marks[:, steps].any() for two, marks in differ.items() if among.issuperset(two))


def _direction_skill(pairs: ManyPairs, tickers: int, every: int) -> float | None:
    """Of the first step: later ones overlap, and a trader acts on the next move."""
    actual_up, forecast_up, dates = [], [], []
    shared, all_days = Counter[int](), pairs.days()
    for part in pairs.parts():
        moved = metrics.direction(part.actual[:, 0], part.last)
        said = metrics.direction(part.forecast[:, 0], part.last)
        both = (moved != 0) & (said != 0)
        actual_up.append(moved[both] > 0)
        forecast_up.append(said[both] > 0)
        dates.append(part.origin[both])
        shared.update(overlaps.shared(all_days, part, 1, every))
    up, said_up, days = (np.concatenate(column) for column in (actual_up, forecast_up, dates))
    if not len(up):
        return 1.0
    overlap = overlaps.overlap_of(shared, len(all_days))
    if not overlap.suffices(len(np.unique(days)), overlap):
        return None
    if tickers == 1:
        return skill.pesaran_timmermann(up, said_up)
    return skill.pooled_direction(up, said_up, days, overlap.dates)


def _per_ticker(
    pairs: ManyPairs,
    units: Array,
    every: int,
    differ: Differences,
    tests: Sequence[tuple[dict[str, BandPValues], dict[str, RiskTest]]],
) -> list[TickerSkill]:
    count, shared = np.zeros(len(pairs.tickers), np.int64), [Counter[int]() for _ in pairs.tickers]
    ours, theirs, done = np.empty(len(pairs)), np.empty(len(pairs)), 0
    for part in pairs.parts():
        order = np.lexsort((part.origin, part.ticker))  # each ticker's windows together, oldest first
        here = slice(done, done := done + len(part))
        ours[here] = squares(part, "forecast", slice(None), units)[order]
        theirs[here] = squares(part, "last_value", slice(None), units)[order]
        count += np.bincount(part.ticker, minlength=len(count))
        for ticker, found in overlaps.by_ticker(part, every):
            shared[ticker].update(found)
    rows: list[TickerSkill] = []
    coverage = ticker_coverage(pairs)
    for i, (windows, stop) in enumerate(zip(count.tolist(), np.cumsum(count).tolist(), strict=True)):
        if not windows:
            continue
        us, them = ours[stop - windows : stop], theirs[stop - windows : stop]
        loss, ratio, overlap = float(them.mean()), float(us.mean()), overlaps.overlap_of(shared[i], windows)
        same, p_value = not differ["forecast", "last_value"][i].any(), None
        if not same and overlap.suffices(windows, overlaps.ALONE):
            p_value = skill.diebold_mariano(us - them, overlap.dates, loss=loss)
        verdict = verdict_of(ratio, loss, p_value, same)
        of_many: OneOfMany = {**verdict, "q_value": None}
        row: TickerSkill = {
            "ticker": pairs.tickers[i],
            "windows": windows,
            **of_many,
            "coverage": coverage[i],
            "interval_tests": tests[i][0],
            "risk_tests": tests[i][1],
        }
        rows.append(row)
    for row, q_value in zip(rows, adjusted([row["dm_p_value"] for row in rows]), strict=True):
        row["q_value"] = q_value
    return rows


def _by_step(
    scores: _Scores, skills: Mapping[tuple[str, int], SkillAgainst], horizon: int
) -> list[StepScores]:
    steps = range(1, horizon + 1)
    q_values = adjusted([skills["last_value", step]["dm_p_value"] for step in steps])
    return [
        {"step": step, "scores": scores[step], "skill": {**skills["last_value", step], "q_value": q_value}}
        for step, q_value in zip(steps, q_values, strict=True)
    ]


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
