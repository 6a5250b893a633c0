"""Every key of every schema in a line, `metrics 1: skill.rmse_ratio: null | number`.

Run as a script it writes published.txt anew: what programs that read our JSON may count on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rnn_forecast.schemas.documents import DOCUMENTS
from rnn_forecast.schemas.json_schema import schema_of

FILE = Path(__file__).with_name("published.txt")
OF_OTHERS = ("comparison", "train", "evaluate", "backtest", "batch")  # further in are metrics, and a summary


def lines_of(name: str) -> list[str]:
    """A key that a document may lack has a `?`; `{}` stands for any key, `[]` for any item."""
    schema = schema_of(name)
    version = schema["version"]
    lines = [*_lines(schema, "", schema.get("$defs", {}))]
    if name in OF_OTHERS:
        lines = [line for line in lines if line.partition(":")[0].count(".") < 2]
    return [f"{name} {version}: {line}" for line in lines]


def _lines(node: dict[str, Any], path: str, defs: dict[str, Any]) -> Iterator[str]:
    if "$ref" in node:
        node = defs[node["$ref"].rpartition("/")[2]]
    any_of = [defs[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in node.get("anyOf", ())]
    kinds = sorted({kind for one in any_of or [node] for kind in _kinds(one)})
    if path:
        yield f"{path}: {' | '.join(kinds)}"
    for one in any_of or [node]:
        for key, inner in one.get("properties", {}).items():
            mark = "" if key in one.get("required", ()) else "?"
            yield from _lines(inner, f"{path}.{key}{mark}".removeprefix("."), defs)
        if isinstance(items := one.get("items"), dict):
            yield from _lines(items, f"{path}[]", defs)
        if isinstance(values := one.get("additionalProperties"), dict):
            yield from _lines(values, f"{path}.{{}}".removeprefix("."), defs)


def _kinds(node: dict[str, Any]) -> list[str]:
    if "const" in node:
        return [repr(node["const"])]
    return [*map(repr, node["enum"])] if "enum" in node else [node.get("type", "anything")]


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for name in DOCUMENTS for line in lines_of(name)), encoding="utf-8")
