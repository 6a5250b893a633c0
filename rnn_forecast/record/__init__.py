"""What was done, in one SQLite file: the runs of a batch, the models that are fresh, the forecasts.

In: rows. Out: the same rows in a later run.
Imports: system.

ledger.py  schema, migration, rows
"""
