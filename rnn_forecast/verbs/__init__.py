"""The verbs as functions: what the command line calls, and what a program may call.

In: sources, how to read them, a recipe or a model, a `Run`. Out: a result, which `to_json` writes.
Imports: words, system, prices, windows, network, model, forecasts, exporting, fitting, scores, tuning,
schemas, record, report, beside, prepared.
Nothing here prints or exits; what a person should know goes through `Run.tell`, what went wrong is raised.

context.py           `Run`, and what verbs have in common: sources → prices, a dataset, a model
beside/              what stands beside the price
prepare.py           clean prices and windows in a folder
prepared/            that folder, written and read
train.py             one model on all series
predict.py           the next prices
evaluate.py          scores on rows that the model has not seen
backtest.py          rolling origins
recipes_compared.py  several recipes from the same ones
tune.py              a search for a recipe
remember.py          forecasts into a record, and what came of those before
track_record.py      what came of them, in numbers
report.py            a page for a person
pictures.py          its pictures alone
export.py            a model as one file for other programs
"""
