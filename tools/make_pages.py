"""Write the parts of the documentation that are taken from the code.

    python tools/make_pages.py

    docs/OPTIONS.md                 whole: every option of every verb, as `--help` knows it
    docs/internals/ARCHITECTURE.md  the table of folders, as the test holds it, and the module map: the first
                                    sentence of each module's docstring

A test runs the same functions and compares, so a page that lags behind fails the suite.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rnn_forecast"
LAYERS_FILE = ROOT / "tests" / "test_layers.py"
OPTIONS, ARCHITECTURE = "docs/OPTIONS.md", "docs/internals/ARCHITECTURE.md"

OPTIONS_HEAD = """\
# Every option

Written by `python tools/make_pages.py` from the command line; `rnn-forecast VERB --help` says the same.

`rnn-forecast VERB SOURCES... [OPTIONS]`. SOURCES are files (CSV, TSV or Parquet, also `.gz`; the content
says which), or `-` for standard input. NAME is the stem of the only source: `train stock_prices.csv` writes
`models/stock_prices`, and `predict stock_prices.csv` finds it there. With several sources, or `-`, name the
output yourself; or say with `--as NAME` that all are one ticker.

How a model's sources were read is remembered: `predict` and `evaluate` need an option of reading again only
where other files are to be read in another way. What is said goes first.

What counts, first to last: the flag, the environment variable, the recipe file (`--recipe`), the default.

The environment variable of an option that may be repeated takes several values:
`RNN_FORECAST_EXCLUDE="AAA BBB"`. Where a comma or a line break stands in it, that separates and blanks do
not: `"BRK B, AAA"` are two tickers, `"BRK B,"` is one. A ticker that holds a comma is for the flag.
"""


def options_page() -> str:
    """docs/OPTIONS.md."""
    groups = dict(_groups(_verbs()))
    parts = [OPTIONS_HEAD]
    for heading, (verbs, parameters) in groups.items():
        of = "" if heading in verbs else f"Of {_listed(verbs)}.\n\n"
        parts.append(f"## {heading}\n\n{of}{_table(parameters)}\n")
    return "\n".join(parts)


def _verbs() -> dict[str, Any]:
    """Each verb's command object, by name."""
    from rnn_forecast.cli.main import command

    program = command()
    return {name: program.commands[name] for name in program.list_commands(None)}  # type: ignore[arg-type]


def _groups(verbs: dict[str, Any]) -> Iterator[tuple[str, tuple[list[str], list[Any]]]]:
    """Options by heading, with the verbs that have them: each verb's own first, then the shared groups."""
    shared: dict[str, tuple[list[str], list[Any]]] = {}
    for verb, command in verbs.items():
        own = []
        for parameter in command.params:
            heading = getattr(parameter, "rich_help_panel", None)
            if parameter.param_type_name != "option":
                continue
            if heading is None:
                own.append(parameter)
                continue
            having, parameters = shared.setdefault(heading, ([], []))
            if verb not in having:
                having.append(verb)
            if parameter.name not in {known.name for known in parameters}:
                parameters.append(parameter)
        yield verb, ([verb], [command, *own])
    yield from shared.items()


def _table(parameters: list[Any]) -> str:
    """A Markdown table of options; a command among them gives its description first."""
    lines = []
    for parameter in parameters:
        if not hasattr(parameter, "opts"):  # the command itself
            lines += [parameter.help.strip(), ""]
    lines += ["| option | environment | what |", "| --- | --- | --- |"]
    for parameter in parameters:
        if hasattr(parameter, "opts"):
            value = "" if parameter.is_flag else f" {parameter.metavar}"
            flags = ", ".join((*parameter.opts, *parameter.secondary_opts))
            cells = (f"`{flags}{value}`", f"`{parameter.envvar}`", parameter.help or "")
            lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _listed(names: list[str]) -> str:
    *most, last = [f"`{name}`" for name in names]
    return f"{', '.join(most)} and {last}" if most else last


def module_map() -> str:
    """One line for each module, from its docstring, folder by folder."""
    paths = sorted(PACKAGE.rglob("*.py"), key=lambda path: (path.parent != PACKAGE, path.parts))
    rows = []
    for path in paths:
        docstring = _docstring(path)
        if docstring:
            name = path.relative_to(PACKAGE).as_posix()
            rows.append(f"| `{name}` | {_cell(_first_sentence(docstring))} |")
    return "\n".join(["| module | what |", "| --- | --- |", *rows])


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _first_sentence(docstring: str) -> str:
    return re.split(r"(?<=\.)\s", " ".join(docstring.partition("\n\n")[0].split()))[0]


def layer_table() -> str:
    """The folders, highest first: what the docstring says that they are, and which others they import."""
    rows = []
    for folder in reversed(_order()):
        docstring = _docstring(PACKAGE / folder / "__init__.py")
        imports = re.search(r"Imports: ([^.]*)\.", docstring)
        assert imports is not None, folder
        cells = (f"`{folder}/`", _first_sentence(docstring), " ".join(imports[1].split()))
        rows.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(["| from the top down | what it is | imports |", "| --- | --- | --- |", *rows])


def _order() -> tuple[str, ...]:
    """ORDER of the test, read without importing it."""
    for node in ast.parse(LAYERS_FILE.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ORDER":
            order: tuple[str, ...] = ast.literal_eval(node.value)
            return order
    raise LookupError(f"{LAYERS_FILE} has no ORDER")


def architecture_page() -> str:
    """docs/internals/ARCHITECTURE.md with its layers and its module map as the code has them now."""
    page = (ROOT / ARCHITECTURE).read_text(encoding="utf-8")
    for name, text in (("layers", layer_table()), ("map", module_map())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    return page


PAGES = {OPTIONS: options_page, ARCHITECTURE: architecture_page}

if __name__ == "__main__":
    for page_name, make in PAGES.items():
        (ROOT / page_name).write_text(make(), encoding="utf-8")
