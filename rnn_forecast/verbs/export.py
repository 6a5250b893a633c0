"""The verb export: a model → one file that needs nothing of this program, and its sheet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnn_forecast.errors import Notice, UsageError
from rnn_forecast.exporting.keras_model import keras_model
from rnn_forecast.exporting.onnx_graph import onnx_model
from rnn_forecast.exporting.onnx_nodes import require_onnx
from rnn_forecast.exporting.sheet import Origin, sheet
from rnn_forecast.model.model_document import load_model
from rnn_forecast.model.model_files import MODEL
from rnn_forecast.report.folders.verdicts import verdict_of
from rnn_forecast.system import strict_json
from rnn_forecast.system.file_names import EXPORTS, sheet_name
from rnn_forecast.system.files import write_file
from rnn_forecast.system.locks import locked
from rnn_forecast.system.verified_folder import fingerprint
from rnn_forecast.verbs.context import Run

NOTHING = "validation found nothing to trust in this network: shrunk as the sheet says, it has no say."


@dataclass(frozen=True)
class Exported:
    out: Path
    sheet: dict[str, Any]

    @property
    def described(self) -> Path:
        """Where the sheet is."""
        return sheet_name(self.out)

    def to_json(self) -> dict[str, Any]:
        return {"out": str(self.out), "described": str(self.described), **self.sheet}


def export(model: Path, form: str, out: Path, run: Run = Run()) -> Exported:
    """Write the model as `form`, onnx or keras, to the file `out`, and its sheet beside it.

    Raises UsageError for another form, a library that is missing and what a form cannot hold; InputError and
    ModelError as `load_model` does; OutputError, WriteError or BusyError.
    """
    if form not in EXPORTS:
        raise UsageError(f"--to must be one of {', '.join(EXPORTS)}, got {form}.", "Give one of these.")
    if form == "onnx":
        require_onnx()
    loaded = load_model(model)
    origin = Origin(model.resolve().name, fingerprint(model, MODEL), verdict_of(model))
    data = onnx_model(loaded) if form == "onnx" else keras_model(loaded)
    described = sheet(loaded, form, data, out.name, origin)
    if not loaded.shrinkage.any():
        run.tell(Notice(NOTHING))
    exported = Exported(out, described)
    with locked(out, wait=run.wait):
        write_file(out, data)
        write_file(exported.described, strict_json.dumps(described))
    return exported
