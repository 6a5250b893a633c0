"""Does the fit know what the model is scored on? Change all of that, fit again, compare every number.

`leak_audit` asks the forecasts of a model that is as it is. What went into that model it cannot see: a panel
of shares whose short ones are tested on days that the long ones were fitted on passes it, and looks skilled
on pure chance. So this fits again, with the cuts that the model had, on prices that differ from the first day
that is scored, and a model that comes out otherwise has learnt from those days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.errors import DataError
from rnn_forecast.model.model import Model
from rnn_forecast.model.provenance import prices_hash
from rnn_forecast.prices.series import PriceSeries, from_iso, iso
from rnn_forecast.recipe import with_choices
from rnn_forecast.scores.evaluation import Evaluation
from rnn_forecast.scores.leak_audit import LeakError, changed_after
from rnn_forecast.scores.outcomes.metrics_document import FitAudited
from rnn_forecast.seeds import generator
from rnn_forecast.windows.dataset import Dataset, make_dataset
from rnn_forecast.windows.splits import split_series

PARTS = ("members", "scaling", "shrinkage", "drift", "volatility", "intervals")
NAMES = {"members": "weights"}


@dataclass(frozen=True)
class FitAudit:
    """A fit that did not change with the days that are scored."""

    since: str  # all prices from this date on were changed
    reproduced: bool  # whether it is the model itself that came out again: elsewhere last digits may differ

    def to_json(self) -> FitAudited:
        return {"since": self.since, "reproduced": self.reproduced}


def audit_fit(
    model: Model,
    series: Sequence[PriceSeries],
    evaluation: Evaluation,
    fit: Callable[[Dataset], Model],
    *,
    seed: int = 0,
) -> FitAudit:
    """Fit the model again with every price changed that its scores are of, and all later ones.

    `fit` makes a model of a dataset as `train` does. Raises LeakError where weights, scaling, shrinkage,
    volatility or intervals come out otherwise; DataError where `split = "series"` took that risk on purpose,
    and where the file does not begin with the prices that the model was trained on.
    """
    known = _as_trained(model, series)
    table = evaluation.table
    since = min(table.date.min(), from_iso(model.source.test_from, table.date))
    rng = generator(seed, "audit")
    last = since - np.ones((), "m8[s]" if known[0].dated else int)
    changed = [changed_after(s, last, rng, reach=model.horizon) for s in known]
    after = fit(_dataset(model, changed))
    if not _unlike(model, after):
        return FitAudit(iso(np.array([since]))[0], reproduced=True)
    moved = _unlike(fit(_dataset(model, known)), after)
    if moved:
        raise _leak(model, evaluation, iso(np.array([since]))[0], moved)
    return FitAudit(iso(np.array([since]))[0], reproduced=False)


def _as_trained(model: Model, series: Sequence[PriceSeries]) -> list[PriceSeries]:
    """The series that the model was trained on, longer or not. Raises DataError where they are not there."""
    by_ticker, data = {s.ticker: s for s in series}, model.recipe.data
    for ticker, known in model.source.tickers.items():
        s = by_ticker.get(ticker)
        if s is None or prices_hash(s, known.rows, (*data.past, *data.known)) != known.sha256:
            what = "is not in the file" if s is None else f"has other prices in its first {known.rows} rows"
            raise DataError(
                f"{ticker} {what}: the model cannot be fitted again as it was.",
                "Give all prices that it was trained on, or --audit alone, which asks its forecasts only.",
            )
    return [s for s in series if s.ticker in model.source.tickers]


def _dataset(model: Model, series: Sequence[PriceSeries]) -> Dataset:
    """The whole series, cut where the model's training cut them, however many rows have come since."""
    recipe = model.recipe
    used = [s.until(model.source.tickers[s.ticker].rows) for s in series]
    if not recipe.training.refit:  # a refit uses all rows that there were, and the cuts lie among them
        recipe = with_choices(recipe, {"train_fraction": 1.0})
    split = split_series(used, recipe.data, stopping=recipe.training.patience > 0)
    if not recipe.training.refit:
        split = replace(split, rows=np.array([len(s) for s in series], dtype=np.int64))
    return make_dataset(series, recipe, split=split)


def _unlike(model: Model, other: Model) -> list[str]:
    """The parts of two models that are not the same to the bit."""
    return [NAMES.get(part, part) for part in PARTS if not _same(getattr(model, part), getattr(other, part))]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    if isinstance(one, tuple):  # the members' weights
        return len(one) == len(other) and all(
            a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
            for a, b in zip(one, other, strict=True)
        )
    return bool(one == other)


def _leak(model: Model, evaluation: Evaluation, since: str, moved: Sequence[str]) -> Exception:
    table = evaluation.table
    learnt: NDArray[np.bool_] = table.date < from_iso(model.source.test_from, table.date)
    changes = f"its {', '.join(moved)} change with prices from {since} on"
    if model.recipe.data.split != "series":
        return LeakError(f"the model was fitted on what it is scored on: {changes}")
    first = int(np.flatnonzero(learnt)[0])
    return DataError(
        f"these scores leak if the series have anything to do with each other: {int(learnt.sum()):,} of "
        f"{len(table):,} forecasts, the first of {table.ticker[first]}, are for days before "
        f"{model.source.test_from} that the model has learnt from of other tickers; {changes}.",
        "Train with --split date or --split rows for a verdict that does not ask this.",
    )
