"""Small reports, made without Keras, and a page as its elements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from toys import small_recipe, toy_model, walk

from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.model.model_document import save_model
from rnn_forecast.report.given import forecasts_of, recent
from rnn_forecast.report.values import Forecasts, Losses, Made, Prices, TickerReport
from rnn_forecast.scores.evaluation import Evaluation, evaluation_files, evaluation_of_dataset
from rnn_forecast.windows.dataset import make_dataset

HISTORY = b"member,epoch,loss,val_loss,seconds\n0,1,1.5,1.7,0.1\n0,2,1.2,,0.1\n0,3,1.1,1.4,0.1\n"
VOID = {"meta", "link", "br", "img", "input", "hr"}


@cache
def made(ticker: str = "T") -> tuple[Any, Any, Evaluation]:
    """A series, a model of it and its scores."""
    series = walk(400, ticker=ticker)
    model = toy_model([series])
    dataset = make_dataset([series], small_recipe(shrink=False))
    return series, model, evaluation_of_dataset(model, dataset, "m")


def model_folder(folder: Path, ticker: str = "T") -> Path:
    _, model, evaluation = made(ticker)
    save_model(model, folder, {**evaluation_files(evaluation), "history.csv": HISTORY})
    return folder


def ahead(ticker: str = "T") -> Forecasts:
    series, model, _ = made(ticker)
    return forecasts_of(forecast(model, [series], 2))[ticker]


def prices(ticker: str = "T") -> Prices:
    return recent(made(ticker)[0])


def outcomes(ticker: str = "T") -> Forecasts:
    return forecasts_of(made(ticker)[2].table)[ticker]


def whole_report(ticker: str = "T") -> TickerReport:
    """All that a page may say."""
    _, _, evaluation = made(ticker)
    losses = [Losses(0, np.array([1.5, 1.2, 1.1]), np.array([1.7, np.nan, 1.4]))]
    how = Made({"recipe": {"window": {"lookback": 12}}, "versions": {"numpy": "2"}}, losses)
    return TickerReport(ticker, prices(ticker), ahead(ticker), outcomes(ticker), evaluation.metrics, how)


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    inside: list["Element"] = field(default_factory=list)
    text: str = ""

    def every(self, name: str = "") -> Iterator["Element"]:
        for one in self.inside:
            if not name or one.name == name:
                yield one
            yield from one.every(name)

    def whole_text(self) -> str:
        return self.text + "".join(one.whole_text() for one in self.inside)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, dict(attrs))
        self.open[-1].inside.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def elements(page: bytes) -> Element:
    """A page as its elements, each of which has to be closed by its own tag."""
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    assert len(reader.open) == 1, "an element is not closed"
    return reader.open[0]
