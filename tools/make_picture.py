"""Run the verbs in an empty folder, on a terminal and off it, and put what they show into the pages.

    python tools/make_picture.py

Needs pexpect (in the extra `test`): the program is given a pseudo-terminal, and what is left
on the screen at the end is the README's picture, without colours. Between the marks `run` of README.md and
docs/BANDS.md stand the commands themselves; they write to a pipe.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- picture -->", "<!-- /picture -->"
COLUMNS = 96
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
        write_picture("\n\n".join(runs))
        for page in (ROOT / "README.md", ROOT / "docs" / "BANDS.md"):
            rewritten(page, folder)


def write_picture(runs: str) -> None:
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    picture = f"```text\n{runs}\n```"
    readme.write_text(f"{before}{BEGIN}\n{picture}\n{END}{after}", encoding="utf-8")
    print(picture)


if __name__ == "__main__":
    main()
