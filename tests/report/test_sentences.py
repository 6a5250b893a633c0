"""What is said of bands, in words, by what their tests found."""

import pytest

from rnn_forecast.report.sentences import bands_sentences, losses_sentence, widest_bands

TESTS = {
    "coverage": 0.953, "coverage_from": 0.9461, "coverage_to": 0.96, "p_clusters": 0.21,
    "missed_after_miss": 0.05, "days": 12_400, "unit": "day",
}  # fmt: skip


def metrics(tickers: int = 1, steps: int = 1, **changed) -> dict:
    level = {"coverage": 0.9, "tests": {**TESTS, **changed}}
    return {"tickers": tickers, "by_step": [{}] * steps, "intervals": {"95": level, "80": level}}


def said(*args, **changed) -> str:
    return widest_bands(metrics(*args, **changed))


def test_the_sentence() -> None:
    assert said() == (
        "95 % bands held 95.3 % of 12,400 days (between 94.6 and 96.0); "
        "their misses did not come in clusters (p = 0.21)"
    )


@pytest.mark.parametrize(
    ("tickers", "changed", "want"),
    [
        (1, {"days": 1}, "of 1 day ("),
        (1, {"unit": "row"}, "of 12,400 rows ("),
        (2, {}, "of 12,400 ticker-days ("),
        (2, {"unit": "row", "days": 1}, "of 1 ticker-row ("),
    ],
)
def test_what_was_counted(tickers: int, changed: dict, want: str) -> None:
    assert want in said(tickers, **changed)


@pytest.mark.parametrize(
    ("p_value", "after", "want"),
    [
        (0.003, 0.2, "their misses came in clusters (p = 0.003)"),
        (0.0001, 0.2, "their misses came in clusters (p < 0.001)"),
        (0.003, 0.01, "their misses were not independent of each other (p = 0.003)"),
        (0.05, 0.2, "their misses did not come in clusters (p = 0.05)"),
        (None, 0.2, "there are too few misses to say whether they come in clusters"),
        (0.003, None, "there are too few misses to say whether they come in clusters"),
    ],
)
def test_whether_misses_come_in_clusters(p_value, after, want: str) -> None:
    assert said(p_clusters=p_value, missed_after_miss=after).partition("); ")[2] == want


@pytest.mark.parametrize(("days", "told"), [(100, True), (80, False)])  # 5 misses and 4
def test_a_few_misses_never_come_in_clusters(days: int, told: bool) -> None:
    assert said(days=days).endswith("their misses did not come in clusters (p = 0.21)") == told
    assert said(days=days, p_clusters=0.01, missed_after_miss=0.5).endswith("came in clusters (p = 0.01)")


def test_of_a_horizon_it_is_the_first_step() -> None:
    assert "of 12,400 days one step ahead (between" in said(1, 3)


def test_every_level_has_one_but_where_there_is_no_band() -> None:
    assert list(bands_sentences(metrics())) == ["95", "80"]
    nothing = metrics(coverage=None)
    assert (bands_sentences(nothing), widest_bands(nothing)) == ({}, "")


def risked(tickers: int = 1, steps: int = 1, **changed) -> dict:
    found = {"days": 10_810, "beyond": 0.0134, "p_z2": 0.21, **changed}
    return {
        **metrics(tickers, steps),
        "distribution": {"risk": {"97.5": {**found, "beyond": 0.5}, "99": found}},
    }


def test_losses_beyond_value_at_risk_of_the_largest_level() -> None:
    assert losses_sentence(risked(2), (97.5, 99)) == (
        "losses beyond var_99 on 1.3 % of 10,810 ticker-days (1 % promised); "
        "they were not more or larger than foreseen (p = 0.21)"
    )
    worse = losses_sentence(risked(1, 3, p_z2=0.012, days=1), (99,))
    assert " on 1.3 % of 1 day one step ahead (" in worse
    assert worse.endswith("; they were more or larger than foreseen (p = 0.012)")
    assert losses_sentence(risked(p_z2=None), (99,)).endswith(
        "too few days to say whether they were as foreseen"
    )
    assert "var_97.5 on 50.0 % of 10,810 days (2.5 % promised)" in losses_sentence(risked(), (97.5,))
    assert "on 0.04 % of" in losses_sentence(risked(beyond=0.0004), (99,))


def test_losses_are_not_spoken_of_where_nobody_asked_or_nothing_was_tested() -> None:
    assert losses_sentence(risked(), ()) == ""
    assert losses_sentence(risked(beyond=None), (99,)) == losses_sentence(risked(), (95,)) == ""
    assert (
        losses_sentence(metrics(), (99,)) == losses_sentence({**metrics(), "distribution": None}, (99,)) == ""
    )
