"""Jumps: those that last, those that go back, those in the last rows; and a last price that is refused."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from rnn_forecast.errors import DataError
from rnn_forecast.prices import PriceSeries, ReadOptions, iso, read_prices
from rnn_forecast.prices.checks import check_series
from rnn_forecast.prices.findings import Finding

ROWS = 120
DAYS = np.datetime64("2020-01-01", "s") + np.arange(4000) * np.timedelta64(86_400, "s")
POWERS = [10.0**n for n in (-300, -12, -9, -6, -4, -3, -1, 1, 3, 4, 6, 9, 12, 300)]


def walk(seed: int = 1, sigma: float = 0.02, rows: int = ROWS) -> np.ndarray:
    return 100 * np.exp(np.cumsum(sigma * np.random.default_rng(seed).standard_normal(rows)))


def jumped(times: float, at: int, until: int = ROWS, **how: float) -> np.ndarray:
    prices = walk(**how)  # type: ignore[arg-type]
    prices[at:until] *= times
    return prices


def found(prices: np.ndarray) -> list[Finding]:
    one = PriceSeries("AAA", DAYS[: len(prices)], prices)
    return check_series([one], None, datetime.date(2020, 1, 1))


def write(folder: Path, **tickers: np.ndarray) -> list[str]:
    for ticker, prices in tickers.items():
        rows = zip(iso(DAYS[: len(prices)]), prices.tolist(), strict=True)
        (folder / f"{ticker}.csv").write_text("date,price\n" + "".join(f"{d},{p!r}\n" for d, p in rows))
    return [str(folder / f"{ticker}.csv") for ticker in tickers]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("times", POWERS)
def test_any_power_of_ten_that_lasts_is_warned_of(times: float, seed: int) -> None:
    prices = jumped(times, 60, seed=seed)
    (one,) = found(prices)
    assert (one.kind in {"level", "split"}, one.date) == (True, iso(DAYS[60:61])[0])
    assert f"{prices[59]:g} to {prices[60]:g}" in one.what
    assert "too few rows" not in one.what


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (1000, "is a lasting jump to about 1,000 times the price, as when units change."),
        (1e-9, "is a lasting fall to about 1/1,000,000,000 of the price, as when units change."),
        (37, "is a lasting jump to 37 times the price."),
        (1 / 13, "is a lasting fall to 1/13 of the price."),
        (8, "is like an unadjusted 1:8 split."),
        (1 / 4, "is like an unadjusted 4:1 split."),
    ],
)
def test_the_ratio_is_named(times: float, said: str) -> None:
    assert str(found(jumped(times, 60, sigma=0.0001))[0]).endswith(said)


@pytest.mark.parametrize("times", [0.1, 0.07, 0.02, 1e-5])
@pytest.mark.parametrize("day", [-0.15, -0.05, 0.0, 0.05])
def test_a_collapse_to_a_tenth_or_less_is_warned_of_whatever_else_the_day_does(
    times: float, day: float
) -> None:
    assert [one.date for one in found(jumped(times * np.exp(day), 60))] == [iso(DAYS[60:61])[0]]


def test_a_collapse_that_goes_on_falling_is_one() -> None:
    prices = walk()
    prices[60:] *= 0.05 * np.exp(-0.3 * np.arange(60))
    assert [one.kind for one in found(prices)[:1]] == ["level"]


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("times", [1e-9, 0.01, 0.1, 10, 100, 1000])
def test_in_the_last_rows_nobody_knows_whether_it_lasts(times: float, rows: int) -> None:
    (one,) = found(jumped(times, ROWS - rows))
    assert one.what.endswith("; too few rows follow to say whether it lasts")


@pytest.mark.parametrize(
    ("rows", "kind", "said"), [(1, "spike", "stands alone"), (2, "spike", "does not last")]
)
@pytest.mark.parametrize("times", [0.001, 12, 1e6])
def test_what_goes_back_is_said_once(times: float, rows: int, kind: str, said: str) -> None:
    (one,) = found(jumped(times, 60, 60 + rows))
    assert one.kind == kind and said in one.what


def test_both_ends_of_a_stretch_in_other_units_are_said() -> None:
    assert [one.date for one in found(jumped(1000, 60, 70))] == iso(DAYS[[60, 70]])


@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_first_rows_may_be_those_in_other_units(at: int) -> None:
    assert [one.date for one in found(jumped(0.001, at))] == iso(DAYS[[at]])


def test_trends_and_wild_prices_are_not_flooded() -> None:
    years = np.linspace(0, np.log(1e6), 2000)
    wild = [walk(seed, 0.1, 2000) for seed in range(20)]
    assert not [
        one for prices in (np.exp(years), walk(1, 0.01, 2000) * np.exp(years), *wild) for one in found(prices)
    ]
    nightly = np.where(np.arange(480) % 24 < 4, 10, 300) * np.exp(0.2 * walk(2, 0.1, 480) / 100)
    assert len([one for one in found(nightly) if one.kind == "level"]) == 0


def test_a_jump_in_wild_prices_is_seen_all_the_same() -> None:
    assert [one.kind for one in found(jumped(1000, 60, sigma=0.1))] == ["level"]


def test_strict_refuses_a_lasting_jump(tmp_path: Path) -> None:
    (path,) = write(tmp_path, AAA=jumped(1000, 60))
    assert len(read_prices([path]).decisions.warnings) == 1
    with pytest.raises(DataError, match=r"AAA: .* 1,000 times"):
        read_prices([path], ReadOptions(strict=True))


@pytest.mark.parametrize("times", [1e-9, 1e-3, 1e-2, 0.0085, 85, 100, 1e3, 1e6])
def test_a_last_price_far_from_its_neighbours_is_refused(times: float, tmp_path: Path) -> None:
    (path,) = write(tmp_path, AAA=jumped(times, ROWS - 1))
    with pytest.raises(DataError) as caught:
        read_prices([path])
    assert (
        "AAA: the last price" in caught.value.message
        and iso(DAYS[ROWS - 1 : ROWS])[0] in caught.value.message
    )
    assert "--allow-last-jump" in caught.value.remedy
    allowed = read_prices([path], ReadOptions(allow_last_jump=True))
    assert len(allowed.series[0]) == ROWS and len(allowed.decisions.warnings) == 1


@pytest.mark.parametrize(
    "prices",
    [
        jumped(10, ROWS - 1),  # a split, or a fall to a tenth: warned of
        jumped(0.1, ROWS - 1),
        jumped(100, ROWS - 2, ROWS - 1),  # the last price is back
        jumped(100, ROWS - 3, ROWS - 1),
        jumped(100, ROWS - 4, ROWS - 1),
        jumped(150, ROWS - 4),  # four rows say that it lasts
        jumped(77, ROWS - 2, sigma=1e-4),
        walk(3, 1.0),
    ],
)
def test_a_last_price_that_may_be_right_is_not_refused(prices: np.ndarray, tmp_path: Path) -> None:
    assert read_prices(write(tmp_path, AAA=prices)).series


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("times", [1e-9, 1e-3, 1 / 150, 1 / 79, 79, 150, 1e6])
def test_a_few_last_rows_do_not_confirm_it(times: float, rows: int, tmp_path: Path) -> None:
    prices = jumped(times, ROWS - rows, sigma=1e-4)
    files = write(tmp_path, AAA=prices)
    with pytest.raises(DataError, match="AAA: the last price") as caught:
        read_prices(files)
    before = "before" if rows == 1 else f"at {iso(DAYS[[ROWS - rows - 1]])[0]}"
    assert caught.value.message.endswith(f" the one {before}, {prices[ROWS - rows - 1]:g}.")
    assert read_prices(files, ReadOptions(allow_last_jump=True)).series


@pytest.mark.parametrize("steps", [(12, 12), (50, 3), (5, 5, 5)])
def test_a_jump_in_several_steps_is_one(steps: tuple[float, ...], tmp_path: Path) -> None:
    prices = walk(sigma=0.001)
    for i, times in enumerate(steps):
        prices[ROWS - len(steps) + i :] *= times
    with pytest.raises(DataError, match="AAA: the last price"):
        read_prices(write(tmp_path, AAA=prices))


@pytest.mark.parametrize("rows", [5, 20])
@pytest.mark.parametrize("times", [0.001, 1000])
def test_a_level_that_comes_back_is_not_called_lasting(times: float, rows: int) -> None:
    first, back = found(jumped(times, 60, 60 + rows))
    assert first.what.endswith(f"; prices are back after {rows} rows") and "lasting" not in first.what
    assert "lasting" in back.what


def test_of_many_files_the_ticker_is_named(tmp_path: Path) -> None:
    files = write(tmp_path, AAA=walk(), BBB=jumped(100, ROWS - 1), CCC=jumped(0.01, ROWS - 1))
    reading = read_prices(files)
    assert [one.ticker for one in reading.series] == ["AAA"]
    assert [one["ticker"] for one in reading.decisions.left_out] == ["BBB", "CCC"]
    with pytest.raises(DataError, match=r"BBB: the last price.*And 1 more"):
        read_prices(files[1:])
    with pytest.raises(DataError, match=r"BBB: the last price.*And 1 more"):
        read_prices(files, ReadOptions(strict=True))
    alone = read_prices(files, each_alone=True)
    assert [one.ticker for one in alone.series] == ["AAA"] and alone.refused.keys() == {"BBB", "CCC"}


def test_real_prices_have_no_jumps_but_their_splits(shared_data: Path) -> None:
    """50 shares: adjusted none; unadjusted their splits, and AIG's 1:20 (by 15.6 that day)."""
    adjusted = [str(path) for path in sorted((shared_data / "ohlc").glob("*.csv"))]
    assert read_prices(adjusted, ReadOptions(price_column="adjusted_close")).decisions.checks == ()
    bare = read_prices(adjusted, ReadOptions(price_column="close")).decisions.checks
    assert [(one.ticker, one.date) for one in bare if one.kind != "split"] == [("AIG", "2009-07-01")]
    assert len(bare) == 34
