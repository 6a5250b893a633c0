from dataclasses import replace

import numpy as np
import pytest
from toys import toy_model, walk

from rnn_forecast.errors import DataError, Notice
from rnn_forecast.model.compatibility import explained, options_of, require_match
from rnn_forecast.prices import PriceSeries, ReadOptions
from rnn_forecast.prices.fields.read_options import remembered

A, B = walk(300, seed=1, ticker="A"), walk(300, seed=2, ticker="B")


def matched(model, *series: PriceSeries, any_ticker: bool = False) -> list[Notice]:
    return list(require_match(model, series, any_ticker=any_ticker))


def test_the_file_it_was_trained_on_matches():
    assert matched(toy_model([A]), A) == []


def test_newer_rows_match():
    longer = walk(340, seed=1, ticker="A")
    assert matched(toy_model([A]), longer) == []


def test_another_ticker_than_the_only_one_is_refused_unless_it_is_meant():
    model = toy_model([A])
    with pytest.raises(DataError, match="ticker is 'B'; the model was trained on 'A'") as refused:
        matched(model, B)
    assert "--any-ticker" in refused.value.remedy
    assert matched(model, B, any_ticker=True) == []


def test_a_model_of_several_tickers_serves_others():
    assert matched(toy_model([A, B]), walk(300, ticker="C")) == []


def test_prices_through_a_pipe_have_no_name_to_disagree_with():
    piped = PriceSeries("stdin", A.dates, A.prices)
    assert matched(toy_model([A]), piped) == []
    assert matched(toy_model([piped]), A) == []


def test_another_frequency_is_refused_with_both_sides_named():
    weekly = PriceSeries("A", A.dates[0] + np.arange(300) * np.timedelta64(7 * 86_400, "s"), A.prices)
    with pytest.raises(DataError, match="weekly prices; the model was trained on daily"):
        matched(toy_model([A]), weekly)


def test_a_history_that_was_adjusted_since_is_noticed_with_its_factor():
    split = PriceSeries("A", A.dates, np.concatenate([A.prices[:200] / 2, A.prices[200:]]))
    (warning,) = matched(toy_model([A]), split)
    assert warning.kind == "warning"
    assert "a factor of 0.5" in warning.text
    assert "train again" in warning.text


def test_the_price_column_is_the_one_of_the_training():
    model = toy_model([A])
    assert options_of(model, ReadOptions()).price_column == "price"
    assert options_of(model, ReadOptions(price_column="open")).price_column == "open"
    other = replace(model, source=replace(model.source, price_column=None))
    assert options_of(other, ReadOptions()).price_column is None


@pytest.mark.parametrize("any_ticker", [False, True])
def test_numbered_rows_do_not_fit_a_model_of_dates_nor_the_other_way_round(any_ticker):
    numbered = PriceSeries("A", np.arange(1, 301), A.prices)
    short = PriceSeries("A", np.arange(1, 2), A.prices[:1])
    for series in (numbered, short):
        with pytest.raises(DataError, match="numbered rows and no dates; the model was trained on dates"):
            matched(toy_model([A]), series, any_ticker=any_ticker)
    with pytest.raises(DataError, match="has dates; the model was trained on numbered rows"):
        matched(toy_model([numbered]), A, any_ticker=any_ticker)


def test_a_model_of_nonpositive_prices_needs_no_second_permission():
    model = toy_model([A])
    assert options_of(model, ReadOptions()).allow_nonpositive is False
    assert options_of(model, ReadOptions(allow_nonpositive=True)).allow_nonpositive is True
    said = replace(model, source=replace(model.source, reading={"allow_nonpositive": True}))
    assert options_of(said, ReadOptions()).allow_nonpositive is True
    known = replace(model.source.tickers["A"], sampled_prices=(("2024-01-02", -3.0),))
    older = replace(model, source=replace(model.source, tickers={"A": known}))
    assert options_of(older, ReadOptions()).allow_nonpositive is True


def remembering(**options):
    model = toy_model([A])
    reading = {"options": remembered(ReadOptions(**options))}
    column = None if options.get("wide") else "price"
    return replace(model, source=replace(model.source, reading=reading, price_column=column))


@pytest.mark.parametrize(
    "options",
    [
        {"wide": True},
        {"date_column": "day", "ticker_column": "who", "price_column": "Close"},
        {"date_format": "%d/%m/%Y"},
        {"decimal": ",", "columns": ("date", "price")},
        {"tickers": ("A", "B")},
        {"exclude": ("C",)},
        {"as_ticker": "A"},
        {"drop_nonpositive": True},
        {"allow_nonpositive": True},
    ],
)
def test_how_the_sources_were_read_is_remembered(options):
    chosen = options_of(remembering(**options), ReadOptions(max_bytes=7))
    assert replace(chosen, optional=()) == ReadOptions(
        **{"price_column": None if "wide" in options else "price", **options, "max_bytes": 7}
    )


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"date_format": "%d/%m/%Y"}, {"date_format": "%m/%d/%Y"}),
        ({"decimal": ","}, {"decimal": "."}),
        ({"wide": True}, {"price_column": "close"}),
        ({"wide": True}, {"ticker_column": "who"}),
        ({"wide": True}, {"as_ticker": "X"}),
        ({"price_column": "close"}, {"wide": True}),
        ({"ticker_column": "who"}, {"wide": True}),
        ({"ticker_column": "who"}, {"as_ticker": "X"}),
        ({"as_ticker": "X"}, {"ticker_column": "who"}),
        ({"as_ticker": "X"}, {"wide": True}),
        ({"tickers": ("A",)}, {"tickers": ("B",)}),
        ({"tickers": ("A",)}, {"exclude": ("A",)}),
        ({"exclude": ("A",)}, {"tickers": ("A",)}),
        ({"drop_nonpositive": True}, {"allow_nonpositive": True}),
        ({"allow_nonpositive": True}, {"drop_nonpositive": True}),
    ],
)
def test_what_is_said_now_goes_before_what_is_remembered(kept, said):
    chosen = options_of(remembering(**kept), ReadOptions(**said))
    expected = ReadOptions(**said)
    if not expected.wide and expected.price_column is None and not kept.get("wide"):
        expected = replace(expected, price_column="price")
    assert replace(chosen, optional=()) == expected


def test_only_what_is_remembered_is_optional():
    model = remembering(date_column="day", ticker_column="who", tickers=("A",))
    assert set(options_of(model, ReadOptions()).optional) == {"date_column", "ticker_column", "tickers"}
    assert options_of(model, ReadOptions(date_column="day", ticker_column="x", tickers=("B",))).optional == ()


def test_any_ticker_forgets_the_tickers():
    model = remembering(tickers=("A",), date_format="%d/%m/%Y")
    assert options_of(model, ReadOptions(), any_ticker=True).tickers == ()
    assert options_of(model, ReadOptions(), any_ticker=True).date_format == "%d/%m/%Y"
    assert options_of(remembering(as_ticker="A"), ReadOptions(), any_ticker=True).as_ticker is None


def test_an_error_of_what_only_the_model_said_says_so():
    said, model = ReadOptions(), remembering(date_format="%d/%m/%Y", tickers=("B B",))
    error = explained(DataError("a.csv: no date.", "Look."), said, options_of(model, said))
    assert error.message == "a.csv: no date."
    assert error.remedy == (
        "Look. It was read as the model's sources were: --ticker 'B B' --date-format %d/%m/%Y."
    )
    plain = DataError("a.csv: no date.", "Look.")
    assert explained(plain, said, options_of(toy_model([A]), said)) is plain
