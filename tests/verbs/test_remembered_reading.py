"""A model reads other files as its own were read, as far as they are like them."""

from dataclasses import replace
from pathlib import Path

import pytest
from toys import small_recipe, toy_model, walk

from rnn_forecast.errors import ColumnError, DataError, Notice
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import ReadOptions, iso
from rnn_forecast.prices.fields.read_options import remembered
from rnn_forecast.verbs.context import Run, model_and_prices
from rnn_forecast.verbs.prepare import check

A, B = walk(120, seed=1, ticker="A"), walk(120, seed=2, ticker="B")
WIDE = "date,A,B\n" + "".join(
    f"{day},{one},{two}\n" for day, one, two in zip(iso(A.dates), A.prices, B.prices, strict=True)
)
LONG = "{date},{ticker},price\n" + "".join(
    f"{day},A,{one}\n{day},B,{two}\n" for day, one, two in zip(iso(A.dates), A.prices, B.prices, strict=True)
)


def read(
    folder: Path,
    kept: ReadOptions,
    text: str,
    *,
    name: str = "a.csv",
    any_ticker: bool = False,
    **said: object,
) -> list[str]:
    """The tickers that a model of A and B which remembers `kept` reads in a file."""
    model = toy_model([A, B])
    column = None if kept.wide else "price"
    source = replace(model.source, reading={"options": remembered(kept)}, price_column=column)
    save_model(replace(model, source=source), folder / "m", {})
    (folder / name).write_text(text)
    options = ReadOptions(**said)  # type: ignore[arg-type]
    _, reading = model_and_prices([str(folder / name)], options, folder / "m", Run(), any_ticker=any_ticker)
    return [one.ticker for one in reading.series]


def test_a_wide_file_is_read_as_the_wide_file_of_the_training(tmp_path: Path) -> None:
    assert read(tmp_path, ReadOptions(wide=True), WIDE) == ["A", "B"]
    with pytest.raises(ColumnError):
        read(tmp_path, ReadOptions(), WIDE)
    text = WIDE.replace("date,A,B", "date,open,price")
    assert read(tmp_path, ReadOptions(wide=True), text, price_column="price") == ["a"]


def test_columns_of_dates_and_tickers_count_where_the_file_has_them(tmp_path: Path) -> None:
    kept = ReadOptions(date_column="day", ticker_column="who")
    for date, ticker in (("day", "who"), ("date", "ticker")):
        text = LONG.format(date=date, ticker=ticker)
        assert read(tmp_path, kept, text) == ["A", "B"]
    with pytest.raises(DataError, match="no column 'day'"):
        read(tmp_path, kept, LONG.format(date="date", ticker="who"), date_column="day")


def test_tickers_count_where_the_file_has_them(tmp_path: Path) -> None:
    text = LONG.format(date="date", ticker="ticker")
    only, others = ReadOptions(tickers=("A", "Z")), ReadOptions(exclude=("A", "Z"))
    assert read(tmp_path, only, text) == ["A"] and read(tmp_path, others, text) == ["B"]
    assert read(tmp_path, only, text, any_ticker=True) == ["A", "B"]
    assert read(tmp_path, only, text, tickers=("B",)) == ["B"]
    assert read(tmp_path, only, text, exclude=("A",)) == ["B"]
    assert read(tmp_path, ReadOptions(tickers=("Z",)), text) == ["A", "B"]
    assert read(tmp_path, ReadOptions(exclude=("A", "B")), text) == ["A", "B"]
    with pytest.raises(DataError, match="no ticker 'Z'"):
        read(tmp_path, only, text, tickers=("Z",))


def test_the_name_of_files_of_one_ticker_is_remembered_but_not_for_another(tmp_path: Path) -> None:
    text = "date,price\n" + "".join(f"{d},{p}\n" for d, p in zip(iso(A.dates), A.prices, strict=True))
    kept = ReadOptions(as_ticker="A")
    assert read(tmp_path, kept, text, name="part.csv") == ["A"]
    assert read(tmp_path, kept, text, name="part.csv", any_ticker=True) == ["part"]


def test_a_format_that_does_not_fit_says_whose_it_is(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        read(tmp_path, ReadOptions(date_format="%d/%m/%Y"), LONG.format(date="date", ticker="ticker"))
    assert refused.value.remedy.endswith("as the model's sources were: --date-format %d/%m/%Y.")


def test_check_finds_what_prepare_finds_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(WIDE)
    (tmp_path / "b.csv").touch()
    told: list[Notice] = []
    sources = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    found = check(sources, ReadOptions(wide=True), small_recipe(), Run(tell=told.append)).to_json()
    assert (found["tickers"], found["rows"], found["options"]) == (2, 240, {"wide": True})
    assert found["windows"]["fit"] and found["left_out"][0]["why"] in told[-1].text
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "b.csv"}
