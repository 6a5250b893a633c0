"""The pictures of a report alone: of a forecast just made, and of a model's test rows."""

from pathlib import Path

from rnn_forecast.errors import UsageError
from rnn_forecast.report import fan, trust
from rnn_forecast.report.page import alone
from rnn_forecast.report.values import Forecasts, Prices
from rnn_forecast.verbs import predict
from rnn_forecast.verbs.report import forecasts_of, recent
from rnn_forecast.verbs.report_places import read_model_report


def only_forecast(made: predict.Forecasts) -> tuple[str, Prices, Forecasts] | None:
    """The ticker, its last prices and its forecast, where there is one ticker alone."""
    found = forecasts_of(made.table)
    if len(found) != 1:
        return None
    ((ticker, ahead),) = found.items()
    return ticker, recent(next(one for one in made.series if one.ticker == ticker)), ahead


def fan_picture(made: predict.Forecasts) -> bytes:
    """The last prices and the fan as SVG. Raises UsageError where there are several tickers."""
    found = only_forecast(made)
    if found is None:
        many = f"{len({*made.table.ticker.tolist()}):,}"
        raise UsageError(f"--picture draws one ticker, and there are {many}.", "Name one with --ticker.")
    ticker, prices, ahead = found
    return alone(f"{ticker}: forecast", fan.fan_body(prices, ahead), fan.fan_sentence(ahead))


def only_tested(model: Path) -> tuple[str, Forecasts] | None:
    """The ticker of a model and its test rows, where it is one, and has some."""
    found = [(ticker, rows) for ticker, rows in read_model_report(model).tested.items() if len(rows)]
    return found[0] if len(found) == 1 else None


def outcomes_picture(model: Path) -> bytes | None:
    """Forecast against what came on the test rows as SVG; None where there is not one ticker with some."""
    found = only_tested(model)
    if found is None:
        return None
    ticker, tested = found
    return alone(
        f"{ticker}: forecast and what came", trust.outcomes_body(tested), trust.outcomes_sentence(tested)
    )
