"""The number format of a file: whoever wrote the text knows what it says, and no number may be wrong."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.decimal_mark import Found, find_format
from rnn_forecast.prices.cells.numbers import NumberFormat, parse_numbers, read_amounts, shapes, trim


def found(
    cells: Sequence[str], *others: Sequence[str], points_decide: bool = True, decimal: str | None = None
) -> Found:
    columns = [(0, shapes(trim(pa.array(cells))))]
    return find_format(columns, points_decide, lambda: [shapes(pa.array(one)) for one in others], decimal)


def refusal(*args: Sequence[str], points_decide: bool = True, decimal: str | None = None) -> str:
    with pytest.raises(BadCell) as caught:
        found(*args, points_decide=points_decide, decimal=decimal)
    return f"{args[0][caught.value.row]} {caught.value.reason}. {caught.value.remedy}"


def values(cells: Sequence[str], *others: Sequence[str], decimal: str | None = None) -> list[float]:
    form = found(cells, *others, decimal=decimal).form
    return parse_numbers(trim(pa.array(cells)), form).tolist()


# -- the file's other columns decide


@pytest.mark.parametrize(
    "other",
    [
        ["64,49M", "1,5M"],
        ["-0,49%", "0,48%"],
        ["−0,4 %", "1,25 %"],
        ["1,2 Mio.", "3,4 Mrd."],
        ["1,2亿", "3,45万"],
        ["12,5 Mio €", "3,1 Mio €"],
        ["R$ 1.234,56", "R$ 7,10"],
        ["1.234.567", "999"],
        ["12.500,5", "9"],
        ["", "0,5"],
        ["(0,49%)", "0,5%"],
        ["▲ 1,5", "▼ 0,25"],
        ["12,5x", "9,75x"],
        ["3,2 pp", "-1,5 pp"],
        ["+0,5", "n/a", "--", "12"],
    ],
)
def test_other_columns_make_a_point_thousands(other: list[str]) -> None:
    prices = ["66.218", "66.844"]
    assert values(prices, ["x", "y"], other) == [66218, 66844]
    assert found(prices, other) == (NumberFormat(",", "."), None)
    assert found(prices, other, points_decide=False).form.thousands == "."


@pytest.mark.parametrize(
    "other", [["64.49M", "1.5M"], ["0.5%", "1.25%"], ["1,234,567", "9"], ["1234.567", "2"]]
)
def test_other_columns_make_a_point_the_decimal_mark_and_leave_no_doubt(other: list[str]) -> None:
    assert found(["66.218", "66.844"], other, points_decide=False) == (NumberFormat("."), None)
    assert values(["30,108", "30,000"], other) == [30108, 30000]


def test_other_columns_are_not_asked_where_the_prices_decide() -> None:
    def never() -> Iterable[object]:
        raise AssertionError("asked")

    for cells in (["1.5"], ["0.123"], ["1234.567"], ["12"], ["1,234.5"], ["1.234.567"]):
        assert find_format([(0, shapes(pa.array(cells)))], True, never).doubt is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        ["17.30", "09.15"],  # a clock
        ["17.30 h", "09.15 h"],
        ["2024.01", "2024.02"],
        ["01.2024", "12.2024"],
        ["02.01", "31.12"],
        ["12.345", "1.234"],  # as open as the prices
        ["a 1.5", "b 2.5"],
        ["5", "7"],
    ],
)
def test_what_is_no_evidence(other: list[str]) -> None:
    assert "--decimal" in (found(["66.218", "66.844"], other).doubt or "")


def test_columns_that_contradict_one_another_decide_nothing() -> None:
    assert "66.218 (decimal point) or 66218 (thousands)" in refusal(["66.218"], ["0,5"], ["0.5"])


# -- what nothing decides


def test_both_readings_are_told_and_the_option_decides() -> None:
    form, doubt = found(["1.234", "110.123"])
    assert form == NumberFormat(".")
    assert doubt is not None
    assert "'1.234' is read as 1.234 (decimal point); 1234 (thousands) is possible" in doubt
    assert "--decimal . or --decimal ," in doubt
    asked = refusal(["30,000", "30,108"])
    assert asked == (
        "30,000 is 30 (decimal comma) or 30000 (thousands), and nothing in the file decides. "
        "Say which: --decimal . or --decimal ,"
    )
    assert "1.25 (decimal point) or 1250 (thousands)" in refusal(["1.250", "1.251"], points_decide=False)
    assert values(["30,000", "30,108"], decimal=".") == [30000, 30108]
    assert values(["30,000", "30,108"], decimal=",") == [30, 30.108]
    assert found(["1.234"], decimal=".") == (NumberFormat("."), None)
    assert values(["1.234", "916"], decimal=",") == [1234, 916]
    assert values(["1.234", "916"], decimal=".") == [1.234, 916]


def test_an_option_that_the_file_cannot_be_read_with_is_refused_with_the_cell() -> None:
    assert refusal(["1.250", "1.5"], decimal=",").startswith("1.5 cannot be read with --decimal ,")
    assert refusal(["3", "1,5"], decimal=".").startswith("1,5 cannot be read with --decimal .")
    assert refusal(["3", "x"], decimal=".").startswith("x is no number")


# -- the reading never changes inside a column


def walk(start: float, rows: int, seed: int = 1, step: float = 0.02) -> list[float]:
    steps = np.random.default_rng(seed).normal(0, step, rows)
    return [
        float(value)
        for value in start * np.exp(np.cumsum(steps) - steps.sum() * np.arange(1, rows + 1) / rows)
    ]


def grouped(value: float, mark: str = ".") -> str:
    return f"{value:,.0f}".replace(",", mark)


@pytest.mark.parametrize("mark", ".,")
def test_a_column_that_crosses_1000_is_thousands(mark: str) -> None:
    prices = walk(1000, 300)
    cells = [grouped(value, mark) for value in prices]
    assert min(map(len, cells)) == 3 and max(map(len, cells)) == 5
    assert values(cells) == [round(value) for value in prices]
    assert found(cells).doubt is None


def test_too_few_rows_to_say_are_refused_with_both_readings() -> None:
    asked = refusal(["916", "1.100"])
    assert asked == (
        "1.100 is 1.1 (decimal point) or 1100 (thousands), and nothing in the file decides. "
        "Say which: --decimal . or --decimal ,"
    )
    assert values(["916", "1.100"], ["0,5%", "0,7%"]) == [916, 1100]
    assert "1100 (thousands)" in refusal(["916", "1.100"], ["0.5%", "0.7%"])  # 1.1 beside 916 is no price


def test_the_point_of_a_currency_is_no_mark() -> None:
    assert refusal(["Rs.916", "Rs.1.100"]).startswith("Rs.1.100 is 1.1 (decimal point) or 1100 (thousands)")
    assert values(["kr. 916", "kr. 9,5"]) == [916, 9.5]


def test_four_digits_without_a_mark_are_spanish() -> None:
    prices = walk(10_000, 200)
    cells = [grouped(value) if value >= 10_000 else f"{value:.0f}" for value in prices]
    assert values(cells) == [round(value) for value in prices]


def test_whole_numbers_among_padded_decimals_stay_decimals() -> None:
    cells = ["357", "358", "358.125", "357.250", "357.114"]
    form, doubt = found(cells)
    assert form == NumberFormat(".") and doubt is not None and "--decimal" in doubt
    apart = ["50"] * 70 + ["1.500"] * 70  # no row near another tells
    assert "1500 (thousands)" in refusal(apart)


def test_zero_says_nothing_about_the_column() -> None:
    assert found(["0", "1.250", "1.300"], ["5"]).form == NumberFormat(".")


def test_another_column_with_decimals_does_not_change_the_reading() -> None:
    columns = [(0, shapes(pa.array(["916", "1.100"]))), (1, shapes(pa.array(["0.98", "0.99"])))]
    with pytest.raises(BadCell, match="1100") as caught:
        find_format(columns, True, lambda: ())
    assert (caught.value.column, caught.value.row) == (0, 1)


# -- the writer knows


@dataclass(frozen=True)
class Writer:
    """How a program writes numbers."""

    decimal: str
    thousands: str
    places: int
    trims: bool
    least_grouped: int

    def __call__(self, value: float, places: int | None = None) -> str:
        text = f"{value:,.{self.places if places is None else places}f}"
        whole, _, fraction = text.partition(".")
        fraction = fraction.rstrip("0") if self.trims else fraction
        if len(whole.replace(",", "")) < self.least_grouped:
            whole = whole.replace(",", "")
        return whole.replace(",", self.thousands) + (self.decimal + fraction if fraction else "")


WRITERS = st.builds(
    lambda marks, *rest: Writer(*marks, *rest),
    st.sampled_from([".,", ",.", (".", ""), (",", ""), ". ", ", ", ".'", ",\u00a0", ",\u202f", ".’"]),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from([4, 5]),
)
AROUND: list[Callable[[str], str]] = [
    str,
    *(
        lambda text, word=word: f"{word}{text}"
        for word in ("$", "R$", "US$", "HK$", "Rs.", "₹", "€", "£ ", "CHF ")
    ),
    *(
        lambda text, word=word: f"{word}\u00a0{text}"
        for word in ("R$", "kr.", "TL", "INR", "NT$", "Fr.", "C$")
    ),
    *(
        lambda text, word=word: f"{text} {word}"
        for word in ("zł", "Kč", "kr", "€", "руб.", "USDT", "p", "Ft", "lei")
    ),
    *(
        lambda text, word=word: f"{text}{word}"
        for word in ("元", "円", "원", "₽", "₫", "฿", "GBX", "GBp", "€")
    ),
]
EVIDENCE: list[Callable[[Writer, random.Random], str]] = [
    lambda write, luck: write(luck.uniform(0.1, 999), 2) + luck.choice("KMB"),
    lambda write, luck: luck.choice(("", "-", "−")) + write(luck.uniform(0.1, 9), 2) + "%",
    lambda write, luck: write(luck.randrange(10**7), 0),
    lambda write, luck: write(luck.randrange(50, 10**5), 0),
    lambda write, luck: write(luck.uniform(0.1, 99), 1) + " Mio.",
    lambda write, luck: luck.choice(("09:30", "17:15", "x")),
    lambda write, luck: f"{luck.randrange(10**5, 10**6)}",
]
STARTS = st.floats(0.01, 1e6) | st.floats(900, 1100)


@given(
    WRITERS, st.sampled_from(AROUND), st.lists(st.sampled_from(EVIDENCE), max_size=2), STARTS,
    st.integers(2, 150), st.integers(0, 10**6), st.booleans(),
)  # fmt: skip
def test_no_number_is_wrong_without_a_word(
    write: Writer,
    around: Callable[[str], str],
    evidence: list[Callable[[Writer, random.Random], str]],
    start: float,
    rows: int,
    seed: int,
    points_decide: bool,
) -> None:
    prices = [round(value, write.places) for value in walk(start, rows, seed)]
    cells = [around(write(value)) for value in prices]
    luck = random.Random(seed)
    others = [[make(write, luck) for _ in range(rows)] for make in evidence]
    try:
        form, doubt = found(cells, *others, points_decide=points_decide)
    except BadCell as bad:
        assert "--decimal . or --decimal ," in bad.remedy  # and the option reads it
        form, doubt = found(cells, *others, points_decide=points_decide, decimal=write.decimal)
    read = parse_numbers(trim(pa.array(cells)), form).tolist()
    if doubt:
        assert points_decide and "thousands" in doubt
        form = found(cells, *others, decimal=write.decimal).form
        read = parse_numbers(trim(pa.array(cells)), form).tolist()
    assert read == prices
    assert read_amounts(pa.array(cells), form).tolist() == prices


@given(WRITERS, st.sampled_from(AROUND), STARTS, st.integers(2, 60), st.integers(0, 10**6))
def test_the_option_always_reads_what_was_written_with_that_mark(
    write: Writer, around: Callable[[str], str], start: float, rows: int, seed: int
) -> None:
    prices = [round(value, write.places) for value in walk(start, rows, seed)]
    cells = [around(write(value)) for value in prices]
    form, doubt = found(cells, decimal=write.decimal)
    assert doubt is None
    assert parse_numbers(trim(pa.array(cells)), form).tolist() == prices
