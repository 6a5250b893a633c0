"""A column and its cells, whatever kind of file they stand in.

In: names of columns, and cells as text. Out: which column is what, and its values.
Imports: nothing of ours.

column_kinds.py    what a cell looks like: a number, a date, nothing
column_names.py    what a column's name says, in many languages: the table of words
header.py          the columns of a table before one is chosen, and what was chosen
columns.py         which column is the price, which the ticker, what stands beside them
date_column.py     which column is the date, which the clock
date_formats.py    how dates are written
month_names.py     names of months, in many languages
epochs.py          numbers → moments
clocks.py          the clock that dates show, and the instants behind it
dates.py           text → dates, in one format for a file
numbers.py         text → numbers, in the format of a file
decimal_mark.py    which mark is the decimal one, in one format for a file
decorations.py     what stands around a number, or in its place: the table of words
table.py           columns of values of equal length
cell_positions.py  where a value stands, in words
read_options.py    what a person says about how files are to be read
"""
