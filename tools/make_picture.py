"""Run the verbs on a terminal, in an empty folder, and put what they show into the README.

    python tools/make_picture.py

Needs pexpect (in the extra `test`): the program is given a pseudo-terminal, and what is left
on the screen at the end is the picture, without colours.
"""

import os
import re
import shutil
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
TOKENS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r|\n|[^\x1b\r\n]+")
UP = re.compile(r"\x1b\[(\d*)A")


def shown(command: str, folder: Path) -> str:
    """What a command leaves on a terminal of COLUMNS columns."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TERM": "xterm",
    }
    text, status = pexpect.run(
        command, cwd=str(folder), env=environment, timeout=600, withexitstatus=True, encoding="utf-8",
        dimensions=(50, COLUMNS),
    )  # fmt: skip
    if status:
        raise RuntimeError(f"{command} ended with {status}: {text}")
    return "\n".join(screen(text)).strip("\n")


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


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (ROOT / "sample_data").glob("*.csv"):
            shutil.copy(file, folder)
        runs = [f"$ {command}\n{shown(command, folder)}" for command in COMMANDS]
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    picture = "```text\n" + "\n\n".join(runs) + "\n```"
    readme.write_text(f"{before}{BEGIN}\n{picture}\n{END}{after}", encoding="utf-8")
    print(picture)


if __name__ == "__main__":
    main()
