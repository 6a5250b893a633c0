"""The verb predict: a model and sources → the next prices of every series."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_forecast.errors import Notice
from rnn_forecast.forecasts.dates_ahead import calendar_end
from rnn_forecast.forecasts.forecast_table import ForecastTable
from rnn_forecast.forecasts.forecasting import forecast, too_short
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.forecasts.static import static_forecast
from rnn_forecast.forecasts.wanted import Wanted, unsupported
from rnn_forecast.model.model import Model
from rnn_forecast.prices import PriceSeries, ReadOptions
from rnn_forecast.prices.calendar.sessions import sessions_since
from rnn_forecast.prices.findings import left_out_notices
from rnn_forecast.prices.series import iso
from rnn_forecast.report.folders.verdicts import verdict_of
from rnn_forecast.report.phrases import day
from rnn_forecast.system import strict_json
from rnn_forecast.verbs.context import Run, model_and_prices

if TYPE_CHECKING:
    from rnn_forecast.schemas.verb_results import PredictResult

FEW_SESSIONS = 5  # that a last price may be old without a word: a holiday, a source that is late
MOST_NAMED = 3  # of old ones, in a line


@dataclass(frozen=True)
class Forecasts:
    model: Model
    series: Sequence[Any]
    table: ForecastTable
    left_out: tuple[Mapping[str, str], ...] = ()  # sources and tickers that will not do
    verdict: str | None = None  # of the model's own test, in words

    def to_json(self) -> "PredictResult":
        table = strict_json.loads(write_table(self.table, "json"))
        return {"forecasts": table, "left_out": list(self.left_out), "verdict": self.verdict}


def predict(  # noqa: PLR0913  what is read, with which model, how far and what of it
    sources: Sequence[str],
    options: ReadOptions,
    model: Path,
    run: Run = Run(),
    *,
    steps: int | None = None,
    any_ticker: bool = False,
    market: str | None = None,
    static: bool = False,
    choose: Callable[[Wanted], Wanted] = lambda wanted: wanted,
) -> Forecasts:
    """The next prices of every series found; `steps` defaults to the model's horizon. Writes nothing.

    `market`: where the model's is now, a file or a ticker of the sources. `choose`: what is to be read of
    their distributions, given what the model's recipe asks for. `static`: nothing of these, and the network
    trusted as far as calibration said, whatever has come true since: what an exported file says.
    """
    loaded, reading = model_and_prices(sources, options, model, run, any_ticker=any_ticker, market=market)
    short = too_short(loaded, reading.series)
    series = [one for one in reading.series if one.ticker not in short]
    if short and (options.strict or not series):
        raise next(iter(short.values()))
    left_out = [{"ticker": ticker, "why": error.message} for ticker, error in short.items()]
    for notice in left_out_notices(left_out, 0, len(series)):
        run.tell(notice)
    if static:
        table = static_forecast(loaded, series, steps or loaded.horizon)
    else:
        wanted = choose(Wanted.by(loaded.recipe.forecast))
        table = forecast(loaded, series, steps or loaded.horizon, wanted)
    if few := unsupported(loaded, table):
        run.tell(Notice(f"left empty: {few}."))
    for end in calendar_end(series[0], table.date):
        run.tell(end)
    if options.max_age is None:  # who names an age is told by the checks
        for old in old_prices(series, np.datetime64(int(time.time()), "s")):
            run.tell(old)
    return Forecasts(loaded, series, table, (*reading.decisions.left_out, *left_out), verdict_of(model))


def old_prices(series: Sequence[PriceSeries], now: np.datetime64) -> Iterator[Notice]:
    """`the last price is of 10 January 2020`, where that is more than FEW_SESSIONS ago; one line for all."""
    old = [one for one in series if one.dated and sessions_since(one.dates, now) > FEW_SESSIONS]
    if not old:
        return
    dates = [day(iso(one.dates[-1:])[0]) for one in old]
    if len(series) == 1:
        yield Notice(f"the last price is of {dates[0]}.", first=True)
        return
    each = [f"{one.ticker}: the last price is of {date}." for one, date in zip(old, dates, strict=True)]
    of = f"of {len(old):,} of {len(series):,} tickers"
    if len({*dates}) == 1:
        yield Notice(f"the last prices {of} are of {dates[0]}.", each=tuple(each), first=True)
        return
    named = ", ".join(f"{one.ticker} of {date}" for one, date in zip(old[:MOST_NAMED], dates, strict=False))
    more = ", …" if len(old) > MOST_NAMED else ""
    yield Notice(f"the last prices {of} are old: {named}{more}.", each=tuple(each), first=True)
