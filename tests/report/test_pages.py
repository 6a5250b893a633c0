"""Pages: in the order of a reader's questions, closed to scripts, and the same for who sees no picture."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from report_toys import Element, ahead, elements, made, outcomes, prices, whole_report

from rnn_forecast.report.batch_page import batch_page, most_surprising, surprise_of
from rnn_forecast.report.fan import fan_body, fan_sentence
from rnn_forecast.report.markup.style import DARK, LIGHT, page_style
from rnn_forecast.report.ticker_page import ticker_page
from rnn_forecast.report.values import BatchReport, Forecasts, Prices, TickerReport

HOSTILE = "</title><script>alert('1')</script>\"'&amp;<!--\u202e\x1b[31m\x00"
SUMMARY = {
    "tickers": 4, "trained": 1, "failed": 3, "left": 0, "run": 7, "ended": "2025-07-01T02:00:00Z",
    "failures": [{"count": 3, "reason": HOSTILE, "remedy": "Add rows.", "tickers": [HOSTILE, "A", "B"]}],
    "warnings": {HOSTILE: [HOSTILE]},
}  # fmt: skip


def pages() -> dict[str, bytes]:
    whole = whole_report()
    batch = BatchReport("night", [whole, TickerReport(HOSTILE, ahead=ahead(), notes=(HOSTILE,))], SUMMARY)
    return {
        "ticker": ticker_page(whole),
        "hindsight": ticker_page(replace(whole, ahead=None, prices=None)),
        "forecast": ticker_page(TickerReport("T", prices(), ahead())),
        "hostile": ticker_page(replace(whole, ticker=HOSTILE, notes=(HOSTILE,))),
        "batch": batch_page(batch),
        "empty": batch_page(BatchReport("night", [], {"tickers": 0, "failures": []})),
        "many": batch_page(BatchReport("night", [replace(whole, ticker=f"N{i}") for i in range(40)])),
    }


PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_is_loaded(name: str) -> None:
    page = elements(PAGES[name])
    names = {one.name for one in page.every()}
    assert names.isdisjoint(
        {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "image"}
    )
    policies = [m.attributes["content"] for m in page.every("meta") if "http-equiv" in m.attributes]
    assert len(policies) == 1 and policies[0] is not None
    assert policies[0].startswith("default-src 'none'; style-src 'unsafe-inline'")
    for one in page.every():
        assert not [key for key in one.attributes if key.startswith("on") or key in {"href", "src", "style"}]
    style = next(page.every("style")).text
    assert "url(" not in style and "@import" not in style


@pytest.mark.parametrize("name", PAGES)
def test_who_sees_no_picture_is_told_the_same(name: str) -> None:
    page = elements(PAGES[name])
    everything = list(page.every())
    ids = [one.attributes["id"] for one in everything if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    texts = {one.attributes["id"]: one.whole_text() for one in everything if "id" in one.attributes}
    for picture in page.every("svg"):
        assert picture.attributes["role"] == "img"
        label = picture.attributes.get("aria-label") or texts[picture.attributes["aria-labelledby"]]
        assert len(str(label)) > 10
    for table in page.every("table"):
        assert next(table.every("caption")).whole_text()
        assert all(head.attributes["scope"] in {"col", "row"} for head in table.every("th"))


@pytest.mark.parametrize("name", PAGES)
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    page = elements(PAGES[name])
    assert next(page.every("html")).attributes["lang"] == "en"
    assert next(page.every("title")).text
    levels = [int(one.name[1]) for one in page.every() if re.fullmatch("h[1-6]", one.name)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_a_ticker_is_told_in_the_order_of_questions() -> None:
    heads = [one.whole_text() for one in elements(PAGES["ticker"]).every("h2")]
    assert heads == ["What is forecast?", "Can it be trusted?", "How was it made?"]


def test_names_are_shown_and_not_obeyed() -> None:
    for name in ("hostile", "batch"):
        text = elements(PAGES[name]).whole_text()
        assert r"</title><script>alert('1')</script>" in text
        assert r"\u202e" in text and r"\x1b" in text
        assert not {c for c in PAGES[name].decode() if not c.isprintable()} - {"\n"}


def test_failures_stand_above_all_tickers() -> None:
    heads = [one.whole_text() for one in elements(PAGES["batch"]).every("h2")]
    assert heads == ["What failed, and why", "All tickers, the most surprising first"]
    assert "Nothing failed." in elements(PAGES["empty"]).whole_text()
    assert "No ticker has a forecast." in elements(PAGES["empty"]).whole_text()


def test_every_ticker_is_a_line_with_its_page_beneath() -> None:
    page = elements(PAGES["many"])
    folded = list(page.every("details"))
    assert len(folded) == 40
    assert all([one.name for one in line.inside] == ["summary", "div"] for line in folded)
    assert all(pictures_of(line) == 2 for line in folded)  # the sparkline and the fan


def pictures_of(line: Element) -> int:
    return sum(1 for _ in line.every("svg"))


def rows(origin: str, date: str, last: float, band: tuple[float, float], actual: float | None) -> Forecasts:
    low, high = (np.array([end]) for end in band)
    came = None if actual is None else np.array([actual])
    one = np.array([last])
    return Forecasts([origin], np.array([1]), [date], one, one, {"80": (low, high)}, came)


def test_surprise_is_the_last_move_in_half_widths_of_its_own_band() -> None:
    ahead_ = rows("2025-01-03", "2025-01-06", 103.0, (101.0, 105.0), None)
    before = rows("2025-01-02", "2025-01-03", 100.0, (98.0, 102.0), 103.0)
    assert surprise_of(TickerReport("A", ahead=ahead_, tested=before)) == pytest.approx(1.5)
    known = Prices(["2025-01-02", "2025-01-03"], np.array([102.0, 103.0]))
    assert surprise_of(TickerReport("B", known, ahead_)) == pytest.approx(0.5)  # in the next band
    assert np.isnan(surprise_of(TickerReport("C", ahead=ahead_)))
    order = [TickerReport("C", ahead=ahead_), TickerReport("B", known, ahead_)]
    order.append(TickerReport("A", ahead=ahead_, tested=before))
    assert [one.ticker for _, one in most_surprising(order)] == ["A", "B", "C"]


def test_a_forecast_in_words() -> None:
    said = fan_sentence(rows("2025-06-30", "2025-07-01", 125.0, (122.0, 128.0), None))
    assert said == (
        "125.00 on 30 June 2025. The next price, of 1 July 2025, is forecast at 125.00: "
        "between 122.00 and 128.00, four times in five."
    )


def test_a_fan_without_prices_begins_at_its_origin() -> None:
    assert fan_body(None, ahead()).count("<polygon") == 2
    none = replace(ahead(), bands={"80": (np.full(2, np.nan), np.full(2, np.nan))})
    assert "<polygon" not in fan_body(prices(), none) and "nan" not in fan_body(prices(), none)
    assert "too few rows" in fan_sentence(none)


def test_coverage_in_words_is_that_of_the_metrics() -> None:
    metrics = made()[2].metrics
    text = elements(PAGES["ticker"]).whole_text()
    for found in metrics["intervals"].values():
        assert f"{100 * (found['tests']['coverage'] or 0):.1f} %" in text
    assert f"{metrics['windows']:,} forecasts of prices not seen in training" in text
    assert len(outcomes()) > 100


def test_the_style_has_what_pages_use_and_nothing_else() -> None:
    used = {name for page in PAGES.values() for one in elements(page).every() for name in classes(one)}
    styled = set(re.findall(r"\.([a-z][\w-]*)", page_style()))
    assert styled - used <= {"bar", "mark", "good", "bad", "miss", "other", "inner"}  # not on every page
    assert used <= styled


def classes(one: Element) -> list[str]:
    return (one.attributes.get("class") or "").split()


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_contrast(scheme: dict[str, str]) -> None:
    ground = luminance(scheme["ground"])
    for name in ("ink", "soft", "good", "bad", "forecast", "other", "line"):
        both = sorted((ground, luminance(scheme[name])))
        assert (both[1] + 0.05) / (both[0] + 0.05) >= 4.5, name
