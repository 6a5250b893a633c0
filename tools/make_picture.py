"""Run the verbs in an empty folder, on a terminal and off it, and put what they show into the pages.

    python tools/make_picture.py

Needs pexpect (in the extra `test`): the program is given a pseudo-terminal, and what is left
on the screen at the end is the README's picture, without colours. Between the marks `run` of README.md and
docs/BANDS.md stand the commands themselves; they write to a pipe. For the record, one night is forecast after
another by a clock that is set to it: what is forecast too late is never scored.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pexpect

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 96
NIGHTS = 250  # of the record
COMMANDS = (
    "rnn-forecast train stock_prices.csv",
    "rnn-forecast predict stock_prices.csv --steps 5",
    "rnn-forecast train random_walk.csv",
)
RUN = re.compile(r"(?<=<!-- run -->\n)```text\n(.*?)```(?=\n<!-- /run -->)", re.DOTALL)
TOKENS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r|\n|[^\x1b\r\n]+")
UP = re.compile(r"\x1b\[(\d*)A")


def shown(command: str, folder: Path) -> str:
    """What a command leaves on a terminal of COLUMNS columns."""
    text, status = pexpect.run(
        command, cwd=str(folder), env={**environment(), "TERM": "xterm"}, timeout=600,
        withexitstatus=True, encoding="utf-8", dimensions=(50, COLUMNS),
    )  # fmt: skip
    if status:
        raise RuntimeError(f"{command} ended with {status}: {text}")
    return "\n".join(screen(text)).strip("\n")


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def written(command: str, folder: Path) -> str:
    """What a command writes where no terminal is, to standard output and error."""
    done = subprocess.run(
        command.split(), cwd=folder, env=environment(), check=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout.strip("\n")


def screen(text: str) -> list[str]:
    """The lines that stay when a terminal has obeyed `text`: what was drawn over or wiped out is gone."""
    lines, row, column = [""], 0, 0
    for token in TOKENS.findall(text):
        if token == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif token == "\r":
            column = 0
        elif up := UP.fullmatch(token):
            row = max(0, row - int(up[1] or 1))
        elif token == "\x1b[2K":
            lines[row] = ""
        elif not token.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + token + lines[row][column + len(token) :]
            column += len(token)
    return [line.rstrip() for line in lines]


def rewritten(page: Path, folder: Path) -> None:
    """What stands between the marks `run`, with what its commands write now."""

    def again(block: re.Match[str]) -> str:
        commands = [line[2:] for line in block[1].splitlines() if line.startswith("$ ")]
        runs = [f"$ {command}\n{written(command, folder)}" for command in commands]
        return "```text\n" + "\n\n".join(runs) + "\n```"

    page.write_text(RUN.sub(again, page.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (ROOT / "sample_data").glob("*.csv"):
            shutil.copy(file, folder)
        shutil.copytree(ROOT / "sample_data", folder / "sample_data")
        runs = [f"$ {command}\n{shown(command, folder)}" for command in COMMANDS]
        write_block("picture", "\n\n".join(runs))
        remember_nights(folder)
        recorded = "rnn-forecast track-record record"
        write_block("record", f"$ {recorded}\n{written(recorded, folder)}")
        for page in (ROOT / "README.md", ROOT / "docs" / "BANDS.md"):
            rewritten(page, folder)


def remember_nights(folder: Path) -> None:
    """The last NIGHTS rows of the sample, each forecast in the evening before and then seen to come."""
    from rnn_forecast.prices import ReadOptions
    from rnn_forecast.record import recorded
    from rnn_forecast.verbs.predict import predict
    from rnn_forecast.verbs.remember import remember

    header, *rows = (folder / "stock_prices.csv").read_text().splitlines(keepends=True)
    source, model = folder / "nights" / "stock_prices.csv", folder / "models" / "stock_prices"
    source.parent.mkdir()
    for night in range(len(rows) - NIGHTS, len(rows) + 1):
        source.write_text("".join([header, *rows[:night]]))
        evening = datetime.fromisoformat(rows[night - 1].partition(",")[0] + "T22:00+00:00").timestamp()
        recorded.time = SimpleNamespace(time=lambda at=evening: at)  # type: ignore[assignment, misc]
        remember(predict([str(source)], ReadOptions(), model, steps=5), model, folder / "record")


def write_block(mark: str, runs: str) -> None:
    """Put what was shown between two marks of the README."""
    readme, (begin, end) = ROOT / "README.md", (f"<!-- {mark} -->", f"<!-- /{mark} -->")
    before, _, rest = readme.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    block = f"```text\n{runs}\n```"
    readme.write_text(f"{before}{begin}\n{block}\n{end}{after}", encoding="utf-8")
    print(block)


if __name__ == "__main__":
    main()
