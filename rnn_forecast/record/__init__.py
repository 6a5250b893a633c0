"""What was done, in one SQLite file: the runs of a batch, the models that are fresh, the forecasts.

In: rows. Out: the same rows in a later run.
Imports: system.

schema.py   the file: its tables, opening it, migrations from older formats
ledger.py   its rows: runs, tickers, models, forecasts
pruning.py  the rows that are too old
stored_values.py  values as SQLite gave them → rows; what is not of its kind is damage
"""
