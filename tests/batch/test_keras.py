"""The whole of it once with the real Keras, from cron's environment: nothing set, nowhere at home."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from batch_fakes import write_prices

from rnn_forecast.seeds import ticker_seed

pytestmark = pytest.mark.keras

SMALL = ("--lookback", "12", "--units", "4", "--epochs", "3", "--horizon", "2")


def rnn(*words: str, cwd: str = "/") -> subprocess.CompletedProcess[str]:
    """`env -i rnn-forecast …` with cwd / and umask 077."""
    return subprocess.run(
        [sys.executable, "-m", "rnn_forecast", *words],
        env={}, cwd=cwd, umask=0o077, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_three_tickers_from_cron(tmp_path: Path) -> None:
    lengths = {"AAA": 200, "BBB": 390, "CCC": 120}
    files = [write_prices(tmp_path / f"{t}.csv", seed=n, rows=n) for t, n in lengths.items()]
    out, later = tmp_path / "out", list(lengths)[1:]

    def alone(ticker: str, file: str) -> int:
        """In a process of its own, with no other ticker before it; the batch's first has none either way."""
        place, seed = str(tmp_path / f"alone_{ticker}"), str(ticker_seed(0, ticker))
        return rnn("train", file, "--model", place, "--seed", seed, "-q", *SMALL).returncode

    with ThreadPoolExecutor(2) as two:  # programs at once
        batch = two.submit(rnn, "batch", *files, "--out", str(out), "--workers", "1", "--quiet", *SMALL)
        codes = [*two.map(alone, later, files[1:])]
    ended = batch.result()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert codes == [0, 0]
    for ticker in later:  # the same weights, to the bit
        ours, theirs = out / "models" / ticker, tmp_path / f"alone_{ticker}"
        assert {p.name for p in ours.iterdir()} == {p.name for p in theirs.iterdir()}
        name = "weights.safetensors"
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()

    before = (out / "forecasts.csv").read_bytes()
    probe = "import sys; from rnn_forecast.cli.main import call; call(sys.argv[1:]); print(*sys.modules)"
    again = subprocess.run(
        [sys.executable, "-c", probe, "batch", *files, "--out", str(out), "-q", *SMALL],
        env={**os.environ}, cwd="/", capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert not {"tensorflow", "keras"} & set(again.stdout.split())
    assert (out / "forecasts.csv").read_bytes() == before
    ended = rnn("status", str(out), "--max-age", "26h")
    assert ended.returncode == 0
    assert (
        "3 tickers in forecasts.csv: 0 newly trained, 0 by models at hand, 3 unchanged; 0 failed"
        in ended.stdout
    )
