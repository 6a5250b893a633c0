"""The same forecaster as users of each library write it; `peers.py` runs each verb in a process of its own.

    python benchmarks/_players.py NAME train|predict|score PRICES FOLDER EPOCHS RESULT

`train` reads the prices, fits and saves; `predict` loads, and writes the next price; `score` forecasts each
test day from the days before it. RESULT gets a JSON object of seconds by part, or the RMSE. All see the rows
that our default recipe fits: 60 prices back, 50 units, one step ahead, batches of 32, Adam at 0.001, squared
errors, gradients clipped at 1. Scaling is each library's own: a window's, or that of the training rows.
"""

import csv
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOKBACK, UNITS, BATCH, RATE, CLIP = 60, 50, 32, 0.001, 1.0
TEST, VALID = 0.2, 0.1  # as in configs/default.toml: of all rows, and of those before the test part
QUIET = {"accelerator": "cpu", "logger": False, "enable_progress_bar": False,
         "enable_model_summary": False, "enable_checkpointing": False, "gradient_clip_val": CLIP}  # fmt: skip


def read(path: str) -> list[float]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [float(row["price"]) for row in csv.DictReader(file)]


def fitted_rows(rows: int) -> int:
    train = int(rows * (1 - TEST))
    return train - int(train * VALID)


def test_start(rows: int) -> int:
    return int(rows * (1 - TEST))


def batches(rows: int) -> int:
    """Steps of one epoch."""
    return -(-(fitted_rows(rows) - LOOKBACK) // BATCH)


class Ours:
    """The verbs, called as functions; whole processes run the command line instead."""

    @staticmethod
    def load(verb: str) -> None:
        from rnn_forecast.verbs import predict, train  # noqa: F401

        if verb == "train":
            from rnn_forecast.network.training.backend import backend

            backend()

    @staticmethod
    def train(prices: str, folder: Path, epochs: int) -> None:
        from rnn_forecast.prices import ReadOptions
        from rnn_forecast.recipe import load_recipe
        from rnn_forecast.verbs.train import train

        train([prices], ReadOptions(), load_recipe(folder / "recipe.toml"), folder / "model")

    @staticmethod
    def predict(prices: str, folder: Path) -> float:
        from rnn_forecast.prices import ReadOptions
        from rnn_forecast.verbs.predict import predict

        return float(predict([prices], ReadOptions(), folder / "model").table.forecast[0])

    @staticmethod
    def score(prices: str, folder: Path) -> float:
        return float(
            json.loads((folder / "model" / "metrics.json").read_bytes())["scores"]["forecast"]["rmse"]
        )


class Torch:
    """A plain loop: windows in one tensor, shuffled each epoch; z-score of the rows that are fitted."""

    @staticmethod
    def load(verb: str) -> None:
        import torch  # noqa: F401

    @staticmethod
    def network() -> Any:
        import torch

        class Network(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.rnn = torch.nn.RNN(1, UNITS, batch_first=True)
                self.head = torch.nn.Linear(UNITS, 1)

            def forward(self, x: Any) -> Any:
                return self.head(self.rnn(x)[0][:, -1])

        return Network()

    @staticmethod
    def train(prices: str, folder: Path, epochs: int) -> None:
        import torch

        torch.manual_seed(0)
        values = read(prices)
        rows = torch.tensor(values[: fitted_rows(len(values))])
        mean, deviation = rows.mean(), rows.std()
        scaled = (rows - mean) / deviation
        x, y = scaled[:-1].unfold(0, LOOKBACK, 1)[:, :, None].contiguous(), scaled[LOOKBACK:, None]
        model = Torch.network()
        optimizer, loss = torch.optim.Adam(model.parameters(), RATE), torch.nn.MSELoss()
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for start in range(0, len(x), BATCH):
                part = order[start : start + BATCH]
                optimizer.zero_grad()
                loss(model(x[part]), y[part]).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
                optimizer.step()
        saved = {"weights": model.state_dict(), "mean": mean, "deviation": deviation}
        torch.save(saved, folder / "torch.pt")

    @staticmethod
    def forecasts(windows: Any, folder: Path) -> Any:
        import torch

        saved = torch.load(folder / "torch.pt")
        model = Torch.network()
        model.load_state_dict(saved["weights"])
        with torch.no_grad():
            scaled = (torch.tensor(windows) - saved["mean"]) / saved["deviation"]
            return model(scaled[:, :, None])[:, 0] * saved["deviation"] + saved["mean"]

    @staticmethod
    def predict(prices: str, folder: Path) -> float:
        return float(Torch.forecasts([read(prices)[-LOOKBACK:]], folder)[0])

    @staticmethod
    def score(prices: str, folder: Path) -> float:
        values = read(prices)
        days = range(test_start(len(values)), len(values))
        return rmse(Torch.forecasts([values[t - LOOKBACK : t] for t in days], folder), values)


class NeuralForecast:
    """Its RNN with a linear head (`recurrent=True`) and its own scaling by window."""

    @staticmethod
    def load(verb: str) -> None:
        from neuralforecast.models import RNN  # noqa: F401

    @staticmethod
    def frame(windows: list[list[float]]) -> Any:
        import pandas as pd

        sizes = [len(window) for window in windows]
        return pd.DataFrame(
            {
                "unique_id": [f"{i:06d}" for i, size in enumerate(sizes) for _ in range(size)],
                "ds": [t for size in sizes for t in range(size)],
                "y": [price for window in windows for price in window],
            }
        )

    @staticmethod
    def train(prices: str, folder: Path, epochs: int) -> None:
        from neuralforecast import NeuralForecast as Library
        from neuralforecast.losses.pytorch import MSE
        from neuralforecast.models import RNN

        values = read(prices)
        model = RNN(
            h=1, input_size=LOOKBACK, inference_input_size=LOOKBACK, encoder_n_layers=1,
            encoder_hidden_size=UNITS, recurrent=True, loss=MSE(), max_steps=epochs * batches(len(values)),
            learning_rate=RATE, batch_size=1, windows_batch_size=BATCH, scaler_type="standard",
            val_check_steps=10**6, **QUIET,
        )  # fmt: skip
        library = Library(models=[model], freq=1)
        library.fit(NeuralForecast.frame([values[: fitted_rows(len(values))]]))
        library.save(str(folder / "neuralforecast"), overwrite=True, save_dataset=False)

    @staticmethod
    def forecasts(windows: list[list[float]], folder: Path) -> Any:
        from neuralforecast import NeuralForecast as Library

        library = Library.load(str(folder / "neuralforecast"))
        return library.predict(NeuralForecast.frame(windows))["RNN"].to_numpy()

    @staticmethod
    def predict(prices: str, folder: Path) -> float:
        return float(NeuralForecast.forecasts([read(prices)], folder)[0])

    @staticmethod
    def score(prices: str, folder: Path) -> float:
        values = read(prices)
        days = range(test_start(len(values)), len(values))
        return rmse(NeuralForecast.forecasts([values[t - LOOKBACK : t] for t in days], folder), values)


class Darts:
    """Its BlockRNNModel, prices through its Scaler with a z-score of the rows that are fitted."""

    @staticmethod
    def load(verb: str) -> None:
        import darts.dataprocessing.transformers  # noqa: F401
        from darts.models import BlockRNNModel  # noqa: F401

    @staticmethod
    def scaled(prices: str) -> tuple[Any, Any]:
        import numpy as np
        from darts import TimeSeries
        from darts.dataprocessing.transformers import Scaler
        from sklearn.preprocessing import StandardScaler

        series = TimeSeries.from_values(np.array(read(prices), dtype=np.float32))
        scaler = Scaler(StandardScaler())
        scaler.fit(series[: fitted_rows(len(series))])
        return scaler.transform(series), scaler

    @staticmethod
    def train(prices: str, folder: Path, epochs: int) -> None:
        from darts.models import BlockRNNModel

        series, _ = Darts.scaled(prices)
        model = BlockRNNModel(
            input_chunk_length=LOOKBACK, output_chunk_length=1, model="RNN", hidden_dim=UNITS, n_rnn_layers=1,
            batch_size=BATCH, n_epochs=epochs, optimizer_kwargs={"lr": RATE}, random_state=0,
            pl_trainer_kwargs=QUIET,
        )  # fmt: skip
        model.fit(series[: fitted_rows(len(series))], verbose=False)
        model.save(str(folder / "darts.pt"))

    @staticmethod
    def predict(prices: str, folder: Path) -> float:
        from darts.models import BlockRNNModel

        series, scaler = Darts.scaled(prices)
        model = BlockRNNModel.load(str(folder / "darts.pt"))
        forecast = model.predict(1, series=series, verbose=False, show_warnings=False)
        return float(scaler.inverse_transform(forecast).values()[0, 0])

    @staticmethod
    def score(prices: str, folder: Path) -> float:
        from darts.models import BlockRNNModel

        values = read(prices)
        series, scaler = Darts.scaled(prices)
        model = BlockRNNModel.load(str(folder / "darts.pt"))
        forecast = model.historical_forecasts(
            series, start=test_start(len(values)), start_format="position", forecast_horizon=1, retrain=False,
            verbose=False, show_warnings=False,
        )  # fmt: skip
        return rmse(scaler.inverse_transform(forecast).values()[:, 0], values)


PLAYERS: dict[str, Any] = {"ours": Ours, "torch": Torch, "neuralforecast": NeuralForecast, "darts": Darts}


def rmse(forecasts: Any, values: list[float]) -> float:
    """Of one forecast for each test day."""
    actual = values[test_start(len(values)) :]
    if len(forecasts) != len(actual):
        raise ValueError(f"{len(forecasts)} forecasts of {len(actual)} test days")
    total = sum((float(f) - a) ** 2 for f, a in zip(forecasts, actual, strict=True))
    return float((total / len(actual)) ** 0.5)


def clocked(do: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = do()
    return time.perf_counter() - start, result


def main(name: str, verb: str, prices: str, folder: Path, epochs: int) -> dict[str, float]:
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    player = PLAYERS[name]
    load, _ = clocked(lambda: player.load(verb))
    if verb == "train":
        seconds, _ = clocked(lambda: player.train(prices, folder, epochs))
        return {"import": load, "fit": seconds}
    if verb == "predict":
        seconds, forecast = clocked(lambda: player.predict(prices, folder))
        (folder / f"{name}.csv").write_text(f"forecast\n{forecast!r}\n", encoding="utf-8")
        return {"import": load, "predict": seconds}
    return {"rmse": player.score(prices, folder)}


if __name__ == "__main__":
    result = main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), int(sys.argv[5]))
    Path(sys.argv[6]).write_text(json.dumps(result), encoding="utf-8")
