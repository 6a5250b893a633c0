"""The market stands beside every ticker by date, and is never known before its day is over."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import small_recipe, walk

from rnn_forecast.errors import DataError, ForecastError, InputError
from rnn_forecast.prices import PriceSeries, ReadOptions, read_prices
from rnn_forecast.prices.series import iso
from rnn_forecast.recipe import Data
from rnn_forecast.verbs.beside.market import Market, beside_all, market_prices
from rnn_forecast.verbs.context import Run, read_sources
from rnn_forecast.verbs.prepare import prepare

DAY = np.timedelta64(86_400, "s")
START = np.datetime64("2020-01-01", "s")


def series(ticker: str, days: list[int], step: np.timedelta64 = DAY) -> PriceSeries:
    return PriceSeries(ticker, START + np.array(days) * step, 1.0 + np.arange(len(days)))


DAYS = st.lists(st.integers(0, 60), min_size=3, max_size=40, unique=True).map(sorted)


@given(DAYS, DAYS)
def test_it_is_what_another_program_joins(own: list[int], markets: list[int]) -> None:
    one, market = series("A", own), series("M", markets)
    step, own_step = (float(np.median(np.diff(s.dates).astype(int))) for s in (market, one))
    rows = pd.DataFrame({"date": market.dates, "price": market.prices})
    if step > 1.5 * own_step:  # a row is known when the next one begins
        rows["date"] = rows["date"].shift(-1)
        rows = rows.dropna()
    most = max(7 * 86_400, 3 * step)
    joined = pd.merge_asof(pd.DataFrame({"date": one.dates}), rows, on="date")["price"].to_numpy()
    since = {price: date for date, price in zip(market.dates, market.prices, strict=True)}
    wanted = [
        price if price in since and (date - since[price]).astype(int) <= most else np.nan
        for date, price in zip(one.dates, joined, strict=True)
    ]
    np.testing.assert_array_equal(market_prices(one.dates, market), wanted)


@given(DAYS, DAYS, st.integers(0, 60), st.sampled_from([1, 24]))
def test_no_price_of_a_later_day_is_seen(own: list[int], markets: list[int], day: int, hours: int) -> None:
    """Nor, beside hours, one of the same day: the close of a day is dated by its midnight."""
    one = series("A", [h for d in own for h in range(d * hours, (d + 1) * hours)], DAY // hours)
    market = series("M", markets)
    later = market.dates > START + day * DAY
    changed = PriceSeries("M", market.dates, np.where(later, -7.0, market.prices))
    known = one.dates < START + (day + 1) * DAY
    both = [market_prices(one.dates, some)[known] for some in (market, changed)]
    np.testing.assert_array_equal(*both)


def test_hours_see_the_close_of_the_day_before() -> None:
    found = market_prices(series("A", list(range(72)), DAY // 24).dates, series("M", [0, 1, 2]))
    assert np.isnan(found[:24]).all()
    assert set(found[24:48]) == {1.0} and set(found[48:]) == {2.0}


def test_a_price_serves_for_a_week() -> None:
    found = market_prices(series("A", list(range(12))).dates, series("M", [1, 2]))
    np.testing.assert_array_equal(found, [np.nan, 1, *[2] * 8, np.nan, np.nan])


def test_two_bars_a_day_see_the_close_of_the_day_before() -> None:
    """09:30 and 16:00 are six and a half hours and seventeen and a half apart: most as far as days are."""
    days = START + np.arange(30) * DAY
    bars = np.sort(np.concatenate([days + np.timedelta64(h, "m") for h in (570, 960)]))[1:-1]
    found = market_prices(bars, series("M", list(range(30))))
    assert found[1] == found[2] == 1.0 and found[3] == found[4] == 2.0


def test_one_row_a_day_is_joined_by_day_whatever_its_clock() -> None:
    own, market = series("A", list(range(9))), series("M", list(range(9)))
    for ours in (0, 5, 16):
        for theirs in (0, 10, 21):
            late = PriceSeries("M", market.dates + np.timedelta64(theirs, "h"), market.prices)
            found = market_prices(own.dates + np.timedelta64(ours, "h"), late)
            np.testing.assert_array_equal(found, market.prices)


def stamped(path: Path, zone: str | None, days: int = 60, start: str = "2024-01-02") -> PriceSeries:
    """Hours of New York's trade, as another clock shows them."""
    dates = pd.bdate_range(start, periods=days)
    times = pd.DatetimeIndex([day + pd.Timedelta(hours=h) for day in dates for h in range(10, 16)])
    times = times.tz_localize("America/New_York")
    shown = times.tz_convert(zone) if zone else times.tz_localize(None)
    path.write_text("date,price\n" + "".join(f"{t.isoformat()},{100 + n % 7}\n" for n, t in enumerate(shown)))
    return read_prices([str(path)], ReadOptions()).series[0]


CLOCKS = {
    ("UTC", "America/New_York"): "A shows times of another clock (UTC) than the market M (-05:00/-04:00)",
    ("UTC", "Asia/Kolkata"): "(UTC) than the market M (+05:30)",
    ("America/New_York", None): "(-05:00/-04:00) than the market M (no offset)",
    (None, "UTC"): "(no offset) than the market M (UTC)",
}


@pytest.mark.parametrize("zones", CLOCKS)
def test_hours_of_two_clocks_are_not_joined(zones: tuple[str | None, str | None], tmp_path: Path) -> None:
    one, market = (stamped(tmp_path / f"{n}.csv", zone) for n, zone in zip("AM", zones, strict=True))
    with pytest.raises(DataError) as caught:
        Market("M", market).beside(one)
    assert CLOCKS[zones] in caught.value.message
    Market("M", walk(90, seed=1, start="2024-01-01")).beside(one)  # days are days


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", None])
def test_hours_of_one_clock_are_joined(zone: str | None, tmp_path: Path) -> None:
    market = stamped(tmp_path / "M.csv", zone)
    for days in (60, 20):  # the latter before summer time begins
        one = Market("M", market).beside(stamped(tmp_path / "A.csv", zone, days))
        np.testing.assert_array_equal(one.columns["market"].values, market.prices[: len(one)])


def test_two_tickers_of_a_file_have_a_clock_each(tmp_path: Path) -> None:
    stamped(tmp_path / "A.csv", "UTC"), stamped(tmp_path / "M.csv", "America/New_York")
    rows = [f"{n},{row}" for n in "AM" for row in (tmp_path / f"{n}.csv").read_text().splitlines()[1:]]
    (tmp_path / "x.csv").write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    found = read_prices([str(tmp_path / "x.csv")], ReadOptions()).series
    assert [one.zone for one in found] == ["UTC", "-05:00/-04:00"]


def test_a_moment_since_1970_is_of_utc_and_files_together_have_all_their_clocks(tmp_path: Path) -> None:
    times = pd.date_range("2024-01-02", periods=200, freq="h").astype("datetime64[s]").astype("int64")
    (tmp_path / "e.csv").write_text("date,price\n" + "".join(f"{t},{100 + t % 7}\n" for t in times))
    assert read_prices([str(tmp_path / "e.csv")], ReadOptions()).series[0].zone == "UTC"
    for n, zone in enumerate((None, "Asia/Kolkata")):
        stamped(tmp_path / f"{n}.csv", zone, 5, ("2024-01-02", "2024-02-02")[n])
    (both,) = read_prices([str(tmp_path / f"{n}.csv") for n in (0, 1)], ReadOptions(as_ticker="X")).series
    assert both.zone == "+05:30/unknown"


def write(path: Path, *some: PriceSeries) -> str:
    rows = [
        f"{s.ticker},{d},{p!r}" for s in some for d, p in zip(iso(s.dates), s.prices.tolist(), strict=True)
    ]
    path.write_text("\n".join(["ticker,date,price", *rows]) + "\n")
    return str(path)


A, B, SPY = (walk(90, seed=n, ticker=t) for n, t in enumerate(("A", "B", "SPY")))


def read(source: str, market: str) -> list[PriceSeries]:
    return read_sources([source], ReadOptions(), Run(), Data(market=market)).series


@pytest.mark.parametrize("inside", [True, False])
def test_a_ticker_or_a_file_are_one_market(inside: bool, tmp_path: Path) -> None:
    source = write(tmp_path / "x.csv", A, B, *([SPY] if inside else []))
    market = "SPY" if inside else write(tmp_path / "SPY.csv", SPY)
    found = read(source, market)
    assert [one.ticker for one in found] == ["A", "B", "SPY"][: 3 if inside else 2]
    for one in found:
        assert one.columns["market"].role == "market"
        np.testing.assert_array_equal(one.columns["market"].values, SPY.prices)


def test_a_file_of_several_has_one_of_its_name(tmp_path: Path) -> None:
    source = write(tmp_path / "x.csv", A)
    (one,) = read(source, write(tmp_path / "SPY.csv", B, SPY))
    np.testing.assert_array_equal(one.columns["market"].values, SPY.prices)
    with pytest.raises(DataError, match="none of its own name"):
        read(source, write(tmp_path / "others.csv", B, SPY))


@pytest.mark.parametrize(
    "options",
    [{"tickers": ("A",)}, {"exclude": ("B", "SPY")}, {"tickers": ("A",), "optional": ("tickers",)}],
)
def test_the_market_need_not_be_asked_for(options: dict[str, object], tmp_path: Path) -> None:
    source = write(tmp_path / "x.csv", A, B, SPY)
    run = Run()
    reading = read_sources([source], ReadOptions(**options), run, Data(market="SPY"))  # type: ignore[arg-type]
    assert [one.ticker for one in reading.series] == ["A"] and reading.decisions.tickers == 1
    assert "SPY" not in reading.decisions.options.get("tickers", [])


@pytest.mark.parametrize(
    ("market", "words"),
    [
        ("SPY", "the market SPY is neither a ticker of the sources nor a file. Add it to the sources. There"),
        ("SPY.csv", "the market SPY.csv: there is no such file"),
    ],
)
def test_a_market_that_nobody_asked_for_is_missed_by_its_name(
    market: str, words: str, tmp_path: Path
) -> None:
    source = write(tmp_path / "x.csv", A, B)
    with pytest.raises(ForecastError) as caught:
        read_sources([source], ReadOptions(tickers=("A",)), Run(), Data(market=market))
    assert words in str(caught.value)
    with pytest.raises(DataError, match="There is no ticker 'C'"):
        read_sources([source], ReadOptions(tickers=("C",)), Run(), Data(market=market))


@pytest.mark.parametrize("options", [{"tickers": ("A",)}, {"exclude": ("B", "SPY")}])
def test_a_prepared_folder_s_market_is_no_ticker_that_is_asked_for(
    options: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    source = write(tmp_path / "x.csv", A, B, SPY)
    prepare([source], ReadOptions(), small_recipe(market="SPY"), tmp_path / "out")
    reading = read_sources([str(tmp_path / "out")], ReadOptions(**options), Run(), Data(market="SPY"))
    assert [one.ticker for one in reading.series] == ["A"]
    np.testing.assert_array_equal(reading.series[0].columns["market"].values, SPY.prices)
    with_it = ReadOptions(tickers=("A", "SPY"))
    reading = read_sources([str(tmp_path / "out")], with_it, Run(), Data(market="SPY"))
    assert [one.ticker for one in reading.series] == ["A", "SPY"]


def far(one: PriceSeries) -> PriceSeries:
    return PriceSeries(one.ticker, one.dates - 4000 * DAY, one.prices)


def bare(path: Path) -> str:
    path.write_text("price\n" + "\n".join(map(str, A.prices)) + "\n")
    return str(path)


BAD: dict[str, tuple[Callable[[Path], tuple[str, str]], type[ForecastError], str]] = {
    "other dates": (
        lambda at: (write(at / "x.csv", A), write(at / "m.csv", far(SPY))),
        DataError,
        "shares 0 of 90 dates with A (2020-01-01 to 2020-03-30)",
    ),
    "too few dates": (
        lambda at: (write(at / "x.csv", A), write(at / "m.csv", SPY.until(44))),
        DataError,
        "shares 44 of 90 dates",
    ),
    "no such ticker": (lambda at: (write(at / "x.csv", A, B), "NIX"), DataError, "There are: A, B."),
    "no such file": (
        lambda at: (write(at / "x.csv", A), str(at / "nix.csv")),
        InputError,
        "there is no such file",
    ),
    "no dates": (lambda at: (bare(at / "x.csv"), write(at / "m.csv", SPY)), DataError, "x has no dates"),
    "a market without dates": (
        lambda at: (write(at / "x.csv", A), bare(at / "m.csv")),
        DataError,
        "has no dates",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_market_that_will_not_do_is_refused(kind: str, tmp_path: Path) -> None:
    make, error, words = BAD[kind]
    source, market = make(tmp_path)
    with pytest.raises(error) as caught:
        read(source, market)
    assert words in str(caught.value)


def test_a_ticker_of_other_dates_is_left_out_of_several(tmp_path: Path) -> None:
    source, market = write(tmp_path / "x.csv", A, far(B)), write(tmp_path / "SPY.csv", SPY)
    reading = read_sources([source], ReadOptions(), Run(), Data(market=market))
    assert [one.ticker for one in reading.series] == ["A"]
    assert "of 90 dates with B" in reading.decisions.left_out[0]["why"]
    with pytest.raises(DataError, match="of 90 dates with B"):
        beside_all(Market("SPY", SPY), [A, far(B)], strict=True)


def test_a_market_that_was_left_out_says_why(tmp_path: Path) -> None:
    rows = [f"{d},{p},{i}" for i, (d, p) in enumerate(zip(iso(A.dates), A.prices, strict=True))]
    (tmp_path / "A.csv").write_text("\n".join(["date,close,vix", *rows]) + "\n")
    write(tmp_path / "SPY.csv", SPY)
    sources = [str(tmp_path / name) for name in ("A.csv", "SPY.csv")]
    with pytest.raises(DataError, match=r"the market SPY was left out: .*no column 'vix'"):
        read_sources(sources, ReadOptions(), Run(), Data(past=("vix",), market="SPY"))


def test_a_model_asks_for_its_market_again(tmp_path: Path) -> None:
    from toys import toy_model

    from rnn_forecast.model.model_document import save_model
    from rnn_forecast.verbs.context import model_and_prices

    market = write(tmp_path / "SPY.csv", SPY)
    source = write(tmp_path / "x.csv", A)
    recipe = small_recipe(market=market)
    model = toy_model(read(source, market), market=market)
    assert model.recipe.data == recipe.data
    save_model(model, tmp_path / "m", {})
    _, reading = model_and_prices([source], ReadOptions(), tmp_path / "m", Run(), any_ticker=False)
    np.testing.assert_array_equal(reading.series[0].columns["market"].values, SPY.prices)
    Path(market).unlink()
    with pytest.raises(InputError, match="there is no such file"):
        model_and_prices([source], ReadOptions(), tmp_path / "m", Run(), any_ticker=False)


def test_two_columns_of_the_name_are_refused() -> None:
    one = Market("SPY", SPY).beside(A)
    with pytest.raises(DataError, match="a column 'market' is named"):
        Market("SPY", SPY).beside(one)
