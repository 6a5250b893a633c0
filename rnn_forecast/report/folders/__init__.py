"""Folders and tables that verbs have written → what a report is made of.

In: paths. Out: `report.values`. Raises what is wrong with a folder as its verb would.
Imports: system, model, forecasts, scores, record, report.

report_places.py  model folders, evaluations, backtests, tables of forecasts
report_batch.py   what a batch left
report_record.py  what a ledger knows of past forecasts
verdicts.py       what a model's own test said of it
"""
