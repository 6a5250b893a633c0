"""The verb evaluate: a model and sources → scores on rows that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnn_forecast.forecasts.forecast_table import Rows
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.scores.evaluation import Span, evaluation_of, write_evaluation
from rnn_forecast.scores.leak_audit import audit as audit_evaluation
from rnn_forecast.scores.metrics_document import Metrics
from rnn_forecast.system.locks import locked
from rnn_forecast.verbs.context import Run, model_and_prices


@dataclass(frozen=True)
class Evaluated:
    metrics: Metrics
    rows: Rows  # every forecast beside the outcome
    out: Path | None = None

    def to_json(self) -> dict[str, Any]:
        return dict(self.metrics)


def evaluate(  # noqa: PLR0913  what is read, with which model, what is scored of it and how
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    span: Span = Span(),
    any_ticker: bool = False,
    audit: bool = False,
    out: Path | None = None,
) -> Evaluated:
    """Score the model beside the baselines on rows that it has not seen; with `out`, write that folder.

    `audit`: also forecast again with later prices changed, as `scores.leak_audit` says; what it found stands
    under "audit" in the metrics, and a forecast that moved raises LeakError.
    """
    loaded, reading = model_and_prices(sources, options, model, run, any_ticker=any_ticker)
    series = without_constant(reading.series)
    evaluation = evaluation_of(loaded, series, model.name, span)
    if audit:
        found = audit_evaluation(loaded, series, evaluation)
        evaluation = replace(evaluation, metrics={**evaluation.metrics, "audit": found.to_json()})
    if out is not None:
        with locked(out, wait=run.wait):
            write_evaluation(evaluation, out)
    return Evaluated(evaluation.metrics, evaluation.rows, out)
