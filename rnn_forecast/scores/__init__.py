"""Was it right: forecasts beside the outcome, scores beside baselines, tests of skill, leaks.

In: a model and series whose future is known. Out: the document of metrics.json, and every forecast beside its
outcome.
Imports: system, prices, metrics, windows, intervals, model, forecasts.

pairs.py                forecasts and observations: what scores are made of
comparison.py           what a model forecasts from some origins, beside the outcome: the way to pairs
scores.py               pairs → the document of metrics.json
metrics_document.py     the types of that document
overlaps.py             how many neighbouring origins share an outcome, whatever the calendars
interval_scores.py      coverage, width, Winkler score and pinball loss of prediction intervals
outlooks.py             what whole distributions said of some windows, in a few numbers a window
distribution_scores.py  CRPS, PIT, tests of value at risk and expected shortfall
band_tests.py           do bands hold as often as they say, and do their misses come alone?
skill.py                tests of skill, and one plain verdict
evaluation.py           a model scored on rows that it has not seen
leak_audit.py           does any forecast know what comes after its origin?
fit_audit.py            does the model, fitted again on another future, come out otherwise?
"""
