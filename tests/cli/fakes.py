"""The command line over verbs that are quick and do what the test asks, in this process or its own.

Run as a script it is `rnn-forecast` with those verbs; FAKE=… (JSON) in the environment says how they behave:
{"raise": "DataError"}, {"epochs": 3}, {"sleep": 60}, {"tell": ["…"]}, {"record": {…}}, {"metrics": {…}}.
"""

import errno
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from rnn_forecast.errors import Notice

SCORES = {
    "rmse": 2.013,
    "mae": 1.5,
    "mape": 1.0,
    "smape": 1.0,
    "mase": 1.01,
    "rmsse": 1.0,
    "directional_accuracy": 0.5,
}
VERBS = ("prepare", "train", "predict", "evaluate")
NAMES = ("forecast", "last_value", "drift")
SKILL = {"against": "last_value", "rmse_ratio": 1.002, "dm_p_value": 0.41, "verdict": "no better"}
METRICS = {
    "model": "fake", "tickers": 1, "windows": 40, "from": "2024-01-02", "to": "2024-03-01",
    "scores": {
        "forecast": SCORES, "last_value": {**SCORES, "rmse": 2.009}, "drift": {**SCORES, "rmse": None},
    },
    "by_step": [
        {"step": k, "scores": dict.fromkeys(NAMES, SCORES), "skill": {**SKILL, "q_value": 0.41}}
        for k in (1, 2)
    ],
    "skill": SKILL,
    "intervals": {}, "per_ticker": [],
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    tell: Any = print
    on_epoch: Any = print
    wait: float = 0.0


@dataclass
class FakeVerbs:
    """Every verb keeps what it was called with in `calls`, then behaves as `plan` says."""

    plan: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def modules(self) -> dict[str, ModuleType]:
        """What stands in the place of `rnn_forecast.verbs.NAME`, by NAME."""
        modules = {name: ModuleType(f"rnn_forecast.verbs.{name}") for name in ("context", *VERBS)}
        modules["context"].Run = Run  # type: ignore[attr-defined]
        for verb in VERBS:
            setattr(modules[verb], verb, self._verb(verb))
        return modules

    def _verb(self, verb: str) -> Any:
        def called(*arguments: Any, **named: Any) -> Any:
            self.calls.append((verb, arguments, named))
            run = next(a for a in arguments if isinstance(a, Run))
            self._behave(run)
            return _result(verb, arguments, named, self.plan)

        return called

    def _behave(self, run: Run) -> None:
        for line in self.plan.get("tell", []):
            run.tell(Notice(line))
        for line in self.plan.get("doubt", []):
            text, *each = [line] if isinstance(line, str) else line
            run.tell(Notice(text, "warning", tuple(each)))
        epochs = self.plan.get("epochs", 0)
        for epoch in range(1, epochs + 1):
            time.sleep(self.plan.get("pace", 0))
            run.on_epoch(
                SimpleNamespace(
                    member=0, epoch=epoch, epochs=epochs, loss=1 / epoch, val_loss=0.9, seconds=0.1
                )
            )
        Path("started").touch()
        try:
            time.sleep(self.plan.get("sleep", 0))
        finally:
            Path("finally").touch()
        if "raise" in self.plan:
            raise error_called(self.plan["raise"])


def error_called(name: str) -> BaseException:
    import builtins

    from rnn_forecast import errors

    if hasattr(errors, name):
        return getattr(errors, name)(
            "TSLA has 41 prices; lookback 60 needs 61.", "Lower --lookback or add rows."
        )
    if name == "ENOSPC":
        return OSError(errno.ENOSPC, "No space left on device", "models/x")
    if name == "EPIPE":
        return OSError(errno.EPIPE, "Broken pipe")
    return getattr(builtins, name)("it \x1b[31m broke [/]")


def _result(verb: str, arguments: Any, named: Any, plan: dict[str, Any]) -> Any:
    record, ticker = plan.get("record", {}), plan.get("ticker", "AAA")
    metrics = {**METRICS, **plan.get("metrics", {})}
    whole = lambda: {"verb": verb, **record}  # noqa: E731
    if verb == "prepare":
        report = {"windows": {"fit": 1600}, "rows_used": {"fit": {"rows": 1660, "from": "a", "to": "b"}}}
        return SimpleNamespace(to_json=lambda: {**report, **record}, out=arguments[3])
    if verb == "train":
        return SimpleNamespace(to_json=whole, metrics=metrics, folder=arguments[3], model=_model())
    if verb == "evaluate":
        return SimpleNamespace(to_json=whole, metrics=metrics, out=named.get("out"), risk=())
    return SimpleNamespace(
        to_json=whole, table=table(ticker), series=[_series(ticker)], model=_model(),
        verdict="no better than last value (p = 0.41)",
    )  # fmt: skip


def _model() -> Any:
    import numpy as np

    recipe = SimpleNamespace(forecast=SimpleNamespace(risk=()))
    return SimpleNamespace(shrinkage=np.zeros(1), drift=np.zeros(1), recipe=recipe)


def _series(ticker: str) -> Any:
    import numpy as np

    dates = np.array(["2024-02-28", "2024-02-29", "2024-03-01"], dtype="datetime64[s]")
    return SimpleNamespace(ticker=ticker, dates=dates, prices=np.array([1.0, 2.0, 3.0]))


def table(ticker: str = "AAA") -> Any:
    """Two steps of one ticker, with one interval and an empty one."""
    import numpy as np

    from rnn_forecast.forecasts.forecast_table import ForecastTable

    dates = np.array(["2024-03-01", "2024-03-04"], dtype="datetime64[s]")
    prices = np.array([101.25, 101.5])
    nothing = np.array([np.nan, np.nan])
    return ForecastTable(
        ticker=np.array([ticker, ticker]), origin=dates[[0, 0]], step=np.array([1, 2]), date=dates,
        forecast=prices, last=np.array([101.0, 101.0]),
        intervals={"80": (prices - 1, prices + 1), "95": (nothing, nothing)},
    )  # fmt: skip


def environ() -> dict[str, str]:
    """This process's environment without what would steer the command line."""
    steering = ("RNN_FORECAST_", "FAKE", "NO_COLOR", "COLUMNS")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


if __name__ == "__main__":
    for module in FakeVerbs(json.loads(os.environ.get("FAKE", "{}"))).modules().values():
        sys.modules[module.__name__] = module
    from rnn_forecast.cli.main import main

    main()
