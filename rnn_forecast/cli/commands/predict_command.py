"""The verb predict on the command line."""

from typing import TYPE_CHECKING, Annotated

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import (
    ModelToUse,
    Places,
    paths_for,
    read_places,
    record_places,
    require_inputs,
)
from rnn_forecast.cli.options.delivery import Delivery
from rnn_forecast.cli.options.groups import Common, ReadingChoices, Sources, option
from rnn_forecast.cli.options.pages import Pictures, write_beside
from rnn_forecast.cli.options.read_out import ReadOut
from rnn_forecast.errors import UsageError

if TYPE_CHECKING:
    from rnn_forecast.verbs.predict import Forecasts


@verb
def predict(  # noqa: PLR0913, PLR0917  groups of options
    sources: Sources,
    reading: ReadingChoices,
    common: Common,
    use: ModelToUse,
    delivery: Delivery,
    read_out: ReadOut,
    pictures: Pictures,
    steps: Annotated[
        int | None,
        option(
            "--steps",
            metavar="N",
            parser=quantities.steps,
            help="Steps to forecast, at most 10,000.",
            default="the model's horizon",
        ),
    ] = None,
    static: Annotated[
        bool,
        option("--static", help="Say what a file of export says: no bands, nothing learnt since training."),
    ] = False,
) -> None:
    """Forecast the next prices of every series found."""
    model, to = paths_for(sources, use.default_path(), delivery.default_path(), ticker=reading.as_ticker)
    if static:
        _require_no_more(read_out, delivery)
    written = (("--out", to), *pictures.places(), *record_places(delivery.record))
    places = Places(read_places(sources, model=model), written)
    with session(common, "Forecasting", places) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.verbs import predict as verb_predict

        deliver = delivery.checked(to, common)
        require_inputs(sources, model, use.model, reading)
        forecasts = verb_predict.predict(
            sources,
            reading.options(),
            model,
            now.run(),
            steps=steps,
            any_ticker=use.any_ticker,
            market=use.market,
            static=static,
            choose=read_out.choose,
        )
        if delivery.record is not None:
            from rnn_forecast.verbs.remember import remember

            remember(forecasts, model, delivery.record, now.run())
        drawn = _drawn(forecasts) if pictures.picture is not None else b""
        now.make_way()
        deliver.write(forecasts.table, wait=common.wait or 0.0)
        if pictures.picture is not None:
            write_beside(pictures.picture, drawn, common)
        now.finish(results.forecasts(forecasts, deliver, picture=not pictures.no_picture))


def _require_no_more(read_out: ReadOut, delivery: Delivery) -> None:
    """Raises UsageError for what needs more than the model's last window."""
    more = [*read_out.flags(), *(["--record"] if delivery.record is not None else [])]
    if more:
        raise UsageError(
            f"--static forecasts without bands, and does not go with {more[0]}.", "Leave out one of them."
        )


def _drawn(forecasts: "Forecasts") -> bytes:
    from rnn_forecast.verbs.pictures import fan_picture

    return fan_picture(forecasts)
