"""The program's first lines: Ctrl-C while all else is imported ends it without a traceback of Python's."""

import os
import signal


def main() -> None:
    """Run the command line of this process and end it with the contract's exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup … &` in a script has it
            signal.signal(number, _leave)
    from rnn_forecast.cli.main import main as run

    run()


def _leave(number: int, _frame: object) -> None:
    """Nothing has begun, so there is nothing to undo."""
    os.write(2, b"Terminated.\n" if number == signal.SIGTERM else b"Interrupted.\n")
    os._exit(128 + number)


if __name__ == "__main__":
    main()
