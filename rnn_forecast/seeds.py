"""Where all chance comes from: one seed sequence for each purpose, of each ticker and each member.

Two purposes never share a stream, and neither do two members, of one run or of runs with neighbouring seeds:
`--seed 0 --members 6` and `--seed 1 --members 6` are twelve networks.
"""

import hashlib
from typing import Literal

import numpy as np

Purpose = Literal[
    "ticker", "weights", "order", "dropout", "windows", "validation", "calibration", "audit", "search"
]
_NUMBER: dict[Purpose, int] = {
    "ticker": 0,
    "weights": 1,
    "order": 2,
    "dropout": 3,
    "windows": 4,
    "validation": 5,
    "calibration": 6,
    "audit": 7,
    "search": 8,
}


def seed_sequence(
    seed: int, purpose: Purpose, *, ticker: str = "", member: int = 0, epoch: int = 0
) -> np.random.SeedSequence:
    """NumPy's SeedSequence([seed, ticker, member, purpose]), and its child for an epoch, from 1.

    A ticker counts by the first eight bytes of its sha256, no ticker as 0.
    """
    digest = hashlib.sha256(ticker.encode("utf-8", "surrogatepass")).digest()
    name = int.from_bytes(digest[:8], "big") if ticker else 0
    return np.random.SeedSequence([seed, name, member, _NUMBER[purpose]], spawn_key=(epoch,) if epoch else ())


def generator(seed: int, purpose: Purpose, *, member: int = 0, epoch: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed_sequence(seed, purpose, member=member, epoch=epoch))


def numbers(sequence: np.random.SeedSequence, count: int) -> list[int]:
    """Seeds for those who take a number, each in [0, 2^31)."""
    return [int(state) >> 1 for state in sequence.generate_state(count)]


def ticker_seed(seed: int, ticker: str) -> int:
    """A ticker's own seed: the same in whatever order, by however many workers, the tickers are trained.

    `train --seed` with this number gives the same weights as a batch with `seed`.
    """
    return numbers(seed_sequence(seed, "ticker", ticker=ticker), 1)[0]
