"""The arrays that nearly every module speaks of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Positions = NDArray[np.int64]  # rows, or places in a panel
Dates = NDArray[Any]  # datetime64[s], or int64 row numbers where a file has no dates
