"""How long until `--help` and `--version` are there, against importing Typer and Rich?

    python benchmarks/startup.py [--runs 15]

Bar: at most twice `python -c "import typer, rich"`, with none of the heavy libraries imported.
"""

import argparse
import subprocess
import sys

from _common import OURS, PERFORMANCE, machine, timed_pairs, write_section

HEAVY = ("keras", "tensorflow", "pandas", "numpy", "pyarrow", "pydantic", "rich")
PROBE = f"import sys, rnn_forecast.cli; print(*(m for m in {HEAVY!r} if m in sys.modules))"
REFERENCE = "import typer, rich"


def main(runs: int) -> None:
    timings = timed_pairs(
        {
            REFERENCE: [sys.executable, "-c", REFERENCE],
            "rnn-forecast --help": [*OURS, "--help"],
            "rnn-forecast --version": [*OURS, "--version"],
            "rnn-forecast train --help": [*OURS, "train", "--help"],
        },
        runs,
    )
    loaded = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout
    base = timings[REFERENCE]
    rows = [
        f"| `{name}` | {t.seconds:.3f} | {t.seconds / base.seconds:.2f} | {t.megabytes:.0f} |"
        for name, t in timings.items()
    ]
    text = "\n".join(
        [
            "## Start-up",
            "",
            f"{machine()}. Medians of {runs} processes each, taking turns.",
            "",
            f'| process | seconds | against `python -c "{REFERENCE}"` | peak MB |',
            "| --- | --- | --- | --- |",
            *rows,
            "",
            f"Bar: at most 2 times. Heavy libraries loaded by the command line: {loaded.strip() or 'none'}.",
        ]
    )
    write_section(PERFORMANCE, "startup", text)
    print(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    main(parser.parse_args().runs)
