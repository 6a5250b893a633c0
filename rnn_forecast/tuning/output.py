"""Where a search writes: a folder of ours, or the file of a recipe with the trials beside it."""

from pathlib import Path

from rnn_forecast.system.file_names import TRIALS
from rnn_forecast.system.files import (
    create_file,
    new_folder,
    require_free,
    require_writable,
    write_file,
)

RECIPE = "recipe.toml"


def is_file(out: Path) -> bool:
    return out.suffix.lower() == ".toml"


def files_of(out: Path) -> tuple[Path, Path]:
    """The recipe's file and that of the trials: `tuned.toml` has `tuned.trials.csv` beside it."""
    return (out, out.with_suffix(f".{TRIALS}")) if is_file(out) else (out / RECIPE, out / TRIALS)


def require_room(out: Path) -> None:
    """Raise OutputError where `write` could not: ask before the search."""
    if not is_file(out):
        require_free(out)
        return
    for path in files_of(out):
        require_writable(path)


def write(out: Path, recipe: bytes, trials: bytes) -> None:
    """Both files as the folder `out`, whose lock is held; or the trials, then the recipe."""
    if is_file(out):
        write_file(files_of(out)[1], trials)
        write_file(out, recipe)
        return
    with new_folder(out) as folder:
        create_file(folder / TRIALS, trials)
        create_file(folder / RECIPE, recipe)
