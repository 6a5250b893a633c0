"""`--keep`: models that are old and nobody's leave the folder.

The folders of models go first, each by one rename to a name that every run sweeps up, then their rows with
all others in one transaction. A run that is killed between the two leaves a row whose model is missing,
which the next one deletes, or trains anew where the ticker is there again.
"""

import os
import stat
from collections.abc import Collection
from pathlib import Path

from rnn_forecast.errors import InputError, ModelError
from rnn_forecast.model.model_files import MODEL
from rnn_forecast.record.pruning import OldModel, old_models
from rnn_forecast.system.file_names import temporary
from rnn_forecast.system.manifest import foreign_names
from rnn_forecast.system.output_paths import explained, remove
from rnn_forecast.system.verified_folder import fingerprint


def remove_old_models(out: Path, before: float, tickers: Collection[str]) -> list[str]:
    """Remove folders of models that no run has had to do with since `before` (seconds since 1970).

    Of tickers that are not among `tickers`, all that the inputs have; those whose model is gone come back.
    A folder that is not as the batch wrote it stays. Assumes the batch's lock.
    """
    old = [model for model in old_models(out, before) if model.ticker not in tickers]
    return [model.ticker for model in old if _removed(out / "models", model)]


def _removed(models: Path, model: OldModel) -> bool:
    """Whether the model's folder is gone: it was before, or is the one that the ledger knows."""
    folder = models / model.folder
    if Path(model.folder).name != model.folder or model.folder.startswith("."):
        return False
    if not _is_folder(models):
        return False
    with explained(folder):
        if not os.path.lexists(folder):
            return True
        if not (_is_folder(folder) and _is_ours(folder, model.manifest_sha256)):
            return False
        aside = temporary(folder)
        folder.rename(aside)
        remove(aside)
    return True


def _is_folder(path: Path) -> bool:
    """A folder itself, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _is_ours(folder: Path, manifest_sha256: str) -> bool:
    try:
        return fingerprint(folder, MODEL) == manifest_sha256 and not foreign_names(folder)
    except (InputError, ModelError):
        return False
