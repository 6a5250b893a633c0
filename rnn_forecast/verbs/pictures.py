"""The pictures of a report alone: of a forecast just made, and of a model's test rows."""

from pathlib import Path

from rnn_forecast.errors import UsageError
from rnn_forecast.report import fan, trust
from rnn_forecast.report.folders.report_places import only_tested
from rnn_forecast.report.given import only_forecast
from rnn_forecast.report.markup.page import alone
from rnn_forecast.verbs import predict


def fan_picture(made: predict.Forecasts) -> bytes:
    """The last prices and the fan as SVG. Raises UsageError where there are several tickers."""
    found = only_forecast(made.table, made.series)
    if found is None:
        many = f"{len({*made.table.ticker.tolist()}):,}"
        raise UsageError(f"--picture draws one ticker, and there are {many}.", "Name one with --ticker.")
    ticker, prices, ahead = found
    return alone(f"{ticker}: forecast", fan.fan_body(prices, ahead), fan.fan_sentence(ahead))


def outcomes_picture(model: Path) -> bytes | None:
    """Forecast against what came on the test rows as SVG; None where there is not one ticker with some."""
    found = only_tested(model)
    if found is None:
        return None
    ticker, tested = found
    title = f"{ticker}: forecast and what came"
    return alone(title, trust.outcomes_body(tested), trust.outcomes_sentence(tested))
