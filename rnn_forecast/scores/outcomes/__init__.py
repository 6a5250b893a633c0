"""Forecasts beside their outcomes, and whether one was nearer than another.

In: forecasts and what came, as arrays. Out: errors, tests of skill, verdicts.
Imports: metrics, intervals.

pairs.py             forecasts and observations: what scores are made of
outlooks.py          what whole distributions said of some windows, in a few numbers a window
metrics_document.py  the types of metrics.json
overlaps.py          how many neighbouring origins share an outcome, whatever the calendars
squared_errors.py    errors in units that tickers share, and the verdict on two of them
skill.py             tests of skill, and one plain verdict
between.py           recipes beside each other, from the same origins
"""
