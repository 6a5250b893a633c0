"""TensorFlow and Keras, imported once: silent, on the CPU, one thread for each program.

Programs this small run fastest on one thread (`benchmarks/threads.py`); several networks use several cores by
running several programs. Environment variables must stand before the first import: the C++ side reads
them then, and writes to file descriptor 2, where no Python redirect sees it.
"""

import contextlib
import functools
import os
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple


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


@functools.cache
def backend() -> Backend:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault(
        "TF_ENABLE_ONEDNN_OPTS", "0"
    )  # else sums may differ between machines and say so on fd 2
    with _descriptor_2_muted():  # says that there is no GPU whatever the log level, before it reads it
        import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")  # a kernel launch costs more than a step of these networks
    tf.config.threading.set_intra_op_parallelism_threads(1)
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
