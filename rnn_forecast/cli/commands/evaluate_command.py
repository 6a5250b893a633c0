"""The verb evaluate on the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import (
    DefaultPath,
    ModelToUse,
    Places,
    paths_for,
    read_places,
    require_inputs,
)
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option


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
        Any,
        option(
            "--audit",
            metavar="[full]",
            parser=quantities.audit,
            help="Look for leaks: change all prices after an origin, forecast again, compare. full: also "
            "change all that is scored, fit again, compare the models; takes as long as train.",
        ),
    ] = None,
) -> None:
    """Score the model on rows that it has not seen, beside baselines."""
    model, folder = paths_for(
        sources, use.default_path(), DefaultPath("evaluations", "--out", out), ticker=reading.as_ticker
    )
    places = Places(read_places(sources, model=model), (("--out", folder),))
    with session(common, "Scoring", places) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.scores.evaluation import Span
        from rnn_forecast.verbs import evaluate as verb_evaluate

        span = Span(since=dates.since, until=dates.until)
        require_inputs(sources, model, use.model, reading)
        evaluated = verb_evaluate.evaluate(
            sources,
            reading.options(),
            model,
            now.run(),
            span=span,
            any_ticker=use.any_ticker,
            market=use.market,
            audit=audit or False,
            out=folder,
        )
        now.finish(results.evaluated(evaluated, folder))
