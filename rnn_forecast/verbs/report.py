"""The verb report: what other verbs wrote → one page for a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_forecast.errors import DataError, ModelError, UsageError
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.sources.expansion import expanded
from rnn_forecast.report.batch_page import batch_page
from rnn_forecast.report.folders.report_batch import read_batch, read_recorded
from rnn_forecast.report.folders.report_places import (
    Scored,
    Sorted,
    read_forecasts,
    read_model_report,
    read_scored,
    sort_places,
)
from rnn_forecast.report.folders.report_record import read_record
from rnn_forecast.report.given import forecasts_of, recent
from rnn_forecast.report.ticker_page import ticker_page
from rnn_forecast.report.values import BatchReport, Forecasts, Prices, Record, TickerReport
from rnn_forecast.verbs.context import Run, read_sources
from rnn_forecast.verbs.predict import predict

if TYPE_CHECKING:
    from rnn_forecast.schemas.verb_results import ReportResult


@dataclass(frozen=True)
class Report:
    page: bytes
    tickers: int
    places: tuple[str, ...]

    def to_json(self) -> "ReportResult":
        return {"places": list(self.places), "tickers": self.tickers, "bytes": len(self.page)}


@dataclass(frozen=True)
class _Ahead:
    """What is known of each ticker beside its scores."""

    forecasts: Mapping[str, Forecasts]
    prices: Mapping[str, Prices]


def report(places: Sequence[str], options: ReadOptions, run: Run = Run()) -> Report:
    """One page on model folders, evaluations, backtests, tables of forecasts, a record, and a batch.

    Writes nothing. What else is named are prices: the next forecast of a model is made from them, and drawn
    behind them.
    Raises InputError, ModelError or DataError for what cannot be read.
    """
    found = sort_places(places)
    if len(found.batches) > 1 or (found.batches and (found.models or found.evaluations or found.tables)):
        raise UsageError("A batch has a page of its own.", "Name its folder alone, or with files of prices.")
    if len(found.batches) + len(found.records) > 1:
        raise UsageError("A page has one record.", "Name one folder with a ledger.sqlite.")
    scored = [*map(read_model_report, found.models), *map(read_scored, found.evaluations)]
    ahead = _ahead(found, options, run)
    return built(lambda: _report(found, scored, ahead, tuple(places)), places)


def _report(found: Sorted, scored: Sequence[Scored], ahead: _Ahead, places: tuple[str, ...]) -> Report:
    if found.batches:
        batch = read_batch(found.batches[0], ahead.prices)
        return Report(batch_page(batch), len(batch.tickers), places)
    tickers = ticker_reports(scored, ahead.forecasts, ahead.prices)
    if not tickers and found.records:
        tickers = read_recorded(found.records[0])
    if not tickers:
        raise DataError("There is no forecast to report on.", "Name a model folder, or a file of forecasts.")
    only = tickers[0].ticker if len(tickers) == 1 else None
    record = read_record(found.records[0], only) if found.records else None
    return Report(_page(tickers, scored, record, places), len(tickers), places)


def _page(
    tickers: Sequence[TickerReport], scored: Sequence[Scored], record: Record | None, places: Sequence[str]
) -> bytes:
    if len(tickers) == 1:
        return ticker_page(replace(tickers[0], record=record))
    one = scored[0] if scored else None
    name = Path(places[0]).resolve().name if one is None else one.path.resolve().name
    whole = None if one is None else TickerReport(name, metrics=one.metrics, made=one.made)
    return batch_page(BatchReport(name, tickers, overall=whole, record=record))


def built(make: Callable[[], Report], places: Sequence[str]) -> Report:
    """What `make` makes. Raises ModelError where a document is whole, and is not what this program writes."""
    try:
        return make()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{', '.join(map(str, places))}: its files do not hold what a report is made of ({error!r}).",
            "Write them again with this version.",
        ) from error


def _ahead(found: Sorted, options: ReadOptions, run: Run) -> _Ahead:
    forecasts: dict[str, Forecasts] = {}
    for path in found.tables:
        forecasts |= read_forecasts(path)
    if not found.sources:
        return _Ahead(forecasts, {})
    sources = expanded(found.sources)
    if len(found.models) == 1 and not found.tables:
        made = predict(sources, options, found.models[0], run)
        return _Ahead(forecasts_of(made.table), {one.ticker: recent(one) for one in made.series})
    reading = read_sources(sources, options, run)
    return _Ahead(forecasts, {one.ticker: recent(one) for one in reading.series})


def ticker_reports(
    scored: Sequence[Scored], forecasts: Mapping[str, Forecasts], prices: Mapping[str, Prices]
) -> list[TickerReport]:
    """One for each ticker that anything is forecast of, in the order in which they come.

    Prices alone make none: a price file may hold many tickers more. Of several scores of a ticker the first
    counts, which is that of the model.
    """
    names = dict.fromkeys([name for one in scored for name in one.tested] + list(forecasts))
    return [_one(name, scored, forecasts.get(name), prices.get(name)) for name in names]


def _one(
    ticker: str, scored: Sequence[Scored], ahead: Forecasts | None, prices: Prices | None
) -> TickerReport:
    of_it = [one for one in scored if ticker in one.tested]
    if not of_it:
        return TickerReport(ticker, prices, ahead)
    metrics = of_it[0].metrics
    alone = metrics["tickers"] == 1
    return TickerReport(
        ticker, prices, ahead, of_it[0].tested[ticker],
        metrics=metrics if alone else None,
        made=next((one.made for one in of_it if one.made is not None), None) if alone else None,
        skill=of_it[0].skill(ticker),
    )  # fmt: skip
