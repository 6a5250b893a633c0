"""A model folder that no ledger tells of → what the ledger would say of it.

A ledger that was damaged, or moved away, takes no model with it: a folder knows its recipe and the prices
that it was trained on, and where both are those of today it is as good as one that was noted.
"""

from pathlib import Path

from rnn_forecast.batch.inputs import Found
from rnn_forecast.batch.publish import fingerprint
from rnn_forecast.errors import ForecastError
from rnn_forecast.model.migrations import SCHEMA
from rnn_forecast.model.provenance import prices_hash
from rnn_forecast.prices.series import iso
from rnn_forecast.recipe import Recipe, portable, with_choices
from rnn_forecast.record.ledger import KnownModel
from rnn_forecast.record.recorded import series_sha256
from rnn_forecast.seeds import ticker_seed
from rnn_forecast.system import manifest


def adopted(found: Found, folder: Path, recipe: Recipe, recipe_sha256: str) -> KnownModel | None:
    """The ticker's model in `folder`, if one stands there that a run with this recipe would have made.

    Its age is that of its manifest. None where it is damaged, of another recipe or of other prices.
    """
    from rnn_forecast.model.model_document import load_model

    sha256 = fingerprint(folder) if folder.is_dir() else None
    if sha256 is None:
        return None
    try:
        model, (series, _) = load_model(folder), found.read()
        trained = (folder / manifest.NAME).stat().st_mtime
    except (ForecastError, OSError):
        return None
    own = with_choices(portable(recipe), {"seed": ticker_seed(recipe.training.seed, found.ticker)})
    known = model.source.tickers.get(found.ticker)
    if known is None or len(model.source.tickers) > 1 or model.recipe != own:
        return None
    ends = known.first, known.last
    if not 0 < known.rows <= len(series) or (*iso(series.dates[[0, known.rows - 1]]),) != ends:
        return None
    if prices_hash(series, known.rows, (*own.data.past, *own.data.known)) != known.sha256:
        return None
    return KnownModel(
        found.ticker, folder.name, 0, trained, recipe_sha256, SCHEMA, known.rows,
        series_sha256(series, known.rows), found.input_sha256, sha256,
    )  # fmt: skip
