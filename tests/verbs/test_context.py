"""A model and sources: which column is read where the model has one of its own, and what a lack is called."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from toys import toy_model, walk

from rnn_forecast.errors import ColumnError, DataError
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import Reading, ReadOptions, iso
from rnn_forecast.prices.sources import opening
from rnn_forecast.verbs.context import Run, model_and_prices

ANOTHER = "It is the one that the model was trained on."
LONG = walk(60, seed=1, ticker="A")


def csv(**columns: float) -> str:
    """Rows whose columns are the same prices, times a factor each."""
    rows = zip(iso(LONG.dates), LONG.prices.tolist(), strict=True)
    return f"date,{','.join(columns)}\n" + "".join(
        f"{day},{','.join(f'{price * factor:.4f}' for factor in columns.values())}\n" for day, price in rows
    )


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Prices for a model of the column `open`, out of files by name; `-` is standard input."""
    model = toy_model([walk(300, ticker="A"), walk(300, seed=2, ticker="B")])
    of_open = replace(model, source=replace(model.source, price_column="open"))
    save_model(of_open, tmp_path / "model", {"metrics.json": b"{}"})

    def reader(files: dict[str, str], *, any_ticker: bool = False, **options: object) -> Reading:
        for name, text in files.items():
            if name == "-":
                monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            else:
                (tmp_path / name).write_text(text)
        sources = [name if name == "-" else str(tmp_path / name) for name in files]
        chosen = ReadOptions(**options)  # type: ignore[arg-type]
        return model_and_prices(sources, chosen, tmp_path / "model", Run(), any_ticker=any_ticker)[1]

    return reader


def last(reading: Reading) -> list[float]:
    """The last price of each series, as a multiple of what `csv` multiplies."""
    return [round(float(one.prices[-1] / LONG.prices[-1]), 3) for one in reading.series]


@pytest.mark.parametrize("name", ["A.csv", "-"])
def test_the_models_column_is_read_and_not_the_files_own(read, name: str) -> None:
    for any_ticker in (False, True):
        assert last(read({name: csv(close=1, open=2)}, any_ticker=any_ticker)) == [2]
        assert last(read({name: csv(close=1, open=2)}, any_ticker=any_ticker, price_column="close")) == [1]


@pytest.mark.parametrize("name", ["A.csv", "no column.csv", "-"])
def test_a_source_without_the_models_column_is_refused_with_both_sides_named(read, name: str) -> None:
    with pytest.raises(ColumnError) as refused:
        read({name: csv(price=2, low=1)})
    assert refused.value.message.endswith(f"no column 'open' for the price. {ANOTHER}")
    assert refused.value.remedy.startswith("Name this file's own with --price-column")
    assert last(read({name: csv(price=2, low=1)}, any_ticker=True)) == [2]


def test_a_name_is_no_reason(read) -> None:
    """What is wrong with `no column.csv` is said as of any file."""
    odd = csv(open=1) + "2021-01-01,abc\n"
    with pytest.raises(DataError, match="'abc' is no number") as refused:
        read({"no column.csv": odd})
    assert ANOTHER not in refused.value.message
    assert refused.value.remedy.startswith("Correct it")


@pytest.mark.parametrize("any_ticker", [False, True])
@pytest.mark.parametrize(
    "options", [{"price_column": "low"}, {"date_column": "day"}, {"ticker_column": "who"}]
)
def test_a_column_that_a_person_named_is_not_the_models(read, any_ticker: bool, options: dict) -> None:
    (named,) = options.values()
    with pytest.raises(DataError, match=f"no column '{named}' for the") as refused:
        read({"A.csv": csv(open=1)}, any_ticker=any_ticker, **options)
    assert ANOTHER not in refused.value.message


def test_of_several_sources_one_without_the_models_column_decides_for_all(read) -> None:
    """Forecasts of one run are of one kind of price, whatever the order of the sources."""
    files = {"A.csv": csv(close=1, open=2), "B.csv": csv(close=3), "-": csv(open=4, close=5)}
    for names in (list(files), list(files)[::-1]):
        some = {name: files[name] for name in names}
        with pytest.raises(ColumnError, match=r"B.csv: no column 'open'"):
            read(some)
        assert sorted(last(read(some, any_ticker=True))) == [1, 3, 5]
    assert last(read(files | {"B.csv": csv(close=3, open=6)}, any_ticker=True)) == [2, 6, 4]
    with pytest.raises(DataError, match=r"A.csv has its prices in 'close', .*B.csv in 'price'"):
        read(files | {"B.csv": csv(price=3)}, any_ticker=True)


def test_nothing_is_read_twice(read, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, real = [], opening.read_bounded

    def count(*words: object) -> bytes:
        data = real(*words)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(opening, "read_bounded", count)
    text = csv(close=1)
    read({"A.csv": text, "-": text}, any_ticker=True)
    assert sizes == [len(text)] * 2
