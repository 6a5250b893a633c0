"""A model and sources: which column is read where the model has one of its own, and what a lack is called."""

import io
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toys import small_recipe, toy_model, uncalibrated, walk

from rnn_forecast.errors import ColumnError, DataError, Notice, UsageError
from rnn_forecast.fitting.calibration import calibrated
from rnn_forecast.model.model_document import save_model
from rnn_forecast.model.provenance import describe
from rnn_forecast.prices import PriceSeries, Reading, ReadOptions, iso
from rnn_forecast.prices.checks import without_constant
from rnn_forecast.prices.choosing import require_tickers
from rnn_forecast.prices.sources import opening
from rnn_forecast.verbs.context import Run, model_and_prices, read_dataset
from rnn_forecast.verbs.evaluate import evaluate
from rnn_forecast.verbs.predict import predict
from rnn_forecast.verbs.prepare import prepare

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
    odd = read(files | {"B.csv": csv(price=3)}, any_ticker=True)
    assert sorted(last(odd)) == [1, 5]
    assert re.search(r"B.csv has its prices in 'price', .*A.csv in 'close'", odd.decisions.left_out[0]["why"])
    with pytest.raises(DataError, match=r"A.csv has its prices in 'close', .*B.csv in 'price'"):
        read({"A.csv": files["A.csv"], "B.csv": csv(price=3)}, any_ticker=True)


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


def files_of(folder: Path, *series: PriceSeries) -> list[str]:
    for one in series:
        rows = zip(iso(one.dates), one.prices.tolist(), strict=True)
        text = "date,price\n" + "".join(f"{day},{price:.6f}\n" for day, price in rows)
        (folder / f"{one.ticker}.csv").write_text(text)
    return [str(folder / f"{one.ticker}.csv") for one in series]


FIVE = [walk(300, seed=seed, ticker=f"W{seed}") for seed in range(5)]
FLAT = PriceSeries("FLAT", FIVE[0].dates, np.full(300, 5.0))


def warnings(told: list[Notice]) -> list[str]:
    return [notice.text for notice in told if notice.kind == "warning"]


@pytest.mark.parametrize("normalize", ["window", "zscore"])
@pytest.mark.parametrize("movers", [1, 5])
def test_a_ticker_that_never_changes_is_left_out_and_stays_where_it_is(
    tmp_path: Path, movers: int, normalize: str
) -> None:
    """In a fit, in a forecast and in scores; the others are as without it."""
    files, recipe = files_of(tmp_path, FLAT, *FIVE[:movers]), small_recipe(normalize=normalize)
    options = ReadOptions()
    told: list[Notice] = []
    dataset, reading = read_dataset(files, options, recipe, Run(tell=told.append))
    assert len(reading.series) == movers + 1
    assert [s.ticker for s in dataset.series] == [s.ticker for s in FIVE[:movers]]
    assert warnings(told) == [
        "FLAT: the price never changes, 5 in all 300 rows; it has no say in a fit, and is forecast at its "
        "last value."
    ]
    save_model(calibrated(uncalibrated(dataset), dataset), tmp_path / "model", {"metrics.json": b"{}"})
    table = predict(files, options, tmp_path / "model", steps=3).table
    np.testing.assert_allclose(table.forecast[:3], 5.0, rtol=1e-12)
    alone = predict(files[1:], options, tmp_path / "model", steps=3).table
    np.testing.assert_allclose(table.forecast[3:], alone.forecast, rtol=1e-6)
    metrics = evaluate(files, options, tmp_path / "model").metrics
    assert metrics == evaluate(files[1:], options, tmp_path / "model").metrics
    prepare(files, options, recipe, tmp_path / "prepared")
    again = predict([str(tmp_path / "prepared")], options, tmp_path / "model", steps=3).table
    assert again.ticker.tolist() == table.ticker.tolist()
    np.testing.assert_allclose(again.forecast, table.forecast)
    for few in ((), ("FLAT",)):
        with pytest.raises(DataError, match="FLAT: the price never changes, 5 in all 300 rows"):
            read_dataset(files if few else files[:1], ReadOptions(tickers=few), recipe, Run())
    with pytest.raises(DataError, match="never changes"):
        read_dataset(files, ReadOptions(strict=True), recipe, Run())


def test_the_order_in_which_tickers_are_named_changes_nothing(tmp_path: Path) -> None:
    """Not of files, nor of the tickers in one; a prepared folder gives the same, but for what was read."""
    files, recipe, options = files_of(tmp_path, *FIVE), small_recipe(), ReadOptions()
    prepare(files[::-1], options, recipe, tmp_path / "prepared")
    rows = [(day, s.ticker, price) for s in FIVE for day, price in zip(iso(s.dates), s.prices, strict=True)]
    for name, lines in (("long", rows), ("mixed", sorted(rows, key=lambda row: (row[0], row[2])))):
        text = "".join(f"{ticker},{day},{price:.6f}\n" for day, ticker, price in lines)
        (tmp_path / f"{name}.csv").write_text(f"ticker,date,price\n{text}")
    orders = [files, files[::-1], [files[i] for i in (2, 0, 4, 1, 3)]]
    others = [[str(tmp_path / name)] for name in ("prepared", "long.csv", "mixed.csv")]
    found = [read_dataset(sources, options, recipe, Run()) for sources in (*orders, *others)]
    first = found[0][0]
    for dataset, _ in found:
        assert [s.ticker for s in dataset.series] == [s.ticker for s in FIVE]
        np.testing.assert_array_equal(dataset.panel.values, first.panel.values)
        assert dataset.scaling == first.scaling
    sources = [describe(dataset, reading.decisions, dataset.split.train) for dataset, reading in found]
    assert sources[0] == sources[1] == sources[2]
    assert len({repr(replace(source, reading={})) for source in sources}) == 1


def test_tickers_may_be_left_out(tmp_path: Path) -> None:
    files, recipe = files_of(tmp_path, *FIVE), small_recipe()
    prepare(files, ReadOptions(), recipe, tmp_path / "prepared")
    for sources in (files, [str(tmp_path / "prepared")]):

        def left(*names: str, sources: list[str] = sources) -> list[str]:
            reading = read_dataset(sources, ReadOptions(exclude=names), recipe, Run())[1]
            return [s.ticker for s in reading.series]

        assert left("W1", "W3") == ["W0", "W2", "W4"]
        with pytest.raises(DataError, match=r"'W9'.*Nearest: W"):
            left("W9")
        with pytest.raises(DataError, match="--exclude leaves no ticker"):
            left(*(s.ticker for s in FIVE))
    with pytest.raises(UsageError, match=r"^--ticker and --exclude both name 'W1'"):
        ReadOptions(tickers=("W0", "W1"), exclude=("W1",))


def test_a_ticker_that_ends_long_before_the_others_is_told_of(tmp_path: Path) -> None:
    files = files_of(tmp_path, FIVE[0].until(280), FIVE[1].until(290), FIVE[2])
    told: list[Notice] = []
    read_dataset(files, ReadOptions(), small_recipe(), Run(tell=told.append))
    assert warnings(told) == [
        "W0: the last price is of 2020-10-06, 20 days before the last of all (--exclude leaves it out)."
    ]


def test_a_ticker_that_is_not_there_is_answered_with_near_names_or_with_those_that_are() -> None:
    def remedy(wanted: str, *there: str) -> str:
        with pytest.raises(DataError) as caught:
            require_tickers([wanted], there)
        return caught.value.remedy

    assert remedy("appl", "AAPL", "MSFT") == "Nearest: AAPL."
    assert remedy("ZZZZ", "AAPL", "MSFT") == "There are: AAPL, MSFT."
    assert remedy("zz", *"ABCDEFGH") == "There are: A, B, C, D, E and 3 more."
    assert remedy("ZZ") == "They hold no ticker."


def test_all_tickers_that_never_change_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        without_constant([PriceSeries(name, LONG.dates[:3], np.full(3, 5.0)) for name in ("AAA", "BBB")])
    assert caught.value.message == (
        "AAA: the price never changes, 5 in all 3 rows; BBB: the price never changes, 5 in all 3 rows."
    )
    assert "--exclude" in caught.value.remedy


def test_tickers_with_too_few_prices_are_left_out_of_a_forecast_and_told_of(tmp_path: Path) -> None:
    save_model(toy_model(FIVE), tmp_path / "model", {"metrics.json": b"{}"})
    one = FIVE[1]
    short = [PriceSeries(f"N{n}", one.dates[-n:], one.prices[-n:]) for n in (1, 2, 3)]
    files = files_of(tmp_path, FIVE[0], *short)
    whys = [f"N{n} has {n} price{'s' * (n > 1)}; a forecast needs 10." for n in (1, 2, 3)]
    for some, said in (
        (files[:2], f"left out 1 of 2 tickers: {whys[0]}"),
        (files, f"left out 3 of 4 tickers, the first: {whys[0]}"),
    ):
        told: list[Notice] = []
        found = predict(some, ReadOptions(), tmp_path / "model", Run(tell=told.append))
        assert set(found.table.ticker) == {"W0"}
        assert [one["why"] for one in found.left_out] == whys[: len(some) - 1]
        assert [one for one in warnings(told) if "left out" in one] == [said]
    for options, sources in ((ReadOptions(), files[1:]), (ReadOptions(strict=True), files)):
        with pytest.raises(DataError, match=r"^N1 has 1 price; a forecast needs 10"):
            predict(sources, options, tmp_path / "model")
