"""How a model is made: fit the members, shrink, calibrate. The one way into training.

In: a `Dataset`. Out: a `Fit`: the model, and how it came about.
Imports: system, prices, windows, intervals, network, model, forecasts.

fit.py            a dataset → a fitted model; the refit on all rows
drawing.py        which windows an epoch learns from
weighing.py       how much the loss of a window weighs
shrinkage.py      how far to trust the network at each step
calibration.py    volatility, drift, shrinkage and intervals, by what the fitted network forecasts: shrinkage
                  from rows that it has not seen, intervals from all training rows
parallel_fits.py  several fits, in processes where that is faster
"""
