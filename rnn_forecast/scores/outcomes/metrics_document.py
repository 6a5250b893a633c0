"""The types of metrics.json: what is passed on is the document that is written, each of its keys known.

No number in it is NaN or infinite: where there is no such value, None.
"""

import math
from typing import NotRequired

from typing_extensions import TypedDict  # that of typing tells pydantic too little before Python 3.12

from rnn_forecast.scores.outcomes.skill import Verdict

Number = float | None
PointScores = dict[str, Number]  # rmse, mae, mape, smape, mase, rmsse, directional_accuracy
Moment = str | int | None  # a date, or a row number


class Skill(TypedDict):
    """How the forecast's error compares with another's, and whether luck alone does as much."""

    rmse_ratio: Number
    dm_p_value: Number  # None where the forecasts are the same, or too few to say
    verdict: Verdict


class SkillAgainst(Skill):
    against: str


class OneOfMany(Skill):
    q_value: Number  # the p-value, raised for how many tickers or steps were tested


class StepSkill(OneOfMany):
    against: str


class SkillOverall(SkillAgainst):
    pt_p_value: Number  # of the directions, one step ahead
    against_drift: SkillAgainst
    against_season: NotRequired[SkillAgainst]
    condition: NotRequired[str]  # in words, what the verdict takes for granted: with split = "series"


class StepScores(TypedDict):
    step: int
    scores: dict[str, PointScores]
    skill: StepSkill


class IntervalScores(TypedDict):
    windows: int
    coverage: Number
    mean_width: Number
    winkler: Number


class StepIntervalScores(IntervalScores):
    step: int


class BandPValues(TypedDict):
    """Each None where there is too little to tell by."""

    p_coverage: Number  # of "it holds as often as it says"
    p_clusters: Number  # of "its misses do not come in clusters"
    p_conditional: Number  # of both
    p_dynamic: Number  # of "nothing known before says when it misses"


class TailTests(BandPValues):
    """One step ahead."""

    coverage: Number
    coverage_from: Number  # its 95 % interval
    coverage_to: Number
    missed_after_miss: Number  # the part of outcomes after a miss that are missed


class HorizonTest(TypedDict):
    """Of the last step, from origins so far apart that no two wait for the same days."""

    step: int
    days: int  # outcomes, of all tickers
    coverage: Number
    coverage_from: Number
    coverage_to: Number
    p_coverage: Number


class FirstStepTests(TailTests):
    days: int  # outcomes, of all tickers
    unit: str  # what such a step is: "day" or "row"
    low: TailTests  # as if the low end stood alone
    high: TailTests
    tickers_failing: Number  # of several, the part with p_conditional below 0.05; 0.05 by luck alone


class BandTests(FirstStepTests):
    horizon: HorizonTest


class Ends(TypedDict):
    low: Number
    high: Number


class LevelScores(IntervalScores):
    pinball: Ends  # of the two ends, as quantiles, in price units
    pinball_ratio: Ends  # over that of the naive interval
    tests: BandTests
    winkler_ratio: Number  # over that of the naive interval
    by_step: list[StepIntervalScores]
    last_value: IntervalScores


class Crps(TypedDict):
    crps: Number  # in price units, over all steps


class RiskTest(TypedDict):
    z2: Number  # Acerbi and Szekely's: 0 where value at risk and expected shortfall are right, less: worse
    p_z2: Number  # of "losses beyond are not more, and not worse", one-sided


class ShortfallScores(TypedDict):
    beyond: Number  # the part of outcomes that lose more than value at risk
    z2: Number
    fz0: Number  # Fissler and Ziegel's joint score, lower is better


class RiskScores(ShortfallScores):
    """One step ahead."""

    days: int  # outcomes, of all tickers
    p_z2: Number
    fz0_difference: Number  # below zero: better than plain ones; it has no unit
    tickers_failing: Number  # of several, the part with p_z2 below 0.05
    last_value: ShortfallScores  # of its past moves


class DistributionScores(Crps):
    crps_ratio: Number  # over that of the last value
    last_value: Crps  # with quantiles of its own errors
    pit: list[int]  # outcomes one step ahead, by twentieth of their distribution
    risk: dict[str, RiskScores]  # by percent


class LeftOut(TypedDict):
    """Rows that were not learnt from and are not scored, as other tickers were learnt from on their days."""

    rows: int
    before: NotRequired[str]  # the first date that is scored; in a backtest each model has its own
    tickers: dict[str, int]  # rows of each


class TickerSkill(OneOfMany):
    ticker: str
    windows: int
    coverage: dict[str, Number]  # of its intervals, by level
    interval_tests: dict[str, BandPValues]  # one step ahead, by level
    risk_tests: dict[str, RiskTest]  # one step ahead, by percent


class LearntUntil(TypedDict):
    """The last row that each of two fits has learnt from: a date, or a row number."""

    judged: str  # of the fit that the scores are of
    kept: str  # of the one on all rows that the model is


RowsUsed = TypedDict("RowsUsed", {"rows": int, "from": NotRequired[str], "to": NotRequired[str]})
FitUsed = TypedDict(
    "FitUsed",
    {
        "model": int,
        "trained_until": str,
        "origins": int,
        "from": str,
        "to": str,
        "windows": int,
        "epochs": int,
        "shrinkage": list[float],
        "drift": list[float],
        "calibration_windows": int,
        "rows_used": dict[str, RowsUsed],  # by step of the fit
    },
)


class RollingOrigins(TypedDict):
    """How a backtest was done: which model made which origins' forecasts, and its rows."""

    origins: int
    every: int
    models: list[FitUsed]


class FitAudited(TypedDict):
    since: str
    reproduced: bool


class Audited(TypedDict):
    origins: int
    compared: int
    changed: int
    refit: NotRequired[FitAudited]


Metrics = TypedDict(
    "Metrics",
    {
        "model": str,
        "tickers": int,
        "windows": int,
        "from": Moment,
        "to": Moment,
        "scores": dict[str, PointScores],  # by name: forecast, last_value, drift, seasonal_naive
        "by_step": list[StepScores],
        "skill": SkillOverall | None,  # None without a test part
        "intervals": dict[str, LevelScores],  # by level
        "distribution": DistributionScores | None,  # None without a test part
        "per_ticker": list[TickerSkill],
        "shrinkage": NotRequired[list[float]],  # of one model, by step
        "drift": NotRequired[list[float]],
        "network_weight": NotRequired[list[float]],
        "left_out": NotRequired[LeftOut],
        "learnt_until": NotRequired[LearntUntil],  # of train, where all rows were fitted again
        "why": NotRequired[str],  # there is nothing to score
        "backtest": NotRequired[RollingOrigins],
        "audit": NotRequired[Audited],
    },
)


def number(value: float) -> float | None:
    """None for what JSON has no number for."""
    return float(value) if math.isfinite(value) else None
