"""What reading a sheet came to, beside what is right."""

import re
from pathlib import Path

from sheets import Expected, Sheet

from rnn_forecast.errors import ForecastError
from rnn_forecast.prices import Reading, ReadOptions, read_prices


def write(folder: Path, sheet: Sheet) -> list[str]:
    for name, data in sheet.written().items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in sheet.written()]


def found(reading: Reading) -> Expected:
    return {
        one.ticker: tuple(zip(one.dates.tolist(), one.prices.tolist(), strict=True)) for one in reading.series
    }


def shown(rows: Expected) -> str:
    """Each ticker's count and ends, short enough to be read in a list."""
    ends = [
        f"{name}: {len(of)} rows, {of[0][0]} {of[0][1]} to {of[-1][0]} {of[-1][1]}"
        for name, of in rows.items()
    ]
    return "; ".join([*ends[:3], *["…"] * (len(ends) > 3)])


def difference(came: Expected, *right: Expected) -> str:
    """Empty where what came is one of the things that are right: tickers, dates, prices and their order."""
    if any(came == {ticker: tuple(of) for ticker, of in one.items()} for one in right):
        return ""
    return f"WRONG SERIES {shown(came)}; right is {shown(right[0])}"


def names_an_option(error: ForecastError) -> bool:
    return re.search(r"--[a-z]", error.remedy) is not None


def fault(sheet: Sheet, folder: Path) -> str:
    """What is not as it should be; empty where all is."""
    try:
        reading = read_prices(write(folder, sheet), ReadOptions(**sheet.options))
    except ForecastError as error:
        came = f"{error.exit_code}: {error}".replace(f"{folder}/", "")
        if error.exit_code != (65 if sheet.either else sheet.code):
            return f"ended with {came}"
        if sheet.phrase not in str(error) or (
            not sheet.phrase and sheet.either and not names_an_option(error)
        ):
            return f"lacks {sheet.phrase or 'an option'!r}: {came}"
        return ""
    if sheet.code:
        return f"to be refused, was read: {shown(found(reading))}"
    if wrong := difference(found(reading), sheet.expected(), *sheet.also):
        return wrong
    told = " ".join([*reading.decisions.notices, *reading.decisions.warnings])
    return "" if sheet.either or sheet.phrase in told else f"lacks {sheet.phrase!r}: {told}"
