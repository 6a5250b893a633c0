"""Pictures and pages that a verb writes beside its result."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.groups import Common, option
from rnn_forecast.errors import UsageError

ReportFile = Annotated[
    Path | None,
    option("--report", metavar="FILE", parser=quantities.file_path, help="Write a page on it, in HTML."),
]


@dataclass(frozen=True)
class Pictures:
    """Picture."""

    picture: Annotated[
        Path | None,
        option(
            "--picture", metavar="FILE.svg", parser=quantities.file_path,
            help="Write the picture of one ticker as SVG.",
        ),
    ] = None  # fmt: skip
    no_picture: Annotated[bool, option("--no-picture", help="Draw nothing in the terminal.")] = False

    def places(self) -> tuple[tuple[str, Path], ...]:
        """Raises UsageError for an ending that promises another format."""
        if self.picture is None:
            return ()
        if self.picture.suffix.lower() not in {".svg", ""}:
            raise UsageError(
                f"--picture must end in .svg, got {self.picture}.", "Name a file such as fan.svg."
            )
        return (("--picture", self.picture),)


def named_report(report: Path | None) -> tuple[tuple[str, Path], ...]:
    return () if report is None else (("--report", report),)


def write_beside(to: Path, data: bytes, common: Common) -> None:
    """A picture or a page in its file, whole. Raises OutputError, WriteError or BusyError."""
    from rnn_forecast.system.files import write_file
    from rnn_forecast.system.locks import locked

    with locked(to, wait=common.wait or 0.0):
        write_file(to, data)
