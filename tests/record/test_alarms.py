"""Alarms: the evidence against its definition, false alarms by simulation, and what is said."""

import itertools
import math

import numpy as np
import pytest

from rnn_forecast.record.alarms import Alarm, FirstSteps, alarms, evidence, evidence_of_harm


def first_steps(
    missed: np.ndarray, nearer: np.ndarray | None = None, ticker: str = "T", level: str = "80", first: int = 0
) -> FirstSteps:
    n = len(missed)
    days = [str(day) for day in np.datetime64("2020-01-01") + np.arange(n)]
    nothing = np.full(n, np.nan)
    return FirstSteps(
        ticker, days, np.arange(first, first + n), {level: missed.astype(float)},
        nothing if nearer is None else nearer.astype(float),
    )  # fmt: skip


@pytest.mark.parametrize("n", [1, 5, 9])
def test_the_evidence_is_a_martingale(n: int) -> None:
    """Over all outcomes of n rows its mean is 1: exact, by adding them up."""
    for alpha in (0.05, 0.2):
        mean = sum(
            alpha ** sum(x) * (1 - alpha) ** (n - sum(x)) * math.exp(evidence(sum(x), n, alpha))
            for x in itertools.product((0, 1), repeat=n)
        )
        assert mean == pytest.approx(1)
    fair = sum(0.5**n * math.exp(evidence_of_harm(sum(x), n)) for x in itertools.product((0, 1), repeat=n))
    assert fair == pytest.approx(1)
    better = sum(
        0.4 ** sum(x) * 0.6 ** (n - sum(x)) * math.exp(evidence_of_harm(sum(x), n))
        for x in itertools.product((0, 1), repeat=n)
    )
    assert better < 1


def test_the_mixture_is_the_integral() -> None:
    q = (np.arange(200_000) + 0.5) / 200_000
    for x, n in ((3, 10), (30, 60)):
        likely = q**x * (1 - q) ** (n - x)
        assert evidence(x, n, 0.2) == pytest.approx(math.log(likely.mean() / (0.2**x * 0.8 ** (n - x))))
        above = 2 * likely[q > 0.5].sum() / len(q)
        assert evidence_of_harm(x, n) == pytest.approx(math.log(above / 0.5**n), rel=1e-6)


def test_looking_every_night_of_a_year_raises_one_false_alarm_in_a_hundred_folders_at_most() -> None:
    """Two levels, bands that hold exactly, after a year of which half the tests are still under way."""
    rng, folders, false = np.random.default_rng(3), 150, 0
    for _ in range(folders):
        drawn = rng.random(500)
        made = {"80": (drawn < 0.2).astype(float), "95": (drawn < 0.05).astype(float)}
        nearer, nth = (rng.random(500) < 0.5).astype(float), np.arange(500)
        days = [*range(500)]
        false += any(
            [*alarms([FirstSteps("T", days[:n], nth[:n], {k: v[:n] for k, v in made.items()}, nearer[:n])])]
            for n in range(250, 500, 2)
        )
    assert false <= 3  # of 150; 1.5 are allowed on average


def test_a_band_that_no_longer_holds_is_found_and_dated() -> None:
    missed = np.r_[np.tile([1, 0, 0, 0, 0], 60), np.tile([1, 0], 60)]
    assert not [*alarms([first_steps(missed[:300])])]
    (alarm,) = alarms([first_steps(missed)])
    assert (alarm.ticker, alarm.kind, alarm.level) == ("T", "coverage", 80)
    assert alarm.start <= "2020-10-27" <= alarm.since  # row 300
    before = missed[: (np.datetime64(alarm.since) - np.datetime64("2020-01-01")).astype(int)]
    assert not [*alarms([first_steps(before)])]


def test_a_band_that_always_holds_is_too_wide() -> None:
    (alarm,) = alarms([first_steps(np.zeros(100))])
    assert (alarm.missed, alarm.rows) == (0, 100)
    assert alarm.sentence() == "T: since 2020-02-21 its 80 % band held on 100 of 100 rows from 2020-01-01"


def test_an_alarm_ends_when_the_rows_no_longer_say_so() -> None:
    missed = np.r_[np.tile([1, 0], 60), np.tile([1, 0, 0, 0, 0], 60)]
    assert [*alarms([first_steps(missed[:120])])]
    assert not [*alarms([first_steps(missed)])]


def test_a_forecast_that_harms() -> None:
    nearer = np.tile([1, 1, 1, 0], 50)
    (alarm,) = alarms([first_steps(np.full(200, np.nan), nearer)])
    assert (alarm.kind, alarm.missed, alarm.rows) == ("harm", 150, 200)
    assert "further off than the last value on 150 of 200 rows" in alarm.sentence()
    assert not [*alarms([first_steps(np.full(200, np.nan), 1 - nearer)])]


def test_more_tickers_need_more_evidence() -> None:
    missed = np.tile([1, 0], 32)
    good = [first_steps(np.tile([1, 0, 0, 0, 0], 40), ticker=f"G{n}") for n in range(300)]
    assert [*alarms([first_steps(missed)])]
    assert [*alarms([first_steps(missed), *good])] == []


def test_what_pruning_took_begins_no_test() -> None:
    missed = np.zeros(40)
    assert not [*alarms([first_steps(missed, first=130)])]
    assert [*alarms([first_steps(np.zeros(90), first=130)])]
    assert Alarm("T", "coverage", 80.0, 1, 2, 3, 4).sentence().startswith("T: since 2 ")
