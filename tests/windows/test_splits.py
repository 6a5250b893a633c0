"""From which row on each part counts where every series has cuts of its own, against a loop over all rows."""

import numpy as np
import pytest

from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.recipe import Data
from rnn_forecast.windows.splits import held_back, moment_after, split_series

DAY, HOUR, SECOND = 86_400, 3_600, 1
SINCE = np.datetime64("2024-01-01", "s")


def priced(first: int, n: int, every: int, ticker: str = "T") -> PriceSeries:
    """`n` rows from the second `first` on, `every` seconds from one to the next."""
    dates = SINCE + (first + every * np.arange(n)) * np.timedelta64(1, "s")
    return PriceSeries(ticker, dates, np.linspace(1, 2, n))


def slow(series: list[PriceSeries], counts: np.ndarray, until: np.ndarray) -> list[int]:
    """The first row of each that begins when all of the first `counts` rows of all are over."""
    over = None
    for s, n in zip(series, counts.tolist(), strict=True):
        lasts = DAY if all(d == d.astype("datetime64[D]") for d in s.dates) else SECOND
        for date in s.dates[:n]:
            end = date + np.timedelta64(lasts, "s")
            over = end if over is None or end > over else over
    found = []
    for s, n, stop in zip(series, counts.tolist(), until.tolist(), strict=True):
        row = n if over is None else 0
        while over is not None and row < len(s) and s.dates[row] < over:
            row += 1
        found.append(min(row, stop))
    return found


PANELS = {
    "alike": [priced(0, 40, DAY), priced(0, 40, DAY)],
    "unequal ends": [priced(0, 40, DAY), priced(0, 25, DAY), priced(20 * DAY, 60, DAY)],
    "days and hours": [priced(0, 40, DAY), priced(9 * HOUR, 300, HOUR), priced(30 * DAY, 50, HOUR)],
    "hours that end on the day's last": [priced(0, 30, DAY), priced(0, 24 * 30, HOUR)],
    "one alone": [priced(0, 31, DAY)],
    "no rows in a part": [priced(0, 2, DAY), priced(0, 40, DAY), priced(5 * DAY, 1, DAY)],
    "none at all": [priced(0, 0, DAY), priced(0, 40, DAY)],
    "over before the other begins": [priced(0, 30, DAY), priced(300 * DAY, 30, DAY)],
}


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("stopping", [True, False])
@pytest.mark.parametrize("fractions", [(0.8, 0.1), (0.5, 0.5), (1.0, 0.0), (0.01, 0.9)])
def test_what_counts_begins_when_all_that_was_fitted_on_is_over(
    name: str, stopping: bool, fractions: tuple[float, float]
) -> None:
    series, (train, valid) = PANELS[name], fractions
    split = split_series(
        series, Data(split="rows", train_fraction=train, valid_fraction=valid), stopping=stopping
    )
    cuts, ends = (split.fit, split.validation, split.train), (split.validation, split.train, split.rows)
    for counts, until, since in zip(cuts, ends, split.since, strict=True):
        assert since.tolist() == slow(series, counts, until)
    each = split_series(
        series, Data(split="series", train_fraction=train, valid_fraction=valid), stopping=stopping
    )
    for own, counts in zip(each.since, cuts, strict=True):  # no calendar in common: each from its own cut
        assert own.tolist() == counts.tolist()
    assert split.cuts is None
    assert each.cuts is None


def test_the_moment_after_some_rows_is_by_hand() -> None:
    daily, hourly = priced(0, 10, DAY), priced(9 * HOUR, 300, HOUR)
    cases = [
        ((1, 0), "2024-01-02T00:00:00"),  # one day, over when the next begins
        ((3, 0), "2024-01-04T00:00:00"),
        ((0, 1), "2024-01-01T09:00:01"),  # a price of an hour, a second later
        ((1, 1), "2024-01-02T00:00:00"),  # the day lasts, whatever the hours say
        ((1, 20), "2024-01-02T04:00:01"),  # the hours are the later
    ]
    for counts, expected in cases:
        assert moment_after([daily, hourly], np.array(counts)) == np.datetime64(expected, "s")
    assert moment_after([daily, hourly], np.array([0, 0])) is None
    rows = PriceSeries("R", np.arange(1, 11), np.ones(10))
    assert moment_after([rows], np.array([4])) == 5


def test_days_that_another_was_fitted_on_do_not_count_by_hand() -> None:
    long, short = priced(0, 10, DAY), priced(0, 20, DAY)
    split = split_series(
        [long, short], Data(split="rows", train_fraction=0.5, valid_fraction=0.4), stopping=True
    )
    assert [part.tolist() for part in (split.fit, split.validation, split.train)] == [[3, 6], [4, 8], [5, 10]]
    assert [part.tolist() for part in split.since] == [[4, 6], [5, 8], [10, 10]]


@pytest.mark.parametrize("split", ["date", "rows", "series"])
def test_the_last_rows_of_a_fit_calibrate_and_nothing_of_them_is_fitted(split: str) -> None:
    series = [priced(0, 100, DAY), priced(30 * DAY, 50, DAY, "B"), priced(0, 8, DAY, "C")]
    data = Data(train_fraction=0.8, valid_fraction=0.0, split=split)
    whole = split_series(series, data, stopping=True)
    held = held_back(series, whole, data, 10)
    np.testing.assert_array_equal(held.train, whole.train)
    np.testing.assert_array_equal(held.rows, whole.rows)
    np.testing.assert_array_equal(held.fit, held.validation)
    expected = [70, 40, 8] if split == "date" else [70, 30, 0]
    assert held.fit.tolist() == expected
    np.testing.assert_array_equal(held.since[2], whole.since[2])
    if split == "date":
        assert held.cuts is not None
        assert held.cuts[1] == series[0].dates[70] == series[1].dates[40]
    if split == "rows":  # later than what was fitted of any
        newest = max(s.dates[n - 1] for s, n in zip(series, held.fit.tolist(), strict=True) if n)
        rows = zip(series, held.since[1].tolist(), held.train.tolist(), strict=True)
        assert all(first == stop or s.dates[first] > newest for s, first, stop in rows)
