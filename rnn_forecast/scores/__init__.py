"""Was it right: forecasts beside the outcome, scores beside baselines, tests of skill, leaks.

In: a model and series whose future is known. Out: the document of metrics.json, and every forecast beside its
outcome.
Imports: system, prices, metrics, windows, intervals, model, forecasts, outcomes.

outcomes/               forecasts beside their outcomes: pairs, tests of skill, verdicts
comparison.py           what a model forecasts from some origins, beside the outcome: the way to pairs
blocks.py               the same of one model's block of rolling origins
scores.py               pairs → the document of metrics.json
interval_scores.py      coverage, width, Winkler score and pinball loss of prediction intervals
distribution_scores.py  CRPS, PIT, tests of value at risk and expected shortfall
band_tests.py           do bands hold as often as they say, and do their misses come alone?
evaluation.py           a model scored on rows that it has not seen
leak_audit.py           does any forecast know what comes after its origin?
fit_audit.py            does the model, fitted again on another future, come out otherwise?
"""
