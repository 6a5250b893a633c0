"""The calendars of exchanges: days, sessions, half days and summer time as the package has them."""

import datetime
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import UsageError
from rnn_forecast.forecasts.dates_ahead import calendar_end
from rnn_forecast.prices import ReadOptions, read_prices
from rnn_forecast.prices.calendar import exchange
from rnn_forecast.prices.calendar.choice import Calendar
from rnn_forecast.prices.calendar.exchange import calendar_named, code_of, described, sessions
from rnn_forecast.prices.calendar.learnt import next_dates
from rnn_forecast.prices.series import PriceSeries


@pytest.fixture
def package() -> None:
    pytest.importorskip("exchange_calendars", reason='needs the extra: pip install "rnn-forecast[calendars]"')


def days(code: str, first: str, last: str) -> np.ndarray:
    known = sessions(code).days.astype("datetime64[D]")
    return known[(known >= np.datetime64(first)) & (known <= np.datetime64(last))].astype("datetime64[s]")


def bars(code: str, first: str, last: str, minutes: int, *, utc: bool, at_ends: bool = False) -> np.ndarray:
    """Made anew, session by session: at the starts of bars, or at their ends and the close."""
    found, moments = sessions(code), []
    for open_, close in zip(found.opens.tolist(), found.closes.tolist(), strict=True):
        if first <= str(np.datetime64(open_, "s")) <= last:
            starts = range(open_, close, 60 * minutes)
            moments += [min(one + 60 * minutes, close) for one in starts] if at_ends else starts
    if not utc:
        local = [datetime.datetime.fromtimestamp(one, found.zone) for one in moments]
        moments = [int(one.replace(tzinfo=datetime.UTC).timestamp()) for one in local]
    return np.array(moments).astype("datetime64[s]")


@pytest.mark.usefixtures("package")
class TestNewYork:
    def test_holidays_and_the_storm_of_2012(self) -> None:
        known = days("XNYS", "2012-01-01", "2012-10-26")
        said = next_dates(known, 44, Calendar("XNYS")).astype("datetime64[D]")
        assert str(said[0]) == "2012-10-31"
        assert not {"2012-11-22", "2012-12-25"} & set(map(str, said))

    @pytest.mark.parametrize("rows", [1, 2, 30, 4000])
    def test_the_days_to_come_are_its_sessions_however_few_are_known(self, rows: int) -> None:
        every = days("XNYS", "2005-01-01", "2024-12-31")
        np.testing.assert_array_equal(
            next_dates(every[4000 - rows : 4000], 500, Calendar("XNYS")), every[4000:4500]
        )

    def test_month_ends_are_its_last_sessions(self) -> None:
        every = days("XNYS", "2019-01-01", "2024-12-31")
        last = every[np.r_[np.diff(every.astype("datetime64[M]")).astype(int) > 0, True]]
        np.testing.assert_array_equal(next_dates(last[:60], 12, Calendar("XNYS")), last[60:72])
        assert "2024-03-28" in set(map(str, last.astype("datetime64[D]")))  # Good Friday is the 29th

    def test_further_holidays_are_left_out(self) -> None:
        known = days("XNYS", "2024-01-01", "2024-06-28")
        closed = int(np.datetime64("2024-07-01").astype(np.int64))
        said = next_dates(known, 2, Calendar("XNYS", (closed,))).astype("datetime64[D]")
        assert list(map(str, said)) == ["2024-07-02", "2024-07-03"]

    def test_a_half_day_ends_early_and_the_next_bar_is_the_next_sessions_first(self) -> None:
        known = bars("XNYS", "2023-11-01", "2024-11-28", 60, utc=False)
        said = next_dates(known, 6, Calendar("XNYS"))
        assert [str(one).replace("T", " ")[5:16] for one in said] == [
            "11-29 09:30", "11-29 10:30", "11-29 11:30", "11-29 12:30", "12-02 09:30", "12-02 10:30",
        ]  # fmt: skip


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("code", "minutes", "utc", "at_ends"),
    [
        ("XNYS", 60, True, False), ("XNYS", 30, False, True), ("XLON", 60, True, False),
        ("XLON", 60, False, True), ("XTKS", 30, True, False), ("CMES", 60, True, False),
        ("XASX", 60, True, False),
    ],
)  # fmt: skip
def test_bars_to_come_are_those_of_the_sessions(code: str, minutes: int, utc: bool, at_ends: bool) -> None:
    """Through half days and both changes of the clock."""
    every = bars(code, "2022-06-01", "2024-03-31", minutes, utc=utc, at_ends=at_ends)
    first = int(np.searchsorted(every, np.datetime64("2023-03-01")))
    for origin in range(first, len(every) - 200, (len(every) - first) // 40):
        said = next_dates(every[: origin + 1], 60, Calendar(code))
        np.testing.assert_array_equal(said, every[origin + 1 : origin + 61], err_msg=str(every[origin]))


@pytest.mark.usefixtures("package")
def test_where_a_calendar_ends_the_weekdays_go_on_and_a_notice_says_so() -> None:
    end = sessions("XBOM").days[-1].astype("datetime64[D]")
    known = days("XBOM", str(end - 800), str(end - 10))
    one = PriceSeries("A", known, np.arange(1.0, len(known) + 1), calendar=Calendar("XBOM"))
    said = next_dates(known, 40, one.calendar)
    late = said[said.astype("datetime64[D]") > end]
    assert len(late) >= 30
    assert np.is_busday(late.astype("datetime64[D]")).all()
    [notice] = calendar_end(one, said)
    assert notice.text.startswith(f"the calendar XBOM ends on {end}: dates from {str(late[0])[:10]} on")
    assert not list(calendar_end(one, said[:2]))
    assert not list(calendar_end(PriceSeries("A", known, one.prices), said))


@pytest.mark.usefixtures("package")
def test_bars_after_a_calendars_end_go_on_as_without_it() -> None:
    late = bars("XBOM", "2023-01-01", "2023-12-31", 60, utc=True) + np.timedelta64(52 * 7 * 20, "D")
    np.testing.assert_array_equal(next_dates(late, 60, Calendar("XBOM")), next_dates(late, 60))


@pytest.mark.usefixtures("package")
def test_names_in_any_case_other_names_and_unknown_ones() -> None:
    assert [code_of(name) for name in ("xnys", "NYSE", "XETR", "Learn", "24/7")] == [
        "XNYS", "XNYS", "XETR", "learn", "24/7",
    ]  # fmt: skip
    with pytest.raises(UsageError) as error:
        code_of("XNYZ")
    assert "'XNYZ'" in error.value.message
    assert "XNYS" in error.value.remedy
    assert (described(Calendar("XNYS")) or "").startswith("XNYS, exchange_calendars 4.")
    assert described(Calendar()) is None


def test_without_the_package_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "exchange_calendars", None)
    exchange.code_of.cache_clear()
    assert calendar_named(None) == Calendar()
    assert calendar_named("24/7").name == "24/7"
    with pytest.raises(UsageError) as error:
        calendar_named("XNYS")
    assert 'pip install "rnn-forecast[calendars]"' in error.value.remedy


def file_of(dates: np.ndarray, folder: Path) -> str:
    rng = np.random.default_rng(0)
    prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, len(dates))))
    rows = [f"{str(day)[:10]},{price:.4f}" for day, price in zip(dates, prices, strict=True)]
    (folder / "a.csv").write_text("date,price\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return str(folder / "a.csv")


@pytest.mark.usefixtures("package")
def test_rows_that_stray_from_the_calendar_are_told(tmp_path: Path) -> None:
    every = days("XNYS", "2022-01-01", "2023-12-31")
    source = file_of(every, tmp_path)
    assert not read_prices([source], ReadOptions(calendar="XNYS", strict=True)).decisions.checks
    odd = np.union1d(np.delete(every, [10, 20, 21]), np.array(["2022-07-04"], "datetime64[s]"))
    found = read_prices([file_of(odd, tmp_path)], ReadOptions(calendar="XNYS")).decisions
    missing = str(every[10])[:10]
    assert [(one.kind, one.date) for one in found.checks] == [("no row", missing), ("no trade", "2022-07-04")]
    assert "3 days of trade by --calendar XNYS" in found.checks[0].what
    assert found.calendar == described(Calendar("XNYS"))


def test_holidays_that_have_rows_are_told_and_days_that_lack_one_of_24_7(tmp_path: Path) -> None:
    every = np.arange("2022-01-01", "2022-12-31", dtype="datetime64[D]").astype("datetime64[s]")
    source = file_of(np.delete(every, [40]), tmp_path)
    [lacks] = read_prices([source], ReadOptions(calendar="24/7")).decisions.checks
    assert (lacks.kind, lacks.date) == ("no row", "2022-02-10")
    [closed] = read_prices([source], ReadOptions(holidays=("2022-05-01", "2030-05-01"))).decisions.checks
    assert (closed.kind, closed.date) == ("no trade", "2022-05-01")
    assert not read_prices([source], ReadOptions(calendar="none")).decisions.checks
