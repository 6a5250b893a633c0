"""Never one series across two instruments: a label that nobody named tells them apart, or is asked about."""

from pathlib import Path

import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.prices import Reading, ReadOptions, read_prices

DAYS = [f"2024-01-{day:02}" for day in range(1, 31)]


def rows(name: str, days: list[str], start: float) -> list[str]:
    return [f"{day},{name},{start + i * 0.5:.2f}" for i, day in enumerate(days)]


def read(folder: Path, lines: list[str], **options: object) -> Reading:
    path = folder / "FILE.csv"
    path.write_text("\n".join(["date,leg,close", *lines]) + "\n", encoding="utf-8")
    return read_prices([str(path)], ReadOptions(**options))  # type: ignore[arg-type]


def test_labels_under_which_dates_repeat_are_tickers(tmp_path: Path) -> None:
    for lines in (
        rows("A", DAYS, 100) + rows("B", DAYS, 7),
        [row for pair in zip(rows("A", DAYS, 100), rows("B", DAYS, 7), strict=True) for row in pair],
    ):
        found = {one.ticker: one.prices[0] for one in read(tmp_path, lines).series}
        assert found == {"A": 100.0, "B": 7.0}


def test_one_label_after_another_is_asked_about(tmp_path: Path) -> None:
    lines = rows("ESH4", DAYS[:15], 100) + rows("ESM4", DAYS[15:], 107.5)
    with pytest.raises(DataError, match="line 17, column 'leg': 'ESH4' becomes 'ESM4'") as caught:
        read(tmp_path, lines)
    assert "--ticker-column" in caught.value.remedy and "--as" in caught.value.remedy
    assert [len(one) for one in read(tmp_path, lines, ticker_column="leg").series] == [15, 15]
    (one,) = read(tmp_path, lines, as_ticker="ES").series
    assert (one.ticker, len(one)) == ("ES", 30)


@pytest.mark.parametrize(
    ("column", "one", "other"), [("grp", "600000", "600001"), ("Currency", "USD", "EUR")]
)
def test_codes_of_numbers_and_currencies_too(tmp_path: Path, column: str, one: str, other: str) -> None:
    lines = [*rows(one, DAYS[:15], 100), *rows(other, DAYS[15:], 107.5)]
    path = tmp_path / "F.csv"
    path.write_text("\n".join([f"date,{column},close", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"'{one}' becomes '{other}'"):
        read_prices([str(path)], ReadOptions())


@pytest.mark.parametrize("names", [["EQ"], ["Mon", "Tue", "Wed", "Thu", "Fri"], ["up", "down", "down"]])
def test_other_words_are_left_alone(tmp_path: Path, names: list[str]) -> None:
    lines = [row for i, day in enumerate(DAYS) for row in rows(names[i % len(names)], [day], 100 + i)]
    (one,) = read(tmp_path, lines).series
    assert (one.ticker, len(one)) == ("FILE", 30)


def test_a_note_on_some_rows_is_no_instrument(tmp_path: Path) -> None:
    lines = [
        row.replace(",x,", ",note,") if i == 9 else row.replace(",x,", ",,")
        for i, row in enumerate(rows("x", DAYS, 9))
    ]
    assert len(read(tmp_path, lines).series[0]) == 30
