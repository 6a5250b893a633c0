"""What a page says of a record: the numbers that its scores have, and nothing where there are none."""

import numpy as np
from report_toys import elements, whole_report

from rnn_forecast.record.past_scores import Came, held_lately, track_record
from rnn_forecast.report.batch_page import batch_page
from rnn_forecast.report.values import BatchReport, Record, TickerReport

RNG = np.random.default_rng(3)
NUMBERS = {
    "forecasts": 600, "tickers": 2, "from": "2024-01-01", "to": "2024-04-29", "made": 1, "came_true": 240,
    "to_come": 355, "late": 3, "repeated": 2, "moved": 0, "rescaled": 0, "revised": 0, "unscored": 0,
}  # fmt: skip


def came(days: int = 120) -> Came:
    names, day = ("A", "B"), [str(d) for d in np.datetime64("2024-01-01") + np.arange(days + 1)]
    cells = [(name, day[i], 1, day[i + 1]) for name in names for i in range(days)]
    actual = RNG.normal(0, 0.01, len(cells))
    missed = {level: (np.abs(actual) > z / 100).astype(float) for level, z in (("80", 1.28), ("95", 1.96))}
    return Came.of(tuple(zip(*cells, strict=True)), np.zeros(len(cells)), actual, **missed)  # type: ignore[arg-type]


CAME = came()
RECORD = Record(NUMBERS, track_record(CAME), held_lately(CAME), {"B": ["B: since row 9 it broke"]})


def text_of(record: Record, *tickers: str) -> str:
    page = batch_page(BatchReport("night", [TickerReport(name) for name in tickers], record=record))
    return elements(page).whole_text()


def test_a_page_says_what_the_record_says() -> None:
    text = text_of(RECORD, "A", "B")
    assert "600 forecasts of 2 tickers, origins 2024-01-01 to 2024-04-29: 240 came true, 355 to come." in text
    assert "3 made when their date had come, never scored" in text and "moved to the next" not in text
    rmse = 100 * np.sqrt(np.mean(CAME.actual**2))
    assert f"Of 240 that came true, one step ahead, RMSE was {rmse:#.3g} % of the price" in text
    for level, missed in CAME.missed.items():
        assert f"{level} % bands held {100 - 100 * missed.mean():.1f} %" in text
    assert text.count("Alarm: B: since row 9 it broke.") == 2  # above all tickers, and in its own page
    day = RECORD.scores["days"][0]
    assert f"{day['broken']} of {day['bands']} bands broke" in text


def test_each_ticker_says_what_came_of_its_own() -> None:
    text = text_of(RECORD, "A", "B")
    for place in (0, 1):
        rmse = 100 * np.sqrt(np.mean(CAME.actual[CAME.ticker == place] ** 2))
        assert f"Its earlier forecasts: Of 120 that came true, one step ahead, RMSE was {rmse:#.3g} %" in text


def test_rows_of_the_tables_are_the_latest_and_all() -> None:
    page = elements(batch_page(BatchReport("night", [], record=RECORD)))
    errors, coverage = page.every("table")
    for table in (errors, coverage):
        heads = [next(row.every("th")).whole_text() for row in next(table.every("tbody")).every("tr")]
        assert heads == ["20", "60", "all"]  # 250 are no more than all
    assert [row.whole_text() for row in coverage.every("th")][:3] == ["last rows", "80 % held", "p"]


def test_how_often_bands_held_lately_is_that_of_the_days_up_to_each() -> None:
    lately = held_lately(CAME, days=30, mean=10)
    assert len(lately["dates"]) == 30 and lately["dates"][-1] == CAME.dates[-1]
    for i, date in enumerate(lately["dates"]):
        last = CAME.dates.index(date)
        there = (CAME.came > last - 10) & (CAME.came <= last)
        for level, line in lately["held"].items():
            np.testing.assert_allclose(line[i], 1 - CAME.missed[level][there].mean())
    assert held_lately(CAME, mean=500)["dates"] == []


def test_nothing_has_come_and_nothing_was_forecast() -> None:
    nothing = Came.of(([], [], [], []), np.empty(0), np.empty(0))
    none = Record(NUMBERS | {"came_true": 0}, track_record(nothing), held_lately(nothing), {})
    assert "None of them can be scored yet." in text_of(none, "A")
    empty = Record(NUMBERS | {"forecasts": 0}, none.scores, none.lately, {})
    assert "The record is empty." in text_of(empty)


def test_a_run_that_has_not_ended_is_told_of() -> None:
    page = batch_page(BatchReport("night", [whole_report()], running="2025-07-01T02:00:00Z"))
    assert "began on 1 July 2025, 02:00 UTC has not ended" in elements(page).whole_text()
