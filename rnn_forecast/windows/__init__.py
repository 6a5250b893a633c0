"""Series → what a fit or a forecast needs: a panel, its scaling, the windows of each part of time.

In: price series and a recipe. Out: a `Dataset`, or the windows that end at given positions of a panel.
Imports: prices.

ranges.py           open, high and low → what they say of a row beside its close
sizes.py            how wild a row was by its range, by all tickers, by the market and by other columns
panel.py            all series end to end
column_scaling.py   columns besides the price → the scales that they are seen on
column_inputs.py    columns besides the price → further inputs of the network
scaling.py          prices → the numbers that a network sees, and back
windows.py          which rows a forecast looks back on, and which it is held against
origins.py          the positions that are forecast from, and how some of them are drawn
standing.py         which windows move, and which stand still
splits.py           the time line, cut once
dataset.py          series and a recipe → panel, scaling, split and the origins of each part
serving.py          what serves besides the prices, and what does not, in lines for a person
rolling_origins.py  the origins of a backtest
"""
