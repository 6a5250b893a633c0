"""The dates to come, by those of the file.

In: dates, sorted and unique. Out: how far apart they are; the dates that follow.
Imports: nothing of ours.

periods.py       the frequency of rows
period_rules.py  the next weeks, half-months, months, quarters and years
learnt.py        the next days and hours on which this market trades
sessions.py      how long ago a last price is
"""
