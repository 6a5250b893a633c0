"""Dates are read back as they were written, whatever the form; what two forms read differently is decided by
the rows or refused."""

import calendar
import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_forecast.errors import UsageError
from rnn_forecast.prices.cells.cell_positions import BadCell
from rnn_forecast.prices.cells.column_kinds import is_clock, is_date
from rnn_forecast.prices.cells.date_formats import FORMATS, named_format
from rnn_forecast.prices.cells.dates import Parsed, parse_dates

TODAY = np.datetime64("2026-11-26", "s")
MOMENTS = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2026, 11, 1)).map(
    lambda t: t.replace(microsecond=0)
)
MONTHS = {
    "German": "Jan Feb März Apr Mai Juni Juli Aug Sept Okt Nov Dez",
    "French": "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
    "Spanish": "ene feb mar abr may jun jul ago sep oct nov dic",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "Italian": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Dutch": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "Russian": "янв. февр. марта апр. мая июня июля авг. сент. окт. нояб. дек.",
    "Turkish": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
    "Turkish in capitals": "OCAK ŞUBAT MART NİSAN MAYIS HAZİRAN TEMMUZ AĞUSTOS EYLÜL EKİM KASIM ARALIK",
    "French without accents": "jan fevrier mars avril mai juin juil aout sept oct nov decembre",
    "English": "January February March April May June July August September October November December",
}  # fmt: skip


def parse(cells: Sequence[str], chosen: str | None = None) -> Parsed:
    return parse_dates(pa.array(list(cells)), 0, chosen, TODAY)


def days(found: Parsed) -> list[dt.date]:
    return [one.date() for one in found.values.tolist()]


@given(st.lists(MOMENTS, min_size=2, max_size=9, unique_by=lambda t: t.date()), st.sampled_from(FORMATS))
def test_a_form_that_strptime_knows_is_read_as_strptime_reads_it(moments, form):
    if any(mark in form.name for mark in ("%q", "%G", "年", "년")):
        return
    cells = [moment.strftime(form.name) for moment in moments]
    want = [dt.datetime.strptime(cell, form.name) for cell in cells]
    assert parse(cells, form.name).values.tolist() == want
    try:
        found = parse(cells)
    except BadCell as bad:
        assert "--date-format" in bad.remedy  # another form reads them too, and differs
    else:
        assert found.values.tolist() == want or found.name != form.name


CLOCKS: list[Callable[[dt.datetime], str]] = [
    lambda t: f" {t:%H:%M:%S}", lambda t: f"T{t:%H:%M:%S}", lambda t: f"  {t:%H:%M:%S}", lambda t: f", {t:%I:%M:%S %p}",
    lambda t: f" {t:%H:%M:%S} US/Eastern", lambda t: f" {t:%H:%M:%S} EST", lambda t: f"T{t:%H:%M:%S}.000Z",
    lambda t: f" {t:%H:%M:%S}.250 GMT+0100", lambda t: f" {t:%H:%M:%S}-05:00", lambda t: f" {t:%H:%M:%S} [Europe/Berlin]",
]  # fmt: skip


@given(
    st.lists(MOMENTS, min_size=3, max_size=9, unique=True),
    st.sampled_from(CLOCKS),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d-%b-%Y", "%Y%m%d"]),
)
def test_a_clock_behind_the_date_is_read_as_it_stands(moments, clock, form):
    found = parse([moment.strftime(form) + clock(moment) for moment in moments])
    assert found.values.tolist() == moments


@pytest.mark.parametrize(
    ("text", "ahead"),
    [("Z", 0), ("+00:00", 0), ("-05:00", -18_000), ("+0530", 19_800), (" GMT+0200", 7_200), (" UTC", 0)],
)
def test_an_offset_is_told_and_not_applied(text: str, ahead: int) -> None:
    found = parse([f"2024-01-02T10:00:00{text}", f"2024-01-03T11:30:00{text}"])
    assert found.values.tolist() == [dt.datetime(2024, 1, 2, 10), dt.datetime(2024, 1, 3, 11, 30)]
    assert found.offsets is not None and found.offsets.tolist() == [ahead, ahead]
    assert parse(["2024-01-02 10:00:00", "2024-01-03 11:00:00"]).offsets is None
    assert parse(["2024-01-02 10:00:00Z", "2024-01-03 11:00:00"]).offsets is None


@pytest.mark.parametrize("language", MONTHS)
@pytest.mark.parametrize(
    "shape", ["{d} {m} {y}", "{d:02}/{m}/{y}", "{d}. {m} {y}", "{d:02}-{m}-{y}", "{y}/{m}/{d:02}"]
)
def test_months_have_names_in_ten_languages(language: str, shape: str) -> None:
    names = MONTHS[language].split()
    want = [dt.date(2019, month, 2 * month + 2) for month in range(1, 13)]
    cells = [shape.format(d=one.day, m=names[one.month - 1], y=one.year) for one in want]
    assert days(parse(cells)) == want
    assert all(map(is_date, cells))


@pytest.mark.parametrize(
    "shape",
    [
        "{y}年{m}月{d}日",
        "{y}年{m:02}月{d:02}日",
        "{y}년 {m:02}월 {d:02}일",
        "{y}- {m:02}- {d:02}",
        "{y}. {m}. {d}.",
    ],
)
def test_dates_of_the_east(shape: str) -> None:
    want = [dt.date(2020, 1, 2), dt.date(2020, 2, 13), dt.date(2021, 12, 31)]
    cells = [shape.format(y=one.year, m=one.month, d=one.day) for one in want]
    assert days(parse(cells)) == want and all(map(is_date, cells))


@pytest.mark.parametrize("shape", ["{y}Q{q}", "{y}-Q{q}", "{y} q{q}", "Q{q} {y}", "{q}Q{y}", "{q}Q{s:02}"])
def test_quarters_are_their_first_day(shape: str) -> None:
    periods = [(year, quarter) for year in (1999, 2000, 2021) for quarter in (1, 2, 3, 4)]
    cells = [shape.format(y=year, q=quarter, s=year % 100) for year, quarter in periods]
    assert days(parse(cells)) == [dt.date(year, 3 * quarter - 2, 1) for year, quarter in periods]


@given(
    st.dates(dt.date(1975, 1, 1), dt.date(2026, 10, 1)),
    st.sampled_from(["{0}-W{1:02}", "{0}W{1:02}", "{0}-W{1:02}-{2}"]),
)
def test_weeks_are_those_of_iso_8601(day, shape):
    year, week, weekday = day.isocalendar()
    cells = [shape.format(year, week, weekday), "2020-W53-1" if "{2}" in shape else shape.format(2020, 53)]
    want = dt.date.fromisocalendar(year, week, weekday if "{2}" in shape else 1)
    assert days(parse(cells))[0] == want


def test_a_week_that_the_year_does_not_have_is_refused():
    with pytest.raises(BadCell, match="no day of the calendar"):
        parse(["2020-W53", "2021-W53"])


@pytest.mark.parametrize("form", ["%Y-%m", "%Y/%m", "%m/%Y", "%YM%m", "%b %Y", "%Y%m", "%Y"])
def test_months_and_years_are_their_first_day(form: str) -> None:
    want = [
        dt.date(year, 1 if form == "%Y" else month, 1)
        for year in (2018, 2019)
        for month in ((1,) if form == "%Y" else (1, 2, 11))
    ]
    assert days(parse([one.strftime(form) for one in want])) == want


def both(dates: Sequence[dt.date]) -> list[str]:
    return [f"{one.month}/{one.day}/{one.year}" for one in dates]


@pytest.mark.parametrize("step", [1, -1])
def test_how_far_dates_lie_apart_tells_day_from_month(step: int) -> None:
    monthly = [dt.date(2008 + i // 12, i % 12 + 1, 1) for i in range(40)][::step]
    assert days(parse(both(monthly))) == monthly
    fifth = [dt.date(2008 + i // 12, i % 12 + 1, 5) for i in range(40)][::step]
    assert days(parse(both(fifth))) == fifth
    daily = [
        dt.date(2021, month, day)
        for month in (2, 3, 4)
        for day in range(1, 13)
        if dt.date(2021, month, day).weekday() < 5
    ]
    assert days(parse(both(daily)[::step])) == daily[::step]


STEPS: dict[str, Callable[[dt.date, int], dt.date]] = {
    "monthly": lambda first, i: dt.date(
        first.year + (first.month + i - 1) // 12, (first.month + i - 1) % 12 + 1, 1
    ),
    "weekly": lambda first, i: first + dt.timedelta(weeks=i),
    "daily": lambda first, i: first + dt.timedelta(days=i),
}


@given(
    st.dates(dt.date(1980, 1, 1), dt.date(2020, 1, 1)),
    st.integers(2, 60),
    st.sampled_from(list(STEPS)),
    st.sampled_from(["%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y"]),
    st.sampled_from(["oldest first", "newest first", "shuffled"]),
    st.randoms(use_true_random=False),
)
def test_day_and_month_are_right_or_asked_for_in_any_order(first, count, step, form, order, chance):
    want = [STEPS[step](first, i) for i in range(count)]
    if order == "newest first":
        want.reverse()
    if order == "shuffled":
        chance.shuffle(want)
    try:
        assert days(parse([one.strftime(form) for one in want])) == want
    except BadCell as bad:
        assert count < 40, "so many rows tell"
        assert bad.remedy.count("--date-format") == 2 and form in bad.remedy


def test_what_nothing_tells_is_refused_with_both_forms():
    for cells in (
        ["01/02/2024", "02/03/2024", "03/04/2024"],
        [f"{i:02}/{i + 1:02}/2024" for i in range(1, 12)],
    ):
        with pytest.raises(BadCell) as caught:
            parse(cells)
        assert (
            "--date-format %d/%m/%Y" in caught.value.remedy
            and "--date-format %m/%d/%Y" in caught.value.remedy
        )
    assert days(parse(["01/02/2024", "02/03/2024"], "%m/%d/%Y")) == [dt.date(2024, 1, 2), dt.date(2024, 2, 3)]


def test_one_row_decides_for_all():
    assert days(parse(["01/02/2024", "13/02/2024"])) == [dt.date(2024, 2, 1), dt.date(2024, 2, 13)]
    with pytest.raises(BadCell):
        parse(["13/02/2024", "02/13/2024"])


@given(st.lists(st.dates(dt.date(2000, 1, 1), dt.date(2026, 1, 1)), min_size=1, max_size=12))
def test_a_day_that_is_none_is_refused_where_it_stands(dates):
    cells = [f"{one:%Y-%m-%d}" for one in dates]
    year = dates[0].year
    last = calendar.monthrange(year, 2)[1]
    with pytest.raises(BadCell, match="no day of the calendar") as caught:
        parse([*cells, f"{year}-02-{last + 1}"])
    assert caught.value.row == len(cells)


@given(
    st.lists(MOMENTS, min_size=2, max_size=9, unique=True), st.sampled_from(["%Y%m%d%H%M", "%Y%m%d%H%M%S"])
)
def test_digits_from_year_to_minute_or_second_are_no_epoch(moments, form):
    """`202401021530`, counted in milliseconds, is a day of 1976."""
    cells = [moment.strftime(form) for moment in moments]
    assert parse(cells).values.tolist() == [dt.datetime.strptime(cell, form) for cell in cells]
    assert all(map(is_date, cells))


@given(st.lists(st.integers(31_536_000, 999_999_999), min_size=9, max_size=9, unique=True))
def test_an_epoch_in_milliseconds_of_twelve_digits_is_one(seconds):
    cells = [str(1000 * one) for one in seconds]
    want = [dt.datetime.fromtimestamp(one, dt.UTC).replace(tzinfo=None) for one in seconds]
    assert parse(cells).values.tolist() == want


def test_a_form_that_a_person_names():
    assert days(parse(["2020Q3", "2021Q1"], "%YQ%q")) == [dt.date(2020, 7, 1), dt.date(2021, 1, 1)]
    assert days(parse(["2020-W02"], "%G-W%V")) == [dt.date(2020, 1, 6)]
    assert parse(["1577836800"], "epoch").values.tolist() == [dt.datetime(2020, 1, 1)]
    with pytest.raises(BadCell):
        parse(["2020-01-02"], "epoch")
    for wrong in ("%Q", "%d.%m", "%Y-%Y"):
        with pytest.raises(UsageError):
            named_format(wrong)


@pytest.mark.parametrize(
    "cell",
    ["1.5", "12.2020", "20201", "1,234.50", "AAPL", "T0001", "190.28M", "5%", "", "-", "2019,100.5", "EQ"],
)
def test_what_is_no_date(cell: str) -> None:
    assert not is_date(cell)


@pytest.mark.parametrize(
    ("cell", "is_one"),
    [
        ("09:30", True),
        ("9:30:00", True),
        ("09:30:00.123", True),
        ("9:30 PM", True),
        ("0930", False),
        ("2020-01-02 09:30", False),
        ("x", False),
    ],
)
def test_a_time_of_day(cell: str, is_one: bool) -> None:
    assert is_clock(cell) == is_one


def test_of_three_forms_the_one_that_keeps_the_order_is_it():
    want = [dt.date(2010, 1, 1) + dt.timedelta(days=i) for i in range(700)]
    want = [one for one in want if one.day <= 12 and one.year < 2013]
    found = parse([f"{one:%y/%m/%d}" for one in want])
    assert (found.name, days(found)) == ("%y/%m/%d", want)


def test_digits_that_only_read_as_days_to_come_are_refused():
    with pytest.raises(BadCell, match="after today") as caught:
        parse(["280131", "290131"])
    assert caught.value.row == 1


@pytest.mark.parametrize("form", ["%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%d-%H:%M:%S", "%Y%m%d:%H%M%S"])
@pytest.mark.parametrize("hours", [1, 24])
def test_digits_of_day_and_clock_are_no_moment_since_1970(form: str, hours: int) -> None:
    """As thousandths of a second since 1970, `202001020900` would be a day of May 1976."""
    want = [dt.datetime(2020, 1, 2, 9) + dt.timedelta(hours=hours * i) for i in range(60)]
    cells = [one.strftime(form) for one in want]
    assert parse(cells).values.tolist() == want
    assert parse(cells, form).values.tolist() == want
    assert all(map(is_date, cells))


@pytest.mark.parametrize("first", [dt.date(2001, 1, 1), dt.date(2010, 10, 1), dt.date(2012, 12, 10)])
@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_year_in_front_is_no_day_of_an_early_year(first: dt.date, count: int) -> None:
    """`20010102` is 20 January of the year 102 as well, and `20101001` 20 October of 1001."""
    want = [first + dt.timedelta(days=i) for i in range(count)]
    assert days(parse([f"{one:%Y%m%d}" for one in want])) == want


@pytest.mark.parametrize("mark", ["/", "-", "."])
@pytest.mark.parametrize("first_year", [2001, 2005, 2008])
def test_the_year_in_front_is_weighed_with_the_other_two_forms(mark: str, first_year: int) -> None:
    """`08/02/01` monthly: month first is in order too, twelve days and then a hole in each month."""
    want = [dt.date(first_year + i // 12, i % 12 + 1, 1) for i in range(48)]
    assert days(parse([one.strftime(f"%y{mark}%m{mark}%d") for one in want])) == want


@pytest.mark.parametrize("form", ["%y.%m.%d", "%d.%m.%y"])
def test_two_digit_years_between_points(form: str) -> None:
    want = [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(60)]
    assert days(parse([one.strftime(form) for one in want])) == want


def test_all_forms_that_differ_are_named():
    with pytest.raises(BadCell) as caught:
        parse(["01/02/03", "02/03/04"])
    assert all(
        f"--date-format {form}" in caught.value.remedy for form in ("%d/%m/%y", "%m/%d/%y", "%y/%m/%d")
    )


@pytest.mark.parametrize("mark", [".", "-", "/", ":"])
def test_numbers_from_one_to_four_behind_a_year_are_quarters(mark: str) -> None:
    want = [dt.date(1980 + i // 4, 3 * (i % 4) + 1, 1) for i in range(30)]
    cells = [f"{one.year}{mark}{(one.month + 2) // 3}" for one in want]
    assert days(parse(cells)) == want
    assert days(parse(cells[:3], f"%Y{mark}%q")) == want[:3]
    if mark != ":":
        monthly = [dt.date(1980 + i // 12, i % 12 + 1, 1) for i in range(30)]
        assert days(parse([f"{one.year}{mark}{one.month}" for one in monthly])) == monthly
        with pytest.raises(BadCell, match=f"%Y{mark}%m or %Y{mark}%q".replace(".", r"\.")):
            parse(cells[:4])
