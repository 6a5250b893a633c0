"""The verb export on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from rnn_forecast.cli.commands.app import verb
from rnn_forecast.cli.messages.session import session
from rnn_forecast.cli.options import quantities
from rnn_forecast.cli.options.default_paths import Places, name_of
from rnn_forecast.cli.options.groups import Common, option
from rnn_forecast.errors import UsageError
from rnn_forecast.system.file_names import EXPORTS, STDIN, sheet_name


@verb
def export(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", show_default=False, help="The folder of a model.")
    ],
    common: Common,
    to: Annotated[
        str | None,
        option(
            "--to", metavar="|".join(EXPORTS), parser=str.lower, default="the file's ending, or onnx",
            help="Format.", environment="EXPORT_TO",  # TO is the last date that evaluate scores
        ),
    ] = None,
    out: Annotated[
        Path | None,
        option(
            "--out", metavar="FILE", parser=quantities.file_path, default="exports/MODEL.onnx",
            help="File to write; FILE.json says what is in it.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Write a model as one file that other programs run, and a sheet that says how to use it."""
    form = _form(to, out)
    place = out or Path("exports") / f"{name_of([str(model)]) or 'model'}.{form}"
    places = Places((("model", model),), (("--out", place), ("--out", sheet_name(place))))
    with session(common, None, places) as now:
        from rnn_forecast.cli.messages import results
        from rnn_forecast.verbs import export as verb_export

        now.finish(results.exported(verb_export.export(model, form, place, now.run()), model))


def _form(to: str | None, out: Path | None) -> str:
    """Raises UsageError for a format that is none, or that an ending contradicts: Keras loads by it."""
    if to is not None and to not in EXPORTS:
        raise UsageError(f"--to must be one of {', '.join(EXPORTS)}, got {to}.", "Give one of these.")
    if str(out) == STDIN:
        raise UsageError("export writes two files and nothing to standard output.", "Name a file with --out.")
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    form = to or (ending if ending in EXPORTS else "onnx")
    if out is not None and ending != form and (form == "keras" or ending in EXPORTS or to is None):
        raise UsageError(
            f"--out must end in .{form}, got {out}.", "Name another file, or another format with --to."
        )
    return form
