"""What was done, in one SQLite file: the runs of a batch, fresh models, forecasts and what came.

In: rows. Out: the same rows in a later run.
Imports: system, prices, metrics, forecasts, scores.

ledger_tables.py  its tables, and the triggers that keep the record as it is
schema.py         the file: how it is made and opened
upgrades.py       ledgers of older formats
ledger.py         its rows: runs, tickers, models, forecasts
recorded.py       a forecast table → its rows
resolve.py        past forecasts and a later file → what came of them
coming_true.py    the same in the ledger
what_came.py      all that came, as columns
past_scores.py    were past forecasts right?
alarms.py         has a band stopped holding, does skill harm? Asked every night
standing_alarms.py  the same of the ledger
pruning.py        the rows that are too old
stored_values.py  values as SQLite gave them → rows; what is not of its kind is damage
"""
