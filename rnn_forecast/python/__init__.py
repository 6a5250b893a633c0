"""The verbs for Python: prices in memory or in files → results that a notebook shows.

In: paths, or frames and series of pandas, polars and whatever else Arrow can take. Out: results with a table.
Imports: words, system, prices, windows, forecasts, scores, report, verbs.

calls.py     train, predict, evaluate, backtest, prepare
keywords.py  keyword arguments → a recipe, and how prices are read
frames.py    frames and series → a file that the readers take
shown.py     what comes back
"""
