"""What was found, in sentences: for one line, and for what stands below a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rnn_forecast.scores.outcomes.metrics_document import BandTests, Metrics, OneOfMany

FEWEST_MISSES = 5  # that may be said not to come in clusters: one never does
NAMES = {  # of what is scored, by its key in metrics.json
    "forecast": "forecast",
    "last_value": "last value",
    "drift": "drift",
    "seasonal_naive": "season before",
}


def measure_of(metrics: "Metrics") -> str:
    """What errors are said in: prices of one ticker, each one's own units of several."""
    return "rmse" if metrics["tickers"] == 1 else "rmsse"


def audit_sentence(metrics: "Metrics") -> str:
    """`leak audit: all prices after 100 origins changed, 0 of 24,310 forecasts moved`; and of a refit."""
    found = metrics["audit"]
    origins = counted(found["origins"], "origin")
    return (
        f"leak audit: all prices after {origins} changed, {found['changed']} of "
        f"{counted(found['compared'], 'forecast')} moved{_refitted(found)}"
    )


def _refitted(found: Mapping[str, Any]) -> str:
    if "refit" not in found:
        return ""
    other = (
        "" if found["refit"]["reproduced"] else " (that in the folder comes from another version or machine)"
    )
    return f"; all prices from {found['refit']['since']} on changed, a model fitted again is the same{other}"


def verdict_sentence(metrics: "Metrics") -> str:
    """The verdict, or that there was nothing to score."""
    if metrics["skill"] is None:
        return (
            f"no test rows to score: {metrics['why']}" if "left_out" in metrics else "no test rows to score"
        )
    from rnn_forecast.scores.scores import verdict_line

    return verdict_line(metrics)


def fits_sentence(metrics: "Metrics") -> str:
    """Where all rows were fitted again after the verdict: which fit that is of, and what the model knows.

    `judged: a fit that has learnt from rows until 2023-06-28, on test rows from 2023-06-29 to 2025-06-30;
    kept: a fit that has learnt from all rows until 2025-06-30`.
    """
    if "learnt_until" not in metrics:
        return ""
    until, rows = metrics["learnt_until"], f"on test rows from {metrics['from']} to {metrics['to']}"
    judged = f"judged: a fit that has learnt from rows until {until['judged']}, {rows}; "
    kept = f"kept: a fit that has learnt from all rows until {until['kept']}"
    return f"{judged}{kept}" if metrics["windows"] else kept


def tally(skills: "Sequence[OneOfMany]", by: str) -> str:
    """`by ticker: better 3, no better 95, worse 2; after Benjamini-Hochberg better 0, worse 1`."""
    from rnn_forecast.scores.outcomes.skill import surviving

    counts = Counter[str](skill["verdict"] for skill in skills)
    told = {verdict: counts.pop(verdict, 0) for verdict in ("better", "no better", "worse")} | counts
    left = surviving((skill["verdict"], skill["q_value"]) for skill in skills)
    return f"by {by}: {listed(told)}; after Benjamini-Hochberg {listed(left)}"


def by_ticker(metrics: "Metrics") -> str:
    """The same after a verdict, where there are several tickers."""
    return f"; {tally(metrics['per_ticker'], 'ticker')}" if metrics["tickers"] > 1 else ""


def bands_sentences(metrics: "Metrics") -> dict[str, str]:
    """By level: `95 % bands held 95.3 % of 1,240 days (between 94.6 and 96.0); their misses did not come …`.

    With a horizon, of the first step. A level without a band has none.
    """
    return {
        level: _held(level, found["tests"], metrics["tickers"] > 1, len(metrics["by_step"]) > 1)
        for level, found in metrics["intervals"].items()
        if found["tests"]["coverage"] is not None
    }


def widest_bands(metrics: "Metrics") -> str:
    """The sentence of the largest level, where there is one."""
    said = bands_sentences(metrics)
    return said[max(said, key=float)] if said else ""


def _held(level: str, tests: "BandTests", many: bool, steps: bool) -> str:
    share, low, high = (
        f"{100 * (tests[name] or 0.0):.1f}" for name in ("coverage", "coverage_from", "coverage_to")
    )
    days = counted(tests["days"], f"{'ticker-' if many else ''}{tests['unit']}")
    ahead = " one step ahead" if steps else ""
    return f"{level} % bands held {share} % of {days}{ahead} (between {low} and {high}); {_clusters(tests)}"


def _clusters(tests: "BandTests") -> str:
    """Whether misses come in clusters; a test that fails says that they do, or that they depend."""
    from rnn_forecast.scores.outcomes.skill import SIGNIFICANT, chance

    p_value, after, usual = tests["p_clusters"], tests["missed_after_miss"], 1 - (tests["coverage"] or 0.0)
    few = round(tests["days"] * usual) < FEWEST_MISSES and (p_value or 0.0) >= SIGNIFICANT
    if p_value is None or after is None or few:
        return "there are too few misses to say whether they come in clusters"
    if p_value >= SIGNIFICANT:
        return f"their misses did not come in clusters ({chance(p_value)})"
    together = "came in clusters" if after > usual else "were not independent of each other"
    return f"their misses {together} ({chance(p_value)})"


def losses_sentence(metrics: "Metrics", asked: Sequence[float]) -> str:
    """Of the largest of the levels of risk that were `asked` for, percent; nothing where none was tested.

    `losses beyond var_99 on 1.3 % of 10,810 ticker-days (1 % promised); they were not more or larger than
    foreseen (p = 0.21)`. The test is one of both, how often and how much: Acerbi and Szekely's second.
    """
    from rnn_forecast.scores.outcomes.skill import SIGNIFICANT, chance

    percent = f"{max(asked, default=0):g}"
    found = (metrics.get("distribution") or {"risk": {}})["risk"].get(percent)
    if found is None or found["beyond"] is None:
        return ""
    unit = next((some["tests"]["unit"] for some in metrics["intervals"].values()), "row")
    days = counted(found["days"], f"{'ticker-' if metrics['tickers'] > 1 else ''}{unit}")
    ahead = " one step ahead" if len(metrics["by_step"]) > 1 else ""
    share = f"{100 * found['beyond']:.{1 if found['beyond'] >= 0.001 else 2}f} % of {days}{ahead}"
    said = f"losses beyond var_{percent} on {share} ({100 - max(asked):g} % promised)"
    if found["p_z2"] is None:
        return f"{said}; there are too few days to say whether they were as foreseen"
    not_ = "" if found["p_z2"] < SIGNIFICANT else "not "
    return f"{said}; they were {not_}more or larger than foreseen ({chance(found['p_z2'])})"


def listed(counts: "Mapping[str, int]") -> str:
    """`better 3, worse 2`."""
    return ", ".join(f"{verdict} {n:,}" for verdict, n in counts.items())


def without_network(shrinkage: Sequence[float], drift: Sequence[float]) -> str | None:
    """What shrinkage made of the network, where that is nothing; both are by step, () where there is none."""
    target = _target(shrinkage, drift)
    return target and f"validation found nothing to trust in this network, so its forecast is {target}"


def idle(metrics: "Metrics") -> str:
    """The same where one line has to hold it."""
    target = _target(metrics.get("shrinkage", ()), metrics.get("drift", ()))
    return f" (validation found nothing to trust; the forecast is {target})" if target else ""


def _target(shrinkage: Sequence[float], drift: Sequence[float]) -> str | None:
    """What is left where nothing of the network is, else None."""
    if not shrinkage or any(shrinkage):
        return None
    return "the last value and the drift" if any(drift) else "the last value"


def epoch_line(epoch: Any) -> str:
    """`member 1 epoch 12/100 loss 0.913 validation 0.942`."""
    which = f"model {epoch.model + 1}/{epoch.models} " if hasattr(epoch, "models") else ""
    validation = "" if epoch.val_loss is None else f" validation {figure(epoch.val_loss)}"
    place = f"{which}member {epoch.member + 1} epoch {epoch.epoch}/{epoch.epochs}"
    return f"{place} loss {figure(epoch.loss)}{validation}"
