"""What a verb found → how it is said: one line, tables on a terminal, one JSON object.

In: results. Out: text.
Imports: system, terminal, options, words, prices, forecasts, scores, tuning, report, verbs, batch.

session.py         what a running verb may say, and where it goes
results.py         a result in its three forms
batch_results.py   the same of a batch
comparisons.py     several recipes from the same origins
tunings.py         what a search found
track_records.py   what came of past forecasts, in lines
understood.py      what was understood of the sources, in words
drawings.py        pictures in a terminal
tables.py          tables on a terminal (Rich)
"""
