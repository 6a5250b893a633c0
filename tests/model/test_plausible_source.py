"""A source whose rows, dates, steps or notes contradict themselves is no model's."""

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_folders import seal
from test_forged_documents import GONE, SERIES, tiny_model, write_forged
from toys import toy_model, walk

from rnn_forecast.errors import ModelError
from rnn_forecast.model.model_document import load_model, save_model

A = ("source", "tickers", "A")
FIT = ("source", "rows_used", "fit")
SOON = str(datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=4))
FORGED: list[tuple[tuple[Any, ...], Any]] = [
    ((*A, "rows"), 0),
    ((*A, "rows"), 10**9),
    ((*A, "first"), "2024-03-01"),
    ((*A, "last"), "2023-12-31"),
    ((*A, "last"), "2999-01-01"),
    ((*A, "last"), SOON),
    ((*A, "last"), "50"),
    ((*A, "test_from"), "2024-02-19"),
    ((*A, "test_from"), "9999-12-31"),
    ((*A, "test_from"), SOON),
    ((*A, "sampled_prices"), [["2023-12-31", 100.0]]),
    ((*A, "sampled_prices"), [["2024-01-03", 100.0], ["2024-01-02", 100.0]]),
    (("source", "test_from"), "2024-02-19"),
    (("source", "test_from"), "9999-12-31"),
    (("source", "test_from"), "51"),
    (("source", "spacing"), "rows"),
    (FIT, GONE),
    (FIT, {}),
    (FIT, {"rows": 3}),
    (FIT, {"rows": 0, "from": "2024-01-01", "to": "2024-01-05"}),
    ((*FIT, "rows"), 51),
    ((*FIT, "from"), "2024-01-06"),
    ((*FIT, "to"), "2024-02-20"),
    (("source", "rows_used"), {}),
    (("source", "rows_used", "more"), {"rows": 0}),
    (("source", "reading", "allow_nonpositive"), "yes"),
    (("source", "reading", "allow_nonpositive"), 1),
    (("source", "reading", "notices"), "none"),
    (("source", "reading", "rows"), True),
    (("source", "reading", "options"), []),
    (("source", "reading", "options"), {"wide": "yes"}),
    (("source", "reading", "options"), {"wide": False}),
    (("source", "reading", "options"), {"date_format": 1}),
    (("source", "reading", "options"), {"columns": "date,price"}),
    (("source", "reading", "options"), {"tickers": [1]}),
    (("source", "reading", "options"), {"decimal": "\x1b[31m"}),
    (("source", "reading", "options"), {"max_bytes": 2**60}),
    (("source", "reading", "options"), {"strict": True}),
    (("source", "reading", "options"), {"more" * 1000: "x"}),
    (("source", "reading", "options"), {"wide": True, "price_column": "close"}),
    (("source", "reading", "left_out"), {}),
    (("source", "reading", "left_out"), [{"source": "a.csv"}]),
    (("source", "reading", "left_out"), [{"source": "a.csv", "why": 1}]),
    (("source", "reading", "left_out"), ["a.csv"]),
    (("versions", "keras"), ""),
    (("versions", "keras"), "3\x1b[31m"),
    (("versions", "keras"), "x" * 10_000),
    (("versions", "a\nb"), "3"),
    (("versions",), {str(number): "1" for number in range(1000)}),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), FORGED)
def test_a_source_that_contradicts_itself_is_refused(tmp_path: Path, place: Any, value: Any) -> None:
    folder = tmp_path / "m"
    write_forged(folder, tiny_model(), place, value)
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert ".".join(place[:1]) in caught.value.message
    assert len(caught.value.message) < len(str(folder)) + 400
    assert caught.value.message.isprintable()


def test_prices_without_logs_may_have_been_negative_and_those_of_logs_may_not(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    for model, sound in ((tiny_model(), True), (toy_model([walk(200)]), False)):
        save_model(model, folder, {})
        document = json.loads((folder / "model.json").read_bytes())
        ticker = next(iter(document["source"]["tickers"].values()))
        ticker["sampled_prices"] = [[ticker["first"], -1.0 if sound else 0.0]]
        document["scaling"]["by_ticker"] = {"A": [-1.0, 2.0]} if sound else {}
        (folder / "model.json").write_text(json.dumps(document))
        seal(folder)
        if sound:
            load_model(folder)
            continue
        with pytest.raises(ModelError, match="prices above 0"):
            load_model(folder)


def test_what_was_trained_on_today_or_on_row_numbers_is_taken(tmp_path: Path) -> None:

    today = datetime.datetime.now(datetime.UTC).date()
    ends_today = walk(200, start=str(today - datetime.timedelta(days=199)))
    numbered = type(SERIES)("A", np.arange(1, 201), walk(200).prices)
    for series in (ends_today, numbered):
        for choices in ({"train_fraction": 1.0}, {"split": "rows"}, {"split": "series"}, {}):
            model = toy_model([series], **choices)
            save_model(model, tmp_path / "m", {})
            assert load_model(tmp_path / "m").source == model.source
