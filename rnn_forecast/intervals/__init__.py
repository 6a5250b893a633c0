"""How far may a price move: expected moves, and prediction intervals made of them.

In: a panel and origins, past errors. Out: expected moves `(n, horizon)`, and distributions to read ends from.
Imports: prices, windows. It knows the methods; `fitting` chooses their numbers.

volatility.py             expected moves: a weighted sum of terms
volatility_fit.py         its weights, from what followed
volatility_terms.py       past falls, rises, depth and moves: what is known at an origin
size_terms.py             the same from ranges, from all tickers at once, from the market and from columns
seasonality.py            how wild an hour, a weekday or a quarter is beside the others
volatility_regression.py  weights that are never negative, fitted by likelihood
score_quantiles.py        ends of few, or of overlapping errors
conformal.py              quantiles of past errors
distribution.py           these and an expected move → interval ends, quantiles, probabilities
adaptive.py               widths that follow what came true
naive.py                  the same of the last value alone: the baseline
"""
