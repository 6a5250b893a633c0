# ruff: noqa: E501
"""The catalogue of inputs: what is handled is forecast as its clean twin, what is refused ends as it says."""

import io
import sys
import tempfile
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path

import command  # noqa: F401  training draws the weights
from tables import Table

from rnn_forecast.errors import ForecastError, Notice
from rnn_forecast.forecasts.formats import write_table
from rnn_forecast.model.model_document import save_model
from rnn_forecast.prices import ReadOptions
from rnn_forecast.recipe import Recipe, with_choices
from rnn_forecast.verbs.context import Run
from rnn_forecast.verbs.predict import predict
from rnn_forecast.verbs.train import train

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from prices.catalogue import HANDLED, REFUSED, ROWS, WARNED, Entry, table

CHOICES = {"units": 3, "lookback": 5, "shrink": False}


def make_model(place: Path) -> Path:
    """A model of the clean file that takes each file's own price column, as one made with --wide does."""
    (place / "AAPL.csv").write_text(table())
    recipe = with_choices(Recipe(), CHOICES)
    trained = train([str(place / "AAPL.csv")], ReadOptions(), recipe, place / "model")
    model = replace(trained.model, source=replace(trained.model.source, price_column=None))
    save_model(model, place / "model", {})
    return place / "model"


def forecast(place: Path, model: Path, data: bytes, **options: object) -> tuple[list[str], list[str]]:
    """The forecasts of a file that holds `data`, without the ticker, as they are written; and what was told."""
    (place / "AAPL.csv").write_bytes(data)
    told: list[Notice] = []
    found = predict(
        [str(place / "AAPL.csv")],
        ReadOptions(**options),  # type: ignore[arg-type]
        model,
        Run(tell=told.append),
        steps=3,
        any_ticker=True,
    )
    lines = write_table(found.table, "jsonl").decode().splitlines()
    return [line.partition('"origin"')[2] for line in lines], [notice.text for notice in told]


def ended(place: Path, model: Path, entry: Entry) -> tuple[int, str]:
    """The exit code, and what was said."""
    try:
        _, told = forecast(place, model, entry.data, **entry.options)
    except ForecastError as error:
        return error.exit_code, str(error)
    return 0, " ".join(told)


def handled(place: Path, model: Path, entry: Entry) -> tuple[int, str, str]:
    try:
        came, told = forecast(place, model, entry.data, **entry.options)
    except ForecastError as error:
        return error.exit_code, str(error), "refused"
    shape = "%Y-%m-%d" if not entry.rows or not hasattr(entry.rows[0][0], "hour") else "%Y-%m-%d %H:%M:%S"
    clean = table(date=lambda d: d.strftime(shape), rows=entry.rows or ROWS).encode()
    wanted, _ = forecast(place, model, clean)
    wrong = "" if came == wanted else f"forecasts {came[:1]}, its clean twin {wanted[:1]}"
    if entry.phrase and entry.phrase not in " ".join(told):
        wrong += f" does not say {entry.phrase!r}"
    return 0, " ".join(told), wrong


def soak(scale: float = 1) -> Table:
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as name, redirect_stderr(io.StringIO()):
        place = Path(name)
        model = make_model(place)
        for kind, entries in (("handled", HANDLED), ("refused", REFUSED), ("warned of", WARNED)):
            for entry in entries:
                if kind == "handled":
                    code, said, wrong = handled(place, model, entry)
                else:
                    code, said = ended(place, model, entry)
                    missing = (entry.phrase or entry.warns) not in said
                    wrong = f"does not say {entry.phrase or entry.warns!r}: {said}" * missing
                if code != entry.code:
                    wrong += f" ended with {code}, expected {entry.code}: {said}"
                short = said.replace(f"{place}/", "").partition(". ")[0][:110]
                rows.append((kind, f"`{entry.name}`", entry.code, code, short, "no" if wrong else "yes"))
                faults += [f"{entry.name}: {wrong}"] * bool(wrong)
    said = "Every input of `tests/prices/catalogue.py` is forecast by a model of the clean file. Handled: the same forecast as from the clean twin, digit by digit."
    return Table(
        "The catalogue of inputs",
        said,
        ("kind", "input", "expected", "came", "what was said", "as expected"),
        rows,
        faults,
    )
