"""The verb evaluate: a model and sources → scores on rows that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rnn_forecast.forecasts.forecast_table import Rows
from rnn_forecast.model.model import Model
from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.evaluation import Evaluation, Span, evaluation_of, left_out_notice, write_evaluation
from rnn_forecast.scores.leak_audit import audit as audit_evaluation
from rnn_forecast.scores.outcomes.metrics_document import FitAudited, Metrics
from rnn_forecast.system.locks import locked
from rnn_forecast.verbs.context import Run, model_and_prices, with_left_out

if TYPE_CHECKING:
    from rnn_forecast.schemas.verb_results import ScoredResult


@dataclass(frozen=True)
class Evaluated:
    metrics: Metrics
    rows: Rows  # every forecast beside the outcome
    out: Path | None = None
    left_out: tuple[Mapping[str, str], ...] = ()  # sources and tickers that will not do
    risk: tuple[float, ...] = ()  # percent, that the model's recipe asks for

    def to_json(self) -> "ScoredResult":
        return with_left_out(self.metrics, self.left_out)


def evaluate(  # noqa: PLR0913  what is read, with which model, what is scored of it and how
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    span: Span = Span(),
    any_ticker: bool = False,
    market: str | None = None,
    audit: bool | Literal["full"] = False,
    out: Path | None = None,
) -> Evaluated:
    """Score the model beside the baselines on rows that it has not seen; with `out`, write that folder.

    `market`: where the model's is now. `audit`: also forecast again with later prices changed, as
    `scores.leak_audit` says; what it found stands under "audit" in the metrics, and a forecast that
    moved raises LeakError. "full": also fit again on another future, as `scores.fit_audit` says, which loads
    TensorFlow.
    """
    if audit == "full":
        require_trainable("evaluate --audit full")
    loaded, reading = model_and_prices(sources, options, model, run, any_ticker=any_ticker, market=market)
    series = without_constant(reading.series)
    evaluation = evaluation_of(loaded, series, model.name, span)
    if (notice := left_out_notice(evaluation.metrics)) is not None:
        run.tell(notice)
    if audit:
        found = audit_evaluation(loaded, series, evaluation).to_json()
        if audit == "full":
            found["refit"] = _fitted_again(loaded, series, evaluation, run)
        evaluation = replace(evaluation, metrics={**evaluation.metrics, "audit": found})
    if out is not None:
        with locked(out, wait=run.wait):
            write_evaluation(evaluation, out)
    risk = loaded.recipe.forecast.risk
    return Evaluated(evaluation.metrics, evaluation.rows, out, reading.decisions.left_out, risk)


def _fitted_again(
    model: Model, series: Sequence[PriceSeries], evaluation: Evaluation, run: Run
) -> FitAudited:
    from rnn_forecast.fitting.parallel_fits import fit_known  # loads what trains
    from rnn_forecast.scores.fit_audit import audit_fit

    return audit_fit(model, series, evaluation, lambda some: fit_known(some, run.on_epoch).model).to_json()
