"""Cells of text → values: ONE way of writing for a file, that all its rows decide and are held to.

In: cells as text. Out: dates and numbers, and what a cell looks like.
Imports: nothing of ours.

column_kinds.py    what a cell looks like: a number, a date, a clock, nothing
numbers.py         text → numbers, in one format for a file
named_values.py    text → the values of a column that a person named: numbers and flags
decimal_mark.py    which format that is: the evidence of all columns
decorations.py     currencies, units and words for nothing: the table
dates.py           text → dates, in one format for a file
date_parts.py      cells → moments by one format
zones.py           what cells say of their zone → seconds ahead of UTC
date_formats.py    how dates are written
month_names.py     names of months, in many languages
epoch_numbers.py   numbers → moments
clocks.py          the clock that dates show, and the instants behind it
cell_positions.py  where a value stands, in words
"""
