"""Where a verb reads or writes when nothing was said.

NAME is the stem of the only source: `train stock_prices.csv` → `models/stock_prices`, which
`predict stock_prices.csv` then finds by itself.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from rnn_forecast.cli.lines import counted
from rnn_forecast.errors import UsageError
from rnn_forecast.file_names import STDIN, stem_of


def name_of(sources: Sequence[str]) -> str | None:
    """The stem of the only source, without `.gz`; None when there are several, or standard input.

    `data/stock_prices.csv.gz` → `stock_prices`; `prepared/AAPL/` → `AAPL`; `..` → the folder's own name.
    """
    if len(sources) != 1 or sources[0] == STDIN:
        return None
    path = Path(os.path.abspath(sources[0]))  # noqa: PTH100  Path.resolve would follow links to another name
    if path.is_dir():
        return path.name or None
    return stem_of(str(path)) if path.name else None


def place_for(
    kind: str, sources: Sequence[str], given: Path | None, *, option: str, ending: str = ""
) -> Path:
    """`given`, or `kind/NAME` with `ending`. Raises UsageError naming `option` when there is no NAME."""
    if given is not None:
        return given
    name = name_of(sources)
    if name is None:
        what = "standard input" if STDIN in sources else counted(len(sources), "source")
        raise UsageError(
            f"{option} is required with {what}: only a single file has a name to go by.",
            f"Add {option} and a path, such as {option} {kind}/mine{ending}.",
        )
    return Path(kind) / (name + ending)
