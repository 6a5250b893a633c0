"""What a recipe names beside the price: columns of the sources, and the market, joined by date.

In: readings, recipes. Out: series with these columns. Raises what is wrong with them.
Imports: system, prices.

recipe_columns.py  read with the prices, joined to them, and said in one line
market.py          the prices of one ticker beside those of every other
market_place.py    where a model's market is now
"""
