"""How findings are said: a ticker with many of them does not hide the others, and none is lost."""

from rnn_forecast.prices.findings import Finding, sentences, warnings


def made(ticker: str, kind: str, n: int) -> list[Finding]:
    return [Finding(ticker, kind, "2024-01-02", f"{kind} {i}") for i in range(n)]


def test_each_ticker_and_kind_has_one_line_and_a_count() -> None:
    findings = [*made("AAA", "spike", 119), *made("AAA", "gap", 1), *made("BBB", "spike", 2)]
    assert sentences(findings) == [
        "AAA: spike 0, and 118 more like it.",
        "BBB: spike 0, and 1 more like it.",
        "AAA: gap 0.",
    ]
    assert not any("report" in line for line in sentences(findings))  # most verbs have none


def test_every_ticker_comes_before_a_second_kind_of_any() -> None:
    findings = [one for ticker in "ABCDEFGHIJ" for kind in ("spike", "gap") for one in made(ticker, kind, 3)]
    assert [line[0] for line in sentences(findings)][:10] == list("ABCDEFGHIJ")


def test_a_line_that_sums_up_holds_every_one() -> None:
    (many,) = warnings(made("AAA", "spike", 3))
    assert many.each == ("AAA: spike 0.", "AAA: spike 1.", "AAA: spike 2.")
    (one,) = warnings(made("AAA", "gap", 1))
    assert (one.text, one.each, one.kind) == ("AAA: gap 0.", (), "warning")
