"""The folder that `prepare` writes, and other verbs take for a source.

In: a dataset, or the folder. Out: the folder, or the prices in it.
Imports: system, prices, windows, beside.

prepared_folder.py  the folder, written and read
prepared_prices.py  its prices.csv, written and read
"""
