"""Where a model's market is now: a model knows the file by its own name, and not the folder."""

import glob
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rnn_forecast.errors import Notice, UsageError
from rnn_forecast.prices.cells.cell_positions import plain
from rnn_forecast.recipe import Data
from rnn_forecast.system.file_names import STDIN
from rnn_forecast.verbs.beside.market import is_there, looks_like_a_file

_OURS = ("models", "forecasts", "evaluations", "backtests", "prepared")  # may hold a file of that name


def located(
    data: Data, said: str | None, sources: Sequence[str], model: Path, tell: Callable[[Notice], None]
) -> Data:
    """What a model asks for, its market as a person has `said` now, or else where its file is found.

    Looked for in the current folder, beside the sources and beside the model, then in the folders that lie in
    the first two, if it is in but one of them. Raises UsageError where the model has none.
    """
    if said and not data.market:
        raise UsageError("--market is given, and the model was trained without one.", "Leave it out.")
    name = said or data.market
    if said or not looks_like_a_file(name) or is_there(name):
        return data.model_copy(update={"market": name})
    found = _found(Path(name).name, sources, model)
    if found is None:
        return data
    tell(Notice(f"the market is {plain(str(found))}."))
    return data.model_copy(update={"market": str(found)})


def _found(name: str, sources: Sequence[str], model: Path) -> Path | None:
    folders = list(dict.fromkeys([Path(), *_folders(sources)]))
    for folder in (*folders, model.parent, model.parent.parent):
        if is_there(str(folder / name)):
            return folder / name
    below = {
        path.resolve(): path
        for folder in folders
        for path in folder.glob(f"*/{glob.escape(name)}")
        if path.parent.name not in _OURS and is_there(str(path))
    }
    return next(iter(below.values())) if len(below) == 1 else None


def _folders(sources: Sequence[str]) -> Iterator[Path]:
    for source in sources:
        if source != STDIN:
            path = Path(source)
            yield path.parent
            if path.is_dir():
                yield path
