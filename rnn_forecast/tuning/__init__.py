"""Which recipe: a search over its keys, by forecasts of rows before the test part.

In: series, a recipe, keys to search. Out: every trial with its scores, and which of them is worth its cost.
Imports: words, system, prices, windows, network, fitting, scores.

space.py               the keys that are searched, and the values that each may have
sampling.py            values that are tried together
candidates.py          the recipes of the space that are tried
cost.py                what a forecast by a recipe costs
before_test.py         the rows that a search may see, and the blocks of origins that it scores
trial.py               a recipe fitted and scored at some of these
halving.py             all trials at few origins, the best of them at all
one_standard_error.py  which trial is chosen
standings.py           what became of each trial
kept_trials.py         what is kept of a search that is not done yet
trials_table.py        trials.csv
output.py              where both files are written
"""
