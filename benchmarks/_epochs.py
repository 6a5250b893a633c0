"""What `epoch.py` times: one player in one process, an epoch for every line that it reads.

    python benchmarks/_epochs.py PLAYER CELL BATCH_SIZE

Says "ready" when the first epoch, which compiles, is over; then `wall CPU` in seconds after each epoch.
Each does the same work: 1,940 windows of 60 steps in a new order, one layer of 50 units, Dense(1), squared
error, clipping by global norm, Adam. `sgemm` does the epoch's multiply-adds as bare products instead.
"""

import os
import sys
import time
from collections.abc import Callable

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_threads] = "1"

import numpy as np  # noqa: E402  the variables are read when it is imported

WINDOWS, STEPS, UNITS = 1940, 60, 50
MULTIPLY_ADDS = 3 * WINDOWS * STEPS * UNITS * UNITS  # SimpleRNN: forward, backward, and the kernel's gradient


def ours(cell: str, batch_size: int) -> Callable[[], object]:
    from rnn_forecast.network.training.epoch_program import Capacity, design_of, program_for
    from rnn_forecast.network.training.gathering import panel_tensor, window_index
    from rnn_forecast.network.training.keras_layers import initial_weights
    from rnn_forecast.recipe import Recipe, with_choices
    from rnn_forecast.windows.windows import Windows

    recipe = with_choices(Recipe(), {"cell": cell, "batch_size": batch_size, "skip": False})
    values = np.cumsum(np.random.default_rng(0).normal(0, 0.01, WINDOWS + STEPS))
    origin = np.arange(STEPS - 1, STEPS - 1 + WINDOWS)
    length, spread = np.full(WINDOWS, STEPS, np.int32), np.full(WINDOWS, 0.01)
    windows = Windows(values[None], origin, length, values[origin], spread, recipe.window)
    program = program_for(design_of(recipe), Capacity(len(values), WINDOWS, 1))
    program.start(initial_weights(recipe, 0))
    panel, nothing = (
        panel_tensor(values, program.capacity.values),
        window_index(None, program.capacity.validation),
    )
    order = np.random.default_rng(1)

    def epoch() -> object:
        index = window_index(windows, program.capacity.windows, order.permutation(WINDOWS))
        return float(program.run(panel, index, nothing, np.int32(1))[0]), program.weights()

    return epoch


def model_fit(cell: str, batch_size: int) -> Callable[[], object]:
    import keras

    layers = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    model = keras.Sequential([keras.Input((STEPS, 1)), layers[cell](UNITS), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(global_clipnorm=1.0), loss="mse")
    x, y = _data()
    return lambda: model.fit(x, y, batch_size=batch_size, verbose=0)


def pytorch(cell: str, batch_size: int) -> Callable[[], object]:
    import torch

    torch.set_num_threads(1)
    layers = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    recurrent, head = layers[cell](1, UNITS, batch_first=True), torch.nn.Linear(UNITS, 1)
    parameters = [*recurrent.parameters(), *head.parameters()]
    optimizer, (x, y) = torch.optim.Adam(parameters), map(torch.from_numpy, _data())

    def epoch() -> object:
        for rows in torch.randperm(WINDOWS).split(batch_size):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(head(recurrent(x[rows])[0][:, -1]), y[rows])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
        return loss.item()

    return epoch


def sgemm(_: str, batch_size: int) -> Callable[[], object]:
    """As many multiply-adds as a SimpleRNN's epoch, as products (batch, 50) by (50, 50)."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(batch_size, UNITS)).astype(np.float32)
    b, out = rng.normal(size=(UNITS, UNITS)).astype(np.float32), np.empty_like(a)
    times = MULTIPLY_ADDS // (batch_size * UNITS * UNITS)

    def epoch() -> object:
        for _ in range(times):
            np.matmul(a, b, out=out)
        return out

    return epoch


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return (
        rng.normal(size=(WINDOWS, STEPS, 1)).astype(np.float32),
        rng.normal(size=(WINDOWS, 1)).astype(np.float32),
    )


PLAYERS = {"ours": ours, "model_fit": model_fit, "pytorch": pytorch, "sgemm": sgemm}


def main(player: str, cell: str, batch_size: int) -> None:
    epoch = PLAYERS[player](cell, batch_size)
    epoch()
    print("ready", flush=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        epoch()
        print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
