import signal
from pathlib import Path

import pytest
from hypothesis import settings

# `nohup pytest … &` in a script ignores it, and so would every process that a test starts
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("unhurried", deadline=None)  # no test looks at the clock
settings.load_profile("unhurried")

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real prices beside the checkout; tests that need them skip where they are missing."""
    if not SHARED.is_dir():
        pytest.skip("real prices (../shared/data) are not here")
    return SHARED.resolve()
