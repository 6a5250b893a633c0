"""The documentation says what is true: its commands run, its tables are the code's, its links lead on."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import rnn_forecast
from rnn_forecast import errors
from rnn_forecast.cli import main as command_line
from rnn_forecast.cli.terminal.boundary import code_of
from rnn_forecast.system import machine

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rnn_forecast"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])
INSTALL = re.compile(r"^python -m pip install \S+ && ")
OF_A_SHELL = re.compile(r"[|<>*$&;]|^\w+=|^(?!rnn-forecast )")
Run = Callable[[Sequence[str]], None]
Ended = tuple[int | str | None, str, str]  # exit code, standard output, standard error


def commands(page: str) -> list[str]:
    """The lines of a page's `sh` blocks, and those after `$` between the marks `run`, where they stand."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```|^<!-- run -->\n(.*?)^<!-- /run -->", page, flags=re.DOTALL | re.MULTILINE
    )
    lines = [line for plain, run in blocks for line in (plain.splitlines() or dollar_lines(run)) if line]
    assert lines
    return lines


def dollar_lines(block: str) -> list[str]:
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def block_after(mark: str) -> str:
    found = re.search(rf"^<!-- {mark} -->\n```sh\n(.*)\n```$", README, flags=re.MULTILINE)
    assert found, f"README.md has no block after <!-- {mark} -->, which .ci/run needs"
    return found[1]


@pytest.fixture(scope="module")
def make_pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pages", ROOT / "tools" / "make_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_has_the_two_lines_that_newcomers_and_ci_run() -> None:
    assert block_after("main") == "python -m pip install . && rnn-forecast train sample_data/stock_prices.csv"
    line = 'python -m pip install ".[test]" && python -m pytest -n 2 --dist loadscope'
    assert block_after("test") == line


@pytest.fixture
def run_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs lines in a copy of what they are about, one after another as they stand there.

    A line that needs a shell is run by one, in processes of its own; any other in this process, which has
    imported TensorFlow already, and by it alone.
    """
    monkeypatch.setattr(machine, "workers", lambda: 1)
    for name in ("configs", "sample_data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)

    def here(line: str) -> Ended:
        capsys.readouterr()
        return (code_of(lambda: command_line.run(shlex.split(line)[1:])), *capsys.readouterr())

    def run(lines: Sequence[str]) -> None:
        for line in lines:
            require_good(line, in_a_shell(line) if OF_A_SHELL.search(line) else here(line))

    return run


def in_a_shell(line: str) -> Ended:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    words = ["bash", "-euo", "pipefail", "-c", INSTALL.sub("", line)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout, done.stderr


def require_good(line: str, ended: Ended) -> None:
    code, out, error = ended
    assert code == 0, f"{line}\n{out}\n{error}"
    assert "Traceback" not in error
    if "--json" in line:
        assert "scores" in json.loads(out)
    if "--quiet" in line:
        assert out == error == ""


@pytest.mark.keras
def test_every_command_of_the_readme_runs(run_commands: Run, tmp_path: Path) -> None:
    """Without installing, and without this test again."""
    run_commands([line for line in commands(README) if "python -m pytest" not in line])
    assert (tmp_path / "models" / "stock_prices" / "MANIFEST.json").exists()


@pytest.mark.keras
def test_every_command_of_the_page_on_bands_runs(run_commands: Run) -> None:
    run_commands(commands((ROOT / "docs" / "BANDS.md").read_text(encoding="utf-8")))


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:.*copy keyword:DeprecationWarning")  # TensorFlow's own, of NumPy 2
def test_the_page_on_export_runs_and_all_its_programs_say_the_same(run_commands: Run, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "EXPORT.md").read_text(encoding="utf-8")
    lines = commands(page)
    lines[-1] += " > static.csv"
    run_commands([*lines, f"{lines[1]} --to keras"])
    rows = (tmp_path / "static.csv").read_text().splitlines()[1:]
    expected = [float(row.split(",")[4]) for row in rows]
    onnx, load, scale = re.findall(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    *scaled, back = scale.splitlines()
    given = (
        "import csv, json\nimport numpy as np\nsheet = json.load(open('exports/stock_prices.keras.json'))\n"
        "rows = [*csv.DictReader(open('sample_data/stock_prices.csv'))][-60:]\n"
        "last_prices = np.array([[float(row['price']) for row in rows]])\n"
    )
    known = "known, scaled_targets = np.ones((1, 60), bool), np.zeros((1, 3))"
    keras = [given, *scaled, known, load.replace('"torch"', '"tensorflow"'), back, "print(prices)"]
    for program in (onnx, "\n".join(keras)):
        done = subprocess.run(
            [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found = [float(number) for number in re.findall(r"\d+\.\d+", done.stdout.splitlines()[-1])]
        assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["docs/OPTIONS.md", "docs/internals/ARCHITECTURE.md"])
def test_what_is_taken_from_the_code_is_up_to_date(make_pages: ModuleType, name: str) -> None:
    written = (ROOT / name).read_text(encoding="utf-8")
    assert make_pages.PAGES[name]() == written, "run: python tools/make_pages.py"


def test_every_module_is_in_the_map() -> None:
    page = (ROOT / "docs" / "internals" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")} - {"__main__.py"}
    missing = {module for module in modules if f"| `{module}` |" not in page}
    assert not missing, "give each a docstring, then run: python tools/make_pages.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    for target in targets:
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_that_a_page_names_are_there(page: Path) -> None:
    named = set(re.findall(r"`([a-z_/]+\.py)`", page.read_text(encoding="utf-8")))
    files = [path.as_posix() for path in ROOT.rglob("*.py")]
    missing = {name for name in named if not any(file.endswith(f"/{name}") for file in files)}
    assert not missing


def test_the_readme_names_every_exit_code_of_an_error() -> None:
    table = README.partition("## Exit codes")[2].partition("##")[0]
    named = {
        int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in cell.split(",")
    }
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ForecastError)
    ]
    assert {kind.exit_code for kind in kinds} <= named
    assert {0, 130, 143} <= named


def test_every_benchmark_is_in_its_readme() -> None:
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    scripts = {path.name for path in (ROOT / "benchmarks").glob("*.py") if not path.name.startswith("_")}
    assert scripts == set(re.findall(r"^\| `(\w+\.py)` \|", text, re.MULTILINE))


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == rnn_forecast.__version__
