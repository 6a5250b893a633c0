"""The networks of a model as a plain model of Keras: to load anywhere, and to train on.

Layers that Keras itself has, and no code of ours: it loads under any backend of Keras 3. Two inputs: the
window as the network sees it, and which of its rows are known, because what is 0 may be a price, too. Outputs
are in units of each window's scale, before any shrinkage.
"""

import tempfile
from pathlib import Path
from typing import Any

from rnn_forecast.model.model import Model, Weights
from rnn_forecast.network.forward import RECURRENT_PARTS
from rnn_forecast.network.training.backend import backend
from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.recipe import Network, Recipe

LOSSES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "huber": "huber",
    "owa": "mean_absolute_error",
}


def keras_model(model: Model) -> bytes:
    """The file: several members are averaged inside it, and it is ready for `fit`, as its recipe trains.

    Raises UsageError where Keras is missing.
    """
    require_trainable("export --to keras")
    keras, recipe = backend().keras, model.recipe
    shape = recipe.window.lookback, channels(recipe)
    window = keras.Input(shape, name="window", dtype="float32")
    known = keras.Input(shape[:1], name="known", dtype="bool")
    said = [
        _outputs(keras, weights, recipe, (window, known), f"member{i}_")
        for i, weights in enumerate(model.members)
    ]
    steps = keras.layers.Average(name="steps")(said) if len(said) > 1 else said[0]
    made = keras.Model({"window": window, "known": known}, steps, name="rnn_forecast")
    training = recipe.training
    optimizer = keras.optimizers.Adam(training.learning_rate, global_clipnorm=training.clip_norm or None)
    made.compile(optimizer=optimizer, loss=LOSSES[training.loss])
    optimizer.build(made.trainable_variables)  # else whoever loads it is warned that its state is missing
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        made.save(path)
        return path.read_bytes()


def channels(recipe: Recipe) -> int:
    """How many numbers the network sees of each row."""
    return 1 + len(recipe.window.lags) + len(recipe.data.inputs)


def _outputs(keras: Any, weights: Weights, recipe: Recipe, inputs: tuple[Any, Any], prefix: str) -> Any:
    """Of one member, (n, horizon)."""
    (window, known), layers, network = inputs, keras.layers, recipe.network
    state, known = _patched(layers, window, known, recipe.window.patch, prefix)
    for number in range(network.layers):
        top = number == network.layers - 1
        layer = _recurrent(layers, network, return_sequences=not top, name=f"{prefix}rnn{number}")
        state = layer(state, mask=known)
        layer.set_weights([weights[f"rnn{number}.{part}"] for part in RECURRENT_PARTS])
        if network.dropout:  # one draw for all steps of a window
            drop = layers.Dropout if top else layers.SpatialDropout1D
            state = drop(network.dropout, name=f"{prefix}dropout{number}")(state)
    head = layers.Dense(recipe.window.horizon, name=f"{prefix}head")
    said = head(state)
    head.set_weights([weights["head.kernel"], weights["head.bias"]])
    if not network.skip:
        return said
    skip = layers.Dense(recipe.window.horizon, use_bias=False, name=f"{prefix}skip")
    straight = skip(layers.Flatten(name=f"{prefix}window")(window))
    skip.set_weights([weights["head.skip"]])
    return layers.Add(name=f"{prefix}steps")([said, straight])


def _patched(layers: Any, window: Any, known: Any, patch: int, prefix: str) -> tuple[Any, Any]:
    """`patch` rows of the window for each step; a step counts where its last row is known."""
    if patch == 1:
        return window, known
    steps, inputs = window.shape[1] // patch, window.shape[2]
    joined = layers.Reshape((steps, patch * inputs), name=f"{prefix}patches")(window)
    return joined, layers.Reshape((steps, patch), name=f"{prefix}known")(known)[:, :, -1]


def _recurrent(layers: Any, network: Network, **named: Any) -> Any:
    if network.cell == "simple_rnn":
        return layers.SimpleRNN(network.units, **named)
    kind = {"lstm": layers.LSTM, "gru": layers.GRU}[network.cell]
    return kind(network.units, use_cudnn=False, **named)  # which knows no padding on the left
