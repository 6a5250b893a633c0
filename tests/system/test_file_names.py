import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_forecast.cli.options.default_paths import name_of
from rnn_forecast.system.file_names import (
    LONGEST,
    as_named_before,
    beside,
    leftovers,
    safe_name,
    safe_names,
    stem_of,
    temporary,
    ticker_of,
)

# Lone surrogates too: a file name that is not UTF-8 reaches Python as such.
tickers = st.text(st.characters(), max_size=14)


@given(tickers)
@example("")
@example("%")
@example("%41")
@example("../../x")
@example("..")
@example("CON")
@example("nul.csv")
@example("\udcff")
def test_a_name_is_plain_and_can_be_taken_back(ticker: str) -> None:
    name = safe_name(ticker)
    assert ticker_of(name) == ticker
    assert name
    assert name.isascii()
    assert len(name) <= LONGEST
    assert not set(name) & set('/\\:*?"<>|\n\0 =[]')
    assert name[0] not in "-."
    assert name[-1] != "."
    assert Path("out", name).name == name
    assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@pytest.mark.parametrize(
    ("ticker", "name"),
    [
        ("AAPL", "AAPL"),
        ("stock_prices", "stock_prices"),
        ("BRK.B", "BRK.B"),
        ("BF/B", "BF%2FB"),
        ("^GSPC", "%5EGSPC"),
        ("-rf", "%2Drf"),
        ("=cmd", "%3Dcmd"),
        ("[/]", "%5B%2F%5D"),
        (".", "%2E"),
        ("../../x", "%2E.%2F..%2Fx"),
        ("CON", "%43ON"),
        ("A\nB", "A%0AB"),
        ("", "%"),
    ],
)
def test_names_that_people_meet(ticker: str, name: str) -> None:
    assert safe_name(ticker) == name


@given(st.lists(st.text(st.sampled_from("aAbB%61/."), max_size=5), unique=True, max_size=30))
def test_many_names_differ_even_where_case_does_not_count(many: list[str]) -> None:
    names = safe_names(many)
    assert len({name.casefold() for name in names.values()}) == len(many)
    assert all(ticker_of(name) == ticker for ticker, name in names.items())


@given(
    st.lists(st.text(st.sampled_from("aAbB%61/."), max_size=5), unique=True, max_size=30),
    st.integers(0, 30),
    st.booleans(),
)
def test_names_from_before_stay_and_new_ones_differ_from_them(
    many: list[str], first: int, alone: bool
) -> None:
    """`alone`: named without a look at each other, as where each was chosen alone."""
    old = {ticker: safe_name(ticker) for ticker in many[:first]} if alone else safe_names(many[:first])
    names = as_named_before(safe_names(many), old)
    assert {ticker: names[ticker] for ticker in old} == old
    new = [names[ticker].casefold() for ticker in many[first:]]
    assert len({*new, *(name.casefold() for name in old.values())}) == len(new) + len(
        {name.casefold() for name in old.values()}
    )
    assert all(ticker_of(name) == ticker for ticker, name in names.items())


def test_a_name_that_is_not_the_ticker_s_does_not_stay() -> None:
    kept = {"A": "../x", "B": "A", "c": "%63"}
    assert as_named_before(safe_names("ABc"), kept) == {"A": "A", "B": "B", "c": "%63"}


@pytest.mark.parametrize("ticker", ["x" * 5000, "€" * 500, "/" * 61])
def test_a_long_name_is_cut_and_still_its_own(ticker: str) -> None:
    name, other = safe_name(ticker + "1"), safe_name(ticker + "2")
    assert name != other
    assert len(name) <= LONGEST
    with pytest.raises(ValueError, match="was cut"):
        ticker_of(name)


@pytest.mark.parametrize("name", ["out.csv", "x" * 255, "€" * 85, "a.0123abcd"])
def test_siblings_fit_and_are_found_again(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    other = tmp_path / f"{name[:-1]}~"
    drafts = {temporary(target) for _ in range(20)}
    for path in [*drafts, temporary(other), beside(target, "lock"), temporary(target.with_name("a"))]:
        assert len(os.fsencode(path.name)) <= 255
        path.touch()
    assert set(leftovers(target, "tmp")) == drafts


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("AAPL.csv", "AAPL"),
        ("data/AAPL.csv.gz", "AAPL"),
        ("AAPL.CSV.GZ", "AAPL"),
        ("AAPL.gz", "AAPL"),
        ("BRK.B.csv", "BRK.B"),
        ("AAPL", "AAPL"),
        (".gz", ".gz"),
        (".csv", ".csv"),
        (".csv.gz", ".csv"),
    ],
)
def test_a_source_s_ticker_and_the_name_of_its_model_are_its_stem(source: str, stem: str) -> None:
    assert stem_of(source) == name_of([source]) == stem


@given(st.text(st.characters(exclude_characters="\0"), min_size=1))
def test_every_source_has_a_stem(source: str) -> None:
    assert stem_of(source)


def test_standard_input_has_a_stem_and_gives_no_model_its_name() -> None:
    assert (stem_of("-"), name_of(["-"])) == ("stdin", None)
