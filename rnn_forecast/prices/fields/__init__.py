"""The columns of a table: which is what.

In: names of columns, and a sample of their cells. Out: what was chosen, and the values as a `Table`.
Imports: cells.

column_names.py   what a column's name says, in many languages: the table of words
header.py         the columns of a table before one is chosen, and what was chosen
columns.py        which column is the price, which the ticker, what stands beside them
named_columns.py  the columns beside the price that a person names
date_column.py    which column is the date, which the clock
bar_columns.py    open, high, low and close, as the numbers tell
instruments.py    a column of few texts → tickers, or a refusal
sparing.py        a bad cell of one ticker among many → the others without it
table.py          columns of values of equal length
read_options.py   what a person says about how files are to be read
"""
