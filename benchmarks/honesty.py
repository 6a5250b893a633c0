"""Is the network better than the last value, and is the article's recipe?

    python benchmarks/honesty.py

Runs the tool's own `train` on each series, with the defaults (or the recipe that is named) and with the
article's recipe, and writes what it says about the test part into the README. The series are the sample
files, and real prices where they are: in ../shared/data beside the checkout.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _common import OURS, ROOT, machine, write_section

REAL = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Case:
    name: str
    sources: tuple[Path, ...]
    recipe: str = "default.toml"
    article: bool = True  # a hundred shares in batches of one take too long to be worth it


def cases() -> list[Case]:
    """The sample files, and the real ones that are there."""
    sample, shares = ROOT / "sample_data", sorted((REAL / "sp500").glob("*.csv"))
    known = [
        Case("sample: pulled to its mean", (sample / "stock_prices.csv",)),
        Case("sample: random walk", (sample / "random_walk.csv",)),
        Case("Google share, daily 2004-2013", (REAL / "GOOG.csv",)),
        Case("Advance Auto Parts share, daily 2015-2020", (REAL / "sp500" / "AAP.csv",)),
        Case("EUR/USD, hourly 2017-2018", (REAL / "EURUSD_hourly.csv",)),
        Case(f"{len(shares)} S&P 500 shares, one model", tuple(shares), article=False),
        Case(
            "the same, five days ahead, towards the drift (`shares.toml`)",
            tuple(shares),
            recipe="shares.toml",
            article=False,
        ),
    ]
    return [case for case in known if case.sources and all(source.exists() for source in case.sources)]


def metrics(case: Case, folder: Path, recipe: str) -> dict[str, Any]:
    """The metrics of the test part, as `train` reports them."""
    options = ("--recipe", str(ROOT / "configs" / recipe), "--model", str(folder / "model"))
    command = [*OURS, "train", *map(str, case.sources), *options]
    command += ["--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{case.name}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)["metrics"]
    return found


def row(case: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        ours = metrics(case, Path(folder), case.recipe)
        theirs = metrics(case, Path(folder), "article.toml") if case.article else None
    skill = ours["skill"]
    covered = ", ".join(
        f"{level} %: {100 * interval['coverage']:.0f}" for level, interval in ours["intervals"].items()
    )
    article = f"{theirs['skill']['rmse_ratio']:.2f} {theirs['skill']['verdict']}" if theirs else "not run"
    ratio = f"{skill['rmse_ratio']:.3f}"
    p_value = "-" if skill["dm_p_value"] is None else f"{skill['dm_p_value']:.3f}"
    return f"| {case.name} | {ratio} | {p_value} | {skill['verdict']} | {covered} | {article} |"


def main() -> None:
    lines = [
        "| series | forecast / last value | p | verdict | intervals cover | article's recipe |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for case in cases():
        lines.append(row(case))
        print(lines[-1], flush=True)
    lines += ["", f"Written by `benchmarks/honesty.py`, {machine()}."]
    write_section(ROOT / "README.md", "results", "\n".join(lines))


if __name__ == "__main__":
    main()
