"""The verb predict: a model and sources → the next prices of every series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnn_forecast.errors import Notice
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.forecasting import forecast, too_short
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.forecasts.wanted import Wanted, unsupported
from rnn_forecast.model.model import Model
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.findings import left_out_notices
from rnn_forecast.system import strict_json
from rnn_forecast.verbs.context import Run, model_and_prices


@dataclass(frozen=True)
class Forecasts:
    model: Model
    series: Sequence[Any]
    table: ForecastTable
    left_out: tuple[Mapping[str, str], ...] = ()  # sources and tickers that will not do

    def to_json(self) -> dict[str, Any]:
        table = strict_json.loads(write_table(self.table, "json"))
        return {"forecasts": table, "left_out": list(self.left_out)}


def predict(  # noqa: PLR0913  what is read, with which model, how far and what of it
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    steps: int | None = None,
    any_ticker: bool = False,
    market: str | None = None,
    choose: Callable[[Wanted], Wanted] = lambda wanted: wanted,
) -> Forecasts:
    """The next prices of every series found; `steps` defaults to the model's horizon. Writes nothing.

    `market`: where the model's is now, a file or a ticker of the sources. `choose`: what is to be read of
    their distributions, given what the model's recipe asks for.
    """
    loaded, reading = model_and_prices(sources, options, model, run, any_ticker=any_ticker, market=market)
    short = too_short(loaded, reading.series)
    series = [one for one in reading.series if one.ticker not in short]
    if short and (options.strict or not series):
        raise next(iter(short.values()))
    left_out = [{"ticker": ticker, "why": error.message} for ticker, error in short.items()]
    for notice in left_out_notices(left_out, 0, len(series)):
        run.tell(notice)
    wanted = choose(Wanted.by(loaded.recipe.forecast))
    table = forecast(loaded, series, steps or loaded.horizon, wanted)
    if few := unsupported(loaded, table):
        run.tell(Notice(f"left empty: {few}."))
    return Forecasts(loaded, series, table, (*reading.decisions.left_out, *left_out))
