"""Does this file belong to this model? Column, frequency, tickers, and the history that both know."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from rnn_forecast.errors import ColumnError, DataError, ForecastError, Notice
from rnn_forecast.model.model import Model
from rnn_forecast.model.provenance import KnownTicker
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.checks import is_constant
from rnn_forecast.prices.fields.read_options import completed, flags, remembered
from rnn_forecast.prices.series import PriceSeries, from_iso

UNNAMED = "stdin"  # the ticker of prices that came through a pipe and named none
NAMES = ("date_column", "ticker_column", "tickers", "exclude")  # options that name a thing
OF_TICKERS = ("tickers", "exclude", "as_ticker")
SAME = 1e-6  # relative: prices closer than this are the same price, written with fewer digits


def options_of(model: Model, options: ReadOptions, *, any_ticker: bool = False) -> ReadOptions:
    """The options as the model's sources were read, where a person says nothing else now.

    What is only remembered counts as far as the sources have what it names: another file's date column is
    looked for, and of two tickers that are gone none is asked for. Not so the price column, which has to be
    the same kind of price. With `any_ticker` neither tickers nor their name are remembered.
    """
    kept = {**model.source.reading.get("options", {})}
    if _takes_nonpositive(model) and "drop_nonpositive" not in kept:
        kept["allow_nonpositive"] = True
    if model.source.price_column is not None:
        kept.setdefault("price_column", model.source.price_column)
    if kept.get("wide"):
        kept.pop("price_column", None)
    if any_ticker:
        kept = {name: value for name, value in kept.items() if name not in OF_TICKERS}
    chosen = completed(options, kept)
    only_kept = tuple(name for name in NAMES if getattr(chosen, name) != getattr(options, name))
    return replace(chosen, optional=only_kept)


def explained(error: ForecastError, said: ReadOptions, chosen: ReadOptions) -> ForecastError:
    """The error of a source that was read with options that nobody but the model named: it says so."""
    if isinstance(error, ColumnError) and chosen.price_column != said.price_column:
        return ColumnError(
            f"{error.message} It is the one that the model was trained on.",
            "Name this file's own with --price-column, if it holds the same kind of price.",
        )
    kept = {name: value for name, value in remembered(chosen).items() if name not in remembered(said)}
    kept.pop("price_column", None)
    if not kept or not isinstance(error, DataError):
        return error
    read = " ".join(map(shlex.quote, flags(kept)))
    return type(error)(error.message, f"{error.remedy} It was read as the model's sources were: {read}.")


def _takes_nonpositive(model: Model) -> bool:
    """It says so; a model of before has only the prices that it remembers."""
    seen = (price for known in model.source.tickers.values() for _, price in known.sampled_prices)
    return model.source.reading.get("allow_nonpositive") is True or any(price <= 0 for price in seen)


def require_match(model: Model, series: Sequence[PriceSeries], *, any_ticker: bool) -> Iterator[Notice]:
    """Warnings about a history that was rewritten since training.

    Raises DataError, naming both sides, when the file has another frequency than the model was trained on, or
    another ticker than a model of one ticker (`any_ticker` allows both), or dates where the model had none.
    """
    for s in series:
        _require_dates(model, s)
        if not any_ticker:
            _require_frequency(model, s)
            _require_known(model, s)
        known = model.source.tickers.get(s.ticker)
        if known is not None:
            yield from _rewritten(s, known)


def _require_dates(model: Model, s: PriceSeries) -> None:
    dated = not model.source.test_from.isdigit()
    if s.dated != dated:
        kinds = {True: "dates", False: "numbered rows and no dates"}
        raise DataError(
            f"{s.ticker} has {kinds[s.dated]}; the model was trained on {kinds[dated]}.",
            "Train a model on this file.",
        )


def _require_frequency(model: Model, s: PriceSeries) -> None:
    found = s.frequency
    if found != model.source.spacing and "irregular" not in (found, model.source.spacing):
        raise DataError(
            f"{s.ticker} has {found} prices; the model was trained on {model.source.spacing} ones.",
            "Train a model on this file, or add --any-ticker if that is meant.",
        )


def _require_known(model: Model, s: PriceSeries) -> None:
    """A model of several tickers serves others too; that of a single one does not, unless it is said."""
    known = list(model.source.tickers)
    if is_constant(s):  # no fit took it in: it is forecast at its last value
        return
    if len(known) == 1 and s.ticker not in known and UNNAMED not in (s.ticker, known[0]):
        raise DataError(
            f"the file's ticker is {s.ticker!r}; the model was trained on {known[0]!r}.",
            "Add --any-ticker if that is meant, or train a model on this file.",
        )


def _rewritten(s: PriceSeries, known: KnownTicker) -> Iterator[Notice]:
    """Prices of training days that are other prices now: adjusted for a dividend or a split since."""
    both = [
        (date, then, new) for date, then in known.sampled_prices if (new := _price_on(s, date)) is not None
    ]
    moved = [(date, then, new) for date, then, new in both if abs(new - then) > SAME * abs(then)]
    if moved:
        date, then, new = moved[0]
        factors = np.array([new / then for _, then, new in moved if then])
        yield Notice(
            f"{s.ticker}: the history was rewritten since training: {date} was {then:g} and is {new:g} "
            f"(a factor of {np.median(factors):.6g}); train again if it was adjusted.",
            "warning",
        )


def _price_on(s: PriceSeries, date: str) -> float | None:
    when = from_iso(date, s.dates)
    row = int(np.searchsorted(s.dates, when))
    return float(s.prices[row]) if row < len(s) and s.dates[row] == when else None
