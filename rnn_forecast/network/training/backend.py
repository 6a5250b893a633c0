"""TensorFlow and Keras, imported once: silent, on the CPU, one thread for each program.

Programs this small run fastest on one thread; several networks use several cores by running several
programs at once. Environment variables must stand before the first import: the C++ side reads them then,
and writes to file descriptor 2, where no Python redirect sees it.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import NamedTuple

# Keras and old parts of TensorFlow import these where they are installed, for features that nothing here
# uses. They take 1.0 of 3.0 seconds and 140 of 680 MB.
IDLE = ("sklearn", "pandas", "scipy", "h5py", "PIL", "matplotlib", "IPython")


class Backend(NamedTuple):
    tf: ModuleType
    keras: ModuleType
    xla: ModuleType  # operations of the compiler that TensorFlow has no name for


@contextlib.contextmanager
def _descriptor_2_muted() -> Iterator[None]:
    """Nothing that this process writes to file descriptor 2 gets out; a Python error does, afterwards."""
    try:
        kept = os.dup(2)
    except OSError:  # standard error is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def backend() -> Backend:
    return start(1)[0]


def cores() -> int:
    """How many programs may run at once: the cores of this process, fewer where OMP_NUM_THREADS says so."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    said = os.environ.get("OMP_NUM_THREADS", "")
    return min(usable, int(said)) if said.isdecimal() and int(said) else usable


_started: list[tuple[Backend, int]] = []
_one_import = threading.RLock()


def start(programs: int) -> tuple[Backend, int]:
    """TensorFlow, and how many programs it runs at once: `programs`, if this is the first call."""
    with _one_import:
        if not _started:
            _started.append((_load(programs), programs))
        return _started[0]


def _load(programs: int) -> Backend:
    # a program stays on one thread, whatever the number of threads for programs
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # else sums differ more between machines
    with _descriptor_2_muted():  # says that there is no GPU whatever the log level, before it reads it
        try:
            with _not_installed(IDLE):
                return _import(programs)
        except ImportError:  # a version that does need one of them, and may have noted that it is missing
            for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
                del sys.modules[name]
            return _import(programs)


def _import(programs: int) -> Backend:
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")  # a kernel launch costs more than a step of these networks
    tf.config.threading.set_intra_op_parallelism_threads(programs)
    import keras
    from tensorflow.compiler.tf2xla.python import xla

    return Backend(tf, keras, xla)


@contextlib.contextmanager
def _not_installed(names: Sequence[str]) -> Iterator[None]:
    """Imports by this thread take these modules for not installed, unless they are loaded already."""
    finder = _Refusing(frozenset(names), threading.get_ident())
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Refusing(NamedTuple):
    """The first whom Python asks where a module lies; to pass means that the next one is asked."""

    names: frozenset[str]
    thread: int  # another one may import what it likes meanwhile

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.names and threading.get_ident() == self.thread:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def forget_kernels() -> None:
    """Drop the kernels that TensorFlow keeps of variables that have gone: 0.2 MB of each training, for ever.

    It keeps one for each variable's own name. Where a version has no such call the memory grows, and no more.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from tensorflow.python.eager import context

        context.context().clear_kernel_cache()
