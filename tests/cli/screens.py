"""What stands on a terminal once a program has written to it: enough of one for a bar that comes and goes."""

import re

PIECES = re.compile(r"\x1b\[([0-9;?]*)([a-zA-Z])|([\r\n])|([^\x1b\r\n]+)")


def screen(written: str) -> list[str]:
    """The lines, without the blanks at their ends; colours and the hidden cursor are nothing to see."""
    lines, row, column = [""], 0, 0
    for number, command, moved, text in PIECES.findall(written):
        if command == "A":
            row -= int(number or 1)
        elif command == "K":
            assert number == "2"
            lines[row] = ""
        elif command:
            assert command in "mhl", command
        elif moved == "\r":
            column = 0
        elif moved:
            row += 1
            lines += [""] * (row + 1 - len(lines))
        else:
            lines[row] = lines[row].ljust(column)[:column] + text + lines[row][column + len(text) :]
            column += len(text)
    return [line.rstrip() for line in lines]
