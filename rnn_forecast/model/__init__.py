"""A fitted model, and its folder: numbers and strict JSON, nothing that could run.

In: what a fit has found, or a folder. Out: a `Model`, or a folder that gives back an equal one.
Imports: system, prices, windows, intervals, network.

model.py             the value: recipe, scaling, weights, shrinkage, volatility, intervals
shrinkage_target.py  what a forecast is pulled to where the network is not trusted
provenance.py        what a model remembers of the data it came from
compatibility.py     does this file belong to this model?
plausibility.py      what no training could have found
plausible_source.py  what no training could have come from
model_document.py    a model ↔ JSON and tensors
migrations.py        a document of an older schema → the newest
model_files.py       JSON and tensors ↔ files
"""

from typing import TYPE_CHECKING

from rnn_forecast.exports import lazily

if TYPE_CHECKING:
    from rnn_forecast.model.model import Model
    from rnn_forecast.model.model_document import load_model, save_model

__all__ = ["Model", "load_model", "save_model"]
__getattr__ = lazily(
    __name__, {"Model": "model", "load_model": "model_document", "save_model": "model_document"}
)
