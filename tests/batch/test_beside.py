"""Columns of a batch: they reach the workers, and one that has changed makes its models stale."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from batch_fakes import fake_job, refuse_job
from batch_runs import RECIPE, counts
from hypothesis import given
from hypothesis import strategies as st
from toys import random_weights, walk, with_ranges

from rnn_forecast.batch.adoption import adopted
from rnn_forecast.batch.beside import Beside, beside_of
from rnn_forecast.batch.choices import Means
from rnn_forecast.batch.inputs import read_inputs
from rnn_forecast.batch.plan import recipe_sha256
from rnn_forecast.batch.run import Order, run_batch
from rnn_forecast.batch.workers.job import Job, run_job
from rnn_forecast.errors import InputError, UsageError
from rnn_forecast.fitting import fit as fit_module
from rnn_forecast.model.model_document import load_model, model_bytes, save_model
from rnn_forecast.model.provenance import prices_hash
from rnn_forecast.network.history import FittedNetwork
from rnn_forecast.network.training import backend
from rnn_forecast.prices import Decisions, PriceSeries, ReadOptions
from rnn_forecast.prices.series import Ahead, Column
from rnn_forecast.recipe import Data, Recipe, with_choices
from rnn_forecast.record.recorded import series_sha256
from rnn_forecast.seeds import ticker_seed
from rnn_forecast.verbs.context import Run, read_dataset
from rnn_forecast.verbs.train import learn
from rnn_forecast.windows.dataset import make_dataset

ONE = walk(30)
NAMED = {"vix": Column(np.arange(30.0), "past"), "flag": Column(np.ones(30), "known")}
AHEAD = Ahead(ONE.dates[-1:] + np.timedelta64(1, "D"), {"flag": np.ones(1)})
BESIDE = replace(ONE, columns=NAMED, ahead=AHEAD)


def test_without_columns_hashes_are_what_they_were() -> None:
    """Ledgers and models of before there were columns stay valid."""
    raw = b"M" + ONE.dates.astype("<i8").tobytes() + ONE.prices.astype("<f8").tobytes()
    assert series_sha256(ONE) == hashlib.sha256(raw).hexdigest()
    assert prices_hash(ONE, 20) == hashlib.sha256(ONE.prices[:20].tobytes()).hexdigest()
    volume = replace(ONE, columns={"volume": NAMED["vix"]})
    assert prices_hash(volume, 20) == prices_hash(ONE, 20)
    plain = Recipe()
    assert '"past"' in plain.model_dump_json()
    without = plain.model_dump_json(exclude={"data": {"past", "known", "market"}})
    assert recipe_sha256(plain) == hashlib.sha256(without.encode()).hexdigest()
    assert len({recipe_sha256(with_choices(plain, {"past": (name,)})) for name in ("vix", "volume")}) == 2


@given(st.sampled_from(["vix", "flag"]), st.integers(0, 29), st.sampled_from([-1.0, np.nan]))
def test_a_changed_cell_changes_the_hash_of_its_rows(name: str, row: int, value: float) -> None:
    values = np.where(np.arange(30) == row, value, NAMED[name].values)
    other = replace(BESIDE, columns={**NAMED, name: replace(NAMED[name], values=values)})
    assert series_sha256(other) != series_sha256(BESIDE)
    for hashed in (series_sha256, lambda s, n: prices_hash(s, n, ("vix", "flag"))):
        assert (hashed(other, 20) == hashed(BESIDE, 20)) == (row >= 20)


def test_roles_and_what_is_known_ahead_are_hashed_too() -> None:
    role = replace(BESIDE, columns={**NAMED, "vix": replace(NAMED["vix"], role="known")})
    later = replace(BESIDE, ahead=Ahead(AHEAD.dates, {"flag": np.zeros(1)}))
    assert len({series_sha256(one) for one in (BESIDE, role, later, ONE)}) == 4
    assert series_sha256(BESIDE, 30) == series_sha256(later, 30)  # the same rows to train on


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Prices with a range, volume, vix and a flag that is known a day ahead."""
    s, path = with_ranges(140, seed=3), tmp_path / "AAA.csv"
    bars = np.stack([*(s.columns[name].values for name in ("open", "high", "low")), s.prices], axis=1)
    rows = [
        f"{d},{','.join(map(repr, bars[i].tolist()))},{1000 + i},{20 + i % 7},{i % 5 // 4}"
        for i, d in enumerate(s.dates.astype("M8[D]").astype(str))
    ]
    rows.append(f"{(s.dates[-1] + np.timedelta64(1, 'D')).astype('M8[D]')},,,,,,,1")
    path.write_text("\n".join(["date,open,high,low,close,volume,vix,flag", *rows]) + "\n")
    return path


def change(path: Path, line: int, column: int, cell: str) -> None:
    lines = path.read_text().splitlines()
    cells = lines[line].split(",")
    cells[column] = cell
    lines[line] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")


def recipe(**choices: object) -> Recipe:
    return with_choices(RECIPE, {"past": ("vix",), "known": ("flag",), **choices})


def run(file: Path, out: Path, recipe: Recipe, *, train: bool = True) -> tuple[int, ...]:
    order = Order([str(file)], ReadOptions(), recipe, out)
    return counts(run_batch(order, Means(1), work=fake_job if train else refuse_job).summary)


TRAINED, FORECAST, UNCHANGED = (1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("line", "column", "ranges", "wanted"),
    [
        (50, 6, True, TRAINED),  # vix
        (50, 5, True, UNCHANGED),  # volume, which nobody has named
        (50, 2, True, TRAINED),  # high
        (50, 2, False, UNCHANGED),
        (141, 7, True, FORECAST),  # of the day to come
    ],
)
def test_a_changed_column_trains_where_it_serves(
    line: int, column: int, ranges: bool, wanted: tuple[int, ...], file: Path, tmp_path: Path
) -> None:
    asked = recipe(ranges=ranges)
    assert run(file, tmp_path / "out", asked) == TRAINED
    assert run(file, tmp_path / "out", asked, train=False) == UNCHANGED
    cells = file.read_text().splitlines()[line].split(",")
    change(file, line, column, {2: str(1.01 * float(cells[2] or 1)), 7: "0"}.get(column, "33"))
    assert run(file, tmp_path / "out", asked, train=wanted == TRAINED) == wanted
    assert run(file, tmp_path / "out", asked, train=False) == UNCHANGED


def test_a_changed_market_trains(file: Path, tmp_path: Path) -> None:
    market, s = tmp_path / "SPY.csv", with_ranges(140, seed=9)
    days = s.dates.astype("M8[D]").astype(str)
    market.write_text("\n".join(["date,price", *(f"{d},{p}" for d, p in zip(days, s.prices, strict=True))]))
    asked = recipe(market=str(market))
    assert run(file, tmp_path / "out", asked) == TRAINED
    assert run(file, tmp_path / "out", asked, train=False) == UNCHANGED
    change(market, 40, 1, "101.25")
    assert run(file, tmp_path / "out", asked) == TRAINED


@pytest.mark.parametrize(("market", "error"), [("SPY", UsageError), ("no/SPY.csv", InputError)])
def test_the_market_of_a_batch_is_a_file(
    market: str, error: type[Exception], file: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match="--market FILE"):
        run(file, tmp_path / "out", recipe(market=market))
    assert not (tmp_path / "out").exists()


def drawn(draw, validation, recipe, *, on_epoch):
    return (FittedNetwork(random_weights(recipe, recipe.training.seed), (), 1),)


def test_the_model_of_a_batch_is_that_of_train(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "fit_members", drawn)
    monkeypatch.setattr(backend, "forget_kernels", lambda: None)
    asked, options = recipe(), ReadOptions(past=("vix",), known=("flag",))
    (found,) = read_inputs([str(file)], options, {}, beside=beside_of(asked.data, options, Run())).found
    series, decisions = found.read()
    assert {name: column.role for name, column in series.columns.items()} == {
        "open": "range", "high": "range", "low": "range", "vix": "past", "flag": "known",
    }  # fmt: skip
    assert series.ahead is not None and len(series.ahead.dates) == 1
    outcome = run_job(Job("AAA", "AAA", series, asked.model_dump_json(), decisions.to_json(), {}))
    assert outcome.failure is None
    dataset, reading = read_dataset([str(file)], ReadOptions(), asked, Run())
    alone = model_bytes(learn(dataset, reading.decisions, "AAA", on_epoch=lambda epoch: None).model)
    assert {name: outcome.files[name] for name in alone} == alone
    bare = learn(make_dataset([without(series)], asked), Decisions(), "AAA", on_epoch=lambda epoch: None)
    assert model_bytes(bare.model)["model.json"] != alone["model.json"]  # the range has its say


def test_a_model_that_knows_its_market_by_name_is_still_of_its_recipe(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_module, "fit_members", drawn)
    market = tmp_path / "data" / "SPY.csv"
    market.parent.mkdir()
    market.write_text(file.read_text())
    asked, options = recipe(market=str(market)), ReadOptions(past=("vix",), known=("flag",))
    seeded = with_choices(asked, {"seed": ticker_seed(asked.training.seed, "AAA")})
    dataset, reading = read_dataset([str(file)], ReadOptions(), seeded, Run())
    learnt = learn(dataset, reading.decisions, "AAA", on_epoch=lambda epoch: None)
    save_model(learnt.model, tmp_path / "AAA", {})
    assert load_model(tmp_path / "AAA").recipe.data.market == "SPY.csv"
    (found,) = read_inputs([str(file)], options, {}, beside=beside_of(asked.data, options, Run())).found
    assert adopted(found, tmp_path / "AAA", asked, "") is not None


def without(series: PriceSeries) -> PriceSeries:
    kept = {name: column for name, column in series.columns.items() if column.role != "range"}
    return replace(series, columns=kept)


def test_only_what_serves_is_kept() -> None:
    assert Beside().of(replace(ONE, columns=NAMED)).columns == {}
    assert beside_of(Data(ranges=False), ReadOptions(), Run()).names == frozenset()
    assert beside_of(Data(past=("vix",)), ReadOptions(), Run()).names == {
        "open",
        "high",
        "low",
        "close",
        "vix",
    }
