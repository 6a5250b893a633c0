"""What cells say of their zone → seconds ahead of UTC: offsets, and names where these can be told."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rnn_forecast.prices.cells.cell_positions import BadCell

_HOUR = 3600  # seconds
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2}):?([0-9]{2})?|Z|z|UTC|GMT")
_STANDARD = {"EST": -5, "CST": -6, "MST": -7, "PST": -8, "GMT": 0, "WET": 0, "CET": 1, "MEZ": 1, "EET": 2,
             "AEST": 10, "NZST": 12}  # fmt: skip
_SUMMER = {"EST": "EDT", "CST": "CDT", "MST": "MDT", "PST": "PDT", "GMT": "BST", "WET": "WEST", "CET": "CEST",
           "MEZ": "MESZ", "EET": "EEST", "AEST": "AEDT", "NZST": "NZDT"}  # fmt: skip
_NAMED = _STANDARD | {_SUMMER[name]: ahead + 1 for name, ahead in _STANDARD.items()}
_SEVERAL = {"CST": "CDT", "BST": "GMT"}  # are other zones too, but where the second one stands beside them


def offsets(zones: pa.Array, codes: NDArray[np.int32], column: int) -> NDArray[np.int32] | None:
    """Seconds ahead of UTC, by row; `zones` are what the distinct cells say, `codes` the rows' cells.

    None where none says an offset, or some say only that it is UTC's, and where all name one zone: nothing
    is needed there, and nothing shows which zone a name such as IST is. Raises BadCell at the first row that
    says no offset where others do.
    """
    coded = zones.dictionary_encode()
    said = coded.dictionary.to_pylist()
    if len({*said} - {""}) < 2 and not any(map(_OFFSET.fullmatch, said)):
        return None
    ahead = [_ahead(text, said) for text in said]
    at = coded.indices.to_numpy(zero_copy_only=False)[codes]
    if None not in ahead:
        return np.asarray(np.array(ahead, np.int32)[at])
    if not any(ahead) and not any(
        text in _NAMED for text, one in zip(said, ahead, strict=True) if one is None
    ):
        return None
    row = int(np.flatnonzero(np.isin(at, [i for i, one in enumerate(ahead) if one is None]))[0])
    remedy = "Write all dates in one way, such as 2024-01-31T16:00:00-05:00."
    raise BadCell(row, column, "says no offset from UTC that can be told, and other rows do", remedy)


def _ahead(text: str, beside: Sequence[str]) -> int | None:
    """`Z` is 0, `-05:00`, `GMT-5` and `EST` are -18000; None for no word, or one that tells no zone."""
    if found := _OFFSET.fullmatch(text):
        size = _HOUR * int(found[2] or 0) + 60 * int(found[3] or 0)
        return -size if found[1] == "-" else size
    if text in _SEVERAL and _SEVERAL[text] not in beside:
        return None
    return _HOUR * _NAMED[text] if text in _NAMED else None
