"""What is known ahead has to be known at each step, on the days that the file itself lists."""

from dataclasses import replace

import numpy as np
import pytest
from toys import COLUMNS, toy_model, walk, with_columns

from rnn_forecast.errors import DataError
from rnn_forecast.forecasts.dates_ahead import dates_ahead
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.prices.series import Ahead

DAY = np.timedelta64(86_400, "s")
KNOWN = ("event",)
S = with_columns(300, seed=1, ahead=6)


def ahead_of(days, values):
    return replace(S, ahead=Ahead(S.dates[-1] + np.array(days) * DAY, {"event": np.array(values, float)}))


def test_the_days_of_the_file_are_those_that_are_forecast():
    s = replace(S, dates=S.dates.copy())
    s.dates[-1] += DAY  # a day without trade has been seen
    holiday = Ahead(s.dates[-1] + np.array([1, 3, 4]) * DAY, {"event": np.ones(3)})
    found = dates_ahead([replace(s, ahead=holiday)], 3, KNOWN)
    np.testing.assert_array_equal(found[0], holiday.dates)
    assert found[0].tolist() != dates_ahead([s], 3)[0].tolist()


def test_weekends_of_a_calendar_of_all_days_are_no_rows():
    weekdays = np.arange(np.datetime64("2020-01-06"), np.datetime64("2020-12-19")).astype("M8[s]")
    weekdays = weekdays[np.is_busday(weekdays.astype("M8[D]"))]
    s = with_columns(len(weekdays), seed=1)
    every = Ahead(weekdays[-1] + np.arange(1, 8) * DAY, {"event": np.arange(7.0)})
    s = replace(s, dates=weekdays, ahead=every)  # it ends on a Friday
    found = dates_ahead([s], 4, KNOWN)[0]
    np.testing.assert_array_equal(found, dates_ahead([s], 4)[0])
    model = toy_model([s], **COLUMNS, horizon=2)
    bare = replace(s, ahead=Ahead(every.dates[2:], {"event": every.columns["event"][2:]}))
    np.testing.assert_array_equal(forecast(model, [s], 4).forecast, forecast(model, [bare], 4).forecast)


@pytest.mark.parametrize(
    ("days", "values", "missing"),
    [
        ([], [], "2020-10-27, 2020-10-28, 2020-10-29"),
        ([1, 2], [0, 1], "2020-10-29"),
        ([1, 2, 3], [0, np.nan, 1], "2020-10-28"),
        ([1, 2], [np.nan, 1], "2020-10-27, 2020-10-29"),
        ([1, 3, 9], [1, 1, 1], "2020-10-28, 2020-10-29"),  # the days of events alone
        ([2, 3, 4], [1, 1, 1], "2020-10-27, 2020-10-28, 2020-10-29"),
    ],
)
def test_days_that_nothing_is_said_of_are_named(days, values, missing):
    with pytest.raises(DataError, match=rf"T: event must be known for all 3 .* not for {missing}\. Add"):
        dates_ahead([walk(40, ticker="U"), ahead_of(days, values)][1:], 3, KNOWN)


def test_a_single_step_is_said_as_one():
    with pytest.raises(DataError) as caught:
        dates_ahead([replace(S, ahead=None)], 1, KNOWN)
    assert (
        "must be known for the row that the network sees, and is not for 2020-10-27." in caught.value.message
    )
    assert caught.value.remedy == "Add rows with this date and no price."


def test_a_long_list_of_days_is_cut_and_no_rows_at_all_are_none():
    with pytest.raises(DataError, match=r"2020-10-27, .*2020-10-31 and 15 more"):
        dates_ahead([replace(S, ahead=None)], 20, KNOWN)


def test_each_of_several_columns_has_to_be_known():
    s = ahead_of([1, 2], [0, 1])
    both = replace(s, ahead=replace(s.ahead, columns={**s.ahead.columns, "other": np.array([np.nan, 1])}))
    assert dates_ahead([both], 2, KNOWN).shape == (1, 2)
    for named in (("event", "other"), ("other", "event"), ("event", "never")):
        with pytest.raises(DataError, match=f"{named[0]}, {named[1]} must be known .* not for 2020-10-27"):
            dates_ahead([both], 2, named)


def test_a_week_may_end_on_another_day():
    fridays = np.datetime64("2018-01-05", "s") + 7 * DAY * np.arange(len(S))
    weekly = replace(S, dates=fridays, ahead=Ahead(fridays[-1:] + 6 * DAY, {"event": np.ones(1)}))
    np.testing.assert_array_equal(dates_ahead([weekly], 1, KNOWN)[0], fridays[-1:] + 6 * DAY)


def test_rows_without_dates_are_counted_on():
    s = replace(S, dates=np.arange(1, 301), ahead=Ahead(np.array([301, 302]), {"event": np.ones(2)}))
    assert dates_ahead([s], 2, KNOWN).tolist() == [[301, 302]]
    with pytest.raises(DataError, match="not for 303"):
        dates_ahead([s], 3, KNOWN)


def test_a_forecast_asks_for_whole_horizons_of_rows():
    """The network sees all of them: with fewer, what it says of the first step would be another number."""
    model = toy_model([S.until(280)], **COLUMNS, horizon=3)
    tables = {steps: forecast(model, [S], steps).forecast for steps in (1, 2, 3, 6)}
    for steps, found in tables.items():
        np.testing.assert_array_equal(found, tables[6][:steps])
    with pytest.raises(DataError, match="not for 2020-11-02"):
        forecast(model, [S], 7)
    for days, missing in (([1, 2], "2020-10-29"), ([1, 2, 3], None)):
        some = ahead_of(days, S.ahead.columns["event"][: len(days)])
        if missing is None:
            assert len(forecast(model, [some], 2)) == 2
        else:
            with pytest.raises(DataError, match=f"for all 3 rows .* not for {missing}"):
                forecast(model, [some], 2)


def test_a_model_without_columns_asks_for_none():
    model = toy_model([S])
    plain = replace(S, columns={}, ahead=None)
    np.testing.assert_array_equal(forecast(model, [S], 9).forecast, forecast(model, [plain], 9).forecast)
    np.testing.assert_array_equal(forecast(model, [S], 9).date, forecast(model, [plain], 9).date)
