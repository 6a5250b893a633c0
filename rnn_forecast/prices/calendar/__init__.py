"""The dates to come, by those of the file.

In: dates, sorted and unique. Out: how far apart they are; the dates that follow.
Imports: cells, sources, text.

periods.py        the frequency of rows
period_rules.py   the next weeks, half-months, months, quarters and years
holidays.py       days without trade that a file's gaps show: fixed, by weekday of a month, by Easter
summer_time.py    whether sessions begin an hour off in summer
early_closes.py   half days that years of bars show
hours.py          bars within the day, as the last weeks show them
session_hours.py  bars within the sessions of an exchange
holiday_file.py   a file of holidays → dates
exchange.py       the sessions of an exchange, if a package that knows them is there
choice.py         on which days there is trade, as a person says it
learnt.py         the dates on which this market trades next
kept.py           whether the rows so far keep to a calendar
sessions.py       how long ago a last price is
"""
