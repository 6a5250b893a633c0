"""docs/PYTHON.md and a user's script do what they say."""

import doctest
import shutil
from pathlib import Path

import pandas as pd
import pytest
from a_user import forecasts
from toys import fit_by_hash, walk

from rnn_forecast.fitting import fit as fit_module

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.keras
def test_the_page_s_lines_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testfile(str(ROOT / "docs" / "PYTHON.md"), False, optionflags=flags)
    assert (failed, tried > 10) == (0, True)


def test_a_user_s_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "fit_members", fit_by_hash)
    series = walk(300)
    prices = pd.DataFrame({"ticker": "T", "date": series.dates, "price": series.prices})
    prices.to_csv(tmp_path / "T.csv", index=False)
    found = forecasts(prices, [str(tmp_path / "T.csv")])
    assert found["step"].tolist() == [1, 2]
    assert found["p_up"].between(0, 1).all()
