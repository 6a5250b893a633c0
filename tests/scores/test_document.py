"""The whole document of metrics.json against plain loops over windows and steps; in one part and in many.

Six tickers: one with all, one without a window, one without a scale, one whose last value is exact one step
ahead and that has no scale either, one that is younger, one with a single window. Bands lack an end here and
a whole ticker there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from plain_document import SPAN, H, cut_to, document

from rnn_forecast.scores.outcomes import skill
from rnn_forecast.scores.outcomes.pairs import Pairs
from rnn_forecast.scores.scores import score, verdict_line

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
