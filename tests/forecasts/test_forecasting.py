"""The next prices and their dates; what is no price is never given out, whatever a model says."""

from dataclasses import replace

import numpy as np
import pytest
from toys import toy_model, walk

from rnn_forecast.errors import DataError, TrainingError
from rnn_forecast.forecasts.forecasting import forecast
from rnn_forecast.forecasts.wanted import Wanted, quantile_name, unsupported
from rnn_forecast.model.model import Model
from rnn_forecast.prices.series import PriceSeries
from rnn_forecast.scores.evaluation import evaluation_of

SERIES = [walk(200)]


def with_bias(model: Model, bias: float) -> Model:
    members = tuple({**w, "head.bias": np.full_like(w["head.bias"], bias)} for w in model.members)
    return replace(model, members=members)


def everywhere(rows, ends):
    """These ends at every level, but where there are none."""
    return tuple(
        tuple(None if was is None else end for was, end in zip(row, ends, strict=True)) for row in rows
    )


def hostile() -> dict[str, Model]:
    model = toy_model(SERIES)
    bands = model.intervals
    return {
        "overflow": with_bias(model, 1e10),
        "underflow to 0": with_bias(model, -1e10),
        "float32": with_bias(model, 3.4e38),
        "nan": with_bias(model, np.nan),
        "high": replace(model, intervals=replace(bands, high=everywhere(bands.high, (0.1, 1e6)))),
        "low": replace(model, intervals=replace(bands, low=everywhere(bands.low, (-0.1, -1e6)))),
        "no logs": with_bias(toy_model(SERIES, normalize="zscore"), np.inf),
    }


@pytest.mark.parametrize("kind", hostile())
def test_no_forecast_that_is_no_price(kind: str) -> None:
    model = hostile()[kind]
    with pytest.raises(TrainingError, match=r"T, step \d: expected a .*price") as caught:
        forecast(model, SERIES, 2)
    assert caught.value.exit_code == 70
    with pytest.raises(TrainingError, match=r"T, step \d"):
        evaluation_of(model, SERIES, "m")


@pytest.mark.parametrize("percent", [1.0, 20.0, 40.0, 50.0, 60.0, 95.0])
@pytest.mark.parametrize("normalize", ["window", "zscore"])
def test_value_at_risk_is_the_loss_at_a_quantile(percent: float, normalize: str) -> None:
    """Below 50 % it is a gain; it was a loss of nothing."""
    share = round(1 - percent / 100, 12)
    wanted = Wanted(quantiles=(share,), risk=(percent,))
    table = forecast(toy_model(SERIES, normalize=normalize), SERIES, 3, wanted)
    found = table.further[f"var_{percent:g}"]
    np.testing.assert_array_equal(found, 100 * (1 - table.further[quantile_name(share)] / table.last))
    assert (table.further[f"es_{percent:g}"] >= found).all()


def said_of(model: Model, steps: int, wanted: Wanted) -> str:
    return unsupported(model, forecast(model, SERIES, steps, wanted))


def test_what_is_left_empty_is_said_column_by_column() -> None:
    """A mean loss was empty without a word, as its value at risk was there."""
    model, few = toy_model(SERIES), "windows that the model was calibrated on are too few"
    wanted = Wanted((80, 99.99), (0.5,), (50, 99, 99.99), rises=True)
    table = forecast(model, SERIES, 2, wanted)
    assert np.isfinite(table.further["var_99"]).all() and np.isnan(table.further["es_99"]).all()
    names = "lo_99.99, hi_99.99, es_99, var_99.99, es_99.99"
    assert unsupported(model, table) == f"{names}; {model.intervals.windows} {few}"
    assert said_of(model, 2, Wanted((80,), (0.5,), (50,), rises=True)) == ""


def test_what_is_left_empty_names_its_steps() -> None:
    model = toy_model(SERIES, horizon=3)

    def without(*gone: int) -> Model:
        low, high = (
            tuple(tuple(None if k in gone else v for k, v in enumerate(row, 1)) for row in side)
            for side in (model.intervals.low, model.intervals.high)
        )
        return replace(model, intervals=replace(model.intervals, low=low, high=high))

    assert said_of(without(2, 3), 5, Wanted((80,))).startswith("lo_80, hi_80 from step 2 on; ")
    assert said_of(without(3), 3, Wanted((80,))).startswith("lo_80, hi_80 at step 3; ")
    assert said_of(without(2), 3, Wanted((80,))).startswith("lo_80, hi_80 at 1 of 3 steps; ")


def test_a_level_without_quantiles_stays_empty() -> None:
    model = toy_model(SERIES)
    none = ((None, None),) * len(model.intervals.levels)
    table = forecast(replace(model, intervals=replace(model.intervals, low=none, high=none)), SERIES, 3)
    assert np.isnan(table.intervals["80"][0]).all()
    assert np.isfinite(table.forecast).all()


def test_a_date_that_no_reader_takes_is_not_written() -> None:
    """Yearly data: 10,000 steps were dated up to the year 12019."""
    years = np.arange("1800", "2020", dtype="datetime64[Y]").astype("datetime64[s]")
    series = [PriceSeries("Y", years, walk(len(years)).prices)]
    model = toy_model(series)
    assert str(forecast(model, series, 7_980).date[-1]).startswith("9999-")
    with pytest.raises(DataError, match=r"Y: 7,981 steps after 2019-01-01 would end after 9999-12-31"):
        forecast(model, series, 7_981)
