"""A folder that `prepare` wrote is believed whole or not at all. No test here needs TensorFlow."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from model_folders import NOT_PLAIN, instead, put, seal
from toys import DECISIONS, small_recipe, walk

from rnn_forecast.errors import ForecastError, InputError, ModelError, Notice
from rnn_forecast.model.plausible_source import require_plausible_source
from rnn_forecast.model.provenance import describe
from rnn_forecast.prices import ReadOptions
from rnn_forecast.prices.series import PriceSeries, iso
from rnn_forecast.recipe import Data, Recipe, to_toml
from rnn_forecast.system.files import new_folder
from rnn_forecast.verbs.context import Run, read_dataset, read_sources
from rnn_forecast.verbs.prepare import prepare
from rnn_forecast.verbs.prepared.prepared_folder import recipe_of_prepared, write_prepared
from rnn_forecast.windows.dataset import make_dataset

A, B = walk(80, seed=1, ticker="A"), walk(60, seed=2, ticker="B\n=1")
RECIPE = small_recipe()
FILES = ("prices.csv", "report.json", "recipe.toml", "windows.npz", "MANIFEST.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A prepared folder of two tickers."""
    source, out = tmp_path / "prices.csv", tmp_path / "prepared"
    rows = [
        f'"{s.ticker}",{day},{price}'
        for s in (A, B)
        for day, price in zip(iso(s.dates), s.prices, strict=True)
    ]
    source.write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    prepare([str(source)], ReadOptions(), RECIPE, out)
    return out


def read(folder: Path) -> list[PriceSeries]:
    return read_sources([str(folder)], ReadOptions(), Run()).series


def test_what_prepare_warned_of_is_said_again_of_the_tickers_taken(tmp_path: Path) -> None:
    source, out, told = tmp_path / "prices.csv", tmp_path / "prepared", []
    prices = {s.ticker: np.where(np.arange(len(s)) < 30, 1.0, 1000.0) * s.prices for s in (A, B)}
    rows = [
        f'"{s.ticker}",{day},{price}'
        for s in (A, B)
        for day, price in zip(iso(s.dates), prices[s.ticker], strict=True)
    ]
    source.write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    prepare([str(source)], ReadOptions(), RECIPE, out)
    read_sources([str(out)], ReadOptions(tickers=("A",)), Run(tell=told.append))
    (one,) = told
    assert one.kind == "warning" and one.text.startswith("A: ") and "1,000 times" in one.text
    report = (out / "report.json").read_text()
    (out / "report.json").write_text(report.replace('"kind": "level"', '"kind": ["level"]', 1))
    seal(out)
    assert "report.json" in refusal(out)


def test_what_stands_beside_the_price_comes_back_to_the_bit(tmp_path: Path) -> None:
    source, out = tmp_path / "X.csv", tmp_path / "prepared"
    rows = [
        f"{day},{price * 1.01},{'' if i % 7 == 3 else price * 1.1},{i * 1000}"
        for i, (day, price) in enumerate(zip(iso(A.dates), A.prices, strict=True))
    ]
    source.write_text("\n".join(["date,close,high,volume", *rows]) + "\n")
    (before,) = read_sources([str(source)], ReadOptions(), Run()).series
    prepare([str(source)], ReadOptions(), RECIPE, out)
    (after,) = read(out)
    assert {name: one.role for name, one in after.columns.items()} == {"high": "range", "volume": "past"}
    for name, column in before.columns.items():
        np.testing.assert_array_equal(after.columns[name].values, column.values)
    assert np.isnan(after.columns["high"].values).sum() == sum(i % 7 == 3 for i in range(len(A)))


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read(folder)
    assert "\n" not in caught.value.message
    assert caught.value.remedy == "Run prepare again."
    return caught.value.message


def edit(change: Callable[[list[str]], object], *, sealed: bool = True) -> Callable[[Path], None]:
    """Prices with other lines (the header is the first); `sealed` with a manifest that agrees."""

    def spoil(folder: Path) -> None:
        lines = (folder / "prices.csv").read_text().splitlines()
        change(lines)
        (folder / "prices.csv").write_text("\n".join(lines) + "\n")
        if sealed:
            seal(folder)

    return spoil


def with_price(text: str, row: int = 3) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        lines[row] = f"{lines[row].rpartition(',')[0]},{text}"

    return change


def reverse(lines: list[str]) -> None:
    lines[1:81] = lines[80:0:-1]


PRICES = {
    "dates reversed": (reverse, "not in order"),
    "two rows exchanged": (lambda lines: lines.insert(1, lines.pop(2)), "not in order"),
    "a row twice": (lambda lines: lines.insert(1, lines[1]), "not in order"),
    "a ticker in two places": (lambda lines: lines.append(lines.pop(1)), "not in order"),
    "NaN": (with_price("nan"), "is missing"),
    "no price": (with_price(""), "is missing"),
    "infinity": (with_price("inf"), "is missing"),
    "no date": (lambda lines: lines.insert(1, '"A",,12.5'), "is missing"),
    "zero": (with_price("0"), "not above 0"),
    "negative": (with_price("-2"), "not above 0"),
    "a word": (with_price("many"), "'many'"),
    "another header": (lambda lines: lines.__setitem__(0, "ticker,day,price"), "date"),
    "no rows": (lambda lines: lines.__delitem__(slice(1, None)), "is missing"),
    "nothing": (lambda lines: lines.clear(), "Empty"),
}


def test_what_is_read_is_what_was_prepared_to_the_bit(folder: Path) -> None:
    for got, was in zip(read(folder), (A, B), strict=True):
        assert got.ticker == was.ticker
        assert np.array_equal(got.dates, was.dates)
        assert got.prices.tobytes() == was.prices.tobytes()
    assert recipe_of_prepared(folder) == RECIPE


def test_names_that_would_act_are_held_back_in_the_table_and_had_back_from_it(tmp_path: Path) -> None:
    """`prices.csv` had `=cmd()` and ESC raw; `=q` and `'=q` must stay two."""
    names = ("=cmd()", "'=cmd()", "@x;=1", "\x1b[2J", "a\\b", "＝q", "AAPL", "two\nlines", "\u202eb")
    dataset = make_dataset([walk(80, seed=i, ticker=name) for i, name in enumerate(names)], RECIPE)
    out = tmp_path / "prepared"
    report = {**DECISIONS.to_json(), "dated": True}
    with new_folder(out) as folder:
        write_prepared(folder, dataset.series, dataset, report, windows=False)
    text = (out / "prices.csv").read_text()
    cells = list(dict.fromkeys(line.partition(",")[0].strip('"') for line in text.splitlines()[1:]))
    assert len(cells) == len(names)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not any(cell.startswith(("=", "＝", "@", "+", "-")) or ";" in cell for cell in cells)
    assert [s.ticker for s in read(out)] == sorted(names)


@pytest.mark.parametrize("cell", ["=A", "'A", "a;b"])
def test_a_name_that_prepare_would_not_write_so_is_refused(folder: Path, cell: str) -> None:
    edit(lambda lines: lines.__setitem__(slice(1, 81), [line.replace("A", cell) for line in lines[1:81]]))(
        folder
    )
    assert "is no name as prepare writes it" in refusal(folder)


@pytest.mark.parametrize("fault", PRICES)
def test_prices_that_no_reader_would_give_are_refused_even_with_a_manifest_that_agrees(
    folder: Path, fault: str
) -> None:
    change, phrase = PRICES[fault]
    edit(change)(folder)
    message = refusal(folder)
    assert message.startswith(f"{folder}/prices.csv: ") and phrase in message


@pytest.mark.parametrize("choice", [{"log": False}, {"normalize": "zscore"}])
def test_prices_without_logs_may_be_below_zero(folder: Path, choice: dict[str, object]) -> None:
    (folder / "recipe.toml").write_text(to_toml(small_recipe(**choice)))
    edit(with_price("-2"))(folder)
    assert read(folder)[0].prices[2] == -2


@pytest.mark.parametrize("change", [reverse, with_price("12.5"), with_price("nan")])
def test_prices_that_were_edited_by_hand_are_refused(
    folder: Path, change: Callable[[list[str]], None]
) -> None:
    edit(change, sealed=False)(folder)
    assert refusal(folder).startswith(f"{folder}/prices.csv: expected ")


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_found(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    for at in {0, len(whole) // 3, len(whole) // 2, len(whole) - 2}:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert f"{folder}/{name}: " in refusal(folder)
    path.write_bytes(whole[:-1])
    assert f"{folder}/{name}: " in refusal(folder)
    path.write_bytes(whole)
    assert read(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", [*NOT_PLAIN, "missing"])
def test_what_is_no_plain_file_is_not_opened(folder: Path, name: str, kind: str) -> None:
    instead(name, NOT_PLAIN.get(kind, lambda path: None))(folder)
    assert f"{folder}/{name}: " in refusal(folder)


@pytest.mark.parametrize(
    "report",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"dated": true, "a": ' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"dated": true, "dated": false}',
        b'{"dated": NaN}',
        b"[]",
        b"3",
        b'"dated"',
        b"{}",
        b"",
        b"\xff",
    ],
    ids=lambda report: f"{len(report)} {report[:20]}",
)
def test_a_report_that_is_none_is_refused(folder: Path, report: bytes) -> None:
    put("report.json", report)(folder)
    assert refusal(folder).startswith(f"{folder}/report.json: it is not what prepare wrote: ")


def test_a_recipe_that_was_edited_is_refused_before_it_is_believed(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(path.read_text().replace("lookback = 12", "lookback = 13"))
    with pytest.raises(ModelError, match=r"recipe\.toml: expected sha256"):
        recipe_of_prepared(folder)


def test_files_that_are_not_ours_are_refused(folder: Path) -> None:
    (folder / "notes.txt").touch()
    with pytest.raises(ModelError, match=r"notes\.txt: it is not in the manifest") as caught:
        read(folder)
    assert caught.value.remedy == "Move it elsewhere."


def test_other_folders_are_no_prepared_ones(folder: Path) -> None:
    for name in ("prices.csv", "report.json"):
        os.unlink(folder / name)  # noqa: PTH108
    with pytest.raises(InputError, match="is a folder, not a file"):
        read(folder)


def columns_of(tmp_path: Path) -> tuple[str, Recipe]:
    """A file with columns of every role, and a recipe that names them."""
    market = tmp_path / "M.csv"
    dates = iso(A.dates)
    market.write_text("date,price\n" + "".join(f"{d},{p}\n" for d, p in zip(dates, B.prices, strict=False)))
    rows = [f"{d},{p},{i % 7},{i % 2}" for i, (d, p) in enumerate(zip(dates, A.prices, strict=True))]
    rows += [f"{d},,,1" for d in iso(A.dates[-1:] + np.arange(1, 4) * np.timedelta64(1, "D"))]
    (tmp_path / "X.csv").write_text("\n".join(["date,close,vix,flag", *rows]) + "\n")
    return str(tmp_path / "X.csv"), small_recipe(past=("vix",), known=("flag",), market=str(market))


def test_named_columns_what_is_ahead_and_the_market_come_back(tmp_path: Path) -> None:
    source, recipe = columns_of(tmp_path)
    (before,) = read_sources([source], ReadOptions(), Run(), recipe.data).series
    told: list[Notice] = []
    made = prepare([source], ReadOptions(), recipe, tmp_path / "out", Run(tell=told.append))
    assert made.report["columns"] == {"vix": "past", "flag": "known", recipe.data.market: "market"}
    (said,) = [one.text for one in told if one.text.startswith("beside the price serve: ")]
    assert "vix up to the origin; flag ahead too (3 rows after the last price); the market" in said
    Path(recipe.data.market).unlink()  # its prices are in the folder
    dataset, reading = read_dataset([str(tmp_path / "out")], ReadOptions(), recipe, Run())
    (after,) = reading.series
    assert {name: one.role for name, one in after.columns.items()} == {
        "vix": "past", "flag": "known", "market": "market",
    }  # fmt: skip
    for name, column in before.columns.items():
        np.testing.assert_array_equal(after.columns[name].values, column.values)
    assert before.ahead is not None and after.ahead is not None
    np.testing.assert_array_equal(after.ahead.dates, before.ahead.dates)
    np.testing.assert_array_equal(after.ahead.columns["flag"], [1, 1, 1])
    require_plausible_source(describe(dataset, reading.decisions, dataset.split.train), logs=True)


def test_a_column_that_never_changes_is_not_said_to_serve(tmp_path: Path) -> None:
    source, recipe = columns_of(tmp_path)
    lines = [line.split(",") for line in Path(source).read_text().splitlines()[:-2]]
    lines[1:] = [[*cells[:3], cells[3].replace("0", "")] for cells in lines[1:]]
    Path(source).write_text("\n".join(map(",".join, lines)) + "\n")
    told: list[Notice] = []
    read_dataset([source], ReadOptions(), recipe, Run(tell=told.append))
    (said,) = [one.text for one in told if one.text.startswith("beside the price serve: ")]
    assert "vix" in said and "flag" not in said
    Path(source).write_text(Path(source).read_text().replace(",\n", ",0\n"))
    read_dataset([source], ReadOptions(), recipe, Run(tell=told.append))
    assert any("flag ahead too (1 row after the last price)" in one.text for one in told)


def test_a_folder_without_a_column_is_refused(tmp_path: Path) -> None:
    source, recipe = columns_of(tmp_path)
    prepare([source], ReadOptions(), recipe, tmp_path / "out")
    for data, words in (
        (Data(past=("nix",)), "without the past column 'nix'; it has past vix, known flag"),
        (Data(known=("vix",)), "without the known column 'vix'"),
        (Data(market=str(tmp_path / "other.csv")), "there is no such file"),
    ):
        with pytest.raises(ForecastError) as caught:
            read_sources([str(tmp_path / "out")], ReadOptions(), Run(), data)
        assert words in caught.value.message
    (bare,) = read_sources([str(tmp_path / "out")], ReadOptions(), Run(), Data(past=("flag",))).series
    assert (bare.columns["flag"].role, bare.ahead, "market" in bare.columns) == ("past", None, False)
