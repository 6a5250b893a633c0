"""TensorFlow and Keras, imported once: silent, on the CPU, one thread for each program.

Programs this small run fastest on one thread; several networks use several cores by running several
programs at once. Environment variables must stand before the first import: the C++ side reads them then,
and writes to file descriptor 2, where no Python redirect sees it.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from rnn_forecast.network.training.presence import require_trainable
from rnn_forecast.system import machine


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


_started: list[tuple[Backend, int]] = []
_one_import = threading.RLock()


def start(programs: int) -> tuple[Backend, int]:
    """TensorFlow, and how many programs it runs at once: `programs`, if this is the first call."""
    with _one_import:
        if not _started:
            _started.append((_load(programs), programs))
        return _started[0]


def _load(programs: int) -> Backend:
    require_trainable("training")
    # a program stays on one thread, whatever the number of threads for programs
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # else sums differ more between machines
    machine.require_threads(20 + 4 * (os.cpu_count() or 1), "TensorFlow")  # it took 25 on two cores
    with _descriptor_2_muted():  # says that there is no GPU whatever the log level, before it reads it
        import tensorflow as tf

        tf.config.set_visible_devices([], "GPU")  # a kernel launch costs more than a step of these networks
        tf.config.threading.set_intra_op_parallelism_threads(programs)
        import keras
        from tensorflow.compiler.tf2xla.python import xla
    return Backend(tf, keras, xla)


def forget_kernels() -> None:
    """Drop the kernels that TensorFlow keeps of variables that have gone: 0.2 MB of each training, for ever.

    It keeps one for each variable's own name. Where a version has no such call the memory grows, and no more.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from tensorflow.python.eager import context

        context.context().clear_kernel_cache()
