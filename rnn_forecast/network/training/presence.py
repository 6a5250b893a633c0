"""Whether what trains is installed: asked before the work begins, and without loading it."""

import re
from importlib import metadata, util

from rnn_forecast.errors import UsageError

NEEDED = ("keras", "tensorflow")


def require_trainable(what: str) -> None:
    """Raise UsageError, with the line that installs what is missing, unless `what` ("train") can be done.

    A machine that only predicts needs neither.
    """
    missing = [name for name in NEEDED if not _is_there(name)]
    if missing:
        raise UsageError(
            f"{what} needs Keras and TensorFlow, and here is no {' and no '.join(missing)}.",
            f"Install: {install_line(missing)}",
        )


def install_line(names: list[str]) -> str:
    """`python -m pip install 'tensorflow>=2.21,<3'`, in the versions that this package asks for."""
    try:
        asked = metadata.requires("rnn-forecast") or []
    except metadata.PackageNotFoundError:  # the source tree on its own
        asked = []
    wanted = {re.split(r"[^\w.-]", line)[0]: line.partition(";")[0].strip() for line in reversed(asked)}
    return "python -m pip install " + " ".join(f"'{wanted.get(name, name)}'" for name in names)


def _is_there(name: str) -> bool:
    try:
        return util.find_spec(name) is not None
    except (ImportError, ValueError):  # what hides or half-removes a package says no as well
        return False
