"""The verb predict: a model and sources → the next prices of every series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnn_forecast.errors import Notice
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.forecasting import forecast, long_enough
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.model.model import Model
from rnn_forecast.prices import ReadOptions
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


def predict(
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    steps: int | None = None,
    any_ticker: bool = False,
) -> Forecasts:
    """The next prices of every series found; `steps` defaults to the model's horizon. Writes nothing."""
    loaded, reading = model_and_prices(sources, options, model, run, any_ticker=any_ticker)
    series, short = long_enough(loaded, reading.series)
    for one in short if series else ():
        run.tell(Notice(f"left out {one['ticker']}: {one['why']}.", "warning"))
    if not series or (short and options.strict):
        series = reading.series  # of which the first that is too short is refused
    table = forecast(loaded, series, steps or loaded.horizon)
    return Forecasts(loaded, series, table, (*reading.decisions.left_out, *short))
