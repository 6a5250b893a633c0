"""Where a forecast table goes and in which format: a file, or standard output."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import DefaultPath
from rnn_forecast.cli.options.groups import Common, option
from rnn_forecast.cli.terminal.streams import write_stdout
from rnn_forecast.errors import UsageError
from rnn_forecast.system.file_names import FORMATS, STDIN, format_of, is_packed

if TYPE_CHECKING:
    from rnn_forecast.forecasts.forecast_table import ForecastTable


@dataclass(frozen=True)
class Delivery:
    """Output."""

    out: Annotated[
        Path | None,
        option(
            "--out", metavar="FILE", parser=quantities.file_path, default="forecasts/NAME.csv",
            help="File to write, .gz for a compressed one; - for standard output.",
        ),
    ] = None  # fmt: skip
    format: Annotated[
        str | None,
        option(
            "--format",
            metavar="|".join(FORMATS),
            parser=str.lower,
            help="Format.",
            default="the file's ending, or csv",
        ),
    ] = None

    record: Annotated[
        Path | None,
        option(
            "--record", metavar="DIR",
            help="Add the forecasts to the record in this folder, and to those there what came of them.",
        ),
    ] = None  # fmt: skip

    def default_path(self) -> DefaultPath:
        """Raises UsageError for an unknown format, or an ending that means none."""
        return DefaultPath("forecasts", "--out", self.out, f".{self._form()}")

    def checked(self, to: Path, common: Common) -> "Delivered":
        """The choices, resolved. Raises UsageError before anything is read where they do not fit."""
        form = self._form()
        if str(to) == STDIN:
            _require_free_stdout(form, common)
        return Delivered(to, form)

    def _form(self) -> str:
        if self.format is not None and self.format not in FORMATS:
            raise UsageError(
                f"--format must be one of {', '.join(FORMATS)}, got {self.format}.", "Give one of these."
            )
        form = self.format or format_of(self.out or Path())
        if form is None:
            raise UsageError(
                f"--out must end in {', '.join(f'.{known}' for known in FORMATS)} or .txt, also with .gz, "
                f"or have no ending, got {self.out}.",
                "Name another file, or say with --format what is to be written.",
            )
        return form


@dataclass(frozen=True)
class Delivered:
    to: Path
    form: str

    @property
    def on_stdout(self) -> bool:
        return str(self.to) == STDIN

    @property
    def on_a_terminal(self) -> bool:
        """Whether a person reads the rows as they are."""
        return self.on_stdout and sys.stdout is not None and sys.stdout.isatty()

    def write(self, table: "ForecastTable", *, wait: float) -> None:
        """Raises OutputError, WriteError or BusyError."""
        from rnn_forecast.forecasts.formats import write_table
        from rnn_forecast.system.files import write_file
        from rnn_forecast.system.locks import locked

        data = write_table(table, self.form)
        if self.on_stdout:
            write_stdout(data)
            return
        if is_packed(self.to):
            import gzip

            data = gzip.compress(data, 6, mtime=0)  # no time in it: the same forecasts are the same bytes
        with locked(self.to, wait=wait):
            write_file(self.to, data)


def _require_free_stdout(form: str, common: Common) -> None:
    if common.json:
        raise UsageError(
            "--json and --out - both write to standard output.",
            "Leave out one of them, or name a file with --out.",
        )
    if form == "parquet" and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError(
            "Parquet is binary and does not belong on a terminal.", "Name a file with --out, or pipe it."
        )
