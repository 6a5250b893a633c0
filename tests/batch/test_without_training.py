"""A batch where nothing can be trained: models are made elsewhere, and serve as long as they are fresh."""

import json
from pathlib import Path

from batch_fakes import Market, run_fake
from without_tensorflow import ended

SMALL = ("--lookback", "12", "--units", "4", "--horizon", "2", "--no-shrink")


def test_a_batch_works_as_long_as_its_models_are_fresh(market: Market, out: Path, tmp_path: Path) -> None:
    run_fake(market("AAA", "BBB"), out)
    batch = ("batch", *market("AAA", "BBB", rows=121), "--out", str(out), *SMALL)
    (code, told), (status, said) = ended(tmp_path, batch, ("status", str(out)))
    assert (code, status) == (0, 0), told
    assert "0 newly trained, 2 by models at hand" in told
    assert "tensorflow" not in json.loads((out / "summary.json").read_bytes())["versions"]
    assert "0 newly trained, 2 by models at hand" in said


def test_a_batch_that_has_to_train_says_which_and_why_and_does_nothing(
    market: Market, out: Path, tmp_path: Path
) -> None:
    run_fake(market("AAA"), out)
    before = (out / "forecasts.csv").read_bytes()
    batch = ("batch", *market("AAA", "BBB", "CCC", rows=121), "--out", str(out), *SMALL)
    (code, told), (status, said) = ended(tmp_path, batch, ("status", str(out)))
    assert (code, status) == (2, 0)
    why = "batch has to train BBB (it has no model) and 1 more, which needs Keras and TensorFlow"
    assert told.startswith(f"Error: {why}, and here is no keras and no tensorflow.\nInstall: python -m pip")
    assert why in said
    assert (out / "forecasts.csv").read_bytes() == before
