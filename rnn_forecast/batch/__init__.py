"""Many tickers, one model each: train what is stale, forecast all, say what failed, do nothing twice.

run.py        the verb: sources → models, forecasts.csv, summary.json
underway.py   a run under way: what happens to one ticker after another
choices.py    what a person asks of a batch
intake.py     sources → tickers with their prices, or why not
plan.py       what each ticker needs, and why
job.py        what a worker does for one ticker; bytes come back
memory.py     how much of it there is, and how many cores
pool.py       worker processes of our own, behind the interface of concurrent.futures
cluster.py    the same interface to a Dask scheduler that runs already
crew.py       who does the work, and how many at once
work.py       jobs → outcomes, in whatever order they end; lost ones tried again
publish.py    outcomes → model folders and kept forecasts
place.py      the output folder: ours or empty, one run at a time
ledger.py     SQLite: a row for each ticker and run, and what is fresh now
summary.py    what came of a run: counts, failures by reason
status.py     the verb that reads the ledger again

Importing this package loads none of it: a worker has to say how many threads it wants before NumPy comes.
"""
