"""A file of holidays: one a line, or a table; and what is none."""

from pathlib import Path

import pytest

from rnn_forecast.errors import DataError, InputError
from rnn_forecast.prices.calendar.holiday_file import read_holidays

TWO = ("2025-12-24", "2026-01-02")


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-24\n2026-01-02\n",
        "2026-01-02\n2025-12-24\n2025-12-24",
        "# days off\n\n2025-12-24  # Christmas Eve\r\n2026-01-02\r\n",
        "24.12.2025\n02.01.2026\n",
        "2025-12-24,Christmas Eve\n2026-01-02,bridge\n",
        "date\n2025-12-24\n2026-01-02\n",
        'name,Date\n"Eve, of Christmas",2025-12-24\nbridge,2026-01-02\n',
        "name;date\nEve;24.12.2025\nbridge;02.01.2026\n",
        "\ufeff2025-12-24\n2026-01-02\n",
    ],
)
def test_dates_in_order_each_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "h").write_text(text, encoding="utf-8", newline="")
    assert read_holidays(str(tmp_path / "h")) == TWO


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "there is none"),
        ("\n \n", 1, "there is none"),
        ("# nothing\n", 1, "there is none"),
        ("date\n", 1, "there is none"),
        ("Christmas\n", 1, "'Christmas'"),
        ("2025-12-24\nChristmas\n", 2, "'Christmas'"),
        ("# x\n2025-12-24\n\n2025-02-30\n", 4, "'2025-02-30'"),
        ("name,date\nEve,2025-12-24\nbridge\n", 3, "''"),
    ],
)
def test_what_is_no_date_is_refused_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    (tmp_path / "h.txt").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_holidays(str(tmp_path / "h.txt"))
    assert f"h.txt, line {line}: " in error.value.message
    assert what in error.value.message


def test_no_file_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_holidays(str(tmp_path / "none.txt"))
