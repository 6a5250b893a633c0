"""Several recipes from the same origins → how it is said: the nearest forecasts first."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.messages.results import Said
from rnn_forecast.report.sentences import NAMES, measure_of
from rnn_forecast.scores.outcomes.skill import SIGNIFICANT
from rnn_forecast.words.characters import visible
from rnn_forecast.words.figures import counted, figure

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rnn_forecast.scores.outcomes.between import Between
    from rnn_forecast.scores.outcomes.metrics_document import Metrics
    from rnn_forecast.verbs.recipes_compared import Compared


def said(found: "Compared", folder: Path) -> Said:
    each = {visible(name): one.metrics for name, one in found.by_recipe.items()}

    def paint() -> "RenderableType":
        from rnn_forecast.cli.messages.tables import compared_tables

        return compared_tables(title(each), [*rows(each)], [*pair_lines(found.between)], str(folder))

    return Said(_line(each, found.between), found.to_json, paint, further=_held(each))


def title(each: "Mapping[str, Metrics]") -> str:
    """`3 recipes from the same 250 origins: 250 forecasts each, from 2024-06-03 to 2025-06-30`…."""
    first = next(iter(each.values()))
    origins = first["backtest"]["origins"] if "backtest" in first else 0
    forecasts = counted(first["windows"], "forecast")
    span = f"from {first['from']} to {first['to']}"
    held = "; %: how often bands held" if first["intervals"] else ""
    return (
        f"{len(each)} recipes from the same {counted(origins, 'origin')}: {forecasts} each, {span}\n"
        f"ratio: of errors to those of the last value{held}"
    )


def rows(each: "Mapping[str, Metrics]") -> "Iterator[list[str]]":
    """The headings, then a row for each recipe and each baseline."""
    first = next(iter(each.values()))
    measure = measure_of(first)
    levels = [*first["intervals"]]
    yield ["recipe", measure.upper(), "ratio", "verdict", "p", *(f"{x} %" for x in levels)]
    for name, metrics in each.items():
        skill = metrics["skill"]
        assert skill is not None  # something was forecast
        bands = metrics["intervals"]
        held = [bands[x]["coverage"] if x in bands else None for x in levels]
        yield [
            name, figure(metrics["scores"]["forecast"][measure]), figure(skill["rmse_ratio"]),
            skill["verdict"], _p(skill["dm_p_value"]), *map(_percent, held),
        ]  # fmt: skip
    for key, name in NAMES.items():
        if key in first["scores"] and key != "forecast":
            yield [name, figure(first["scores"][key][measure]), *[""] * (3 + len(levels))]


def pair_lines(between: "Sequence[Between]") -> Iterator[str]:
    """`gru no better than lstm (ratio 0.998, p = 0.41)`, a line for each two; then what is sure."""
    for row in between:
        ratio = "" if row["rmse_ratio"] is None else f"ratio {figure(row['rmse_ratio'])}, "
        tested = "" if row["dm_p_value"] is None else f" ({ratio}{_chance('p', row['dm_p_value'])})"
        yield f"{visible(row['one'])} {_judged(row)} {visible(row['other'])}{tested}"
    if len(between) > 1:
        yield f"after Benjamini-Hochberg {_surviving(between)}"


def _line(each: "Mapping[str, Metrics]", between: "Sequence[Between]") -> str:
    first = next(iter(each.values()))
    measure = measure_of(first)
    errors = [f"{name} {figure(one['scores']['forecast'][measure])}" for name, one in each.items()]
    errors.append(f"last value {figure(first['scores']['last_value'][measure])}")
    better = [name for name, one in each.items() if one["skill"] and one["skill"]["verdict"] == "better"]
    beside = f"better than last value: {', '.join(better) or 'none'}"
    if len(between) == 1:
        (pair,) = pair_lines(between)
        return f"{', '.join(errors)} {measure.upper()}; {beside}; {pair}"
    return f"{', '.join(errors)} {measure.upper()}; {beside}; {_surviving(between)}"


def _surviving(between: "Sequence[Between]") -> str:
    """`gru better than lstm (q = 0.012)`, of all that are; or that none is."""
    sure = [row for row in between if row["q_value"] is not None and row["q_value"] < SIGNIFICANT]
    names = [(visible(row["one"]), visible(row["other"]), _chance("q", row["q_value"])) for row in sure]
    told = [f"{one} better than {other} ({chance})" for one, other, chance in names]
    return ", ".join(told) or "no recipe better than another"


def _judged(row: "Between") -> str:
    """What stands between two names."""
    words = {"same forecast": "is the same forecast as", "too few to say": "has too few forecasts to beat"}
    return words.get(row["verdict"], f"{row['verdict']} than")


def _held(each: "Mapping[str, Metrics]") -> str:
    """`95 % bands held: gru 94.1 %, lstm 93.6 %`."""
    first = next(iter(each.values()))
    if not first["intervals"]:
        return ""
    level = [*first["intervals"]][-1]
    bands = {name: one["intervals"].get(level) for name, one in each.items()}
    held = [f"{name} {_percent(one and one['coverage'])}" for name, one in bands.items()]
    return f"{level} % bands held: {', '.join(held)}"


def _p(p_value: float | None) -> str:
    return "" if p_value is None else "< 0.001" if p_value < 0.001 else f"{p_value:.2g}"


def _chance(name: str, value: float | None) -> str:
    """`p = 0.41`, `q < 0.001`."""
    said = _p(value)
    return f"{name} {said}" if said.startswith("<") else f"{name} = {said}"


def _percent(share: Any) -> str:
    return "n/a" if share is None else f"{100 * share:.1f} %"
