"""What a worker does for one ticker, with weights drawn instead of fitted."""

from toys import random_weights, small_recipe, walk

from rnn_forecast.batch.workers.job import Job, run_job
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.network.history import FittedNetwork
from rnn_forecast.network.training import backend
from rnn_forecast.prices import Decisions


def drawn(draw, validation, recipe, *, on_epoch):
    return (FittedNetwork(random_weights(recipe, recipe.training.seed), (), 1),)


def test_a_ticker_without_a_test_part_is_trained_and_has_no_verdict(monkeypatch):
    monkeypatch.setattr(fit_module, "fit_members", drawn)
    monkeypatch.setattr(backend, "forget_kernels", lambda: None)
    s = walk(200)
    recipe = small_recipe(train_fraction=1.0).model_dump_json()
    outcome = run_job(Job(s.ticker, "A", s, recipe, Decisions().to_json(), {}))
    assert outcome.failure is None
    assert (outcome.verdict, outcome.rmse_ratio, outcome.rows) == (None, None, 200)
