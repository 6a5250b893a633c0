"""The verbs on the command line: parse, call one verb of `rnn_forecast.verbs`, say the result."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.app import verb
from rnn_forecast.cli.delivery import Delivery
from rnn_forecast.cli.options import Common, ReadingChoices, RecipeChoices, Sources, option
from rnn_forecast.cli.places import Place, place_for, places_for, require_inputs
from rnn_forecast.cli.quantities import positive
from rnn_forecast.cli.session import session


@dataclass(frozen=True)
class ModelToUse:
    """Model."""

    model: Annotated[
        Path | None, option("--model", metavar="DIR", help="The model to use.", default="models/NAME")
    ] = None
    any_ticker: Annotated[
        bool,
        option("--any-ticker", help="Use it on another ticker, column or spacing of dates than its own."),
    ] = False

    def place(self) -> Place:
        return Place("models", "--model", self.model)


@dataclass(frozen=True)
class Narrowed:
    """Dates."""

    since: Annotated[
        str | None, option("--from", metavar="DATE", help="Score only forecasts of this date and later.")
    ] = None
    until: Annotated[
        str | None, option("--to", metavar="DATE", help="Score only forecasts up to this date.")
    ] = None


@verb
def prepare(
    sources: Sources,
    reading: ReadingChoices,
    recipe: RecipeChoices,
    common: Common,
    out: Annotated[
        Path | None, option("--out", metavar="DIR", help="Folder to write.", default="prepared/NAME")
    ] = None,
    windows: Annotated[
        bool, option("--windows", help="Write windows.npz above a million windows too.")
    ] = False,
) -> None:
    """Read, check, clean, split by time, normalise and cut windows."""
    with session(common, "Preparing") as now:
        from rnn_forecast.cli import results
        from rnn_forecast.verbs import prepare as verb_prepare

        place = place_for(sources, Place("prepared", "--out", out))
        prepared = verb_prepare.prepare(
            sources, reading.options(), recipe.chosen(), place, now.run(), windows=windows
        )
        now.finish(results.prepared(prepared, place))


@verb
def train(
    sources: Sources,
    reading: ReadingChoices,
    recipe: RecipeChoices,
    common: Common,
    model: Annotated[
        Path | None, option("--model", metavar="DIR", help="Folder to write.", default="models/NAME")
    ] = None,
) -> None:
    """Fit one model on all series found. A folder written by prepare is a source too."""
    with session(common, "Training") as now:
        from rnn_forecast.cli import results
        from rnn_forecast.verbs import train as verb_train

        place = place_for(sources, Place("models", "--model", model))
        trained = verb_train.train(sources, reading.options(), recipe.chosen(sources), place, now.run())
        now.finish(results.trained(trained, sources, model))


@verb
def predict(
    sources: Sources,
    reading: ReadingChoices,
    common: Common,
    use: ModelToUse,
    delivery: Delivery,
    steps: Annotated[
        int | None,
        option(
            "--steps", metavar="N", parser=positive, help="Steps to forecast.", default="the model's horizon"
        ),
    ] = None,
) -> None:
    """Forecast the next prices of every series found."""
    with session(common, "Forecasting") as now:
        from rnn_forecast.cli import results
        from rnn_forecast.verbs import predict as verb_predict

        model, to = places_for(sources, use.place(), delivery.place())
        deliver = delivery.checked(to, common)
        require_inputs(sources, model, use.model)
        forecasts = verb_predict.predict(
            sources, reading.options(), model, now.run(), steps=steps, any_ticker=use.any_ticker
        )
        deliver.write(forecasts.table, wait=common.wait or 0.0)
        now.finish(results.forecasts(forecasts, deliver))


@verb
def evaluate(
    sources: Sources,
    reading: ReadingChoices,
    common: Common,
    use: ModelToUse,
    dates: Narrowed,
    out: Annotated[
        Path | None, option("--out", metavar="DIR", help="Folder to write.", default="evaluations/NAME")
    ] = None,
    audit: Annotated[
        bool,
        option("--audit", help="Also change all prices after an origin and hold its forecast to the bit."),
    ] = False,
) -> None:
    """Score the model on rows that it has not seen, beside baselines."""
    with session(common, "Scoring") as now:
        from rnn_forecast.cli import results
        from rnn_forecast.scores.evaluation import Span
        from rnn_forecast.verbs import evaluate as verb_evaluate

        model, folder = places_for(sources, use.place(), Place("evaluations", "--out", out))
        span = Span(since=dates.since, until=dates.until)
        require_inputs(sources, model, use.model)
        evaluated = verb_evaluate.evaluate(
            sources,
            reading.options(),
            model,
            now.run(),
            span=span,
            any_ticker=use.any_ticker,
            audit=audit,
            out=folder,
        )
        now.finish(results.evaluated(evaluated, folder))
