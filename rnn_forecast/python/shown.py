"""What the calls give back: numbers as a table, words as a summary, and a picture in a notebook."""

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.forecasts.written_tables import read_columns
from rnn_forecast.prices import PriceSeries
from rnn_forecast.report.forecast_lines import forecast_lines
from rnn_forecast.report.sentences import bands_sentences, fits_sentence, verdict_sentence
from rnn_forecast.system.files import create_file, new_folder
from rnn_forecast.system.locks import locked
from rnn_forecast.system.manifest import NAME as MANIFEST
from rnn_forecast.verbs.pictures import fan_picture, outcomes_picture
from rnn_forecast.words.figures import counted

if TYPE_CHECKING:
    import pandas as pd

    from rnn_forecast.forecasts.forecast_table import ForecastTable, Rows
    from rnn_forecast.verbs.predict import Forecasts

PREDICTIONS = "predictions.csv"
DATES = ("origin", "date")
FIRST = ("ticker", "origin", "step", "date", "forecast", "last")


class Shown:
    """In a shell its summary, in a notebook its picture as well: an image, whose style is its own."""

    @property
    def summary(self) -> str:
        raise NotImplementedError

    def picture(self) -> bytes | None:
        """SVG, of one ticker; None of several."""
        return None

    def __repr__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        drawn = self.picture()
        image = "" if drawn is None else _image(drawn, self.summary)
        return f"{image}<pre>{escape(self.summary)}</pre>"


def _image(drawn: bytes, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{b64encode(drawn).decode()}">'


@dataclass(frozen=True, repr=False, eq=False)
class Forecast(Shown):
    """The next prices of every series. `made`: the same with its arrays and its model."""

    made: "Forecasts"

    @property
    def table(self) -> "pd.DataFrame":
        """A row a ticker and step: ticker, origin, step, date, forecast, last, lo_80, hi_80 …

        Prices are in their own units. Raises ImportError where there is no pandas; `made.table` has the
        columns as NumPy arrays.
        """
        return _frame(columns_of(self.made.table))

    @property
    def summary(self) -> str:
        verdict = self.made.verdict
        said = [f"in the model's test: {verdict}"] if verdict else []
        return "\n".join([*forecast_lines(self.made.table), *said])

    def picture(self) -> bytes | None:
        return fan_picture(self.made) if len(self.made.series) == 1 else None


@dataclass(frozen=True, repr=False, eq=False)
class Scores(Shown):
    """Forecasts beside what came. `metrics`: the document of metrics.json."""

    metrics: Mapping[str, Any]
    rows: "Rows"

    @property
    def table(self) -> "pd.DataFrame":
        """As a forecast's, with the price that came as `actual`. Raises ImportError without pandas."""
        return _frame(columns_of(self.rows.whole()))

    @property
    def summary(self) -> str:
        return _words(self.metrics)


@dataclass(frozen=True, repr=False, eq=False)
class Fitted(Shown):
    """A model in its folder, and what it scored on the test part.

    `folder` is gone with this object where no `model=` was named: `save` keeps it.
    """

    folder: Path
    metrics: Mapping[str, Any]

    @property
    def table(self) -> "pd.DataFrame":
        """The test part, as `Scores.table`. Raises ImportError where there is no pandas."""
        named = dict(read_columns((self.folder / PREDICTIONS).read_bytes(), PREDICTIONS))
        moments = {name: _moments(named[name]) for name in DATES}
        return _frame(named | moments | {"step": named["step"].astype(np.int64)})

    @property
    def summary(self) -> str:
        return _words(self.metrics)

    def picture(self) -> bytes | None:
        return outcomes_picture(self.folder)

    def save(self, folder: str | os.PathLike[str]) -> "Fitted":
        """Copy the model to a folder of its own, whole or not at all. Raises OutputError, WriteError."""
        place = Path(folder)
        with locked(place), new_folder(place) as draft:
            for path in self.folder.iterdir():
                if path.name != MANIFEST:
                    create_file(draft / path.name, path.read_bytes())
        return Fitted(place, self.metrics)


@dataclass(frozen=True, repr=False, eq=False)
class Prepared(Shown):
    """Prices as they were understood: `report` is the document of report.json."""

    series: Sequence[PriceSeries]
    report: Mapping[str, Any]

    @property
    def table(self) -> "pd.DataFrame":
        """A row a price: ticker, date, price. Raises ImportError where there is no pandas."""
        names = np.repeat(
            np.array([one.ticker for one in self.series], object), [len(one) for one in self.series]
        )
        return _frame({
            "ticker": names,
            "date": np.concatenate([one.dates for one in self.series]),
            "price": np.concatenate([one.prices for one in self.series]),
        })  # fmt: skip

    @property
    def summary(self) -> str:
        rows = sum(map(len, self.series))
        return f"{counted(len(self.series), 'ticker')}, {counted(rows, 'row')}"


def _words(metrics: Any) -> str:
    lines = (verdict_sentence(metrics), fits_sentence(metrics), *bands_sentences(metrics).values())
    return "\n".join(filter(None, lines))


def columns_of(table: "ForecastTable") -> dict[str, NDArray[Any]]:
    """The columns of a table in the order of its file, dates as they are."""
    named: dict[str, NDArray[Any]] = {name: getattr(table, name) for name in FIRST}
    for level, (low, high) in table.intervals.items():
        named |= {f"lo_{level}": low, f"hi_{level}": high}
    named |= table.further
    return named if table.actual is None else named | {"actual": table.actual}


def _moments(texts: NDArray[Any]) -> NDArray[Any]:
    """Dates, or numbers of rows."""
    try:
        return texts.astype("datetime64[s]")
    except ValueError:
        return texts.astype(np.int64)


def _frame(named: Mapping[str, NDArray[Any]]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(dict(named))
