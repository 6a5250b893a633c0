"""Many tickers, one model each: train what is stale, forecast all, say what failed, do nothing twice.

In: sources, a recipe, a folder that is run again every night. Out: models, forecasts.csv, summary.json.
Imports: workers, words, system, prices, network, model, forecasts, record, scores, verbs. Importing this
folder loads none of it: a worker has to say how many threads it wants before NumPy comes.

run.py        the verb: sources → a model and a forecast for every ticker
run_state.py  what a run has done so far, ticker by ticker
choices.py    what a person asks of a batch
inputs.py     sources → tickers with their prices, or why not
beside.py     the columns that go with the prices
plan.py       what each ticker needs, and why
adoption.py   a model folder that no ledger tells of → what the ledger would say of it
publish.py    outcomes → model folders and kept forecasts
folder.py     the output folder: ours or empty, one run at a time
summary.py    what came of a run: counts, failures by reason
retention.py  what is too old leaves the folder
status.py     the verb that reads the record again
heartbeat.py  what of it is an error: tickers that last succeeded too long ago
workers/      who does the work
"""
