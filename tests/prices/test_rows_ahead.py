"""What a file knows ahead: rows after the last price, each a day of its own, and never a price."""

from pathlib import Path

import numpy as np
from beside_rows import FLAG, PRICES, ROWS, WHOLE, N, read, refusal, table, write

from rnn_forecast.prices import ReadOptions


def test_rows_without_dates_follow_by_count(tmp_path: Path) -> None:
    rows = [[p, f] for p, f in zip(PRICES, FLAG, strict=True)]
    path = write(tmp_path / "x.csv", table([*rows, [None, 1], [None, 0]], "close,earnings"))
    (one,) = read(path, options=ReadOptions(known=("earnings",)))
    assert one.ahead is not None
    assert one.ahead.dates.tolist() == [N + 1, N + 2]
    assert one.ahead.columns["earnings"].tolist() == [1.0, 0.0]


def test_a_day_ahead_that_is_told_twice_and_not_alike_is_refused(tmp_path: Path) -> None:
    rows = [*WHOLE, ["2099-01-02", None, None, 0.5]]
    assert (
        "for 2099-01-02, which has '1'"
        in refusal(write(tmp_path / "A.csv", table(rows)), known=("earnings",)).message
    )
    (tmp_path / "2").mkdir()
    other = write(tmp_path / "2" / "A.csv", table([*ROWS, ["2099-01-02", None, None, 0.5]]))
    first = write(tmp_path / "A.csv", table(WHOLE))
    assert "A at 2099-01-02" in refusal(first, other, known=("earnings",)).message


def test_a_price_after_today_is_refused_all_the_same(tmp_path: Path) -> None:
    rows = [*ROWS, ["2099-01-02", 100.0, 1, 1]]
    assert "after today" in refusal(write(tmp_path / "A.csv", table(rows)), known=("earnings",)).message
    refusal(write(tmp_path / "B.csv", table(WHOLE)), past=("vix",))  # nothing is known ahead


def test_a_day_ahead_of_which_nothing_is_said_stays_a_day(tmp_path: Path) -> None:
    """Else the days after it would be forecast a step too early."""
    later = [["2099-01-02", None, None, 1], ["2099-01-03", None, None, None], ["2099-01-04", None, None, 0]]
    told_elsewhere = ["2099-01-04", None, 15.0, None]
    ends = ["2099-01-05", None, None, None]
    text = table([*ROWS, *later, told_elsewhere, ends])
    (one,) = read(write(tmp_path / "A.csv", text))
    assert one.ahead is not None
    assert one.ahead.dates.astype("M8[D]").astype(str).tolist() == ["2099-01-02", "2099-01-03", "2099-01-04"]
    np.testing.assert_array_equal(one.ahead.columns["earnings"], [1.0, np.nan, 0.0])
